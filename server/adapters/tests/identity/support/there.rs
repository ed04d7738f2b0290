//! A provider of OpenID Connect on loopback, and a sign-in there.

use std::{collections::HashMap, sync::Arc, time::Duration};

use adapters::identity::settings::Provider;
use serde_json::{Value, json};
use studio::accounts::identity::{Answer, Dance, Identity, IdentityError, LoginFlow};
use studio::secrets::Secret;

use super::{Fake, NOW, Pair, Reply, jwks, login, now, rs256, word};

pub(crate) const DISCOVERY: &str = "/.well-known/openid-configuration";
pub(crate) const CALLBACK: &str = "http://localhost:3000/sign-in/sso/callback";

pub(crate) struct There {
    pub(crate) fake: Fake,
    pub(crate) document: Value,
    pub(crate) claims: Value,
    pub(crate) flow: Arc<dyn LoginFlow>,
}

pub(crate) fn dance() -> Dance {
    Dance {
        state: "state-1".to_owned(),
        nonce: "nonce-1".to_owned(),
        verifier: "v".repeat(43),
        callback: CALLBACK.to_owned(),
    }
}

pub(crate) fn provider(fake: &Fake) -> Provider {
    let secret = Secret::given("s3cret/+ :&");
    Provider::oidc("sso", "Studio", &fake.address, "soundstage", secret)
}

pub(crate) async fn there() -> There {
    let fake = Fake::start().await;
    let document = json!({
        "issuer": fake.address,
        "authorization_endpoint": fake.at("/authorize?tenant=1"),
        "token_endpoint": fake.at("/token"),
        "jwks_uri": fake.at("/jwks"),
        "userinfo_endpoint": fake.at("/userinfo"),
        "id_token_signing_alg_values_supported": ["RS256", "ES256"],
    });
    fake.set(DISCOVERY, Reply::Json(document.clone()));
    fake.set(
        "/jwks",
        jwks(&[
            Pair::Rsa.public("a"),
            Pair::Ec.public("ec"),
            Pair::Ed.public("ed"),
        ]),
    );
    let claims = json!({
        "iss": fake.address, "aud": "soundstage", "sub": "ada", "nonce": "nonce-1",
        "iat": NOW, "exp": NOW + 300,
        "email": "ada@example.org", "email_verified": true, "name": "Ada",
    });
    let flow = login(provider(&fake));
    let there = There {
        fake,
        document,
        claims,
        flow,
    };
    there.give(&rs256(&there.claims));
    there
}

pub(crate) fn tokens(id_token: &str) -> Value {
    json!({"access_token": "access-1", "token_type": "Bearer", "expires_in": 3600, "id_token": id_token})
}

impl There {
    pub(crate) fn give(&self, id_token: &str) {
        self.fake.set("/token", Reply::Json(tokens(id_token)));
    }

    pub(crate) async fn back(&self, issuer: Option<&str>) -> Result<Identity, IdentityError> {
        finish(&self.flow, issuer).await
    }

    pub(crate) async fn word(&self) -> String {
        word(self.back(None).await.map(Some))
    }

    pub(crate) async fn word_of(&self, claims: &Value) -> String {
        self.give(&rs256(claims));
        self.word().await
    }
}

pub(crate) async fn finish(
    flow: &Arc<dyn LoginFlow>,
    issuer: Option<&str>,
) -> Result<Identity, IdentityError> {
    let answer = Answer {
        code: "code-1".to_owned(),
        issuer: issuer.map(str::to_owned),
    };
    let dance = dance();
    let asked = flow.finish(&dance, &answer, now());
    tokio::time::timeout(Duration::from_secs(30), asked)
        .await
        .expect("it hangs")
}

pub(crate) fn pairs_of(text: &str) -> HashMap<String, String> {
    let url = reqwest::Url::parse(&format!("http://x/?{text}")).unwrap();
    url.query_pairs().into_owned().collect()
}
