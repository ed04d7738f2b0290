//! There and back at an OpenID provider that is slow, broken, or not who it says.

use std::time::Duration;

use adapters::identity::build;
use jsonwebtoken::Algorithm;
use serde_json::json;

use crate::support::{
    Pair, Reply, client_with, jwks, login, rs256, sign,
    there::{DISCOVERY, dance, finish, provider, there, tokens},
    with, word,
};

#[tokio::test]
async fn userinfo_knows_more_about_the_same_person() {
    let there = there().await;
    there.give(&rs256(&with(
        &there.claims,
        &json!({"email": null, "email_verified": null, "name": null}),
    )));
    let info =
        json!({"sub": "ada", "email": "ada@example.org", "email_verified": "true", "name": "Ada"});
    there
        .fake
        .set("/userinfo", Reply::As("text/plain", info.clone()));
    let who = there.back(None).await.unwrap();
    assert_eq!(
        (who.email.as_deref(), who.email_verified),
        (Some("ada@example.org"), true)
    );
    assert_eq!(who.name.as_deref(), Some("Ada"));
    let asked = there.fake.asked("/userinfo").remove(0);
    assert_eq!(asked.headers["authorization"], "Bearer access-1");

    there.fake.set(
        "/userinfo",
        Reply::Json(with(&info, &json!({"email_verified": null}))),
    );
    assert!(!there.back(None).await.unwrap().email_verified);
    there
        .fake
        .set("/userinfo", Reply::Json(json!({"sub": "ada"})));
    assert_eq!(there.back(None).await.unwrap().email, None);
    for (reply, code) in [
        (
            Reply::Json(with(&info, &json!({"sub": "eve"}))),
            "userinfo_subject",
        ),
        (
            Reply::Json(with(&info, &json!({"sub": null}))),
            "userinfo_subject",
        ),
        (
            Reply::Error(503, json!({})),
            "unreachable: it answered with status 503",
        ),
        (
            Reply::Garbage,
            "unreachable: its answer is not what was asked for",
        ),
    ] {
        there.fake.set("/userinfo", reply);
        assert_eq!(there.word().await, code);
    }
    let change = json!({"userinfo_endpoint": null});
    there
        .fake
        .set(DISCOVERY, Reply::Json(with(&there.document, &change)));
    let without = finish(&login(provider(&there.fake)), None).await.unwrap();
    assert_eq!((without.email, without.email_verified), (None, false));
}

#[tokio::test]
async fn a_token_endpoint_that_misbehaves_gives_nothing_away() {
    let there = there().await;
    let good = tokens(&rs256(&there.claims));
    for (reply, expected) in [
        (Reply::As("text/html", good.clone()), "ada"),
        (Reply::As("not a type", good.clone()), "ada"),
        (Reply::Error(400, json!({"error": "invalid_grant"})), "code"),
        (
            Reply::Error(401, json!({"error": "invalid_client"})),
            "client",
        ),
        (
            Reply::Error(400, json!({"error": "unauthorized_client"})),
            "client",
        ),
        (
            Reply::Error(400, json!({"error": "invalid_request"})),
            "token_request",
        ),
        (
            Reply::Error(
                400,
                json!({"error": "mystery", "error_description": "access-1"}),
            ),
            "token_request",
        ),
        (
            Reply::Error(500, json!({"error": "server_error"})),
            "unreachable: it answered with status 500",
        ),
        (
            Reply::Error(429, json!({})),
            "unreachable: it answered with status 429",
        ),
        (
            Reply::Error(201, good.clone()),
            "unreachable: it answered with status 201",
        ),
        (
            Reply::Redirect("/elsewhere".to_owned()),
            "unreachable: it redirected",
        ),
        (
            Reply::Endless,
            "unreachable: it answered more than 1048576 bytes",
        ),
        (
            Reply::Garbage,
            "unreachable: its answer is not what was asked for",
        ),
        (
            Reply::As("text/html", json!("<html>")),
            "unreachable: its answer is not what was asked for",
        ),
        (
            Reply::Json(json!({"access_token": "access-1"})),
            "unreachable: its answer is not what was asked for",
        ),
    ] {
        there.fake.set("/token", reply.clone());
        let back = there.back(None).await;
        if let Err(error) = &back {
            let shown = format!("{error} {error:?}");
            assert!(
                !shown.contains("access-1")
                    && !shown.contains("code-1")
                    && !shown.contains("s3cret"),
                "{shown}"
            );
        }
        assert_eq!(word(back.map(Some)), expected, "{reply:?}");
    }
    let impatient = client_with(Duration::from_millis(300));
    let flow = build(&[provider(&there.fake)], &impatient)
        .unwrap()
        .0
        .remove(0);
    flow.begin(&dance()).await.unwrap();
    there.fake.set("/token", Reply::Stall);
    let word = word(finish(&flow, None).await.map(Some));
    assert_eq!(word, "unreachable: it did not answer in time");
}

#[tokio::test]
async fn a_provider_is_who_it_says() {
    let there = there().await;
    let other = "its discovery document names another issuer than our settings";
    let bare = "its discovery document has an address that is not https";
    for (change, expected) in [
        (json!({"issuer": format!("{}/", there.fake.address)}), other),
        (json!({"issuer": "https://elsewhere.example"}), other),
        (
            json!({"token_endpoint": "http://id.example.org/token"}),
            bare,
        ),
        (json!({"jwks_uri": "http://id.example.org/jwks"}), bare),
        (
            json!({"authorization_endpoint": "javascript:alert(1)"}),
            bare,
        ),
        (
            json!({"userinfo_endpoint": "http://id.example.org/userinfo"}),
            bare,
        ),
        (
            json!({"issuer": null}),
            "its answer is not what was asked for",
        ),
        (
            json!({"jwks_uri": null}),
            "its answer is not what was asked for",
        ),
    ] {
        there
            .fake
            .set(DISCOVERY, Reply::Json(with(&there.document, &change)));
        let flow = login(provider(&there.fake));
        let word = word(flow.begin(&dance()).await.map(|_| None));
        assert_eq!(word, format!("unreachable: {expected}"), "{change}");
    }
    for (reply, expected) in [
        (Reply::Error(500, json!({})), "it answered with status 500"),
        (Reply::Garbage, "its answer is not what was asked for"),
        (Reply::Redirect("/x".to_owned()), "it redirected"),
    ] {
        there.fake.set(DISCOVERY, reply);
        let word = word(
            login(provider(&there.fake))
                .begin(&dance())
                .await
                .map(|_| None),
        );
        assert_eq!(word, format!("unreachable: {expected}"));
    }
}

/// A moment of the monotonic clock; the tests' runtime has one thread, so that it can be moved.
async fn pass(seconds: u64) {
    tokio::time::pause();
    tokio::time::advance(Duration::from_secs(seconds)).await;
    tokio::time::resume();
}

#[tokio::test]
async fn discovery_is_asked_when_somebody_comes_and_every_hour() {
    let there = there().await;
    assert_eq!(there.fake.hits(DISCOVERY), 0);
    there.flow.begin(&dance()).await.unwrap();
    assert_eq!(there.word().await, "ada");
    pass(3599).await;
    there.flow.begin(&dance()).await.unwrap();
    assert_eq!(there.fake.hits(DISCOVERY), 1);
    pass(1).await;
    let moved = json!({"token_endpoint": there.fake.at("/token2")});
    there
        .fake
        .set(DISCOVERY, Reply::Json(with(&there.document, &moved)));
    there
        .fake
        .set("/token2", Reply::Json(tokens(&rs256(&there.claims))));
    assert_eq!(there.word().await, "ada");
    assert_eq!(
        (there.fake.hits(DISCOVERY), there.fake.hits("/token2")),
        (2, 1)
    );
    assert_eq!(
        there.fake.hits("/jwks"),
        1,
        "its keys have a rhythm of their own"
    );

    // Down for a while: what was known goes on.
    there.fake.set(DISCOVERY, Reply::Error(500, json!({})));
    pass(3600).await;
    assert_eq!(there.word().await, "ada");
    // Keys at another address are other keys.
    pass(60).await;
    let moved = json!({"jwks_uri": there.fake.at("/jwks2")});
    there
        .fake
        .set(DISCOVERY, Reply::Json(with(&there.document, &moved)));
    there
        .fake
        .set("/jwks2", jwks(&[Pair::OtherRsa.public("a")]));
    assert_eq!(there.word().await, "signature");
    there.give(&sign(Algorithm::RS256, "a", Pair::OtherRsa, &there.claims));
    assert_eq!(there.word().await, "ada");
}
