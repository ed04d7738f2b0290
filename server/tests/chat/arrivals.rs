//! Conversations that come from elsewhere are one's own from then on, and those that go come back as they were.

use std::io::Cursor;

use contract::{
    ApiError, ErrorCode,
    chat::{Exported, ImportSummary, Shelf},
};
use serde_json::json;

use crate::{
    branches::instead,
    room::{Room, draft},
};

impl Room {
    async fn bring(&self, file: impl Into<Vec<u8>>) -> Result<ImportSummary, ApiError> {
        let file = Cursor::new(file.into());
        let brought = self.studio.chat.import(&self.mara(), file).await;
        brought.map_err(Into::into)
    }

    async fn titles(&self, search: Option<&str>) -> Vec<String> {
        let found = self.studio.chat.list(&self.mara(), search).await.unwrap();
        found.into_iter().map(|line| line.title).collect()
    }
}

/// As ChatGPT writes them, with two answers to one question.
fn from_chatgpt() -> serde_json::Value {
    let said = |id: &str, parent: Option<&str>, role: &str, text: &str| {
        json!({
            "id": id, "parent": parent, "children": [],
            "message": {
                "id": id, "author": { "role": role }, "create_time": 1_700_000_000.5,
                "content": { "content_type": "text", "parts": [text] },
                "metadata": { "model_slug": "gpt-4o" },
            },
        })
    };
    json!([{
        "title": "Sidechain", "create_time": 1_700_000_000.0, "update_time": 1_700_000_100.0, "current_node": "c",
        "mapping": {
            "a": said("a", None, "user", "How deep should I duck the bass?"),
            "b": said("b", Some("a"), "assistant", "About **6 dB**."),
            "c": said("c", Some("a"), "assistant", "It <script>alert(1)</script> depends."),
        },
    }])
}

#[tokio::test]
async fn what_was_said_elsewhere_is_read_found_and_gone_on_with() {
    let room = Room::open().await;
    let brought = room.bring(from_chatgpt().to_string()).await.unwrap();
    assert_eq!((brought.taken, brought.known, brought.skipped), (1, 0, 0));
    assert_eq!(room.titles(Some("duck bass")).await, ["Sidechain"]);
    assert_eq!(room.titles(Some("depends")).await, ["Sidechain"]);
    let line = room
        .studio
        .chat
        .list(&room.mara(), None)
        .await
        .unwrap()
        .remove(0);
    let view = room.studio.chat.open(&room.mara(), line.id).await.unwrap();
    let answer = view.messages[1].clone();
    let run = answer.run.unwrap();
    assert_eq!(run.model, "gpt-4o");
    assert!(!run.blocks.concat().contains("<script>"));
    assert_eq!(answer.versions.len(), 2);
    room.studio
        .chat
        .choose(&room.mara(), answer.versions[0])
        .await
        .unwrap();
    assert!(room.shown(line.id).await[1].contains("6 dB"));

    let mut goes_on = draft("k", "And the kick?");
    goes_on.conversation = Some(line.id);
    room.say(goes_on, "Leave it.").await;
    assert_eq!(room.shown(line.id).await.len(), 4);
    // The same file again brings nothing.
    let again = room.bring(from_chatgpt().to_string()).await.unwrap();
    assert_eq!((again.taken, again.known), (0, 1));
}

#[tokio::test]
async fn what_is_taken_along_comes_back_with_every_branch() {
    let room = Room::open().await;
    let first = room.say(draft("a", "How loud?"), "Quite loud.").await;
    let edited = room
        .say(
            instead(first.conversation, first.message.id, "How wide?"),
            "Narrow.",
        )
        .await;
    let chat = &room.studio.chat;
    let exported = chat.export(&room.mara(), first.conversation).await.unwrap();
    let texts: Vec<_> = exported
        .messages
        .iter()
        .map(|said| said.text.as_str())
        .collect();
    assert_eq!(texts, ["How loud?", "Quite loud.", "How wide?", "Narrow."]);
    assert_eq!(exported.leaf, Some(edited.answer.id));
    let markdown = chat
        .markdown(&room.mara(), first.conversation)
        .await
        .unwrap();
    assert_eq!(
        markdown,
        "# How loud?\n\n## You\n\nHow wide?\n\n## Soundstage (Dictated)\n\nNarrow.\n"
    );

    chat.delete(&room.mara(), first.conversation).await.unwrap();
    let file = serde_json::to_vec(&exported).unwrap();
    assert_eq!(room.bring(file).await.unwrap().taken, 1);
    let back = chat.list(&room.mara(), None).await.unwrap().remove(0);
    assert_eq!(room.shown(back.id).await, ["How wide?", "Narrow."]);
    let again: Exported = chat.export(&room.mara(), back.id).await.unwrap();
    let shape = |exported: &Exported| {
        let at = |id| {
            exported
                .messages
                .iter()
                .position(|said| Some(said.id) == id)
        };
        let said = exported.messages.iter();
        said.map(|said| (at(said.parent), said.text.clone(), said.model.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(shape(&again), shape(&exported));
}

#[tokio::test]
async fn a_file_that_breaks_off_has_brought_what_came_before() {
    let room = Room::open().await;
    let mut file = from_chatgpt().to_string();
    file.truncate(file.len() - 1);
    file.push_str(r#", {"title": "Cut"#);
    let brought = room.bring(file).await.unwrap();
    assert_eq!(brought.taken, 1);
    assert!(brought.broken.unwrap().contains("broken at line 1"));
    for nothing in ["", "What is this?", "[{\"a\": 1}]"] {
        let refused = room.bring(nothing).await.unwrap_err();
        assert_eq!(refused.code, ErrorCode::Invalid, "{nothing}");
    }
    assert_eq!(room.titles(None).await, ["Sidechain"]);
}

#[tokio::test]
async fn what_is_put_away_is_found_and_comes_back_when_something_is_said() {
    let room = Room::open().await;
    let chat = &room.studio.chat;
    let old = room
        .say(draft("a", "How loud?"), "Quite.")
        .await
        .conversation;
    let new = room
        .say(draft("b", "How wide?"), "Narrow.")
        .await
        .conversation;
    chat.shelve(&room.mara(), old, Shelf::Pinned).await.unwrap();
    let pinned = chat.list(&room.mara(), None).await.unwrap();
    assert_eq!(pinned.iter().filter(|line| line.pinned).count(), 1);
    chat.shelve(&room.mara(), old, Shelf::Archive)
        .await
        .unwrap();
    assert_eq!(room.titles(None).await, ["How wide?"]);
    assert_eq!(room.titles(Some("loud")).await, ["How loud?"]);
    assert_eq!(chat.archived(&room.mara()).await.unwrap()[0].id, old);
    let mut goes_on = draft("c", "And now?");
    goes_on.conversation = Some(old);
    room.say(goes_on, "Still.").await;
    assert_eq!(room.titles(None).await, ["How loud?", "How wide?"]);
    assert!(chat.archived(&room.mara()).await.unwrap().is_empty());
    // What was found is shown with its words.
    let found = chat
        .list(&room.mara(), Some("narr"))
        .await
        .unwrap()
        .remove(0);
    assert_eq!(found.id, new);
    assert!(
        found
            .found
            .iter()
            .any(|piece| piece.is_match && piece.text == "Narrow")
    );
}
