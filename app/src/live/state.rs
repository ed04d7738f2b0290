//! Which frames count, what to ask for, and when to try again. Browser-free.

use contract::live::{Cursor, Frame, Request, Topic};

/// Names one subscriber; several may listen to the same topic from different places in its log.
pub type Key = u32;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// Asked for, or listening.
    Listening,
    /// The log does not reach back: waits until the subscriber has read its state anew.
    Stale,
    /// The server said no, for good.
    Closed,
}

#[derive(Clone, Debug)]
struct Subscriber {
    key: Key,
    topic: Topic,
    /// The last event that was handed over, or where the subscriber's own state stands.
    cursor: Option<Cursor>,
    phase: Phase,
    /// Gaps in a row, so that a log that never fits does not make us ask in a circle.
    gaps: u32,
    /// A hole was seen and the replay asked for: once is enough until it is filled.
    mending: bool,
}

/// What the client has to do with a frame.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Who gets the frame.
    pub deliver: Vec<Key>,
    /// Who must read their state anew: the frame did not say so itself, but a hole cannot be mended.
    pub stale: Vec<Key>,
    pub send: Vec<Request>,
}

/// All subscriptions of this tab.
#[derive(Debug, Default)]
pub struct Channel {
    subscribers: Vec<Subscriber>,
    next: Key,
}

impl Channel {
    pub fn subscribe(&mut self, topic: Topic, after: Option<Cursor>) -> (Key, Vec<Request>) {
        self.next += 1;
        let key = self.next;
        let shared = self.listening(topic).next().is_some();
        self.subscribers.push(Subscriber {
            key,
            topic,
            cursor: after,
            phase: Phase::Listening,
            gaps: 0,
            mending: false,
        });
        // Somebody listens already and this one wants only what is new: nothing to ask.
        if shared && after.is_none() {
            return (key, Vec::new());
        }
        (key, self.ask(topic, shared))
    }

    pub fn unsubscribe(&mut self, key: Key) -> Vec<Request> {
        let Some(at) = self.subscribers.iter().position(|one| one.key == key) else {
            return Vec::new();
        };
        let gone = self.subscribers.swap_remove(at);
        if gone.phase == Phase::Listening && self.listening(gone.topic).next().is_none() {
            vec![Request::Unsubscribe { topic: gone.topic }]
        } else {
            Vec::new()
        }
    }

    /// A subscriber has read its state anew and goes on from `after`.
    pub fn resume(&mut self, key: Key, after: Option<Cursor>) -> Vec<Request> {
        let Some(one) = self.find(key) else {
            return Vec::new();
        };
        one.cursor = after;
        one.phase = Phase::Listening;
        one.mending = false;
        let topic = one.topic;
        let shared = self.listening(topic).count() > 1;
        self.ask(topic, shared)
    }

    /// A connection has opened: ask for everything again, each from where it stands.
    pub fn opened(&mut self) -> Vec<Request> {
        let mut topics: Vec<Topic> = Vec::new();
        for one in &mut self.subscribers {
            one.mending = false;
            if one.phase == Phase::Listening && !topics.contains(&one.topic) {
                topics.push(one.topic);
            }
        }
        topics
            .into_iter()
            .flat_map(|topic| self.ask(topic, false))
            .collect()
    }

    /// The topics of an SSE address, which carries the subscriptions itself.
    pub fn topics(&self) -> Vec<(Topic, Option<Cursor>)> {
        let mut topics: Vec<(Topic, Option<Cursor>)> = Vec::new();
        for one in &self.subscribers {
            if one.phase == Phase::Listening && !topics.iter().any(|(topic, _)| *topic == one.topic)
            {
                topics.push((one.topic, self.reach(one.topic)));
            }
        }
        topics
    }

    pub fn receive(&mut self, frame: &Frame) -> Outcome {
        let mut outcome = Outcome::default();
        match frame {
            Frame::Event {
                topic, epoch, seq, ..
            } => {
                self.event(
                    *topic,
                    Cursor {
                        epoch: *epoch,
                        seq: *seq,
                    },
                    &mut outcome,
                );
            }
            Frame::CaughtUp { topic, cursor } => self.caught_up(*topic, *cursor, &mut outcome),
            Frame::Gap { topic } => {
                for one in self
                    .subscribers
                    .iter_mut()
                    .filter(|one| one.topic == *topic)
                {
                    if one.phase == Phase::Listening {
                        one.phase = Phase::Stale;
                        one.gaps += 1;
                        outcome.deliver.push(one.key);
                    }
                }
            }
            Frame::Closed { topic, .. } => {
                for one in self
                    .subscribers
                    .iter_mut()
                    .filter(|one| one.topic == *topic)
                {
                    one.phase = Phase::Closed;
                    outcome.deliver.push(one.key);
                }
            }
            Frame::Bye { .. } | Frame::Pong => {}
        }
        outcome
    }

    /// How many gaps in a row a subscriber has met.
    pub fn gaps(&self, key: Key) -> u32 {
        self.subscribers
            .iter()
            .find(|one| one.key == key)
            .map_or(0, |one| one.gaps)
    }

    fn event(&mut self, topic: Topic, here: Cursor, outcome: &mut Outcome) {
        let mut replay = false;
        for one in self
            .subscribers
            .iter_mut()
            .filter(|one| one.topic == topic && one.phase == Phase::Listening)
        {
            match one.cursor {
                None => {}
                Some(seen) if seen.epoch != here.epoch => {
                    // The log started anew and nobody said so: what lies between is unknown.
                    one.phase = Phase::Stale;
                    one.gaps += 1;
                    outcome.stale.push(one.key);
                    continue;
                }
                Some(seen) if here.seq <= seen.seq => continue,
                Some(seen) if here.seq > seen.seq + 1 => {
                    // A hole is never accepted. What follows is dropped until the replay fills it.
                    replay |= !one.mending;
                    one.mending = true;
                    continue;
                }
                Some(_) => {}
            }
            one.cursor = Some(here);
            one.gaps = 0;
            one.mending = false;
            outcome.deliver.push(one.key);
        }
        if replay {
            outcome.send.extend(self.ask(topic, true));
        }
    }

    fn caught_up(&mut self, topic: Topic, cursor: Cursor, outcome: &mut Outcome) {
        for one in self
            .subscribers
            .iter_mut()
            .filter(|one| one.topic == topic && one.phase == Phase::Listening)
        {
            match one.cursor {
                // Only what comes from now on: now is here.
                None => one.cursor = Some(cursor),
                Some(seen) if seen == cursor => {}
                // An empty log has no place of its own yet.
                Some(seen) if seen.seq == 0 && cursor.seq == 0 => one.cursor = Some(cursor),
                Some(seen) if seen.epoch == cursor.epoch && seen.seq > cursor.seq => {}
                // "All of it" was not all.
                Some(_) => {
                    one.phase = Phase::Stale;
                    one.gaps += 1;
                    outcome.stale.push(one.key);
                    continue;
                }
            }
            one.gaps = 0;
            one.mending = false;
            outcome.deliver.push(one.key);
        }
    }

    /// Asks for a topic from the earliest place that a subscriber needs; whoever is further drops what
    /// it has. A topic that is on the wire already is taken off first.
    fn ask(&self, topic: Topic, again: bool) -> Vec<Request> {
        let subscribe = Request::Subscribe {
            topic,
            after: self.reach(topic),
        };
        if again {
            vec![Request::Unsubscribe { topic }, subscribe]
        } else {
            vec![subscribe]
        }
    }

    fn reach(&self, topic: Topic) -> Option<Cursor> {
        self.listening(topic)
            .filter_map(|one| one.cursor)
            .min_by_key(|cursor| (cursor.epoch, cursor.seq))
    }

    fn listening(&self, topic: Topic) -> impl Iterator<Item = &Subscriber> {
        self.subscribers
            .iter()
            .filter(move |one| one.topic == topic && one.phase == Phase::Listening)
    }

    fn find(&mut self, key: Key) -> Option<&mut Subscriber> {
        self.subscribers.iter_mut().find(|one| one.key == key)
    }
}

/// How the tab reaches the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wire {
    Socket,
    /// One way only: its address names the topics.
    Events,
}

const FIRST_DELAY_MS: u32 = 500;
const LONGEST_DELAY_MS: u32 = 15_000;
/// A proxy that lets no WebSocket through shows itself by now.
const SOCKETS_BEFORE_EVENTS: u32 = 2;

/// When to try again, and over what.
#[derive(Debug, Default)]
pub struct Redial {
    /// Attempts in a row that did not open.
    failed: u32,
    /// What has opened once in this tab is what gets through from here.
    proven: Option<Wire>,
}

impl Redial {
    pub fn wire(&self) -> Wire {
        self.proven.unwrap_or({
            // Neither opens while the server is away: keep asking for both, the socket first.
            if self.failed % (SOCKETS_BEFORE_EVENTS + 1) < SOCKETS_BEFORE_EVENTS {
                Wire::Socket
            } else {
                Wire::Events
            }
        })
    }

    pub fn opened(&mut self, wire: Wire) {
        self.proven = Some(wire);
        self.failed = 0;
    }

    pub fn failed(&mut self) {
        self.failed = self.failed.saturating_add(1);
    }

    /// Milliseconds until the next attempt. `random` is in 0..1: half of the delay is left to chance,
    /// so that a server that comes back does not meet all its tabs at once.
    pub fn delay_ms(&self, random: f64) -> u32 {
        let full = FIRST_DELAY_MS
            .saturating_mul(1 << self.failed.saturating_sub(1).min(5))
            .min(LONGEST_DELAY_MS);
        let half = full / 2;
        half + (f64::from(half) * random) as u32
    }
}

/// How long to wait before reading the state anew after so many gaps in a row.
pub const fn refetch_delay_ms(gaps: u32) -> u32 {
    match gaps {
        0 | 1 => 0,
        2 => 1_000,
        3 => 4_000,
        _ => 15_000,
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
