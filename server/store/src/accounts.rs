//! People, and the owner's one-time links. Sessions, passkeys, second factors, identities elsewhere, API tokens,
//! invitations, what is sealed and the audit log have a file each.
//!
//! Secrets come in as SHA-256 hashes; what they are hashes of is never here.

mod audit;
mod connections;
mod identities;
mod invites;
mod keys;
mod passkeys;
mod second_factor;
mod sessions;
mod tokens;

use contract::{Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Engine, Result, Time, Tx, Uuid, execute, fetch_all, fetch_one, fetch_optional};

pub use audit::{Act, ActRow, acts, record};
pub use connections::{
    ConnectionRow, Refreshed, connection, connections_of, delete_connection, due, lease,
    name_connection, not_refreshed, postpone, put_connection, refreshed,
};
pub use identities::{
    DanceKey, DanceRow, IdentityRow, add_dance, add_identity, delete_identity,
    forget_expired_dances, identities_of, identity, take_dance, touch_identity,
};
pub use invites::{InviteRow, add_invite, invite_by_key, invites, take_invite};
pub use keys::{KeyRow, SealedIn, SealedRow, add_key, delete_key, keys, reseal, sealed_otherwise};
pub use passkeys::{
    PasskeyRow, add_passkey, delete_passkey, passkey, passkeys_of, rename_passkey, use_passkey,
};
pub use second_factor::{
    TotpRow, confirm_totp, count_recovery_codes, delete_second_factor, put_totp,
    replace_recovery_codes, take_step, totp, use_recovery_code, with_second_factor,
};
pub use sessions::{
    NewSession, SessionRow, add_session, end_session, end_sessions_of, forget_expired_sessions,
    last_seen, renew_session, session_by_token, sessions_of, touch_session, user_of_session,
};
pub use tokens::{TokenRow, add_token, delete_token, token_by_hash, tokens_of, touch_token};

#[derive(Clone, Debug, FromRow)]
pub struct UserRow {
    pub id: Uuid,
    pub name: String,
    /// As it was typed.
    pub email: String,
    pub role: String,
    /// Empty where there is no password: no password matches it.
    pub password_hash: String,
    pub standing: String,
    #[sqlx(try_from = "Time")]
    pub created_at: Timestamp,
}

pub async fn owner(conn: &mut Conn) -> Result<Option<UserRow>> {
    fetch_optional!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users WHERE role = 'owner' ORDER BY id LIMIT 1"
    )
}

/// By the address in lower case.
pub async fn user_by_email(conn: &mut Conn, email_key: &str) -> Result<Option<UserRow>> {
    fetch_optional!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users WHERE email_key = $1",
        email_key
    )
}

/// A unique violation ([`crate::is_duplicate`]) means that the address is taken.
pub async fn add_user(tx: &mut Tx, user: &UserRow, email_key: &str) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO accounts_users (id, name, email, email_key, role, password_hash, standing, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        user.id,
        &user.name,
        &user.email,
        email_key,
        &user.role,
        &user.password_hash,
        &user.standing,
        Time(user.created_at)
    )?;
    Ok(())
}

pub async fn change_user(tx: &mut Tx, user: &UserRow, email_key: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE accounts_users SET name = $2, email = $3, email_key = $4, role = $5, password_hash = $6, standing = $7
         WHERE id = $1",
        user.id,
        &user.name,
        &user.email,
        email_key,
        &user.role,
        &user.password_hash,
        &user.standing
    )?;
    Ok(())
}

/// What hangs on it goes with it.
pub async fn delete_user(tx: &mut Tx, id: UserId) -> Result<bool> {
    Ok(execute!(tx, "DELETE FROM accounts_users WHERE id = $1", id.0)? > 0)
}

pub async fn user(conn: &mut Conn, id: UserId) -> Result<Option<UserRow>> {
    fetch_optional!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users WHERE id = $1",
        id.0
    )
}

/// To be changed in this unit: nobody else changes it until the unit ends. (SQLite has one writer anyway.)
pub async fn user_to_change(tx: &mut Tx, id: UserId) -> Result<Option<UserRow>> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users WHERE id = $1"
        }
        Engine::Postgres => {
            "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users WHERE id = $1 \
             FOR UPDATE"
        }
    };
    fetch_optional!(UserRow, tx, sql, id.0)
}

/// In the order in which they came.
pub async fn users(conn: &mut Conn) -> Result<Vec<UserRow>> {
    fetch_all!(
        UserRow,
        conn,
        "SELECT id, name, email, role, password_hash, standing, created_at FROM accounts_users ORDER BY id"
    )
}

/// Of all units that call this, the next waits until this one ends: what one decides by (that another owner
/// is left) holds until it is done. Before it locks anybody's row, so that no two wait for each other.
pub async fn one_at_a_time(tx: &mut Tx) -> Result<()> {
    // SQLite's units are all like that.
    if tx.engine() == Engine::Postgres {
        // "govern" in ASCII.
        fetch_one!(
            (i32,),
            tx,
            "SELECT 1 FROM pg_advisory_xact_lock($1)",
            0x67_6f_76_65_72_6e_i64
        )?;
    }
    Ok(())
}

/// Those who may still come in and own the place.
pub async fn count_active_owners(conn: &mut Conn) -> Result<i64> {
    let (count,) = fetch_one!(
        (i64,),
        conn,
        "SELECT COUNT(*) FROM accounts_users WHERE role = 'owner' AND standing = 'active'"
    )?;
    Ok(count)
}

// ---- Links ------------------------------------------------------------------------------------------

/// Makes a link, and it alone is good from now on.
pub async fn replace_links(
    tx: &mut Tx,
    key_hash: &[u8],
    now: Timestamp,
    expires_at: Timestamp,
) -> Result<()> {
    execute!(tx, "DELETE FROM accounts_links WHERE used_at IS NULL")?;
    execute!(
        tx,
        "INSERT INTO accounts_links (key_hash, created_at, expires_at) VALUES ($1, $2, $3)",
        key_hash,
        Time(now),
        Time(expires_at)
    )?;
    Ok(())
}

pub async fn link_is_good(conn: &mut Conn, key_hash: &[u8], now: Timestamp) -> Result<bool> {
    let (found,) = fetch_one!(
        (i64,),
        conn,
        "SELECT COUNT(*) FROM accounts_links WHERE key_hash = $1 AND used_at IS NULL AND expires_at > $2",
        key_hash,
        Time(now)
    )?;
    Ok(found > 0)
}

/// Uses it up. Only one of any number of callers is told `true`.
pub async fn use_link(tx: &mut Tx, key_hash: &[u8], now: Timestamp) -> Result<bool> {
    let used = execute!(
        tx,
        "UPDATE accounts_links SET used_at = $2 WHERE key_hash = $1 AND used_at IS NULL AND expires_at > $2",
        key_hash,
        Time(now)
    )?;
    Ok(used > 0)
}
