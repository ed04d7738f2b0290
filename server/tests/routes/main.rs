//! Who gets through which door: every route and server function, asked by everybody.
//!
//! A route that is missing from the table fails the test; so does a line for a route that is gone.
#![allow(clippy::unwrap_used)]

mod asking;
mod belongings;
mod complete;
#[path = "../../store/tests/support/mod.rs"]
mod database;
mod elsewhere;
#[path = "../support/mod.rs"]
mod support;
mod table;
