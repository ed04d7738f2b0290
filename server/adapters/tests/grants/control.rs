//! The fake as journeys use it: over HTTP alone, with a person who presses a button.

use std::time::Duration;

use fakes::oauth::Fake;
use serde_json::{Value, json};
use studio::accounts::grants::{GrantError, Grants as _};

use super::*;

async fn post(fake: &Fake, path: &str, body: &Value) -> u16 {
    let http = client().expect("a client");
    let request = http
        .post(fake.url(path))
        .header("content-type", "application/json")
        .body(body.to_string());
    request.send().await.expect("an answer").status().as_u16()
}

async fn get(fake: &Fake, path: &str) -> Value {
    let http = client().expect("a client");
    let response = http.get(fake.url(path)).send().await.expect("an answer");
    let body = response.bytes().await.expect("a body");
    serde_json::from_slice(&body).expect("JSON")
}

#[tokio::test]
async fn a_test_in_another_process_can_say_what_goes_wrong() {
    let fake = Fake::start().await.expect("a fake");
    let provider = provider(&fake);
    let settings = json!({"rotates": false, "profile": {"display_name": "Ada"}});
    assert_eq!(post(&fake, "/control/settings", &settings).await, 204);
    let grant = connect(&provider).await;
    assert_eq!(
        provider.who(&grant.access).await,
        Ok(Some("Ada".to_owned()))
    );

    let busy = json!({"at": "token", "does": {"busy": 3}, "times": 2});
    assert_eq!(post(&fake, "/control/next", &busy).await, 204);
    let broken = json!({"at": "token", "does": "broken"});
    assert_eq!(post(&fake, "/control/always", &broken).await, 204);
    for wait in [Some(3), Some(3), None, None] {
        let error = provider
            .refresh(refresh_of(&grant))
            .await
            .expect_err("trouble");
        assert!(matches!(error, GrantError::Later { retry_after_s, .. } if retry_after_s == wait));
    }
    let right = json!({"at": "token", "does": null});
    assert_eq!(post(&fake, "/control/always", &right).await, 204);
    let grant = provider
        .refresh(refresh_of(&grant))
        .await
        .expect("refreshed");

    assert_eq!(
        post(&fake, "/control/expire", &json!({"grant": 1})).await,
        204
    );
    let expired = GrantError::Denied;
    assert_eq!(provider.who(&grant.access).await, Err(expired));
    assert_eq!(post(&fake, "/control/end", &json!({"grant": 1})).await, 204);
    assert_eq!(
        provider.refresh(refresh_of(&grant)).await,
        Err(GrantError::Ended)
    );

    let grants = get(&fake, "/control/grants").await;
    assert_eq!(
        grants,
        json!([{"id": 1, "scopes": "read write", "refreshes": 1, "refreshes_asked": 6, "ended": "taken_back"}])
    );
    let requests = get(&fake, "/control/requests").await;
    let last = requests.as_array().and_then(|all| all.last()).expect("one");
    let fields = ["grant_type", "refresh_token"];
    assert_eq!(
        *last,
        json!({"at": "token", "auth": "basic", "grant_type": "refresh_token", "fields": fields})
    );
    // What is no behaviour is said to be none.
    let nonsense = json!({"at": "token", "does": "sing"});
    assert_eq!(post(&fake, "/control/next", &nonsense).await, 422);
}

#[tokio::test]
async fn a_person_is_asked_and_decides() {
    let fake = Fake::start().await.expect("a fake");
    assert_eq!(
        post(&fake, "/control/settings", &json!({"asks": true})).await,
        204
    );
    let provider = provider(&fake);
    let address = provider
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let http = client().expect("a client");
    let response = http.get(&address).send().await.expect("a page");
    let page = response.text().await.expect("text");
    assert!(page.contains("It asks for: read write") && page.contains("st&amp;te=1 ä"));

    // As a browser sends the form.
    let mut form = oauth2::url::form_urlencoded::Serializer::new(String::new());
    for hidden in page.split("<input ").skip(1) {
        let value = |name: &str| {
            let rest = hidden
                .split_once(&format!("{name}=\""))
                .expect("it is there")
                .1;
            let text = rest.split_once('"').expect("an end").0;
            text.replace("&quot;", "\"")
                .replace("&lt;", "<")
                .replace("&amp;", "&")
        };
        form.append_pair(&value("name"), &value("value"));
    }
    let form = form.finish();
    for (decision, expected) in [("deny", "error=access_denied"), ("allow", "code=code-1")] {
        let request = http
            .post(fake.url("/authorize"))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(format!("{form}&decision={decision}"));
        let response = request.send().await.expect("an answer");
        let back = response.headers()["location"].to_str().expect("text");
        assert_eq!(
            back,
            format!("{CALLBACK}&{expected}&state=st%26te%3D1%20%C3%A4")
        );
    }
    assert!(
        provider
            .exchange("code-1", VERIFIER, CALLBACK)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn who_asks_wrongly_is_told_and_sent_nowhere() {
    let fake = Fake::start().await.expect("a fake");
    let stranger = Settings {
        client_id: Some("somebody".to_owned()),
        ..settings(&fake)
    };
    let stranger = provider_of(stranger, Duration::from_secs(20));
    let address = stranger
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let http = client().expect("a client");
    assert_eq!(
        http.get(address)
            .send()
            .await
            .expect("a page")
            .status()
            .as_u16(),
        400
    );

    let right = provider(&fake)
        .authorize_url(STATE, VERIFIER, CALLBACK)
        .expect("an address");
    let plain = right.replace("S256", "plain");
    assert_eq!(back_from(&plain).await[0].1, "invalid_request");
}
