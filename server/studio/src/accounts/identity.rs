//! Who somebody is elsewhere: what the accounts ask of the outside.

use std::fmt;

use contract::Timestamp;
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

/// Somebody, as another system knows them. Proven; nothing of it is taken from the browser's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// The name of the way in in our settings: "google", "studio-sso". Part of the key.
    pub provider: String,
    pub subject: String,
    pub email: Option<String>,
    /// Only by the provider's explicit word.
    pub email_verified: bool,
    pub name: Option<String>,
}

/// What a request bears. Cookies as sent, in order.
pub struct Credentials<'a> {
    pub bearer: Option<&'a str>,
    pub cookies: &'a [(&'a str, &'a str)],
}

/// A token or cookie of another site → an identity.
pub trait SessionVerifier: Send + Sync + 'static {
    fn name(&self) -> &str;

    /// `Ok(None)`: nothing here that this verifier is for (another may look).
    fn verify<'a>(
        &'a self,
        credentials: &'a Credentials<'a>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Identity>, IdentityError>>;
}

/// A sign-in elsewhere: there and back.
pub trait LoginFlow: Send + Sync + 'static {
    /// Part of addresses: lower-case letters, digits, hyphens.
    fn name(&self) -> &str;

    /// For the button: "Google".
    fn label(&self) -> &str;

    /// The address to send the browser to.
    fn begin<'a>(&'a self, dance: &'a Dance) -> BoxFuture<'a, Result<String, IdentityError>>;

    fn finish<'a>(
        &'a self,
        dance: &'a Dance,
        answer: &'a Answer,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Identity, IdentityError>>;
}

/// What we remember between there and back; made of fresh secrets by accounts, kept server-side, used
/// once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Dance {
    /// Not kept: it comes back by the browser, and is looked up by its hash.
    #[serde(skip)]
    pub state: String,
    pub nonce: String,
    /// PKCE's: 43 characters of base64url.
    pub verifier: String,
    /// Our callback address, exactly.
    pub callback: String,
}

/// Without its secrets.
impl fmt::Debug for Dance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Dance")
            .field("callback", &self.callback)
            .finish_non_exhaustive()
    }
}

/// What the provider's redirect brought (state is compared by accounts before).
pub struct Answer {
    pub code: String,
    /// RFC 9207.
    pub issuer: Option<String>,
}

#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// Forged, expired, of another issuer, …: a code for the log and nothing for the one who tries. No
    /// secret, no token text.
    #[error("refused: {0}")]
    Refused(&'static str),
    #[error("{provider} cannot be reached: {reason}")]
    Unreachable { provider: String, reason: String },
}
