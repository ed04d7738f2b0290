//! Soundstage's own export.
//!
//! Described nowhere else yet: `{"format": "soundstage.conversation", "version": 1, "id", "title",
//! "created_at", "updated_at", "leaf": id, "messages": [{"id", "parent": id or null, "author", "text",
//! "created_at", "model"?}]}`, with times as `contract::Timestamp` writes them: microseconds since 1970.

use serde::Deserialize;

use super::{
    Refusal,
    loose::{Many, Scalar},
    tree::{Draft, Node, Parent, Spoken, author},
};

const VERSION: &str = "1";

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation {
    version: Scalar,
    title: Scalar,
    created_at: Scalar,
    updated_at: Scalar,
    leaf: Scalar,
    messages: Many<Message>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    id: Scalar,
    parent: Scalar,
    author: Scalar,
    text: Scalar,
    created_at: Scalar,
    model: Scalar,
}

pub(super) fn draft(json: &str) -> Result<Draft, Refusal> {
    let from: Conversation = serde_json::from_str(json).map_err(|_| Refusal::Shape)?;
    if from
        .version
        .text()
        .is_some_and(|version| version != VERSION)
    {
        return Err(Refusal::Newer);
    }
    if from.messages.too_many {
        return Err(Refusal::TooMany);
    }
    let nodes = from.messages.items.into_iter().map(|(_, message)| Node {
        id: message.id.text(),
        parent: Parent::id(message.parent.text()),
        created_at: message.created_at.time(),
        spoken: spoken(&message),
    });
    Ok(Draft {
        title: from.title.text(),
        created_at: from.created_at.time(),
        updated_at: from.updated_at.time(),
        nodes: nodes.collect(),
        current: from.leaf.text(),
    })
}

fn spoken(message: &Message) -> Option<Spoken> {
    let author = author(&message.author.text()?)?;
    Spoken::new(author, &message.text.text()?, message.model.text())
}
