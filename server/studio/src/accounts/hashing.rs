//! How passwords are kept: argon2id with the parameters that OWASP names for 19 MiB (m = 19 MiB, t = 2,
//! p = 1), in the usual text form, which names its own parameters.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use argon2::{
    ARGON2ID_IDENT, Algorithm, Argon2, Block, Params, Version,
    password_hash::{self, Output, ParamsString, PasswordHash, Salt, SaltString, rand_core::OsRng},
};
use tokio::sync::Semaphore;

use super::AccountsError;

/// At most so many are hashed at a time, 19 MiB each: a flood of sign-ins waits instead of filling memory.
const AT_ONCE: usize = 2;
/// Who waits longer is sent away, so that the queue cannot grow without end.
const PATIENCE: Duration = Duration::from_secs(5);
/// What glibc gives for less than 32 MiB it may keep for later, in each thread's own heap; what is larger
/// goes back to the system at once. Asking for more than is touched costs nothing.
const ASKED_FOR: usize = 34 << 20;

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
        let (password, cost) = (password.to_owned(), self.cost.clone());
        self.run(move || keep(&password, cost)).await
    }

    /// Against the hash of an account, or against nothing, in the same time.
    pub(super) async fn verify(
        &self,
        password: &str,
        kept: Option<String>,
    ) -> Result<bool, AccountsError> {
        let (password, cost, decoy) = (
            password.to_owned(),
            self.cost.clone(),
            Arc::clone(&self.decoy),
        );
        self.run(move || match kept {
            Some(kept) => matches(&password, &kept),
            None => {
                let decoy = match decoy.get() {
                    Some(decoy) => decoy,
                    None => {
                        let made = keep("", cost)?;
                        decoy.get_or_init(|| made)
                    }
                };
                matches(&password, decoy).map(|_| false)
            }
        })
        .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> password_hash::Result<T> + Send + 'static,
    ) -> Result<T, AccountsError> {
        let waiting = tokio::time::timeout(PATIENCE, Arc::clone(&self.at_work).acquire_owned());
        let permit = waiting
            .await
            .map_err(|_| AccountsError::Busy)?
            .map_err(|_| AccountsError::Busy)?;
        let working = tokio::task::spawn_blocking(move || {
            let done = work();
            // Held by the work, not by whoever waits for it: a browser that goes away frees no place early.
            drop(permit);
            done
        });
        let done = working.await.map_err(|error| unhashed(&error))?;
        done.map_err(|error| unhashed(&error))
    }
}

fn unhashed(error: &impl std::fmt::Display) -> AccountsError {
    AccountsError::Unmade(format!("a password cannot be hashed: {error}"))
}

fn keep(password: &str, cost: Params) -> password_hash::Result<String> {
    let salt = SaltString::generate(&mut OsRng);
    let kept = PasswordHash {
        algorithm: ARGON2ID_IDENT,
        version: Some(Version::V0x13.into()),
        params: ParamsString::try_from(&cost)?,
        salt: Some(salt.as_salt()),
        hash: Some(derive(password, salt.as_salt(), cost)?),
    };
    Ok(kept.to_string())
}

fn matches(password: &str, kept: &str) -> password_hash::Result<bool> {
    let kept = PasswordHash::new(kept)?;
    if kept.algorithm != ARGON2ID_IDENT {
        return Err(password_hash::Error::Algorithm);
    }
    let salt = kept.salt.ok_or(password_hash::Error::PhcStringField)?;
    // Outputs are compared in constant time.
    Ok(kept.hash == Some(derive(password, salt, Params::try_from(&kept)?)?))
}

fn derive(password: &str, salt: Salt<'_>, cost: Params) -> password_hash::Result<Output> {
    let mut salt_bytes = [0; Salt::MAX_LENGTH];
    let salt = salt.decode_b64(&mut salt_bytes)?;
    let mut memory = Vec::with_capacity(cost.block_count().max(ASKED_FOR / Block::SIZE));
    memory.resize(cost.block_count(), Block::new());
    let mut out = [0; Params::DEFAULT_OUTPUT_LEN];
    let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, cost);
    argon2.hash_password_into_with_memory(password.as_bytes(), salt, &mut out, &mut memory)?;
    Output::new(&out)
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use argon2::PasswordVerifier as _;

    use super::*;

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
        assert!(hash.starts_with("$argon2id$v=19$m=8,t=1,p=1$"), "{hash}");
        assert!(
            hasher
                .verify("a low end like wet sand", Some(hash.clone()))
                .await
                .expect("verified")
        );
        assert!(
            !hasher
                .verify("a low end like dry sand", Some(hash.clone()))
                .await
                .expect("verified")
        );
        assert!(!hasher.verify("", None).await.expect("verified"));
        assert!(
            hasher
                .verify("", Some("$argon2i$nonsense".to_owned()))
                .await
                .is_err()
        );

        // What others know by the name of argon2id.
        let parsed = PasswordHash::new(&hash).expect("the usual form");
        assert!(
            Argon2::default()
                .verify_password(b"a low end like wet sand", &parsed)
                .is_ok()
        );
    }

    #[tokio::test]
    async fn a_flood_is_hashed_two_at_a_time() {
        let hasher = Hasher::new(Params::new(8, 1, 1, None).expect("valid"));
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let (now, most) = (Arc::new(now), Arc::new(most));
        let flood = (0..200).map(|_| {
            let (now, most) = (Arc::clone(&now), Arc::clone(&most));
            hasher.run(move || {
                most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                let hash = keep("a guess", Params::new(64, 1, 1, None)?);
                now.fetch_sub(1, Ordering::SeqCst);
                hash
            })
        });
        for hashed in futures::future::join_all(flood).await {
            hashed.expect("waited for its turn");
        }
        assert!(most.load(Ordering::SeqCst) <= AT_ONCE);
    }
}
