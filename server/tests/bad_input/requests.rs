//! Requests that are shaped to confuse.

use axum::{
    body::Body,
    http::{StatusCode, header},
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    SIGN_IN, sessions_begun,
    support::{self, EMAIL, PASSWORD, Site, form, get},
};

#[tokio::test]
async fn swollen_cookies_are_nobodys_and_do_not_hide_a_real_one() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let swollen = "a".repeat(8 << 10);
    let many = (0..2_000).map(|n| format!("c{n}={n}"));
    let many = many.collect::<Vec<_>>().join("; ");
    let same = vec!["soundstage=AAAA"; 500].join("; ");
    for (cookie, what) in [
        (format!("soundstage={swollen}"), "one of 8 KB"),
        (format!("{swollen}=x; soundstage=AAAA"), "a name of 8 KB"),
        (format!("{many}; soundstage={swollen}"), "many"),
        (same, "many of one name"),
        (";".repeat(8 << 10), "nothing, often"),
        ("=".repeat(8 << 10), "no names"),
    ] {
        let request = get("/api/v1/me").header(header::COOKIE, &cookie);
        let answer = site.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (401, "signed_out"),
            "{what}"
        );
    }
    let among = [format!("x={swollen}"), many, mara.cookie()];
    for request in [
        get("/api/v1/me").header(header::COOKIE, among.join("; ")),
        // As HTTP/2 may split them.
        among.iter().fold(get("/api/v1/me"), |request, line| {
            request.header(header::COOKIE, line)
        }),
    ] {
        let answer = site.call(request.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
    }
    assert_eq!(sessions_begun(&site, &mara).await, 0);
}

/// What comes back for exactly these bytes.
async fn sent(site: &Site, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(site.listen().await).await.unwrap();
    stream.write_all(request).await.unwrap();
    let mut answer = Vec::new();
    // A connection that is cut is an end, too.
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).to_lowercase()
}

#[tokio::test]
async fn headers_that_break_their_lines_are_refused_and_never_come_back() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let with = |line: &str| {
        format!(
            "GET /sign-in HTTP/1.1\r\nHost: localhost:3000\r\nConnection: close\r\n{line}\r\n\r\n"
        )
    };
    assert!(
        sent(&site, with("Accept: */*").as_bytes())
            .await
            .starts_with("http/1.1 200")
    );
    for line in [
        "X-Request-Id: a\r\n set-cookie: evil=1",
        "X-Request-Id: a\rset-cookie: evil=1",
        "X-Request-Id: a\0set-cookie: evil=1",
        "Cookie: soundstage=a\r\n\tb",
        "User-Agent: a\rb",
        "X Y: z",
        ": z",
        "no colon",
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: -1",
    ] {
        let answer = sent(&site, with(line).as_bytes()).await;
        assert!(answer.starts_with("http/1.1 400"), "{line:?}: {answer}");
        assert!(!answer.contains("evil"), "{line:?}: {answer}");
    }
    let lines = (0..200).map(|n| format!("X-{n}: {n}"));
    let lines = lines.collect::<Vec<_>>().join("\r\n");
    let answer = sent(&site, with(&lines).as_bytes()).await;
    assert!(answer.starts_with("http/1.1 431"), "{answer}");

    // Written as a part of an address, they stay one.
    for path in [
        "/c/1%0d%0aset-cookie:%20evil=1",
        "/sign-in?next=/a%0d%0aset-cookie:%20evil=1",
        "/sign-in/with/a%0d%0aset-cookie:%20evil=1",
        "/api/assets/1%0d%0aset-cookie:%20evil=1/play",
        "/set-up?key=%0d%0aset-cookie:%20evil=1",
    ] {
        for browser in [None, Some(&mara)] {
            let answer = match browser {
                None => site.get(path).await,
                Some(browser) => site.get_as(browser, path).await,
            };
            assert!(!answer.headers.contains_key("set-cookie"), "{path}");
            let is_whole = |value: &header::HeaderValue| !value.as_bytes().contains(&b'\n');
            assert!(answer.headers.values().all(is_whole), "{path}");
        }
    }
    assert_eq!(sessions_begun(&site, &mara).await, 0);
}

#[tokio::test]
async fn no_next_leads_away() {
    let site = Site::new().await;
    let mara = site.owner().await;
    for next in [
        "https://evil.example",
        "https:evil.example",
        "//evil.example",
        "///evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        " //evil.example",
        "javascript:alert(1)",
        "data:text/html,evil.example",
        "@evil.example",
        ".evil.example",
        "/\u{2215}evil.example",
        "/a\r\nset-cookie: evil=1",
    ] {
        let fields = [("email", EMAIL), ("password", PASSWORD), ("next", next)];
        let called = site.post_form(SIGN_IN, &fields).await;
        assert_eq!(
            (called.status, called.json()),
            (StatusCode::OK, "/".into()),
            "{next:?}"
        );

        let mut posted = form(SIGN_IN, &fields);
        let html = "text/html".parse().unwrap();
        posted.headers_mut().insert(header::ACCEPT, html);
        let posted = site.call(posted).await;
        assert_eq!(
            (posted.status, posted.header("location")),
            (StatusCode::SEE_OTHER, "/"),
            "{next:?}"
        );

        let path = format!("/sign-in?{}", support::encode(&[("next", next)]));
        let already_in = site.get_as(&mara, &path).await;
        assert_eq!(already_in.header("location"), "/", "{next:?}");
        let page = site.get(&path).await;
        assert_eq!(page.status, StatusCode::OK);
        for attribute in ["href=\"", "action=\"", "url="] {
            for target in page.body.split(attribute).skip(1) {
                let target = target.split('"').next().unwrap();
                assert!(
                    !target.contains("evil") && !target.contains("alert"),
                    "{target}"
                );
            }
        }
    }
}
