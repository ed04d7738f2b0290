//! The shapes that cross a boundary: what the browser, the server, the database's JSON columns and
//! the command line agree on.
//!
//! **The rule:** data and nothing else. Only `serde` (and `uuid`'s type) may be depended on, so that
//! everything here builds for wasm and natively; no clock, no randomness, no I/O, no formatting for
//! people.
//!
//! To add a shape: put it into its domain's module, derive `Serialize` and `Deserialize`, and let
//! fields that may be missing be `Option` with `skip_serializing_if`. A shape that is stored or served
//! to others may gain optional fields; it never loses or renames one.

pub mod accounts;
pub mod chat;
pub mod error;
pub mod ids;
pub mod jobs;
pub mod live;
pub mod media;
pub mod report;
pub mod time;

pub use error::{ApiError, ErrorCode};
pub use ids::*;
pub use time::Timestamp;
