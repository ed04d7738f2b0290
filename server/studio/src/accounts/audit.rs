//! The audit log: every privileged act leaves a line, in the unit of work that does it.

use std::fmt::Display;

use contract::{
    ActId, Timestamp, UserId,
    accounts::{ActView, Role},
};
use serde_json::json;
use store::{
    Tx, Viewer,
    accounts::{self as table, Act, ActRow},
    new_id,
};

use super::{Accounts, AccountsError};
use crate::{Actor, Origin};

/// Browsers send what they like; more than this says nothing more.
pub(super) const USER_AGENT_CHARS: usize = 300;
const PAGE: i64 = 100;

/// What was done, to what.
pub(super) struct Deed {
    act: &'static str,
    target: String,
    note: String,
}

impl Deed {
    /// `session.begin`, `owner.recover`: domain or thing, dot, verb. Done to what, mostly an id.
    pub(super) fn new(act: &'static str, target: impl Display) -> Self {
        Self {
            act,
            target: target.to_string(),
            note: String::new(),
        }
    }

    /// What more there is to say: the role that was given.
    pub(super) fn noting(mut self, note: &str) -> Self {
        note.clone_into(&mut self.note);
        self
    }
}

pub(super) async fn record(
    tx: &mut Tx,
    at: Timestamp,
    user: Option<UserId>,
    deed: Deed,
    origin: &Origin,
) -> Result<(), AccountsError> {
    let user_agent: String = origin.user_agent.chars().take(USER_AGENT_CHARS).collect();
    let mut detail = serde_json::Map::new();
    for (name, value) in [("user_agent", &user_agent), ("note", &deed.note)] {
        if !value.is_empty() {
            detail.insert(name.to_owned(), json!(value));
        }
    }
    let act = Act {
        id: new_id(at),
        at,
        user,
        act: deed.act,
        target: &deed.target,
        address: &origin.address,
        detail: detail.into(),
    };
    Ok(table::record(tx, &act).await?)
}

impl Accounts {
    /// A page of the log, newest first; only what is older than `before`, where it is given.
    pub async fn audit(
        &self,
        actor: &Actor,
        before: Option<ActId>,
    ) -> Result<Vec<ActView>, AccountsError> {
        actor.govern(Role::Admin)?;
        let mut read = self.0.store.read(Viewer::System).await?;
        let acts = table::acts(&mut read, before, PAGE).await?;
        Ok(acts.into_iter().map(view).collect())
    }
}

fn view(row: ActRow) -> ActView {
    let said = |name: &str| row.detail.0[name].as_str().unwrap_or_default().to_owned();
    ActView {
        id: row.id.into(),
        at: row.at,
        user: row.user_id.map(UserId),
        user_agent: said("user_agent"),
        note: said("note"),
        name: row.name,
        act: row.act,
        target: row.target,
        address: row.address,
    }
}
