//! Growing delays against guessing, by the address that tries and by the account that is tried.
//!
//! In memory: a restart forgives, which is no way in (a restart is the owner's to make, and a password
//! of fifteen characters stands more than a few free tries). An account's delay stays short, because
//! anybody can cause it and must not lock the owner out.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use contract::Timestamp;

/// Tries that cost nothing yet: people mistype.
const FREE: u32 = 5;
const LONGEST_FOR_ADDRESS_S: i64 = 900;
const LONGEST_FOR_ACCOUNT_S: i64 = 30;
/// Only who knows the password comes so far, so that nobody else can lock its person out.
const LONGEST_FOR_CODE_S: i64 = 900;
/// After so long without a failed try all is forgotten.
const MEMORY_S: i64 = 3_600;
const MOST_KEYS: usize = 10_000;

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Kind {
    Address,
    Account,
    /// The second factor of an account.
    Code,
}

struct Failures {
    count: u32,
    last: Timestamp,
}

#[derive(Default)]
pub(super) struct Throttle(Mutex<HashMap<(Kind, String), Failures>>);

impl Throttle {
    /// Takes a try, or says how many seconds are left until the next. The try counts as failed until
    /// [`Self::forgive`], so that many at once cannot slip through together.
    pub(super) fn admit(&self, address: &str, account: &str, now: Timestamp) -> Result<(), i64> {
        let keys = [
            (Kind::Address, network(address)),
            (Kind::Account, account.to_owned()),
        ];
        self.take(keys, now)
    }

    /// As [`Self::admit`], for a code of the second factor.
    pub(super) fn admit_code(&self, account: &str, now: Timestamp) -> Result<(), i64> {
        self.take([(Kind::Code, account.to_owned())], now)
    }

    pub(super) fn forgive_code(&self, account: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&(Kind::Code, account.to_owned()));
    }

    fn take<const N: usize>(&self, keys: [(Kind, String); N], now: Timestamp) -> Result<(), i64> {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let wait = keys
            .iter()
            .filter_map(|key| Some(failures.get(key)?.wait(key.0, now)))
            .max()
            .unwrap_or(0);
        if wait > 0 {
            return Err(wait);
        }
        if failures.len() + keys.len() > MOST_KEYS {
            make_room(&mut failures, now);
        }
        for key in keys {
            let entry = failures.entry(key).or_insert(Failures {
                count: 0,
                last: now,
            });
            if entry.is_forgotten(now) {
                entry.count = 0;
            }
            entry.count += 1;
            entry.last = now;
        }
        Ok(())
    }

    /// It was the right password.
    pub(super) fn forgive(&self, address: &str, account: &str) {
        let mut failures = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        failures.remove(&(Kind::Address, network(address)));
        failures.remove(&(Kind::Account, account.to_owned()));
    }
}

impl Failures {
    fn is_forgotten(&self, now: Timestamp) -> bool {
        now >= self.last.plus_seconds(MEMORY_S)
    }

    fn wait(&self, kind: Kind, now: Timestamp) -> i64 {
        if self.count < FREE || self.is_forgotten(now) {
            return 0;
        }
        let longest = match kind {
            Kind::Address => LONGEST_FOR_ADDRESS_S,
            Kind::Account => LONGEST_FOR_ACCOUNT_S,
            Kind::Code => LONGEST_FOR_CODE_S,
        };
        let delay = (1_i64 << (self.count - FREE).min(20)).min(longest);
        let left = self.last.plus_seconds(delay).millis_since(now);
        (left.max(0) + 999) / 1_000
    }
}

/// Who has one IPv6 address has 2^64 of them: they count as one.
fn network(address: &str) -> String {
    let Ok(v6) = address.parse::<std::net::Ipv6Addr>() else {
        return address.to_owned();
    };
    match v6.to_ipv4_mapped() {
        Some(v4) => v4.to_string(),
        None => format!("{:x}::/64", u128::from(v6) >> 64),
    }
}

/// Forgets what may be forgotten, and then the oldest half: those who fill the table get no better off
/// than by coming from new addresses.
fn make_room(failures: &mut HashMap<(Kind, String), Failures>, now: Timestamp) {
    failures.retain(|_, entry| !entry.is_forgotten(now));
    if failures.len() >= MOST_KEYS / 2 {
        let mut ages: Vec<Timestamp> = failures.values().map(|entry| entry.last).collect();
        let (_, middle, _) = ages.select_nth_unstable(failures.len() / 2);
        let middle = *middle;
        failures.retain(|_, entry| entry.last > middle);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    #[test]
    fn delays_double_up_to_their_limits_and_are_forgiven() {
        let throttle = Throttle::default();
        let mut now = 0;
        for _ in 0..FREE {
            assert_eq!(throttle.admit("192.0.2.1", "a", at(now)), Ok(()));
        }
        for expected in [1, 2, 4, 8] {
            assert_eq!(throttle.admit("192.0.2.1", "a", at(now)), Err(expected));
            now += expected;
            assert_eq!(throttle.admit("192.0.2.1", "a", at(now)), Ok(()));
        }
        throttle.forgive("192.0.2.1", "a");
        assert_eq!(throttle.admit("192.0.2.1", "a", at(now)), Ok(()));
    }

    #[test]
    fn an_account_is_slowed_for_all_but_not_for_long() {
        let throttle = Throttle::default();
        let mut now = 0;
        for guess in 0..100 {
            let address = format!("192.0.2.{guess}");
            if let Err(wait) = throttle.admit(&address, "owner", at(now)) {
                assert!(wait <= LONGEST_FOR_ACCOUNT_S);
                now += wait;
                assert_eq!(throttle.admit(&address, "owner", at(now)), Ok(()));
            }
        }
        assert!(now > 60 * LONGEST_FOR_ACCOUNT_S);
        assert_eq!(
            throttle.admit("198.51.100.1", "somebody else", at(now)),
            Ok(())
        );
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let throttle = Throttle::default();
        for host in 1..=5 {
            assert_eq!(
                throttle.admit(&format!("2001:db8::{host}"), &format!("a{host}"), at(0)),
                Ok(())
            );
        }
        assert_eq!(throttle.admit("2001:db8::9", "b", at(0)), Err(1));
        assert_eq!(throttle.admit("2001:db8:0:1::9", "b", at(0)), Ok(()));
    }

    #[test]
    fn the_table_stays_bounded() {
        let throttle = Throttle::default();
        for guess in 0..30_000_i64 {
            let _ = throttle.admit(&format!("a{guess}"), &format!("u{guess}"), at(guess / 100));
        }
        assert!(throttle.0.lock().expect("whole").len() <= MOST_KEYS);
    }
}
