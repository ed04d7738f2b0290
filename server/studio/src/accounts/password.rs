//! Which passwords are taken, and how they are kept: argon2id with the parameters that OWASP names for
//! 19 MiB (m = 19 MiB, t = 2, p = 1).

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use argon2::{
    Algorithm, Argon2, Params, Version,
    password_hash::{PasswordHash, PasswordHasher, PasswordVerifier, SaltString, rand_core::OsRng},
};
use contract::accounts::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS};
use tokio::sync::Semaphore;

use super::AccountsError;

/// At most so many are hashed at a time, 19 MiB each: a flood of sign-ins waits instead of filling memory.
const AT_ONCE: usize = 2;
/// Who waits longer is sent away, so that the queue cannot grow without end.
const PATIENCE: Duration = Duration::from_secs(5);

/// Long enough for the rule and still among the first that anybody would try (most of the public lists'
/// entries are shorter than [`PASSWORD_MIN_CHARS`]; what repeats itself is refused by rule).
const COMMONEST: &[&str] = &[
    "123456789012345",
    "1234567890123456",
    "12345678901234567890",
    "123456789123456789",
    "1q2w3e4r5t6y7u8i",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv",
    "abcdefghijklmno",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwxyz",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "iloveyouforever",
    "letmeinletmeinplease",
    "passwordpassword1",
    "qazwsxedcrfvtgb",
    "qwertyuiop[]asdfghjkl",
    "qwertyuiop123456",
    "qwertyuiop1234567890",
    "qwertyuiopasdfg",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "thisismypassword",
    "zxcvbnmasdfghjkl",
];

pub(super) fn check(password: &str, email_key: &str, name: &str) -> Result<(), AccountsError> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(AccountsError::WeakPassword(
            "Use at least 15 characters. Three or four words are easy to keep.",
        ));
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(AccountsError::WeakPassword("Use at most 256 characters."));
    }
    let lower = password.to_lowercase();
    if lower.trim() == email_key || lower.trim() == name.trim().to_lowercase() {
        return Err(AccountsError::WeakPassword(
            "Use something other than your name or e-mail.",
        ));
    }
    if COMMONEST.contains(&lower.as_str()) || repeats_itself(&lower) {
        return Err(AccountsError::WeakPassword(
            "That one is among the first that anybody would try. Use another.",
        ));
    }
    Ok(())
}

/// `passwordpassword`, `aaaaaaaaaaaaaaa`: at most eight characters, over and over.
fn repeats_itself(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=8).any(|period| {
        chars
            .iter()
            .zip(chars.iter().skip(period))
            .all(|(one, next)| one == next)
    })
}

/// Hashes and verifies off the async threads.
#[derive(Clone)]
pub(super) struct Hasher {
    at_work: Arc<Semaphore>,
    cost: Params,
    /// Of no password: verified against where there is no account, so that both take the same time.
    decoy: Arc<OnceLock<String>>,
}

impl Hasher {
    pub(super) fn new(cost: Params) -> Self {
        Self {
            at_work: Arc::new(Semaphore::new(AT_ONCE)),
            cost,
            decoy: Arc::default(),
        }
    }

    pub(super) fn owasp() -> Params {
        Params::new(19 * 1024, 2, 1, None).unwrap_or_default()
    }

    pub(super) async fn hash(&self, password: &str) -> Result<String, AccountsError> {
        let password = password.to_owned();
        self.run(move |argon2, _| make(argon2, &password)).await?
    }

    /// Against the hash of an account, or against nothing, in the same time.
    pub(super) async fn verify(
        &self,
        password: &str,
        hash: Option<String>,
    ) -> Result<bool, AccountsError> {
        let password = password.to_owned();
        self.run(move |argon2, decoy| {
            let known = hash.is_some();
            let hash = match hash {
                Some(hash) => hash,
                None => match decoy.get() {
                    Some(decoy) => decoy.clone(),
                    None => {
                        let made = make(argon2, "")?;
                        decoy.get_or_init(|| made).clone()
                    }
                },
            };
            let parsed =
                PasswordHash::new(&hash).map_err(|error| AccountsError::Hash(error.to_string()))?;
            // The stored hash names its own parameters: those of an older release still verify.
            Ok(argon2.verify_password(password.as_bytes(), &parsed).is_ok() && known)
        })
        .await?
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Argon2<'_>, &OnceLock<String>) -> T + Send + 'static,
    ) -> Result<T, AccountsError> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.at_work).acquire_owned());
        let permit = waiting
            .await
            .map_err(|_| AccountsError::Busy)?
            .map_err(|_| AccountsError::Busy)?;
        let (cost, decoy) = (self.cost.clone(), Arc::clone(&self.decoy));
        tokio::task::spawn_blocking(move || {
            let done = work(
                &Argon2::new(Algorithm::Argon2id, Version::V0x13, cost),
                &decoy,
            );
            // Held by the work, not by whoever waits for it: a browser that goes away frees no place early.
            drop(permit);
            done
        })
        .await
        .map_err(|error| AccountsError::Hash(error.to_string()))
    }
}

fn make(argon2: &Argon2<'_>, password: &str) -> Result<String, AccountsError> {
    argon2
        .hash_password(password.as_bytes(), &SaltString::generate(&mut OsRng))
        .map(|hash| hash.to_string())
        .map_err(|error| AccountsError::Hash(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        check(password, "nora@example.org", "Nora Lindqvist Berg").is_err()
    }

    #[test]
    fn long_unusual_passwords_are_taken() {
        assert!(!refused("a low end like wet sand"));
        assert!(!refused("überlänge mit ümläuten"));
        assert!(!refused("TapeDelay-1973-echo"));
    }

    #[test]
    fn short_common_repeating_and_own_ones_are_not() {
        for password in [
            "short",
            "fourteen chars",
            "passwordpassword",
            "PASSWORDPASSWORD",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "qwertyuiopasdfghjkl",
            "nora@example.org",
            "nora lindqvist berg",
            " Nora Lindqvist Berg ",
        ] {
            assert!(refused(password), "{password}");
        }
        assert!(refused(&"long unusual ".repeat(30)));
    }

    #[test]
    fn the_real_cost_is_what_owasp_names() {
        let cost = Hasher::owasp();
        assert_eq!(
            (cost.m_cost(), cost.t_cost(), cost.p_cost()),
            (19 * 1024, 2, 1)
        );
    }

    #[tokio::test]
    async fn a_hash_verifies_its_password_only_and_nothing_verifies_without_a_hash() {
        let hasher = Hasher::new(Params::new(8, 1, 1, None).expect("valid"));
        let hash = hasher
            .hash("a low end like wet sand")
            .await
            .expect("hashed");
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        assert!(
            hasher
                .verify("a low end like wet sand", Some(hash.clone()))
                .await
                .expect("verified")
        );
        assert!(
            !hasher
                .verify("a low end like dry sand", Some(hash))
                .await
                .expect("verified")
        );
        assert!(!hasher.verify("", None).await.expect("verified"));
    }
}
