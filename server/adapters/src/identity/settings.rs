//! The ways in that the owner names, as plain data. [`build`](super::build) makes them work or says which
//! setting does not.

use base64::{Engine, engine::general_purpose::STANDARD_NO_PAD};
use studio::secrets::Secret;

use super::{
    authjs::{Subject, Version},
    bearer::Rules,
};

#[derive(Clone, Debug)]
pub struct Provider {
    /// Part of addresses and of the key of identities: to change it is to lose them.
    pub name: String,
    /// For the button.
    pub label: String,
    pub kind: Kind,
}

#[derive(Clone, Debug)]
pub enum Kind {
    Login(Login),
    Bearer(Bearer),
    AuthJs(AuthJs),
}

/// A sign-in at an OpenID provider.
#[derive(Clone, Debug)]
pub struct Login {
    /// Exactly as the provider writes it.
    pub issuer: String,
    /// Other names of the same issuer in its tokens.
    pub also_issued_by: Vec<String>,
    pub client_id: String,
    /// None for a client that is public and has PKCE alone.
    pub client_secret: Option<Secret>,
    /// Beside `openid email profile`.
    pub scopes: Vec<String>,
}

/// Tokens of another site's sign-in.
#[derive(Clone, Debug)]
pub struct Bearer {
    /// Exactly as the tokens say it.
    pub issuer: String,
    pub keys: KeySource,
    pub rules: Rules,
}

#[derive(Clone, Debug)]
pub enum KeySource {
    /// The address of a JWKS.
    Jwks(String),
    /// HS256, as the bytes of the text.
    Secret(Secret),
}

/// Session cookies of Auth.js on the same domain.
#[derive(Clone, Debug)]
pub struct AuthJs {
    pub version: Version,
    /// Any of them opens.
    pub secrets: Vec<Secret>,
    pub subject: Subject,
    /// Their names; the usual ones if there are none. The key follows from the name too.
    pub cookies: Vec<String>,
}

/// One line, naming the setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("sign-in “{provider}”: {problem}")]
pub struct SettingsError {
    pub provider: String,
    pub problem: String,
}

impl Provider {
    pub fn google(client_id: impl Into<String>, client_secret: Option<Secret>) -> Self {
        let mut google = Self::oidc(
            "google",
            "Google",
            "https://accounts.google.com",
            client_id,
            client_secret,
        );
        if let Kind::Login(login) = &mut google.kind {
            login.also_issued_by = vec!["accounts.google.com".to_owned()];
        }
        google
    }

    /// Any provider of OpenID Connect that has a discovery document.
    pub fn oidc(
        name: impl Into<String>,
        label: impl Into<String>,
        issuer: impl Into<String>,
        client_id: impl Into<String>,
        client_secret: Option<Secret>,
    ) -> Self {
        let login = Login {
            issuer: issuer.into().trim().to_owned(),
            also_issued_by: Vec::new(),
            client_id: client_id.into().trim().to_owned(),
            client_secret,
            scopes: Vec::new(),
        };
        Self::new(name, label, Kind::Login(login))
    }

    /// To sign in at Auth0. `domain` is the tenant's or one's own: `studio.eu.auth0.com`.
    pub fn auth0_login(
        name: impl Into<String>,
        label: impl Into<String>,
        domain: &str,
        client_id: impl Into<String>,
        client_secret: Option<Secret>,
    ) -> Self {
        Self::oidc(name, label, auth0_issuer(domain), client_id, client_secret)
    }

    /// Access tokens of Auth0 for the API called `audience`.
    pub fn auth0(name: impl Into<String>, domain: &str, audience: impl Into<String>) -> Self {
        let issuer = auth0_issuer(domain);
        let jwks = format!("{issuer}.well-known/jwks.json");
        let audience = audience.into();
        Self::bearer(
            name,
            issuer,
            KeySource::Jwks(jwks),
            Rules::Auth0 { audience },
        )
    }

    /// Clerk's sessions. `key` is the publishable key or the issuer, which follows from it; `origins`
    /// are the site's, such as `https://studio.example.org`.
    pub fn clerk(name: impl Into<String>, key: &str, origins: Vec<String>) -> Self {
        // What is no key fails the check of the issuer.
        let issuer =
            clerk_issuer(key).unwrap_or_else(|| key.trim().trim_end_matches('/').to_owned());
        let jwks = format!("{issuer}/.well-known/jwks.json");
        Self::bearer(
            name,
            issuer,
            KeySource::Jwks(jwks),
            Rules::Clerk { origins },
        )
    }

    /// Supabase's sessions, of `https://REF.supabase.co`. The secret is for projects that still sign by one.
    pub fn supabase(name: impl Into<String>, url: &str, secret: Option<Secret>) -> Self {
        let url = url.trim().trim_end_matches('/');
        let issuer = format!("{}/auth/v1", url.trim_end_matches("/auth/v1"));
        let jwks = || KeySource::Jwks(format!("{issuer}/.well-known/jwks.json"));
        let keys = secret.map_or_else(jwks, KeySource::Secret);
        Self::bearer(name, issuer, keys, Rules::Supabase)
    }

    /// Access tokens of any other issuer, for `audience`.
    pub fn issuer(
        name: impl Into<String>,
        issuer: impl Into<String>,
        audience: impl Into<String>,
        keys: KeySource,
    ) -> Self {
        Self::bearer(name, issuer, keys, Rules::Audience(audience.into()))
    }

    pub fn authjs(
        name: impl Into<String>,
        version: Version,
        secrets: Vec<Secret>,
        subject: Subject,
    ) -> Self {
        let cookies = version.cookies().map(str::to_owned).to_vec();
        let kind = Kind::AuthJs(AuthJs {
            version,
            secrets,
            subject,
            cookies,
        });
        Self::new(name, "", kind)
    }

    fn bearer(
        name: impl Into<String>,
        issuer: impl Into<String>,
        keys: KeySource,
        rules: Rules,
    ) -> Self {
        let issuer = issuer.into();
        Self::new(
            name,
            "",
            Kind::Bearer(Bearer {
                issuer,
                keys,
                rules,
            }),
        )
    }

    fn new(name: impl Into<String>, label: impl Into<String>, kind: Kind) -> Self {
        Self {
            name: name.into(),
            label: label.into(),
            kind,
        }
    }

    /// Whose people these are. Auth.js does not say.
    pub(crate) fn whose(&self) -> Option<&str> {
        match &self.kind {
            Kind::Login(login) => Some(&login.issuer),
            Kind::Bearer(bearer) => Some(&bearer.issuer),
            Kind::AuthJs(_) => None,
        }
    }
}

fn auth0_issuer(domain: &str) -> String {
    let domain = domain.trim().trim_end_matches('/');
    if domain.contains("://") {
        format!("{domain}/")
    } else {
        format!("https://{domain}/")
    }
}

/// `pk_live_` or `pk_test_`, then the base64 of `HOST$`.
fn clerk_issuer(key: &str) -> Option<String> {
    let key = key.trim();
    let coded = key
        .strip_prefix("pk_live_")
        .or_else(|| key.strip_prefix("pk_test_"))?;
    let host = STANDARD_NO_PAD.decode(coded.trim_end_matches('=')).ok()?;
    let host = String::from_utf8(host).ok()?;
    let host = host.strip_suffix('$')?;
    let plain = |c: char| c.is_ascii_alphanumeric() || ".-".contains(c);
    host.chars().all(plain).then(|| format!("https://{host}"))
}
