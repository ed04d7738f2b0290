//! Token buckets: how fast somebody may ask.

use std::{
    collections::HashMap,
    fmt,
    net::IpAddr,
    sync::{Mutex, PoisonError},
};

use contract::{Timestamp, UserId};

use super::Verdict;

/// A page with all that it loads is some thirty requests; a browser that comes back with many tabs some
/// hundreds at once.
pub const BURST: u32 = 600;
pub const PER_SECOND: u32 = 100;
const MOST_KEYS: usize = 20_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Asker {
    V4(u32),
    /// One network is one address: its owner has 2^64 of them.
    V6(u64),
    Person(UserId),
}

impl From<IpAddr> for Asker {
    fn from(address: IpAddr) -> Self {
        match address {
            IpAddr::V4(v4) => Self::V4(v4.to_bits()),
            IpAddr::V6(v6) => Self::V6((v6.to_bits() >> 64) as u64),
        }
    }
}

/// A name for it elsewhere.
impl fmt::Display for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(bits) => write!(f, "v4:{bits:08x}"),
            Self::V6(bits) => write!(f, "v6:{bits:016x}"),
            Self::Person(id) => write!(f, "person:{id}"),
        }
    }
}

struct Bucket {
    tokens: f64,
    at: Timestamp,
}

#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<Asker, Bucket>>);

impl Rates {
    pub(super) fn take(&self, asker: Asker, now: Timestamp) -> Verdict {
        let mut buckets = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() >= MOST_KEYS && !buckets.contains_key(&asker) {
            // Full buckets say nothing; if that is not enough, all get a new start rather than nobody.
            buckets.retain(|_, bucket| bucket.refilled(now) < BURST.into());
            if buckets.len() >= MOST_KEYS {
                buckets.clear();
            }
        }
        let bucket = buckets.entry(asker).or_insert(Bucket {
            tokens: BURST.into(),
            at: now,
        });
        bucket.tokens = bucket.refilled(now);
        bucket.at = now;
        if bucket.tokens < 1.0 {
            return Err(((1.0 - bucket.tokens) / f64::from(PER_SECOND)).ceil() as i64);
        }
        bucket.tokens -= 1.0;
        Ok(())
    }
}

impl Bucket {
    fn refilled(&self, now: Timestamp) -> f64 {
        let passed_s = now.millis_since(self.at).max(0) as f64 / 1_000.0;
        (self.tokens + passed_s * f64::from(PER_SECOND)).min(BURST.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_is_free_then_the_rate_holds() {
        let (rates, asker) = (Rates::default(), Asker::V4(1));
        let now = Timestamp::from_seconds(1);
        for _ in 0..600 {
            assert_eq!(rates.take(asker, now), Ok(()));
        }
        assert_eq!(rates.take(asker, now), Err(1));
        assert_eq!(rates.take(Asker::V4(2), now), Ok(()));
        for _ in 0..10 {
            assert_eq!(rates.take(asker, now.plus_millis(100)), Ok(()));
        }
        assert_eq!(rates.take(asker, now.plus_millis(100)), Err(1));
    }

    #[test]
    fn memory_is_bounded() {
        let rates = Rates::default();
        for address in 0..50_000 {
            assert_eq!(
                rates.take(Asker::V4(address), Timestamp::from_seconds(1)),
                Ok(())
            );
        }
        assert!(rates.0.lock().expect("whole").len() <= MOST_KEYS);
    }

    #[test]
    fn one_ipv6_network_is_one_asker() {
        let asker = |text: &str| Asker::from(text.parse::<IpAddr>().expect("an address"));
        assert_eq!(asker("2001:db8::1"), asker("2001:db8::ffff:2"));
        assert_ne!(asker("2001:db8::1"), asker("2001:db8:0:1::1"));
        assert_eq!(asker("2001:db8::1").to_string(), "v6:20010db800000000");
        assert_eq!(asker("192.0.2.1").to_string(), "v4:c0000201");
    }
}
