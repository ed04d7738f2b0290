use std::sync::atomic::{AtomicI64, Ordering};

use contract::{
    ApiError, ErrorCode, SessionId, Timestamp, UserId,
    accounts::{Role, Scope, Standing},
};
use store::{Viewer, accounts as table};
use tempfile::TempDir;

use super::*;
use crate::{Actor, Denial, Origin};

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
    let Some(Actor::User { id, session, .. }) = it.actor(&token).await else {
        panic!("signed in")
    };
    let mut tx = it.store.begin(Viewer::System).await.expect("begins");
    table::end_session(&mut tx, id, session)
        .await
        .expect("ended");
    tx.commit().await.expect("committed");
    it.pass(10);
    assert!(it.actor(&token).await.is_none());
}

// ---- More people than the owner -----------------------------------------------------------------------

impl Fixture {
    async fn is(&self, someone: &SignedIn) -> Actor {
        self.actor(&someone.token).await.expect("signed in")
    }

    async fn join(&self, host: &SignedIn, role: Role, email: &str) -> SignedIn {
        let host = self.is(host).await;
        let key = self.accounts.invite(&host, &origin(), role, "").await;
        let key = key.expect("a key");
        let origin = origin();
        let joined = self.accounts.join(&origin, &key, "Kim", email, PASSWORD);
        joined.await.expect("joined")
    }
}

#[tokio::test]
async fn an_invitation_makes_one_account_once() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let host = it.is(&owner).await;
    let key = it
        .accounts
        .invite(&host, &origin(), Role::Admin, " for  Kim ")
        .await
        .expect("a key");
    let found = it.accounts.invitation(&key).await.expect("answers");
    assert_eq!(found, Some((Role::Admin, "Nora".to_owned())));
    let people = it.accounts.people(&host).await.expect("people");
    assert_eq!(people.invites[0].note, "for Kim");

    let join = async |email: &str| {
        let accounts = &it.accounts;
        accounts.join(&origin(), &key, "Kim", email, PASSWORD).await
    };
    // What is refused leaves the key good.
    assert_eq!(code(join("nora@example.org").await), ErrorCode::Conflict);
    let kim = join("kim@example.org").await.expect("joined");
    assert_eq!(kim.me.role, Role::Admin);
    assert_eq!(code(join("lee@example.org").await), ErrorCode::LinkInvalid);
    assert_eq!(it.accounts.invitation(&key).await.expect("answers"), None);

    let late = it.accounts.invite(&host, &origin(), Role::Member, "").await;
    let late = late.expect("a key");
    it.pass(7 * DAY_S);
    assert_eq!(it.accounts.invitation(&late).await.expect("answers"), None);
    assert!(it.acts().await.contains(&"person.join".to_owned()));
}

#[tokio::test]
async fn a_withdrawn_invitation_and_that_of_somebody_suspended_let_nobody_in() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let admin = it.join(&owner, Role::Admin, "kim@example.org").await;
    let (host, kim) = (it.is(&owner).await, it.is(&admin).await);
    let key = it.accounts.invite(&kim, &origin(), Role::Member, "").await;
    let key = key.expect("a key");
    let id = it.accounts.people(&host).await.expect("people").invites[0].id;
    it.accounts
        .withdraw_invite(&host, &origin(), id)
        .await
        .expect("withdrawn");
    assert_eq!(it.accounts.invitation(&key).await.expect("answers"), None);

    let key = it.accounts.invite(&kim, &origin(), Role::Member, "").await;
    it.accounts
        .suspend(&host, &origin(), admin.me.id, true)
        .await
        .expect("suspended");
    let found = it.accounts.invitation(&key.expect("a key")).await;
    assert_eq!(found.expect("answers"), None);
}

#[tokio::test]
async fn admins_govern_members_and_owners_everybody() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let admin = it.join(&owner, Role::Admin, "kim@example.org").await;
    let member = it.join(&owner, Role::Member, "lee@example.org").await;
    let (host, kim, lee) = (
        it.is(&owner).await,
        it.is(&admin).await,
        it.is(&member).await,
    );
    let accounts = &it.accounts;
    let set = |actor: &Actor, id: UserId, role: Role| {
        let actor = actor.clone();
        async move { accounts.set_role(&actor, &origin(), id, role).await }
    };
    assert_eq!(code(accounts.people(&lee).await), ErrorCode::Forbidden);
    assert_eq!(
        code(set(&lee, member.me.id, Role::Owner).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(set(&kim, owner.me.id, Role::Member).await),
        ErrorCode::Forbidden
    );
    // Nobody lifts others, or themselves, above where they stand.
    assert_eq!(
        code(set(&kim, member.me.id, Role::Admin).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(set(&kim, admin.me.id, Role::Owner).await),
        ErrorCode::Forbidden
    );
    let invited = accounts.invite(&kim, &origin(), Role::Admin, "").await;
    assert_eq!(code(invited), ErrorCode::Forbidden);

    set(&host, member.me.id, Role::Owner)
        .await
        .expect("made an owner");
    // Whoever may more from now on begins anew.
    assert!(it.actor(&member.token).await.is_none());
    let again = accounts
        .sign_in(&origin(), "lee@example.org", PASSWORD)
        .await;
    assert_eq!(again.expect("signed in").me.role, Role::Owner);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let host = it.is(&owner).await;
    let id = owner.me.id;
    let lowered = it
        .accounts
        .set_role(&host, &origin(), id, Role::Member)
        .await;
    assert_eq!(code(lowered), ErrorCode::LastOwner);
    let heir = it.join(&owner, Role::Owner, "kim@example.org").await;
    let kim = it.is(&heir).await;
    // Of two owners one may go; a suspended one does not count.
    it.accounts
        .suspend(&kim, &origin(), id, true)
        .await
        .expect("suspended");
    let lowered = it
        .accounts
        .set_role(&kim, &origin(), heir.me.id, Role::Member)
        .await;
    assert_eq!(code(lowered), ErrorCode::LastOwner);
}

#[tokio::test]
async fn the_suspended_are_out_at_once_and_learn_it_only_with_their_password() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let member = it.join(&owner, Role::Member, "kim@example.org").await;
    let (host, kim) = (it.is(&owner).await, it.is(&member).await);
    let made = it
        .accounts
        .make_token(&kim, &origin(), "backup", &[Scope::ChatRead], None)
        .await
        .expect("a token");
    it.accounts
        .suspend(&host, &origin(), member.me.id, true)
        .await
        .expect("suspended");
    assert!(it.actor(&member.token).await.is_none());
    let by_token = it.accounts.authenticate_token(&made.secret).await;
    assert_eq!(code(by_token), ErrorCode::TokenInvalid);
    let sign_in = async |password: &str| {
        let accounts = &it.accounts;
        accounts
            .sign_in(&origin(), "kim@example.org", password)
            .await
    };
    assert_eq!(code(sign_in("wrong").await), ErrorCode::WrongCredentials);
    assert_eq!(code(sign_in(PASSWORD).await), ErrorCode::Suspended);
    let people = it.accounts.people(&host).await.expect("people").people;
    let kim = people.iter().find(|one| one.id == member.me.id);
    assert_eq!(kim.expect("there").standing, Standing::Suspended);

    it.accounts
        .suspend(&host, &origin(), member.me.id, false)
        .await
        .expect("lifted");
    sign_in(PASSWORD).await.expect("in again");
    it.accounts
        .authenticate_token(&made.secret)
        .await
        .expect("the token too");
}

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_renews_this_one() {
    let it = Fixture::new().await;
    let here = it.set_up().await;
    let there = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await;
    let there = there.expect("signed in");
    let actor = it.is(&here).await;
    let change = |current: &'static str, new: &'static str| {
        let (accounts, actor) = (it.accounts.clone(), actor.clone());
        async move {
            accounts
                .change_password(&actor, &origin(), current, new)
                .await
        }
    };
    let new = "a high end like dry snow";
    assert_eq!(
        code(change("wrong", new).await),
        ErrorCode::WrongCredentials
    );
    assert_eq!(
        code(change(PASSWORD, "short").await),
        ErrorCode::WeakPassword
    );
    let renewed = change(PASSWORD, new).await.expect("changed");
    assert!(it.actor(&here.token).await.is_none());
    assert!(it.actor(&there.token).await.is_none());
    assert_eq!(it.is(&renewed).await, actor);
    let old = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await;
    assert_eq!(code(old), ErrorCode::WrongCredentials);
    it.accounts
        .sign_in(&origin(), "nora@example.org", new)
        .await
        .expect("with the new one");
}

#[tokio::test]
async fn sessions_are_seen_and_ended_from_another_device() {
    let it = Fixture::new().await;
    let here = it.set_up().await;
    it.pass(60);
    let there = it
        .accounts
        .sign_in(&origin(), "nora@example.org", PASSWORD)
        .await;
    let there = there.expect("signed in");
    let actor = it.is(&here).await;
    let sessions = it.accounts.sessions(&actor).await.expect("sessions");
    assert_eq!(sessions.len(), 2);
    assert_eq!(sessions.iter().filter(|session| session.is_this).count(), 1);
    let other = sessions.iter().find(|session| !session.is_this);
    let other = other.expect("the other").id;
    it.accounts
        .end_session(&actor, &origin(), other)
        .await
        .expect("ended");
    assert!(it.actor(&there.token).await.is_none());
    // What is over, and what was never there, is not found.
    for id in [other, SessionId(store::new_id(Timestamp(0)))] {
        let ended = it.accounts.end_session(&actor, &origin(), id).await;
        assert_eq!(code(ended), ErrorCode::NotFound);
    }
}

#[tokio::test]
async fn a_token_is_shown_once_works_until_its_end_and_makes_no_others() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let actor = it.is(&owner).await;
    let made = it
        .accounts
        .make_token(&actor, &origin(), " backup ", &[Scope::ChatWrite], Some(7))
        .await
        .expect("a token");
    assert!(made.secret.starts_with("ss_") && made.secret.ends_with(&made.token.ends_in));
    let script = it.accounts.authenticate_token(&made.secret).await;
    let script = script.expect("good");
    assert_eq!(script.may(Scope::ChatRead), Ok(owner.me.id));
    assert_eq!(
        script.may(Scope::MediaRead),
        Err(Denial::Scope(Scope::MediaRead))
    );
    let another = it
        .accounts
        .make_token(&script, &origin(), "more", &[Scope::ChatRead], None)
        .await;
    assert_eq!(code(another), ErrorCode::Forbidden);
    let shown = it.accounts.tokens(&actor).await.expect("tokens");
    assert!(shown[0].used_at.is_some());
    assert_eq!(shown[0].name, "backup");
    for bad in [
        "",
        "ss_",
        "ss_abc",
        &made.secret[1..],
        &format!("{}x", made.secret),
    ] {
        let answer = it.accounts.authenticate_token(bad).await;
        assert_eq!(code(answer), ErrorCode::TokenInvalid, "{bad}");
    }
    it.pass(7 * DAY_S);
    let late = it.accounts.authenticate_token(&made.secret).await;
    assert_eq!(code(late), ErrorCode::TokenInvalid);
}

#[tokio::test]
async fn the_log_says_who_did_what_page_by_page() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let actor = it.is(&owner).await;
    for _ in 0..120 {
        it.pass(1);
        it.accounts
            .end_other_sessions(&actor, &origin())
            .await
            .expect("ended");
    }
    let first = it.accounts.audit(&actor, None).await.expect("a page");
    let last = first.last().expect("lines");
    let second = it
        .accounts
        .audit(&actor, Some(last.id))
        .await
        .expect("a page");
    assert_eq!((first.len(), second.len()), (100, 22));
    assert!(second.iter().all(|act| act.at <= last.at));
    assert!(second.iter().any(|act| act.act == "owner_link.make"));
    assert_eq!(first[0].name.as_deref(), Some("Nora"));
}
