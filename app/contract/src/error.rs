//! The one error that leaves the server: a stable code to program against and a sentence that a
//! musician understands.

use std::fmt;

use serde::{Deserialize, Serialize};

/// What `{"code","message"}` means everywhere: JSON API, server functions, uploads, live channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
pub struct ApiError {
    pub code: ErrorCode,
    pub message: String,
}

impl ApiError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }

    /// What is our fault. Its cause is for the log; this is for people.
    pub fn internal() -> Self {
        Self::new(
            ErrorCode::Internal,
            "Something went wrong here. Nothing that was saved is lost.",
        )
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiError {}

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident = $text:literal, $status:literal;)*) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        pub enum ErrorCode {
            $($(#[$doc])* #[serde(rename = $text)] $name,)*
        }

        impl ErrorCode {
            pub const ALL: &'static [ErrorCode] = &[$(ErrorCode::$name),*];

            /// The stable name on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$name => $text,)* }
            }

            /// The HTTP status that goes with it.
            pub const fn status(self) -> u16 {
                match self { $(Self::$name => $status,)* }
            }
        }
    };
}

codes! {
    // Anything
    Internal = "internal", 500;
    Unavailable = "unavailable", 503;
    NotFound = "not_found", 404;
    Invalid = "invalid", 422;
    Conflict = "conflict", 409;
    TooManyRequests = "too_many_requests", 429;
    // Accounts
    SignedOut = "signed_out", 401;
    Forbidden = "forbidden", 403;
    WrongCredentials = "wrong_credentials", 401;
    /// The password is right, and not enough: the digits of an app, or a recovery code, go with it.
    SecondFactorNeeded = "second_factor_needed", 401;
    /// Digits or a recovery code that are wrong, too old, or used.
    WrongCode = "wrong_code", 401;
    /// The second factor does not open with the keys of this studio; recovery codes still do.
    SecondFactorUnreadable = "second_factor_unreadable", 500;
    /// A passkey that is nobody's here, or whose answer does not hold.
    PasskeyRefused = "passkey_refused", 401;
    WeakPassword = "weak_password", 422;
    LinkInvalid = "link_invalid", 410;
    CrossOrigin = "cross_origin", 403;
    Suspended = "suspended", 403;
    /// The API token is real, but not for this.
    ScopeMissing = "scope_missing", 403;
    /// An API token that is unknown, revoked or too old.
    TokenInvalid = "token_invalid", 401;
    /// A sign-in elsewhere that is forged, too old, of another browser, or broken off.
    SignInRefused = "sign_in_refused", 401;
    /// Whoever they are elsewhere, nobody here.
    IdentityUnknown = "identity_unknown", 403;
    /// That account elsewhere signs in somebody else here.
    IdentityTaken = "identity_taken", 409;
    /// The provider of a sign-in does not answer, or not as agreed.
    ProviderUnreachable = "provider_unreachable", 502;
    /// A connected account was ended by its provider, or by its person there.
    ConnectionEnded = "connection_ended", 409;
    /// What a provider gave us does not open with the keys of this studio.
    ConnectionUnreadable = "connection_unreadable", 500;
    /// Asks for a sign-in of the last minutes.
    SignInAgain = "sign_in_again", 403;
    /// There would be no way left to sign in.
    LastWayIn = "last_way_in", 409;
    /// Somebody must remain who owns this place.
    LastOwner = "last_owner", 409;
    // Uploads
    UploadTooLarge = "upload_too_large", 413;
    QuotaReached = "quota_reached", 413;
    ChecksumMismatch = "checksum_mismatch", 460;
    OffsetMismatch = "offset_mismatch", 409;
    UploadGone = "upload_gone", 410;
    DiskFull = "disk_full", 507;
    // Audio that cannot be measured
    EmptyFile = "empty_file", 422;
    NotAudio = "not_audio", 415;
    UnsupportedCodec = "unsupported_codec", 415;
    /// HE-AAC or AAC with more than two channels.
    UnsupportedAac = "unsupported_aac", 415;
    /// The samples hold NaN or infinity.
    NonFiniteSamples = "non_finite_samples", 422;
    DecodeFailed = "decode_failed", 422;
    // Language models
    ModelUnavailable = "model_unavailable", 502;
    ModelRefused = "model_refused", 502;
    ModelTimeout = "model_timeout", 504;
    ModelRateLimited = "model_rate_limited", 429;
    ModelMisconfigured = "model_misconfigured", 502;
    Interrupted = "interrupted", 409;
}
