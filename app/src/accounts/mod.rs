//! Signing in, setting up, signing out.

pub mod api;
mod art;
mod form;
pub mod page;
pub mod state;
