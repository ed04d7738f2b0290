//! What can go wrong, in words for the person at the screen.

use contract::{ApiError, ErrorCode};

#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Also for an address that nobody has: who asks learns nothing about which.
    #[error("That email and password do not go together.")]
    WrongCredentials,
    #[error("Too many tries. Wait {}, then try again.", in_words(*.0))]
    TooManyTries(i64),
    #[error("Soundstage is busy with other sign-ins. Try again in a few seconds.")]
    Busy,
    #[error("{0}")]
    WeakPassword(&'static str),
    #[error("{0}")]
    Invalid(&'static str),
    #[error(
        "This link has been used or is too old. Run `soundstage owner-link` on the server for a fresh one."
    )]
    LinkInvalid,
    #[error("Somebody here already uses that email.")]
    EmailTaken,
    #[error("You may not do that.")]
    Forbidden,
    #[error("accounts: {0}")]
    Store(#[from] store::Error),
    #[error("accounts: a password cannot be hashed: {0}")]
    Hash(String),
}

impl From<AccountsError> for ApiError {
    fn from(error: AccountsError) -> Self {
        use AccountsError as E;
        let code = match &error {
            E::WrongCredentials => ErrorCode::WrongCredentials,
            E::TooManyTries(_) => ErrorCode::TooManyRequests,
            E::Busy => ErrorCode::Unavailable,
            E::WeakPassword(_) => ErrorCode::WeakPassword,
            E::Invalid(_) => ErrorCode::Invalid,
            E::LinkInvalid => ErrorCode::LinkInvalid,
            E::EmailTaken => ErrorCode::Conflict,
            E::Forbidden => ErrorCode::Forbidden,
            E::Store(_) | E::Hash(_) => {
                return Self::internal();
            }
        };
        Self::new(code, error.to_string())
    }
}

/// Seconds, rounded up to what one says.
fn in_words(seconds: i64) -> String {
    match seconds {
        ..=1 => "a second".to_owned(),
        2..=90 => format!("{seconds} seconds"),
        _ => format!("{} minutes", (seconds + 59) / 60),
    }
}
