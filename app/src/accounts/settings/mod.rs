//! Settings: one's own account, and for those who may, the studio's people.
//!
//! Each page has an address of its own ([`state::Place`]) and is made of sections: what it is about on
//! the left, a card with it on the right. What a page shows is read with it and then kept there; an act
//! changes what is kept, and reads nothing anew unless the server alone knows what has become of it.

mod act;
pub mod api;
mod appearance;
mod audit;
mod connections;
mod delete;
mod import;
mod invites;
pub mod page;
mod passkeys;
mod password;
mod people;
mod person;
mod profile;
mod second_factor;
mod section;
mod sessions;
pub mod state;
mod token_dialog;
mod tokens;
mod ways;
