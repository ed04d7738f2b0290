//! LibreChat: "Export conversation" as JSON.
//!
//! The shape is its own, from `danny-avila/LibreChat`: `client/src/hooks/Conversations/useExportConversation.ts`
//! writes it, `importLibreChatConvo` in `api/server/utils/import/importers.js` reads it, and
//! `__data__/librechat-tree.json` beside that is one. Unless somebody unticks a box, answers stand *inside*
//! of what they answer, as deep as the conversation is long; `nested` takes that apart.

use serde::Deserialize;

use super::{
    MOST_MESSAGES, Refusal,
    loose::{Maybe, Scalar},
    nested,
    parts::{Files, Parts, Wording},
    tree::{Draft, Node, Parent, Spoken},
};
use contract::chat::Author;

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Conversation {
    title: Scalar,
    options: Maybe<Options>,
    created_at: Scalar,
    updated_at: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Options {
    title: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Message {
    message_id: Scalar,
    parent_message_id: Scalar,
    text: Wording,
    content: Parts,
    sender: Scalar,
    is_created_by_user: Scalar,
    model: Scalar,
    created_at: Scalar,
    files: Files,
    attachments: Files,
}

pub(super) fn draft(json: &str) -> Result<Draft, Refusal> {
    let flat = nested::flatten(json, MOST_MESSAGES).ok_or(Refusal::TooMany)?;
    let from: Conversation = serde_json::from_slice(&flat.head).map_err(|_| Refusal::Shape)?;
    let mut nodes = Vec::with_capacity(flat.items.len());
    for item in flat.items {
        let message: Message = serde_json::from_slice(&item.json).map_err(|_| Refusal::Shape)?;
        nodes.push(Node {
            id: message.message_id.text(),
            // A first message names a parent of zeros, which is found nowhere.
            parent: item
                .parent
                .map_or_else(|| Parent::id(message.parent_message_id.text()), Parent::At),
            created_at: message.created_at.time(),
            spoken: spoken(message),
        });
    }
    // An export says when it was made, but not when the conversation was.
    let times = || nodes.iter().filter_map(|node| node.created_at);
    Ok(Draft {
        title: from.title.text().or(from.options.or_default().title.text()),
        created_at: from.created_at.time().or(times().min()),
        updated_at: from.updated_at.time().or(times().max()),
        nodes,
        current: None,
    })
}

fn spoken(message: Message) -> Option<Spoken> {
    let is_person = message.is_created_by_user.is_true() || message.sender.is("User");
    let author = if is_person {
        Author::Person
    } else {
        Author::Assistant
    };
    let mut content = message.content;
    if content.is_empty() {
        content.push(&message.text.0.unwrap_or_default());
    }
    let text = content.with(&[&message.files, &message.attachments]);
    Spoken::new(author, &text, message.model.text())
}
