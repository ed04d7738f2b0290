//! Signing in, and how long that lasts.

use contract::{ApiError, ErrorCode, SessionId, Timestamp};
use store::{Viewer, accounts as table};

use super::{DAY_S, Fixture, NORA, PASSWORD, code, origin};
use crate::{Actor, accounts::secret};

#[tokio::test]
async fn sign_in_takes_any_case_of_the_address_and_gives_nothing_away() {
    let it = Fixture::new().await;
    it.set_up().await;
    it.sign_in(" NORA@example.ORG", PASSWORD)
        .await
        .expect("signed in");

    let wrong = it.sign_in(NORA, "not the password").await;
    let unknown = it.sign_in("eve@example.org", "not the password").await;
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
            code(it.sign_in(NORA, "a wrong guess").await),
            ErrorCode::WrongCredentials
        );
    }
    // Even the right one has to wait now.
    let early = it.sign_in(NORA, PASSWORD).await;
    assert_eq!(code(early), ErrorCode::TooManyRequests);
    it.pass(1);
    it.sign_in(NORA, PASSWORD).await.expect("signed in");
    it.sign_in(NORA, PASSWORD).await.expect("signed in");
}

#[tokio::test]
async fn every_sign_in_has_a_token_of_its_own_and_signing_out_ends_only_that() {
    let it = Fixture::new().await;
    let phone = it.set_up().await;
    let desk = it.sign_in(NORA, PASSWORD).await.expect("signed in");
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

    let idle = it.sign_in(NORA, PASSWORD).await.expect("signed in").token;
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

#[tokio::test]
async fn sessions_are_seen_and_ended_from_another_device() {
    let it = Fixture::new().await;
    let here = it.set_up().await;
    it.pass(60);
    let there = it.sign_in(NORA, PASSWORD).await.expect("signed in");
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
