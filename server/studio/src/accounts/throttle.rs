//! Growing delays against guessing, by the address that tries and by the account that is tried.
//!
//! A restart may forgive, which is no way in (a restart is the owner's to make, and a password of fifteen
//! characters stands more than a few free tries). An account's delay stays short, because anybody can
//! cause it and must not lock the owner out.

use contract::Timestamp;

use crate::commons::{Commons, Try};

const LONGEST_FOR_ADDRESS_S: i64 = 900;
const LONGEST_FOR_ACCOUNT_S: i64 = 30;
/// Only who knows the password gets as far as a code.
const LONGEST_FOR_CODE_S: i64 = 900;

pub(super) struct Throttle(Commons);

impl Throttle {
    pub(super) fn new(commons: Commons) -> Self {
        Self(commons)
    }

    /// Takes a try of a password, or says how many seconds are left until the next. The try counts as
    /// failed until [`Self::forgive`].
    pub(super) async fn admit(
        &self,
        address: &str,
        account: &str,
        now: Timestamp,
    ) -> Result<(), i64> {
        self.0.admit(&password(address, account), now).await
    }

    /// It was the right password.
    pub(super) async fn forgive(&self, address: &str, account: &str) {
        self.0.forgive(&password(address, account)).await;
    }

    /// As [`Self::admit`], of a second factor's code.
    pub(super) async fn admit_code(&self, account: &str, now: Timestamp) -> Result<(), i64> {
        self.0.admit(&[code(account)], now).await
    }

    /// It was the right code.
    pub(super) async fn forgive_code(&self, account: &str) {
        self.0.forgive(&[code(account)]).await;
    }
}

fn password(address: &str, account: &str) -> [Try; 2] {
    [
        Try {
            kind: "address",
            key: network(address),
            longest_s: LONGEST_FOR_ADDRESS_S,
        },
        Try {
            kind: "account",
            key: account.to_owned(),
            longest_s: LONGEST_FOR_ACCOUNT_S,
        },
    ]
}

fn code(account: &str) -> Try {
    Try {
        kind: "code",
        key: account.to_owned(),
        longest_s: LONGEST_FOR_CODE_S,
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commons::FREE_TRIES;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_seconds(seconds)
    }

    fn throttle() -> Throttle {
        Throttle::new(Commons::alone())
    }

    #[tokio::test]
    async fn delays_double_up_to_their_limits_and_are_forgiven() {
        let throttle = throttle();
        let mut now = 0;
        let admit = async |now| throttle.admit("192.0.2.1", "a", at(now)).await;
        for _ in 0..FREE_TRIES {
            assert_eq!(admit(now).await, Ok(()));
        }
        for expected in [1, 2, 4, 8] {
            assert_eq!(admit(now).await, Err(expected));
            now += expected;
            assert_eq!(admit(now).await, Ok(()));
        }
        throttle.forgive("192.0.2.1", "a").await;
        assert_eq!(admit(now).await, Ok(()));
    }

    #[tokio::test]
    async fn an_account_is_slowed_for_all_but_not_for_long() {
        let throttle = throttle();
        let mut now = 0;
        for guess in 0..100 {
            let address = format!("192.0.2.{guess}");
            if let Err(wait) = throttle.admit(&address, "owner", at(now)).await {
                assert!(wait <= LONGEST_FOR_ACCOUNT_S);
                now += wait;
                assert_eq!(throttle.admit(&address, "owner", at(now)).await, Ok(()));
            }
        }
        assert!(now > 60 * LONGEST_FOR_ACCOUNT_S);
        let other = throttle.admit("198.51.100.1", "somebody else", at(now));
        assert_eq!(other.await, Ok(()));
    }

    #[tokio::test]
    async fn codes_are_slowed_by_account_and_for_longer() {
        let throttle = throttle();
        let mut now = 0;
        let mut longest = 0;
        for _ in 0..20 {
            if let Err(wait) = throttle.admit_code("owner", at(now)).await {
                longest = wait;
                now += wait;
                assert_eq!(throttle.admit_code("owner", at(now)).await, Ok(()));
            }
        }
        assert_eq!(longest, LONGEST_FOR_CODE_S);
        assert_eq!(throttle.admit_code("other", at(now)).await, Ok(()));
        // Passwords have their own count.
        assert_eq!(throttle.admit("192.0.2.1", "owner", at(now)).await, Ok(()));
        throttle.forgive("192.0.2.1", "owner").await;
        assert!(throttle.admit_code("owner", at(now)).await.is_err());
        throttle.forgive_code("owner").await;
        assert_eq!(throttle.admit_code("owner", at(now)).await, Ok(()));
    }

    #[tokio::test]
    async fn one_ipv6_network_is_one_address() {
        let throttle = throttle();
        let admit =
            async |address: &str, account: &str| throttle.admit(address, account, at(0)).await;
        for host in 1..=5 {
            let address = format!("2001:db8::{host}");
            assert_eq!(admit(&address, &format!("a{host}")).await, Ok(()));
        }
        assert_eq!(admit("2001:db8::9", "b").await, Err(1));
        assert_eq!(admit("2001:db8:0:1::9", "b").await, Ok(()));
    }
}
