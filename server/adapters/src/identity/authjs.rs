//! Session cookies of Auth.js (NextAuth): claims encrypted by a key that follows from the site's secret.
//!
//! They name no issuer and no audience: the secret is all of it. Sessions that Auth.js keeps in a
//! database are ids, which only that database can read.

use contract::Timestamp;
use futures::{FutureExt, future::BoxFuture};
use studio::accounts::identity::{
    Credentials, Identity,
    IdentityError::{self, Refused},
    SessionVerifier,
};
use studio::secrets::Secret;

use super::{
    claims::{self, Claims},
    jwe::Opener,
};

/// All of its pieces.
const LONGEST: usize = 8 << 10;

pub(crate) struct AuthJsVerifier {
    name: String,
    subject: Subject,
    cookies: Vec<Cookie>,
}

struct Cookie {
    name: String,
    /// By each secret: a site that changes its own knows the old one for a while.
    openers: Vec<Opener>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Version {
    /// `next-auth` 4
    V4,
    /// `next-auth` 5 and everything on `@auth/core`
    V5,
}

/// What makes somebody the same again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// The user's id at the site. Version 5 without a database makes a new one at each sign-in.
    Sub,
    /// The owner trusts the site that addresses are their people's.
    Email,
}

impl Version {
    /// Over HTTPS the first.
    pub(crate) fn cookies(self) -> [&'static str; 2] {
        match self {
            Self::V4 => [
                "__Secure-next-auth.session-token",
                "next-auth.session-token",
            ],
            Self::V5 => ["__Secure-authjs.session-token", "authjs.session-token"],
        }
    }
}

impl AuthJsVerifier {
    pub(crate) fn new(
        name: &str,
        version: Version,
        subject: Subject,
        secrets: &[Secret],
        cookies: &[String],
    ) -> Self {
        let cookies = cookies.iter().map(|cookie| Cookie {
            name: cookie.clone(),
            openers: secrets
                .iter()
                .map(|secret| Opener::new(version, secret.reveal().as_bytes(), cookie))
                .collect(),
        });
        Self {
            name: name.to_owned(),
            subject,
            cookies: cookies.collect(),
        }
    }

    fn identity(
        &self,
        cookie: &Cookie,
        token: &str,
        now: Timestamp,
    ) -> Result<Identity, IdentityError> {
        let plain = cookie.openers.iter().find_map(|opener| opener.open(token));
        let plain = plain.ok_or(Refused("sealed"))?;
        let claims: Claims = serde_json::from_slice(&plain).map_err(|_| Refused("claims"))?;
        claims.check_time(now)?;
        let email = claims::email(&claims.more);
        let subject = match self.subject {
            Subject::Sub => claims::subject(claims.sub.as_deref())?,
            Subject::Email => {
                let email = email.as_deref().ok_or(Refused("no_email"))?;
                claims::subject(Some(&email.to_ascii_lowercase()))?
            }
        };
        Ok(Identity {
            provider: self.name.clone(),
            subject,
            email,
            // Nothing in it says so.
            email_verified: false,
            name: claims::name(&claims.more),
        })
    }
}

impl SessionVerifier for AuthJsVerifier {
    fn name(&self) -> &str {
        &self.name
    }

    fn verify<'a>(
        &'a self,
        credentials: &'a Credentials<'a>,
        now: Timestamp,
    ) -> BoxFuture<'a, Result<Option<Identity>, IdentityError>> {
        async move {
            for cookie in &self.cookies {
                if let Some(token) = joined(&cookie.name, credentials.cookies)? {
                    return self.identity(cookie, &token, now).map(Some);
                }
            }
            Ok(None)
        }
        .boxed()
    }
}

/// The cookie, or its pieces `name.0`, `name.1`, …, all of them. Of two alike the first counts.
fn joined(name: &str, cookies: &[(&str, &str)]) -> Result<Option<String>, IdentityError> {
    let value = |wanted: &str| {
        let found = cookies.iter().find(|(name, _)| *name == wanted);
        found.map(|(_, value)| *value)
    };
    let mut whole = value(name).unwrap_or_default().to_owned();
    if whole.is_empty() {
        let pieces = (0..).map_while(|n| value(&format!("{name}.{n}")));
        for piece in pieces {
            whole.push_str(piece);
            if whole.len() > LONGEST {
                break;
            }
        }
    }
    match whole.len() {
        0 => Ok(None),
        1..=LONGEST => Ok(Some(whole)),
        _ => Err(Refused("cookie_too_long")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_are_joined_by_number() {
        let join = |cookies: &[(&str, &str)]| joined("a", cookies).unwrap();
        assert_eq!(join(&[]), None);
        assert_eq!(join(&[("b", "x"), ("a", "")]), None);
        assert_eq!(join(&[("b", "x"), ("a", "y")]).as_deref(), Some("y"));
        let many = [("a.1", "2"), ("a.0", "1"), ("a.2", "3"), ("a.10", "no")];
        assert_eq!(join(&many).as_deref(), Some("123"));
        let odd = [("a.1", "2"), ("a.x", "3"), ("a.00", "4"), ("ab.0", "5")];
        assert_eq!(join(&odd), None);
        assert_eq!(join(&[("a", "1"), ("a", "2")]).as_deref(), Some("1"));
    }

    #[test]
    fn eight_kilobytes_are_enough() {
        let long = "x".repeat(LONGEST);
        assert!(joined("a", &[("a", &long)]).is_ok());
        let longer = "x".repeat(LONGEST + 1);
        assert!(joined("a", &[("a", &longer)]).is_err());
        assert!(joined("a", &[("a.0", &long), ("a.1", "x")]).is_err());
    }
}
