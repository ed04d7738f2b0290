//! Single fields, in whatever way they are written.

mod common;

use common::{message, only, ours};
use contract::Timestamp;

#[test]
fn nulls_and_wrong_shapes_cost_a_field_and_not_the_conversation() {
    for wrong in [
        "null",
        "true",
        "3",
        "4.5",
        "\"x\"",
        "[]",
        "[[1]]",
        "{}",
        r#"{"a":{"b":1}}"#,
    ] {
        let chatgpt = format!(
            r#"{{"title":{wrong},"create_time":{wrong},"current_node":{wrong},"mapping":{{
                "w":{wrong},"v":{{"message":{wrong},"parent":{wrong}}},
                "u":{{"message":{{"author":{wrong},"content":{wrong},"metadata":{wrong}}}}},
                "q":{{"parent":{wrong},"message":{{"author":{{"role":"user"}},"recipient":null,"create_time":{wrong},
                    "content":{{"content_type":null,"parts":["q",{wrong}],"text":null}},
                    "metadata":{{"model_slug":{wrong},"attachments":{wrong}}}}}}}}}}}"#
        );
        let claude = format!(
            r#"{{"name":{wrong},"created_at":{wrong},"current_leaf_message_uuid":{wrong},"chat_messages":[{wrong},
                {{"uuid":{wrong},"sender":"human","text":"q","content":null,"created_at":{wrong},
                  "parent_message_uuid":null,"attachments":{wrong},"files":[{wrong}]}}]}}"#
        );
        let webui = format!(
            r#"{{"title":{wrong},"chat":{{"title":{wrong},"history":{{"currentId":{wrong},"messages":{{"a":{wrong},
                "q":{{"role":"user","content":"q","parentId":{wrong},"timestamp":{wrong},"model":{wrong}}}}}}}}}}}"#
        );
        let librechat = format!(
            r#"{{"conversationId":"c","title":{wrong},"options":{wrong},"messages":[{wrong},
                {{"messageId":{wrong},"text":"q","content":null,"sender":{wrong},"model":{wrong},"children":{wrong}}}]}}"#
        );
        let own = ours(
            &format!(
                r#"{wrong},{{"id":{wrong},"parent":{wrong},"author":"person","text":"q","created_at":{wrong}}}"#
            ),
            wrong,
        );
        for file in [chatgpt, claude, webui, librechat, own] {
            let (_, it) = only(&file);
            assert!(
                it.messages.iter().any(|said| said.text.starts_with('q')),
                "{file}"
            );
            assert!(
                it.messages.iter().all(|said| said.created_at.is_none()),
                "{file}"
            );
        }
    }
}

#[test]
fn times_of_all_kinds() {
    let second = Some(Timestamp(1_709_210_096_000_000));
    for (time, expected) in [
        ("1709210096", second),
        ("\"1709210096\"", second),
        ("1709210096000", second),
        ("\"1709210096000.0\"", second),
        ("1709210096000000", second),
        ("1709210096000000000", second),
        ("1709210096.25", Some(Timestamp(1_709_210_096_250_000))),
        ("\"2024-02-29T12:34:56Z\"", second),
        ("\" 2024-02-29T14:34:56.000+02:00\"", second),
        ("\"2024-02-29 07:04:56-0530\"", second),
        ("\"2024-02-29 12:34:56 UTC\"", second),
        (
            "\"2024-02-29T12:34:56.1234567\"",
            Some(Timestamp(1_709_210_096_123_456)),
        ),
        ("\"2024-02-29\"", Some(Timestamp(1_709_164_800_000_000))),
        ("946684800", Some(Timestamp(946_684_800_000_000))),
        ("946684799", None),
        ("4102444800", None),
        ("0", None),
        ("-1709210096", None),
        ("1e300", None),
        ("123456789012345678901234567890", None),
        ("\"NaN\"", None),
        ("\"2023-02-29T12:00:00Z\"", None),
        ("\"2024-13-01T12:00:00Z\"", None),
        ("\"2024-01-01T24:00:00Z\"", None),
        ("\"1999-12-31T23:59:59Z\"", None),
        ("\"+024-01-01T00:00:00Z\"", None),
        ("\"2024-02-29T12:34:56 on a Thursday\"", None),
        ("\"yesterday\"", None),
        ("\"ööööööööööö\"", None),
    ] {
        let one = format!(r#"{{"id":"a","author":"person","text":"q","created_at":{time}}}"#);
        let (_, it) = only(ours(&one, "null"));
        assert_eq!(it.messages[0].created_at, expected, "{time}");
    }
}

#[test]
fn halves_of_characters_and_what_a_database_does_not_take() {
    let (_, it) = only(
        r#"{"format":"soundstage.conversation","title":"cut \ud83d","messages":[
            {"author":"person","text":"\ud83c\udfb5 \udfb5 \ud83c\u0041 a\u0000b \\ud83d"}]}"#,
    );
    assert_eq!(it.title, "cut \u{FFFD}");
    assert_eq!(it.messages[0].text, "🎵 \u{FFFD} \u{FFFD}A ab \\ud83d");
    let mut file = ours(&message("a", None), "null").into_bytes();
    let at = file.windows(4).position(|bytes| bytes == b"text").unwrap();
    file[at + 7] = 0xFF;
    assert_eq!(only(file).1.messages.len(), 1);
}
