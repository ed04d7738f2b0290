//! Work that outlives a request. The row is the truth; a worker holds it by a lease, which it renews
//! while it works and which anybody may take over once it has run out.

use contract::{ErrorCode, JobId, Timestamp, UserId, jobs::JobState};
use serde_json::Value;
use sqlx::FromRow;

use crate::{
    Conn, Engine, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_one, fetch_optional,
};

#[derive(Clone, Debug, FromRow)]
pub struct Job {
    #[sqlx(try_from = "Uuid")]
    pub id: JobId,
    pub kind: String,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    /// What the job is about.
    pub subject: Uuid,
    pub payload: Json<Value>,
    #[sqlx(try_from = "String")]
    pub state: State,
    /// The smallest goes first.
    pub priority: i64,
    /// How often it was claimed.
    pub attempt: i64,
    pub max_attempts: i64,
    #[sqlx(try_from = "Time")]
    pub run_at: Timestamp,
    pub lease_owner: Option<String>,
    pub lease_until: Option<Time>,
    pub cancel_asked: bool,
    /// 0 to 1.
    pub progress: f64,
    pub stage: Option<String>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    #[sqlx(try_from = "Time")]
    pub created_at: Timestamp,
    /// When it was claimed last.
    pub started_at: Option<Time>,
    pub finished_at: Option<Time>,
}

/// [`JobState`] as the column spells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct State(pub JobState);

#[derive(Debug, thiserror::Error)]
#[error("{0:?} is no state of a job")]
pub struct UnknownState(String);

impl TryFrom<String> for State {
    type Error = UnknownState;

    fn try_from(text: String) -> std::result::Result<Self, UnknownState> {
        [
            JobState::Queued,
            JobState::Running,
            JobState::Done,
            JobState::Failed,
            JobState::Cancelled,
        ]
        .into_iter()
        .find(|state| state.as_str() == text)
        .map(Self)
        .ok_or(UnknownState(text))
    }
}

pub struct NewJob<'a> {
    pub id: JobId,
    pub kind: &'a str,
    pub user_id: UserId,
    pub subject: Uuid,
    pub payload: &'a Value,
    pub priority: i64,
    pub max_attempts: i64,
    pub run_at: Timestamp,
    /// Asking twice with the same key is asking once.
    pub key: &'a str,
    pub created_at: Timestamp,
}

/// Puts a job into the queue, or finds the one that was put there under the same key.
pub async fn insert(tx: &mut Tx, job: &NewJob<'_>) -> Result<Job> {
    execute!(
        tx,
        "INSERT INTO jobs (id, kind, user_id, subject, payload, state, priority, attempt, max_attempts, \
         run_at, cancel_asked, progress, idempotency_key, created_at) \
         VALUES ($1, $2, $3, $4, $5, 'queued', $6, 0, $7, $8, FALSE, 0.0, $9, $10) \
         ON CONFLICT (idempotency_key) DO NOTHING",
        job.id.0,
        job.kind,
        job.user_id.0,
        job.subject,
        Json(job.payload),
        job.priority,
        job.max_attempts,
        Time(job.run_at),
        job.key,
        Time(job.created_at),
    )?;
    fetch_one!(
        Job,
        tx,
        "SELECT * FROM jobs WHERE idempotency_key = $1",
        job.key
    )
}

/// Who claims, what, and until when it is theirs.
pub struct Claim<'a> {
    pub worker: &'a str,
    pub kinds: &'a [&'a str],
    pub now: Timestamp,
    pub lease_until: Timestamp,
    pub limit: i64,
}

/// Takes jobs that are due, and those whose holder let the lease run out, in one statement. Within a
/// priority, whoever was served longest ago comes first, so that one person's hundred files do not
/// keep another's single one waiting.
pub async fn claim(tx: &mut Tx, claim: &Claim<'_>) -> Result<Vec<Job>> {
    // The engines differ in how a list is passed and in how rows that another claims are passed over:
    // SQLite has one writer, PostgreSQL needs SKIP LOCKED in a CTE (a subselect may be run twice).
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_owner = $1, lease_until = $2, \
             started_at = $3, progress = 0.0, stage = NULL WHERE id IN ( \
                 SELECT due.id FROM jobs AS due \
                 WHERE due.kind IN (SELECT value FROM json_each($4)) \
                 AND ((due.state = 'queued' AND due.run_at <= $3) OR (due.state = 'running' \
                     AND due.lease_until < $3 AND due.attempt < due.max_attempts)) \
                 ORDER BY due.priority, (SELECT max(served.started_at) FROM jobs AS served \
                     WHERE served.user_id = due.user_id) NULLS FIRST, due.run_at, due.id \
                 LIMIT $5) \
             RETURNING *"
        }
        Engine::Postgres => {
            "WITH mine AS MATERIALIZED ( \
                 SELECT due.id FROM jobs AS due \
                 WHERE due.kind IN (SELECT jsonb_array_elements_text($4)) \
                 AND ((due.state = 'queued' AND due.run_at <= $3) OR (due.state = 'running' \
                     AND due.lease_until < $3 AND due.attempt < due.max_attempts)) \
                 ORDER BY due.priority, (SELECT max(served.started_at) FROM jobs AS served \
                     WHERE served.user_id = due.user_id) NULLS FIRST, due.run_at, due.id \
                 LIMIT $5 FOR UPDATE SKIP LOCKED) \
             UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_owner = $1, lease_until = $2, \
             started_at = $3, progress = 0.0, stage = NULL FROM mine WHERE jobs.id = mine.id \
             RETURNING jobs.*"
        }
    };
    let mut jobs = fetch_all!(
        Job,
        tx,
        sql,
        claim.worker,
        Time(claim.lease_until),
        Time(claim.now),
        Json(claim.kinds),
        claim.limit,
    )?;
    // What RETURNING yields has no order.
    jobs.sort_by_key(|job| (job.priority, job.run_at, job.id));
    Ok(jobs)
}

/// Renews the lease. `None`: it is no longer this worker's. `Some(true)`: somebody asked to cancel.
pub async fn heartbeat(
    tx: &mut Tx,
    id: JobId,
    worker: &str,
    lease_until: Timestamp,
) -> Result<Option<bool>> {
    let row = fetch_optional!(
        (bool,),
        tx,
        "UPDATE jobs SET lease_until = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running' \
         RETURNING cancel_asked",
        id.0,
        worker,
        Time(lease_until),
    )?;
    Ok(row.map(|(cancel,)| cancel))
}

/// Notes how far it is; false when the lease is lost.
pub async fn progress(
    tx: &mut Tx,
    id: JobId,
    worker: &str,
    progress: f64,
    stage: Option<&str>,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET progress = $3, stage = $4 WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        progress,
        stage,
    )?;
    Ok(rows == 1)
}

/// Marks it done; false when the lease is lost, and then whatever the unit of work holds must not be
/// committed.
pub async fn finish(tx: &mut Tx, id: JobId, worker: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET state = 'done', progress = 1.0, stage = NULL, lease_owner = NULL, lease_until = NULL, \
         error_code = NULL, error_message = NULL, finished_at = $3 \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        Time(now),
    )?;
    Ok(rows == 1)
}

/// Puts it back into the queue for `run_at`, with the reason.
pub async fn retry(
    tx: &mut Tx,
    id: JobId,
    worker: &str,
    run_at: Timestamp,
    code: ErrorCode,
    message: &str,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET state = 'queued', run_at = $3, lease_owner = NULL, lease_until = NULL, stage = NULL, \
         error_code = $4, error_message = $5 WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        Time(run_at),
        code.as_str(),
        message,
    )?;
    Ok(rows == 1)
}

/// Marks it failed for good.
pub async fn fail(
    tx: &mut Tx,
    id: JobId,
    worker: &str,
    now: Timestamp,
    code: ErrorCode,
    message: &str,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET state = 'failed', lease_owner = NULL, lease_until = NULL, stage = NULL, \
         error_code = $4, error_message = $5, finished_at = $3 \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        Time(now),
        code.as_str(),
        message,
    )?;
    Ok(rows == 1)
}

/// Fails what was held by a worker that went away, and was tried often enough: whatever stopped that
/// many workers will stop the next one too.
pub async fn fail_exhausted(
    tx: &mut Tx,
    now: Timestamp,
    code: ErrorCode,
    message: &str,
) -> Result<Vec<Job>> {
    fetch_all!(
        Job,
        tx,
        "UPDATE jobs SET state = 'failed', lease_owner = NULL, lease_until = NULL, stage = NULL, \
         error_code = $2, error_message = $3, finished_at = $1 \
         WHERE state = 'running' AND lease_until < $1 AND attempt >= max_attempts RETURNING *",
        Time(now),
        code.as_str(),
        message,
    )
}

/// Asks for an end: what waits is cancelled at once, what runs is told at its next heartbeat.
pub async fn cancel(tx: &mut Tx, id: JobId, now: Timestamp) -> Result<Option<Job>> {
    fetch_optional!(
        Job,
        tx,
        "UPDATE jobs SET cancel_asked = TRUE, \
         finished_at = CASE WHEN state = 'queued' THEN $2 ELSE finished_at END, \
         state = CASE WHEN state = 'queued' THEN 'cancelled' ELSE state END \
         WHERE id = $1 AND state IN ('queued', 'running') RETURNING *",
        id.0,
        Time(now),
    )
}

/// The worker heard that it should stop, and did.
pub async fn cancelled(tx: &mut Tx, id: JobId, worker: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET state = 'cancelled', lease_owner = NULL, lease_until = NULL, stage = NULL, \
         finished_at = $3 WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        Time(now),
    )?;
    Ok(rows == 1)
}

/// Gives one job back untouched: the attempt does not count.
pub async fn release(tx: &mut Tx, id: JobId, worker: &str, now: Timestamp) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE jobs SET state = 'queued', attempt = attempt - 1, run_at = $3, lease_owner = NULL, \
         lease_until = NULL, stage = NULL, progress = 0.0 \
         WHERE id = $1 AND lease_owner = $2 AND state = 'running'",
        id.0,
        worker,
        Time(now),
    )?;
    Ok(rows == 1)
}

/// Lets all leases run out that workers named `prefix…` hold: their process is known to be gone. The
/// attempt counts, since the job may be what killed it.
pub async fn expire(tx: &mut Tx, prefix: &str, now: Timestamp) -> Result<u64> {
    execute!(
        tx,
        "UPDATE jobs SET lease_until = $2 WHERE state = 'running' AND substr(lease_owner, 1, length(CAST($1 AS TEXT))) = CAST($1 AS TEXT)",
        prefix,
        Time(now.plus_millis(-1)),
    )
}

pub async fn find(conn: &mut Conn, id: JobId) -> Result<Option<Job>> {
    fetch_optional!(Job, conn, "SELECT * FROM jobs WHERE id = $1", id.0)
}

pub async fn newest_of(conn: &mut Conn, user: UserId, limit: i64) -> Result<Vec<Job>> {
    fetch_all!(
        Job,
        conn,
        "SELECT * FROM jobs WHERE user_id = $1 ORDER BY id DESC LIMIT $2",
        user.0,
        limit
    )
}

/// The newest job of that kind about that thing.
pub async fn by_subject(conn: &mut Conn, kind: &str, subject: Uuid) -> Result<Option<Job>> {
    fetch_optional!(
        Job,
        conn,
        "SELECT * FROM jobs WHERE subject = $1 AND kind = $2 ORDER BY created_at DESC, id DESC LIMIT 1",
        subject,
        kind,
    )
}

/// All jobs of that kind about these things, oldest first.
pub async fn by_subjects(conn: &mut Conn, kind: &str, subjects: &[Uuid]) -> Result<Vec<Job>> {
    // A list of ids has no form that both engines take.
    let sql = match conn.engine() {
        Engine::Sqlite => {
            "SELECT * FROM jobs WHERE kind = $2 AND subject IN \
             (SELECT unhex(value, '-') FROM json_each($1)) ORDER BY created_at, id"
        }
        Engine::Postgres => {
            "SELECT * FROM jobs WHERE kind = $2 AND subject IN \
             (SELECT value::uuid FROM jsonb_array_elements_text($1)) ORDER BY created_at, id"
        }
    };
    fetch_all!(Job, conn, sql, Json(subjects), kind)
}
