//! Everything that is kept in the database: one repository per domain, one SQL text for SQLite and
//! PostgreSQL.
//!
//! **The rule:** repositories store and find; they decide nothing. `None` means "not there". Only this
//! crate knows which engine runs.
//!
//! ## Working with it
//! A [`Store`] is entered with whoever asks: [`Store::read`] for looking, [`Store::begin`] for a unit of
//! work that commits together or not at all. Functions that look take `&mut Conn`, functions that write
//! take `&mut Tx`; both handles lend a [`Conn`]. While a unit is open nothing but the database may be
//! awaited, and a second unit in the same task panics in debug builds: SQLite has one writer, so the
//! second would wait for the first for ever.
//!
//! ## Adding a table
//! A migration of the same version and name in `migrations/sqlite` and `migrations/postgres`; a struct
//! that derives `FromRow` for its rows; functions that call [`execute!`], [`fetch_all!`], [`fetch_one!`]
//! or [`fetch_optional!`] with `$1` placeholders. Column types: `Uuid` (BLOB, uuid), [`Time`] (INTEGER of
//! microseconds, timestamptz), [`sqlx::types::Json`] (TEXT, jsonb), `bool`, `i64`, `f64`, `String`,
//! `Vec<u8>`. Where the engines need different words, ask [`Conn::engine`] and say why.

mod column;
mod connect;
mod query;
mod sqlite;
mod unit;
mod words;

pub mod accounts;
pub mod chat;
pub mod jobs;
pub mod media;

pub use column::{Time, new_id};
pub use connect::{ConnectError, Engine, Hold, Store};
pub use sqlx::types::{Json, Uuid};
pub use unit::{Conn, Read, Tx, Viewer};

pub type Error = sqlx::Error;
pub type Result<T> = std::result::Result<T, Error>;

/// Whether a write failed because the value must be unique and is taken.
pub fn is_duplicate(error: &Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_unique_violation)
}

/// It would refer to a row that is not there (any more).
pub fn is_dangling(error: &Error) -> bool {
    error
        .as_database_error()
        .is_some_and(sqlx::error::DatabaseError::is_foreign_key_violation)
}
