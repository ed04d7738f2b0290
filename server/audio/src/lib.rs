//! Measures audio: one pass over a file's sound becomes a [`Report`](report::Report) of facts, curves,
//! sections and findings.
//!
//! **The rule:** pure. Sound comes in through readers ([`Source`]) and goes out as values or through
//! writers; there is no clock, no network, no file system, no global state. Memory does not grow with a
//! file's length, and nothing that a file may hold makes it panic: files are measured, with nulls and
//! reasons where something cannot be known, or refused with an [`Error`] that a musician understands.
//!
//! # The way of the sound
//! [`Source`] → `decode` (what it is, by its bytes; planes of f32) → `step` (tenths of a second) → `meter`
//! (one module a meter, each with a state of fixed size) → `slice` and `series` (half-second sums, merged
//! in pairs when there are many) → `music` (tempo, key, sections, stretches) → `facts` → `findings`. Two
//! reports become one with differences in `compare`.
//!
//! # To add a fact
//! 1. Add a row to the catalogue (`catalogue.rs`): id, label, unit, definition, source, and how a mix is
//!    compared in it.
//! 2. Measure it: in the meter that already sees what it needs, or in a new one (a module in `meter`,
//!    fed from `measure.rs`). Nothing may allocate per step, and what it keeps must be bounded.
//! 3. Make it: `facts.number(id, value)` in the module of `facts` that it belongs to. A value that cannot
//!    be known is an `Err` with a sentence.
//! 4. `UPDATE_DOCS=1 cargo test -p audio --test catalogue` writes `docs/facts.md`.
//! 5. Test it on a signal whose answer is known (`synth`).
//!
//! To add a finding, add a row to `findings/rules.rs`; to add a format, a module to `decode`.

pub mod bands;
mod catalogue;
mod compare;
mod curves;
mod decode;
mod error;
mod facts;
mod findings;
mod measure;
mod meter;
mod music;
mod progress;
mod render;
mod series;
mod slice;
mod source;
mod step;
#[cfg(feature = "synth")]
pub mod synth;
mod wav;

/// The types of what comes out.
pub use contract::report;

pub use crate::catalogue::{Compared, Definition, catalogue, define, page};
pub use crate::compare::{compare, counterpart};
pub use crate::error::Error;
pub use crate::measure::measure;
pub use crate::progress::{Progress, Stage};
pub use crate::render::{MOST_EXCERPT_S, count, excerpt, probe, render};
pub use crate::source::{Media, Source};
pub use crate::wav::Format;
