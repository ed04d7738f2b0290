//! The second factor beside the password: the seed of an app's digits, and the codes for who has lost the app.

use contract::{Timestamp, UserId};
use sqlx::FromRow;

use crate::{Conn, Result, Time, Tx, Uuid, execute, fetch_all, fetch_one, fetch_optional};

#[derive(Clone, FromRow)]
pub struct TotpRow {
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub key_id: String,
    /// Sealed.
    pub seed: Vec<u8>,
    pub created_at: Time,
    /// None while it is being set up.
    pub confirmed_at: Option<Time>,
    pub last_step: i64,
}

pub async fn totp(conn: &mut Conn, user: UserId) -> Result<Option<TotpRow>> {
    fetch_optional!(
        TotpRow,
        conn,
        "SELECT user_id, key_id, seed, created_at, confirmed_at, last_step FROM accounts_totp WHERE user_id = $1",
        user.0
    )
}

/// In place of one that was not confirmed. False: one that is stands there. A dangling reference
/// ([`crate::is_dangling`]) means that the key is not known.
pub async fn put_totp(tx: &mut Tx, row: &TotpRow) -> Result<bool> {
    let put = execute!(
        tx,
        "INSERT INTO accounts_totp (user_id, key_id, seed, created_at, confirmed_at, last_step)
         VALUES ($1, $2, $3, $4, NULL, 0)
         ON CONFLICT (user_id) DO UPDATE SET key_id = excluded.key_id, seed = excluded.seed,
             created_at = excluded.created_at, last_step = 0
         WHERE accounts_totp.confirmed_at IS NULL",
        row.user_id.0,
        &row.key_id,
        &row.seed,
        row.created_at
    )?;
    Ok(put > 0)
}

/// Takes this half minute's digits. False: they, or later ones, were taken already.
pub async fn take_step(tx: &mut Tx, user: UserId, step: i64) -> Result<bool> {
    let taken = execute!(
        tx,
        "UPDATE accounts_totp SET last_step = $2 WHERE user_id = $1 AND last_step < $2",
        user.0,
        step
    )?;
    Ok(taken > 0)
}

/// By the digits of this half minute, which are taken with it. False: it was confirmed already.
pub async fn confirm_totp(tx: &mut Tx, user: UserId, step: i64, now: Timestamp) -> Result<bool> {
    let confirmed = execute!(
        tx,
        "UPDATE accounts_totp SET confirmed_at = $2, last_step = $3 WHERE user_id = $1 AND confirmed_at IS NULL",
        user.0,
        Time(now),
        step
    )?;
    Ok(confirmed > 0)
}

/// With its recovery codes. Says whether it was there.
pub async fn delete_second_factor(tx: &mut Tx, user: UserId) -> Result<bool> {
    execute!(
        tx,
        "DELETE FROM accounts_recovery_codes WHERE user_id = $1",
        user.0
    )?;
    let gone = execute!(tx, "DELETE FROM accounts_totp WHERE user_id = $1", user.0)?;
    Ok(gone > 0)
}

/// Whose password is not enough.
pub async fn with_second_factor(conn: &mut Conn) -> Result<Vec<UserId>> {
    let rows = fetch_all!(
        (Uuid,),
        conn,
        "SELECT user_id FROM accounts_totp WHERE confirmed_at IS NOT NULL"
    )?;
    Ok(rows.into_iter().map(|(id,)| UserId(id)).collect())
}

// ---- Recovery codes ---------------------------------------------------------------------------------

/// These alone are good from now on.
pub async fn replace_recovery_codes(
    tx: &mut Tx,
    user: UserId,
    code_hashes: &[Vec<u8>],
) -> Result<()> {
    execute!(
        tx,
        "DELETE FROM accounts_recovery_codes WHERE user_id = $1",
        user.0
    )?;
    for hash in code_hashes {
        execute!(
            tx,
            "INSERT INTO accounts_recovery_codes (user_id, code_hash) VALUES ($1, $2)",
            user.0,
            hash
        )?;
    }
    Ok(())
}

/// Uses it up. Of any number of callers only one is told `true`.
pub async fn use_recovery_code(tx: &mut Tx, user: UserId, code_hash: &[u8]) -> Result<bool> {
    let used = execute!(
        tx,
        "DELETE FROM accounts_recovery_codes WHERE user_id = $1 AND code_hash = $2",
        user.0,
        code_hash
    )?;
    Ok(used > 0)
}

pub async fn count_recovery_codes(conn: &mut Conn, user: UserId) -> Result<i64> {
    let (count,) = fetch_one!(
        (i64,),
        conn,
        "SELECT COUNT(*) FROM accounts_recovery_codes WHERE user_id = $1",
        user.0
    )?;
    Ok(count)
}
