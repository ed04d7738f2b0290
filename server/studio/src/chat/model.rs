//! What a language model is to us: it takes a prompt and gives text, piece by piece.

use std::sync::Arc;

use bytes::Bytes;
use contract::{ErrorCode, chat::Author, report::Report};
use futures::stream::BoxStream;

/// Implemented by the house engineer and by the client of every vendor, both in `adapters`.
pub trait LanguageModel: Send + Sync + 'static {
    /// For a person: "House engineer", "gpt-5".
    fn name(&self) -> &str;

    /// Whether an excerpt of the mix may be sent along.
    fn takes_audio(&self) -> bool {
        false
    }

    /// Starts the answer. Dropping the stream stops it. Retries are the adapter's business and happen
    /// only before the first piece of text; what fails in the end comes as the last item.
    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, ModelError>>;

    /// Millionths of a US dollar for so many tokens, where the price is known.
    fn cost_micros(&self, _tokens_in: i64, _tokens_out: i64) -> Option<i64> {
        None
    }
}

#[derive(Clone, Debug, Default)]
pub struct Prompt {
    /// Oldest first; the last is the question.
    pub turns: Vec<Turn>,
    /// What was measured of the mix in question, with its reference and differences if there is one.
    pub evidence: Option<Arc<Report>>,
    /// The question brought a file: its answer stands under a card, whose pins count the fixes.
    pub brings_file: bool,
    /// A short WAV excerpt, for models that take audio.
    pub excerpt: Option<Bytes>,
    /// The text that an interrupted answer already has: go on behind it, do not repeat it.
    pub written: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Turn {
    pub author: Author,
    pub text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    Text(String),
    /// What the vendor counted; replaces what was counted before.
    Usage {
        tokens_in: i64,
        tokens_out: i64,
    },
}

/// Why there is no (further) answer.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct ModelError {
    pub code: ErrorCode,
    /// One sentence for a person, without a vendor's internals and never with a key.
    pub message: String,
}
