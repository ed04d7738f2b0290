//! Connected accounts. The provider is played by the test; what it does is counted.

use std::sync::Mutex;

use contract::{ConnectionId, accounts::ConnectionState};
use futures::{FutureExt as _, future::BoxFuture};

use super::*;
use crate::{
    accounts::{
        Connections, Return,
        grants::{ClientAuth, Grant, GrantError, Grants, ProviderSpec, Revoked},
        identity::Answer,
    },
    secrets::{CheckError, KeyRing, Keys, Secret},
};

const HOUR_S: i64 = 3_600;

#[derive(Default)]
struct Said {
    refreshed: usize,
    /// An hour, if nothing is said.
    lasts_s: Option<i64>,
    revoked: Vec<String>,
    /// In place of the next answers to a refresh.
    next: Vec<GrantError>,
}

/// Its tokens are counted, last an hour, and turn over with each refresh.
struct Played {
    spec: ProviderSpec,
    said: Mutex<Said>,
}

impl Played {
    fn new(grant_lasts_days: Option<u32>) -> Arc<Self> {
        let spec = ProviderSpec {
            name: "desk".to_owned(),
            label: "Desk".to_owned(),
            authorize_url: String::new(),
            token_url: String::new(),
            revoke_url: None,
            client_id: String::new(),
            client_secret: None,
            scopes: vec!["read".to_owned()],
            extra_authorize: Vec::new(),
            client_auth: ClientAuth::Basic,
            profile_url: None,
            profile_label: String::new(),
            manage_url: None,
            grant_lasts_days,
        };
        Arc::new(Self {
            spec,
            said: Mutex::default(),
        })
    }

    fn said(&self) -> std::sync::MutexGuard<'_, Said> {
        self.said.lock().expect("whole")
    }

    fn fails(&self, error: GrantError) {
        self.said().next.push(error);
    }

    fn grant(&self) -> Grant {
        let (turn, lasts_s) = {
            let said = self.said();
            (said.refreshed, said.lasts_s)
        };
        Grant {
            access: Secret::new(format!("access-{turn}")),
            refresh: Some(Secret::new(format!("refresh-{turn}"))),
            expires_in_s: Some(lasts_s.unwrap_or(HOUR_S)),
            scopes: Some(vec!["read".to_owned(), "more".to_owned()]),
        }
    }
}

impl Grants for Played {
    fn spec(&self) -> &ProviderSpec {
        &self.spec
    }

    fn authorize_url(&self, state: &str, _: &str, _: &str) -> Result<String, GrantError> {
        Ok(state.to_owned())
    }

    fn exchange<'a>(
        &'a self,
        code: &'a str,
        _: &'a str,
        _: &'a str,
    ) -> BoxFuture<'a, Result<Grant, GrantError>> {
        let answer = match code {
            "code" => Ok(self.grant()),
            _ => Err(GrantError::Ended),
        };
        async move { answer }.boxed()
    }

    fn refresh<'a>(&'a self, refresh: &'a Secret) -> BoxFuture<'a, Result<Grant, GrantError>> {
        async move {
            // Whoever else wants to refresh comes in here.
            tokio::task::yield_now().await;
            if let Some(error) = self.said().next.pop() {
                return Err(error);
            }
            let turn = self.said().refreshed;
            if refresh.reveal() != format!("refresh-{turn}") {
                return Err(GrantError::Ended);
            }
            self.said().refreshed += 1;
            Ok(self.grant())
        }
        .boxed()
    }

    fn revoke<'a>(&'a self, token: &'a Secret) -> BoxFuture<'a, Result<Revoked, GrantError>> {
        self.said().revoked.push(token.reveal().to_owned());
        async { Ok(Revoked::Done) }.boxed()
    }

    fn who<'a>(&'a self, _: &'a Secret) -> BoxFuture<'a, Result<Option<String>, GrantError>> {
        async { Ok(Some("Nora at the desk".to_owned())) }.boxed()
    }
}

struct Desk {
    fixture: Fixture,
    played: Arc<Played>,
    connections: Connections,
    ring: KeyRing,
    nora: Actor,
}

impl Desk {
    async fn new() -> Self {
        Self::with(None).await
    }

    async fn with(grant_lasts_days: Option<u32>) -> Self {
        let fixture = Fixture::new().await;
        let nora = fixture.set_up().await;
        let nora = fixture.is(&nora).await;
        let played = Played::new(grant_lasts_days);
        let ring = KeyRing::generate();
        let connections = served(&fixture, &played, Keys::fixed(ring.clone()));
        connections
            .check_keys(&Actor::System)
            .await
            .expect("its own");
        Self {
            fixture,
            played,
            connections,
            ring,
            nora,
        }
    }

    async fn begin(&self, actor: &Actor) -> (String, String) {
        let begun = self.connections.begin(actor, "desk", "here").await;
        let begun = begun.expect("begun");
        (begun.address, begun.browser)
    }

    async fn finish(&self, state: &str, browser: &str, code: &str) -> Result<(), AccountsError> {
        let answer = Answer {
            code: code.to_owned(),
            issuer: None,
        };
        let back = Return {
            browser,
            state,
            answer,
        };
        self.connections.finish(&origin(), "desk", back).await
    }

    async fn connect(&self, actor: &Actor) {
        let (state, browser) = self.begin(actor).await;
        let finished = self.finish(&state, &browser, "code").await;
        finished.expect("connected");
    }

    async fn state(&self) -> ConnectionState {
        let list = self.connections.list(&self.nora).await;
        list.expect("a list")[0].state
    }

    async fn access(&self) -> Result<String, AccountsError> {
        let access = self.connections.access(&self.nora, "desk").await?;
        Ok(access.reveal().to_owned())
    }

    async fn row(&self) -> Option<table::ConnectionRow> {
        let user = self.nora.user().expect("somebody");
        let mut read = self
            .fixture
            .store
            .read(Viewer::System)
            .await
            .expect("reads");
        let row = table::connection(&mut read, user, "desk").await;
        row.expect("answers")
    }

    async fn tend(&self) -> usize {
        let tended = self.connections.tend(&Actor::System).await;
        tended.expect("tended")
    }
}

fn served(fixture: &Fixture, played: &Arc<Played>, keys: Keys) -> Connections {
    let clock = Clock::new(fixture.dial.clone());
    let grants: Vec<Arc<dyn Grants>> = vec![played.clone()];
    Connections::new(fixture.store.clone(), clock, keys, grants)
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes
        .windows(text.len())
        .any(|part| part == text.as_bytes())
}

#[tokio::test]
async fn connect_use_and_part() {
    let desk = Desk::new().await;
    assert_eq!(desk.state().await, ConnectionState::NotConnected);
    assert!(matches!(desk.access().await, Err(AccountsError::NotFound)));
    desk.connect(&desk.nora).await;
    let list = desk.connections.list(&desk.nora).await.expect("a list");
    assert_eq!(list[0].state, ConnectionState::Connected);
    assert_eq!(list[0].account.as_deref(), Some("Nora at the desk"));
    assert_eq!(list[0].scopes, ["read", "more"]);
    assert_eq!(desk.access().await.expect("good"), "access-0");

    // At rest it tells nothing.
    let row = desk.row().await.expect("a row");
    assert!(!holds(&row.access, "access-0"));
    assert!(!holds(row.refresh.as_deref().expect("sealed"), "refresh-0"));

    let origin = origin();
    let parted = desk.connections.disconnect(&desk.nora, &origin, "desk");
    assert_eq!(parted.await.expect("parted"), Revoked::Done);
    assert_eq!(desk.played.said().revoked, ["refresh-0"]);
    assert!(desk.row().await.is_none());
    assert_eq!(desk.state().await, ConnectionState::NotConnected);
    let acts = desk.fixture.acts().await;
    for act in ["connection.make", "connection.end"] {
        assert!(acts.iter().any(|one| one == act), "{act}");
    }
}

#[tokio::test]
async fn what_comes_back_must_be_what_went_once_soon_and_of_somebody_who_is_still_in() {
    let desk = Desk::new().await;
    let refused = |done: Result<(), AccountsError>| {
        assert!(
            matches!(done, Err(AccountsError::SignInRefused)),
            "{done:?}"
        );
    };
    let (state, browser) = desk.begin(&desk.nora).await;
    refused(desk.finish("another", &browser, "code").await);
    refused(desk.finish(&state, "another", "code").await);
    desk.finish(&state, &browser, "code")
        .await
        .expect("connected");
    refused(desk.finish(&state, &browser, "code").await);

    // A code that the provider does not know changes nothing.
    let (state, browser) = desk.begin(&desk.nora).await;
    assert!(desk.finish(&state, &browser, "forged").await.is_err());
    assert_eq!(desk.state().await, ConnectionState::Connected);

    let (state, browser) = desk.begin(&desk.nora).await;
    desk.fixture.pass(15 * 60);
    refused(desk.finish(&state, &browser, "code").await);

    let (state, browser) = desk.begin(&desk.nora).await;
    let accounts = &desk.fixture.accounts;
    accounts.sign_out(&desk.nora, &origin()).await.expect("out");
    refused(desk.finish(&state, &browser, "code").await);
}

#[tokio::test]
async fn nobody_uses_anothers() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    let host = desk.fixture.sign_in(NORA, PASSWORD).await.expect("in");
    let kim = desk
        .fixture
        .join(&host, Role::Admin, "kim@example.org")
        .await;
    let kim = desk.fixture.is(&kim).await;
    let list = desk.connections.list(&kim).await.expect("a list");
    assert_eq!(list[0].state, ConnectionState::NotConnected);
    let none = |error: AccountsError| assert!(matches!(error, AccountsError::NotFound));
    none(
        desk.connections
            .access(&kim, "desk")
            .await
            .expect_err("none"),
    );
    none(
        desk.connections
            .check(&kim, "desk")
            .await
            .expect_err("none"),
    );
    let parted = desk.connections.disconnect(&kim, &origin(), "desk").await;
    none(parted.expect_err("none"));
    let tended = desk.connections.tend(&kim).await;
    assert!(matches!(tended, Err(AccountsError::Forbidden)));
    assert_eq!(desk.state().await, ConnectionState::Connected);
}

#[tokio::test]
async fn it_is_refreshed_early_and_once_however_many_want_it() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    assert_eq!(desk.tend().await, 0);
    desk.fixture.pass(HOUR_S - 5 * 60);
    assert_eq!(desk.tend().await, 1);
    assert_eq!(desk.tend().await, 0);
    assert_eq!(desk.access().await.expect("good"), "access-1");
    // Nobody tended it in time, and then ten come at once.
    desk.fixture.pass(HOUR_S);
    let many = (0..10).map(|_| desk.access());
    for access in futures::future::join_all(many).await {
        assert_eq!(access.expect("good"), "access-2");
    }
    assert_eq!(desk.played.said().refreshed, 2);
    let list = desk.connections.list(&desk.nora).await.expect("a list");
    assert!(list[0].refreshed_at > list[0].connected_at);
}

#[tokio::test]
async fn tokens_that_last_a_minute_are_used_for_half_of_it() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    desk.played.said().lasts_s = Some(60);
    desk.fixture.pass(HOUR_S);
    assert_eq!(desk.access().await.expect("good"), "access-1");
    desk.fixture.pass(29);
    assert_eq!(
        (desk.tend().await, desk.access().await.expect("good")),
        (0, "access-1".to_owned())
    );
    desk.fixture.pass(1);
    assert_eq!(
        (desk.tend().await, desk.access().await.expect("good")),
        (1, "access-2".to_owned())
    );
}

#[tokio::test]
async fn what_fails_is_tried_again_in_its_time_and_what_is_left_is_used() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    desk.played.fails(GrantError::Later {
        retry_after_s: Some(10 * 60),
        reason: "busy".to_owned(),
    });
    desk.fixture.pass(HOUR_S - 30);
    assert_eq!(desk.access().await.expect("for half a minute"), "access-0");
    assert_eq!(desk.state().await, ConnectionState::Troubled);
    desk.fixture.pass(60);
    // Not before it was told.
    let access = desk.access().await;
    assert!(matches!(access, Err(AccountsError::ProviderUnreachable(_))));
    assert_eq!((desk.tend().await, desk.played.said().refreshed), (0, 0));
    desk.fixture.pass(10 * 60);
    assert_eq!(desk.tend().await, 1);
    assert_eq!(desk.access().await.expect("good"), "access-1");
    assert_eq!(desk.state().await, ConnectionState::Connected);
}

#[tokio::test]
async fn what_has_ended_says_so_and_is_connected_anew() {
    let desk = Desk::with(Some(180)).await;
    desk.connect(&desk.nora).await;
    desk.played.fails(GrantError::Ended);
    desk.fixture.pass(HOUR_S);
    let access = desk.access().await;
    assert!(matches!(access, Err(AccountsError::ConnectionEnded(name)) if name == "Desk"));
    assert_eq!(desk.state().await, ConnectionState::Ended);
    assert_eq!(desk.tend().await, 0);
    desk.connect(&desk.nora).await;
    assert_eq!(desk.state().await, ConnectionState::Connected);
    // However often it is refreshed.
    desk.fixture.pass(180 * DAY_S);
    assert_eq!(desk.state().await, ConnectionState::Ended);
    let access = desk.access().await;
    assert!(matches!(access, Err(AccountsError::ConnectionEnded(_))));
}

#[tokio::test]
async fn what_does_not_open_is_kept() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    let before = desk.row().await.expect("a row");
    let wrong = served(
        &desk.fixture,
        &desk.played,
        Keys::fixed(KeyRing::generate()),
    );
    let state = wrong.list(&desk.nora).await.expect("a list")[0].state;
    assert_eq!(state, ConnectionState::Unreadable);
    desk.fixture.pass(HOUR_S);
    assert_eq!(wrong.tend(&Actor::System).await.expect("tended"), 1);
    let access = wrong.access(&desk.nora, "desk").await;
    assert!(access.is_err());
    let after = desk.row().await.expect("still there");
    assert_eq!(
        (before.access, before.refresh),
        (after.access, after.refresh)
    );
    // With the right ring it goes on.
    desk.fixture.pass(60);
    assert_eq!(desk.access().await.expect("good"), "access-1");
    assert_eq!(desk.state().await, ConnectionState::Connected);
}

#[tokio::test]
async fn a_server_with_the_wrong_ring_is_told_and_keys_that_nothing_needs_go() {
    let desk = Desk::new().await;
    // Nothing is sealed yet: any ring will do.
    let other = KeyRing::generate();
    let elsewhere = served(&desk.fixture, &desk.played, Keys::fixed(other.clone()));
    elsewhere
        .check_keys(&Actor::System)
        .await
        .expect("nothing lost");
    // What this one seals, the database does not know the key of any more, until it is told.
    desk.connect(&desk.nora).await;
    let checked = elsewhere.check_keys(&Actor::System).await;
    let missing = crate::accounts::KeysError::Check(CheckError::Missing(desk.ring.current()));
    assert_eq!(
        checked.expect_err("refused").to_string(),
        missing.to_string()
    );
    let checked = desk.connections.check_keys(&Actor::System).await;
    checked.expect("its own");
    // Another key under the same name.
    let forged = format!("{}:{}", desk.ring.current(), "A".repeat(43));
    let forged = KeyRing::parse(&forged).expect("a ring");
    let forged = served(&desk.fixture, &desk.played, Keys::fixed(forged));
    assert!(forged.check_keys(&Actor::System).await.is_err());
}

#[tokio::test]
async fn everything_is_sealed_anew_while_a_server_that_has_not_heard_of_it_runs() {
    let desk = Desk::new().await;
    let clock = Clock::new(desk.fixture.dial.clone());
    let file = Arc::new(Mutex::new(desk.ring.clone()));
    let read = file.clone();
    let keys = Keys::reloading(desk.ring.clone(), clock, move || {
        Ok(read.lock().expect("whole").clone())
    });
    let running = served(&desk.fixture, &desk.played, keys);
    desk.connect(&desk.nora).await;

    let new = desk.ring.with_new_key();
    *file.lock().expect("whole") = new.clone();
    let turning = served(&desk.fixture, &desk.played, Keys::fixed(new.clone()));
    let done = turning.seal_anew(&Actor::System).await.expect("done");
    assert_eq!((done.anew, done.unreadable), (1, 0));
    assert_eq!(done.retired, [desk.ring.current()]);
    *file.lock().expect("whole") = new.without(&done.retired).expect("an old one");

    // It still has the old key in hand: what it opens makes it look, and what it seals is not taken.
    desk.fixture.pass(HOUR_S);
    assert_eq!(running.tend(&Actor::System).await.expect("tended"), 1);
    let access = running.access(&desk.nora, "desk").await.expect("good");
    assert_eq!(access.reveal(), "access-1");
    let row = desk.row().await.expect("a row");
    assert_eq!(row.key_id, new.current().to_string());
    // One that could never have known: it has the old key alone, and connects anew.
    desk.connect(&desk.nora).await;
    let again = turning.seal_anew(&Actor::System).await;
    let again = again.expect("done");
    assert_eq!((again.anew, again.retired.len()), (1, 1));
}

#[tokio::test]
async fn what_does_not_open_keeps_its_key() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    let mut row = desk.row().await.expect("a row");
    row.access.pop();
    row.id = ConnectionId(store::new_id(Timestamp(0)));
    let mut tx = desk
        .fixture
        .store
        .begin(Viewer::System)
        .await
        .expect("begun");
    table::put_connection(&mut tx, &row).await.expect("put");
    tx.commit().await.expect("kept");
    let new = desk.ring.with_new_key();
    let turning = served(&desk.fixture, &desk.played, Keys::fixed(new));
    let done = turning.seal_anew(&Actor::System).await.expect("done");
    assert_eq!((done.anew, done.unreadable, done.retired.len()), (0, 1, 0));
    assert_eq!(desk.row().await.expect("kept").access, row.access);
    let person = turning.seal_anew(&desk.nora).await;
    assert!(person.is_err());
}
