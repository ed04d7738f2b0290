//! Sessions that were looked up a moment ago, so that a check costs a hash and no query.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use contract::{SessionId, Timestamp, UserId, accounts::Me};

use super::secret::Hash;
use crate::Actor;

/// What another process changes and cannot tell is seen after so long.
const FRESH_S: i64 = 10;
const MOST: usize = 4_096;

#[derive(Clone)]
pub(super) struct Known {
    pub(super) actor: Actor,
    pub(super) session: SessionId,
    pub(super) me: Me,
    pub(super) created_at: Timestamp,
    pub(super) seen_at: Timestamp,
    pub(super) expires_at: Timestamp,
    pub(super) read_at: Timestamp,
}

#[derive(Default)]
pub(super) struct Cache(Mutex<Entries>);

#[derive(Default)]
struct Entries {
    by_token: HashMap<Hash, Known>,
    /// Counts what was thrown out: who read the database before a session ended must not put it back.
    generation: u64,
}

/// Taken before reading the database.
#[derive(Clone, Copy)]
pub(super) struct Generation(u64);

impl Cache {
    pub(super) fn get(&self, token: &Hash, now: Timestamp) -> Option<Known> {
        self.entries()
            .by_token
            .get(token)
            .filter(|known| now < known.read_at.plus_seconds(FRESH_S))
            .cloned()
    }

    pub(super) fn generation(&self) -> Generation {
        Generation(self.entries().generation)
    }

    pub(super) fn put(&self, token: Hash, known: Known, since: Generation) {
        let mut entries = self.entries();
        if entries.generation != since.0 {
            return;
        }
        if entries.by_token.len() >= MOST {
            let now = known.read_at;
            entries
                .by_token
                .retain(|_, known| now < known.read_at.plus_seconds(FRESH_S));
            if entries.by_token.len() >= MOST {
                entries.by_token.clear();
            }
        }
        entries.by_token.insert(token, known);
    }

    pub(super) fn forget(&self, sessions: &[SessionId]) {
        let mut entries = self.entries();
        entries.generation += 1;
        entries
            .by_token
            .retain(|_, known| !sessions.contains(&known.session));
    }

    pub(super) fn forget_person(&self, user: UserId) {
        let mut entries = self.entries();
        entries.generation += 1;
        entries.by_token.retain(|_, known| known.me.id != user);
    }

    /// Nobody knows which of them ended meanwhile.
    pub(super) fn forget_all(&self) {
        let mut entries = self.entries();
        entries.generation += 1;
        entries.by_token.clear();
    }

    fn entries(&self) -> MutexGuard<'_, Entries> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
