//! ChatGPT: `conversations.json`, or `conversations-000.json` and on, in the ZIP of "Export data".
//!
//! OpenAI describes it nowhere. The shape is taken from what reads it: `mitkury/chatgpt-export-parser`
//! (`docs/chatgpt-data-export-format.md`) for the tree and the roles; `danny-avila/LibreChat`
//! (`api/server/utils/import/importers.js`, and `__data__/chatgpt-modern-export.json` beside it) for newer
//! exports with hidden contexts, recipients, and conversations without a mapping;
//! `daugaard47/ChatGPT_Conversations_To_Markdown` (pull request 23) for the numbered files. What stands
//! between U+E200 and U+E201 is from `pionxzh/chatgpt-exporter` (pull request 276).

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
    create_time: Scalar,
    update_time: Scalar,
    mapping: Many<Mapped>,
    current_node: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Mapped {
    message: Maybe<Message>,
    parent: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Message {
    author: Maybe<Author>,
    content: Maybe<Content>,
    create_time: Scalar,
    recipient: Scalar,
    metadata: Maybe<Metadata>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Author {
    role: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Content {
    content_type: Scalar,
    parts: Parts,
    text: Scalar,
    language: Scalar,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Metadata {
    model_slug: Scalar,
    is_visually_hidden_from_conversation: Scalar,
    attachments: Files,
}

pub(super) fn draft(json: &str) -> Result<Draft, Refusal> {
    let from: Conversation = serde_json::from_str(json).map_err(|_| Refusal::Shape)?;
    if from.mapping.too_many {
        return Err(Refusal::TooMany);
    }
    let nodes = from.mapping.items.into_iter().map(|(id, mapped)| {
        let message = mapped.message.or_default();
        Node {
            id,
            parent: Parent::id(mapped.parent.text()),
            created_at: message.create_time.time(),
            spoken: spoken(message),
        }
    });
    Ok(Draft {
        title: from.title.text(),
        created_at: from.create_time.time(),
        updated_at: from.update_time.time(),
        nodes: nodes.collect(),
        current: from.current_node.text(),
    })
}

fn spoken(message: Message) -> Option<Spoken> {
    let author = author(&message.author.or_default().role.text()?)?;
    let metadata = message.metadata.or_default();
    // What goes to "python" or "web" is a machine's errand.
    let is_for_all = message.recipient.text().is_none_or(|to| to == "all");
    if !is_for_all || metadata.is_visually_hidden_from_conversation.is_true() {
        return None;
    }
    let Content {
        content_type,
        mut parts,
        text,
        language,
    } = message.content.or_default();
    match content_type.text().unwrap_or_default().as_str() {
        "thoughts"
        | "reasoning_recap"
        | "model_editable_context"
        | "user_editable_context"
        | "execution_output" => return None,
        "code" => {
            let language = language.text().filter(|language| language != "unknown");
            let language = language.unwrap_or_default();
            parts.push(&format!("```{language}\n{}\n```", text.text()?));
        }
        _ => parts.push(&text.text().unwrap_or_default()),
    }
    let text = without_marks(&parts.with(&[&metadata.attachments]));
    Spoken::new(author, &text, metadata.model_slug.text())
}

const OPEN: char = '\u{E200}';
const CLOSE: char = '\u{E201}';
const COMMA: char = '\u{E202}';

/// Takes out what ChatGPT's pages replace by links: `OPEN cite COMMA turn0search0 CLOSE`. Of a name
/// (`entity`) and of a link (`url`) what was to be read stays.
fn without_marks(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, mark)) = rest.split_once(OPEN) {
        plain.push_str(before);
        // A mark that does not close on its line is none; only its sign goes.
        let line = mark.split(['\n', OPEN]).next().unwrap_or_default();
        let Some((inside, _)) = line.split_once(CLOSE) else {
            rest = mark;
            continue;
        };
        if let Some(shown) = shown(inside) {
            plain.push_str(&shown);
        } else if mark
            .get(inside.len() + CLOSE.len_utf8()..)
            .is_some_and(ends_a_phrase)
        {
            plain.truncate(plain.trim_end_matches(' ').len());
        }
        rest = mark
            .get(inside.len() + CLOSE.len_utf8()..)
            .unwrap_or_default();
    }
    plain.push_str(rest);
    plain.retain(|c| !('\u{E200}'..='\u{E2FF}').contains(&c));
    plain
}

/// Whether a space before it would stand alone.
fn ends_a_phrase(rest: &str) -> bool {
    rest.is_empty() || rest.starts_with(['.', ',', ';', ':', '!', '?', '\n', ' '])
}

fn shown(inside: &str) -> Option<String> {
    let (kind, rest) = inside.split_once(COMMA)?;
    match kind {
        "entity" => {
            let fields: Vec<Scalar> = serde_json::from_str(rest).ok()?;
            fields.get(1)?.text()
        }
        "url" => rest.split(COMMA).next().map(str::to_owned),
        _ => None,
    }
}
