//! What the owner may say, and what is answered when it cannot work.

use adapters::identity::{
    Subject, Version, build,
    settings::{KeySource, Kind, Provider},
};
use studio::secrets::Secret;

use crate::support::client;

fn problem(settings: &[Provider]) -> String {
    match build(settings, &client()) {
        Ok(_) => "none".to_owned(),
        Err(error) => {
            let line = error.to_string();
            assert!(!line.contains('\n') && !line.contains("hunter2"), "{line}");
            line
        }
    }
}

fn secret() -> Option<Secret> {
    Secret::given("hunter2 hunter2 hunter2 hunter2 hunter2")
}

fn oidc(name: &str, issuer: &str) -> Provider {
    Provider::oidc(name, "Studio", issuer, "client", secret())
}

#[test]
fn presets_work() {
    let secrets: Vec<Secret> = secret().into_iter().collect();
    let settings = [
        Provider::google("client", secret()),
        Provider::auth0_login("auth0", "Auth0", "studio.eu.auth0.com", "client", secret()),
        oidc("studio-sso", "https://id.example.org/realms/studio"),
        Provider::auth0("auth0", "studio.eu.auth0.com", "https://api.example.org"),
        Provider::clerk(
            "clerk",
            "pk_test_c2hhcmVkLWhvZy0xLmNsZXJrLmFjY291bnRzLmRldiQ",
            vec!["https://studio.example.org".to_owned()],
        ),
        Provider::supabase("supabase", "https://abc.supabase.co/", secret()),
        Provider::issuer(
            "api",
            "https://id.example.org",
            "studio",
            KeySource::Jwks("https://id.example.org/jwks".to_owned()),
        ),
        Provider::authjs("site", Version::V5, secrets, Subject::Email),
    ];
    let (logins, verifiers) = build(&settings, &client()).unwrap();
    let logins: Vec<_> = logins.iter().map(|one| (one.name(), one.label())).collect();
    assert_eq!(
        logins,
        [
            ("google", "Google"),
            ("auth0", "Auth0"),
            ("studio-sso", "Studio")
        ]
    );
    let verifiers: Vec<_> = verifiers.iter().map(|one| one.name()).collect();
    assert_eq!(verifiers, ["auth0", "clerk", "supabase", "api", "site"]);
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
fn presets_know_their_issuers() {
    let issuer = |provider: Provider| match provider.kind {
        Kind::Login(login) => login.issuer,
        Kind::Bearer(bearer) => match bearer.keys {
            KeySource::Jwks(jwks) => format!("{} {jwks}", bearer.issuer),
            KeySource::Secret(_) => bearer.issuer,
        },
        Kind::AuthJs(_) => unreachable!(),
    };
    let clerk = |key: &str| issuer(Provider::clerk("clerk", key, vec![]));
    let clerk_dev = "https://shared-hog-1.clerk.accounts.dev https://shared-hog-1.clerk.accounts.dev/.well-known/jwks.json";
    assert_eq!(
        clerk("pk_test_c2hhcmVkLWhvZy0xLmNsZXJrLmFjY291bnRzLmRldiQ"),
        clerk_dev
    );
    assert_eq!(
        clerk("pk_test_c2hhcmVkLWhvZy0xLmNsZXJrLmFjY291bnRzLmRldiQ="),
        clerk_dev
    );
    assert_eq!(clerk("https://shared-hog-1.clerk.accounts.dev/"), clerk_dev);
    assert_eq!(
        issuer(Provider::auth0("a", "studio.eu.auth0.com", "x")),
        "https://studio.eu.auth0.com/ https://studio.eu.auth0.com/.well-known/jwks.json"
    );
    let login = |domain: &str| issuer(Provider::auth0_login("a", "A", domain, "c", None));
    assert_eq!(
        login("https://studio.eu.auth0.com/"),
        "https://studio.eu.auth0.com/"
    );
    let supabase = |url: &str| issuer(Provider::supabase("s", url, None));
    let abc =
        "https://abc.supabase.co/auth/v1 https://abc.supabase.co/auth/v1/.well-known/jwks.json";
    assert_eq!(supabase("https://abc.supabase.co"), abc);
    assert_eq!(supabase("https://abc.supabase.co/auth/v1/"), abc);
}

#[test]
fn a_name_is_part_of_addresses_and_given_once() {
    let id = "https://id.example.org";
    for name in [
        "",
        "Google",
        "a b",
        "-a",
        "a-",
        "ä",
        "a/b",
        "a_b",
        &"a".repeat(33),
    ] {
        let line = problem(&[oidc(name, id)]);
        assert!(line.contains("the name must be"), "{line}");
    }
    for name in ["password", "passkey"] {
        let line = format!("sign-in “{name}”: the name is reserved");
        assert_eq!(problem(&[oidc(name, id)]), line);
    }
    let bearer = |issuer: &str| {
        let keys = KeySource::Jwks("https://id.example.org/jwks".to_owned());
        Provider::issuer("sso", issuer, "studio", keys)
    };
    let twice = "sign-in “sso”: the name is given twice";
    assert_eq!(problem(&[oidc("sso", id), oidc("sso", id)]), twice);
    assert_eq!(
        problem(&[oidc("sso", id), bearer("https://other.example.org")]),
        twice
    );
    assert_eq!(problem(&[bearer(id), bearer(id)]), twice);
    assert_eq!(
        problem(&[oidc("sso", id), bearer(id)]),
        "none",
        "the same people"
    );
}

#[test]
fn the_wrong_setting_is_named() {
    let line = |provider: Provider| {
        let line = problem(std::slice::from_ref(&provider));
        let start = format!("sign-in “{}”: ", provider.name);
        line.strip_prefix(&start).unwrap_or(&line).to_owned()
    };
    assert_eq!(
        line(oidc("sso", "http://id.example.org")),
        "issuer: “http://id.example.org” is no https address (http only on this machine)"
    );
    assert_eq!(line(Provider::google(" ", secret())), "client_id is empty");
    assert_eq!(
        line(Provider::oidc(
            "sso",
            "",
            "https://id.example.org",
            "c",
            None
        )),
        "the label is empty"
    );
    let mut scoped = oidc("sso", "https://id.example.org");
    if let Kind::Login(login) = &mut scoped.kind {
        login.scopes = vec!["groups".to_owned(), "a b".to_owned()];
    }
    assert_eq!(line(scoped), "scopes: “a b” is no scope");

    let here = || vec!["https://studio.example.org".to_owned()];
    assert!(
        line(Provider::clerk("clerk", "pk_test_nonsense", here()))
            .starts_with("issuer: “pk_test_nonsense”")
    );
    assert!(
        line(Provider::clerk(
            "clerk",
            "https://clerk.example.org",
            vec![]
        ))
        .starts_with("origins is empty")
    );
    for origin in [
        "https://studio.example.org/",
        "studio.example.org",
        "null",
        "",
    ] {
        let line = line(Provider::clerk(
            "clerk",
            "https://clerk.example.org",
            vec![origin.to_owned()],
        ));
        assert!(
            line.starts_with(&format!("origins: “{origin}” is no origin")),
            "{line}"
        );
    }
    assert_eq!(
        line(Provider::auth0("auth0", "studio.eu.auth0.com", "")),
        "audience is empty"
    );
    assert!(line(Provider::auth0("auth0", "", "x")).starts_with("issuer: “https:///”"));
    let short = Secret::given("hunter2");
    assert_eq!(
        line(Provider::supabase(
            "supabase",
            "https://abc.supabase.co",
            short.clone()
        )),
        "secret has fewer than 32 characters"
    );
    let short = short.into_iter().collect();
    assert_eq!(
        line(Provider::authjs("site", Version::V4, short, Subject::Sub)),
        "secrets has fewer than 32 characters"
    );
    assert_eq!(
        line(Provider::authjs("site", Version::V4, vec![], Subject::Sub)),
        "secrets is empty"
    );
    let mut named = Provider::authjs(
        "site",
        Version::V4,
        secret().into_iter().collect(),
        Subject::Sub,
    );
    if let Kind::AuthJs(authjs) = &mut named.kind {
        authjs.cookies = vec!["a;b".to_owned()];
    }
    assert_eq!(line(named), "cookies: “a;b” is no name of a cookie");
    let keys = KeySource::Jwks("file:///etc/passwd".to_owned());
    assert!(
        line(Provider::issuer("api", "https://id.example.org", "x", keys))
            .starts_with("jwks: “file:")
    );
}
