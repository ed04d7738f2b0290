//! How long to wait before asking again.

use std::{
    sync::atomic::{AtomicU64, Ordering},
    time::Duration,
};

/// Asked at most this often in all.
pub(super) const MOST_ATTEMPTS: u32 = 4;
const FIRST: Duration = Duration::from_millis(500);
const LONGEST: Duration = Duration::from_secs(8);
/// A vendor that wants us to wait for longer has refused: a person should not stare at nothing.
const LONGEST_ASKED: Duration = Duration::from_secs(30);

pub(super) struct Backoff {
    dice: AtomicU64,
}

impl Backoff {
    pub(super) const fn new(seed: u64) -> Self {
        Self {
            dice: AtomicU64::new(seed),
        }
    }

    /// Before attempt `attempt` (the second is 1). None: do not ask again.
    pub(super) fn delay(&self, attempt: u32, asked_to_wait: Option<Duration>) -> Option<Duration> {
        if attempt >= MOST_ATTEMPTS {
            return None;
        }
        if let Some(asked) = asked_to_wait {
            return (asked <= LONGEST_ASKED).then_some(asked + FIRST.mul_f64(self.roll() * 0.5));
        }
        let step = FIRST.saturating_mul(1 << (attempt - 1).min(8)).min(LONGEST);
        // Between half of the step and the whole of it.
        Some(step.mul_f64(0.5 + self.roll() * 0.5))
    }

    /// 0 to 1 (SplitMix64).
    fn roll(&self) -> f64 {
        let mut z = self
            .dice
            .fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed)
            .wrapping_add(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((z ^ (z >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_wait_is_longer_and_none_is_the_same_for_all() {
        let backoff = Backoff::new(7);
        for (attempt, step) in [(1, 500), (2, 1000), (3, 2000)] {
            for _ in 0..100 {
                let delay = backoff.delay(attempt, None).expect("another attempt");
                assert!(
                    delay >= Duration::from_millis(step / 2)
                        && delay <= Duration::from_millis(step),
                    "{delay:?}"
                );
            }
        }
        assert_eq!(backoff.delay(MOST_ATTEMPTS, None), None);
        assert_ne!(backoff.delay(1, None), backoff.delay(1, None));
    }

    #[test]
    fn a_vendor_that_names_a_time_gets_it() {
        let backoff = Backoff::new(1);
        let delay = backoff
            .delay(1, Some(Duration::from_secs(3)))
            .expect("another attempt");
        assert!(
            delay >= Duration::from_secs(3) && delay < Duration::from_secs(4),
            "{delay:?}"
        );
        assert_eq!(backoff.delay(1, Some(Duration::from_secs(600))), None);
    }
}
