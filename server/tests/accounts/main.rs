//! Getting in, staying in, getting out.
#![allow(clippy::unwrap_used)]

mod leaving;
mod locks;
mod signing_in;
#[path = "../support/mod.rs"]
mod support;
