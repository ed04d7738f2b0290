//! Stand-ins for what Soundstage talks to, for tests, journeys and the benchmark.
//!
//! **The rule:** a fake speaks the real wire protocol over a real socket, is deterministic, and can
//! misbehave on request. It knows nothing of Soundstage's own code.
//!
//! To add one: a module with a `router()`, a handle around `served::Served`, and a binary that calls
//! [`serve`].

pub mod model;
pub mod oauth;
pub mod passkey;
mod served;

pub use served::serve;
