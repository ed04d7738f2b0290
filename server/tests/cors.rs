//! Pages of other sites at the API: closed, but for those that the owner names and that bring a token.
#![allow(clippy::unwrap_used)]

mod support;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, request::Builder},
};
use contract::accounts::Scope;
use studio::Origin;
use support::{Answer, Browser, HOST, ORIGIN, Site};

const FRIEND: &str = "https://app.example.com";
const STRANGER: &str = "https://evil.example";

async fn site() -> Site {
    Site::with([(
        "SOUNDSTAGE_CORS_ORIGINS",
        "https://app.example.com, http://localhost:3000",
    )])
    .await
}

fn from(origin: &str, method: Method, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header("host", HOST)
        .header("origin", origin)
        .header("sec-fetch-site", "cross-site")
}

async fn ask(site: &Site, request: Builder) -> Answer {
    site.call(request.body(Body::empty()).unwrap()).await
}

/// What a browser asks before it lets a page send a token.
async fn preflight(site: &Site, origin: &str, method: &str, path: &str) -> Answer {
    let request = from(origin, Method::OPTIONS, path)
        .header("access-control-request-method", method)
        .header("access-control-request-headers", "authorization");
    ask(site, request).await
}

async fn token(site: &Site, browser: &Browser) -> String {
    let actor = site.actor(browser).await;
    let scopes = [Scope::Account, Scope::ChatWrite, Scope::MediaWrite];
    let made = site
        .studio
        .accounts
        .make_token(&actor, &Origin::default(), "app", &scopes, None)
        .await;
    format!("Bearer {}", made.unwrap().secret)
}

/// What lets a browser show an answer to a page.
fn allowed(answer: &Answer) -> Option<&str> {
    assert!(
        !answer
            .headers
            .contains_key("access-control-allow-credentials")
    );
    let value = answer.headers.get("access-control-allow-origin");
    value.map(|value| value.to_str().unwrap())
}

#[tokio::test]
async fn unless_the_owner_says_so_it_is_closed() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let token = token(&site, &mara).await;
    let answer = preflight(&site, FRIEND, "POST", "/api/v1/messages").await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (401, "signed_out")
    );
    assert_eq!(allowed(&answer), None);
    let read = from(FRIEND, Method::GET, "/api/v1/me").header("authorization", &token);
    let read = ask(&site, read).await;
    assert_eq!((read.status, allowed(&read)), (StatusCode::OK, None));
    assert!(!read.headers.contains_key("vary"));
    let change = from(FRIEND, Method::POST, "/api/v1/messages").header("authorization", &token);
    assert_eq!(ask(&site, change).await.code(), "cross_origin");
}

#[tokio::test]
async fn a_preflight_is_answered_to_the_named_origin_alone() {
    let site = site().await;
    for (method, path) in [
        ("GET", "/api/v1/me"),
        ("POST", "/api/v1/messages"),
        ("POST", "/api/uploads"),
        ("PATCH", "/api/uploads/01900000-0000-7000-8000-000000000000"),
        (
            "GET",
            "/api/assets/01900000-0000-7000-8000-000000000000/play",
        ),
    ] {
        let answer = preflight(&site, FRIEND, method, path).await;
        assert_eq!(answer.status, StatusCode::NO_CONTENT, "{path}");
        assert_eq!(allowed(&answer), Some(FRIEND), "{path}");
        assert_eq!(answer.header("vary"), "origin");
        let methods = answer.header("access-control-allow-methods");
        assert!(methods.split(", ").any(|one| one == method), "{methods}");
        let headers = answer.header("access-control-allow-headers");
        for needed in ["authorization", "content-type", "upload-offset"] {
            assert!(headers.split(", ").any(|one| one == needed), "{headers}");
        }
        for stranger in [
            STRANGER,
            "null",
            "http://app.example.com",
            "https://app.example.com:8443",
            "https://app.example.com.evil.example",
            "https://APP.example.com",
        ] {
            let answer = preflight(&site, stranger, method, path).await;
            assert_eq!(allowed(&answer), None, "{stranger} {path}");
            assert!(
                !answer
                    .header("access-control-allow-methods")
                    .contains(method)
            );
            assert!(!answer.status.is_success(), "{stranger} {path}");
            // A cache between us must not take the one answer for the other.
            assert_eq!(answer.header("vary"), "origin");
        }
    }
}

#[tokio::test]
async fn what_is_for_our_own_pages_stays_closed_to_all() {
    let site = site().await;
    let mara = site.owner().await;
    let token = token(&site, &mara).await;
    for (method, path) in [
        (Method::GET, "/"),
        (Method::GET, "/sign-in"),
        (Method::GET, "/api/live"),
        (Method::GET, "/api/live/sse?topics=user:1"),
        (Method::GET, "/api/health"),
        (Method::GET, "/api/v1"),
        (Method::GET, "/api/uploadsx"),
        (Method::POST, "/api/fn/me"),
        (Method::POST, "/api/fn/sign_in"),
    ] {
        let answer = preflight(&site, FRIEND, method.as_str(), path).await;
        assert_eq!(allowed(&answer), None, "{path}");
        assert!(answer.header("access-control-allow-methods").is_empty());
        let asked = from(FRIEND, method.clone(), path).header("authorization", &token);
        let answer = ask(&site, asked).await;
        assert_eq!(allowed(&answer), None, "{path}");
        if method == Method::POST {
            assert_eq!(answer.code(), "cross_origin", "{path}");
        }
    }
}

#[tokio::test]
async fn with_a_token_a_named_page_reads_and_changes() {
    let site = site().await;
    let mara = site.owner().await;
    let token = token(&site, &mara).await;
    let read = from(FRIEND, Method::GET, "/api/v1/me").header("authorization", &token);
    let read = ask(&site, read).await;
    assert_eq!(
        (read.status, allowed(&read)),
        (StatusCode::OK, Some(FRIEND))
    );
    assert_eq!(read.header("vary"), "origin");
    let shown = read.header("access-control-expose-headers");
    for needed in ["location", "retry-after", "x-request-id", "upload-offset"] {
        assert!(shown.split(", ").any(|one| one == needed), "{shown}");
    }

    let create = from(FRIEND, Method::POST, "/api/uploads")
        .header("authorization", &token)
        .header("tus-resumable", "1.0.0")
        .header("upload-length", "8");
    let created = ask(&site, create).await;
    assert_eq!(
        (created.status, allowed(&created)),
        (StatusCode::CREATED, Some(FRIEND)),
        "{}",
        created.body
    );
    let end = from(FRIEND, Method::DELETE, created.header("location"))
        .header("authorization", &token)
        .header("tus-resumable", "1.0.0");
    assert_eq!(ask(&site, end).await.status, StatusCode::NO_CONTENT);
    // What tus asks by OPTIONS is no preflight.
    let abilities = from(FRIEND, Method::OPTIONS, "/api/uploads").header("authorization", &token);
    let abilities = ask(&site, abilities).await;
    assert_eq!(abilities.header("tus-version"), "1.0.0");
    assert_eq!(allowed(&abilities), Some(FRIEND));

    // A bad token is refused in words that the page may read.
    let bad = from(FRIEND, Method::POST, "/api/uploads").header("authorization", "Bearer ss_guess");
    let bad = ask(&site, bad).await;
    assert_eq!(
        (bad.code().as_str(), allowed(&bad)),
        ("token_invalid", Some(FRIEND))
    );
    // And the same token from elsewhere changes nothing.
    let other = from(STRANGER, Method::POST, "/api/uploads").header("authorization", &token);
    let other = ask(&site, other).await;
    assert_eq!(
        (other.code().as_str(), allowed(&other)),
        ("cross_origin", None)
    );
}

#[tokio::test]
async fn a_cookie_never_counts_from_another_site() {
    let site = site().await;
    let mara = site.owner().await;
    let with_cookie = |request: Builder| {
        request
            .header("cookie", mara.cookie())
            .header("x-csrf-token", &mara.me.csrf)
    };
    let read = with_cookie(from(FRIEND, Method::GET, "/api/v1/me"));
    let read = ask(&site, read).await;
    assert_eq!(read.code(), "signed_out");
    for authorization in [None, Some("Basic bWFyYTp4"), Some("Bearer"), Some("")] {
        let change = with_cookie(from(FRIEND, Method::POST, "/api/uploads"));
        let change = authorization.into_iter().fold(change, |change, value| {
            change.header("authorization", value)
        });
        let change = ask(&site, change).await;
        assert_eq!(
            (change.status.as_u16(), change.code().as_str()),
            (403, "cross_origin"),
            "{authorization:?}"
        );
    }
    // Beside a bad token it does not step in.
    let both = with_cookie(from(FRIEND, Method::GET, "/api/v1/me"))
        .header("authorization", "Bearer ss_guess");
    assert_eq!(ask(&site, both).await.code(), "token_invalid");
    // Our own page keeps its cookie, also where somebody named our own address.
    let ours = Request::get("/api/v1/me")
        .header("host", HOST)
        .header("origin", ORIGIN);
    let ours = ask(&site, with_cookie(ours)).await;
    assert_eq!((ours.status, allowed(&ours)), (StatusCode::OK, None));
}
