//! The ways in, how long one stays, and the way out.

use axum::{body::Body, http::StatusCode};
use studio::Actor;

use crate::support::{DAY_S, EMAIL, ORIGIN, PASSWORD, Site, form, get};

#[tokio::test]
async fn the_owners_link_works_once_and_lets_in() {
    let site = Site::new().await;
    let key = site
        .studio
        .accounts
        .owner_link(&Actor::System)
        .await
        .unwrap();
    let page = site.get(&format!("/set-up?key={key}")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.body.contains("<form"), "{}", page.body);

    let fields = [
        ("key", key.as_str()),
        ("name", "Mara"),
        ("email", EMAIL),
        ("password", PASSWORD),
    ];
    let made = site.post_form("/api/fn/set_up_owner", &fields).await;
    assert_eq!(made.status, StatusCode::OK, "{}", made.body);
    let cookie = made.header("set-cookie");
    for part in ["soundstage=", "HttpOnly", "SameSite=Strict", "Path=/"] {
        assert!(cookie.contains(part), "{cookie}");
    }
    assert!(!cookie.contains("Secure"));

    let home = site
        .call(
            get("/")
                .header("cookie", format!("soundstage={}", made.token()))
                .body(Body::empty())
                .unwrap(),
        )
        .await;
    assert_eq!(home.status, StatusCode::OK);
    assert!(home.body.contains("csrf-token"));

    let again = site.post_form("/api/fn/set_up_owner", &fields).await;
    assert_eq!(
        (again.status.as_u16(), again.code().as_str()),
        (410, "link_invalid")
    );
}

#[tokio::test]
async fn signing_in_gives_a_session_and_a_wrong_try_gives_nothing_away() {
    let site = Site::new().await;
    site.owner().await;
    let wrong = site
        .post_form(
            "/api/fn/sign_in",
            &[("email", EMAIL), ("password", "something else")],
        )
        .await;
    let unknown = site
        .post_form(
            "/api/fn/sign_in",
            &[("email", "eve@example.org"), ("password", "something else")],
        )
        .await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code().as_str()),
        (401, "wrong_credentials")
    );
    assert_eq!((wrong.status, wrong.body), (unknown.status, unknown.body));
    assert!(
        !wrong.headers.contains_key("set-cookie") && !unknown.headers.contains_key("set-cookie")
    );

    let right = site
        .post_form(
            "/api/fn/sign_in",
            &[
                ("email", "Mara@Example.org"),
                ("password", PASSWORD),
                ("next", "/facts"),
            ],
        )
        .await;
    assert_eq!(
        (right.status, right.json()),
        (StatusCode::OK, "/facts".into())
    );
    assert!(
        site.studio
            .accounts
            .authenticate(right.token())
            .await
            .unwrap()
            .is_some()
    );
}

#[tokio::test]
async fn a_plain_form_signs_in_and_goes_on_without_wasm() {
    let site = Site::new().await;
    site.owner().await;
    let mut request = form(
        "/api/fn/sign_in",
        &[
            ("email", EMAIL),
            ("password", PASSWORD),
            ("next", "//evil.example"),
        ],
    );
    request
        .headers_mut()
        .insert("accept", "text/html,application/xhtml+xml".parse().unwrap());
    request
        .headers_mut()
        .insert("referer", format!("{ORIGIN}/sign-in").parse().unwrap());
    let answer = site.call(request).await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/")
    );
    assert!(answer.headers.contains_key("set-cookie"));
}

#[tokio::test]
async fn who_is_in_already_does_not_sign_in_again() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let answer = site.get_as(&mara, "/sign-in?next=%2Fc%2F1").await;
    assert_eq!(
        (answer.status, answer.header("location")),
        (StatusCode::SEE_OTHER, "/c/1")
    );
    assert_eq!(
        site.get_as(&mara, "/sign-in?next=%2F%2Fevil.example")
            .await
            .header("location"),
        "/"
    );
}

#[tokio::test]
async fn guessing_is_slowed() {
    let site = Site::new().await;
    site.owner().await;
    let guess = async || {
        site.post_form(
            "/api/fn/sign_in",
            &[("email", EMAIL), ("password", "a guess")],
        )
        .await
        .status
        .as_u16()
    };
    for _ in 0..5 {
        assert_eq!(guess().await, 401);
    }
    assert_eq!(guess().await, 429);
    site.dial.pass(60);
    assert_eq!(guess().await, 401);
}

#[tokio::test]
async fn over_https_the_cookie_is_secure_and_bound_to_the_host() {
    let site = Site::with([("SOUNDSTAGE_URL", "https://studio.example.com")]).await;
    site.owner().await;
    let mut request = form(
        "/api/fn/sign_in",
        &[("email", EMAIL), ("password", PASSWORD)],
    );
    request
        .headers_mut()
        .insert("host", "studio.example.com".parse().unwrap());
    request
        .headers_mut()
        .insert("origin", "https://studio.example.com".parse().unwrap());
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let cookie = answer.header("set-cookie");
    assert!(
        cookie.starts_with("__Host-soundstage=") && cookie.contains("; Secure"),
        "{cookie}"
    );
}

#[tokio::test]
async fn sessions_end_when_they_are_not_used_and_after_ninety_days_at_any_rate() {
    let site = Site::new().await;
    let mara = site.owner().await;
    for _ in 0..3 {
        site.dial.pass(29 * DAY_S);
        assert_eq!(site.get_as(&mara, "/").await.status, StatusCode::OK);
    }
    site.dial.pass(3 * DAY_S);
    assert_eq!(site.get_as(&mara, "/").await.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn signing_out_ends_the_session() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let mut request = form("/api/fn/sign_out", &[("csrf", &mara.me.csrf)]);
    request
        .headers_mut()
        .insert("cookie", mara.cookie().parse().unwrap());
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(site.get_as(&mara, "/").await.header("location"), "/sign-in");
}
