//! Conversations from elsewhere, read into one neutral tree.
//!
//! **What an export says is hostile until read.** Nothing here recurses, trusts a length that a header
//! claims, or keeps more than one conversation in memory; a conversation that cannot be read is left out
//! with a sentence, and the others are still read. A kind is told by what is in a conversation, never by
//! the name of a file.
//!
//! How a file is read: `zip` unpacks while it counts, `stream` cuts the JSON into conversations without
//! understanding them, `kind` tells whose each one is, that format's module says what was said, and `tree`
//! puts it in order.
//!
//! To add a format: a [`Source`], a mark in `kind::Kind`, a module with a function from the text to a
//! `tree::Draft`, a line in `Reading::conversation`, and tests. Fields are `loose::Scalar`, so that a null,
//! a number written as text or a shape of tomorrow costs one field and not the conversation.

use std::{
    io::{self, BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
};

use contract::{Timestamp, chat::Author};

mod chatgpt;
mod claude;
mod kind;
mod librechat;
mod loose;
mod nested;
mod open_webui;
mod ours;
mod parts;
mod stream;
mod tidy;
mod tree;
mod when;
mod zip;

/// A conversation with more messages is left out.
pub const MOST_MESSAGES: usize = 50_000;
/// A conversation with more JSON is left out.
pub const MOST_BYTES: usize = 64 * 1024 * 1024;
/// A longer text is cut, and ends with "…".
pub const MOST_TEXT_BYTES: usize = 1024 * 1024;
/// How many of the conversations that were left out are named.
pub const MOST_NAMED: usize = 100;

/// A conversation as it was elsewhere: a tree of what was said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Imported {
    pub title: String,
    pub created_at: Option<Timestamp>,
    pub updated_at: Option<Timestamp>,
    /// Parents before their children, siblings in the order they came to be. Never empty.
    pub messages: Vec<Said>,
    /// The last message of the branch that was on the screen; where the export does not say, the newest.
    pub leaf: Option<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// An earlier element of [`Imported::messages`].
    pub parent: Option<usize>,
    pub author: Author,
    pub text: String,
    pub created_at: Option<Timestamp>,
    /// Of an answer only.
    pub model: Option<String>,
}

/// Where a conversation comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Source {
    ChatGpt,
    Claude,
    OpenWebUi,
    LibreChat,
    Soundstage,
}

/// What became of a file.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many conversations were handed over.
    pub read: usize,
    /// The first [`MOST_NAMED`] of what was left out.
    pub skipped: Vec<Skipped>,
    /// How much was left out in all.
    pub skipped_count: usize,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// Of the conversation, or the name of a file inside a ZIP.
    pub title: String,
    /// A sentence.
    pub why: String,
}

/// Why reading ended. What was handed over before stays handed over.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("This file is empty.")]
    Empty,
    #[error(
        "This is no export that Soundstage knows. It reads conversations from ChatGPT, Claude, Open WebUI, LibreChat and Soundstage, as JSON or in a ZIP."
    )]
    Unknown,
    #[error(
        "The file is broken at line {line}, column {column}. Conversations before that place were read."
    )]
    Broken { line: usize, column: usize },
    #[error("This ZIP unpacks to far more than an export can hold, so it was not read.")]
    TooLarge,
    #[error("This ZIP is damaged, or it asks for a password.")]
    Damaged,
    #[error("The file could not be read: {0}")]
    Read(#[from] io::Error),
}

/// Reads `file` (JSON, or a ZIP that holds it) and calls `each` for every conversation as soon as it is
/// read; memory does not grow with the number of conversations.
///
/// In a ZIP, a file that turns out broken is left out with a sentence and the next one is read; it is an
/// error only if there was nothing else.
pub fn read<R: Read + Seek>(
    mut file: R,
    each: &mut dyn FnMut(Source, Imported) -> ControlFlow<()>,
) -> Result<Summary, ImportError> {
    let mut head = Vec::new();
    file.by_ref().take(4).read_to_end(&mut head)?;
    file.seek(SeekFrom::Start(0))?;
    let mut reading = Reading {
        each,
        summary: Summary::default(),
        stopped: false,
    };
    if zip::is_zip(&head) {
        zip::read(file, &mut reading)?;
    } else {
        stream::read(BufReader::with_capacity(64 * 1024, file), &mut reading)?;
    }
    Ok(reading.summary)
}

/// Why one conversation was left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
enum Refusal {
    #[error("It has more than 50,000 messages.")]
    TooMany,
    #[error("It is larger than 64 MiB.")]
    TooLarge,
    #[error("There is nothing in it to read.")]
    Nothing,
    #[error("A newer Soundstage wrote it.")]
    Newer,
    #[error("It is not built as conversations of its kind are.")]
    Shape,
    #[error("It is no conversation that Soundstage knows.")]
    Stranger,
}

/// What one call of [`read`] carries along.
struct Reading<'a> {
    each: &'a mut dyn FnMut(Source, Imported) -> ControlFlow<()>,
    summary: Summary,
    /// `each` wants no more.
    stopped: bool,
}

impl Reading<'_> {
    /// One conversation whose kind is known and whose JSON is whole.
    fn conversation(&mut self, source: Source, title: Option<&str>, json: &str) {
        let draft = match source {
            Source::ChatGpt => chatgpt::draft(json),
            Source::Claude => claude::draft(json),
            Source::OpenWebUi => open_webui::draft(json),
            Source::LibreChat => librechat::draft(json),
            Source::Soundstage => ours::draft(json),
        };
        match draft.and_then(tree::Draft::finish) {
            Ok(imported) => {
                self.summary.read += 1;
                self.stopped = (self.each)(source, imported).is_break();
            }
            Err(refusal) => self.skip(title, &refusal.to_string()),
        }
    }

    fn skip(&mut self, title: Option<&str>, why: &str) {
        self.summary.skipped_count += 1;
        if self.summary.skipped.len() < MOST_NAMED {
            self.summary.skipped.push(Skipped {
                title: tidy::title(title),
                why: why.to_owned(),
            });
        }
    }
}
