//! Answers outlive requests, tabs and processes.
#![allow(clippy::unwrap_used)]

mod conversations;
mod endings;
mod rights;
mod room;
mod sending;
