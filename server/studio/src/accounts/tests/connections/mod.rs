//! Connected accounts. The provider is played by the test; what it does is counted.

mod keys;
mod refreshing;

use std::sync::Mutex;

use contract::{ConnectionId, accounts::ConnectionState};
use futures::{FutureExt as _, future::BoxFuture};

use super::*;
use crate::{
    accounts::{
        Connections, Return, Vault,
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
    /// Its access tokens are not taken any more, nor are there others.
    denies: bool,
    /// It gives no refresh tokens.
    is_bare: bool,
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
        let (turn, lasts_s, is_bare) = {
            let said = self.said();
            (said.refreshed, said.lasts_s, said.is_bare)
        };
        Grant {
            access: Secret::new(format!("access-{turn}")),
            refresh: (!is_bare).then(|| Secret::new(format!("refresh-{turn}"))),
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
            if self.said().denies || refresh.reveal() != format!("refresh-{turn}") {
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
        let answer = match self.said().denies {
            true => Err(GrantError::Denied),
            false => Ok(Some("Nora at the desk".to_owned())),
        };
        async { answer }.boxed()
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
        let ring = fixture.ring.clone();
        let keys = Keys::fixed(ring.clone());
        let checked = vault(&fixture, keys.clone())
            .check_keys(&Actor::System)
            .await;
        checked.expect("its own");
        let connections = served(&fixture, &played, keys);
        Self {
            fixture,
            played,
            connections,
            ring,
            nora,
        }
    }

    fn vault(&self) -> Vault {
        vault(&self.fixture, Keys::fixed(self.ring.clone()))
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
    let grants: Vec<Arc<dyn Grants>> = vec![played.clone()];
    Connections::new(vault(fixture, keys), grants)
}

fn vault(fixture: &Fixture, keys: Keys) -> Vault {
    let clock = Clock::new(fixture.dial.clone());
    Vault::new(fixture.store.clone(), clock, keys)
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
