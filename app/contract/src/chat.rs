//! Conversations, messages and the runs that write answers.

use serde::{Deserialize, Serialize};

use crate::{
    ApiError, AssetId, ConversationId, MessageId, RunId, Timestamp,
    media::{AnalysisView, AssetView, Side},
};

/// The longest message that is taken, in characters.
pub const MESSAGE_MAX_CHARS: usize = 32_000;
pub const TITLE_MAX_CHARS: usize = 120;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationSummary {
    pub id: ConversationId,
    pub title: String,
    pub updated_at: Timestamp,
    /// The first words of the newest message, without marks.
    pub preview: String,
    /// An answer is being written.
    pub writing: bool,
    /// Kept at the top of the list.
    #[serde(default, skip_serializing_if = "is_false")]
    pub pinned: bool,
    /// Where it was searched for: the words around the first place, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub found: Vec<Found>,
    /// Put away: in no list but that of the archive. What is said in it brings it back.
    #[serde(default, skip_serializing_if = "is_false")]
    pub archived: bool,
}

/// A piece of a text in which something was searched for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Found {
    pub text: String,
    /// It was searched for; otherwise it stands between.
    pub is_match: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks by reference")]
fn is_false(value: &bool) -> bool {
    !value
}

/// Where a conversation is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Shelf {
    /// In the list, by when it was last written in.
    List,
    /// At the top of it.
    Pinned,
    /// Out of sight.
    Archive,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ConversationView {
    pub id: ConversationId,
    pub title: String,
    /// Those of the branch that is shown, in order.
    pub messages: Vec<MessageView>,
    /// Where the live topic `conversation:ID` stood when this was read.
    pub cursor: crate::live::Cursor,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum Author {
    Person,
    Assistant,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct MessageView {
    pub id: MessageId,
    pub author: Author,
    pub created_at: Timestamp,
    /// A person's message: as typed. An answer: empty, see `body`.
    pub text: String,
    pub attachments: Vec<Attachment>,
    /// Of an answer only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunView>,
    /// Where there are others in its place (a question edited, an answer asked for anew): all of them, oldest
    /// first, itself among them. Each begins a branch of the conversation.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub versions: Vec<MessageId>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Attachment {
    pub side: Side,
    pub asset: AssetView,
}

/// What an answer is made of, and how far it is. Everything here is covered by `cursor`: events of
/// the topic `run:ID` after it continue the text without a gap and without doubling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct RunView {
    pub id: RunId,
    pub state: RunState,
    pub cursor: crate::live::Cursor,
    /// What it is doing, for a person.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stage: Option<String>,
    /// Finished blocks, rendered and sanitised on the server.
    pub blocks: Vec<String>,
    /// The plain text behind the last finished block, which is still growing.
    pub tail: String,
    /// The card above the text, once measured.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub analysis: Option<Box<AnalysisView>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ApiError>,
    /// Which model wrote it, for a person: "House engineer", "gpt-5".
    pub model: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum RunState {
    /// Waiting for the files to be measured.
    Measuring,
    /// The model has been asked or is writing.
    Writing,
    Done,
    /// A person pressed Stop.
    Stopped,
    /// The model failed; the partial text is kept.
    Failed,
    /// The server went away in mid-answer; the partial text is kept.
    Interrupted,
}

impl RunState {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Measuring => "measuring",
            Self::Writing => "writing",
            Self::Done => "done",
            Self::Stopped => "stopped",
            Self::Failed => "failed",
            Self::Interrupted => "interrupted",
        }
    }

    pub const fn is_final(self) -> bool {
        !matches!(self, Self::Measuring | Self::Writing)
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Usage {
    pub tokens_in: i64,
    pub tokens_out: i64,
    /// Millionths of a US dollar; absent where the price is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cost_micros: Option<i64>,
    pub first_token_ms: i64,
    pub total_ms: i64,
}

/// A message to send. `key` is made by the browser; sending twice with the same key is sending once.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Draft {
    pub key: String,
    /// None starts a conversation.
    pub conversation: Option<ConversationId>,
    pub text: String,
    pub attachments: Vec<DraftAttachment>,
    /// An earlier message of one's own, in whose place this is said: a branch of its own. Both are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaces: Option<MessageId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct DraftAttachment {
    pub asset: AssetId,
    pub side: Side,
}

/// [`Exported::format`].
pub const EXPORT_FORMAT: &str = "soundstage.conversation";

/// A conversation to take along, with every branch; what imports read, too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Exported {
    /// Always `soundstage.conversation`.
    pub format: String,
    /// Of the format: 1.
    pub version: u32,
    pub id: ConversationId,
    pub title: String,
    pub updated_at: Timestamp,
    /// The last message of the branch that is shown.
    pub leaf: Option<MessageId>,
    /// Each behind the one that it follows.
    pub messages: Vec<ExportedMessage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExportedMessage {
    pub id: MessageId,
    /// The one that it follows.
    pub parent: Option<MessageId>,
    pub author: Author,
    /// Of an answer: Markdown, with figures in place of what it cited.
    pub text: String,
    pub created_at: Timestamp,
    pub files: Vec<ExportedFile>,
    /// Which one wrote the answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub usage: Option<Usage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ExportedFile {
    pub asset: AssetId,
    pub name: String,
    pub side: Side,
}

/// That a conversation can be read by whoever has the link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ShareView {
    /// The link is `/shared?key=…`.
    pub key: String,
    pub shared_at: Timestamp,
    /// Nothing was said since, and no other branch is shown.
    pub is_current: bool,
}

/// A conversation as others read it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SharedView {
    pub title: String,
    /// Who shares it.
    pub signed: String,
    pub shared_at: Timestamp,
    pub messages: Vec<SharedMessage>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SharedMessage {
    pub author: Author,
    pub created_at: Timestamp,
    /// A person's message: as typed.
    pub text: String,
    /// An answer: rendered and sanitised on the server.
    pub blocks: Vec<String>,
    /// Which one wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
}

/// What became of a file with conversations from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ImportSummary {
    /// So many conversations are here now.
    pub taken: usize,
    /// So many were here already.
    pub known: usize,
    /// So many could not be read.
    pub skipped: usize,
    /// The first of those, and why, in words.
    pub examples: Vec<SkippedConversation>,
    /// The file broke off there; what came before is here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub broken: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct SkippedConversation {
    pub title: String,
    pub why: String,
}

/// What was stored: the message and the answer that is beginning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct Sent {
    pub conversation: ConversationId,
    pub title: String,
    pub message: MessageView,
    pub answer: MessageView,
}
