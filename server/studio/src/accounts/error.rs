//! What can go wrong, in words for the person at the screen.

use contract::{ApiError, ErrorCode};

use crate::Denial;

#[derive(Debug, thiserror::Error)]
pub enum AccountsError {
    /// Also for an address that nobody has: who asks learns nothing about which.
    #[error("That email and password do not go together.")]
    WrongCredentials,
    #[error("That is not your password.")]
    WrongPassword,
    #[error("Now the six digits that your authenticator app shows, or one of your recovery codes.")]
    SecondFactorNeeded,
    #[error(
        "Those digits are not right, or were used already. Wait for the next ones and try again."
    )]
    WrongCode,
    #[error("Your second factor is on already. Turn it off first to set up another app.")]
    SecondFactorIsOn,
    #[error(
        "Your second factor does not open with this studio’s keys. It is kept: ask the owner for the key ring, or use \
         a recovery code."
    )]
    SecondFactorUnreadable,
    #[error(
        "That passkey is not known here, or its answer came too late. Try again, or sign in another way."
    )]
    PasskeyRefused,
    #[error("This studio is reached by an address that browsers take no passkeys for.")]
    NoPasskeys,
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
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error("That does not exist, or it is not yours.")]
    NotFound,
    #[error("This account is suspended. An owner or admin of this studio can let you in again.")]
    Suspended,
    #[error("This invitation has been used, withdrawn, or is too old. Ask for a fresh one.")]
    InviteInvalid,
    #[error("This studio would have no owner left. Make somebody else an owner first.")]
    LastOwner,
    #[error("That sign-in broke off or took too long. Try it again.")]
    SignInRefused,
    #[error(
        "Nobody here is known by that sign-in. Ask the owner of this studio for an invitation."
    )]
    IdentityUnknown,
    #[error("That account signs in somebody else here.")]
    IdentityTaken,
    #[error("{0} does not answer as it should. Try again in a moment, or sign in another way.")]
    ProviderUnreachable(String),
    #[error("{0} has ended the connection. Connect it again under Settings, Connections.")]
    ConnectionEnded(String),
    #[error("{0} does not answer as it should. Try again in a moment.")]
    ConnectionSilent(String),
    #[error(
        "What that provider gave us does not open with this studio’s keys. It is kept: ask the owner for the key ring, \
         or connect it again."
    )]
    ConnectionUnreadable,
    #[error("This needs a fresh sign-in: sign out, sign in again, and do it within ten minutes.")]
    SignInAgain,
    #[error("There would be no way left to sign in. Set a password or add another way first.")]
    LastWayIn,
    #[error("That API token is unknown, revoked or too old.")]
    TokenInvalid,
    #[error("There are {0} API tokens already. Revoke one that is not used any more.")]
    TooManyTokens(usize),
    #[error("accounts: {0}")]
    Store(#[from] store::Error),
    /// Nobody at the screen has done anything wrong.
    #[error("accounts: {0}")]
    Unmade(String),
}

impl From<AccountsError> for ApiError {
    fn from(error: AccountsError) -> Self {
        use AccountsError as E;
        let code = match &error {
            E::WrongCredentials | E::WrongPassword => ErrorCode::WrongCredentials,
            E::SecondFactorNeeded => ErrorCode::SecondFactorNeeded,
            E::WrongCode => ErrorCode::WrongCode,
            E::SecondFactorIsOn => ErrorCode::Conflict,
            E::SecondFactorUnreadable => ErrorCode::SecondFactorUnreadable,
            E::PasskeyRefused => ErrorCode::PasskeyRefused,
            E::NoPasskeys => ErrorCode::NotFound,
            E::TooManyTries(_) => ErrorCode::TooManyRequests,
            E::Busy => ErrorCode::Unavailable,
            E::WeakPassword(_) => ErrorCode::WeakPassword,
            E::Invalid(_) => ErrorCode::Invalid,
            E::LinkInvalid => ErrorCode::LinkInvalid,
            E::EmailTaken => ErrorCode::Conflict,
            E::Forbidden => ErrorCode::Forbidden,
            E::Denied(denial) => return (*denial).into(),
            E::NotFound => ErrorCode::NotFound,
            E::Suspended => ErrorCode::Suspended,
            E::InviteInvalid => ErrorCode::LinkInvalid,
            E::LastOwner => ErrorCode::LastOwner,
            E::SignInRefused => ErrorCode::SignInRefused,
            E::IdentityUnknown => ErrorCode::IdentityUnknown,
            E::IdentityTaken => ErrorCode::IdentityTaken,
            E::ProviderUnreachable(_) => ErrorCode::ProviderUnreachable,
            E::ConnectionEnded(_) => ErrorCode::ConnectionEnded,
            E::ConnectionSilent(_) => ErrorCode::ProviderUnreachable,
            E::ConnectionUnreadable => ErrorCode::ConnectionUnreadable,
            E::SignInAgain => ErrorCode::SignInAgain,
            E::LastWayIn => ErrorCode::LastWayIn,
            E::TokenInvalid => ErrorCode::TokenInvalid,
            E::TooManyTokens(_) => ErrorCode::Conflict,
            E::Store(_) | E::Unmade(_) => {
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
