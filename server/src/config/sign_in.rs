//! Ways in beside passwords, from settings that are named as their makers name them.

use adapters::identity::{
    Subject, Version,
    settings::{KeySource, Kind, Provider},
};
use anyhow::{Context as _, Result, bail};

use super::{Environment, list};
use crate::site_url::SiteUrl;

/// Sign-ins elsewhere and sessions of other sites.
#[derive(Clone, Debug, Default)]
pub struct SignIn {
    pub providers: Vec<Provider>,
    /// Names of those whose people may come without an invitation.
    pub open: Vec<String>,
    /// Names of those whose word on addresses is taken.
    pub trusted: Vec<String>,
}

pub(super) fn read(environment: &Environment, url: Option<&SiteUrl>) -> Result<SignIn> {
    let it = environment;
    let mut providers = Vec::new();
    if let Some(id) = it.get("GOOGLE_CLIENT_ID") {
        providers.push(Provider::google(id, it.secret("GOOGLE_CLIENT_SECRET")));
    }
    providers.extend(openid(it)?);
    providers.extend(auth0(it)?);
    providers.extend(clerk(it, url)?);
    if let Some(project) = it.get("SUPABASE_URL") {
        let secret = it.secret("SUPABASE_JWT_SECRET");
        providers.push(Provider::supabase("supabase", project, secret));
    }
    providers.extend(authjs(it)?);
    let named = |setting| names(it, setting, &providers);
    let (open, trusted) = (named("SOUNDSTAGE_JOIN")?, named("SOUNDSTAGE_TRUST_EMAIL")?);
    Ok(SignIn {
        providers,
        open,
        trusted,
    })
}

/// `OIDC_ISSUER` and what belongs to it, to sign in there or to take its access tokens; `OIDC_STUDIO_ISSUER`
/// for one more, called `studio`; and so on.
fn openid(it: &Environment) -> Result<Vec<Provider>> {
    let issuers = it.names().filter(|name| name.ends_with("_ISSUER"));
    let prefixes = issuers.filter_map(|name| name.strip_suffix("ISSUER"));
    let mut providers = Vec::new();
    for prefix in prefixes.filter(|prefix| prefix.starts_with("OIDC_")) {
        let setting = |what| format!("{prefix}{what}");
        let name = prefix.trim_start_matches("OIDC_").trim_end_matches('_');
        let name = name.to_lowercase().replace('_', "-");
        let name = if name.is_empty() { "oidc" } else { &name };
        let issuer = it.get(&setting("ISSUER")).unwrap_or_default();
        let audience = it.get(&setting("AUDIENCE"));
        if let Some(audience) = audience {
            let jwks = required(it, &setting("JWKS"), &setting("AUDIENCE"))?;
            let keys = KeySource::Jwks(jwks.to_owned());
            providers.push(Provider::issuer(name, issuer, audience, keys));
        }
        if audience.is_some() && it.get(&setting("CLIENT_ID")).is_none() {
            continue;
        }
        let id = required(it, &setting("CLIENT_ID"), &setting("ISSUER"))?;
        let label = it.get(&setting("LABEL")).unwrap_or("Single sign-on");
        let key = it.secret(&setting("CLIENT_SECRET"));
        let mut provider = Provider::oidc(name, label, issuer, id, key);
        if let Kind::Login(login) = &mut provider.kind {
            login.scopes = list(it, &setting("SCOPES"));
        }
        providers.push(provider);
    }
    Ok(providers)
}

fn auth0(it: &Environment) -> Result<Vec<Provider>> {
    let Some(domain) = it.get("AUTH0_DOMAIN") else {
        return Ok(Vec::new());
    };
    let login = it.get("AUTH0_CLIENT_ID").map(|id| {
        let secret = it.secret("AUTH0_CLIENT_SECRET");
        Provider::auth0_login("auth0", "Auth0", domain, id, secret)
    });
    let tokens = it
        .get("AUTH0_AUDIENCE")
        .map(|audience| Provider::auth0("auth0", domain, audience));
    if login.is_none() && tokens.is_none() {
        bail!(
            "AUTH0_DOMAIN is set: AUTH0_CLIENT_ID (to sign in) or AUTH0_AUDIENCE (to take its tokens) must be, too"
        );
    }
    Ok(login.into_iter().chain(tokens).collect())
}

fn clerk(it: &Environment, url: Option<&SiteUrl>) -> Result<Option<Provider>> {
    let Some(key) = it.get("CLERK_PUBLISHABLE_KEY") else {
        return Ok(None);
    };
    let mut origins = list(it, "CLERK_ORIGINS");
    if origins.is_empty() {
        // Clerk on our own address, in front of us.
        let Some(url) = url else {
            bail!(
                "CLERK_PUBLISHABLE_KEY is set: CLERK_ORIGINS must name the site that Clerk's sessions are for"
            );
        };
        origins.push(url.to_string());
    }
    Ok(Some(Provider::clerk("clerk", key, origins)))
}

fn authjs(it: &Environment) -> Result<Option<Provider>> {
    let (secret, version) = match (it.secret("AUTH_SECRET"), it.secret("NEXTAUTH_SECRET")) {
        (Some(secret), _) => (secret, "5"),
        (None, Some(secret)) => (secret, "4"),
        (None, None) => return Ok(None),
    };
    let version = match it.get("AUTHJS_VERSION").unwrap_or(version) {
        "4" => Version::V4,
        "5" => Version::V5,
        other => bail!("AUTHJS_VERSION is {other:?}; it must be 4 or 5"),
    };
    let subject = match it.get("AUTHJS_SUBJECT").unwrap_or("sub") {
        "sub" => Subject::Sub,
        "email" => Subject::Email,
        other => bail!("AUTHJS_SUBJECT is {other:?}; it must be sub or email"),
    };
    Ok(Some(Provider::authjs(
        "authjs",
        version,
        vec![secret],
        subject,
    )))
}

fn required<'a>(it: &'a Environment, name: &str, because: &str) -> Result<&'a str> {
    it.get(name)
        .with_context(|| format!("{because} is set: {name} must be, too"))
}

fn names(it: &Environment, setting: &str, providers: &[Provider]) -> Result<Vec<String>> {
    let names = list(it, setting);
    let unknown = names
        .iter()
        .find(|name| !providers.iter().any(|provider| provider.name == **name));
    if let Some(unknown) = unknown {
        let known: Vec<_> = providers
            .iter()
            .map(|provider| provider.name.as_str())
            .collect();
        bail!(
            "{setting} names {unknown:?}; the ways in that are set up are: {}",
            if known.is_empty() {
                "none".to_owned()
            } else {
                known.join(", ")
            }
        );
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read_from<const N: usize>(pairs: [(&str, &str); N]) -> Result<SignIn> {
        read(&pairs.into(), None)
    }

    fn ways(read: &SignIn) -> Vec<&str> {
        read.providers.iter().map(|one| one.name.as_str()).collect()
    }

    #[test]
    fn an_id_and_a_secret_are_enough() {
        let read = read_from([
            ("GOOGLE_CLIENT_ID", "id"),
            ("GOOGLE_CLIENT_SECRET", "hush"),
            ("AUTH0_DOMAIN", "studio.eu.auth0.com"),
            ("AUTH0_CLIENT_ID", "id"),
            ("AUTH0_AUDIENCE", "https://studio.example.org/api"),
            ("CLERK_PUBLISHABLE_KEY", "pk_test_Y2xlcmsuZXhhbXBsZS5vcmck"),
            ("CLERK_ORIGINS", "https://studio.example.org"),
            ("SUPABASE_URL", "https://ref.supabase.co"),
            ("AUTH_SECRET", "hush, of 32 letters at the very least"),
            ("OIDC_ISSUER", "https://id.example.org"),
            ("OIDC_CLIENT_ID", "id"),
            ("OIDC_NORTH_LIGHT_ISSUER", "https://id.northlight.no"),
            ("OIDC_NORTH_LIGHT_CLIENT_ID", "id"),
            ("OIDC_NORTH_LIGHT_AUDIENCE", "studio"),
            ("OIDC_NORTH_LIGHT_JWKS", "https://id.northlight.no/jwks"),
            ("OIDC_DESK_ISSUER", "https://desk.example.org"),
            ("OIDC_DESK_AUDIENCE", "studio"),
            ("OIDC_DESK_JWKS", "https://desk.example.org/jwks"),
            ("SOUNDSTAGE_JOIN", "google, north-light"),
        ])
        .expect("read");
        let all = [
            "google",
            "desk",
            "oidc",
            "north-light",
            "north-light",
            "auth0",
            "auth0",
            "clerk",
            "supabase",
            "authjs",
        ];
        assert_eq!(ways(&read), all);
        assert_eq!(read.open, ["google", "north-light"]);
        let client = adapters::outbound::client().expect("a client");
        let (logins, verifiers) =
            adapters::identity::build(&read.providers, &client).expect("they work");
        assert_eq!((logins.len(), verifiers.len()), (4, 6));
        assert!(!format!("{read:?}").contains("hush"));
    }

    #[test]
    fn what_is_missing_or_wrong_is_named_in_one_line() {
        for (pairs, named) in [
            (
                [("OIDC_ISSUER", "https://id.example.org"), ("", "")],
                "OIDC_CLIENT_ID",
            ),
            (
                [
                    ("OIDC_ISSUER", "https://id.example.org"),
                    ("OIDC_AUDIENCE", "studio"),
                ],
                "OIDC_JWKS",
            ),
            (
                [("AUTH0_DOMAIN", "a.auth0.com"), ("", "")],
                "AUTH0_CLIENT_ID",
            ),
            (
                [("CLERK_PUBLISHABLE_KEY", "pk_test_x"), ("", "")],
                "CLERK_ORIGINS",
            ),
            (
                [("AUTH_SECRET", "x"), ("AUTHJS_VERSION", "3")],
                "AUTHJS_VERSION",
            ),
            (
                [("NEXTAUTH_SECRET", "x"), ("AUTHJS_SUBJECT", "name")],
                "AUTHJS_SUBJECT",
            ),
            (
                [("GOOGLE_CLIENT_ID", "x"), ("SOUNDSTAGE_JOIN", "goggle")],
                "SOUNDSTAGE_JOIN",
            ),
            (
                [("", ""), ("SOUNDSTAGE_TRUST_EMAIL", "google")],
                "SOUNDSTAGE_TRUST_EMAIL",
            ),
        ] {
            let error = format!("{:#}", read_from(pairs).expect_err("refused"));
            assert!(error.contains(named) && !error.contains('\n'), "{error}");
        }
    }
}
