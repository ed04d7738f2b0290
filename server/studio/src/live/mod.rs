//! The live channel's logs: what happened, by topic, so that a browser that comes back gets exactly
//! what it missed.
//!
//! A topic's log is a ring bounded in events and bytes. Followers read from the ring at their own pace
//! and are only *woken* by writers: a slow one costs no memory, it falls off the end and is told so with
//! a gap. Each log has an epoch; a log that was forgotten (idle, nobody following) or that another
//! process had starts anew with another epoch, and cursors of the old one get a gap too.

mod connection;
mod log;

use std::{
    collections::HashMap,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError, Weak,
        atomic::{AtomicU64, Ordering},
    },
};

use contract::{
    SessionId,
    live::{Cursor, Event, Topic},
};

pub use connection::Connection;
use connection::Wake;
use log::Log;

use crate::{Actor, Clock};

/// All topics of this process. Cheap to clone.
#[derive(Clone)]
pub struct Hub(Arc<Inner>);

struct Inner {
    clock: Clock,
    next_epoch: AtomicU64,
    topics: Mutex<HashMap<Topic, Log>>,
    /// Connections by session, so that a session that ends takes them with it.
    connections: Mutex<Vec<(SessionId, Weak<Wake>)>>,
}

/// Longer than a reconnecting browser's longest pause.
const IDLE_SECONDS: i64 = 30;

impl Hub {
    pub fn new(clock: Clock) -> Self {
        // Microseconds since 1970: higher than any epoch of an earlier process on this machine.
        let first = clock.now().0.max(1).unsigned_abs();
        Self(Arc::new(Inner {
            clock,
            next_epoch: AtomicU64::new(first),
            topics: Mutex::default(),
            connections: Mutex::default(),
        }))
    }

    /// Appends to the topic's log and wakes whoever follows.
    pub fn publish(&self, topic: Topic, event: Event) -> Cursor {
        let at = self.0.clock.now();
        let (cursor, followers) = {
            let mut topics = self.topics();
            let log = topics
                .entry(topic)
                .or_insert_with(|| Log::new(self.new_epoch(), at));
            (log.append(topic, at, event), log.followers())
        };
        for follower in followers {
            follower.wake();
        }
        cursor
    }

    /// Where the topic's log stands now. What is read after this call and before the next event is
    /// covered by it.
    pub fn cursor(&self, topic: Topic) -> Cursor {
        let now = self.0.clock.now();
        let mut topics = self.topics();
        let log = topics
            .entry(topic)
            .or_insert_with(|| Log::new(self.new_epoch(), now));
        log.touch(now);
        log.cursor()
    }

    /// A browser's tab comes. The caller decides which topics it may follow.
    pub fn connect(&self, actor: &Actor) -> Connection {
        let wake = Arc::new(Wake::default());
        if let Actor::User { session, .. } = actor {
            let mut connections = lock(&self.0.connections);
            connections.retain(|(_, wake)| wake.strong_count() > 0);
            connections.push((*session, Arc::downgrade(&wake)));
        }
        Connection::new(self.clone(), wake)
    }

    /// The session is over: its connections say so and end.
    pub fn end_session(&self, session: SessionId) {
        for (id, wake) in lock(&self.0.connections).iter() {
            if *id == session
                && let Some(wake) = wake.upgrade()
            {
                wake.end();
            }
        }
    }

    /// The topic is gone for everybody (its conversation was deleted).
    pub fn close(&self, topic: Topic) {
        let followers = self
            .topics()
            .remove(&topic)
            .map(|log| log.followers())
            .unwrap_or_default();
        for follower in followers {
            follower.close(topic);
        }
    }

    /// Drops the logs that nobody follows and that have been still for a while. Whoever comes back later
    /// gets a gap and reads the state anew.
    pub fn forget_idle(&self) {
        let before = self.0.clock.now().plus_seconds(-IDLE_SECONDS);
        self.topics()
            .retain(|_, log| log.is_followed() || log.touched_at() > before);
    }

    fn new_epoch(&self) -> u64 {
        self.0.next_epoch.fetch_add(1, Ordering::Relaxed)
    }

    fn topics(&self) -> MutexGuard<'_, HashMap<Topic, Log>> {
        lock(&self.0.topics)
    }
}

/// A panic while holding one of these locks leaves a log that is still in order: every change is made
/// whole before anything that can panic.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
