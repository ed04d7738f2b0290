//! Work that outlives a request: queued with whatever it belongs to, claimed by workers, watched and
//! cancelled by the person it is for.
//!
//! A job's kind belongs to a domain, which knows what to do and ends the job in the same unit of work
//! that keeps the result ([`Jobs::complete`]). To add a kind: a `kind` constant and a method like
//! [`crate::media::Media::measure`] in the domain, and a line in the server's `workers.rs`.

mod error;
mod lease;
mod service;

#[cfg(test)]
mod tests;

pub use error::JobsError;
pub use lease::{Lease, Stop};
pub(crate) use service::error_of;
pub use service::{Claimed, Failure, Jobs, NewJob};
