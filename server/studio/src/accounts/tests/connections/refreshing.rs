//! Kept alive, and what ends.

use super::*;

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
    assert!(matches!(access, Err(AccountsError::ConnectionSilent(_))));
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
async fn what_was_taken_back_there_shows_when_it_is_looked_at() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    let who = desk.connections.check(&desk.nora, "desk").await;
    assert_eq!(who.expect("good").as_deref(), Some("Nora at the desk"));
    desk.played.said().denies = true;
    let who = desk.connections.check(&desk.nora, "desk").await;
    assert!(
        matches!(who, Err(AccountsError::ConnectionEnded(_))),
        "{who:?}"
    );
    assert_eq!(desk.state().await, ConnectionState::Ended);
}

#[tokio::test]
async fn without_a_refresh_token_it_is_good_to_its_end_and_no_longer() {
    let desk = Desk::new().await;
    desk.played.said().is_bare = true;
    desk.connect(&desk.nora).await;
    desk.fixture.pass(HOUR_S - 1);
    assert_eq!(desk.tend().await, 0);
    assert_eq!(desk.access().await.expect("still good"), "access-0");
    desk.fixture.pass(1);
    assert!(matches!(
        desk.access().await,
        Err(AccountsError::ConnectionEnded(_))
    ));
    assert_eq!(desk.state().await, ConnectionState::Ended);
}

#[tokio::test]
async fn what_the_studio_no_longer_offers_stands_in_nobodys_way_and_can_be_given_up() {
    let desk = Desk::new().await;
    desk.connect(&desk.nora).await;
    let keys = Keys::fixed(desk.ring.clone());
    let without = Connections::new(vault(&desk.fixture, keys), Vec::new());
    desk.fixture.pass(HOUR_S);
    assert_eq!(without.tend(&Actor::System).await.expect("tended"), 1);
    assert_eq!(without.tend(&Actor::System).await.expect("tended"), 0);
    let list = without.list(&desk.nora).await.expect("a list");
    assert_eq!(list[0].state, ConnectionState::Withdrawn);
    let parted = without.disconnect(&desk.nora, &origin(), "desk").await;
    assert_eq!(parted.expect("parted"), Revoked::NotOffered);
    assert!(without.list(&desk.nora).await.expect("a list").is_empty());
}
