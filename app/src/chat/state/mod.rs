//! What the chat knows and decides without a browser: an answer that grows by its log, the list and
//! its days, the messages that wait to be sent, and a few sentences. All of it is tested natively.

mod answer;
mod list;
mod outbox;
mod words;

pub use answer::{Answer, Part, Touched};
pub use list::{Asked, Conversations, Group, Listing, Row};
pub use outbox::{Delivery, Outbox, Waiting};
pub use words::{elapsed, ended_sentence, measured_note, model_note, offline_sentence, started_ms};
