//! Passkeys over HTTP, with a device that answers as a browser passes it on. A real browser with a virtual device
//! is a journey (`end2end/journeys/passkeys.spec.ts`).
#![allow(clippy::unwrap_used)]

mod support;

use axum::http::{Method, StatusCode};
use contract::accounts::{PasskeyQuestion, Role};
use fakes::passkey::Device;
use support::{Answer, Browser, ORIGIN, PASSWORD, Site, change, encode};

async fn post(
    site: &Site,
    browser: Option<&Browser>,
    name: &str,
    fields: &[(&str, &str)],
) -> Answer {
    let mut request = change(Method::POST, &["/api/fn/", name].concat())
        .header("content-type", "application/x-www-form-urlencoded");
    if let Some(browser) = browser {
        request = request
            .header("cookie", browser.cookie())
            .header("x-csrf-token", &browser.me.csrf);
    }
    let request = request.body(encode(fields).into()).unwrap();
    site.call(request).await
}

fn question(answer: &Answer) -> PasskeyQuestion {
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    serde_json::from_str(&answer.body).unwrap()
}

async fn asked_to_make(site: &Site, browser: &Browser) -> PasskeyQuestion {
    let fields = [("password", PASSWORD)];
    question(&post(site, Some(browser), "begin_passkey", &fields).await)
}

async fn asked_who(site: &Site) -> PasskeyQuestion {
    question(&post(site, None, "ask_passkey", &[]).await)
}

async fn finish(site: &Site, browser: &Browser, ticket: &str, answer: &str) -> Answer {
    let fields = [("ticket", ticket), ("name", "Laptop"), ("answer", answer)];
    post(site, Some(browser), "finish_passkey", &fields).await
}

async fn sign_in(site: &Site, ticket: &str, answer: &str) -> Answer {
    let fields = [("ticket", ticket), ("answer", answer), ("next", "/facts")];
    post(site, None, "answer_passkey", &fields).await
}

async fn with_device(site: &Site, browser: &Browser, seed: u32) -> Device {
    let asked = asked_to_make(site, browser).await;
    let (device, answer) = Device::make(&asked.options, ORIGIN, seed);
    let added = finish(site, browser, &asked.ticket, &answer).await;
    assert_eq!(added.status, StatusCode::OK, "{}", added.body);
    device
}

#[tokio::test]
async fn a_passkey_lets_its_person_in_again_and_again_and_is_asked_for_by_nobodys_name() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let kim = site.join(&owner, Role::Member, "kim@example.org").await;
    let asked = asked_to_make(&site, &kim).await;
    let options: serde_json::Value = serde_json::from_str(&asked.options).unwrap();
    assert_eq!(options["rp"]["id"], "localhost");
    assert_eq!(options["authenticatorSelection"]["residentKey"], "required");
    assert_eq!(
        options["authenticatorSelection"]["userVerification"],
        "required"
    );

    let mut device = with_device(&site, &kim, 1).await;
    for _ in 0..2 {
        let who = asked_who(&site).await;
        let options: serde_json::Value = serde_json::from_str(&who.options).unwrap();
        assert_eq!(options["allowCredentials"], serde_json::json!([]));
        let answer = device.sign_in(&who.options);
        let entered = sign_in(&site, &who.ticket, &answer).await;
        assert_eq!(entered.status, StatusCode::OK, "{}", entered.body);
        assert_eq!(entered.body, "\"/facts\"");
        let (_, me) = site
            .studio
            .accounts
            .authenticate(entered.token())
            .await
            .unwrap()
            .unwrap();
        assert_eq!(me.id, kim.me.id);
    }
    let listed = post(&site, Some(&kim), "passkeys", &[]).await.json();
    assert_eq!(listed["passkeys"][0]["name"], "Laptop");
    assert!(listed["passkeys"][0]["used_at"].is_i64());
    // Another's are not there.
    let listed = post(&site, Some(&owner), "passkeys", &[]).await.json();
    assert_eq!(listed["passkeys"], serde_json::json!([]));
    site.background.shut_down().await;
}

#[tokio::test]
async fn an_answer_counts_once_for_its_own_question_and_from_its_own_address() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let kim = site.join(&owner, Role::Member, "kim@example.org").await;
    let device = with_device(&site, &kim, 1).await;
    let refused = |answer: Answer| {
        assert_eq!(answer.status, StatusCode::UNAUTHORIZED, "{}", answer.body);
        assert_eq!(answer.code(), "passkey_refused");
        assert!(answer.headers.get("set-cookie").is_none());
    };

    // Twice; and to another question.
    let (first, second) = (asked_who(&site).await, asked_who(&site).await);
    let answer = device.clone().sign_in(&first.options);
    refused(sign_in(&site, &second.ticket, &answer).await);
    let entered = sign_in(&site, &first.ticket, &answer).await;
    assert_eq!(entered.status, StatusCode::OK);
    refused(sign_in(&site, &first.ticket, &answer).await);
    // Too late.
    let who = asked_who(&site).await;
    site.dial.pass(16 * 60);
    let mut later = device.clone();
    later.counter = 10;
    refused(sign_in(&site, &who.ticket, &later.sign_in(&who.options)).await);
    // From a site that looks like ours; by a press of the button alone; a copy, which lags behind; for somebody
    // else's account; with another key under the same name.
    let lies: [fn(&mut Device); 4] = [
        |device| device.origin = "http://localhost:4000".to_owned(),
        |device| device.verifies = false,
        |device| device.counter = 0,
        |device| device.user = "AAAAAAAAAAAAAAAAAAAAAA".to_owned(),
    ];
    for lie in lies {
        let mut liar = later.clone();
        lie(&mut liar);
        let who = asked_who(&site).await;
        refused(sign_in(&site, &who.ticket, &liar.sign_in(&who.options)).await);
    }
    for nonsense in ["", "{}", "null", "[1]", &"x".repeat(10_000)] {
        let who = asked_who(&site).await;
        refused(sign_in(&site, &who.ticket, nonsense).await);
    }
    refused(sign_in(&site, "no ticket", "{}").await);
    // The right one still gets in.
    let who = asked_who(&site).await;
    let entered = sign_in(&site, &who.ticket, &later.sign_in(&who.options)).await;
    assert_eq!(entered.status, StatusCode::OK, "{}", entered.body);
    site.background.shut_down().await;
}

#[tokio::test]
async fn nobody_adds_a_key_to_anothers_account_or_one_that_is_somebodys() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let kim = site.join(&owner, Role::Member, "kim@example.org").await;
    let wrong = post(&site, Some(&kim), "begin_passkey", &[("password", "wrong")]).await;
    assert_eq!(wrong.code(), "wrong_credentials");
    // Another's question, and a device that holds one already.
    let asked = asked_to_make(&site, &kim).await;
    let (_, answer) = Device::make(&asked.options, ORIGIN, 1);
    let taken = finish(&site, &owner, &asked.ticket, &answer).await;
    assert_eq!(taken.code(), "passkey_refused");
    with_device(&site, &kim, 2).await;
    let asked = asked_to_make(&site, &owner).await;
    let (_, answer) = Device::make(&asked.options, ORIGIN, 2);
    let copied = finish(&site, &owner, &asked.ticket, &answer).await;
    assert_eq!(copied.code(), "passkey_refused");
    // Made at another address.
    let asked = asked_to_make(&site, &kim).await;
    let (_, answer) = Device::make(&asked.options, "http://localhost:4000", 3);
    let phished = finish(&site, &kim, &asked.ticket, &answer).await;
    assert_eq!(phished.code(), "passkey_refused");
    site.background.shut_down().await;
}

#[tokio::test]
async fn whoever_is_kept_out_is_kept_out_by_this_way_too() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let kim = site.join(&owner, Role::Member, "kim@example.org").await;
    let mut device = with_device(&site, &kim, 1).await;
    let id = kim.me.id.to_string();
    let fields = [("id", id.as_str()), ("suspended", "true")];
    let done = post(&site, Some(&owner), "suspend", &fields).await;
    assert_eq!(done.status, StatusCode::OK);
    let who = asked_who(&site).await;
    let out = sign_in(&site, &who.ticket, &device.sign_in(&who.options)).await;
    assert_eq!(out.code(), "suspended");
    site.background.shut_down().await;
}

#[tokio::test]
async fn an_address_that_browsers_take_no_passkeys_for_offers_none() {
    let site = Site::with([
        ("SOUNDSTAGE_URL", "http://192.168.1.20:3000"),
        ("SOUNDSTAGE_INSECURE_HTTP", "1"),
    ])
    .await;
    site.owner().await;
    let answer = post(&site, None, "ask_passkey", &[]).await;
    assert_eq!(answer.status, StatusCode::NOT_FOUND);
    site.background.shut_down().await;
}
