//! Accounts elsewhere that a person lets Soundstage use, by OAuth 2. What a provider is to us.

use std::fmt;

use futures::future::BoxFuture;
use serde::Deserialize;

use crate::secrets::Secret;

/// A provider, and who we are there. All of it is configuration: nothing here is known by its name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSpec {
    /// Part of addresses and of what is stored: lower-case letters, digits, hyphens.
    pub name: String,
    /// For a person: "Spotify".
    pub label: String,
    pub authorize_url: String,
    pub token_url: String,
    /// Without it a grant can be ended at the provider's own page only.
    pub revoke_url: Option<String>,
    pub client_id: String,
    /// Without it we are a public client, and PKCE is all that binds a code to us.
    pub client_secret: Option<Secret>,
    pub scopes: Vec<String>,
    /// Further parameters of the address that people are sent to: `access_type=offline`.
    pub extra_authorize: Vec<(String, String)>,
    pub client_auth: ClientAuth,
    /// JSON that says whose account it is.
    pub profile_url: Option<String>,
    /// Where in it stands what a person knows the account by: a JSON pointer, `/email`.
    pub profile_label: String,
    /// Where a person sees, and ends, what they have granted.
    pub manage_url: Option<String>,
    /// A grant ends so long after it was given, however often it is refreshed.
    pub grant_lasts_days: Option<u32>,
}

/// How we show who we are at the token endpoint. (Without a secret it is the id in the body, always.)
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ClientAuth {
    #[default]
    Basic,
    Body,
}

/// What a person has let us do.
#[derive(Clone, PartialEq, Eq)]
pub struct Grant {
    pub access: Secret,
    /// Of a refresh: the one to keep from now on, whether it is new or not.
    pub refresh: Option<Secret>,
    /// Of the access token, from the answer on.
    pub expires_in_s: Option<i64>,
    /// What was granted, which may be less than what was asked for. `None`: the provider says nothing,
    /// which means all of it.
    pub scopes: Option<Vec<String>>,
}

impl fmt::Debug for Grant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Grant")
            .field("access", &self.access)
            .field("refresh", &self.refresh)
            .field("expires_in_s", &self.expires_in_s)
            .field("scopes", &self.scopes)
            .finish()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revoked {
    /// The provider knows it no more.
    Done,
    /// The provider has no way to end it: the person must, at [`ProviderSpec::manage_url`].
    NotOffered,
}

/// Never holds a token, nor anything else that the provider says beyond its error code.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GrantError {
    /// Revoked or expired (`invalid_grant`): only a person can mend it, by connecting anew. The one error
    /// that ends a connection.
    #[error("the grant has ended")]
    Ended,
    /// The access token is not taken (any more).
    #[error("the access token is not taken")]
    Denied,
    /// Our settings are wrong: the code says which. Connections stay as they are.
    #[error("refused: {0}")]
    Refused(String),
    /// Try again, and not before so long.
    #[error("not now: {reason}")]
    Later {
        retry_after_s: Option<i64>,
        reason: String,
    },
    /// An answer that is none.
    #[error("the answer makes no sense")]
    Garbled,
}

/// One provider. Implemented in `adapters`, and by whatever tests need.
///
/// `verifier` is the PKCE verifier (43 to 128 characters of base64url), `callback` our exact address that
/// the provider sends people back to.
pub trait Grants: Send + Sync + 'static {
    fn spec(&self) -> &ProviderSpec;

    /// Where to send the person.
    fn authorize_url(
        &self,
        state: &str,
        verifier: &str,
        callback: &str,
    ) -> Result<String, GrantError>;

    fn exchange<'a>(
        &'a self,
        code: &'a str,
        verifier: &'a str,
        callback: &'a str,
    ) -> BoxFuture<'a, Result<Grant, GrantError>>;

    /// To be called by one at a time for each grant: where tokens rotate, a refresh token that is shown
    /// twice ends the grant. Do not drop it half way, and store what it brings before anything else.
    fn refresh<'a>(&'a self, refresh: &'a Secret) -> BoxFuture<'a, Result<Grant, GrantError>>;

    /// The refresh token if there is one, else the access token. A token that the provider does not know
    /// (any more) counts as done.
    fn revoke<'a>(&'a self, token: &'a Secret) -> BoxFuture<'a, Result<Revoked, GrantError>>;

    /// Whose account it is, for a person to tell one from another. `None` where the provider says nothing.
    fn who<'a>(&'a self, access: &'a Secret) -> BoxFuture<'a, Result<Option<String>, GrantError>>;
}
