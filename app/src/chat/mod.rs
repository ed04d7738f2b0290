//! Conversations: the list, the thread, the composer.
//!
//! A message goes through the [`state::Outbox`] (kept in the browser until the server has it), an
//! answer is a stored view carried on by its log ([`state::Answer`]). `desk` holds what the parts of
//! the page share; `thread` holds the open conversation as signals.

mod answer;
pub mod api;
mod composer;
mod desk;
mod fact;
mod header;
mod list;
mod message;
pub mod page;
mod row;
mod screen;
mod share_dialog;
pub mod shared;
pub mod state;
mod status;
mod storage;
mod thread;
mod versions;
mod view;
