//! Published keys: how often they are asked for, and what happens when there is no answer.

use std::{sync::Arc, time::Duration};

use adapters::identity::{
    build,
    settings::{KeySource, Provider},
};
use jsonwebtoken::Algorithm;
use serde_json::{Value, json};
use studio::accounts::identity::SessionVerifier;

use crate::support::{Fake, NOW, Pair, Reply, bearer_at, client, client_with, jwks, sign};

fn provider(fake: &Fake) -> Provider {
    let source = KeySource::Jwks(fake.at("/jwks"));
    Provider::issuer("site", &fake.address, "studio", source)
}

fn verifier(fake: &Fake, client: &reqwest::Client) -> Arc<dyn SessionVerifier> {
    build(&[provider(fake)], client).unwrap().1.remove(0)
}

fn claims(fake: &Fake) -> Value {
    json!({"iss": fake.address, "aud": "studio", "sub": "ada", "exp": NOW + 7 * 86400})
}

/// By an old key and by the one that follows it.
fn tokens(fake: &Fake) -> (String, String) {
    let claims = claims(fake);
    (
        sign(Algorithm::RS256, "old", Pair::Rsa, &claims),
        sign(Algorithm::ES256, "new", Pair::Ec, &claims),
    )
}

#[tokio::test]
async fn keys_are_fetched_every_ten_minutes() {
    let fake = Fake::start().await;
    fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
    let site = verifier(&fake, &client());
    let (old, _) = tokens(&fake);
    for (at, hits) in [(0, 1), (1, 1), (599, 1), (600, 2), (1199, 2), (1200, 3)] {
        assert_eq!(bearer_at(&site, &old, NOW + at).await, "ada");
        assert_eq!(fake.hits("/jwks"), hits, "after {at} s");
    }
    // A clock that was set back is not trusted for longer.
    assert_eq!(bearer_at(&site, &old, NOW).await, "ada");
    assert_eq!(fake.hits("/jwks"), 4);
}

#[tokio::test]
async fn an_unknown_key_is_asked_for_once_a_minute() {
    let fake = Fake::start().await;
    fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
    let site = verifier(&fake, &client());
    let (old, new) = tokens(&fake);
    assert_eq!(bearer_at(&site, &old, NOW).await, "ada");
    fake.set("/jwks", jwks(&[Pair::Ec.public("new")]));
    for at in [0, 30, 59] {
        assert_eq!(bearer_at(&site, &new, NOW + at).await, "unknown_key");
    }
    assert_eq!(fake.hits("/jwks"), 1);
    assert_eq!(bearer_at(&site, &new, NOW + 60).await, "ada");
    assert_eq!(
        bearer_at(&site, &old, NOW + 60).await,
        "unknown_key",
        "it was withdrawn"
    );
    assert_eq!(fake.hits("/jwks"), 2);

    for n in 0..200 {
        let invented = sign(
            Algorithm::ES256,
            &format!("invented-{n}"),
            Pair::Ec,
            &claims(&fake),
        );
        assert_eq!(
            bearer_at(&site, &invented, NOW + 60 + n).await,
            "unknown_key"
        );
    }
    assert!(fake.hits("/jwks") <= 6, "{}", fake.hits("/jwks"));
    assert_eq!(bearer_at(&site, &new, NOW + 261).await, "ada");
}

#[tokio::test]
async fn old_keys_outlive_a_provider_that_is_down() {
    let bad = [
        Reply::Error(500, json!({})),
        Reply::Garbage,
        Reply::Json(json!({"no": "keys"})),
        Reply::Redirect("/elsewhere".to_owned()),
        Reply::Endless,
    ];
    for reply in bad {
        let fake = Fake::start().await;
        fake.set("/elsewhere", jwks(&[Pair::Rsa.public("old")]));
        fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
        let site = verifier(&fake, &client());
        let (old, new) = tokens(&fake);
        assert_eq!(bearer_at(&site, &old, NOW).await, "ada");
        fake.set("/jwks", reply.clone());
        assert_eq!(bearer_at(&site, &old, NOW + 600).await, "ada", "{reply:?}");
        assert_eq!(bearer_at(&site, &old, NOW + 659).await, "ada");
        assert_eq!(fake.hits("/jwks"), 2, "not asked again within the minute");
        assert_eq!(bearer_at(&site, &old, NOW + 660).await, "ada");
        assert_eq!(bearer_at(&site, &new, NOW + 700).await, "unknown_key");
        assert_eq!(fake.hits("/jwks"), 3);
        assert_eq!(bearer_at(&site, &old, NOW + 86_399).await, "ada");
        let word = bearer_at(&site, &old, NOW + 86_459).await;
        assert!(word.starts_with("unreachable"), "a day is enough: {word}");
        fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
        assert_eq!(bearer_at(&site, &old, NOW + 86_470).await, "ada");
    }
}

#[tokio::test]
async fn without_keys_nobody_comes_in() {
    let fake = Fake::start().await;
    let (old, _) = tokens(&fake);
    for (reply, reason) in [
        (Reply::Error(500, json!({})), "it answered with status 500"),
        (Reply::Garbage, "its answer is not what was asked for"),
        (Reply::Redirect("/jwks".to_owned()), "it redirected"),
        (Reply::Endless, "it answered more than 1048576 bytes"),
    ] {
        fake.set("/jwks", reply.clone());
        let site = verifier(&fake, &client());
        let before = fake.hits("/jwks");
        let expected = format!("unreachable: {reason}");
        assert_eq!(bearer_at(&site, &old, NOW).await, expected);
        assert_eq!(bearer_at(&site, &old, NOW + 4).await, expected);
        assert_eq!(fake.hits("/jwks"), before + 1);
        fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
        assert_eq!(
            bearer_at(&site, &old, NOW + 5).await,
            "ada",
            "after {reply:?}"
        );
    }
    // Keys by the wrong name are keys.
    let wrong = Reply::As("text/html", json!({"keys": [Pair::Rsa.public("old")]}));
    fake.set("/jwks", wrong);
    assert_eq!(
        bearer_at(&verifier(&fake, &client()), &old, NOW).await,
        "ada"
    );
}

#[tokio::test]
async fn a_redirect_that_the_client_followed_is_no_answer() {
    let fake = Fake::start().await;
    let (old, _) = tokens(&fake);
    fake.set("/jwks", Reply::Redirect("/elsewhere".to_owned()));
    fake.set("/elsewhere", jwks(&[Pair::Rsa.public("old")]));
    let lax = reqwest::Client::builder().no_proxy().build().unwrap();
    let word = bearer_at(&verifier(&fake, &lax), &old, NOW).await;
    assert_eq!(word, "unreachable: it redirected");
}

#[tokio::test]
async fn a_stall_ends() {
    let fake = Fake::start().await;
    let (old, _) = tokens(&fake);
    let impatient = client_with(Duration::from_millis(200));
    for reply in [Reply::Stall, Reply::Half] {
        fake.set("/jwks", reply);
        let word = bearer_at(&verifier(&fake, &impatient), &old, NOW).await;
        assert_eq!(word, "unreachable: it did not answer in time");
    }
}

#[tokio::test]
async fn who_has_keys_does_not_wait_for_newer_ones() {
    let fake = Fake::start().await;
    fake.set("/jwks", jwks(&[Pair::Rsa.public("old")]));
    let site = verifier(&fake, &client());
    let (old, _) = tokens(&fake);
    assert_eq!(bearer_at(&site, &old, NOW).await, "ada");
    fake.set("/jwks", Reply::Stall);
    let (waiting, token) = (site.clone(), old.clone());
    let first = tokio::spawn(async move { bearer_at(&waiting, &token, NOW + 600).await });
    while fake.hits("/jwks") < 2 {
        tokio::task::yield_now().await;
    }
    for _ in 0..10 {
        assert_eq!(bearer_at(&site, &old, NOW + 601).await, "ada");
    }
    assert!(
        !first.is_finished(),
        "the one that asks waits for the answer"
    );
    first.abort();
    assert_eq!(fake.hits("/jwks"), 2);
}

#[tokio::test]
async fn many_at_once_are_one_request() {
    let fake = Fake::start().await;
    fake.set(
        "/jwks",
        jwks(&[Pair::Rsa.public("old"), Pair::Ec.public("new")]),
    );
    let site = verifier(&fake, &client());
    let (old, new) = tokens(&fake);
    let all = (0..50).map(|n| {
        let (site, token) = (
            site.clone(),
            if n % 2 == 0 { old.clone() } else { new.clone() },
        );
        tokio::spawn(async move { bearer_at(&site, &token, NOW).await })
    });
    for one in futures::future::join_all(all).await {
        assert_eq!(one.unwrap(), "ada");
    }
    assert_eq!(fake.hits("/jwks"), 1);
}

#[tokio::test]
async fn who_hangs_up_does_not_make_the_next_one_ask_again() {
    let fake = Fake::start().await;
    fake.set("/jwks", Reply::Stall);
    let site = verifier(&fake, &client());
    let (old, _) = tokens(&fake);
    for _ in 0..5 {
        let (site, old) = (site.clone(), old.clone());
        let impatient = tokio::spawn(async move { bearer_at(&site, &old, NOW).await });
        while fake.hits("/jwks") < 1 {
            tokio::task::yield_now().await;
        }
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
        impatient.abort();
        assert!(impatient.await.unwrap_err().is_cancelled());
    }
    assert_eq!(fake.hits("/jwks"), 1);
}

/// An unsigned token that names the issuer is enough to make us ask, so anybody can make many wait.
#[tokio::test(start_paused = true)]
async fn who_waits_for_a_provider_that_stalls_waits_once() {
    let fake = Fake::start().await;
    fake.set("/jwks", Reply::Stall);
    let site = verifier(&fake, &client());
    let (token, _) = tokens(&fake);
    let began = tokio::time::Instant::now();
    let all = (0..20).map(|n| {
        let (site, token) = (site.clone(), token.clone());
        async move { bearer_at(&site, &token, NOW + n).await }
    });
    for word in futures::future::join_all(all).await {
        assert!(word.starts_with("unreachable"), "{word}");
    }
    // One who came later may have tried once more.
    assert!(
        began.elapsed() < Duration::from_secs(25),
        "{:?}",
        began.elapsed()
    );
    assert!(fake.hits("/jwks") <= 2);
}
