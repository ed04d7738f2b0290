//! What stays shut: without a session, without its token, from another site.

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header},
};

use crate::support::{EMAIL, HOST, ORIGIN, PASSWORD, Site, change, encode, form, get};

#[tokio::test]
async fn nothing_but_the_way_in_and_health_answers_without_a_session() {
    let site = Site::new().await;
    for path in [
        "/",
        "/c/01900000-0000-7000-8000-000000000000",
        "/facts",
        "/nowhere",
        "/index.php",
    ] {
        let answer = site.get(path).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{path}");
        assert!(answer.header("location").starts_with("/sign-in"), "{path}");
        assert!(answer.body.is_empty());
    }
    assert_eq!(
        site.get("/c/1?a=b").await.header("location"),
        "/sign-in?next=/c/1%3Fa%3Db"
    );
    for (method, path) in [
        (Method::GET, "/api/live"),
        (Method::GET, "/api/live/sse?topics=user:1"),
        (Method::POST, "/api/uploads"),
        (Method::OPTIONS, "/api/uploads"),
        (
            Method::GET,
            "/api/assets/01900000-0000-7000-8000-000000000000",
        ),
        (Method::GET, "/api/nowhere"),
        (Method::POST, "/api/fn/conversations"),
        (Method::POST, "/api/fn/sign_out"),
        (Method::POST, "/"),
    ] {
        let answer = site
            .call(change(method.clone(), path).body(Body::empty()).unwrap())
            .await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "signed_out"),
            "{method} {path}"
        );
    }
    for path in ["/sign-in", "/set-up", "/api/health"] {
        assert_eq!(site.get(path).await.status, StatusCode::OK, "{path}");
    }
}

#[tokio::test]
async fn a_made_up_cookie_is_nobody() {
    let site = Site::new().await;
    site.owner().await;
    for cookie in [
        "soundstage=",
        "soundstage=AAAA",
        "__Host-soundstage=AAAA",
        "a=b; soundstage=%00; c",
        "=",
    ] {
        let answer = site
            .call(
                get("/")
                    .header("cookie", cookie)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{cookie}");
    }
}

#[tokio::test]
async fn changes_need_the_sessions_token() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let call = async |csrf: Option<&str>| {
        let request = change(Method::POST, "/api/nowhere").header("cookie", mara.cookie());
        let request = csrf.into_iter().fold(request, |request, csrf| {
            request.header("x-csrf-token", csrf)
        });
        site.call(request.body(Body::empty()).unwrap())
            .await
            .status
            .as_u16()
    };
    assert_eq!(call(None).await, 403);
    assert_eq!(call(Some("")).await, 403);
    assert_eq!(call(Some(&mara.token)).await, 403);
    assert_eq!(call(Some(&mara.me.csrf)).await, 404);
}

#[tokio::test]
async fn a_plain_form_needs_our_origin_and_its_field() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let sign_out = async |origin: Option<&str>, csrf: &str| {
        let request = Request::post("/api/fn/sign_out")
            .header(header::HOST, HOST)
            .header("cookie", mara.cookie());
        let request = origin
            .into_iter()
            .fold(request, |request, origin| request.header("origin", origin));
        let request = request
            .header("content-type", "application/x-www-form-urlencoded")
            .header("accept", "application/json");
        site.call(request.body(Body::from(encode(&[("csrf", csrf)]))).unwrap())
            .await
            .status
            .as_u16()
    };
    assert_eq!(sign_out(None, &mara.me.csrf).await, 403);
    assert_eq!(
        sign_out(Some("http://evil.example"), &mara.me.csrf).await,
        403
    );
    sign_out(Some(ORIGIN), "guessed").await;
    assert_eq!(
        site.get_as(&mara, "/").await.status,
        StatusCode::OK,
        "still signed in"
    );
    assert_eq!(sign_out(Some(ORIGIN), &mara.me.csrf).await, 200);
}

#[tokio::test]
async fn changes_from_other_sites_are_refused() {
    let site = Site::new().await;
    let mara = site.owner().await;
    for (name, value) in [
        ("origin", "http://evil.example"),
        ("origin", "null"),
        ("origin", "https://localhost:3000"),
        ("origin", "http://localhost:3001"),
        ("sec-fetch-site", "cross-site"),
        ("sec-fetch-site", "same-site"),
    ] {
        let request = Request::post("/api/nowhere")
            .header("host", HOST)
            .header(name, value);
        let request = request
            .header("cookie", mara.cookie())
            .header("x-csrf-token", &mara.me.csrf);
        let answer = site.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (403, "cross_origin"),
            "{name}: {value}"
        );
    }
    let mut signing_in = form(
        "/api/fn/sign_in",
        &[("email", EMAIL), ("password", PASSWORD)],
    );
    signing_in
        .headers_mut()
        .insert("origin", "http://evil.example".parse().unwrap());
    assert_eq!(site.call(signing_in).await.code(), "cross_origin");
}

#[tokio::test]
async fn a_link_on_another_site_is_followed_with_the_session() {
    let site = Site::new().await;
    let request = get("/c/1")
        .header("sec-fetch-site", "cross-site")
        .header("sec-fetch-mode", "navigate");
    let answer = site.call(request.body(Body::empty()).unwrap()).await;
    // Asks for itself once more: that request is same-site and carries the Strict cookie.
    assert_eq!(answer.status, StatusCode::OK);
    assert!(answer.body.contains("http-equiv=refresh") && !answer.headers.contains_key("location"));
}
