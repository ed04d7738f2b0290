//! One browser's tab: the topics that it follows and how far it has read in each.

use std::{
    collections::VecDeque,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};

use contract::{
    ApiError, ErrorCode,
    live::{Cursor, Frame, Topic},
};
use tokio::sync::Notify;

use super::{
    Hub, lock,
    log::{Behind, Log},
};

/// Frames taken from a log at a time, so that one busy topic does not starve the others.
const BATCH: usize = 256;

/// How the hub reaches a connection.
#[derive(Default)]
pub(super) struct Wake {
    notify: Notify,
    ended: AtomicBool,
    closed: Mutex<Vec<Topic>>,
}

impl Wake {
    pub(super) fn wake(&self) {
        self.notify.notify_one();
    }

    pub(super) fn end(&self) {
        self.ended.store(true, Ordering::Release);
        self.wake();
    }

    pub(super) fn close(&self, topic: Topic) {
        lock(&self.closed).push(topic);
        self.wake();
    }
}

struct Following {
    topic: Topic,
    read: Cursor,
    caught_up: bool,
}

pub struct Connection {
    hub: Hub,
    wake: Arc<Wake>,
    following: Vec<Following>,
    /// Ready to be sent.
    ready: VecDeque<Arc<str>>,
    over: bool,
}

impl Connection {
    pub(super) fn new(hub: Hub, wake: Arc<Wake>) -> Self {
        Self {
            hub,
            wake,
            following: Vec::new(),
            ready: VecDeque::new(),
            over: false,
        }
    }

    /// Follows a topic from behind `after`, or from now on. The right to it is the caller's to check.
    pub fn subscribe(&mut self, topic: Topic, after: Option<Cursor>) {
        self.unsubscribe(topic);
        let now = self.hub.0.clock.now();
        let mut topics = self.hub.topics();
        let log = topics
            .entry(topic)
            .or_insert_with(|| Log::new(self.hub.new_epoch(), now));
        log.follow(&self.wake);
        self.following.push(Following {
            topic,
            read: after.unwrap_or(log.cursor()),
            caught_up: false,
        });
        drop(topics);
        self.wake.wake();
    }

    pub fn unsubscribe(&mut self, topic: Topic) {
        self.following.retain(|following| following.topic != topic);
        if let Some(log) = self.hub.topics().get_mut(&topic) {
            log.unfollow(&self.wake);
        }
    }

    /// Says something to this browser only.
    pub fn tell(&mut self, frame: &Frame) {
        self.ready.push_back(json(frame));
    }

    /// The next frame as JSON text; waits for one. `None` when the session is over. Dropping the future
    /// loses nothing.
    pub async fn next(&mut self) -> Option<Arc<str>> {
        loop {
            if let Some(frame) = self.ready.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            if self.wake.ended.load(Ordering::Acquire) {
                self.over = true;
                self.tell(&Frame::Bye {
                    error: ApiError::new(ErrorCode::SignedOut, "You are signed out."),
                });
            } else if !self.collect() {
                self.wake.notify.notified().await;
            }
        }
    }

    /// Takes what is new from every followed log; says whether there was anything.
    fn collect(&mut self) -> bool {
        for topic in std::mem::take(&mut *lock(&self.wake.closed)) {
            self.following.retain(|following| following.topic != topic);
            let error = ApiError::new(ErrorCode::NotFound, "This is no longer there.");
            self.ready.push_back(json(&Frame::Closed { topic, error }));
        }
        let topics = self.hub.topics();
        self.following.retain_mut(|following| {
            let topic = following.topic;
            match topics
                .get(&topic)
                .map(|log| log.behind(following.read, BATCH))
            {
                Some(Behind::Frames(frames)) => {
                    following.read.seq += frames.len() as u64;
                    let at_end = frames.len() < BATCH;
                    self.ready.extend(frames);
                    if at_end && !following.caught_up {
                        following.caught_up = true;
                        self.ready.push_back(json(&Frame::CaughtUp {
                            topic,
                            cursor: following.read,
                        }));
                    }
                    true
                }
                Some(Behind::Gap) | None => {
                    self.ready.push_back(json(&Frame::Gap { topic }));
                    false
                }
            }
        });
        drop(topics);
        !self.ready.is_empty()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        let mut topics = self.hub.topics();
        for following in &self.following {
            if let Some(log) = topics.get_mut(&following.topic) {
                log.unfollow(&self.wake);
            }
        }
    }
}

/// A frame as text. Frames are made of strings and numbers, which always encode.
pub(super) fn json(frame: &Frame) -> Arc<str> {
    serde_json::to_string(frame).unwrap_or_default().into()
}
