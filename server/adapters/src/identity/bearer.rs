//! Tokens of other sites' sign-ins, sent as `Authorization: Bearer` (Clerk's also as a cookie).
//!
//! A verifier looks only at tokens that name its issuer; what such a token then lacks is a refusal.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use contract::Timestamp;
use futures::{FutureExt, future::BoxFuture};
use serde::Deserialize;
use studio::accounts::identity::{
    Credentials, Identity,
    IdentityError::{self, Refused},
    SessionVerifier,
};

use super::{
    claims::Claims,
    keys::{Keys, Opened},
};

/// Headers are not longer.
const LONGEST: usize = 16 << 10;
const CLERK_COOKIE: &str = "__session";

pub(crate) struct BearerVerifier {
    pub(crate) name: String,
    /// Exactly as the tokens say it, with or without a slash at its end.
    pub(crate) issuer: String,
    pub(crate) keys: Keys,
    pub(crate) rules: Rules,
}

/// What else a token must say, by who makes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Rules {
    /// The access token of an API.
    Audience(String),
    /// The same, with Auth0's mark of those that stand for a machine.
    Auth0 { audience: String },
    /// A session token. It names no audience; the page that it was made for stands in `azp`.
    Clerk { origins: Vec<String> },
    /// A session token. The project's public key is a token too, signed alike, and nobody's.
    Supabase,
}

impl SessionVerifier for BearerVerifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn verify<'a>(
        &'a self,
        credentials: &'a Credentials<'a>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Identity>, IdentityError>> {
        async move {
            match self.token(credentials) {
                Some(token) => self.identity(token, now).await.map(Some),
                None => Ok(None),
            }
        }
        .boxed()
    }
}

impl BearerVerifier {
    /// What is sent on purpose goes before what a browser sends by itself.
    fn token<'a>(&self, credentials: &Credentials<'a>) -> Option<&'a str> {
        let ours = |token: &&str| claimed_issuer(token).as_deref() == Some(&*self.issuer);
        let bearer = credentials.bearer.filter(ours);
        let cookie = || {
            let mut cookies = credentials.cookies.iter();
            let sent = cookies.find(|(name, value)| *name == CLERK_COOKIE && ours(value));
            sent.map(|(_, value)| *value)
        };
        match self.rules {
            Rules::Clerk { .. } => bearer.or_else(cookie),
            _ => bearer,
        }
    }

    async fn identity(&self, token: &str, now: Timestamp) -> Result<Identity, IdentityError> {
        if token.len() > LONGEST {
            return Err(Refused("token_too_long"));
        }
        let Opened { header, claims } = self.keys.open(token, now).await?;
        self.rules.check_type(header.typ.as_deref())?;
        claims.check_issuer([&*self.issuer].into_iter())?;
        claims.check_time(now)?;
        self.rules.check(&claims)?;
        let mut identity = claims.identity(&self.name)?;
        if self.rules == Rules::Supabase {
            // They confirm addresses or not, as the project is set up, and the token does not tell.
            identity.email_verified = false;
        }
        Ok(identity)
    }
}

impl Rules {
    /// RFC 8725: an issuer also signs other things, such as notes that somebody has signed out.
    fn check_type(&self, typ: Option<&str>) -> Result<(), IdentityError> {
        let typ = typ.unwrap_or("JWT").to_ascii_lowercase();
        let access = matches!(self, Self::Audience(_) | Self::Auth0 { .. });
        match typ.strip_prefix("application/").unwrap_or(&typ) {
            "jwt" => Ok(()),
            "at+jwt" if access => Ok(()),
            _ => Err(Refused("type")),
        }
    }

    fn check(&self, claims: &Claims) -> Result<(), IdentityError> {
        match self {
            Self::Audience(audience) => claims.check_audience(audience),
            Self::Auth0 { audience } => {
                claims.check_audience(audience)?;
                let sub = claims.sub.as_deref().unwrap_or_default();
                let machine =
                    claims.text("gty") == Some("client-credentials") || sub.ends_with("@clients");
                refuse_if(machine, "machine")
            }
            Self::Clerk { origins } => {
                let azp = claims.azp.as_deref();
                let here = origins.iter().any(|origin| azp == Some(origin));
                refuse_if(!here, "azp")?;
                // Signed in but for a step that the site demands.
                let status = claims.more.get("sts");
                refuse_if(status.is_some_and(|status| status != "active"), "pending")?;
                refuse_if(claims.more.contains_key("act"), "impersonated")
            }
            Self::Supabase => {
                claims.check_audience("authenticated")?;
                refuse_if(claims.text("role") != Some("authenticated"), "role")?;
                let anonymous = claims.more.get("is_anonymous");
                let somebody = anonymous.is_none_or(|word| *word == false || word.is_null());
                refuse_if(!somebody, "anonymous")
            }
        }
    }
}

fn refuse_if(so: bool, code: &'static str) -> Result<(), IdentityError> {
    if so { Err(Refused(code)) } else { Ok(()) }
}

/// What it says of itself, unproven. None where it is no JWT.
fn claimed_issuer(token: &str) -> Option<String> {
    #[derive(Deserialize)]
    struct Payload {
        iss: String,
    }
    let mut parts = token.split('.');
    let [Some(_), Some(payload), Some(_), None] =
        [parts.next(), parts.next(), parts.next(), parts.next()]
    else {
        return None;
    };
    let payload = URL_SAFE_NO_PAD.decode(payload).ok()?;
    Some(serde_json::from_slice::<Payload>(&payload).ok()?.iss)
}
