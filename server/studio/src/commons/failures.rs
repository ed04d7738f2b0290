//! Failed tries, and how long each makes the next one wait.

use std::{
    collections::HashMap,
    fmt,
    sync::{Mutex, PoisonError},
};

use contract::Timestamp;
use sha2::{Digest as _, Sha256};

use super::Verdict;

/// Tries that cost nothing yet: people mistype.
pub const FREE_TRIES: u32 = 5;
/// After so long without a failed try all is forgotten.
pub const FORGOTTEN_AFTER_S: i64 = 3_600;
const MOST_KEYS: usize = 10_000;

/// What is tried, or from where; each counts for itself.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Try {
    pub kind: &'static str,
    pub key: String,
    /// The longest that it makes anybody wait.
    pub longest_s: i64,
}

/// A name for it elsewhere. The key may be somebody's address, which is nobody else's business.
impl fmt::Display for Try {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:", self.kind)?;
        let digest = Sha256::digest(self.key.as_bytes());
        digest.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

struct Count {
    failed: u32,
    last: Timestamp,
}

#[derive(Default)]
pub(super) struct Failures(Mutex<HashMap<Try, Count>>);

impl Failures {
    pub(super) fn admit(&self, tries: &[Try], now: Timestamp) -> Verdict {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = tries
            .iter()
            .filter_map(|one| Some(counts.get(one)?.wait(one.longest_s, now)))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(wait);
        }
        if counts.len() + tries.len() > MOST_KEYS {
            make_room(&mut counts, now);
        }
        for one in tries {
            let count = counts.entry(one.clone()).or_insert(Count {
                failed: 0,
                last: now,
            });
            if count.is_forgotten(now) {
                count.failed = 0;
            }
            count.failed += 1;
            count.last = now;
        }
        Ok(())
    }

    pub(super) fn forgive(&self, tries: &[Try]) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for one in tries {
            counts.remove(one);
        }
    }
}

impl Count {
    fn is_forgotten(&self, now: Timestamp) -> bool {
        now >= self.last.plus_seconds(FORGOTTEN_AFTER_S)
    }

    fn wait(&self, longest_s: i64, now: Timestamp) -> i64 {
        if self.failed < FREE_TRIES || self.is_forgotten(now) {
            return 0;
        }
        let delay = (1_i64 << (self.failed - FREE_TRIES).min(20)).min(longest_s);
        let left = self.last.plus_seconds(delay).millis_since(now);
        (left.max(0) + 999) / 1_000
    }
}

/// Forgets what may be forgotten, and then the oldest half: those who fill the table get no better off
/// than by coming from new addresses.
fn make_room(counts: &mut HashMap<Try, Count>, now: Timestamp) {
    counts.retain(|_, count| !count.is_forgotten(now));
    if counts.len() >= MOST_KEYS / 2 {
        let mut ages: Vec<Timestamp> = counts.values().map(|count| count.last).collect();
        let (_, middle, _) = ages.select_nth_unstable(counts.len() / 2);
        let middle = *middle;
        counts.retain(|_, count| count.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(key: &str) -> Try {
        Try {
            kind: "account",
            key: key.to_owned(),
            longest_s: 30,
        }
    }

    #[test]
    fn the_table_stays_bounded() {
        let failures = Failures::default();
        for guess in 0..60_000_i64 {
            let _ = failures.admit(
                &[of(&format!("u{guess}"))],
                Timestamp::from_seconds(guess / 200),
            );
        }
        assert!(failures.0.lock().expect("whole").len() <= MOST_KEYS);
    }

    #[test]
    fn a_name_gives_no_address_away() {
        let name = of("mara@example.org").to_string();
        assert!(name.starts_with("account:") && name.len() == 72, "{name}");
        assert!(!name.contains("mara"), "{name}");
    }
}
