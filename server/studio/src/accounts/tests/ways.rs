//! Signing in elsewhere. Who somebody is there is said by a provider that the test plays.

use std::sync::Mutex;

use futures::{FutureExt as _, future::BoxFuture};

use super::*;
use crate::accounts::{
    Finished, Lost, Return,
    identity::{Answer, Credentials, Dance, Identity, IdentityError, LoginFlow, SessionVerifier},
};

/// The provider "sso", and the site whose cookie `site` and whose tokens are its people's names.
#[derive(Clone, Default)]
struct Sso(Arc<Mutex<Option<Identity>>>);

impl Sso {
    /// Whoever comes back next.
    fn is(&self, identity: Identity) {
        *self.0.lock().expect("no panic") = Some(identity);
    }
}

impl LoginFlow for Sso {
    fn name(&self) -> &'static str {
        "sso"
    }

    fn label(&self) -> &'static str {
        "Studio"
    }

    fn begin<'a>(&'a self, dance: &'a Dance) -> BoxFuture<'a, Result<String, IdentityError>> {
        async { Ok(format!("https://sso.example/?state={}", dance.state)) }.boxed()
    }

    fn finish<'a>(
        &'a self,
        _: &'a Dance,
        answer: &'a Answer,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<Identity, IdentityError>> {
        let identity = self.0.lock().expect("no panic").clone();
        let good = answer.code == "good";
        async move {
            identity
                .filter(|_| good)
                .ok_or(IdentityError::Refused("code"))
        }
        .boxed()
    }
}

impl SessionVerifier for Sso {
    fn name(&self) -> &'static str {
        "sso"
    }

    fn verify<'a>(
        &'a self,
        credentials: &'a Credentials<'a>,
        _: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Identity>, IdentityError>> {
        let mut cookies = credentials.cookies.iter();
        let cookie = cookies
            .find(|(name, _)| *name == "site")
            .map(|(_, who)| *who);
        let found = match credentials.bearer.or(cookie) {
            Some("forged") => Err(IdentityError::Refused("signature")),
            Some(who) => Ok(Some(known_as(who, &format!("{who}@example.org"), true))),
            None => Ok(None),
        };
        async { found }.boxed()
    }
}

fn known_as(subject: &str, email: &str, email_verified: bool) -> Identity {
    Identity {
        provider: "sso".to_owned(),
        subject: subject.to_owned(),
        email: Some(email.to_owned()),
        email_verified,
        name: Some("Lee There".to_owned()),
    }
}

async fn offering(open: &[&str], trusted: &[&str]) -> (Fixture, Sso) {
    let sso = Sso::default();
    let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let ways = Ways {
        logins: vec![Arc::new(sso.clone())],
        verifiers: vec![Arc::new(sso.clone())],
        open: names(open),
        trusted: names(trusted),
        ..Ways::default()
    };
    (Fixture::with(ways).await, sso)
}

/// A browser on its way.
struct Away {
    browser: String,
    state: String,
}

impl Fixture {
    async fn leave(&self, actor: &Actor, invite: Option<&str>) -> Away {
        let callback = "http://localhost:3000/sign-in/with/sso/callback";
        let begun = self
            .accounts
            .begin_dance(actor, "sso", callback, "/facts", invite)
            .await
            .expect("begun");
        let (_, state) = begun.address.split_once("state=").expect("a state");
        Away {
            state: state.to_owned(),
            browser: begun.browser,
        }
    }

    async fn come_back(&self, away: &Away, code: &str) -> Result<Finished, Lost> {
        let back = Return {
            browser: &away.browser,
            state: &away.state,
            answer: Answer {
                code: code.to_owned(),
                issuer: None,
            },
        };
        self.accounts.finish_dance(&origin(), "sso", back).await
    }

    /// There and back, as somebody who wants to come in.
    async fn by_sso(&self, invite: Option<&str>) -> Result<SignedIn, ErrorCode> {
        let away = self.leave(&Actor::Anonymous, invite).await;
        match self.come_back(&away, "good").await {
            Ok(Finished::SignedIn { session, next }) => {
                assert_eq!(next, "/facts");
                Ok(session)
            }
            Ok(Finished::Linked { .. }) => panic!("nobody was in"),
            Err(lost) => {
                assert!(!lost.linking);
                Err(ApiError::from(lost.error).code)
            }
        }
    }

    async fn link(&self, someone: &SignedIn) -> Result<(), ErrorCode> {
        let away = self.leave(&self.is(someone).await, None).await;
        match self.come_back(&away, "good").await {
            Ok(Finished::Linked { .. }) => Ok(()),
            Ok(Finished::SignedIn { .. }) => panic!("somebody was in"),
            Err(lost) => {
                assert!(lost.linking);
                Err(ApiError::from(lost.error).code)
            }
        }
    }
}

fn refusal(result: Result<SignedIn, ErrorCode>) -> ErrorCode {
    result.expect_err("refused")
}

#[tokio::test]
async fn whoever_linked_an_account_elsewhere_comes_in_by_it() {
    let (it, sso) = offering(&[], &[]).await;
    let owner = it.set_up().await;
    sso.is(known_as("n-1", "else@example.org", false));
    assert_eq!(refusal(it.by_sso(None).await), ErrorCode::IdentityUnknown);
    it.link(&owner).await.expect("linked");
    let back = it.by_sso(None).await.expect("signed in");
    assert_eq!(back.me.id, owner.me.id);
    // Once more changes nothing.
    it.link(&owner).await.expect("linked");
    let mine = it.accounts.identities(&it.is(&owner).await).await;
    let mine = mine.expect("identities");
    assert!(mine.has_password);
    assert_eq!(
        (mine.linked.len(), mine.linked[0].label.as_str()),
        (1, "Studio")
    );
    assert!(it.acts().await.contains(&"identity.link".to_owned()));

    let kim = it.join(&owner, Role::Member, "kim@example.org").await;
    assert_eq!(it.link(&kim).await, Err(ErrorCode::IdentityTaken));
}

#[tokio::test]
async fn an_address_opens_an_account_only_where_it_is_verified() {
    let (it, sso) = offering(&["sso"], &[]).await;
    let owner = it.set_up().await;
    sso.is(known_as("n-1", "Nora@Example.org", false));
    assert_eq!(refusal(it.by_sso(None).await), ErrorCode::IdentityUnknown);
    sso.is(known_as("n-1", "Nora@Example.org", true));
    let nora = it.by_sso(None).await.expect("signed in");
    assert_eq!(nora.me.id, owner.me.id);
    // From now on it is the account that counts, whatever its address.
    sso.is(known_as("n-1", "moved@example.org", false));
    assert_eq!(it.by_sso(None).await.expect("in").me.id, owner.me.id);
}

#[tokio::test]
async fn the_owner_may_vouch_for_a_providers_addresses() {
    let (it, sso) = offering(&[], &["sso"]).await;
    let owner = it.set_up().await;
    sso.is(known_as("n-1", "nora@example.org", false));
    assert_eq!(it.by_sso(None).await.expect("in").me.id, owner.me.id);
}

#[tokio::test]
async fn others_come_by_invitation_or_where_the_owner_opened_the_door() {
    let (it, sso) = offering(&[], &[]).await;
    let owner = it.set_up().await;
    sso.is(known_as("l-1", "lee@example.org", true));
    assert_eq!(refusal(it.by_sso(None).await), ErrorCode::IdentityUnknown);
    assert_eq!(
        refusal(it.by_sso(Some("guessed")).await),
        ErrorCode::LinkInvalid
    );
    let host = it.is(&owner).await;
    let key = it.accounts.invite(&host, &origin(), Role::Admin, "").await;
    let key = key.expect("a key");
    let lee = it.by_sso(Some(&key)).await.expect("joined");
    assert_eq!(
        (lee.me.name.as_str(), lee.me.role),
        ("Lee There", Role::Admin)
    );
    sso.is(known_as("m-1", "mo@example.org", true));
    assert_eq!(refusal(it.by_sso(Some(&key)).await), ErrorCode::LinkInvalid);

    let (it, sso) = offering(&["sso"], &[]).await;
    it.set_up().await;
    sso.is(known_as("m-1", "mo@example.org", false));
    let mo = it.by_sso(None).await.expect("joined");
    assert_eq!(
        (mo.me.email.as_str(), mo.me.role),
        ("mo@example.org", Role::Member)
    );
    sso.is(Identity {
        email: None,
        ..known_as("x", "", false)
    });
    assert_eq!(refusal(it.by_sso(None).await), ErrorCode::Invalid);
}

#[tokio::test]
async fn a_return_counts_once_soon_and_in_the_browser_that_left() {
    let (it, sso) = offering(&[], &[]).await;
    it.set_up().await;
    sso.is(known_as("n-1", "nora@example.org", true));
    let refused = |result: Result<Finished, Lost>| {
        let code = ApiError::from(result.expect_err("refused").error).code;
        assert_eq!(code, ErrorCode::SignInRefused);
    };
    let [mine, theirs] = [
        it.leave(&Actor::Anonymous, None).await,
        it.leave(&Actor::Anonymous, None).await,
    ];
    let mixed = Away {
        browser: theirs.browser.clone(),
        state: mine.state.clone(),
    };
    refused(it.come_back(&mixed, "good").await);
    for state in ["", "guessed"] {
        let state = state.to_owned();
        let browser = mine.browser.clone();
        refused(it.come_back(&Away { browser, state }, "good").await);
    }
    // By another way than it left.
    let back = Return {
        browser: &mine.browser,
        state: &mine.state,
        answer: Answer {
            code: "good".to_owned(),
            issuer: None,
        },
    };
    let elsewhere = it.accounts.finish_dance(&origin(), "google", back).await;
    assert!(elsewhere.is_err());

    it.come_back(&mine, "good").await.expect("in");
    refused(it.come_back(&mine, "good").await);
    // A code that was no good uses it up, too.
    refused(it.come_back(&theirs, "bad").await);
    refused(it.come_back(&theirs, "good").await);

    let late = it.leave(&Actor::Anonymous, None).await;
    it.pass(15 * 60);
    refused(it.come_back(&late, "good").await);
}

#[tokio::test]
async fn two_returns_at_once_let_one_in() {
    let (it, sso) = offering(&[], &[]).await;
    it.set_up().await;
    sso.is(known_as("n-1", "nora@example.org", true));
    let away = it.leave(&Actor::Anonymous, None).await;
    let (one, two) = tokio::join!(it.come_back(&away, "good"), it.come_back(&away, "good"));
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn who_is_suspended_comes_in_no_way() {
    let (it, sso) = offering(&["sso"], &[]).await;
    let owner = it.set_up().await;
    let kim = it.join(&owner, Role::Member, "kim@example.org").await;
    let host = it.is(&owner).await;
    let away = it.leave(&it.is(&kim).await, None).await;
    it.accounts
        .suspend(&host, &origin(), kim.me.id, true)
        .await
        .expect("suspended");
    sso.is(known_as("k-1", "kim@example.org", true));
    // Not even to a link that they began before.
    assert!(it.come_back(&away, "good").await.is_err());
    assert_eq!(refusal(it.by_sso(None).await), ErrorCode::Suspended);
    let bearer = it.accounts.authenticate_bearer(&origin(), "kim").await;
    assert_eq!(code(bearer), ErrorCode::Suspended);
    let mut read = it.store.read(Viewer::System).await.expect("reads");
    let linked = table::identities_of(&mut read, kim.me.id).await;
    assert!(linked.expect("reads").is_empty());
}

#[tokio::test]
async fn the_last_way_in_stays() {
    let (it, sso) = offering(&["sso"], &[]).await;
    let owner = it.set_up().await;
    sso.is(known_as("l-1", "lee@example.org", true));
    let lee = it.by_sso(None).await.expect("joined");
    let actor = it.is(&lee).await;
    let mine = it.accounts.identities(&actor).await.expect("identities");
    assert!(!mine.has_password);
    let first = mine.linked[0].id;
    let last = it.accounts.unlink(&actor, &origin(), first).await;
    assert_eq!(code(last), ErrorCode::LastWayIn);
    // Another's is not there at all.
    let nora = it.is(&owner).await;
    let theirs = it.accounts.unlink(&nora, &origin(), first).await;
    assert_eq!(code(theirs), ErrorCode::NotFound);

    sso.is(known_as("l-2", "lee@elsewhere.org", false));
    it.link(&lee).await.expect("linked");
    let gone = it.accounts.unlink(&actor, &origin(), first).await;
    gone.expect("unlinked");
    sso.is(known_as("l-1", "nobody@example.org", false));
    assert_ne!(it.by_sso(None).await.expect("a new one").me.id, lee.me.id);
}

#[tokio::test]
async fn without_a_password_a_fresh_sign_in_proves_who_asks() {
    let (it, sso) = offering(&["sso"], &[]).await;
    it.set_up().await;
    sso.is(known_as("l-1", "lee@example.org", true));
    let lee = it.by_sso(None).await.expect("joined");
    // There is nothing to guess.
    let guess = it.sign_in("lee@example.org", "").await;
    assert_eq!(code(guess), ErrorCode::WrongCredentials);
    let actor = it.is(&lee).await;
    let set = async |actor: &Actor| {
        let accounts = &it.accounts;
        accounts
            .change_password(actor, &origin(), "", PASSWORD)
            .await
    };
    it.pass(10 * 60);
    assert_eq!(code(set(&actor).await), ErrorCode::SignInAgain);
    let again = it.by_sso(None).await.expect("in");
    set(&it.is(&again).await).await.expect("set");
    it.sign_in("lee@example.org", PASSWORD).await.expect("in");
}

#[tokio::test]
async fn another_sites_session_is_that_person_here() {
    let (it, _) = offering(&["sso"], &[]).await;
    let owner = it.set_up().await;
    let accounts = &it.accounts;
    let script = accounts.authenticate_bearer(&origin(), "nora").await;
    let script = script.expect("known");
    assert_eq!(script.user(), Some(owner.me.id));
    // As a script: it does not govern, and makes no tokens.
    assert!(script.govern(Role::Admin).is_err() && script.in_person().is_err());
    let forged = accounts.authenticate_bearer(&origin(), "forged").await;
    assert_eq!(code(forged), ErrorCode::TokenInvalid);
    let ours = accounts.authenticate_bearer(&origin(), "ss_unknown").await;
    assert_eq!(code(ours), ErrorCode::TokenInvalid);

    let here = accounts.welcome(&origin(), &[("site", "nora")]).await;
    let here = here.expect("answers").expect("welcome");
    assert_eq!(here.me.id, owner.me.id);
    assert!(it.actor(&here.token).await.is_some());
    let nobody = accounts.welcome(&origin(), &[("other", "nora")]).await;
    assert!(nobody.expect("answers").is_none());
    let forged = accounts.welcome(&origin(), &[("site", "forged")]).await;
    assert_eq!(code(forged), ErrorCode::TokenInvalid);
    // Who was not here before joins, once.
    let new = accounts.authenticate_bearer(&origin(), "lee").await;
    let new = new.expect("joined").user();
    let again = accounts.authenticate_bearer(&origin(), "lee").await;
    assert_eq!(again.expect("known").user(), new);
}
