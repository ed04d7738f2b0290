//! Passwords, by the ten thousand.

use std::{sync::mpsc, time::Duration};

use axum::http::StatusCode;
use tokio::runtime::Runtime;

use crate::{
    SIGN_IN, sessions_begun,
    support::{Answer, EMAIL, PASSWORD, Site, form, from_address},
};

const GUESSES: u32 = 10_000;

/// With two threads to hash on, and to be kept from it.
fn two_at_most() -> Runtime {
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    let runtime = runtime.worker_threads(2).max_blocking_threads(2);
    runtime.enable_all().build().unwrap()
}

/// As long as this lives, nothing is hashed: whoever is answered was not.
struct NoHashing {
    _let_go: [mpsc::Sender<()>; 2],
}

impl NoHashing {
    fn from_now() -> Self {
        let occupied = || {
            let (let_go, held) = mpsc::channel::<()>();
            tokio::task::spawn_blocking(move || held.recv());
            let_go
        };
        Self {
            _let_go: [occupied(), occupied()],
        }
    }
}

async fn guess(site: &Site, address: &str, email: &str, password: &str) -> Answer {
    let request = form(SIGN_IN, &[("email", email), ("password", password)]);
    let answering = site.call(from_address(request, address));
    let answer = tokio::time::timeout(Duration::from_secs(30), answering).await;
    let answer = answer.expect("refused without being hashed");
    assert!(!answer.headers.contains_key("set-cookie"));
    answer
}

fn held_back(answer: &Answer) -> u32 {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (429, "too_many_requests"),
        "{}",
        answer.body
    );
    answer.header("retry-after").parse().unwrap()
}

fn wrong(answer: &Answer) {
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (401, "wrong_credentials"),
        "{}",
        answer.body
    );
}

#[test]
fn ten_thousand_guesses_from_one_address_cost_five_hashes() {
    two_at_most().block_on(async {
        let site = Site::new().await;
        let mara = site.owner().await;
        for _ in 0..5 {
            wrong(&guess(&site, "192.0.2.7", EMAIL, "a guess").await);
        }
        let held = NoHashing::from_now();
        for _ in 5..GUESSES {
            assert!(held_back(&guess(&site, "192.0.2.7", EMAIL, "a guess").await) >= 1);
        }
        // Other accounts are no way round it.
        assert!(held_back(&guess(&site, "192.0.2.7", "kim@example.org", "a guess").await) >= 1);
        drop(held);
        assert_eq!(sessions_begun(&site, &mara).await, 0);
    });
}

#[test]
fn ten_thousand_guesses_from_everywhere_cost_five_hashes_and_lock_nobody_out_for_long() {
    two_at_most().block_on(async {
        let site = Site::new().await;
        let mara = site.owner().await;
        let address = |guess: u32| format!("198.18.{}.{}", guess / 256, guess % 256);
        for one in 0..5 {
            wrong(&guess(&site, &address(one), EMAIL, "a guess").await);
        }
        let held = NoHashing::from_now();
        for one in 5..GUESSES {
            let wait = held_back(&guess(&site, &address(one), EMAIL, "a guess").await);
            assert!((1..=30).contains(&wait), "{wait}");
        }
        drop(held);
        assert_eq!(sessions_begun(&site, &mara).await, 0);
        site.dial.pass(30);
        let fields = [("email", EMAIL), ("password", PASSWORD)];
        let right = form(SIGN_IN, &fields);
        let right = site.call(from_address(right, "203.0.113.1")).await;
        assert_eq!(right.status, StatusCode::OK, "{}", right.body);
        assert_eq!(sessions_begun(&site, &mara).await, 1);
    });
}

#[tokio::test]
async fn patience_does_not_help_one_address_much() {
    let site = Site::new().await;
    site.owner().await;
    let mut hashed = 0;
    // Nearly three hours, at one guess a second.
    for _ in 0..GUESSES {
        let answer = guess(&site, "192.0.2.7", EMAIL, "a guess").await;
        if answer.status == StatusCode::UNAUTHORIZED {
            hashed += 1;
        } else {
            assert!((1..=900).contains(&held_back(&answer)));
        }
        site.dial.pass(1);
    }
    assert!(hashed < 30, "{hashed}");
}

#[tokio::test]
async fn an_email_that_nobody_has_is_refused_like_one_that_somebody_has() {
    let site = Site::new().await;
    site.owner().await;
    for _ in 0..9 {
        let known = guess(&site, "192.0.2.7", EMAIL, "a guess").await;
        let unknown = guess(&site, "192.0.2.8", "eve@example.org", "a guess").await;
        assert_eq!((known.status, &known.body), (unknown.status, &unknown.body));
        let names = |answer: &Answer| answer.headers.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(&known), names(&unknown));
        assert_eq!(known.header("retry-after"), unknown.header("retry-after"));
    }
    held_back(&guess(&site, "192.0.2.7", EMAIL, "a guess").await);
}
