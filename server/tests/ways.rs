//! Signing in elsewhere, at the edge: what a browser and a script get to see. The whole way there and back, at
//! a real provider, is a journey (`end2end/journeys/ways.spec.ts`).
#![allow(clippy::unwrap_used)]

#[path = "routes/elsewhere.rs"]
mod elsewhere;
mod support;

use axum::{body::Body, http::StatusCode};
use elsewhere::token_elsewhere;
use support::{Answer, EMAIL, Site, get};

const OIDC: [(&str, &str); 3] = [
    // Nobody listens there.
    ("OIDC_ISSUER", "http://127.0.0.1:9"),
    ("OIDC_CLIENT_ID", "soundstage"),
    ("OIDC_LABEL", "Northlight"),
];

/// Where a page that only goes on goes on to.
fn goes_to(answer: &Answer) -> String {
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(
        answer.header("content-security-policy").split(';').next(),
        Some("default-src 'none'")
    );
    let (_, url) = answer.body.split_once("content=\"0;url=").unwrap();
    url.split('"').next().unwrap().to_owned()
}

#[tokio::test]
async fn the_sign_in_page_offers_what_the_settings_name() {
    let site = Site::with(OIDC).await;
    site.owner().await;
    let page = site.get("/sign-in?next=%2Ffacts").await;
    assert!(page.body.contains("Northlight"), "{}", page.body);
    assert!(
        page.body.contains("/sign-in/with/oidc?next=/facts"),
        "{}",
        page.body
    );
    site.background.shut_down().await;
}

#[tokio::test]
async fn what_goes_wrong_is_said_by_the_page_and_not_by_the_address() {
    let site = Site::with(OIDC).await;
    site.owner().await;
    for (path, code) in [
        ("/sign-in/with/oidc", "provider_unreachable"),
        ("/sign-in/with/nowhere", "not_found"),
        ("/sign-in/with/oidc/callback", "sign_in_refused"),
        (
            "/sign-in/with/oidc/callback?error=access_denied&error_description=%3Cscript%3E",
            "sign_in_refused",
        ),
        (
            "/sign-in/with/oidc/callback?code=a&state=guessed",
            "sign_in_refused",
        ),
        (
            "/sign-in/with/nowhere/callback?code=a&state=b",
            "sign_in_refused",
        ),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            goes_to(&answer),
            format!("/sign-in?problem={code}"),
            "{path}"
        );
        assert!(!answer.body.contains("script"));
    }
    let page = site.get("/sign-in?problem=sign_in_refused").await;
    assert!(page.body.contains("role=\"alert\""), "{}", page.body);
    // Nothing is shown that we did not write.
    let page = site.get("/sign-in?problem=your+account+was+hacked").await;
    assert!(!page.body.contains("hacked") && !page.body.contains("role=\"alert\""));
    site.background.shut_down().await;
}

#[tokio::test]
async fn a_session_elsewhere_is_no_second_login() {
    let site = Site::with(elsewhere::SETTINGS).await;
    let mara = site.owner().await;
    let ask = async |token: &str| {
        let request = get("/api/v1/me").header("authorization", format!("Bearer {token}"));
        site.call(request.body(Body::empty()).unwrap()).await
    };
    let answer = ask(&token_elsewhere(EMAIL)).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert_eq!(answer.json()["id"], mara.user().to_string());
    // Nobody else of theirs, as long as the owner does not say so.
    let stranger = ask(&token_elsewhere("lee@example.org")).await;
    assert_eq!(
        (stranger.status.as_u16(), stranger.code().as_str()),
        (403, "identity_unknown")
    );
    let mut forged = token_elsewhere(EMAIL);
    forged.truncate(forged.len() - 4);
    let forged = ask(&forged).await;
    assert_eq!(
        (forged.status.as_u16(), forged.code().as_str()),
        (401, "token_invalid")
    );
    // Not where only our own pages call, nor for what governs others.
    let request = get("/api/v1/people").header(
        "authorization",
        format!("Bearer {}", token_elsewhere(EMAIL)),
    );
    let people = site.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(people.code(), "scope_missing");
    site.background.shut_down().await;
}
