//! There and back at an OpenID provider: what is sent, and what an answer must be.

use adapters::identity::settings::{Kind, Provider};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::json;
use sha2::{Digest, Sha256};
use studio::accounts::identity::Dance;
use studio::secrets::Secret;

use crate::support::{
    NOW, Pair, Reply, login, pairs, raw, rs256, sign,
    there::{CALLBACK, DISCOVERY, dance, finish, pairs_of, provider, there},
    with, word,
};

#[tokio::test]
async fn the_way_there_carries_what_comes_back() {
    let there = there().await;
    let mut provider = provider(&there.fake);
    if let Kind::Login(login) = &mut provider.kind {
        login.scopes = vec!["groups".to_owned()];
    }
    let address = login(provider).begin(&dance()).await.unwrap();
    let url = reqwest::Url::parse(&address).unwrap();
    assert_eq!(
        (url.path(), &*format!("http://{}", url.authority())),
        ("/authorize", &*there.fake.address)
    );
    let asked = pairs_of(url.query().unwrap());
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest("v".repeat(43)));
    for (name, value) in [
        ("tenant", "1"),
        ("response_type", "code"),
        ("client_id", "soundstage"),
        ("redirect_uri", CALLBACK),
        ("scope", "openid email profile groups"),
        ("state", "state-1"),
        ("nonce", "nonce-1"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(asked.len(), 9, "{asked:?}");
    for verifier in ["short", &"v".repeat(129), &"ä".repeat(30)] {
        let verifier = verifier.to_owned();
        let dance = Dance {
            verifier,
            ..dance()
        };
        assert!(there.flow.begin(&dance).await.is_err());
    }
    let shown = format!("{:?}", dance());
    assert!(
        !shown.contains("state-1") && !shown.contains("nonce-1") && !shown.contains("vvv"),
        "{shown}"
    );
}

#[tokio::test]
async fn the_way_back_is_somebody() {
    let there = there().await;
    let who = there.back(None).await.unwrap();
    assert_eq!((&*who.provider, &*who.subject), ("sso", "ada"));
    assert_eq!(
        (who.email.as_deref(), who.email_verified),
        (Some("ada@example.org"), true)
    );
    assert_eq!(who.name.as_deref(), Some("Ada"));
    let asked = there.fake.asked("/token").remove(0);
    // RFC 6749, 2.3.1: each part encoded by itself.
    let basic = format!(
        "Basic {}",
        STANDARD.encode("soundstage:s3cret%2F%2B+%3A%26")
    );
    assert_eq!(asked.headers["authorization"], basic);
    let form = pairs_of(&asked.body);
    assert_eq!(form["grant_type"], "authorization_code");
    assert_eq!(form["code"], "code-1");
    assert_eq!(form["redirect_uri"], CALLBACK);
    assert_eq!(form["code_verifier"], "v".repeat(43));
    assert!(!form.contains_key("client_secret"));
    assert_eq!(there.fake.hits("/userinfo"), 0, "the token said it all");
}

#[tokio::test]
async fn the_secret_travels_as_discovery_says() {
    for (methods, secret, expected) in [
        (json!(["client_secret_post"]), true, (false, true)),
        (
            json!(["client_secret_post", "client_secret_basic"]),
            true,
            (true, false),
        ),
        (json!(["none"]), false, (false, false)),
    ] {
        let there = there().await;
        let change = json!({"token_endpoint_auth_methods_supported": methods});
        there
            .fake
            .set(DISCOVERY, Reply::Json(with(&there.document, &change)));
        let mut provider = provider(&there.fake);
        if let (Kind::Login(login), false) = (&mut provider.kind, secret) {
            login.client_secret = None;
        }
        finish(&login(provider), None).await.unwrap();
        let asked = there.fake.asked("/token").remove(0);
        let form = pairs_of(&asked.body);
        let seen = (
            asked.headers.contains_key("authorization"),
            form.contains_key("client_secret"),
        );
        assert_eq!(seen, expected, "{methods}");
        assert_eq!(
            form.get("client_id").map(String::as_str),
            (!expected.0).then_some("soundstage")
        );
    }
    let there = there().await;
    let change = json!({"token_endpoint_auth_methods_supported": ["private_key_jwt"]});
    there
        .fake
        .set(DISCOVERY, Reply::Json(with(&there.document, &change)));
    assert_eq!(there.word().await, "client_auth");
}

#[tokio::test]
async fn an_id_token_is_ours_fresh_and_answers_our_question() {
    let there = there().await;
    for (changes, code) in [
        (json!({"iss": "https://elsewhere.example"}), "issuer"),
        (json!({"iss": null}), "issuer"),
        (json!({"iss": format!("{}/", there.fake.address)}), "issuer"),
        (json!({"aud": "other"}), "audience"),
        (json!({"aud": null}), "audience"),
        (json!({"aud": ["soundstage"]}), "ada"),
        (json!({"aud": ["soundstage", "other"]}), "azp"),
        (
            json!({"aud": ["soundstage", "other"], "azp": "other"}),
            "azp",
        ),
        (
            json!({"aud": ["soundstage", "other"], "azp": "soundstage"}),
            "ada",
        ),
        (json!({"azp": "other"}), "azp"),
        (json!({"azp": "soundstage"}), "ada"),
        (json!({"nonce": "nonce-2"}), "nonce"),
        (json!({"nonce": "nonce-"}), "nonce"),
        (json!({"nonce": ""}), "nonce"),
        (json!({"nonce": null}), "nonce"),
        (json!({"exp": null}), "no_exp"),
        (json!({"exp": NOW - 61}), "expired"),
        (json!({"exp": NOW - 59}), "ada"),
        (json!({"nbf": NOW + 61}), "not_yet_valid"),
        (json!({"iat": NOW + 61}), "issued_in_future"),
        (json!({"sub": null}), "subject"),
    ] {
        assert_eq!(
            there.word_of(&with(&there.claims, &changes)).await,
            code,
            "{changes}"
        );
    }
    let es256 = sign(Algorithm::ES256, "ec", Pair::Ec, &there.claims);
    let unannounced = sign(Algorithm::EdDSA, "ed", Pair::Ed, &there.claims);
    let forged = sign(Algorithm::RS256, "a", Pair::OtherRsa, &there.claims);
    let none = raw(&json!({"alg": "none"}), &there.claims, b"");
    let mut header = Header::new(Algorithm::HS256);
    header.kid = Some("a".to_owned());
    let hmac =
        |secret: &[u8]| encode(&header, &there.claims, &EncodingKey::from_secret(secret)).unwrap();
    let logout = json!({"alg": "RS256", "kid": "a", "typ": "logout+jwt"});
    let logout: Header = serde_json::from_value(logout).unwrap();
    let logout = encode(&logout, &there.claims, &Pair::Rsa.private()).unwrap();
    for (id_token, code) in [
        (&*es256, "ada"),
        (&unannounced, "algorithm"),
        (&forged, "signature"),
        (&none, "header"),
        (&hmac(pairs::RSA_PEM.as_bytes()), "algorithm"),
        (&hmac("s3cret/+ :&".as_bytes()), "algorithm"),
        (&logout, "type"),
        ("", "header"),
        ("opaque", "header"),
    ] {
        there.give(id_token);
        assert_eq!(there.word().await, code);
    }
    there.fake.set(
        "/token",
        Reply::Json(json!({"access_token": "a", "token_type": "Bearer"})),
    );
    assert_eq!(there.word().await, "no_id_token");
}

#[tokio::test]
async fn google_has_two_names() {
    let there = there().await;
    let mut google = Provider::google("soundstage", Secret::given("s"));
    if let Kind::Login(login) = &mut google.kind {
        assert_eq!(login.issuer, "https://accounts.google.com");
        login.issuer = there.fake.address.clone();
    }
    let google = login(google);
    for (issuer, code) in [
        (&*there.fake.address, "ada"),
        ("accounts.google.com", "ada"),
        ("accounts.google.com.evil.example", "issuer"),
    ] {
        there.give(&rs256(&with(
            &there.claims,
            &json!({"iss": issuer, "email_verified": "true"}),
        )));
        let who = finish(&google, None).await;
        assert!(who.as_ref().map_or(true, |who| who.email_verified));
        assert_eq!(word(who.map(Some)), code);
    }
}

#[tokio::test]
async fn the_answer_says_who_answers() {
    let there = there().await;
    let ours = there.fake.address.clone();
    assert!(there.back(Some(&ours)).await.is_ok());
    let mixed_up = there.back(Some("https://elsewhere.example")).await;
    assert_eq!(word(mixed_up.map(Some)), "answer_issuer");
    assert_eq!(there.fake.hits("/token"), 1, "the code went nowhere");
    let change = json!({"authorization_response_iss_parameter_supported": true});
    there
        .fake
        .set(DISCOVERY, Reply::Json(with(&there.document, &change)));
    let strict = login(provider(&there.fake));
    assert_eq!(word(finish(&strict, None).await.map(Some)), "answer_issuer");
    assert!(finish(&strict, Some(&ours)).await.is_ok());
}
