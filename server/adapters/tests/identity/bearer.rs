//! Tokens of an issuer: what is believed and what is not.

use std::sync::Arc;

use adapters::identity::settings::{KeySource, Provider};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use studio::accounts::identity::SessionVerifier;

use crate::support::{
    Fake, NOW, Pair, bearer, bearer_at, identify, now, pairs, provider_of_keys, raw, rs256, sign,
    verifier, with, word,
};

struct Setup {
    fake: Fake,
    verifier: Arc<dyn SessionVerifier>,
    claims: Value,
}

async fn generic() -> Setup {
    let fake = provider_of_keys().await;
    let source = KeySource::Jwks(fake.at("/jwks"));
    let verifier = verifier(Provider::issuer("site", &fake.address, "studio", source));
    let claims = json!({
        "iss": fake.address, "aud": "studio", "sub": "ada", "iat": NOW, "exp": NOW + 300,
        "email": "ada@example.org", "email_verified": true, "name": "Ada",
    });
    Setup {
        fake,
        verifier,
        claims,
    }
}

#[tokio::test]
async fn a_good_token_is_somebody() {
    let Setup {
        verifier, claims, ..
    } = generic().await;
    let token = rs256(&claims);
    let who = identify(&verifier, Some(&token), &[], now())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (who.provider.as_str(), who.subject.as_str()),
        ("site", "ada")
    );
    assert_eq!(who.email.as_deref(), Some("ada@example.org"));
    assert!(who.email_verified);
    assert_eq!(who.name.as_deref(), Some("Ada"));

    for (algorithm, kid, pair) in [
        (Algorithm::RS384, "a", Pair::Rsa),
        (Algorithm::RS512, "a", Pair::Rsa),
        (Algorithm::PS256, "a", Pair::Rsa),
        (Algorithm::PS384, "a", Pair::Rsa),
        (Algorithm::PS512, "a", Pair::Rsa),
        (Algorithm::PS256, "ps", Pair::OtherRsa),
        (Algorithm::ES256, "ec", Pair::Ec),
        (Algorithm::ES384, "ec384", Pair::Ec384),
        (Algorithm::EdDSA, "ed", Pair::Ed),
    ] {
        let token = sign(algorithm, kid, pair, &claims);
        assert_eq!(
            bearer(&verifier, &token).await,
            "ada",
            "{algorithm:?} {kid}"
        );
    }
}

#[tokio::test]
async fn what_is_not_for_this_verifier_is_left_to_others() {
    let Setup {
        fake,
        verifier,
        claims,
    } = generic().await;
    let elsewhere = rs256(&with(&claims, &json!({"iss": "https://elsewhere.example"})));
    let nobodys = rs256(&with(&claims, &json!({"iss": null})));
    let odd = rs256(&with(&claims, &json!({"iss": [fake.address]})));
    for token in [
        "",
        "snd_abc123",
        "a.b.c",
        "a.b",
        "....",
        &elsewhere,
        &nobodys,
        &odd,
    ] {
        assert_eq!(bearer(&verifier, token).await, "nobody", "{token}");
    }
    let slash = rs256(&with(
        &claims,
        &json!({"iss": format!("{}/", fake.address)}),
    ));
    assert_eq!(bearer(&verifier, &slash).await, "nobody");
    assert_eq!(
        word(identify(&verifier, None, &[("__session", &rs256(&claims))], now()).await),
        "nobody"
    );
    assert_eq!(fake.hits("/jwks"), 0, "nothing is fetched for them");
}

#[tokio::test]
async fn claims_that_do_not_hold_are_refused() {
    let Setup {
        verifier, claims, ..
    } = generic().await;
    for (changes, code) in [
        (json!({"aud": "other"}), "audience"),
        (json!({"aud": ["other", "studio-2"]}), "audience"),
        (json!({"aud": null}), "audience"),
        (json!({"aud": ["other", "studio"]}), "ada"),
        (json!({"exp": null}), "no_exp"),
        (json!({"exp": "1900000000"}), "claims"),
        (json!({"exp": NOW - 61}), "expired"),
        (json!({"exp": NOW - 60}), "expired"),
        (json!({"exp": NOW - 59}), "ada"),
        (json!({"nbf": NOW + 61}), "not_yet_valid"),
        (json!({"nbf": NOW + 60}), "ada"),
        (json!({"iat": NOW + 61}), "issued_in_future"),
        (json!({"sub": null}), "subject"),
        (json!({"sub": ""}), "subject"),
        (json!({"sub": 7}), "claims"),
    ] {
        let token = rs256(&with(&claims, &changes));
        assert_eq!(bearer(&verifier, &token).await, code, "{changes}");
    }
    let token = rs256(&claims);
    assert_eq!(bearer_at(&verifier, &token, NOW + 359).await, "ada");
    assert_eq!(bearer_at(&verifier, &token, NOW + 361).await, "expired");
}

#[tokio::test]
async fn a_signature_is_not_argued_with() {
    let Setup {
        fake,
        verifier,
        claims,
    } = generic().await;
    let none = |kid: &str| raw(&json!({"alg": "none", "kid": kid}), &claims, b"");
    assert_eq!(bearer(&verifier, &none("a")).await, "header");
    let hmac = |kid: &str, algorithm, secret: &[u8]| {
        let mut header = Header::new(algorithm);
        header.kid = Some(kid.to_owned());
        encode(&header, &claims, &EncodingKey::from_secret(secret)).unwrap()
    };
    let confused = hmac("a", Algorithm::HS256, pairs::RSA_PEM.as_bytes());
    assert_eq!(bearer(&verifier, &confused).await, "algorithm");
    assert_eq!(
        bearer(
            &verifier,
            &hmac("a", Algorithm::HS512, pairs::RSA_PEM.trim().as_bytes())
        )
        .await,
        "algorithm"
    );
    assert_eq!(
        bearer(&verifier, &hmac("oct", Algorithm::HS256, b"secret")).await,
        "algorithm"
    );
    assert_eq!(
        fake.hits("/jwks"),
        0,
        "they were refused before anything was fetched"
    );

    for (algorithm, kid, pair, code) in [
        (Algorithm::RS256, "a", Pair::OtherRsa, "signature"),
        (Algorithm::ES256, "a", Pair::Ec, "algorithm"),
        (Algorithm::RS256, "ec", Pair::Rsa, "algorithm"),
        (Algorithm::ES384, "ec", Pair::Ec384, "algorithm"),
        (Algorithm::RS256, "ps", Pair::OtherRsa, "algorithm"),
        (Algorithm::RS256, "enc", Pair::OtherRsa, "unknown_key"),
        (Algorithm::RS256, "oct", Pair::Rsa, "unknown_key"),
        (Algorithm::RS256, "q", Pair::Rsa, "unknown_key"),
    ] {
        let token = sign(algorithm, kid, pair, &claims);
        assert_eq!(bearer(&verifier, &token).await, code, "{algorithm:?} {kid}");
    }

    // Each byte of it, one bit changed.
    let good = rs256(&claims);
    let mut told = std::collections::BTreeSet::new();
    for at in 0..good.len() {
        let mut bytes = good.clone().into_bytes();
        bytes[at] ^= 1;
        let word = bearer(&verifier, &String::from_utf8(bytes).unwrap()).await;
        assert_ne!(word, "ada", "byte {at}");
        told.insert(word);
    }
    assert!(
        told.contains("signature") && told.contains("nobody"),
        "{told:?}"
    );

    let critical = json!({"alg": "RS256", "kid": "a", "crit": ["exp"]});
    assert_eq!(
        bearer(&verifier, &raw(&critical, &claims, b"x")).await,
        "crit"
    );
    let logout = json!({"alg": "RS256", "kid": "a", "typ": "logout+jwt"});
    let mut header: Header = serde_json::from_value(logout).unwrap();
    let signed = |header: &Header| encode(header, &claims, &Pair::Rsa.private()).unwrap();
    assert_eq!(bearer(&verifier, &signed(&header)).await, "type");
    header.typ = Some("at+jwt".to_owned());
    assert_eq!(bearer(&verifier, &signed(&header)).await, "ada");
    let long = rs256(&with(&claims, &json!({"x": "x".repeat(16 << 10)})));
    assert_eq!(bearer(&verifier, &long).await, "token_too_long");
}
