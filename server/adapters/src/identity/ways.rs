//! From settings to what works by them.

use std::sync::Arc;

use jsonwebtoken::DecodingKey;
use reqwest::Url;
use studio::accounts::identity::{LoginFlow, SessionVerifier};
use studio::secrets::Secret;

use super::{
    authjs::AuthJsVerifier,
    bearer::{BearerVerifier, Rules},
    http::Http,
    keys::{Jwks, Keys},
    oidc::OidcLogin,
    settings::{AuthJs, Bearer, KeySource, Kind, Login, Provider, SettingsError},
};
use crate::outbound::is_safe_address;

/// The ways in that are ours.
const RESERVED: [&str; 2] = ["password", "passkey"];
const LONGEST_NAME: usize = 32;
/// RFC 7518, 3.2: as long as the hash.
const SHORTEST_SECRET: usize = 32;

type Working = (Vec<Arc<dyn LoginFlow>>, Vec<Arc<dyn SessionVerifier>>);

/// In the order of the settings. Nothing is fetched before somebody comes. The client must not follow
/// redirects.
pub fn build(settings: &[Provider], client: &reqwest::Client) -> Result<Working, SettingsError> {
    let (mut logins, mut verifiers) = Working::default();
    for (at, provider) in settings.iter().enumerate() {
        check(provider, &settings[..at]).map_err(|problem| SettingsError {
            provider: provider.name.clone(),
            problem,
        })?;
        let name = &provider.name;
        let http = Http::new(name, client.clone());
        match provider.kind.clone() {
            Kind::Login(login) => {
                logins.push(Arc::new(OidcLogin::new(name, &provider.label, login, http)) as _);
            }
            Kind::Bearer(bearer) => verifiers.push(Arc::new(BearerVerifier {
                name: name.clone(),
                issuer: bearer.issuer,
                keys: match bearer.keys {
                    KeySource::Jwks(address) => Keys::Jwks(Jwks::new(http, address)),
                    KeySource::Secret(secret) => {
                        Keys::Secret(DecodingKey::from_secret(secret.reveal().as_bytes()))
                    }
                },
                rules: bearer.rules,
            }) as _),
            Kind::AuthJs(site) => verifiers.push(Arc::new(AuthJsVerifier::new(
                name,
                site.version,
                site.subject,
                &site.secrets,
                &site.cookies,
            )) as _),
        }
    }
    Ok((logins, verifiers))
}

type Checked = Result<(), String>;

fn check(provider: &Provider, before: &[Provider]) -> Checked {
    check_name(provider, before)?;
    match &provider.kind {
        Kind::Login(login) => {
            demand(!provider.label.trim().is_empty(), || {
                "the label is empty".to_owned()
            })?;
            check_login(login)
        }
        Kind::Bearer(bearer) => check_bearer(bearer),
        Kind::AuthJs(site) => check_authjs(site),
    }
}

fn check_name(provider: &Provider, before: &[Provider]) -> Checked {
    let name = &provider.name;
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    let fits = (1..=LONGEST_NAME).contains(&name.len()) && name.chars().all(plain);
    demand(
        fits && !name.starts_with('-') && !name.ends_with('-'),
        || {
            format!(
                "the name must be lower-case letters, digits and hyphens, {LONGEST_NAME} at most"
            )
        },
    )?;
    demand(!RESERVED.contains(&name.as_str()), || {
        "the name is reserved".to_owned()
    })?;
    let is_login = |one: &Provider| matches!(one.kind, Kind::Login(_));
    for other in before.iter().filter(|other| other.name == *name) {
        // One name is one set of people: a sign-in there and that site's tokens may share it.
        let same = other.whose().is_some() && other.whose() == provider.whose();
        demand(same && is_login(other) != is_login(provider), || {
            "the name is given twice".to_owned()
        })?;
    }
    Ok(())
}

fn check_login(login: &Login) -> Checked {
    check_address("issuer", &login.issuer)?;
    check_text("client_id", &login.client_id)?;
    for scope in &login.scopes {
        // RFC 6749, 3.3.
        let plain = |c: char| c.is_ascii_graphic() && c != '"' && c != '\\';
        demand(!scope.is_empty() && scope.chars().all(plain), || {
            format!("scopes: “{scope}” is no scope")
        })?;
    }
    Ok(())
}

fn check_bearer(bearer: &Bearer) -> Checked {
    match &bearer.keys {
        KeySource::Jwks(address) => {
            check_address("issuer", &bearer.issuer)?;
            check_address("jwks", address)?;
        }
        KeySource::Secret(secret) => {
            check_text("issuer", &bearer.issuer)?;
            check_secret("secret", secret)?;
        }
    }
    match &bearer.rules {
        Rules::Audience(audience) | Rules::Auth0 { audience } => check_text("audience", audience),
        Rules::Clerk { origins } => {
            demand(!origins.is_empty(), || {
                "origins is empty: it names the addresses of the site that Clerk's tokens are for"
                    .to_owned()
            })?;
            origins.iter().try_for_each(|origin| {
                let exact = Url::parse(origin)
                    .is_ok_and(|url| url.origin().ascii_serialization() == *origin);
                demand(exact, || {
                    format!("origins: “{origin}” is no origin such as https://studio.example.org")
                })
            })
        }
        Rules::Supabase => Ok(()),
    }
}

fn check_authjs(site: &AuthJs) -> Checked {
    demand(!site.secrets.is_empty(), || "secrets is empty".to_owned())?;
    site.secrets
        .iter()
        .try_for_each(|secret| check_secret("secrets", secret))?;
    demand(!site.cookies.is_empty(), || "cookies is empty".to_owned())?;
    // RFC 6265, 4.1.1.
    let plain = |c: char| c.is_ascii_graphic() && !"()<>@,;:\\\"/[]?={}".contains(c);
    site.cookies.iter().try_for_each(|cookie| {
        demand(!cookie.is_empty() && cookie.chars().all(plain), || {
            format!("cookies: “{cookie}” is no name of a cookie")
        })
    })
}

fn check_address(setting: &str, address: &str) -> Checked {
    demand(is_safe_address(address), || {
        format!("{setting}: “{address}” is no https address (http only on this machine)")
    })
}

fn check_text(setting: &str, text: &str) -> Checked {
    demand(!text.trim().is_empty(), || format!("{setting} is empty"))
}

/// Guessed secrets are forged tokens.
fn check_secret(setting: &str, secret: &Secret) -> Checked {
    demand(secret.reveal().len() >= SHORTEST_SECRET, || {
        format!("{setting} has fewer than {SHORTEST_SECRET} characters")
    })
}

fn demand(so: bool, else_: impl FnOnce() -> String) -> Checked {
    if so { Ok(()) } else { Err(else_()) }
}
