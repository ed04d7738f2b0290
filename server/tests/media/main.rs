//! Files from their last byte to their card: measuring, crashes in between, bytes for players.
#![allow(clippy::unwrap_used)]

mod crashes;
mod full_disk;
mod leases;
mod measuring;
mod rights;
mod room;
mod served;
#[path = "../support/mod.rs"]
mod support;
mod trouble;
