//! Answers outlive requests, tabs and processes.
#![allow(clippy::unwrap_used)]

mod arrivals;
mod branches;
mod conversations;
mod endings;
mod rights;
mod room;
mod sending;
mod sharing;
