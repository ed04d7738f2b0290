//! The live channel's wire format: `/api/live` (WebSocket) and `/api/live/sse`.
//!
//! A topic is a log. Each event carries the log's epoch and its number in it; a client that knows
//! `(epoch, seq)` asks for what came after and gets exactly that, or a [`Frame::Gap`] where the log no
//! longer reaches back, and then reads the state anew.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    ApiError, ConversationId, MessageId, RunId, Timestamp, UserId,
    chat::{ConversationSummary, MessageView, RunState, Usage},
    jobs::JobState,
    media::{AnalysisView, AssetView},
};

/// A place in a topic's log. `seq` 0 is before the first event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Cursor {
    pub epoch: u64,
    pub seq: u64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Topic {
    /// One answer being written.
    Run(RunId),
    /// Messages and answers that begin in a conversation.
    Conversation(ConversationId),
    /// All that changes for one person outside an open conversation: lists, files, jobs.
    User(UserId),
}

impl fmt::Display for Topic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Run(id) => write!(f, "run:{id}"),
            Self::Conversation(id) => write!(f, "conversation:{id}"),
            Self::User(id) => write!(f, "user:{id}"),
        }
    }
}

/// The text is no topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownTopic;

impl FromStr for Topic {
    type Err = UnknownTopic;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (kind, id) = text.split_once(':').ok_or(UnknownTopic)?;
        match kind {
            "run" => id.parse().map(Self::Run),
            "conversation" => id.parse().map(Self::Conversation),
            "user" => id.parse().map(Self::User),
            _ => return Err(UnknownTopic),
        }
        .map_err(|_| UnknownTopic)
    }
}

impl Serialize for Topic {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Topic {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse()
            .map_err(|_| serde::de::Error::custom("unknown topic"))
    }
}

/// What a client says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Request {
    Subscribe {
        topic: Topic,
        /// Absent: only what comes from now on.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        after: Option<Cursor>,
    },
    Unsubscribe {
        topic: Topic,
    },
    /// Answered with `pong`; the client's own proof that the line is alive.
    Ping,
}

/// What the server says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Frame {
    Event {
        topic: Topic,
        epoch: u64,
        seq: u64,
        at: Timestamp,
        event: Box<Event>,
    },
    /// Everything that was stored has been replayed; from here on it is live.
    CaughtUp {
        topic: Topic,
        cursor: Cursor,
    },
    /// The log does not reach back to the cursor: read the state anew, then subscribe from there.
    Gap {
        topic: Topic,
    },
    /// No longer yours, or never was.
    Closed {
        topic: Topic,
        error: ApiError,
    },
    /// The connection cannot go on: signed out, too slow, malformed request.
    Bye {
        error: ApiError,
    },
    Pong,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    // --- run:ID
    /// The run moved on; `stage` says what it is doing.
    Run {
        state: RunState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        stage: Option<String>,
        /// Of measuring, 0 to 1.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        progress: Option<f32>,
    },
    /// The card is ready.
    Analysis {
        analysis: Box<AnalysisView>,
    },
    /// Plain text to append to the tail.
    Text {
        text: String,
    },
    /// A block is finished: it replaces the first `chars` characters of the tail.
    Block {
        html: String,
        chars: u32,
    },
    /// The last event of a run. What is left of the tail has become blocks before it, unless it failed.
    Finished {
        state: RunState,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        error: Option<ApiError>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        usage: Option<Usage>,
    },

    // --- conversation:ID
    /// A message was added by this or another tab.
    Message {
        message: Box<MessageView>,
    },
    /// Another branch is shown from now on: read the conversation anew.
    Branched {
        leaf: MessageId,
    },
    /// An answer goes on or is written again: read the message anew.
    Restarted {
        message: MessageId,
        run: RunId,
    },

    // --- user:ID
    /// A conversation's line in the list changed or is new.
    Conversation(ConversationSummary),
    ConversationDeleted {
        id: ConversationId,
    },
    /// A file's measuring moved on.
    Asset {
        asset: Box<AssetView>,
        state: JobState,
    },
}
