//! Who did what, on what, from where, when. Lines are only ever added.

use contract::{ActId, Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Json, Result, Time, Tx, Uuid, execute, fetch_all};

/// One line of the audit log.
pub struct Act<'a> {
    pub id: Uuid,
    pub at: Timestamp,
    pub user: Option<UserId>,
    /// `session.begin`, `owner.recover`: domain or thing, dot, verb.
    pub act: &'a str,
    /// What it was done to: an id, mostly.
    pub target: &'a str,
    pub address: &'a str,
    pub detail: serde_json::Value,
}

pub async fn record(tx: &mut Tx, act: &Act<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_audit (id, at, user_id, act, target, address, detail)
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        act.id,
        Time(act.at),
        act.user.map(|user| user.0),
        act.act,
        act.target,
        act.address,
        Json(&act.detail)
    )?;
    Ok(())
}

#[derive(Clone, Debug, FromRow)]
pub struct ActRow {
    pub id: Uuid,
    #[sqlx(try_from = "Time")]
    pub at: Timestamp,
    pub user_id: Option<Uuid>,
    /// While they are here.
    pub name: Option<String>,
    pub act: String,
    pub target: String,
    pub address: String,
    pub detail: Json<serde_json::Value>,
}

/// Newest first; only those older than `before`, where it is given.
pub async fn acts(conn: &mut Conn, before: Option<ActId>, limit: i64) -> Result<Vec<ActRow>> {
    // Ids sort by time. The highest of all stands for no bound.
    fetch_all!(
        ActRow,
        conn,
        "SELECT a.id, a.at, a.user_id, u.name, a.act, a.target, a.address, a.detail
         FROM accounts_audit a LEFT JOIN accounts_users u ON u.id = a.user_id
         WHERE a.id < $1 ORDER BY a.id DESC LIMIT $2",
        before.map_or(Uuid::max(), |before| before.0),
        limit
    )
}
