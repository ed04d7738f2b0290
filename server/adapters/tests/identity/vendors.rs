//! Session tokens of Clerk, Auth0 and Supabase: what each of them must say.

use adapters::identity::settings::Provider;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use studio::secrets::Secret;

use crate::support::{
    NOW, Pair, Reply, bearer, identify, now, provider_of_keys, rs256, sign, verifier, with, word,
};

const SECRET: &str = "a legacy secret of forty characters, told";

#[tokio::test]
async fn clerk_names_the_page_and_comes_as_a_cookie() {
    let fake = provider_of_keys().await;
    let origins = vec!["https://studio.example.org".to_owned()];
    let verifier = verifier(Provider::clerk("clerk", &fake.address, origins));
    let claims = json!({
        "iss": fake.address, "sub": "user_1", "sid": "sess_1", "azp": "https://studio.example.org",
        "sts": "active", "v": 2, "iat": NOW, "nbf": NOW - 10, "exp": NOW + 60,
    });
    let token = rs256(&claims);
    let sent = [
        ("other", "x"),
        ("__session", "old-fashioned"),
        ("__session", &*token),
    ];
    let who = identify(&verifier, None, &sent, now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(who.subject, "user_1");
    assert_eq!((who.email, who.email_verified), (None, false));
    // What is sent on purpose goes first.
    let grace = rs256(&with(&claims, &json!({"sub": "user_2"})));
    assert_eq!(
        word(identify(&verifier, Some(&grace), &sent, now()).await),
        "user_2"
    );
    assert_eq!(
        word(identify(&verifier, Some("snd_token"), &sent, now()).await),
        "user_1"
    );
    for (changes, code) in [
        (json!({"azp": "https://evil.example"}), "azp"),
        (
            json!({"azp": "https://studio.example.org.evil.example"}),
            "azp",
        ),
        (json!({"azp": null}), "azp"),
        (json!({"sts": "pending"}), "pending"),
        (json!({"sts": null}), "user_1"),
        (json!({"act": {"sub": "user_admin"}}), "impersonated"),
        (json!({"exp": NOW - 61}), "expired"),
    ] {
        let token = rs256(&with(&claims, &changes));
        assert_eq!(bearer(&verifier, &token).await, code, "{changes}");
    }
}

#[tokio::test]
async fn auth0_is_for_people() {
    let fake = provider_of_keys().await;
    let verifier = verifier(Provider::auth0(
        "auth0",
        &fake.address,
        "https://api.example.org",
    ));
    let issuer = format!("{}/", fake.address);
    let claims = json!({
        "iss": issuer, "aud": ["https://api.example.org", format!("{issuer}userinfo")],
        "sub": "auth0|1", "azp": "client", "scope": "openid", "iat": NOW, "exp": NOW + 60,
    });
    for (changes, code) in [
        (json!({}), "auth0|1"),
        (json!({"iss": fake.address}), "nobody"),
        (json!({"aud": "client"}), "audience"),
        (json!({"gty": "client-credentials"}), "machine"),
        (json!({"sub": "abc@clients"}), "machine"),
    ] {
        let token = rs256(&with(&claims, &changes));
        assert_eq!(bearer(&verifier, &token).await, code, "{changes}");
    }
    assert_eq!(bearer(&verifier, "an-opaque-access-token").await, "nobody");
}

#[tokio::test]
async fn supabase_knows_people_from_its_public_key() {
    let fake = provider_of_keys().await;
    let issuer = fake.at("/auth/v1");
    let claims = json!({
        "iss": issuer, "aud": "authenticated", "role": "authenticated", "sub": "7c9e6679-7425-40de-944b-e07fc1f90ae7",
        "email": "ada@example.org", "email_verified": true, "user_metadata": {"email_verified": true},
        "is_anonymous": false, "iat": NOW, "exp": NOW + 60,
    });
    let uuid = claims["sub"].as_str().unwrap();
    let secret = Secret::given(SECRET);
    let by_keys = verifier(Provider::supabase("supabase", &fake.address, None));
    let by_secret = verifier(Provider::supabase("supabase", &fake.address, secret));
    let hs256 = |claims: &Value| {
        let key = EncodingKey::from_secret(SECRET.as_bytes());
        encode(&Header::new(Algorithm::HS256), claims, &key).unwrap()
    };
    let es256 = |claims: &Value| sign(Algorithm::ES256, "ec", Pair::Ec, claims);
    for (changes, code) in [
        (json!({}), uuid),
        (json!({"aud": ["authenticated"]}), uuid),
        (json!({"is_anonymous": null}), uuid),
        (json!({"aud": "anon"}), "audience"),
        (json!({"aud": null}), "audience"),
        (json!({"role": "service_role"}), "role"),
        (json!({"role": null}), "role"),
        (json!({"is_anonymous": true}), "anonymous"),
        (json!({"is_anonymous": "true"}), "anonymous"),
        (json!({"sub": null}), "subject"),
        // The public key, and the one of the server.
        (
            json!({"iss": "supabase", "role": "anon", "aud": null, "sub": null}),
            "nobody",
        ),
        (
            json!({"role": "anon", "aud": null, "sub": null}),
            "audience",
        ),
        (
            json!({"role": "service_role", "aud": null, "sub": null}),
            "audience",
        ),
    ] {
        let claims = with(&claims, &changes);
        assert_eq!(bearer(&by_secret, &hs256(&claims)).await, code, "{changes}");
        assert_eq!(bearer(&by_keys, &es256(&claims)).await, code, "{changes}");
    }
    let who = identify(&by_secret, Some(&hs256(&claims)), &[], now()).await;
    let who = who.unwrap().unwrap();
    assert_eq!(who.email.as_deref(), Some("ada@example.org"));
    assert!(!who.email_verified, "it never says so");

    assert_eq!(bearer(&by_secret, &es256(&claims)).await, "algorithm");
    assert_eq!(bearer(&by_keys, &hs256(&claims)).await, "algorithm");
    let hs512 = encode(
        &Header::new(Algorithm::HS512),
        &claims,
        &EncodingKey::from_secret(SECRET.as_bytes()),
    );
    assert_eq!(bearer(&by_secret, &hs512.unwrap()).await, "algorithm");
    let guessed = encode(
        &Header::new(Algorithm::HS256),
        &claims,
        &EncodingKey::from_secret(b"guessed"),
    );
    assert_eq!(bearer(&by_secret, &guessed.unwrap()).await, "signature");
    // With a shared secret the address has no keys.
    fake.set(
        "/auth/v1/.well-known/jwks.json",
        Reply::Json(json!({"keys": []})),
    );
    let empty = verifier(Provider::supabase("supabase", &fake.address, None));
    assert_eq!(bearer(&empty, &es256(&claims)).await, "unknown_key");
}
