use contract::{
    ApiError, ErrorCode, RunId, Timestamp,
    live::{Cursor, Event, Frame, Request, Topic},
};

use super::{Channel, Outcome, Redial, Wire, refetch_delay_ms};

fn run(number: u8) -> Topic {
    let text = format!("00000000-0000-7000-8000-0000000000{number:02x}");
    Topic::Run(text.parse::<RunId>().expect("an id"))
}

fn at(epoch: u64, seq: u64) -> Cursor {
    Cursor { epoch, seq }
}

fn event(topic: Topic, epoch: u64, seq: u64) -> Frame {
    let event = Box::new(Event::Text {
        text: seq.to_string(),
    });
    Frame::Event {
        topic,
        epoch,
        seq,
        at: Timestamp(0),
        event,
    }
}

fn subscribe(topic: Topic, after: Option<Cursor>) -> Request {
    Request::Subscribe { topic, after }
}

fn only(deliver: &[u32]) -> Outcome {
    Outcome {
        deliver: deliver.to_vec(),
        ..Outcome::default()
    }
}

#[test]
fn replay_then_live_is_handed_over_once_and_in_order() {
    let mut channel = Channel::default();
    let (key, asked) = channel.subscribe(run(1), Some(at(7, 3)));
    assert_eq!(asked, [subscribe(run(1), Some(at(7, 3)))]);
    assert_eq!(channel.receive(&event(run(1), 7, 4)), only(&[key]));
    assert_eq!(channel.receive(&event(run(1), 7, 5)), only(&[key]));
    assert_eq!(
        channel.receive(&Frame::CaughtUp {
            topic: run(1),
            cursor: at(7, 5)
        }),
        only(&[key])
    );
    assert_eq!(channel.receive(&event(run(1), 7, 6)), only(&[key]));
}

#[test]
fn what_is_known_is_dropped() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    for seq in [1, 2, 3] {
        assert_eq!(channel.receive(&event(run(1), 7, seq)), Outcome::default());
    }
    assert_eq!(channel.receive(&event(run(1), 7, 4)), only(&[key]));
    assert_eq!(channel.receive(&event(run(1), 7, 4)), Outcome::default());
}

#[test]
fn a_hole_is_mended_by_a_replay_that_is_asked_for_once() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    let outcome = channel.receive(&event(run(1), 7, 5));
    assert!(outcome.deliver.is_empty());
    assert_eq!(
        outcome.send,
        [
            Request::Unsubscribe { topic: run(1) },
            subscribe(run(1), Some(at(7, 3)))
        ]
    );
    assert_eq!(channel.receive(&event(run(1), 7, 6)), Outcome::default());
    for seq in [4, 5, 6] {
        assert_eq!(channel.receive(&event(run(1), 7, seq)), only(&[key]));
    }
}

#[test]
fn a_hole_that_the_replay_does_not_fill_makes_stale() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    channel.receive(&event(run(1), 7, 5));
    let outcome = channel.receive(&Frame::CaughtUp {
        topic: run(1),
        cursor: at(7, 6),
    });
    assert_eq!(outcome.stale, [key]);
    // Nothing counts until the state has been read anew.
    assert_eq!(channel.receive(&event(run(1), 7, 4)), Outcome::default());
    assert_eq!(
        channel.resume(key, Some(at(7, 6))),
        [subscribe(run(1), Some(at(7, 6)))]
    );
    assert_eq!(channel.receive(&event(run(1), 7, 7)), only(&[key]));
}

#[test]
fn a_gap_waits_for_the_subscriber() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    assert_eq!(channel.receive(&Frame::Gap { topic: run(1) }), only(&[key]));
    assert_eq!(channel.receive(&event(run(1), 7, 90)), Outcome::default());
    // A reconnect in between does not ask for what cannot be continued.
    assert!(channel.opened().is_empty());
    assert_eq!(channel.gaps(key), 1);
    assert_eq!(
        channel.resume(key, Some(at(8, 2))),
        [subscribe(run(1), Some(at(8, 2)))]
    );
    assert_eq!(channel.receive(&event(run(1), 8, 3)), only(&[key]));
    assert_eq!(channel.gaps(key), 0);
}

#[test]
fn another_epoch_is_a_gap() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    let outcome = channel.receive(&event(run(1), 8, 4));
    assert_eq!((outcome.deliver, outcome.stale), (vec![], vec![key]));
}

#[test]
fn a_reconnect_asks_from_the_last_event_seen() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), Some(at(7, 3)));
    channel.subscribe(run(2), None);
    channel.receive(&event(run(1), 7, 4));
    channel.receive(&Frame::CaughtUp {
        topic: run(2),
        cursor: at(1, 40),
    });
    assert_eq!(
        channel.opened(),
        [
            subscribe(run(1), Some(at(7, 4))),
            subscribe(run(2), Some(at(1, 40)))
        ]
    );
    assert_eq!(channel.receive(&event(run(1), 7, 4)), Outcome::default());
    assert_eq!(channel.receive(&event(run(1), 7, 5)), only(&[key]));
}

#[test]
fn two_subscribers_of_a_topic_share_the_wire_and_keep_their_own_place() {
    let mut channel = Channel::default();
    let (first, _) = channel.subscribe(run(1), Some(at(7, 9)));
    let (second, asked) = channel.subscribe(run(1), Some(at(7, 7)));
    assert_eq!(
        asked,
        [
            Request::Unsubscribe { topic: run(1) },
            subscribe(run(1), Some(at(7, 7)))
        ]
    );
    assert_eq!(channel.receive(&event(run(1), 7, 8)), only(&[second]));
    assert_eq!(channel.receive(&event(run(1), 7, 9)), only(&[second]));
    assert_eq!(
        channel.receive(&event(run(1), 7, 10)),
        only(&[first, second])
    );
    assert!(channel.unsubscribe(first).is_empty());
    assert_eq!(
        channel.unsubscribe(second),
        [Request::Unsubscribe { topic: run(1) }]
    );
}

#[test]
fn a_closed_topic_is_not_asked_for_again() {
    let mut channel = Channel::default();
    let (key, _) = channel.subscribe(run(1), None);
    let error = ApiError::new(ErrorCode::NotFound, "Gone.");
    assert_eq!(
        channel.receive(&Frame::Closed {
            topic: run(1),
            error
        }),
        only(&[key])
    );
    assert!(channel.opened().is_empty());
}

#[test]
fn any_cut_of_the_line_gives_the_whole_log_once() {
    // The server has 40 events; the line is cut after each possible one, the first event after a
    // reconnect may be a stray of the old subscription.
    for cut in 0..40 {
        let mut channel = Channel::default();
        let (key, _) = channel.subscribe(run(1), Some(at(1, 0)));
        let mut got = Vec::new();
        let mut hear = |channel: &mut Channel, seq: u64| {
            if channel
                .receive(&event(run(1), 1, seq))
                .deliver
                .contains(&key)
            {
                got.push(seq);
            }
        };
        (1..=cut).for_each(|seq| hear(&mut channel, seq));
        let asked = channel.opened();
        let Request::Subscribe {
            after: Some(after), ..
        } = asked[0].clone()
        else {
            panic!("asked for {asked:?}")
        };
        hear(&mut channel, 40);
        (after.seq + 1..=40).for_each(|seq| hear(&mut channel, seq));
        assert_eq!(got, (1..=40).collect::<Vec<_>>(), "cut after {cut}");
    }
}

#[test]
fn sockets_come_first_and_what_opened_once_stays() {
    let mut redial = Redial::default();
    assert_eq!(redial.wire(), Wire::Socket);
    redial.failed();
    assert_eq!(redial.wire(), Wire::Socket);
    redial.failed();
    assert_eq!(redial.wire(), Wire::Events);
    redial.failed();
    assert_eq!(redial.wire(), Wire::Socket);
    redial.opened(Wire::Socket);
    for _ in 0..9 {
        redial.failed();
        assert_eq!(redial.wire(), Wire::Socket);
    }
}

#[test]
fn delays_double_to_fifteen_seconds() {
    let mut redial = Redial::default();
    let longest: Vec<u32> = (0..8)
        .map(|_| {
            redial.failed();
            assert_eq!(redial.delay_ms(0.0) * 2, redial.delay_ms(1.0));
            redial.delay_ms(1.0)
        })
        .collect();
    assert_eq!(
        longest,
        [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000]
    );
    redial.opened(Wire::Socket);
    assert_eq!(redial.delay_ms(1.0), 500);
    assert_eq!(
        [1, 2, 3, 9].map(refetch_delay_ms),
        [0, 1_000, 4_000, 15_000]
    );
}
