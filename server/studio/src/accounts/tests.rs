use std::sync::atomic::AtomicI64;

use contract::{ApiError, ErrorCode};
use tempfile::TempDir;

use super::*;

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
    _folder: TempDir,
}

impl Fixture {
    async fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let store = Store::open(&folder.path().join("test.db"))
            .await
            .expect("a database");
        store.migrate().await.expect("migrated");
        let dial = Dial(Arc::new(AtomicI64::new(1_800_000_000)));
        let clock = Clock::new(dial.clone());
        let hub = Hub::new(clock.clone());
        let cheap = argon2::Params::new(8, 1, 1, None).expect("valid");
        let accounts = Accounts::with_cost(store.clone(), clock, hub.clone(), cheap);
        Self {
            accounts,
            store,
            hub,
            dial,
            _folder: folder,
        }
    }

    fn pass(&self, seconds: i64) {
        self.dial.0.fetch_add(seconds, Ordering::Relaxed);
    }

    async fn set_up(&self) -> SignedIn {
        let key = self
            .accounts
            .owner_link(&Actor::System)
            .await
            .expect("a link");
        let done = self
            .accounts
            .set_up_owner(&origin(), &key, "Nora", "Nora@Example.org", PASSWORD)
            .await;
        done.expect("set up")
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
        let acts = table::acts(&mut read, 100).await.expect("acts");
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

#[tokio::test]
async fn a_link_sets_up_the_owner_once() {
    let it = Fixture::new().await;
    assert!(it.accounts.needs_setup().await.expect("answers"));
    let key = it
        .accounts
        .owner_link(&Actor::System)
        .await
        .expect("a link");
    assert!(it.accounts.setup_key_is_valid(&key).await.expect("answers"));

    it.pass(1);
    let weak = it
        .accounts
        .set_up_owner(&origin(), &key, "Nora", "nora@example.org", "short")
        .await;
    assert_eq!(code(weak), ErrorCode::WeakPassword);
    let done = it
        .accounts
        .set_up_owner(&origin(), &key, "Nora", "nora@example.org", PASSWORD)
        .await
        .expect("set up");
    assert_eq!((done.me.name.as_str(), done.me.role), ("Nora", Role::Owner));
    assert!(!it.accounts.needs_setup().await.expect("answers"));
    assert!(it.actor(&done.token).await.is_some());

    assert!(!it.accounts.setup_key_is_valid(&key).await.expect("answers"));
    let again = it
        .accounts
        .set_up_owner(&origin(), &key, "Eve", "eve@example.org", PASSWORD)
        .await;
    assert_eq!(code(again), ErrorCode::LinkInvalid);
    assert_eq!(it.acts().await, ["owner_link.make", "owner.set_up"]);
}

#[tokio::test]
async fn two_who_use_a_link_at_once_do_not_both_get_in() {
    let it = Fixture::new().await;
    let key = it
        .accounts
        .owner_link(&Actor::System)
        .await
        .expect("a link");
    let origin = origin();
    let (one, two) = tokio::join!(
        it.accounts
            .set_up_owner(&origin, &key, "Nora", "nora@example.org", PASSWORD),
        it.accounts
            .set_up_owner(&origin, &key, "Eve", "eve@example.org", PASSWORD),
    );
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn links_end_after_a_day_and_when_a_new_one_is_made_and_are_made_by_nobody_else() {
    let it = Fixture::new().await;
    let first = it
        .accounts
        .owner_link(&Actor::System)
        .await
        .expect("a link");
    let second = it
        .accounts
        .owner_link(&Actor::System)
        .await
        .expect("a link");
    assert!(
        !it.accounts
            .setup_key_is_valid(&first)
            .await
            .expect("answers")
    );
    assert!(
        it.accounts
            .setup_key_is_valid(&second)
            .await
            .expect("answers")
    );
    it.pass(DAY_S);
    assert!(
        !it.accounts
            .setup_key_is_valid(&second)
            .await
            .expect("answers")
    );

    let token = it.set_up().await.token;
    let owner = it.actor(&token).await.expect("signed in");
    assert_eq!(
        code(it.accounts.owner_link(&owner).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(it.accounts.owner_link(&Actor::Anonymous).await),
        ErrorCode::Forbidden
    );
}

#[tokio::test]
async fn recovery_gives_a_new_password_and_ends_all_sessions() {
    let it = Fixture::new().await;
    let old = it.set_up().await.token;
    it.pass(1);
    let key = it
        .accounts
        .owner_link(&Actor::System)
        .await
        .expect("a link");
    it.pass(1);
    let new = "another long phrase to keep";
    let done = it
        .accounts
        .set_up_owner(&origin(), &key, "", "", new)
        .await
        .expect("recovered");
    assert_eq!(
        (done.me.name.as_str(), done.me.email.as_str()),
        ("Nora", "Nora@Example.org")
    );
    assert!(it.actor(&old).await.is_none());
    assert!(it.actor(&done.token).await.is_some());
    assert_eq!(
        code(
            it.accounts
                .sign_in(&origin(), "nora@example.org", PASSWORD)
                .await
        ),
        ErrorCode::WrongCredentials
    );
    it.pass(1);
    it.accounts
        .sign_in(&origin(), "nora@example.org", new)
        .await
        .expect("signed in");
    assert_eq!(
        it.acts().await[2..],
        ["owner_link.make", "owner.recover", "session.begin"]
    );
}

#[tokio::test]
async fn sign_in_takes_any_case_of_the_address_and_gives_nothing_away() {
    let it = Fixture::new().await;
    it.set_up().await;
    it.accounts
        .sign_in(&origin(), " NORA@example.ORG", PASSWORD)
        .await
        .expect("signed in");

    let wrong = it
        .accounts
        .sign_in(&origin(), "nora@example.org", "not the password")
        .await;
    let unknown = it
        .accounts
        .sign_in(&origin(), "eve@example.org", "not the password")
        .await;
    let (wrong, unknown) = (
        ApiError::from(wrong.expect_err("refused")),
        ApiError::from(unknown.expect_err("refused")),
    );
    assert_eq!(wrong, unknown);
}

#[tokio::test]
async fn guessing_is_slowed_and_the_right_password_forgives() {
    let it = Fixture::new().await;
    it.set_up().await;
    for _ in 0..5 {
        assert_eq!(
            code(
                it.accounts
                    .sign_in(&origin(), "nora@example.org", "a wrong guess")
                    .await
            ),
            ErrorCode::WrongCredentials
        );
    }
    // Even the right one has to wait now.
    let early = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await;
    assert_eq!(code(early), ErrorCode::TooManyRequests);
    it.pass(1);
    it.accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await
        .expect("signed in");
    it.accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await
        .expect("signed in");
}

#[tokio::test]
async fn every_sign_in_has_a_token_of_its_own_and_signing_out_ends_only_that() {
    let it = Fixture::new().await;
    let phone = it.set_up().await;
    let desk = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await
        .expect("signed in");
    assert_ne!(phone.token, desk.token);
    assert_ne!(phone.me.csrf, desk.me.csrf);
    assert!(!desk.token.contains(&desk.me.csrf));

    let actor = it.actor(&desk.token).await.expect("signed in");
    let mut tab = it.hub.connect(&actor);
    it.accounts
        .sign_out(&actor, &origin())
        .await
        .expect("signed out");
    assert!(it.actor(&desk.token).await.is_none());
    assert!(it.actor(&phone.token).await.is_some());
    assert!(
        tab.next()
            .await
            .is_some_and(|frame| frame.contains("signed_out"))
    );
    assert!(tab.next().await.is_none());
}

#[tokio::test]
async fn a_session_slides_while_it_is_used_and_ends_for_good() {
    let it = Fixture::new().await;
    let token = it.set_up().await.token;
    // Used every 29 days: the idle limit never comes, the absolute one does.
    for _ in 0..3 {
        it.pass(29 * DAY_S);
        assert!(it.actor(&token).await.is_some());
    }
    it.pass(3 * DAY_S);
    assert!(it.actor(&token).await.is_none());

    let idle = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await
        .expect("signed in")
        .token;
    it.pass(30 * DAY_S);
    assert!(it.actor(&idle).await.is_none());
}

#[tokio::test]
async fn being_seen_is_written_at_most_once_a_minute() {
    let it = Fixture::new().await;
    let token = it.set_up().await.token;
    let seen = async || {
        let mut read = it.store.read(Viewer::System).await.expect("reads");
        let row = table::session_by_token(&mut read, &secret::hash(&token))
            .await
            .expect("reads")
            .expect("there");
        row.seen_at.0.seconds()
    };
    let start = seen().await;
    for (pass, expected) in [
        (30, start),
        (29, start),
        (1, start + 60),
        (59, start + 60),
        (1, start + 120),
    ] {
        it.pass(pass);
        assert!(it.actor(&token).await.is_some());
        assert_eq!(seen().await, expected);
    }
}

#[tokio::test]
async fn what_another_process_ended_is_seen_within_seconds() {
    let it = Fixture::new().await;
    let token = it.set_up().await.token;
    let Some(Actor::User { session, .. }) = it.actor(&token).await else {
        panic!("signed in")
    };
    let mut tx = it.store.begin(Viewer::System).await.expect("begins");
    table::end_session(&mut tx, session).await.expect("ended");
    tx.commit().await.expect("committed");
    it.pass(10);
    assert!(it.actor(&token).await.is_none());
}
