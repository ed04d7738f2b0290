//! What the tests share: keys, a signer, and a provider that misbehaves.

pub(crate) mod fake;
pub(crate) mod pairs;
pub(crate) mod there;

use std::{sync::Arc, time::Duration};

use adapters::identity::{build, settings::Provider};
use base64::{
    Engine,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use contract::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header, encode};
use serde_json::{Value, json};
use studio::accounts::identity::{
    Credentials, Identity, IdentityError, LoginFlow, SessionVerifier,
};

pub(crate) use fake::{Fake, Reply};

/// 2027-01-15T08:00:00Z
pub(crate) const NOW: i64 = 1_800_000_000;

pub(crate) fn now() -> Timestamp {
    Timestamp::from_seconds(NOW)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pair {
    Rsa,
    OtherRsa,
    Ec,
    Ec384,
    Ed,
}

impl Pair {
    pub(crate) fn private(self) -> EncodingKey {
        let der = |text| STANDARD.decode(text).unwrap();
        match self {
            Self::Rsa => EncodingKey::from_rsa_der(&der(pairs::RSA_DER)),
            Self::OtherRsa => EncodingKey::from_rsa_der(&der(pairs::RSA_OTHER_DER)),
            Self::Ec => EncodingKey::from_ec_der(&der(pairs::EC_DER)),
            Self::Ec384 => EncodingKey::from_ec_der(&der(pairs::EC384_DER)),
            Self::Ed => EncodingKey::from_ed_der(&der(pairs::ED_DER)),
        }
    }

    pub(crate) fn public(self, kid: &str) -> Value {
        let mut jwk: Value = serde_json::from_str(match self {
            Self::Rsa => pairs::RSA_JWK,
            Self::OtherRsa => pairs::RSA_OTHER_JWK,
            Self::Ec => pairs::EC_JWK,
            Self::Ec384 => pairs::EC384_JWK,
            Self::Ed => pairs::ED_JWK,
        })
        .unwrap();
        jwk["kid"] = json!(kid);
        jwk
    }
}

pub(crate) fn jwks(keys: &[Value]) -> Reply {
    Reply::Json(json!({ "keys": keys }))
}

pub(crate) fn sign(algorithm: Algorithm, kid: &str, pair: Pair, claims: &Value) -> String {
    let mut header = Header::new(algorithm);
    header.kid = Some(kid.to_owned());
    encode(&header, claims, &pair.private()).unwrap()
}

/// By the usual key.
pub(crate) fn rs256(claims: &Value) -> String {
    sign(Algorithm::RS256, "a", Pair::Rsa, claims)
}

/// Parts by hand, for what no library makes.
pub(crate) fn raw(header: &Value, claims: &Value, signature: &[u8]) -> String {
    let part = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
    let (header, claims) = (header.to_string(), claims.to_string());
    let parts = [
        part(header.as_bytes()),
        part(claims.as_bytes()),
        part(signature),
    ];
    parts.join(".")
}

/// The claims with some changed; null takes away.
pub(crate) fn with(claims: &Value, changes: &Value) -> Value {
    let mut claims = claims.clone();
    for (name, value) in changes.as_object().unwrap() {
        if value.is_null() {
            claims.as_object_mut().unwrap().remove(name);
        } else {
            claims[name] = value.clone();
        }
    }
    claims
}

/// Publishes keys of all sorts where each vendor does.
pub(crate) async fn provider_of_keys() -> Fake {
    let fake = Fake::start().await;
    let keys = [
        Pair::Rsa.public("a"),
        Pair::Ec.public("ec"),
        Pair::Ec384.public("ec384"),
        Pair::Ed.public("ed"),
        with(&Pair::OtherRsa.public("enc"), &json!({"use": "enc"})),
        with(&Pair::OtherRsa.public("ps"), &json!({"alg": "PS256"})),
        json!({"kty": "oct", "kid": "oct", "k": "c2VjcmV0"}),
        json!({"kty": "quantum", "kid": "q"}),
        json!("nonsense"),
    ];
    for path in [
        "/jwks",
        "/.well-known/jwks.json",
        "/auth/v1/.well-known/jwks.json",
    ] {
        fake.set(path, jwks(&keys));
    }
    fake
}

pub(crate) fn client() -> reqwest::Client {
    client_with(Duration::from_secs(30))
}

pub(crate) fn client_with(timeout: Duration) -> reqwest::Client {
    let client = reqwest::Client::builder()
        .no_proxy()
        .timeout(timeout)
        .redirect(reqwest::redirect::Policy::none());
    client.build().unwrap()
}

pub(crate) fn verifier(provider: Provider) -> Arc<dyn SessionVerifier> {
    build(&[provider], &client()).unwrap().1.remove(0)
}

pub(crate) fn login(provider: Provider) -> Arc<dyn LoginFlow> {
    build(&[provider], &client()).unwrap().0.remove(0)
}

/// What came of it, in one word: a subject, "nobody", the code of a refusal, or "unreachable: why".
pub(crate) fn word(result: Result<Option<Identity>, IdentityError>) -> String {
    match result {
        Ok(Some(identity)) => identity.subject,
        Ok(None) => "nobody".to_owned(),
        Err(IdentityError::Refused(code)) => code.to_owned(),
        Err(IdentityError::Unreachable { reason, .. }) => format!("unreachable: {reason}"),
    }
}

pub(crate) async fn identify(
    verifier: &Arc<dyn SessionVerifier>,
    bearer: Option<&str>,
    cookies: &[(&str, &str)],
    now: Timestamp,
) -> Result<Option<Identity>, IdentityError> {
    let credentials = Credentials { bearer, cookies };
    let asked = verifier.verify(&credentials, now);
    tokio::time::timeout(Duration::from_secs(30), asked)
        .await
        .expect("it hangs")
}

pub(crate) async fn bearer(verifier: &Arc<dyn SessionVerifier>, token: &str) -> String {
    word(identify(verifier, Some(token), &[], now()).await)
}

pub(crate) async fn bearer_at(
    verifier: &Arc<dyn SessionVerifier>,
    token: &str,
    seconds: i64,
) -> String {
    let now = Timestamp::from_seconds(seconds);
    word(identify(verifier, Some(token), &[], now).await)
}
