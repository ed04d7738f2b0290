//! A second factor beside the password: the six digits that an app shows (TOTP, RFC 6238: SHA-1, half a minute),
//! and recovery codes for who has lost the app.
//!
//! The digits of one half minute before and after are taken too, since clocks differ; each digits count once
//! (RFC 6238, 5.2). Other ways in have their own second factor, and are not asked for this one.

use argon2::password_hash::rand_core::{OsRng, RngCore};
use contract::{
    Timestamp, UserId,
    accounts::{NewSecondFactor, QrCode, SecondFactor},
};
use qrcode::{Color, EcLevel};
use store::{
    Time, Tx, Viewer,
    accounts::{self as table, TotpRow},
};
use totp_rs::{Builder, Totp};

use super::{
    Accounts, AccountsError,
    audit::{Deed, record},
    secret,
    vault::totp_seed,
};
use crate::{Actor, Origin};

/// RFC 4226, 4: what is recommended.
const SEED_BYTES: usize = 20;
const STEP_S: i64 = 30;
const RECOVERY_CODES: usize = 10;
/// Without the letters and digits that are taken for each other.
const ALPHABET: &[u8; 32] = b"abcdefghijkmnpqrstuvwxyz23456789";
const CODE_CHARS: usize = 16;

/// Beyond the password.
pub(super) enum Shown {
    NothingAsked,
    /// Of this half minute.
    Digits(i64),
    RecoveryCode(secret::Hash),
}

impl Accounts {
    /// Makes a seed; it counts once its digits were shown to [`Self::confirm_second_factor`]. `studio` is what the
    /// app is to call it.
    pub async fn begin_second_factor(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
        studio: &str,
    ) -> Result<NewSecondFactor, AccountsError> {
        let row = self.prove(actor, origin, password).await?;
        if row.password_hash.is_empty() {
            return Err(AccountsError::Invalid(
                "A second factor goes with a password. Set a password first.",
            ));
        }
        let mut seed = zeroize::Zeroizing::new([0; SEED_BYTES]);
        OsRng.fill_bytes(seed.as_mut());
        let put = || self.put_seed(actor, UserId(row.id), seed.as_ref());
        self.0.vault.knowing_key(put).await?;
        let totp = totp(seed.as_ref(), &row.email, studio)?;
        let address = totp.to_url().map_err(unmade)?;
        Ok(NewSecondFactor {
            seed: totp_rs::Secret::from(seed.to_vec()).to_base32(),
            qr: drawn(&address)?,
            address,
        })
    }

    /// From now on the password is not enough. The recovery codes are shown this once.
    pub async fn confirm_second_factor(
        &self,
        actor: &Actor,
        origin: &Origin,
        code: &str,
    ) -> Result<Vec<String>, AccountsError> {
        let (user, _) = actor.in_person()?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let row = table::totp(&mut tx, user).await?;
        let row = row.filter(|row| row.confirmed_at.is_none());
        let row = row.ok_or(AccountsError::NotFound)?;
        let step = self.step(&row, code, now)?;
        let step = step.ok_or(AccountsError::WrongCode)?;
        if !table::confirm_totp(&mut tx, user, step, now).await? {
            return Err(AccountsError::NotFound);
        }
        let codes = fresh_codes(&mut tx, user).await?;
        let deed = Deed::new("second_factor.begin", user);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(codes)
    }

    /// The old ones are good no more.
    pub async fn renew_recovery_codes(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
    ) -> Result<Vec<String>, AccountsError> {
        let (user, _) = actor.in_person()?;
        self.prove(actor, origin, password).await?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let factor = self.second_factor(&mut tx, user).await?;
        factor.ok_or(AccountsError::NotFound)?;
        let codes = fresh_codes(&mut tx, user).await?;
        let deed = Deed::new("second_factor.renew_codes", user);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(codes)
    }

    pub async fn end_second_factor(
        &self,
        actor: &Actor,
        origin: &Origin,
        password: &str,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        self.prove(actor, origin, password).await?;
        let mut tx = self.0.store.begin(actor).await?;
        self.let_go_of_factor(&mut tx, user, user, origin).await?;
        Ok(tx.commit().await?)
    }

    /// For somebody who has lost both the app and the codes, by who governs them. The password stays.
    pub async fn lift_second_factor(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: UserId,
    ) -> Result<(), AccountsError> {
        let (mut tx, who, ..) = self.governed(actor, id).await?;
        if id == who {
            return Err(AccountsError::Invalid(
                "Turn off your own under Profile, with your password.",
            ));
        }
        self.let_go_of_factor(&mut tx, who, id, origin).await?;
        Ok(tx.commit().await?)
    }

    async fn let_go_of_factor(
        &self,
        tx: &mut Tx,
        who: UserId,
        whose: UserId,
        origin: &Origin,
    ) -> Result<(), AccountsError> {
        if !table::delete_second_factor(tx, whose).await? {
            return Err(AccountsError::NotFound);
        }
        let deed = Deed::new("second_factor.end", whose);
        record(tx, self.0.clock.now(), Some(who), deed, origin).await
    }

    /// As Settings show it.
    pub(super) async fn second_factor(
        &self,
        read: &mut store::Conn,
        user: UserId,
    ) -> Result<Option<SecondFactor>, AccountsError> {
        let row = table::totp(read, user).await?;
        let Some(since) = row.and_then(|row| row.confirmed_at) else {
            return Ok(None);
        };
        let left = table::count_recovery_codes(read, user).await?;
        Ok(Some(SecondFactor {
            since: since.into(),
            codes_left: u32::try_from(left).unwrap_or_default(),
        }))
    }

    /// At signing in, after the password was right: what is shown beyond it, if anything is asked for.
    pub(super) async fn shown(
        &self,
        user: UserId,
        code: &str,
        now: Timestamp,
    ) -> Result<Shown, AccountsError> {
        let mut read = self.0.store.read(Viewer::System).await?;
        let row = table::totp(&mut read, user).await?;
        drop(read);
        let Some(row) = row.filter(|row| row.confirmed_at.is_some()) else {
            return Ok(Shown::NothingAsked);
        };
        let code = code.trim();
        if code.is_empty() {
            return Err(AccountsError::SecondFactorNeeded);
        }
        self.0
            .throttle
            .admit_code(&user.to_string(), now)
            .await
            .map_err(AccountsError::TooManyTries)?;
        if code.chars().any(|c| c.is_ascii_alphabetic()) {
            return Ok(Shown::RecoveryCode(secret::hash(&plain(code))));
        }
        let step = self.step(&row, code, now)?;
        step.map(Shown::Digits).ok_or(AccountsError::WrongCode)
    }

    /// Each counts once; in the unit that begins the session.
    pub(super) async fn use_up(
        &self,
        tx: &mut Tx,
        user: UserId,
        shown: &Shown,
    ) -> Result<(), AccountsError> {
        let is_good = match shown {
            Shown::NothingAsked => true,
            Shown::Digits(step) => table::take_step(tx, user, *step).await?,
            Shown::RecoveryCode(hash) => table::use_recovery_code(tx, user, hash).await?,
        };
        is_good.then_some(()).ok_or(AccountsError::WrongCode)
    }

    /// It was the right one.
    pub(super) async fn forgive_code(&self, user: UserId) {
        self.0.throttle.forgive_code(&user.to_string()).await;
    }

    /// Of which half minute these are the digits, if they are of one of the three that count.
    fn step(
        &self,
        row: &TotpRow,
        code: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, AccountsError> {
        let place = totp_seed(row.user_id);
        let seed = self.0.vault.open(&place, &row.seed).map_err(|error| {
            tracing::error!(%error, user = %row.user_id, "a second factor does not open; it is kept");
            AccountsError::SecondFactorUnreadable
        })?;
        let totp = totp(&seed, "", "Soundstage")?;
        let digits: String = code.chars().filter(|c| !c.is_whitespace()).collect();
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let step = totp.check(&digits, seconds);
        Ok(step.and_then(|step| i64::try_from(step).ok()))
    }

    async fn put_seed(
        &self,
        actor: &Actor,
        user: UserId,
        seed: &[u8],
    ) -> Result<(), AccountsError> {
        let ring = self.0.vault.ring();
        let row = TotpRow {
            user_id: user,
            key_id: ring.current().to_string(),
            seed: ring.seal(&totp_seed(user), seed),
            created_at: Time(self.0.clock.now()),
            confirmed_at: None,
            last_step: 0,
        };
        let mut tx = self.0.store.begin(actor).await?;
        if !table::put_totp(&mut tx, &row).await? {
            return Err(AccountsError::SecondFactorIsOn);
        }
        Ok(tx.commit().await?)
    }
}

/// Apps understand nothing but SHA-1, six digits and half a minute.
fn totp(seed: &[u8], email: &str, studio: &str) -> Result<Totp, AccountsError> {
    // The two are put together with a colon between them.
    let named = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(seed.to_vec())
        .with_skew(1)
        .with_step_duration(STEP_S.unsigned_abs())
        .with_account_name(named(email))
        .with_issuer(Some(named(studio)))
        .build()
        .map_err(unmade)
}

fn unmade(error: impl std::fmt::Display) -> AccountsError {
    AccountsError::Unmade(format!("a second factor cannot be made: {error}"))
}

/// Each dark module of a row is a stroke of the path, neighbours in one.
fn drawn(text: &str) -> Result<QrCode, AccountsError> {
    let code = qrcode::QrCode::with_error_correction_level(text, EcLevel::M).map_err(unmade)?;
    let side = code.width();
    let mut path = String::new();
    for (y, row) in code.to_colors().chunks(side).enumerate() {
        let mut x = 0;
        for run in row.chunk_by(|one, next| one == next) {
            if run.first() == Some(&Color::Dark) {
                path.push_str(&format!("M{x} {y}h{}v1h-{}z", run.len(), run.len()));
            }
            x += run.len();
        }
    }
    Ok(QrCode { side, path })
}

async fn fresh_codes(tx: &mut Tx, user: UserId) -> Result<Vec<String>, AccountsError> {
    let codes: Vec<String> = (0..RECOVERY_CODES).map(|_| fresh_code()).collect();
    let hashes: Vec<_> = codes
        .iter()
        .map(|code| secret::hash(&plain(code)).to_vec())
        .collect();
    table::replace_recovery_codes(tx, user, &hashes).await?;
    Ok(codes)
}

/// 80 random bits, so that a plain hash of it is enough.
fn fresh_code() -> String {
    let mut bytes = [0; CODE_CHARS];
    OsRng.fill_bytes(&mut bytes);
    let chars = bytes.map(|byte| char::from(ALPHABET[usize::from(byte % 32)]));
    let groups: Vec<String> = chars.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join("-")
}

/// However it was typed.
fn plain(code: &str) -> String {
    let chars = code.chars().filter(char::is_ascii_alphanumeric);
    chars.map(|c| c.to_ascii_lowercase()).collect()
}
