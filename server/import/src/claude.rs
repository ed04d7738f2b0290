//! Claude: `conversations.json` in the ZIP of "Export data".
//!
//! Anthropic describes it nowhere. The shape is taken from `danny-avila/LibreChat` (pull request 11124,
//! `importClaudeConvo` in `api/server/utils/import/importers.js`: `content` before `text`, thinking apart),
//! and from `socketteer/Claude-Conversation-Exporter`, which walks `parent_message_uuid` from
//! `current_leaf_message_uuid`; a first message names a parent of zeros, which is found nowhere.

use serde::Deserialize;

use super::{
    Refusal,
    loose::{Many, Scalar},
    parts::{Files, Parts},
    tree::{Draft, Node, Parent, Spoken, author},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation {
    name: Scalar,
    created_at: Scalar,
    updated_at: Scalar,
    model: Scalar,
    current_leaf_message_uuid: Scalar,
    chat_messages: Many<Message>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    uuid: Scalar,
    sender: Scalar,
    text: Scalar,
    content: Parts,
    created_at: Scalar,
    parent_message_uuid: Scalar,
    model: Scalar,
    attachments: Files,
    files: Files,
}

pub(super) fn draft(json: &str) -> Result<Draft, Refusal> {
    let from: Conversation = serde_json::from_str(json).map_err(|_| Refusal::Shape)?;
    if from.chat_messages.too_many {
        return Err(Refusal::TooMany);
    }
    let messages = from.chat_messages.items;
    let is_tree = messages
        .iter()
        .any(|(_, message)| message.parent_message_uuid.text().is_some());
    let model = from.model.text();
    let nodes = messages.into_iter().map(|(_, message)| Node {
        id: message.uuid.text(),
        parent: Parent::id(message.parent_message_uuid.text()),
        created_at: message.created_at.time(),
        spoken: spoken(message, model.as_ref()),
    });
    let mut draft = Draft {
        title: from.name.text(),
        created_at: from.created_at.time(),
        updated_at: from.updated_at.time(),
        nodes: nodes.collect(),
        current: from.current_leaf_message_uuid.text(),
    };
    if !is_tree {
        draft.chain();
    }
    Ok(draft)
}

fn spoken(message: Message, model: Option<&String>) -> Option<Spoken> {
    let author = author(&message.sender.text()?)?;
    let mut content = message.content;
    if content.is_empty() {
        content.push(&message.text.text().unwrap_or_default());
    }
    let text = content.with(&[&message.attachments, &message.files]);
    Spoken::new(author, &text, message.model.text().or(model.cloned()))
}
