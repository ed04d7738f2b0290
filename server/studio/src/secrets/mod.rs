//! What others entrusted to us (tokens of connections, seeds of one-time codes) is sealed before it is
//! stored, and this is the one place that seals and opens.
//!
//! **The rule:** what does not open is reported and kept. The owner may still find the key.
//!
//! A [`KeyRing`] holds the keys: the first seals, all of them open. A [`Place`] says where a sealed value
//! stands, and it opens nowhere else. [`Keys`] is the ring of a running server: it reads its file anew
//! when it meets a key that it does not know. [`KeyRing::check`] makes a value that the database keeps
//! for each key that is in use, so that a server with the wrong ring refuses to start.
//!
//! The keys are turned over by [`accounts::Vault::seal_anew`](crate::accounts::Vault::seal_anew):
//! what is stored names its key, so that the database keeps a key that is needed and refuses one that is gone.

mod check;
mod key;
mod keys;
mod place;
mod ring;
mod secret;
mod text;

pub use check::CheckError;
pub use key::{KeyId, NotAKeyId};
pub use keys::Keys;
pub use place::Place;
pub use ring::{InUse, KeyRing, OpenError};
pub use secret::Secret;
pub use text::RingError;

#[cfg(test)]
mod tests;
