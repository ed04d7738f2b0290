//! All goes well, in each of the ways that providers have.

use std::time::Duration;

use adapters::grants::{Settings, build};
use fakes::oauth::{At, Ended, Fake, Settings as FakeSettings};
use studio::accounts::grants::{ClientAuth, GrantError, Grants as _, Revoked};

use super::*;

const LONG: Duration = Duration::from_secs(20);

#[tokio::test]
async fn there_and_back_and_refreshed_and_revoked() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    assert_eq!(grant.access.reveal(), "access-1-0");
    assert_eq!(refresh_of(&grant).reveal(), "refresh-1-0");
    assert_eq!(grant.expires_in_s, Some(3_600));
    assert_eq!(
        grant.scopes.as_deref(),
        Some(["read".to_owned(), "write".to_owned()].as_slice())
    );
    assert_eq!(
        provider.who(&grant.access).await,
        Ok(Some("Nora L.".to_owned()))
    );

    let second = provider
        .refresh(refresh_of(&grant))
        .await
        .expect("refreshed");
    assert_eq!(second.access.reveal(), "access-1-1");
    assert_eq!(refresh_of(&second).reveal(), "refresh-1-1");
    let third = provider
        .refresh(refresh_of(&second))
        .await
        .expect("refreshed");
    assert_eq!(fake.grants()[0].refreshes, 2);

    assert_eq!(provider.revoke(refresh_of(&third)).await, Ok(Revoked::Done));
    assert_eq!(fake.grants()[0].ended, Some(Ended::Revoked));
    assert_eq!(
        provider.refresh(refresh_of(&third)).await,
        Err(GrantError::Ended)
    );
    assert_eq!(provider.who(&third.access).await, Err(GrantError::Denied));
    // Once more does no harm.
    assert_eq!(provider.revoke(refresh_of(&third)).await, Ok(Revoked::Done));
}

#[tokio::test]
async fn the_address_says_all_that_is_asked_for() {
    let fake = Fake::start().await.expect("a fake");
    let extra = [
        ("access_type".to_owned(), "offline".to_owned()),
        ("prompt".to_owned(), "consent".to_owned()),
    ];
    let settings = Settings {
        extra_authorize: Some(extra.into()),
        ..settings(&fake)
    };
    let provider = provider_of(settings, LONG);
    let address = provider
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let url = oauth2::url::Url::parse(&address).expect("an address");
    let pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
    let pairs: Vec<(&str, &str)> = pairs
        .iter()
        .map(|(a, b)| (a.as_str(), b.as_str()))
        .collect();
    assert_eq!(
        pairs,
        [
            ("tenant", "7"),
            ("response_type", "code"),
            ("client_id", CLIENT_ID),
            ("state", STATE),
            // RFC 7636, appendix B.
            (
                "code_challenge",
                "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
            ),
            ("code_challenge_method", "S256"),
            ("redirect_uri", CALLBACK),
            ("scope", "read write"),
            ("access_type", "offline"),
            ("prompt", "consent"),
        ]
    );
    for (verifier, callback, code) in [
        ("short", CALLBACK, "bad_verifier"),
        (VERIFIER, "no address", "bad_callback"),
    ] {
        let refused = Err(GrantError::Refused(code.to_owned()));
        assert_eq!(provider.authorize_url(STATE, verifier, callback), refused);
    }
}

#[tokio::test]
async fn we_say_who_we_are_as_the_provider_wants_it() {
    let body = Some(ClientAuth::Body);
    for (client_auth, secret, auth) in [
        (None, true, "basic"),
        (body, true, "body"),
        (None, false, "none"),
        (body, false, "none"),
    ] {
        let fake = Fake::start().await.expect("a fake");
        let mut settings = settings(&fake);
        settings.client_auth = client_auth;
        settings.client_secret = settings.client_secret.filter(|_| secret);
        let provider = provider_of(settings, LONG);
        let grant = connect(&provider).await;
        let grant = provider
            .refresh(refresh_of(&grant))
            .await
            .expect("refreshed");
        assert_eq!(provider.revoke(refresh_of(&grant)).await, Ok(Revoked::Done));
        assert_eq!(fake.grants()[0].ended, Some(Ended::Revoked));
        let seen: Vec<(At, &str)> = fake.requests().iter().map(|it| (it.at, it.auth)).collect();
        assert_eq!(
            seen,
            [
                (At::Authorize, "none"),
                (At::Token, auth),
                (At::Token, auth),
                (At::Revoke, auth)
            ]
        );
    }
}

#[tokio::test]
async fn where_tokens_do_not_rotate_the_old_one_is_kept() {
    let fake = Fake::start().await.expect("a fake");
    fake.set(FakeSettings {
        rotates: false,
        expires_in: None,
        says_scopes: false,
        ..FakeSettings::default()
    });
    let provider = provider(&fake);
    let first = connect(&provider).await;
    assert_eq!((first.expires_in_s, &first.scopes), (None, &None));
    let second = provider
        .refresh(refresh_of(&first))
        .await
        .expect("refreshed");
    assert_eq!(second.refresh, first.refresh);
    assert_ne!(second.access, first.access);
    provider
        .refresh(refresh_of(&second))
        .await
        .expect("refreshed");
    assert_eq!(fake.grants()[0].refreshes, 2);
}

#[tokio::test]
async fn less_may_be_granted_and_without_a_refresh_token() {
    let fake = Fake::start().await.expect("a fake");
    fake.set(FakeSettings {
        offline_only: true,
        grants_scopes: Some("read".to_owned()),
        ..FakeSettings::default()
    });
    let grant = connect(&provider(&fake)).await;
    assert_eq!(grant.refresh, None);
    assert_eq!(grant.scopes, Some(vec!["read".to_owned()]));

    let offline = Settings {
        extra_authorize: Some([("access_type".to_owned(), "offline".to_owned())].into()),
        ..settings(&fake)
    };
    let grant = connect(&provider_of(offline, LONG)).await;
    assert!(grant.refresh.is_some());
}

#[tokio::test]
async fn who_it_is_may_stand_anywhere_or_nowhere() {
    let fake = Fake::start().await.expect("a fake");
    fake.set(FakeSettings {
        profile: serde_json::json!({
            "data": [{"id": 1017, "name": "  Nora\n\u{7}L. ", "none": null, "long": "x".repeat(5_000)}],
        }),
        ..FakeSettings::default()
    });
    let grant = connect(&provider(&fake)).await;
    for (pointer, expected) in [
        ("/data/0/name", Some("NoraL.".to_owned())),
        ("/data/0/id", Some("1017".to_owned())),
        ("/data/0/long", Some("x".repeat(200))),
        ("/data/0/none", None),
        ("/data/0", None),
        ("/nothing", None),
    ] {
        let settings = Settings {
            profile_label: Some(pointer.to_owned()),
            ..settings(&fake)
        };
        let provider = provider_of(settings, LONG);
        assert_eq!(provider.who(&grant.access).await, Ok(expected), "{pointer}");
    }
    let bare = Settings {
        profile_url: None,
        revoke_url: None,
        ..settings(&fake)
    };
    let bare = provider_of(bare, LONG);
    assert_eq!(bare.who(&grant.access).await, Ok(None));
    assert_eq!(bare.revoke(&grant.access).await, Ok(Revoked::NotOffered));
}

#[tokio::test]
async fn an_access_token_can_be_revoked_where_there_is_no_other() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let grant = connect(&provider).await;
    assert_eq!(provider.revoke(&grant.access).await, Ok(Revoked::Done));
    assert_eq!(fake.grants()[0].ended, Some(Ended::Revoked));
    // One that was never there.
    assert_eq!(
        provider.revoke(&Secret::new("nobody's")).await,
        Ok(Revoked::Done)
    );
}

#[tokio::test]
async fn all_that_is_wrong_with_all_of_them_is_said_at_once() {
    let fake = Fake::start().await.expect("a fake");
    let http = client().expect("a client");
    let wrong = |name: &str| Settings {
        name: Some(name.to_owned()),
        token_url: None,
        ..settings(&fake)
    };
    let all = vec![settings(&fake), wrong("one"), settings(&fake), wrong("two")];
    let problems = build(all, &http).err().expect("three problems");
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    assert_eq!(
        lines,
        [
            "connection \"one\": token_url is missing",
            "connection \"fake\": name is used twice",
            "connection \"two\": token_url is missing",
        ]
    );
    let right = vec![settings(&fake), Settings::known("spotify", "id", None)];
    let providers = build(right, &http).expect("two providers");
    assert_eq!(providers[1].spec().label, "Spotify");
}
