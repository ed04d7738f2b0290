//! Getting in, staying in, getting out.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use audio::{Format, synth};
use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, header},
};
use contract::accounts::Role;
use futures::{StreamExt as _, stream};
use studio::{Actor, Origin};
use support::{Browser, DAY_S, EMAIL, HOST, ORIGIN, PASSWORD, Site, change, encode, form, get};

fn token(set_cookie: &str) -> &str {
    set_cookie
        .strip_prefix("soundstage=")
        .and_then(|rest| rest.split(';').next())
        .unwrap()
}

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
                .header("cookie", format!("soundstage={}", token(cookie)))
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
            .authenticate(token(right.header("set-cookie")))
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

static NOWHERE: Origin = Origin {
    address: String::new(),
    user_agent: String::new(),
};

async fn joined(site: &Site, owner: &Browser) -> (Actor, Browser) {
    let accounts = &site.studio.accounts;
    let (host, _) = accounts.authenticate(&owner.token).await.unwrap().unwrap();
    let key = accounts.invite(&host, &NOWHERE, Role::Member, "");
    let key = key.await.unwrap();
    let fields = [
        ("key", key.as_str()),
        ("name", "Kim"),
        ("email", "kim@example.org"),
        ("password", PASSWORD),
    ];
    let answer = site.post_form("/api/fn/join", &fields).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    let token = token(answer.header("set-cookie")).to_owned();
    let (actor, me) = accounts.authenticate(&token).await.unwrap().unwrap();
    (actor, Browser { token, me })
}

/// Files that the studio keeps, whoever's they are.
fn objects(site: &Site) -> usize {
    fn count(folder: &Path) -> usize {
        let entries = std::fs::read_dir(folder).unwrap();
        let paths = entries.map(|entry| entry.unwrap().path());
        paths
            .map(|path| if path.is_dir() { count(&path) } else { 1 })
            .sum()
    }
    count(&site.folder.path().join("data/objects"))
}

async fn bring(site: &Site, actor: &Actor) {
    let media = &site.studio.media;
    let wav = synth::noise(44_100, 2, 1.0, 0.5, false).to_wav(Format::Pcm16);
    let upload = media.begin_upload(actor, "mix.wav", wav.len() as u64);
    let upload = upload.await.unwrap().id;
    let content = stream::iter([Ok(Bytes::from(wav))]).boxed();
    let appended = media.append(actor, upload, 0, None, content).await.unwrap();
    let mut watch = media.watch(actor, appended.asset.unwrap()).await.unwrap();
    let over = watch.wait_for(|measuring| measuring.state.is_final());
    drop(over.await.unwrap());
}

#[tokio::test]
async fn who_goes_takes_everything_along_and_nothing_of_others() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let (boss, _) = site
        .studio
        .accounts
        .authenticate(&owner.token)
        .await
        .unwrap()
        .unwrap();
    bring(&site, &boss).await;
    let (kim, browser) = joined(&site, &owner).await;
    bring(&site, &kim).await;
    assert_eq!(objects(&site), 2);

    let wrong = site.studio.delete_account(&kim, &NOWHERE, "wrong");
    assert!(wrong.await.is_err());
    let request = change(Method::POST, "/api/fn/delete_account")
        .header(header::COOKIE, browser.cookie())
        .header("x-csrf-token", &browser.me.csrf)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(encode(&[("password", PASSWORD)])))
        .unwrap();
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    assert!(answer.header("set-cookie").contains("Max-Age=0"));

    assert_eq!(objects(&site), 1);
    let again = site.studio.accounts.authenticate(&browser.token).await;
    assert!(again.unwrap().is_none());
    let accounts = &site.studio.accounts;
    let people = accounts.people(&boss).await.unwrap().people;
    assert_eq!(people.len(), 1);
    let acts = accounts.audit(&boss, None).await.unwrap();
    let gone = acts.iter().find(|act| act.act == "person.remove").unwrap();
    assert_eq!((gone.note.as_str(), &gone.name), ("Kim", &None));
    assert_eq!(site.studio.media.list(&boss, None).await.unwrap().len(), 1);
    // The last owner stays.
    let last = site.studio.delete_account(&boss, &NOWHERE, PASSWORD);
    let error: contract::ApiError = last.await.unwrap_err().into();
    assert_eq!(error.code, contract::ErrorCode::LastOwner);
    site.background.shut_down().await;
}

#[tokio::test]
async fn somebody_is_removed_by_who_governs_them() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let accounts = &site.studio.accounts;
    let (boss, _) = accounts.authenticate(&owner.token).await.unwrap().unwrap();
    let (kim, _) = joined(&site, &owner).await;
    bring(&site, &kim).await;
    let (id, _) = kim.in_person().unwrap();
    let own = site
        .studio
        .remove_person(&boss, &NOWHERE, owner.user())
        .await;
    assert!(own.is_err(), "not without the password");
    site.studio
        .remove_person(&boss, &NOWHERE, id)
        .await
        .unwrap();
    assert_eq!(objects(&site), 0);
    site.background.shut_down().await;
}
