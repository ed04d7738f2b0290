//! Signing in by the word of others, and everything that must not be believed.
#![allow(clippy::unwrap_used)]

mod authjs;
mod bearer;
mod keys;
mod login;
mod login_trouble;
mod settings;
mod support;
mod vendors;
