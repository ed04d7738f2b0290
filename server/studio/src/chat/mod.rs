//! Conversations, messages, and the runs that write answers.
//!
//! A run outlives the request that started it. While it is going on, its state lives in memory behind
//! one lock, together with the place in the live log that the state covers; every step changes both at
//! once, so whoever reads the state and follows the log from there sees each word exactly once. The
//! database gets the text in batches, and the whole of it with the end of the run.

mod answer;
mod arrival;
mod branch;
mod draft;
mod error;
mod export;
mod model;
mod read;
mod run;
mod send;
mod service;
mod shares;
mod title;
mod view;

pub mod plan;
pub mod writer;

pub use error::ChatError;
pub use model::{LanguageModel, ModelError, Piece, Prompt, Turn};
pub use service::Chat;
