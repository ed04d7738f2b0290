//! From rows to what the interface shows.

use std::collections::HashMap;

use contract::{
    ApiError, AssetId, ConversationId, ErrorCode, MessageId,
    chat::{Attachment, Author, MessageView, RunState, RunView, Usage},
    live::Cursor,
    media::{AssetView, Side},
};
use store::{
    Uuid,
    chat::{AttachmentRow, MessageRow, RunRow, Version},
};

pub(super) fn author(text: &str) -> Author {
    if text == "assistant" {
        Author::Assistant
    } else {
        Author::Person
    }
}

pub(super) const fn author_name(author: Author) -> &'static str {
    match author {
        Author::Person => "person",
        Author::Assistant => "assistant",
    }
}

pub(super) fn side(text: &str) -> Side {
    if text == "b" { Side::B } else { Side::A }
}

pub(super) const fn side_name(side: Side) -> &'static str {
    match side {
        Side::A => "a",
        Side::B => "b",
    }
}

pub(super) fn run_state(text: &str) -> RunState {
    match text {
        "measuring" => RunState::Measuring,
        "writing" => RunState::Writing,
        "done" => RunState::Done,
        "stopped" => RunState::Stopped,
        "interrupted" => RunState::Interrupted,
        _ => RunState::Failed,
    }
}

fn error_code(text: &str) -> ErrorCode {
    ErrorCode::ALL
        .iter()
        .copied()
        .find(|code| code.as_str() == text)
        .unwrap_or(ErrorCode::Internal)
}

pub(super) fn message(
    row: &MessageRow,
    attachments: Vec<Attachment>,
    run: Option<RunView>,
    versions: &[Version],
) -> MessageView {
    MessageView {
        id: MessageId(row.id),
        author: author(&row.author),
        created_at: row.created_at.into(),
        text: row.text.clone(),
        attachments,
        run,
        versions: versions_of(row.id, row.parent_id, versions),
    }
}

/// `versions` of the whole conversation; none if the message is the only one in its place.
pub(super) fn versions_of(id: Uuid, parent: Option<Uuid>, versions: &[Version]) -> Vec<MessageId> {
    if !versions.iter().any(|version| version.id == id) {
        return Vec::new();
    }
    let in_place = versions
        .iter()
        .filter(|version| version.parent_id == parent);
    in_place.map(|version| MessageId(version.id)).collect()
}

/// Of a run that is over; one that is going on is read from memory.
pub(super) fn finished_run(row: RunRow, cursor: Cursor) -> RunView {
    RunView {
        id: row.id.into(),
        state: run_state(&row.state),
        cursor,
        stage: None,
        blocks: row.blocks.map(|blocks| blocks.0).unwrap_or_default(),
        tail: String::new(),
        analysis: row.analysis.map(|analysis| Box::new(analysis.0)),
        error: row
            .error_code
            .map(|code| ApiError::new(error_code(&code), row.error_message.unwrap_or_default())),
        model: row.model,
        usage: (row.total_ms > 0).then_some(Usage {
            tokens_in: row.tokens_in,
            tokens_out: row.tokens_out,
            cost_micros: row.cost_micros,
            first_token_ms: row.first_token_ms,
            total_ms: row.total_ms,
        }),
    }
}

/// Which files a question is about: the newest mix and the newest reference up to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Subject {
    pub mix: Option<AssetId>,
    pub reference: Option<AssetId>,
    /// The question itself brought a file, so that the answer shows the card.
    pub is_new: bool,
}

/// `messages` of one branch, in order; `question` is one of them.
pub(super) fn subject(
    messages: &[MessageRow],
    attachments: &[AttachmentRow],
    question: MessageId,
) -> Subject {
    let mut subject = Subject::default();
    for message in messages {
        for attachment in attachments
            .iter()
            .filter(|attachment| attachment.message_id == message.id)
        {
            let asset = Some(AssetId(attachment.asset_id));
            match side(&attachment.side) {
                Side::A => subject.mix = asset,
                Side::B => subject.reference = asset,
            }
            subject.is_new |= message.id == question.0;
        }
        if message.id == question.0 {
            break;
        }
    }
    subject
}

pub(super) fn attachments_of(
    message: MessageId,
    rows: &[AttachmentRow],
    assets: &HashMap<AssetId, AssetView>,
) -> Vec<Attachment> {
    rows.iter()
        .filter(|row| row.message_id == message.0)
        .filter_map(|row| {
            let asset = assets.get(&AssetId(row.asset_id))?.clone();
            Some(Attachment {
                side: side(&row.side),
                asset,
            })
        })
        .collect()
}

/// The question that an answer answers: the last message of a person before it.
pub(super) fn question_of(messages: &[MessageRow], answer: MessageId) -> Option<&MessageRow> {
    let at = messages.iter().position(|message| message.id == answer.0)?;
    messages[..at]
        .iter()
        .rev()
        .find(|message| author(&message.author) == Author::Person)
}

pub(super) fn conversation_of(row: &MessageRow) -> ConversationId {
    ConversationId(row.conversation_id)
}
