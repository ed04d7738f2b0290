//! The service over a temporary database, with a clock that the test turns. One file for each of the service's.

mod audit;
mod connections;
mod invites;
mod owner;
mod people;
mod profile;
mod second_factor;
mod sessions;
mod tokens;
mod ways;

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use contract::{ApiError, ErrorCode, Timestamp, accounts::Role};
use store::{Store, Viewer, accounts as table};
use tempfile::TempDir;

use super::{Accounts, AccountsError, SignedIn, Vault, Ways};
use crate::{
    Actor, Clock, Origin,
    commons::Commons,
    live::Hub,
    secrets::{KeyRing, Keys},
};

/// The owner's address.
const NORA: &str = "nora@example.org";
const PASSWORD: &str = "a low end like wet sand";
const DAY_S: i64 = 24 * 3_600;

#[derive(Clone)]
struct Dial(Arc<AtomicI64>);

impl crate::clock::Time for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

struct Fixture {
    accounts: Accounts,
    store: Store,
    hub: Hub,
    dial: Dial,
    ring: KeyRing,
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        Self::with(Ways::default()).await
    }

    async fn with(ways: Ways) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("test.db"))
            .await
            .expect("a database");
        store.migrate().await.expect("migrated");
        let dial = Dial(Arc::new(AtomicI64::new(1_800_000_000)));
        let clock = Clock::new(dial.clone());
        let hub = Hub::new(clock.clone());
        let cheap = argon2::Params::new(8, 1, 1, None).expect("valid");
        let ring = KeyRing::generate();
        let vault = Vault::new(store.clone(), clock, Keys::fixed(ring.clone()));
        let commons = Commons::alone();
        let accounts = Accounts::with_cost(vault, hub.clone(), commons, ways, cheap);
        Self {
            accounts,
            store,
            hub,
            dial,
            ring,
            _folder: folder,
        }
    }

    fn pass(&self, seconds: i64) {
        self.dial.0.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn owner_link(&self) -> String {
        let made = self.accounts.owner_link(&Actor::System).await;
        made.expect("a link")
    }

    async fn link_is_good(&self, key: &str) -> bool {
        let answer = self.accounts.setup_key_is_valid(key).await;
        answer.expect("answers")
    }

    /// The owner's, who is Nora.
    async fn set_up(&self) -> SignedIn {
        let key = self.owner_link().await;
        let done = self
            .accounts
            .set_up_owner(&origin(), &key, "Nora", "Nora@Example.org", PASSWORD)
            .await;
        done.expect("set up")
    }

    /// Somebody else, who is Kim.
    async fn join(&self, host: &SignedIn, role: Role, email: &str) -> SignedIn {
        let host = self.is(host).await;
        let key = self.accounts.invite(&host, &origin(), role, "").await;
        let key = key.expect("a key");
        let origin = origin();
        let joined = self.accounts.join(&origin, &key, "Kim", email, PASSWORD);
        joined.await.expect("joined")
    }

    async fn sign_in(&self, email: &str, password: &str) -> Result<SignedIn, AccountsError> {
        self.sign_in_with(email, password, "").await
    }

    async fn sign_in_with(
        &self,
        email: &str,
        password: &str,
        code: &str,
    ) -> Result<SignedIn, AccountsError> {
        let origin = origin();
        self.accounts.sign_in(&origin, email, password, code).await
    }

    async fn is(&self, someone: &SignedIn) -> Actor {
        self.actor(&someone.token).await.expect("signed in")
    }

    async fn actor(&self, token: &str) -> Option<Actor> {
        self.accounts
            .authenticate(token)
            .await
            .expect("answers")
            .map(|(actor, _)| actor)
    }

    async fn acts(&self) -> Vec<String> {
        let mut read = self.store.read(Viewer::System).await.expect("reads");
        let acts = table::acts(&mut read, None, 100).await.expect("acts");
        acts.into_iter().rev().map(|act| act.act).collect()
    }
}

fn origin() -> Origin {
    Origin {
        address: "192.0.2.1".to_owned(),
        user_agent: "Firefox".to_owned(),
    }
}

fn code<T: std::fmt::Debug>(result: Result<T, AccountsError>) -> ErrorCode {
    ApiError::from(result.expect_err("refused")).code
}
