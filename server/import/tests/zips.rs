//! Exports in a ZIP.
#![allow(clippy::unwrap_used)]

mod common;

use std::io::{Cursor, Write};

use common::{message, only, ours, read};
use import::{ImportError, Source};
use zip::{CompressionMethod, ZipWriter, write::SimpleFileOptions};

fn zip(entries: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        let options = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn good() -> String {
    ours(&message("a", None), "null")
}

const CLAUDE: &str = r#"[{"uuid":"c","name":"C","chat_messages":[{"sender":"human","text":"q"}]}]"#;

#[test]
fn every_known_json_is_read_whatever_its_name() {
    let list = format!("[{}]", good());
    let (found, outcome) = read(zip(&[
        ("conversations-000.json", list.as_bytes()),
        ("conversations-001.JSON", CLAUDE.as_bytes()),
        ("../../etc/passwd.json", list.as_bytes()),
        ("/C:\\odd\u{1}näme?.json", good().as_bytes()),
        ("user.json", br#"{"id": "user-1", "email": "a@b.c"}"#),
        ("message_feedback.json", br#"[{"id": "1"}]"#),
        ("shared_conversations.json", b"[]"),
        ("empty.json", b""),
        ("__MACOSX/._conversations.json", b"\0\x05\x16\x07"),
        ("chat.html", list.as_bytes()),
        ("inner.zip", &zip(&[("a.json", list.as_bytes())])),
    ]));
    let sources: Vec<_> = found.iter().map(|(source, _)| *source).collect();
    assert_eq!(
        sources,
        [
            Source::Soundstage,
            Source::Claude,
            Source::Soundstage,
            Source::Soundstage
        ]
    );
    let summary = outcome.unwrap();
    assert_eq!((summary.read, summary.skipped_count), (4, 0), "{summary:?}");
}

#[test]
fn a_broken_file_does_not_stop_the_others() {
    let broken = format!("[{},\n{{\"mapping\": oops", good());
    let entries: &[(&str, &[u8])] = &[
        ("a\n.json", broken.as_bytes()),
        ("b.json", CLAUDE.as_bytes()),
    ];
    let (found, outcome) = read(zip(entries));
    assert_eq!(found.len(), 2);
    let summary = outcome.unwrap();
    assert_eq!(summary.skipped[0].title, "a .json");
    assert!(
        summary.skipped[0]
            .why
            .starts_with("The file is broken at line 2")
    );
    let (_, outcome) = read(zip(&[("a.json", b"{\"mapping\": oops"), ("b.json", b"[]")]));
    assert!(matches!(outcome, Err(ImportError::Broken { line: 1, .. })));
}

#[test]
fn a_zip_of_other_things_is_no_export() {
    for other in [
        zip(&[]),
        zip(&[("song.wav", b"RIFF")]),
        zip(&[("package.json", b"{\"name\": \"x\"}")]),
    ] {
        assert!(matches!(read(other).1, Err(ImportError::Unknown)));
    }
}

#[test]
fn a_damaged_zip_says_so() {
    let whole = zip(&[("a.json", format!("[{}]", good()).as_bytes())]);
    assert!(matches!(
        read(&whole[..whole.len() - 10]).1,
        Err(ImportError::Damaged)
    ));
    assert!(matches!(read(b"PK\x03\x04").1, Err(ImportError::Damaged)));
    // Any byte may be wrong: there is an answer, and it is no panic.
    for at in 0..whole.len() {
        let mut wrong = whole.clone();
        wrong[at] ^= 0x55;
        let _ = read(wrong);
    }
}

fn bomb() -> Vec<u8> {
    let mut bomb = br#"{"title":"Boom","mapping":{"a":{"x":""#.to_vec();
    bomb.resize(16 * 1024 * 1024, b'x');
    bomb.extend_from_slice(b"\"}}}");
    bomb
}

#[test]
fn a_bomb_is_refused_and_others_are_read() {
    let (found, outcome) = read(zip(&[
        ("bomb.json", &bomb()),
        ("good.json", good().as_bytes()),
    ]));
    assert_eq!(found.len(), 1);
    let summary = outcome.unwrap();
    assert_eq!(summary.skipped[0].title, "bomb.json");
    assert_eq!(
        summary.skipped[0].why,
        "This ZIP unpacks to far more than an export can hold, so it was not read."
    );
    assert!(matches!(
        read(zip(&[("bomb.json", &bomb())])).1,
        Err(ImportError::TooLarge)
    ));
}

#[test]
fn a_bomb_that_says_it_is_small_is_refused_too() {
    let mut file = zip(&[("bomb.json", &bomb())]);
    let size = u32::try_from(bomb().len()).unwrap().to_le_bytes();
    let places: Vec<_> = (0..file.len() - 4)
        .filter(|&at| file[at..at + 4] == size)
        .collect();
    assert_eq!(places.len(), 2, "in the file's header and in the directory");
    for at in places {
        file[at..at + 4].copy_from_slice(&100_u32.to_le_bytes());
    }
    let (found, outcome) = read(file);
    assert!(found.is_empty());
    assert!(
        matches!(outcome, Err(ImportError::TooLarge | ImportError::Damaged)),
        "{outcome:?}"
    );
}

#[test]
fn a_large_conversation_of_ordinary_words_is_no_bomb() {
    let words = (0..200_000)
        .map(|at| format!("word {at} "))
        .collect::<String>();
    let file = ours(
        &format!(r#"{{"id":"a","author":"person","text":"{words}"}}"#),
        "null",
    );
    let (_, it) = only(zip(&[("a.json", file.as_bytes())]));
    assert_eq!(it.messages.len(), 1);
}
