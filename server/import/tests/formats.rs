//! What each kind of export says, in a small one made by hand.

mod common;

use common::{leaf, lines, only, read};
use contract::{Timestamp, chat::Author};
use import::Source;

const CHATGPT: &str = r#"[{
  "title": "  Low\tend\u0007 of the mix ", "create_time": 1714585031.5, "update_time": "1714585060",
  "mapping": {
    "root": {"id": "root", "message": null, "parent": null, "children": ["sys"]},
    "sys": {"message": {"author": {"role": "system"}, "content": {"content_type": "text", "parts": [""]},
            "metadata": {"is_visually_hidden_from_conversation": true}}, "parent": "root"},
    "ctx": {"message": {"author": {"role": "user"}, "content": {"content_type": "user_editable_context",
            "user_profile": "p"}, "metadata": {"is_visually_hidden_from_conversation": true}}, "parent": "sys"},
    "q": {"message": {"author": {"role": "user"}, "create_time": 1714585031.150442,
          "content": {"content_type": "multimodal_text", "parts": [
            {"content_type": "image_asset_pointer", "asset_pointer": "file-service://x", "width": 1},
            "Why does it boom?", "", "And the vocals?"]},
          "metadata": {"attachments": [{"name": "mix.wav", "mime_type": "audio/wav"},
            {"name": "shot.png", "mime_type": "image/png"}]}}, "parent": "ctx"},
    "web": {"message": {"author": {"role": "assistant"}, "recipient": "web", "create_time": 1714585032,
            "content": {"content_type": "code", "language": "unknown", "text": "search(\"x\")"}}, "parent": "q"},
    "tool": {"message": {"author": {"role": "tool", "name": "web"}, "create_time": 1714585033,
             "content": {"content_type": "tether_browsing_display", "result": "x"}}, "parent": "web"},
    "think": {"message": {"author": {"role": "assistant"}, "content": {"content_type": "thoughts",
              "thoughts": [{"content": "hm"}]}}, "parent": "tool"},
    "new": {"message": {"author": {"role": "assistant"}, "create_time": 1714585050, "recipient": "all",
            "content": {"content_type": "text", "parts": ["Cut 200 Hz \ue200cite\ue202turn0search0\ue202turn0search1\ue201. Ask \ue200entity\ue202[\"people\",\"Bob Katz\",0]\ue201 or \ue200url\ue202a page\ue202turn1view0\ue201 \ue203now."]},
            "metadata": {"model_slug": "gpt-4o"}}, "parent": "think"},
    "old": {"message": {"author": {"role": "assistant"}, "create_time": 1714585040, "recipient": "all",
            "content": {"content_type": "code", "language": "python", "text": "print(1)"},
            "metadata": {"model_slug": "gpt-4"}}, "parent": "think"},
    "hush": {"message": {"author": {"role": "tool"}, "content": {"content_type": "text", "parts": ["x"]}},
             "parent": "new"}
  },
  "current_node": "hush"}]"#;

#[test]
fn chatgpt() {
    let (source, it) = only(CHATGPT);
    assert_eq!(source, Source::ChatGpt);
    assert_eq!(it.title, "Low end  of the mix");
    assert_eq!(it.created_at, Some(Timestamp(1_714_585_031_500_000)));
    assert_eq!(it.updated_at, Some(Timestamp(1_714_585_060_000_000)));
    let question = "(image)\n\nWhy does it boom?\n\nAnd the vocals?\n\n(file: mix.wav)";
    assert_eq!(
        lines(&it),
        [
            (question, None),
            ("```python\nprint(1)\n```", Some(question)),
            ("Cut 200 Hz. Ask Bob Katz or a page now.", Some(question)),
        ]
    );
    let models: Vec<_> = it
        .messages
        .iter()
        .map(|said| said.model.as_deref())
        .collect();
    assert_eq!(models, [None, Some("gpt-4"), Some("gpt-4o")]);
    assert_eq!(it.messages[0].author, Author::Person);
    assert_eq!(
        it.messages[0].created_at,
        Some(Timestamp(1_714_585_031_150_442))
    );
    // The current one was hidden; what it answered was on the screen.
    assert_eq!(it.leaf, Some(2));
}

#[test]
fn chatgpt_speaks_and_a_mark_may_stay_open() {
    let (_, it) = only(
        r#"{"title": "", "mapping": {
            "a": {"message": {"author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": [
                {"content_type": "audio_transcription", "text": "hello", "direction": "in"},
                {"content_type": "real_time_user_audio_video_asset_pointer", "audio_asset_pointer": {}}]}}},
            "b": {"message": {"author": {"role": "user"}, "content": {"content_type": "multimodal_text", "parts": [
                {"content_type": "audio_asset_pointer"}]}}, "parent": "a"},
            "c": {"message": {"author": {"role": "assistant"}, "content": {"parts": ["one \ue200cite\ntwo"]}}, "parent": "b"}
        }, "current_node": null}"#,
    );
    assert_eq!(it.title, "Untitled");
    assert_eq!(
        lines(&it),
        [
            ("hello", None),
            ("(audio)", Some("hello")),
            ("one cite\ntwo", Some("(audio)"))
        ]
    );
    assert_eq!(leaf(&it), "one cite\ntwo");
}

#[test]
fn a_chatgpt_conversation_without_messages_does_not_stop_the_others() {
    let (found, outcome) = read(
        r#"[{"title": "Good", "mapping": {"a": {"message": {"author": {"role": "user"}, "content": {"parts": ["x"]}}}}},
            {"title": "Corrupted entry", "id": "2"},
            {"title": "Silent", "mapping": {"a": {"message": null}}}]"#,
    );
    assert_eq!(found.len(), 1);
    let summary = outcome.unwrap();
    assert_eq!((summary.read, summary.skipped_count), (1, 2));
    let whys: Vec<_> = summary
        .skipped
        .iter()
        .map(|it| (it.title.as_str(), it.why.as_str()))
        .collect();
    assert_eq!(
        whys,
        [
            ("Silent", "There is nothing in it to read."),
            (
                "Corrupted entry",
                "It is no conversation that Soundstage knows."
            ),
        ]
    );
}

#[test]
fn claude_in_a_line() {
    let (source, it) = only(
        r#"[{"uuid": "c", "name": "Reverb", "created_at": "2025-03-01T10:00:00.123456Z",
            "updated_at": "2025-03-01T12:30:00+02:00", "account": {"uuid": "u"},
            "chat_messages": [
              {"uuid": "1", "text": "old form", "content": [], "sender": "human",
               "created_at": "2025-03-01T10:00:00Z", "attachments": [{"file_name": "notes.txt", "extracted_content": "…"}],
               "files": [{"file_name": "notes.txt"}, {"file_name": "a.pdf"}, {"file_kind": "image", "file_name": "b.png"}]},
              {"uuid": "2", "text": "This block is not supported", "sender": "assistant", "content": [
                {"type": "thinking", "thinking": "hm"}, {"type": "text", "text": "Plates"},
                {"type": "tool_use", "name": "search", "input": {"q": [1]}}, {"type": "tool_result", "content": []},
                {"type": "text", "text": "or halls."}], "created_at": null},
              {"uuid": "3", "text": "", "content": [], "sender": "human"},
              {"uuid": "4", "text": "Bye", "sender": "assistant"}]}]"#,
    );
    assert_eq!((source, it.title.as_str()), (Source::Claude, "Reverb"));
    assert_eq!(it.created_at, Some(Timestamp(1_740_823_200_123_456)));
    assert_eq!(it.updated_at, Some(Timestamp(1_740_825_000_000_000)));
    let first = "old form\n\n(file: notes.txt)\n\n(file: a.pdf)\n\n(image)";
    let second = "Plates\n\nor halls.";
    assert_eq!(
        lines(&it),
        [(first, None), (second, Some(first)), ("Bye", Some(second))]
    );
    assert_eq!(it.leaf, Some(2));
}

#[test]
fn claude_as_a_tree() {
    let (_, it) = only(
        r#"{"uuid": "c", "name": "", "model": "claude-x", "current_leaf_message_uuid": "2", "chat_messages": [
            {"uuid": "1", "sender": "human", "text": "q", "parent_message_uuid": "00000000-0000-4000-8000-000000000000"},
            {"uuid": "2", "sender": "assistant", "text": "one", "parent_message_uuid": "1"},
            {"uuid": "3", "sender": "assistant", "text": "two", "parent_message_uuid": "1"}]}"#,
    );
    assert_eq!(
        lines(&it),
        [("q", None), ("one", Some("q")), ("two", Some("q"))]
    );
    assert_eq!(leaf(&it), "one");
    assert_eq!(
        (
            it.messages[0].model.as_deref(),
            it.messages[1].model.as_deref()
        ),
        (None, Some("claude-x"))
    );
}

#[test]
fn open_webui() {
    let (source, it) = only(
        r#"[{"id": "x", "user_id": "u", "title": "Chat", "chat": {"title": "Inner", "models": ["m"], "history": {
            "currentId": "a1", "messages": {
              "s": {"id": "s", "parentId": null, "role": "system", "content": "You are"},
              "q": {"id": "q", "parentId": "s", "childrenIds": ["a1", "a2"], "role": "user", "content": "What is 15 * 17?",
                    "timestamp": 1700000000, "files": [{"type": "image", "url": "data:"}, {"type": "file", "name": "ref.wav"}]},
              "a2": {"id": "a2", "parentId": "q", "role": "assistant", "content": "256", "timestamp": 1700000020, "model": "m2"},
              "a1": {"id": "a1", "parentId": "q", "role": "assistant", "model": "m1", "timestamp": 1700000010,
                     "content": "<details type=\"reasoning\" done=\"true\">\n<summary>Thought</summary>\n&gt; hm</details>\n255 <details type=\"other\">kept</details>"}}},
            "messages": [{"role": "user", "content": "a copy"}]},
          "created_at": 1700000000, "updated_at": 1700000010}]"#,
    );
    assert_eq!((source, it.title.as_str()), (Source::OpenWebUi, "Chat"));
    assert_eq!(it.created_at, Some(Timestamp::from_seconds(1_700_000_000)));
    let question = "What is 15 * 17?\n\n(image)\n\n(file: ref.wav)";
    let answer = "255 <details type=\"other\">kept</details>";
    assert_eq!(
        lines(&it),
        [
            (question, None),
            (answer, Some(question)),
            ("256", Some(question))
        ]
    );
    assert_eq!(leaf(&it), answer);
}

#[test]
fn open_webui_before_there_were_branches() {
    let (source, it) = only(
        r#"{"id": "x", "chat": {"title": "Inner", "timestamp": 1700000000123, "messages": [
            {"role": "user", "content": "Hello"},
            {"role": "assistant", "content": [{"type": "text", "text": "Hi"}, {"type": "image_url", "image_url": {}}]}]}}"#,
    );
    assert_eq!((source, it.title.as_str()), (Source::OpenWebUi, "Inner"));
    assert_eq!(it.created_at, Some(Timestamp(1_700_000_000_123_000)));
    assert_eq!(
        lines(&it),
        [("Hello", None), ("Hi\n\n(image)", Some("Hello"))]
    );
    assert_eq!(it.leaf, Some(1));
}

#[test]
fn open_webui_before_anything_was_wrapped_around_a_chat() {
    let (source, it) = only(
        r#"[{"title": "Bare", "timestamp": 1700000000, "history": {"currentId": "a", "messages": {
            "q": {"id": "q", "parentId": null, "role": "user", "content": "Hello"},
            "a": {"id": "a", "parentId": "q", "role": "assistant", "content": "Hi"}}}}]"#,
    );
    assert_eq!((source, it.title.as_str()), (Source::OpenWebUi, "Bare"));
    assert_eq!(it.created_at, Some(Timestamp::from_seconds(1_700_000_000)));
    assert_eq!(lines(&it), [("Hello", None), ("Hi", Some("Hello"))]);
}

#[test]
fn librechat_inside_of_each_other() {
    let (source, it) = only(
        r#"{"conversationId": "c", "endpoint": "openAI", "title": "Nested", "exportAt": "13:18:04 GMT-0400",
           "branches": true, "recursive": true, "options": {"model": "gpt-4", "messages": [1]},
           "messages": [
             {"messageId": "1", "parentMessageId": "00000000-0000-0000-0000-000000000000", "isCreatedByUser": true,
              "sender": "User", "text": "a \"[{children\": q", "createdAt": "2024-05-01T16:35:11.530Z", "children": [
                {"messageId": "2", "text": "", "isCreatedByUser": false, "sender": "GPT-4", "model": "gpt-4",
                 "createdAt": "2024-05-01T16:35:12.604Z", "content": [
                   {"type": "think", "think": "hm"}, {"type": "text", "text": {"value": "from the"}},
                   {"type": "tool_call", "tool_call": {"children": [{"text": "no message"}]}},
                   {"type": "text", "text": "parts"}, null, {"type": "image_file", "image_file": {}}],
                 "children": [{"messageId": "3", "isCreatedByUser": "true", "text": "thanks", "children": []}, null, 7, [{}]]},
                {"messageId": "4", "text": "again", "isCreatedByUser": false, "files": [{"filename": "x.zip"}]}]},
             {"messageId": "5", "parentMessageId": "3", "text": "flat", "sender": "GPT-4"}]}"#,
    );
    assert_eq!((source, it.title.as_str()), (Source::LibreChat, "Nested"));
    assert_eq!(it.created_at, Some(Timestamp(1_714_581_311_530_000)));
    assert_eq!(it.updated_at, Some(Timestamp(1_714_581_312_604_000)));
    let question = "a \"[{children\": q";
    let parts = "from the\n\nparts\n\n(image)";
    assert_eq!(
        lines(&it),
        [
            (question, None),
            (parts, Some(question)),
            ("thanks", Some(parts)),
            ("flat", Some("thanks")),
            ("again\n\n(file: x.zip)", Some(question)),
        ]
    );
    assert_eq!(it.messages[2].author, Author::Person);
    assert_eq!(
        leaf(&it),
        "flat",
        "the last unanswered one, since nothing says what was on the screen"
    );
}

#[test]
fn librechat_side_by_side_and_as_a_tree_of_another_name() {
    let flat = r#"{"conversationId": "c", "title": null, "options": {"title": "From options"}, "messages": [
        {"messageId": "2", "parentMessageId": "1", "text": "a", "sender": "GPT"},
        {"messageId": "1", "parentMessageId": null, "text": "q", "sender": "User"}]}"#;
    let (_, it) = only(flat);
    assert_eq!(it.title, "From options");
    assert_eq!(lines(&it), [("q", None), ("a", Some("q"))]);
    let tree = r#"{"conversationId": "c", "messagesTree": [{"text": "q", "isCreatedByUser": true,
        "children": [{"text": "a", "isCreatedByUser": false}]}]}"#;
    assert_eq!(lines(&only(tree).1), [("q", None), ("a", Some("q"))]);
}

#[test]
fn librechat_is_deeper_than_serde_goes() {
    let deep = 20_000;
    let mut file = String::from(r#"{"conversationId": "c", "messages": ["#);
    for at in 0..deep {
        file.push_str(&format!(
            r#"{{"text": "{at}", "isCreatedByUser": true, "children": ["#
        ));
    }
    file.push_str(&"]}".repeat(deep));
    file.push_str("]}");
    let (_, it) = only(file);
    assert_eq!(it.messages.len(), deep);
    assert!(
        it.messages
            .iter()
            .enumerate()
            .all(|(at, said)| said.parent == at.checked_sub(1))
    );
}

#[test]
fn our_own() {
    let time = serde_json::to_string(&Timestamp(1_700_000_000_000_001)).unwrap();
    let file = format!(
        r#"[{{"format": "soundstage.conversation", "version": 1, "id": "c", "title": "Ours", "created_at": {time},
            "updated_at": {time}, "leaf": "b", "messages": [
              {{"id": "a", "parent": null, "author": "person", "text": "q", "created_at": {time}}},
              {{"id": "b", "parent": "a", "author": "assistant", "text": "a", "created_at": {time}, "model": "house"}},
              {{"id": "x", "parent": "a", "author": "ghost", "text": "boo", "created_at": {time}}}]}},
            {{"format": "soundstage.conversation", "version": 2, "title": "Tomorrow", "messages": []}}]"#
    );
    let (found, outcome) = read(file);
    let (source, it) = &found[0];
    assert_eq!(*source, Source::Soundstage);
    assert_eq!(it.created_at, Some(Timestamp(1_700_000_000_000_001)));
    assert_eq!(lines(it), [("q", None), ("a", Some("q"))]);
    assert_eq!(it.messages[1].model.as_deref(), Some("house"));
    assert_eq!(it.leaf, Some(1));
    assert_eq!(common::only_skip(&outcome), "A newer Soundstage wrote it.");
}
