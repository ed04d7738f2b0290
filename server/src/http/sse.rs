//! `/api/live/sse?topics=run:ID,user:ID`: the live channel for clients and proxies that cannot do
//! WebSocket.
//!
//! The same frames, one as the data of each event. An event's id is the cursors of all topics in their
//! order, `EPOCH.SEQ` each and `-` where nothing was read yet: browsers send the last one back in
//! `Last-Event-ID` when they reconnect, and others may give it as `after`.

use std::{convert::Infallible, sync::Arc, time::Duration};

use axum::{
    extract::{Extension, Query, Request, State},
    http::{HeaderMap, HeaderValue, header},
    response::{
        IntoResponse, Response,
        sse::{Event, KeepAlive, Sse},
    },
};
use contract::{
    ApiError, ErrorCode,
    live::{Cursor, Topic},
};
use futures::stream;
use serde::Deserialize;
use studio::live::Connection;
use tokio::time::{Instant, Interval, interval_at};

use super::{
    AppState, Failure,
    guard::{self, Source},
    live::{HEARTBEAT, MOST_TOPICS, still_signed_in},
    session::{Person, Visitor},
};

#[derive(Deserialize)]
pub struct Asked {
    topics: String,
    after: Option<String>,
}

pub async fn events(
    State(state): State<AppState>,
    Person(actor): Person,
    Extension(visitor): Extension<Visitor>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
    request: Request,
) -> Result<Response, Failure> {
    if guard::source(&state.edge, request.headers(), request.uri()) == Source::Foreign {
        return Err(guard::foreign());
    }
    let Ok(Query(asked)) = asked else {
        return Err(invalid("Say what to follow: ?topics=run:ID,user:ID."));
    };
    // A page that follows nothing yet keeps its line all the same.
    let topics = asked
        .topics
        .split(',')
        .filter(|topic| !topic.is_empty())
        .map(str::parse)
        .collect::<Result<Vec<Topic>, _>>();
    let topics = topics.ok().filter(|topics| topics.len() <= MOST_TOPICS);
    let Some(topics) = topics else {
        return Err(invalid("One of these topics does not exist."));
    };
    let after = last_event_id(request.headers()).or(asked.after);
    let after = cursors(after.as_deref().unwrap_or_default(), topics.len())
        .ok_or_else(|| invalid("The place to go on from is malformed."))?;

    let mut connection = state.studio.live.connect(&actor);
    for (topic, after) in topics.iter().zip(&after) {
        let studio = &state.studio;
        studio.follow(&actor, &mut connection, *topic, *after).await;
    }
    let read = topics.into_iter().zip(after).collect();
    let heartbeat = interval_at(Instant::now() + HEARTBEAT, HEARTBEAT);
    let follower = Follower {
        state,
        visitor,
        connection,
        read,
        heartbeat,
        told_when_to_return: false,
    };
    let events = stream::unfold(follower, |mut follower| async {
        follower
            .next()
            .await
            .map(|event| (Ok::<_, Infallible>(event), follower))
    });
    let mut response = Sse::new(events)
        .keep_alive(KeepAlive::new().interval(HEARTBEAT))
        .into_response();
    // nginx holds answers back until it has a page full of them, unless told not to.
    response
        .headers_mut()
        .insert("x-accel-buffering", HeaderValue::from_static("no"));
    Ok(response)
}

struct Follower {
    state: AppState,
    visitor: Visitor,
    connection: Connection,
    read: Vec<(Topic, Option<Cursor>)>,
    heartbeat: Interval,
    told_when_to_return: bool,
}

impl Follower {
    async fn next(&mut self) -> Option<Event> {
        let closing = self.state.edge.closing.clone();
        loop {
            tokio::select! {
                frame = self.connection.next() => return frame.map(|frame| self.event(&frame)),
                _ = self.heartbeat.tick() => if !still_signed_in(&self.state, &self.visitor).await {
                    return None;
                },
                // Browsers come back by themselves after so long.
                () = closing.cancelled() => return None,
            }
        }
    }

    fn event(&mut self, frame: &Arc<str>) -> Event {
        if let Ok(Place {
            topic: Some(topic),
            epoch,
            seq,
            cursor,
        }) = serde_json::from_str(frame)
        {
            let place = cursor.or_else(|| {
                Some(Cursor {
                    epoch: epoch?,
                    seq: seq?,
                })
            });
            if let Some((_, read)) = self
                .read
                .iter_mut()
                .find(|(followed, _)| *followed == topic)
                && place.is_some()
            {
                *read = place;
            }
        }
        let mut event = Event::default().data(frame);
        if !std::mem::replace(&mut self.told_when_to_return, true) {
            event = event.retry(Duration::from_secs(2));
        }
        if self.read.iter().any(|(_, read)| read.is_some()) {
            event.id(id(&self.read))
        } else {
            event
        }
    }
}

/// What of a frame says how far it goes.
#[derive(Deserialize)]
struct Place {
    topic: Option<Topic>,
    epoch: Option<u64>,
    seq: Option<u64>,
    cursor: Option<Cursor>,
}

fn id(read: &[(Topic, Option<Cursor>)]) -> String {
    let one = |(_, cursor): &(Topic, Option<Cursor>)| match cursor {
        Some(Cursor { epoch, seq }) => format!("{epoch}.{seq}"),
        None => "-".to_owned(),
    };
    read.iter().map(one).collect::<Vec<_>>().join(",")
}

/// The inverse of [`id`]; nothing at all is the beginning of everything.
fn cursors(text: &str, count: usize) -> Option<Vec<Option<Cursor>>> {
    if text.is_empty() {
        return Some(vec![None; count]);
    }
    let one = |text: &str| {
        if text == "-" {
            return Some(None);
        }
        let (epoch, seq) = text.split_once('.')?;
        Some(Some(Cursor {
            epoch: epoch.parse().ok()?,
            seq: seq.parse().ok()?,
        }))
    };
    text.split(',')
        .map(one)
        .collect::<Option<Vec<_>>>()
        .filter(|cursors| cursors.len() == count)
}

fn last_event_id(headers: &HeaderMap) -> Option<String> {
    let name = header::HeaderName::from_static("last-event-id");
    headers
        .get(name)?
        .to_str()
        .ok()
        .filter(|id| !id.is_empty())
        .map(str::to_owned)
}

fn invalid(sentence: &str) -> Failure {
    Failure(ApiError::new(ErrorCode::Invalid, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_brings_back_the_cursors() {
        let topic: Topic = "run:01900000-0000-7000-8000-000000000000"
            .parse()
            .expect("a topic");
        let read = [(topic, Some(Cursor { epoch: 7, seq: 3 })), (topic, None)];
        assert_eq!(id(&read), "7.3,-");
        assert_eq!(cursors(&id(&read), 2), Some(vec![read[0].1, None]));
        assert_eq!(cursors("", 2), Some(vec![None, None]));
        for wrong in ["7.3", "7.3,x", "7,3", "a.b,-", ","] {
            assert_eq!(cursors(wrong, 2), None, "{wrong}");
        }
    }
}
