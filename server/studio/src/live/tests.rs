#![allow(clippy::unwrap_used)]

use contract::{Timestamp, UserId, accounts::Role, live::Frame};
use uuid::Uuid;

use super::*;
use crate::clock::Time;

struct Fixed;

impl Time for Fixed {
    fn now(&self) -> Timestamp {
        Timestamp(1_000)
    }
}

fn hub() -> Hub {
    Hub::new(Clock::new(Fixed))
}

fn topic() -> Topic {
    Topic::Run(Uuid::from_u128(7).into())
}

fn actor() -> Actor {
    Actor::User {
        id: UserId(Uuid::from_u128(1)),
        role: Role::Owner,
        session: SessionId(Uuid::from_u128(2)),
    }
}

fn text(word: &str) -> Event {
    Event::Text {
        text: word.to_owned(),
    }
}

async fn next(connection: &mut Connection) -> Frame {
    serde_json::from_str(&connection.next().await.unwrap()).unwrap()
}

async fn words_until_caught_up(connection: &mut Connection) -> (Vec<(u64, String)>, Cursor) {
    let mut words = Vec::new();
    loop {
        match next(connection).await {
            Frame::Event { seq, event, .. } => match *event {
                Event::Text { text } => words.push((seq, text)),
                other => panic!("{other:?}"),
            },
            Frame::CaughtUp { cursor, .. } => return (words, cursor),
            other => panic!("{other:?}"),
        }
    }
}

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let hub = hub();
    let mut first = hub.connect(&actor());
    first.subscribe(topic(), None);
    let (_, start) = words_until_caught_up(&mut first).await;
    for word in ["a", "b", "c", "d"] {
        hub.publish(topic(), text(word));
    }
    for word in ["a", "b"] {
        assert!(
            matches!(next(&mut first).await, Frame::Event { event, .. } if *event == text(word))
        );
    }
    drop(first);

    let mut again = hub.connect(&actor());
    again.subscribe(
        topic(),
        Some(Cursor {
            seq: start.seq + 2,
            ..start
        }),
    );
    let (words, cursor) = words_until_caught_up(&mut again).await;
    assert_eq!(words, [(3, "c".to_owned()), (4, "d".to_owned())]);
    assert_eq!(cursor.seq, 4);
}

#[tokio::test]
async fn a_cursor_of_another_epoch_or_before_the_ring_gets_a_gap() {
    let hub = hub();
    let start = hub.cursor(topic());
    let mut connection = hub.connect(&actor());
    connection.subscribe(
        topic(),
        Some(Cursor {
            epoch: start.epoch + 99,
            seq: 0,
        }),
    );
    assert_eq!(next(&mut connection).await, Frame::Gap { topic: topic() });

    for _ in 0..5_000 {
        hub.publish(topic(), text("x"));
    }
    connection.subscribe(topic(), Some(start));
    assert_eq!(next(&mut connection).await, Frame::Gap { topic: topic() });
}

#[tokio::test]
async fn a_log_is_bounded_in_bytes_and_keeps_its_newest_event() {
    let hub = hub();
    for _ in 0..3 {
        hub.publish(topic(), text(&"x".repeat(2 << 20)));
    }
    let at = hub.cursor(topic());
    let mut connection = hub.connect(&actor());
    connection.subscribe(topic(), Some(Cursor { seq: 2, ..at }));
    let (words, _) = words_until_caught_up(&mut connection).await;
    assert_eq!(words.len(), 1);
    connection.subscribe(topic(), Some(Cursor { seq: 1, ..at }));
    assert_eq!(next(&mut connection).await, Frame::Gap { topic: topic() });
}

#[tokio::test]
async fn a_session_that_ends_takes_its_connections_with_it() {
    let hub = hub();
    let mut connection = hub.connect(&actor());
    hub.end_session(SessionId(Uuid::from_u128(2)));
    assert!(matches!(next(&mut connection).await, Frame::Bye { .. }));
    assert_eq!(connection.next().await, None);
}

#[tokio::test]
async fn a_topic_that_is_gone_says_so() {
    let hub = hub();
    let mut connection = hub.connect(&actor());
    connection.subscribe(topic(), None);
    words_until_caught_up(&mut connection).await;
    hub.close(topic());
    assert!(matches!(next(&mut connection).await, Frame::Closed { .. }));
}
