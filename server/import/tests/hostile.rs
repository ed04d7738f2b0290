//! What nobody should send, and what somebody will.

mod common;

use std::{io::Cursor, ops::ControlFlow};

use common::{leaf, lines, message, only, only_skip, ours, read};
use import::{ImportError, MOST_BYTES, MOST_MESSAGES, MOST_NAMED, MOST_TEXT_BYTES};

#[test]
fn parents_that_lead_in_a_circle_or_nowhere() {
    // c → b → a → c: the first one becomes a root. d is its own parent; e's is missing.
    let messages = [
        message("a", Some("c")),
        message("b", Some("a")),
        message("c", Some("b")),
        message("d", Some("d")),
        message("e", Some("nobody")),
        message("f", Some("e")),
    ];
    let (_, it) = only(ours(&messages.join(","), "\"c\""));
    assert_eq!(
        lines(&it),
        [
            ("text a", None),
            ("text b", Some("text a")),
            ("text c", Some("text b")),
            ("text d", None),
            ("text e", None),
            ("text f", Some("text e")),
        ]
    );
    assert_eq!(leaf(&it), "text c");
}

#[test]
fn the_same_id_twice_keeps_both() {
    let messages = [
        message("a", None),
        message("a", Some("a")),
        message("b", Some("a")),
    ];
    let (_, it) = only(ours(&messages.join(","), "\"a\""));
    assert_eq!(it.messages.len(), 3);
    let parents: Vec<_> = it.messages.iter().map(|said| said.parent).collect();
    assert_eq!(parents, [None, Some(0), Some(0)]);
    assert_eq!(it.leaf, Some(0));
}

#[test]
fn siblings_stand_in_the_order_they_came_to_be() {
    let at = |id: &str, time: u64| {
        format!(
            r#"{{"id":"{id}","parent":"q","author":"assistant","text":"{id}","created_at":{time}}}"#
        )
    };
    let list = [
        at("late", 1_700_000_009),
        message("q", None),
        at("early", 1_700_000_001),
    ];
    let (_, it) = only(ours(&list.join(","), "null"));
    assert_eq!(
        lines(&it),
        [
            ("text q", None),
            ("early", Some("text q")),
            ("late", Some("text q"))
        ]
    );
    assert_eq!(leaf(&it), "late");
}

#[test]
fn as_deep_as_it_may_be_long_and_no_longer() {
    let chain = |count: usize| {
        let one = |at: usize| {
            message(
                &at.to_string(),
                at.checked_sub(1).map(|at| at.to_string()).as_deref(),
            )
        };
        let list: Vec<_> = (0..count).map(one).collect();
        ours(&list.join(","), "null")
    };
    let (_, it) = only(chain(MOST_MESSAGES));
    assert_eq!(
        (it.messages.len(), it.leaf),
        (MOST_MESSAGES, Some(MOST_MESSAGES - 1))
    );
    let (found, outcome) = read(chain(200_000));
    assert!(found.is_empty());
    assert_eq!(only_skip(&outcome), "It has more than 50,000 messages.");
}

#[test]
fn a_million_messages_are_refused_in_every_kind_and_others_are_read() {
    let million = |item: &str| vec![item; 1_000_000].join(",");
    let good = ours(&message("a", None), "null");
    for (title, many) in [
        (
            "o",
            format!(
                r#"{{"format":"soundstage.conversation","title":"o","messages":[{}]}}"#,
                million("{}")
            ),
        ),
        (
            "g",
            format!(r#"{{"title":"g","mapping":{{{}}}}}"#, million(r#""a":{}"#)),
        ),
        (
            "c",
            format!(r#"{{"name":"c","chat_messages":[{}]}}"#, million("{}")),
        ),
        (
            "w",
            format!(
                r#"{{"title":"w","chat":{{"messages":[{}]}}}}"#,
                million("{}")
            ),
        ),
        (
            "l",
            format!(
                r#"{{"title":"l","conversationId":"l","messages":[{}]}}"#,
                million("{}")
            ),
        ),
    ] {
        let (found, outcome) = read(format!("[{good},{many},{good}]"));
        assert_eq!(found.len(), 2, "{title}");
        assert_eq!(only_skip(&outcome), "It has more than 50,000 messages.");
        assert_eq!(outcome.unwrap().skipped[0].title, title);
    }
}

#[test]
fn a_conversation_of_more_than_64_mib_is_passed_over() {
    let good = ours(&message("a", None), "null");
    let large = format!(
        r#"{{"title":"Large","mapping":{{"a":"{}"}},"after":1}}"#,
        "x]}\\\"".repeat(MOST_BYTES / 5)
    );
    let (found, outcome) = read(format!("[{good},{large},{good}]"));
    assert_eq!(found.len(), 2);
    assert_eq!(only_skip(&outcome), "It is larger than 64 MiB.");
    assert_eq!(outcome.unwrap().skipped[0].title, "Large");
}

#[test]
fn a_long_text_is_cut_between_characters() {
    let text = "ö".repeat(MOST_TEXT_BYTES);
    let file = ours(
        &format!(r#"{{"id":"a","author":"person","text":"{text}"}}"#),
        "null",
    );
    let (_, it) = only(file);
    assert!(it.messages[0].text.len() <= MOST_TEXT_BYTES);
    assert!(it.messages[0].text.len() > MOST_TEXT_BYTES - 4);
    assert!(it.messages[0].text.ends_with("ö…"));
}

#[test]
fn a_million_parts_take_no_more_room_than_a_text() {
    let parts = vec![r#"{"type":"image"}"#; 1_000_000].join(",");
    let (_, it) = only(format!(
        r#"{{"chat_messages":[{{"sender":"human","content":[{parts}]}}]}}"#
    ));
    assert!(it.messages[0].text.len() <= MOST_TEXT_BYTES);
}

#[test]
fn folded_answers_and_open_marks_take_one_look() {
    let details = r#"<details type=\"x\" "#.repeat(50_000);
    let marks = "\u{E200}url\u{E202}".repeat(100_000);
    let webui =
        format!(r#"{{"chat":{{"messages":[{{"role":"assistant","content":"{details}"}}]}}}}"#);
    let chatgpt = format!(
        r#"{{"mapping":{{"a":{{"message":{{"author":{{"role":"user"}},"content":{{"parts":["{marks}"]}}}}}}}}}}"#
    );
    assert_eq!(only(webui).1.messages[0].text.len(), 50_000 * 18 - 1);
    assert_eq!(only(chatgpt).1.messages[0].text.len(), 100_000 * 3);
}

#[test]
fn what_was_read_before_a_break_stays_read() {
    let good = ours(&message("a", None), "null");
    let (found, outcome) = read(format!(
        "[{good},\n {good},\n  {{\"title\": tru }},\n{good}]"
    ));
    assert_eq!(found.len(), 2);
    let error = outcome.unwrap_err();
    assert!(
        matches!(
            error,
            ImportError::Broken {
                line: 3,
                column: 16
            }
        ),
        "{error}"
    );
    assert_eq!(
        error.to_string(),
        "The file is broken at line 3, column 16. Conversations before that place were read."
    );
}

#[test]
fn every_place_where_a_file_may_end() {
    let good = ours(&message("a", None), "null");
    let file = format!("[{good},{good}]");
    for end in 0..file.len() {
        let (found, outcome) = read(&file[..end]);
        let whole = usize::from(end > good.len()) + usize::from(end + 1 == file.len());
        assert_eq!(found.len(), whole, "{end}");
        let error = outcome.unwrap_err();
        match end {
            0 => assert!(matches!(error, ImportError::Empty)),
            _ => assert!(
                matches!(
                    error,
                    ImportError::Broken { line: 1, .. } | ImportError::Unknown
                ),
                "{end}: {error:?}"
            ),
        }
        if end > good.len() {
            assert!(
                matches!(error, ImportError::Broken { column, .. } if column.abs_diff(end) <= 2)
            );
        }
    }
}

#[test]
fn what_may_not_stand_between_conversations() {
    let good = ours(&message("a", None), "null");
    for (file, count) in [
        (format!("[{good} {good}]"), 1),
        (format!("[{good},]"), 1),
        (format!("[{good},,{good}]"), 1),
        (format!("[{good}]]"), 1),
        (format!("{good} {good}"), 1),
        (format!("[{good}}}"), 1),
        (format!("[{good}: 1]"), 1),
    ] {
        let (found, outcome) = read(&file);
        assert_eq!(found.len(), count, "{file}");
        assert!(
            matches!(outcome, Err(ImportError::Broken { line: 1, .. })),
            "{file}"
        );
    }
}

#[test]
fn nothing_and_something_else() {
    for nothing in ["", "  \n", "\u{FEFF}"] {
        assert!(matches!(read(nothing).1, Err(ImportError::Empty)));
    }
    for other in [
        "hello",
        "[Verse 1]\nla la",
        "{ margin: 0 }",
        "3",
        "\"text\"",
        "[1, 2, null, \"a\"]",
        "[{}]",
        r#"{"name": "user"}"#,
        r#"[{"id": "1", "rating": "thumbs_up"}]"#,
        "RIFF....WAVE",
        "\u{FEFF}x",
        r#"{"messages": []}"#,
        r#"{"mapping": [], "chat": null}"#,
    ] {
        let (found, outcome) = read(other);
        assert!(found.is_empty());
        let error = outcome.unwrap_err();
        assert!(matches!(error, ImportError::Unknown), "{other}: {error:?}");
        assert!(
            error
                .to_string()
                .starts_with("This is no export that Soundstage knows")
        );
    }
    assert!(matches!(read(b"\xFF\xFE[\0").1, Err(ImportError::Unknown)));
    assert!(matches!(read(b"\xEF").1, Err(ImportError::Unknown)));
    assert_eq!(read(" [ ] \n").1.unwrap().read, 0);
}

#[test]
fn a_byte_order_mark_is_no_matter() {
    let (_, it) = only(format!(
        "\u{FEFF} {}\r\n",
        ours(&message("a", None), "null")
    ));
    assert_eq!(it.title, "Ours");
}

#[test]
fn depth_in_what_nobody_reads_costs_nothing() {
    let deep = format!("{}{}", "[".repeat(1_000_000), "]".repeat(1_000_000));
    let (_, it) = only(format!(
        r#"{{"mapping":{{"a":{{"message":{{"author":{{"role":"user"}},"content":{{"parts":["x",{deep}]}},
            "metadata":{deep}}},"parent":{deep}}}}},"other":{deep},"title":{deep}}}"#
    ));
    assert_eq!(
        (it.title.as_str(), lines(&it)),
        ("Untitled", vec![("x", None)])
    );
    let maps = format!("{}1{}", "{\"a\":".repeat(500_000), "}".repeat(500_000));
    let file =
        format!(r#"{{"conversationId":"c","x":{maps},"messages":[{{"text":"q","y":{maps}}}]}}"#);
    assert_eq!(lines(&only(file).1), [("q", None)]);
    // As deep, and without an end.
    assert!(matches!(
        read("[".repeat(1_000_000)).1,
        Err(ImportError::Unknown)
    ));
    assert!(matches!(
        read("{\"a\":".repeat(1_000_000)).1,
        Err(ImportError::Broken { .. })
    ));
}

#[test]
fn long_titles_are_cut_and_many_strangers_are_counted() {
    let title = "ß".repeat(500);
    let good = format!(
        r#"{{"format":"soundstage.conversation","title":"{title}","messages":[{}]}}"#,
        message("a", None)
    );
    let strangers = vec!["{}"; 250].join(",");
    let (found, outcome) = read(format!("[{good},{strangers}]"));
    assert_eq!(found[0].1.title.chars().count(), 120);
    let summary = outcome.unwrap();
    assert_eq!(
        (summary.skipped.len(), summary.skipped_count),
        (MOST_NAMED, 250)
    );
}

#[test]
fn whoever_has_enough_gets_no_more() {
    let good = ours(&message("a", None), "null");
    let file = format!("[{good},{good},broken");
    let mut count = 0;
    let outcome = import::read(Cursor::new(file), &mut |_, _| {
        count += 1;
        ControlFlow::Break(())
    });
    assert_eq!((count, outcome.unwrap().read), (1, 1));
}
