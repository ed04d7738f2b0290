//! Reading what a test wrote.
#![allow(dead_code, clippy::unwrap_used)]

use std::{io::Cursor, ops::ControlFlow};

use import::{ImportError, Imported, Said, Source, Summary};

pub(crate) type Outcome = (Vec<(Source, Imported)>, Result<Summary, ImportError>);

pub(crate) fn read(file: impl AsRef<[u8]>) -> Outcome {
    let mut found = Vec::new();
    let outcome = import::read(Cursor::new(file.as_ref()), &mut |source, imported| {
        found.push((source, imported));
        ControlFlow::Continue(())
    });
    (found, outcome)
}

/// The only conversation of a file without complaints.
pub(crate) fn only(file: impl AsRef<[u8]>) -> (Source, Imported) {
    let (mut found, outcome) = read(file);
    let summary = outcome.unwrap();
    assert_eq!(
        (found.len(), summary.read, summary.skipped_count),
        (1, 1, 0),
        "{summary:?}"
    );
    found.remove(0)
}

/// The sentence about the only conversation that was left out.
pub(crate) fn only_skip(outcome: &Result<Summary, ImportError>) -> &str {
    let summary = outcome.as_ref().unwrap();
    assert_eq!(
        (summary.skipped_count, summary.skipped.len()),
        (1, 1),
        "{summary:?}"
    );
    &summary.skipped[0].why
}

/// Texts with their parents' texts.
pub(crate) fn lines(imported: &Imported) -> Vec<(&str, Option<&str>)> {
    let text = |said: &Said| said.parent.map(|at| imported.messages[at].text.as_str());
    imported
        .messages
        .iter()
        .map(|said| (said.text.as_str(), text(said)))
        .collect()
}

pub(crate) fn leaf(imported: &Imported) -> &str {
    &imported.messages[imported.leaf.unwrap()].text
}

/// One of our own messages.
pub(crate) fn ours(messages: &str, leaf: &str) -> String {
    format!(
        r#"{{"format":"soundstage.conversation","version":1,"id":"c","title":"Ours","leaf":{leaf},"messages":[{messages}]}}"#
    )
}

pub(crate) fn message(id: &str, parent: Option<&str>) -> String {
    let parent = parent.map_or_else(|| "null".to_owned(), |parent| format!("{parent:?}"));
    format!(r#"{{"id":{id:?},"parent":{parent},"author":"person","text":"text {id}"}}"#)
}
