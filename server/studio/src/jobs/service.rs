//! Queueing, claiming, ending.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use contract::{ApiError, ErrorCode, JobId, UserId, accounts::Scope, jobs::JobView};
use serde_json::Value;
use store::{
    Store, Tx, Uuid,
    jobs::{self as rows, Job},
    new_id,
};
use tokio::sync::{Notify, futures::Notified};

use super::{JobsError, lease::Signal};
use crate::{Actor, Clock};

/// How long a job is a worker's without a heartbeat.
pub(super) const LEASE_SECONDS: i64 = 30;
const MOST_LISTED: i64 = 100;
const FIRST_RETRY_MS: i64 = 2_000;
const LONGEST_RETRY_MS: i64 = 300_000;

/// The queue. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    /// Wakes workers of this process; those of others look at the table from time to time.
    wake: Notify,
    /// What this process is working on, so that a cancel reaches it before the next heartbeat.
    held: Mutex<HashMap<JobId, Signal>>,
}

pub struct NewJob {
    pub kind: &'static str,
    pub user: UserId,
    pub subject: Uuid,
    pub payload: Value,
    /// The smallest goes first.
    pub priority: i64,
    pub max_attempts: i64,
    /// Asking twice with the same key is asking once.
    pub key: String,
}

/// A job that is this worker's for as long as its lease holds. Only [`Jobs::claim`] makes one, so
/// whoever has it may end the job.
#[derive(Clone, Debug)]
pub struct Claimed {
    pub job: Job,
    pub(super) worker: Arc<str>,
}

/// Why a job could not be done.
#[derive(Clone, Debug)]
pub struct Failure {
    pub error: ApiError,
    /// Whether another attempt may go better.
    pub passing: bool,
}

impl Failure {
    /// It will fail the same way every time.
    pub fn lasting(error: ApiError) -> Self {
        Self {
            error,
            passing: false,
        }
    }

    /// The world was in the way: a disk, a database.
    pub fn passing(error: ApiError) -> Self {
        Self {
            error,
            passing: true,
        }
    }
}

impl Jobs {
    pub fn new(store: Store, clock: Clock) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            wake: Notify::new(),
            held: Mutex::default(),
        }))
    }

    /// Joins a unit of work: the job is there if and only if the rest of it is. Call [`Jobs::wake`] when
    /// the unit is committed.
    pub async fn enqueue(&self, tx: &mut Tx, job: NewJob) -> Result<Job, JobsError> {
        let now = self.0.clock.now();
        let row = rows::NewJob {
            id: JobId(new_id(now)),
            kind: job.kind,
            user_id: job.user,
            subject: job.subject,
            payload: &job.payload,
            priority: job.priority,
            max_attempts: job.max_attempts,
            run_at: now,
            key: &job.key,
            created_at: now,
        };
        Ok(rows::insert(tx, &row).await?)
    }

    /// There may be work: a worker of this process looks at once.
    pub fn wake(&self) {
        self.0.wake.notify_one();
    }

    /// Resolves when [`Jobs::wake`] is called, also when that was before this is awaited.
    pub fn woken(&self) -> Notified<'_> {
        self.0.wake.notified()
    }

    /// Takes up to `limit` jobs that are due. `worker` names the claimer: `NODE/PROCESS/NUMBER`.
    pub async fn claim(
        &self,
        actor: &Actor,
        worker: &str,
        kinds: &[&str],
        limit: i64,
    ) -> Result<Vec<Claimed>, JobsError> {
        only_system(actor)?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let claim = rows::Claim {
            worker,
            kinds,
            now,
            lease_until: now.plus_seconds(LEASE_SECONDS),
            limit,
        };
        let jobs = rows::claim(&mut tx, &claim).await?;
        tx.commit().await?;
        let worker: Arc<str> = worker.into();
        Ok(jobs
            .into_iter()
            .map(|job| Claimed {
                job,
                worker: worker.clone(),
            })
            .collect())
    }

    /// At start: the leases that an earlier process on this node held run out now and not in half a
    /// minute. `prefix` is the beginning of its workers' names.
    pub async fn reclaim(&self, actor: &Actor, prefix: &str) -> Result<u64, JobsError> {
        only_system(actor)?;
        let mut tx = self.0.store.begin(actor).await?;
        let count = rows::expire(&mut tx, prefix, self.0.clock.now()).await?;
        tx.commit().await?;
        self.wake();
        Ok(count)
    }

    /// Gives up on jobs whose workers went away time and again; returns them, so that their domains can
    /// tell people.
    pub async fn give_up(&self, actor: &Actor) -> Result<Vec<Job>, JobsError> {
        only_system(actor)?;
        let mut tx = self.0.store.begin(actor).await?;
        let jobs = rows::fail_exhausted(
            &mut tx,
            self.0.clock.now(),
            ErrorCode::Internal,
            "This was tried several times and did not get to its end.",
        )
        .await?;
        tx.commit().await?;
        Ok(jobs)
    }

    /// Renews the lease: what the worker must stop for, if anything.
    pub async fn heartbeat(&self, claimed: &Claimed) -> Result<Option<super::Stop>, JobsError> {
        let until = self.0.clock.now().plus_seconds(LEASE_SECONDS);
        let mut tx = self.0.store.begin(&Actor::System).await?;
        let beat = rows::heartbeat(&mut tx, claimed.job.id, &claimed.worker, until).await?;
        tx.commit().await?;
        Ok(match beat {
            None => Some(super::Stop::Lost),
            Some(true) => Some(super::Stop::Cancelled),
            Some(false) => None,
        })
    }

    /// Notes how far it is.
    pub async fn progress(
        &self,
        claimed: &Claimed,
        done: f64,
        stage: Option<&str>,
    ) -> Result<(), JobsError> {
        let mut tx = self.0.store.begin(&Actor::System).await?;
        let held = rows::progress(&mut tx, claimed.job.id, &claimed.worker, done, stage).await?;
        tx.commit().await?;
        held_or_lost(held, claimed)
    }

    /// Joins the unit of work that keeps the result. When this fails, the unit must not be committed:
    /// another worker has the job.
    pub async fn complete(&self, tx: &mut Tx, claimed: &Claimed) -> Result<(), JobsError> {
        let held = rows::finish(tx, claimed.job.id, &claimed.worker, self.0.clock.now()).await?;
        held_or_lost(held, claimed)
    }

    /// It could not be done: tried again later where that may help, or failed for good. True when it is
    /// final.
    pub async fn fail(&self, claimed: &Claimed, failure: &Failure) -> Result<bool, JobsError> {
        let now = self.0.clock.now();
        let (job, worker) = (&claimed.job, &claimed.worker);
        let (code, message) = (failure.error.code, failure.error.message.as_str());
        let again = failure.passing && job.attempt < job.max_attempts;
        let mut tx = self.0.store.begin(&Actor::System).await?;
        let held = if again {
            let run_at = now.plus_millis(backoff_ms(job.attempt, job.id));
            rows::retry(&mut tx, job.id, worker, run_at, code, message).await?
        } else {
            rows::fail(&mut tx, job.id, worker, now, code, message).await?
        };
        tx.commit().await?;
        held_or_lost(held, claimed)?;
        Ok(!again)
    }

    /// It stopped because somebody asked for it.
    pub async fn cancelled(&self, claimed: &Claimed) -> Result<(), JobsError> {
        let mut tx = self.0.store.begin(&Actor::System).await?;
        let held =
            rows::cancelled(&mut tx, claimed.job.id, &claimed.worker, self.0.clock.now()).await?;
        tx.commit().await?;
        held_or_lost(held, claimed)
    }

    /// It stopped because the server does; the next worker starts it over.
    pub async fn release(&self, claimed: &Claimed) -> Result<(), JobsError> {
        let mut tx = self.0.store.begin(&Actor::System).await?;
        let held =
            rows::release(&mut tx, claimed.job.id, &claimed.worker, self.0.clock.now()).await?;
        tx.commit().await?;
        held_or_lost(held, claimed)
    }

    /// The person's newest jobs.
    pub async fn list(&self, actor: &Actor) -> Result<Vec<JobView>, JobsError> {
        let user = actor.may(Scope::MediaRead)?;
        let mut read = self.0.store.read(actor).await?;
        let jobs = rows::newest_of(&mut read, user, MOST_LISTED).await?;
        Ok(jobs.iter().map(view).collect())
    }

    pub async fn view(&self, actor: &Actor, id: JobId) -> Result<JobView, JobsError> {
        let mut read = self.0.store.read(actor).await?;
        let job = rows::find(&mut read, id)
            .await?
            .ok_or(JobsError::NotFound)?;
        permit(actor, Scope::MediaRead, &job)?;
        Ok(view(&job))
    }

    /// What waits is cancelled; what runs is told so.
    pub async fn cancel(&self, actor: &Actor, id: JobId) -> Result<JobView, JobsError> {
        let mut tx = self.0.store.begin(actor).await?;
        let job = rows::find(&mut tx, id).await?.ok_or(JobsError::NotFound)?;
        permit(actor, Scope::MediaWrite, &job)?;
        // What has ended stays as it is: asking again does no harm.
        let job = rows::cancel(&mut tx, id, self.0.clock.now())
            .await?
            .unwrap_or(job);
        tx.commit().await?;
        if let Some(signal) = self.held().get(&id) {
            signal.give(super::Stop::Cancelled);
        }
        Ok(view(&job))
    }

    pub(super) fn held(&self) -> std::sync::MutexGuard<'_, HashMap<JobId, Signal>> {
        self.0.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn only_system(actor: &Actor) -> Result<(), JobsError> {
    if *actor == Actor::System {
        Ok(())
    } else {
        Err(JobsError::Forbidden)
    }
}

/// (Measuring is all that jobs do yet: they go with the files.)
fn permit(actor: &Actor, scope: Scope, job: &Job) -> Result<(), JobsError> {
    if *actor == Actor::System || actor.may(scope)? == job.user_id {
        Ok(())
    } else {
        Err(JobsError::NotFound)
    }
}

fn held_or_lost(held: bool, claimed: &Claimed) -> Result<(), JobsError> {
    if held {
        Ok(())
    } else {
        Err(JobsError::LeaseLost(claimed.job.id))
    }
}

fn view(job: &Job) -> JobView {
    JobView {
        id: job.id,
        kind: job.kind.clone(),
        state: job.state.0,
        progress: job.progress as f32,
        stage: job.stage.clone(),
        error: error_of(job),
    }
}

/// Why it failed. A job that waits for another attempt has not failed.
pub(crate) fn error_of(job: &Job) -> Option<ApiError> {
    if job.state.0 != contract::jobs::JobState::Failed {
        return None;
    }
    let code = job.error_code.as_deref()?;
    let code = ErrorCode::ALL
        .iter()
        .copied()
        .find(|known| known.as_str() == code)
        .unwrap_or(ErrorCode::Internal);
    Some(ApiError::new(
        code,
        job.error_message.clone().unwrap_or_default(),
    ))
}

/// Doubles with every attempt, and lies somewhere in the upper half of that: where jobs failed together
/// they do not come back together. The dice are the id's random end, so a job always waits equally long.
fn backoff_ms(attempt: i64, id: JobId) -> i64 {
    let doublings = u32::try_from(attempt - 1).unwrap_or(0).min(20);
    let longest = FIRST_RETRY_MS
        .saturating_mul(1 << doublings)
        .min(LONGEST_RETRY_MS);
    let dice = i64::from(id.0.as_bytes()[15]);
    longest / 2 + longest / 2 * dice / 255
}

#[cfg(test)]
pub(super) fn backoff_for_tests(attempt: i64, id: JobId) -> i64 {
    backoff_ms(attempt, id)
}
