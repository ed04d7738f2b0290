//! Open WebUI: "Export all chats", or one chat as JSON.
//!
//! The shape is its own, from `open-webui/open-webui` (`src/lib/utils/index.ts`, where `convertOpenAIMessages`
//! makes it, and `removeDetails`, which knows what is folded into an answer; `ChatModel` in
//! `backend/open_webui/models/chats.py` for what stands around it, and `DataControls.svelte`, which still takes
//! chats without that), and as `danny-avila/LibreChat` reads it
//! (`api/server/utils/import/__data__/openwebui-export.json`).

use serde::Deserialize;

use super::{
    Refusal,
    loose::{Many, Maybe, Scalar},
    parts::{Files, Parts},
    tree::{Draft, Node, Parent, Spoken, author},
};

#[derive(Default, Deserialize)]
#[serde(default)]
struct Conversation {
    title: Scalar,
    /// Old exports have what is in here in its place.
    chat: Maybe<Chat>,
    created_at: Scalar,
    updated_at: Scalar,
    current_message_id: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Chat {
    title: Scalar,
    history: Maybe<History>,
    /// Of exports before there were branches. Later it repeats the branch on the screen.
    messages: Many<Message>,
    timestamp: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct History {
    messages: Many<Message>,
    #[serde(rename = "currentId")]
    current_id: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    id: Scalar,
    #[serde(rename = "parentId")]
    parent_id: Scalar,
    role: Scalar,
    content: Parts,
    timestamp: Scalar,
    model: Scalar,
    files: Files,
}

pub(super) fn draft(json: &str) -> Result<Draft, Refusal> {
    let from: Conversation = serde_json::from_str(json).map_err(|_| Refusal::Shape)?;
    let chat = match from.chat.0 {
        Some(chat) => chat,
        None => serde_json::from_str(json).map_err(|_| Refusal::Shape)?,
    };
    let history = chat.history.or_default();
    let messages = if history.messages.items.is_empty() {
        chat.messages
    } else {
        history.messages
    };
    if messages.too_many {
        return Err(Refusal::TooMany);
    }
    let is_tree = messages
        .items
        .iter()
        .any(|(_, message)| message.parent_id.text().is_some());
    let nodes = messages.items.into_iter().map(|(key, message)| Node {
        id: key.or(message.id.text()),
        parent: Parent::id(message.parent_id.text()),
        created_at: message.timestamp.time(),
        spoken: spoken(message),
    });
    let mut draft = Draft {
        title: from.title.text().or(chat.title.text()),
        created_at: from.created_at.time().or(chat.timestamp.time()),
        updated_at: from.updated_at.time(),
        nodes: nodes.collect(),
        current: history.current_id.text().or(from.current_message_id.text()),
    };
    if !is_tree {
        draft.chain();
    }
    Ok(draft)
}

fn spoken(message: Message) -> Option<Spoken> {
    let author = author(&message.role.text()?)?;
    let mut text = message.content.with(&[&message.files]);
    if author == contract::chat::Author::Assistant {
        text = without_details(&text);
    }
    Spoken::new(author, &text, message.model.text())
}

/// Takes out what an answer keeps folded: reasoning, and what tools were asked and said.
fn without_details(text: &str) -> String {
    const BEGIN: &str = "<details type=\"";
    const END: &str = "</details>";
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, details)) = rest.split_once(BEGIN) {
        plain.push_str(before);
        let is_folded = ["reasoning\"", "tool_calls\"", "code_interpreter\""]
            .iter()
            .any(|kind| details.starts_with(kind));
        if is_folded {
            // Without an end, the answer was stopped while it thought.
            rest = details.split_once(END).map_or("", |(_, behind)| behind);
        } else {
            plain.push_str(BEGIN);
            rest = details;
        }
    }
    plain.push_str(rest);
    plain
}
