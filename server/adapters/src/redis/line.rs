//! One connection that both asks and hears.

use std::time::Duration;

use ::redis::{
    AsyncConnectionConfig, Client, Msg, PushInfo, PushKind, RedisResult,
    aio::MultiplexedConnection, cmd,
};
use studio::commons::News;
use tokio::{
    sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
    time::timeout,
};

/// For a connection, which nobody waits for.
const PATIENCE_TO_CONNECT: Duration = Duration::from_secs(2);
/// After so long without a word we ask whether the line is still there.
const SILENCE: Duration = Duration::from_secs(2);
pub(super) const CHANNEL: &str = "soundstage:news";

#[derive(Clone)]
pub(super) struct Line {
    pub(super) connection: MultiplexedConnection,
    events: UnboundedSender<Event>,
}

pub(super) struct Ear(UnboundedReceiver<Event>);

enum Event {
    Pushed(PushInfo),
    /// Something that was asked on it has failed.
    Failed(String),
}

impl Line {
    pub(super) async fn open(client: &Client, patience: Duration) -> RedisResult<(Self, Ear)> {
        let (events, ear) = unbounded_channel();
        let pushed = events.clone();
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(PATIENCE_TO_CONNECT))
            .set_response_timeout(Some(patience))
            .set_push_sender(move |push: PushInfo| pushed.send(Event::Pushed(push)));
        let connection = client.get_multiplexed_async_connection_with_config(&config);
        let connection = connection.await?;
        Ok((Self { connection, events }, Ear(ear)))
    }

    /// What was answered, if anything. A failure ends the line.
    pub(super) fn answered<T>(&self, answer: RedisResult<T>) -> Option<T> {
        let failed = |error: &::redis::RedisError| {
            // (Nobody hears it: then the line has ended already.)
            let _ = self.events.send(Event::Failed(error.to_string()));
        };
        answer.inspect_err(failed).ok()
    }

    /// Hands over what is heard, until the line breaks. Why it did.
    pub(super) async fn keep(
        &self,
        ear: &mut Ear,
        hear: &(dyn Fn(Option<News>) + Send + Sync),
    ) -> String {
        let mut connection = self.connection.clone();
        loop {
            match timeout(SILENCE, ear.0.recv()).await {
                Ok(Some(Event::Pushed(push))) if push.kind == PushKind::Message => {
                    // What cannot be read (by a newer Soundstage?) may have been an ending.
                    hear(read(push));
                }
                Ok(Some(Event::Pushed(push))) if push.kind != PushKind::Disconnection => {}
                Ok(Some(Event::Pushed(_)) | None) => return "the connection broke".to_owned(),
                Ok(Some(Event::Failed(why))) => return why,
                Err(_) => {
                    if let Err(error) = cmd("PING").exec_async(&mut connection).await {
                        return error.to_string();
                    }
                }
            }
        }
    }
}

fn read(push: PushInfo) -> Option<News> {
    let message = Msg::from_push_info(push)?;
    serde_json::from_slice(message.get_payload_bytes()).ok()
}
