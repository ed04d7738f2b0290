//! One topic's ring of events.

use std::{
    collections::VecDeque,
    sync::{Arc, Weak},
};

use contract::{
    Timestamp,
    live::{Cursor, Event, Frame, Topic},
};

use super::connection::Wake;

/// A long answer is some two thousand deltas; a reader who is further behind reads the state anew.
const MOST_EVENTS: usize = 4_096;
const MOST_BYTES: usize = 1 << 20;

pub(super) struct Log {
    epoch: u64,
    /// Number of the newest event; 0 before the first.
    seq: u64,
    /// The newest events as JSON text of their frames: written once, however many follow.
    ring: VecDeque<Arc<str>>,
    bytes: usize,
    touched_at: Timestamp,
    followers: Vec<Weak<Wake>>,
}

/// What a follower finds behind its cursor.
pub(super) enum Behind {
    Frames(Vec<Arc<str>>),
    /// The log does not reach back so far, or is another one.
    Gap,
}

impl Log {
    pub(super) fn new(epoch: u64, now: Timestamp) -> Self {
        Self {
            epoch,
            seq: 0,
            ring: VecDeque::new(),
            bytes: 0,
            touched_at: now,
            followers: Vec::new(),
        }
    }

    /// Somebody was given a cursor or an event just now.
    pub(super) fn touch(&mut self, now: Timestamp) {
        self.touched_at = now;
    }

    pub(super) fn touched_at(&self) -> Timestamp {
        self.touched_at
    }

    pub(super) fn cursor(&self) -> Cursor {
        Cursor {
            epoch: self.epoch,
            seq: self.seq,
        }
    }

    pub(super) fn append(&mut self, topic: Topic, at: Timestamp, event: Event) -> Cursor {
        let frame = Frame::Event {
            topic,
            epoch: self.epoch,
            seq: self.seq + 1,
            at,
            event: Box::new(event),
        };
        let text: Arc<str> = super::connection::json(&frame);
        self.touch(at);
        self.seq += 1;
        self.bytes += text.len();
        self.ring.push_back(text);
        // The newest event always stays, however large.
        while self.ring.len() > 1 && (self.ring.len() > MOST_EVENTS || self.bytes > MOST_BYTES) {
            if let Some(oldest) = self.ring.pop_front() {
                self.bytes -= oldest.len();
            }
        }
        self.cursor()
    }

    /// At most `most` frames after `cursor`.
    pub(super) fn behind(&self, cursor: Cursor, most: usize) -> Behind {
        let oldest = self.seq - self.ring.len() as u64;
        if cursor.epoch != self.epoch || cursor.seq > self.seq || cursor.seq < oldest {
            return Behind::Gap;
        }
        let skip = usize::try_from(cursor.seq - oldest).unwrap_or(usize::MAX);
        Behind::Frames(self.ring.iter().skip(skip).take(most).cloned().collect())
    }

    pub(super) fn follow(&mut self, wake: &Arc<Wake>) {
        self.followers
            .retain(|follower| follower.strong_count() > 0);
        self.followers.push(Arc::downgrade(wake));
    }

    pub(super) fn unfollow(&mut self, wake: &Arc<Wake>) {
        self.followers
            .retain(|follower| follower.as_ptr() != Arc::as_ptr(wake));
    }

    pub(super) fn is_followed(&self) -> bool {
        self.followers
            .iter()
            .any(|follower| follower.strong_count() > 0)
    }

    pub(super) fn followers(&self) -> Vec<Arc<Wake>> {
        self.followers.iter().filter_map(Weak::upgrade).collect()
    }
}
