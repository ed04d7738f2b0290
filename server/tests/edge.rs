//! What holds for every request, whatever it asks for.
#![allow(clippy::unwrap_used)]

mod support;

use std::io::Read as _;

use axum::{
    body::{Body, to_bytes},
    http::{Method, StatusCode},
};
use support::{HOST, Site, change, form, from_address, get};
use tower::ServiceExt as _;

#[tokio::test]
async fn every_answer_says_how_far_to_trust_it() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let answers = [
        site.get_as(&mara, "/").await,
        site.get("/sign-in").await,
        site.get("/").await,
        site.get("/api/health").await,
        site.get("/api/x").await,
    ];
    for answer in answers {
        assert_eq!(answer.header("x-content-type-options"), "nosniff");
        assert_eq!(answer.header("referrer-policy"), "same-origin");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin");
        assert_eq!(answer.header("cache-control"), "no-store");
        assert!(
            answer
                .header("permissions-policy")
                .contains("microphone=()")
        );
        assert!(
            answer
                .header("content-security-policy")
                .contains("frame-ancestors 'none'")
        );
        assert!(!answer.header("x-request-id").is_empty());
        assert!(!answer.headers.contains_key("strict-transport-security"));
    }
    let https = Site::with([("SOUNDSTAGE_URL", "https://studio.example.com")]).await;
    assert!(
        https
            .get("/api/health")
            .await
            .headers
            .contains_key("strict-transport-security")
    );
}

#[tokio::test]
async fn a_pages_scripts_run_by_its_own_nonce_only() {
    let site = Site::new().await;
    let (one, two) = (site.get("/sign-in").await, site.get("/sign-in").await);
    let nonce = |policy: &str| {
        policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned()
    };
    let (first, second) = (
        nonce(one.header("content-security-policy")),
        nonce(two.header("content-security-policy")),
    );
    assert_ne!(first, second);
    let policy = one.header("content-security-policy");
    let scripts = policy
        .split(';')
        .find(|part| part.trim().starts_with("script-src"))
        .unwrap();
    assert!(
        !scripts.contains("unsafe-inline") && !scripts.contains("'unsafe-eval'"),
        "{scripts}"
    );
    for script in one.body.split("<script").skip(1) {
        assert!(
            script.split('>').next().unwrap().contains(&first),
            "a script without the nonce: {script}"
        );
    }
}

#[tokio::test]
async fn a_host_that_is_not_ours_is_refused() {
    let site = Site::new().await;
    for (host, expected) in [
        (HOST, 200),
        ("127.0.0.1:9", 200),
        ("[::1]:3000", 200),
        ("evil.example:3000", 403),
        ("192.168.0.7:3000", 403),
    ] {
        let mut request = get("/sign-in").body(Body::empty()).unwrap();
        request.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(site.call(request).await.status.as_u16(), expected, "{host}");
    }
    let open = Site::with([("SOUNDSTAGE_INSECURE_HTTP", "1")]).await;
    for (host, expected) in [("192.168.0.7:3000", 200), ("evil.example:3000", 403)] {
        let mut request = get("/sign-in").body(Body::empty()).unwrap();
        request.headers_mut().insert("host", host.parse().unwrap());
        assert_eq!(open.call(request).await.status.as_u16(), expected, "{host}");
    }
}

#[tokio::test]
async fn pages_are_compressed() {
    let site = Site::new().await;
    let request = get("/sign-in")
        .header("accept-encoding", "gzip, deflate, br, zstd")
        .body(Body::empty())
        .unwrap();
    let response = site.router.clone().oneshot(request).await.unwrap();
    assert_eq!(response.headers()["content-encoding"], "gzip");
    let packed = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let mut page = String::new();
    flate2::read::GzDecoder::new(&packed[..])
        .read_to_string(&mut page)
        .unwrap();
    assert!(page.contains("Sign in") && page.len() > packed.len());
}

#[tokio::test]
async fn too_long_a_body_is_refused_in_words() {
    let site = Site::new().await;
    let long = "x".repeat(2 << 20);
    let mut request = form("/api/fn/sign_in", &[("email", &long), ("password", "y")]);
    request
        .headers_mut()
        .insert("content-length", (2 << 20).into());
    let answer = site.call(request).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "upload_too_large")
    );
    // Where the length is not announced, it is found out.
    let answer = site
        .post_form("/api/fn/sign_in", &[("email", &long), ("password", "y")])
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "invalid")
    );
}

#[tokio::test]
async fn one_address_that_asks_too_much_waits_and_others_do_not() {
    let site = Site::new().await;
    let ask = async |address: &str| {
        site.call(from_address(
            get("/sign-in").body(Body::empty()).unwrap(),
            address,
        ))
        .await
    };
    let mut last = ask("192.0.2.7").await;
    for _ in 0..700 {
        last = site
            .call(from_address(
                get("/api/x").body(Body::empty()).unwrap(),
                "192.0.2.7",
            ))
            .await;
    }
    assert_eq!(
        (last.status.as_u16(), last.code().as_str()),
        (429, "too_many_requests")
    );
    assert_eq!(last.header("retry-after"), "1");
    assert_eq!(ask("192.0.2.8").await.status, StatusCode::OK);
    assert_eq!(ask("127.0.0.1").await.status, StatusCode::OK);
    site.dial.pass(1);
    assert_eq!(ask("192.0.2.7").await.status, StatusCode::OK);
}

#[tokio::test]
async fn what_a_proxy_says_counts_where_it_is_trusted_and_only_for_the_address() {
    let site = Site::with([("SOUNDSTAGE_TRUSTED_PROXIES", "10.0.0.0/8")]).await;
    let ask = async |peer: &str, seen: &str| {
        let request = get("/api/x").header("x-forwarded-for", seen);
        let request = from_address(request.body(Body::empty()).unwrap(), peer);
        site.call(request).await.status.as_u16()
    };
    for asked in 0..700 {
        ask("10.0.0.7", "192.0.2.7, 10.1.2.3").await;
        // Who is no proxy does not get away with a new name each time.
        ask("198.51.100.1", &format!("203.0.113.{}", asked % 256)).await;
    }
    assert_eq!(ask("10.0.0.7", "192.0.2.7").await, 429);
    assert_eq!(ask("10.0.0.7", "192.0.2.8").await, 401);
    assert_eq!(ask("198.51.100.1", "203.0.113.1").await, 429);
    assert_eq!(ask("203.0.113.1", "").await, 401);

    let claims = [
        ("forwarded", "for=127.0.0.1;host=localhost:3000;proto=https"),
        ("x-forwarded-host", HOST),
        ("x-forwarded-proto", "https"),
        ("x-real-ip", "127.0.0.1"),
    ];
    site.owner().await;
    let fields = [("email", support::EMAIL), ("password", support::PASSWORD)];
    for (name, value) in claims {
        let request = from_address(form("/api/fn/sign_in", &fields), "10.0.0.8");
        let (mut parts, body) = request.into_parts();
        parts.headers.insert(name, value.parse().unwrap());
        let answer = site
            .call(http::Request::from_parts(parts.clone(), body))
            .await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        assert!(!answer.header("set-cookie").contains("Secure"), "{name}");
        parts
            .headers
            .insert("host", "evil.example".parse().unwrap());
        let request = http::Request::from_parts(parts, Body::empty());
        assert_eq!(site.call(request).await.code(), "cross_origin", "{name}");
    }
}

#[tokio::test]
async fn what_is_not_there_is_not_found_in_json_or_as_a_page() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let api = site.get_as(&mara, "/api/nowhere").await;
    assert_eq!(
        (api.status.as_u16(), api.code().as_str()),
        (404, "not_found")
    );
    let page = site.get_as(&mara, "/nowhere").await;
    assert_eq!(page.status, StatusCode::NOT_FOUND);
    assert!(page.header("content-type").starts_with("text/html"));
    let request = change(Method::POST, "/api/fn/nothing")
        .header("cookie", mara.cookie())
        .header("x-csrf-token", &mara.me.csrf);
    assert_eq!(
        site.call(request.body(Body::empty()).unwrap()).await.code(),
        "not_found"
    );
    let malformed = change(Method::POST, "/api/fn/conversation")
        .header("cookie", mara.cookie())
        .header("x-csrf-token", &mara.me.csrf)
        .header("content-type", "application/json");
    let answer = site
        .call(malformed.body(Body::from("{\"id\":7}")).unwrap())
        .await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (422, "invalid")
    );
    let another_way = change(Method::POST, "/api/health");
    let answer = site.call(another_way.body(Body::empty()).unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (405, "invalid")
    );
    for path in [
        "/pkg/../../Cargo.toml",
        "/..%2f..%2fetc/passwd",
        "/pkg/nothing.js",
    ] {
        assert_ne!(
            site.get_as(&mara, path).await.status,
            StatusCode::OK,
            "{path}"
        );
    }
}

#[cfg(not(feature = "embed"))]
#[tokio::test]
async fn the_sites_files_need_no_session_and_stay_in_their_folder() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str| {
        let path = folder.path().join("site").join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, name).unwrap();
    };
    write("pkg/soundstage.wasm");
    write("pkg/soundstage.css");
    write("sw.js");
    std::fs::write(folder.path().join("secret.txt"), "secret").unwrap();
    let root = folder.path().join("site");
    let site = Site::with([("LEPTOS_SITE_ROOT", root.to_str().unwrap())]).await;
    for (path, kind) in [
        ("/pkg/soundstage.wasm", "application/wasm"),
        ("/pkg/soundstage_bg.wasm", "application/wasm"),
        ("/pkg/soundstage.css", "text/css; charset=utf-8"),
        ("/sw.js", "text/javascript; charset=utf-8"),
        ("/pkg/sw.js", "text/javascript; charset=utf-8"),
    ] {
        let answer = site.get(path).await;
        assert_eq!(
            (answer.status, answer.header("content-type")),
            (StatusCode::OK, kind),
            "{path}"
        );
        assert_eq!(
            (
                answer.header("x-content-type-options"),
                answer.header("cache-control")
            ),
            ("nosniff", "no-cache")
        );
    }
    assert_eq!(
        site.get("/pkg/nothing.js").await.status,
        StatusCode::NOT_FOUND
    );
    for path in [
        "/../secret.txt",
        "/pkg/../../secret.txt",
        "//secret.txt",
        "/%2e%2e/secret.txt",
        "/pkg/..%2f..%2fsecret.txt",
    ] {
        assert!(!site.get(path).await.body.contains("secret"), "{path}");
    }
}

/// The site's own files as `./dev build` puts them into the binary.
#[cfg(feature = "embed")]
#[tokio::test]
async fn the_sites_files_are_compressed_and_kept_for_ever_under_the_builds_name() {
    let site = Site::new().await;
    let page = site.get("/sign-in").await;
    let script = page
        .body
        .split('"')
        .find(|text| text.starts_with("/pkg-") && text.ends_with("/soundstage.js"))
        .unwrap();
    let wasm = page
        .body
        .split('"')
        .find(|text| text.starts_with("/pkg-") && text.ends_with(".wasm"))
        .unwrap();
    for path in [script, wasm, &script.replace(".js", ".css")] {
        let mut sizes = Vec::new();
        for (accepted, encoding) in [
            ("gzip, deflate, br", "br"),
            ("gzip", "gzip"),
            ("br;q=0, identity", ""),
        ] {
            let request = get(path)
                .header("accept-encoding", accepted)
                .body(Body::empty())
                .unwrap();
            let response = site.router.clone().oneshot(request).await.unwrap();
            assert_eq!(response.status(), StatusCode::OK, "{path}");
            assert_eq!(
                response
                    .headers()
                    .get("content-encoding")
                    .map_or("", |value| value.to_str().unwrap()),
                encoding
            );
            assert_eq!(
                response.headers()["cache-control"],
                "public, max-age=31536000, immutable"
            );
            assert_eq!(response.headers()["vary"], "accept-encoding");
            sizes.push(
                to_bytes(response.into_body(), 64 << 20)
                    .await
                    .unwrap()
                    .len(),
            );
        }
        assert!(
            sizes.is_sorted() && sizes[0] * 2 < sizes[2],
            "{path}: {sizes:?}"
        );
        let etag = site.get(path).await.header("etag").to_owned();
        let again = site
            .call(
                get(path)
                    .header("if-none-match", etag)
                    .body(Body::empty())
                    .unwrap(),
            )
            .await;
        assert_eq!(
            (again.status, again.body.len()),
            (StatusCode::NOT_MODIFIED, 0)
        );
    }
    assert_eq!(site.get("/sw.js").await.header("cache-control"), "no-cache");
    assert_eq!(
        site.get("/pkg-000000000000/soundstage.js").await.status,
        StatusCode::NOT_FOUND
    );
}
