//! Signing in, setting up, joining, signing out; and the settings.

pub mod api;
mod art;
mod form;
pub mod join;
pub mod page;
pub mod settings;
pub mod state;
