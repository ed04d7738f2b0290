//! What the tokens are sealed with.

use super::*;

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
    let elsewhere = vault(&desk.fixture, Keys::fixed(other.clone()));
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
    let checked = desk.vault().check_keys(&Actor::System).await;
    checked.expect("its own");
    // Another key under the same name.
    let forged = format!("{}:{}", desk.ring.current(), "A".repeat(43));
    let forged = KeyRing::parse(&forged).expect("a ring");
    let forged = vault(&desk.fixture, Keys::fixed(forged));
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
    let turning = vault(&desk.fixture, Keys::fixed(new.clone()));
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
    let turning = vault(&desk.fixture, Keys::fixed(new));
    let done = turning.seal_anew(&Actor::System).await.expect("done");
    assert_eq!((done.anew, done.unreadable, done.retired.len()), (0, 1, 0));
    assert_eq!(desk.row().await.expect("kept").access, row.access);
    let person = turning.seal_anew(&desk.nora).await;
    assert!(person.is_err());
}
