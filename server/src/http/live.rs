//! `/api/live`: the WebSocket of one browser tab. See `contract::live` for what is said on it.

use std::{collections::HashSet, sync::Arc, time::Duration};

use axum::{
    extract::{
        Extension, Request, State, WebSocketUpgrade,
        ws::{CloseFrame, Message, WebSocket, close_code},
    },
    response::{IntoResponse, Response},
};
use contract::{
    ApiError, ErrorCode,
    live::{Frame, Request as Said, Topic},
};
use futures::{FutureExt as _, SinkExt as _, StreamExt as _};
use studio::live::Connection;
use tokio::time::{Instant, MissedTickBehavior, interval_at, timeout};

use super::{
    AppState, Failure,
    guard::{self, Source},
    session::{Person, Visitor},
};

pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// Whoever has said nothing for so long, not even the pong that browsers send by themselves, is gone.
const DEAD_AFTER: Duration = Duration::from_secs(30);
/// Whoever takes longer to take what we send is too slow, or gone.
const PATIENCE: Duration = Duration::from_secs(10);
/// A request is a topic and a cursor.
const MOST_BYTES: usize = 4 << 10;
/// An open conversation, its runs, the person's own: a tab that is open for days gathers some.
pub const MOST_TOPICS: usize = 256;
/// What is sent together when much has piled up, as on replay.
const MOST_AT_ONCE: usize = 256;

pub async fn socket(
    State(state): State<AppState>,
    Person(_): Person,
    Extension(visitor): Extension<Visitor>,
    upgrade: Result<WebSocketUpgrade, axum::extract::ws::rejection::WebSocketUpgradeRejection>,
    request: Request,
) -> Response {
    // CORS does not cover WebSockets: without this, any site could listen in another's browser.
    if guard::source(&state.edge, request.headers(), request.uri()) == Source::Foreign {
        return guard::foreign().into_response();
    }
    match upgrade {
        Ok(upgrade) => upgrade
            .max_message_size(MOST_BYTES)
            .max_frame_size(MOST_BYTES)
            // By default 128 KiB, held and zeroed for every tab.
            .read_buffer_size(MOST_BYTES)
            .on_upgrade(move |socket| async move { Tab::new(state, visitor).run(socket).await }),
        Err(_) => Failure(ApiError::new(
            ErrorCode::Invalid,
            "This address speaks WebSocket.",
        ))
        .into_response(),
    }
}

struct Tab {
    state: AppState,
    visitor: Visitor,
    connection: Connection,
    topics: HashSet<Topic>,
}

/// Why a tab's loop ends.
enum End {
    /// The line is gone; nobody is left to tell.
    Lost,
    /// Everything was said.
    Said,
    Told(Frame),
    Closing,
}

impl Tab {
    fn new(state: AppState, visitor: Visitor) -> Self {
        let connection = state.studio.live.connect(&visitor.actor);
        Self {
            state,
            visitor,
            connection,
            topics: HashSet::new(),
        }
    }

    async fn run(mut self, mut socket: WebSocket) {
        let end = self.relay(&mut socket).await;
        let close = |code, reason: &'static str| {
            Message::Close(Some(CloseFrame {
                code,
                reason: reason.into(),
            }))
        };
        let last = match end {
            End::Lost => return,
            End::Told(frame) => {
                let text = serde_json::to_string(&frame).unwrap_or_default();
                let _ = timeout(PATIENCE, socket.send(Message::Text(text.into()))).await;
                close(close_code::POLICY, "")
            }
            End::Said => close(close_code::POLICY, ""),
            // Tells the browser to come back, and not at once with everybody else.
            End::Closing => close(close_code::RESTART, "restarting"),
        };
        let _ = timeout(PATIENCE, socket.send(last)).await;
    }

    async fn relay(&mut self, socket: &mut WebSocket) -> End {
        let mut heard = Instant::now();
        let mut heartbeat = interval_at(heard + HEARTBEAT, HEARTBEAT);
        heartbeat.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let closing = self.state.edge.closing.clone();
        // Once for all frames.
        let mut closing = std::pin::pin!(closing.cancelled());
        loop {
            tokio::select! {
                frame = self.connection.next() => match frame {
                    Some(frame) => if !self.send(socket, frame).await { return End::Lost },
                    None => return End::Said,
                },
                message = socket.next() => {
                    heard = Instant::now();
                    match message {
                        Some(Ok(Message::Text(text))) => if let Err(error) = self.hear(&text).await {
                            return End::Told(Frame::Bye { error });
                        },
                        // Pings are answered by the library.
                        Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                        Some(Ok(Message::Binary(_))) => return End::Told(Frame::Bye { error: malformed() }),
                        Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Lost,
                    }
                },
                _ = heartbeat.tick() => {
                    if heard.elapsed() >= DEAD_AFTER {
                        return End::Lost;
                    }
                    if !still_signed_in(&self.state, &self.visitor).await {
                        return End::Told(Frame::Bye { error: super::session::signed_out().0 });
                    }
                    if !matches!(timeout(PATIENCE, socket.send(Message::Ping(Default::default()))).await, Ok(Ok(()))) {
                        return End::Lost;
                    }
                },
                () = &mut closing => return End::Closing,
            }
        }
    }

    /// One frame and whatever else is ready, in one write.
    async fn send(&mut self, socket: &mut WebSocket, first: Arc<str>) -> bool {
        let sending = async {
            socket.feed(text(&first)).await?;
            for _ in 1..MOST_AT_ONCE {
                // Dropping this future loses nothing; an end shows again in the loop above.
                let Some(Some(frame)) = self.connection.next().now_or_never() else {
                    break;
                };
                socket.feed(text(&frame)).await?;
            }
            socket.flush().await
        };
        matches!(timeout(PATIENCE, sending).await, Ok(Ok(())))
    }

    async fn hear(&mut self, text: &str) -> Result<(), ApiError> {
        match serde_json::from_str(text).map_err(|_| malformed())? {
            Said::Subscribe { topic, after } => {
                if self.topics.len() >= MOST_TOPICS && !self.topics.contains(&topic) {
                    return Err(ApiError::new(
                        ErrorCode::TooManyRequests,
                        "This page follows too much at once.",
                    ));
                }
                let actor = &self.visitor.actor;
                let studio = &self.state.studio;
                if studio
                    .follow(actor, &mut self.connection, topic, after)
                    .await
                {
                    self.topics.insert(topic);
                }
            }
            Said::Unsubscribe { topic } => {
                self.topics.remove(&topic);
                self.connection.unsubscribe(topic);
            }
            Said::Ping => self.connection.tell(&Frame::Pong),
        }
        Ok(())
    }
}

/// The hub ends what this process ends; this sees what expired, or what another process ended.
pub async fn still_signed_in(state: &AppState, visitor: &Visitor) -> bool {
    let Some(token) = &visitor.token else {
        return false;
    };
    match state.studio.accounts.authenticate(token).await {
        Ok(found) => found.is_some(),
        // Not knowing is no reason to throw somebody out.
        Err(error) => {
            tracing::warn!(%error, "a live connection's session could not be checked");
            true
        }
    }
}

fn text(frame: &str) -> Message {
    Message::Text(frame.into())
}

fn malformed() -> ApiError {
    ApiError::new(
        ErrorCode::Invalid,
        "This page and the server do not understand each other. Load the page again.",
    )
}
