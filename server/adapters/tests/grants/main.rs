//! The adapter against a provider that does what is asked of it, right or wrong.

mod control;
mod flow;
mod trouble;

use std::time::Duration;

use adapters::{
    grants::{Provider, Settings},
    outbound::client,
};
use fakes::oauth::{CLIENT_ID, CLIENT_SECRET, Fake};
use studio::{
    accounts::grants::{Grant, Grants as _},
    secrets::Secret,
};

const CALLBACK: &str = "http://127.0.0.1:3000/connections/callback?x=1";
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const STATE: &str = "st&te=1 ä";

fn settings(fake: &Fake) -> Settings {
    Settings {
        name: Some("fake".to_owned()),
        authorize_url: Some(fake.url("/authorize?tenant=7")),
        token_url: Some(fake.url("/token")),
        revoke_url: Some(fake.url("/revoke")),
        profile_url: Some(fake.url("/profile")),
        profile_label: Some("/display_name".to_owned()),
        scopes: Some(vec!["read".to_owned(), "write".to_owned()]),
        client_id: Some(CLIENT_ID.to_owned()),
        client_secret: Some(Secret::new(CLIENT_SECRET)),
        ..Settings::default()
    }
}

/// Patience counts where a stall is part of the test; elsewhere it is a bound on hanging.
fn provider_of(settings: Settings, patience: Duration) -> Provider {
    let client = client().expect("a client");
    let spec = settings.spec().expect("right settings");
    Provider::new(spec, client, patience).expect("a provider")
}

fn provider(fake: &Fake) -> Provider {
    provider_of(settings(fake), Duration::from_secs(20))
}

/// The query that the provider sends the person back with.
async fn back_from(address: &str) -> Vec<(String, String)> {
    let http = client().expect("a client");
    let response = http.get(address).send().await.expect("an answer");
    assert_eq!(response.status().as_u16(), 302);
    let back = response.headers()["location"]
        .to_str()
        .expect("text")
        .to_owned();
    let query = back.strip_prefix(CALLBACK).expect("our address");
    oauth2::url::form_urlencoded::parse(query.trim_start_matches('&').as_bytes())
        .into_owned()
        .collect()
}

async fn code(provider: &Provider) -> String {
    let address = provider
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let back = back_from(&address).await;
    assert_eq!(back[1], ("state".to_owned(), STATE.to_owned()));
    assert_eq!(back[0].0, "code");
    back[0].1.clone()
}

async fn connect(provider: &Provider) -> Grant {
    let code = code(provider).await;
    provider
        .exchange(&code, VERIFIER, CALLBACK)
        .await
        .expect("a grant")
}

fn refresh_of(grant: &Grant) -> &Secret {
    grant.refresh.as_ref().expect("a refresh token")
}
