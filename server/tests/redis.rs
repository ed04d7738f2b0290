//! Two processes over one database and one Redis: what ends at one ends at the other, what is counted at
//! one counts at the other, and without Redis both go on. The clock stands still unless a test turns it,
//! so nothing here is the ten seconds after which a process looks again by itself.
#![allow(clippy::unwrap_used)]

#[path = "../store/tests/support/mod.rs"]
mod database;
#[path = "support/redis.rs"]
mod redis;
mod support;

use std::{process::Command, sync::Arc, time::Duration};

use axum::{
    body::Body,
    http::{Request, StatusCode, header},
};
use contract::{Timestamp, accounts::Role};
use database::Database;
use redis::{Redis, until};
use sqlx::Connection as _;
use studio::{
    Origin,
    commons::{Asker, Commons, Try},
};
use support::{Answer, Browser, PASSWORD, Site, form, from_address, get};

const KIM: &str = "kim@example.org";

struct Studios {
    one: Site,
    two: Site,
    database: Option<Database>,
    redis: Redis,
}

impl Studios {
    async fn start(database: Option<Database>) -> Self {
        let redis = Redis::start().await;
        let url = redis.url();
        let settings = [
            ("REDIS_URL", url.as_str()),
            ("DATABASE_URL", database.as_ref().map_or("", |it| &it.url)),
        ];
        let one = Site::with(settings).await;
        if let Some(database) = &database {
            take_hold_off(&database.url).await;
        }
        let two = one.beside(settings).await;
        let these = Self {
            one,
            two,
            database,
            redis,
        };
        these.are_connected().await;
        these
    }

    async fn are_connected(&self) {
        are_connected(&self.one.studio.commons, &self.two.studio.commons).await;
    }

    async fn end(self) {
        self.one.background.shut_down().await;
        self.two.background.shut_down().await;
        if let Some(database) = self.database {
            database.drop().await;
        }
    }
}

/// On each engine that is there.
async fn everywhere(story: impl AsyncFn(&mut Studios)) {
    let mut databases = vec![None];
    databases.extend(Database::postgres().await.map(Some));
    for database in databases {
        let mut studios = Studios::start(database).await;
        story(&mut studios).await;
        studios.end().await;
    }
}

/// A PostgreSQL serves one process. The second of ours is there for its sessions only.
async fn take_hold_off(url: &str) {
    let mut control = sqlx::PgConnection::connect(url).await.unwrap();
    let ended = sqlx::query(
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' \
         AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
    );
    ended.execute(&mut control).await.unwrap();
    control.close().await.unwrap();
}

async fn are_connected(one: &Commons, two: &Commons) {
    let mut round = 0;
    until("both count in one place", async || {
        round += 1;
        let fresh = [a_try("connected", round)];
        for _ in 0..5 {
            let _ = one.admit(&fresh, Timestamp::from_seconds(1)).await;
        }
        two.admit(&fresh, Timestamp::from_seconds(1)).await.is_err()
    })
    .await;
}

fn a_try(kind: &'static str, number: u64) -> Try {
    Try {
        kind,
        key: format!("{KIM} {number}"),
        longest_s: 30 * number.cast_signed(),
    }
}

async fn sign_in(site: &Site) -> Browser {
    let nowhere = Origin::default();
    let signed_in = site
        .studio
        .accounts
        .sign_in(&nowhere, KIM, PASSWORD, "")
        .await;
    signed_in.unwrap().into()
}

async fn is_in(site: &Site, browser: &Browser) -> bool {
    let status = site.get_as(browser, "/api/v1/me").await.status;
    assert!([StatusCode::OK, StatusCode::UNAUTHORIZED].contains(&status));
    status == StatusCode::OK
}

async fn until_out(site: &Site, browser: &Browser) {
    until("the session is over", async || !is_in(site, browser).await).await;
}

async fn try_password(site: &Site, address: &str, password: &str) -> Answer {
    let fields = [("email", KIM), ("password", password)];
    let request = form("/api/fn/sign_in", &fields);
    site.call(from_address(request, address)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_an_ending_shows_after_ten_seconds() {
    let one = Site::new().await;
    let two = one.beside([]).await;
    let mara = one.owner().await;
    assert!(is_in(&two, &mara).await);
    let actor = one.actor(&mara).await;
    let accounts = &one.studio.accounts;
    accounts.sign_out(&actor, &Origin::default()).await.unwrap();
    assert!(!is_in(&one, &mara).await);
    assert!(is_in(&two, &mara).await);
    one.dial.pass(10);
    assert!(!is_in(&two, &mara).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_out_at_one_is_out_at_the_other() {
    everywhere(async |Studios { one, two, .. }| {
        let mara = one.owner().await;
        let kim = one.join(&mara, Role::Member, KIM).await;
        let accounts = &one.studio.accounts;
        let nowhere = Origin::default();

        // Signed out, with a page open at the other.
        assert!(is_in(two, &kim).await);
        let actor = two.actor(&kim).await;
        let mut page = two.studio.live.connect(&actor);
        accounts.sign_out(&actor, &nowhere).await.unwrap();
        until_out(two, &kim).await;
        assert!(page.next().await.unwrap().contains("bye"));
        assert_eq!(page.next().await, None);

        // A new password: other sessions end, this one goes on with another token.
        let (here, there) = (sign_in(one).await, sign_in(two).await);
        assert!(is_in(one, &there).await && is_in(two, &there).await && is_in(two, &here).await);
        let actor = two.actor(&here).await;
        let mut page = two.studio.live.connect(&actor);
        let anew =
            accounts.change_password(&actor, &nowhere, PASSWORD, "another low end like sand");
        let anew = anew.await.unwrap().into();
        until_out(two, &there).await;
        until_out(two, &here).await;
        assert!(is_in(two, &anew).await && !is_in(one, &there).await);
        let quiet = tokio::time::timeout(Duration::ZERO, page.next()).await;
        assert!(quiet.is_err(), "its pages stay");

        // Suspended, by somebody at the other.
        assert!(is_in(one, &anew).await);
        let mara = two.actor(&mara).await;
        let kept_out = two
            .studio
            .accounts
            .suspend(&mara, &nowhere, kim.user(), true);
        kept_out.await.unwrap();
        until_out(one, &anew).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rate_of_an_address_and_of_a_person_counts_across_both() {
    everywhere(async |Studios { one, two, .. }| {
        let mara = one.owner().await;
        // How many of these are let through before both refuse.
        let answered = async |ask: &dyn Fn(u32) -> Request<Body>| {
            let mut answered = 0;
            for number in 0..2_000 {
                let answers = [one.call(ask(number)).await, two.call(ask(number)).await];
                let refused = answers
                    .iter()
                    .filter(|answer| answer.status == StatusCode::TOO_MANY_REQUESTS)
                    .count();
                if refused == 2 {
                    assert_eq!(answers[0].header("retry-after"), "1");
                    return answered;
                }
                answered += 2 - refused;
            }
            panic!("nobody refused");
        };
        let anybody = || get("/api/x");
        let of_address = |_| from_address(anybody().body(Body::empty()).unwrap(), "192.0.2.7");
        let of_person = |number: u32| {
            let request = anybody().header(header::COOKIE, mara.cookie());
            let address = format!("198.51.{}.{}", number / 200, number % 200);
            from_address(request.body(Body::empty()).unwrap(), &address)
        };
        // Each alone would let 600 through.
        let count = answered(&of_address).await;
        assert!((600..900).contains(&count), "{count}");
        let count = answered(&of_person).await;
        assert!((600..900).contains(&count), "{count}");
        one.dial.pass(1);
        assert_ne!(
            two.call(of_address(0)).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn wrong_passwords_at_one_delay_the_other() {
    everywhere(
        async |Studios {
                   one, two, redis, ..
               }| {
            let mara = one.owner().await;
            one.join(&mara, Role::Member, KIM).await;
            let mut free = 0;
            let (mut last_one, mut last_two) = (StatusCode::OK, StatusCode::OK);
            while [last_one, last_two] != [StatusCode::TOO_MANY_REQUESTS; 2] {
                last_one = try_password(one, "192.0.2.7", "a wrong guess").await.status;
                last_two = try_password(two, "192.0.2.8", "a wrong guess").await.status;
                let wrong = |status| usize::from(status == StatusCode::UNAUTHORIZED);
                free += wrong(last_one) + wrong(last_two);
            }
            // Each alone would take five.
            assert!((5..10).contains(&free), "{free}");
            let right = try_password(two, "192.0.2.9", PASSWORD).await;
            assert_eq!(right.status, StatusCode::TOO_MANY_REQUESTS);

            let keys = redis.say("KEYS *");
            assert!(keys.contains("soundstage:failures:account:"), "{keys}");
            assert!(!keys.contains("example.org"), "{keys}");
            for key in keys
                .split_whitespace()
                .filter(|it| it.starts_with("soundstage:"))
            {
                let left = redis.say(&format!("TTL {key}"));
                assert!(!left.contains(":-1"), "{key}: {left}");
            }

            one.dial.pass(30);
            let right = try_password(two, "192.0.2.9", PASSWORD).await;
            assert_eq!(right.status, StatusCode::OK);
            // Forgiven at both.
            for _ in 0..4 {
                let wrong = try_password(one, "192.0.2.9", "a wrong guess").await;
                assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
            }
        },
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_redis_both_go_on_and_with_it_they_know_what_happened_meanwhile() {
    everywhere(async |studios| {
        let Studios {
            one,
            two,
            redis,
            database,
        } = studios;
        let mara = one.owner().await;
        let kim = one.join(&mara, Role::Member, KIM).await;
        let nowhere = Origin::default();
        assert!(is_in(two, &kim).await);
        let go_on = async |site: &Site| {
            for address in ["192.0.2.7", "127.0.0.1"] {
                assert_eq!(
                    try_password(site, address, PASSWORD).await.status,
                    StatusCode::OK
                );
                let wrong = try_password(site, address, "a wrong guess").await;
                assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
            }
            assert!(is_in(site, &mara).await);
        };

        redis.kill();
        go_on(one).await;
        go_on(two).await;
        let actor = one.actor(&kim).await;
        one.studio
            .accounts
            .sign_out(&actor, &nowhere)
            .await
            .unwrap();
        assert!(!is_in(one, &kim).await);
        // One that starts now starts.
        let url = redis.url();
        if let Some(database) = database {
            take_hold_off(&database.url).await;
        }
        let three = one.beside([
            ("REDIS_URL", url.as_str()),
            ("DATABASE_URL", database.as_ref().map_or("", |it| &it.url)),
        ]);
        let three = three.await;
        go_on(&three).await;

        redis.start_again().await;
        until_out(two, &kim).await;
        are_connected(&one.studio.commons, &two.studio.commons).await;
        are_connected(&one.studio.commons, &three.studio.commons).await;
        three.background.shut_down().await;

        redis.freeze();
        go_on(one).await;
        go_on(two).await;
        redis.thaw();
        are_connected(&one.studio.commons, &two.studio.commons).await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn redis_counts_as_the_memory_of_one_process_does() {
    let redis = Redis::start().await;
    let address = adapters::redis::Address::parse(&redis.url()).unwrap();
    // (As long as it takes: this is not about being slow.)
    let patience = Duration::from_secs(30);
    let shared = || {
        let redis = adapters::redis::Redis::new(address.clone(), patience);
        let commons = Commons::shared(Arc::new(redis));
        let listening = commons.clone();
        tokio::spawn(async move { listening.listen(|_| ()).await });
        commons
    };
    let (one, two) = (shared(), shared());
    are_connected(&one, &two).await;

    let alone = Commons::alone();
    let mut random = 20_261_122_u64;
    let mut dice = |sides: u64| {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (random >> 33) % sides
    };
    let mut now = Timestamp::from_seconds(1_800_000_000);
    for step in 0..3_000 {
        let either = if dice(2) == 0 { &one } else { &two };
        now = match dice(40) {
            0 => now.plus_seconds(3_600),
            1..10 => now.plus_seconds(dice(40).cast_signed()),
            _ => now.plus_millis(dice(1_500).cast_signed()),
        };
        let tries = [a_try("address", dice(3)), a_try("account", dice(2))];
        if dice(25) == 0 {
            alone.forgive(&tries).await;
            either.forgive(&tries).await;
        }
        let expected = alone.admit(&tries, now).await;
        assert_eq!(either.admit(&tries, now).await, expected, "{step}");
    }
    let asker = Asker::V4(1);
    for step in 0..3_000 {
        let either = if dice(2) == 0 { &one } else { &two };
        now = now.plus_millis(dice(12).cast_signed());
        let expected = alone.take(asker, now).await;
        assert_eq!(either.take(asker, now).await, expected, "{step}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn doctor_looks_at_redis_where_there_is_one() {
    let mut redis = Redis::start().await;
    let folder = tempfile::tempdir().unwrap();
    let doctor = |url: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_soundstage"))
            .arg("doctor")
            .env_clear()
            .env("SOUNDSTAGE_DATA", folder.path().join("data"))
            .env("REDIS_URL", url)
            .output()
            .unwrap();
        let said = String::from_utf8(output.stdout).unwrap();
        assert!(!said.contains("hush"), "{said}");
        (output.status.success(), said)
    };
    let (is_well, said) = doctor(&redis.url());
    assert!(is_well && said.contains("ok       redis"), "{said}");
    let (is_well, said) = doctor(&redis.url().replace("hush", "guess"));
    assert!(!is_well && said.contains("FAILED   redis"), "{said}");
    assert!(!said.contains("guess"), "{said}");
    // Its TLS is there: what is missing is the other's.
    let (is_well, said) = doctor(&redis.url().replace("redis://", "rediss://"));
    assert!(!is_well && said.contains("FAILED   redis"), "{said}");
    redis.kill();
    let (is_well, said) = doctor(&redis.url());
    assert!(!is_well && said.contains("FAILED   redis"), "{said}");
    let (is_well, said) = doctor("");
    assert!(is_well && !said.contains("redis"), "{said}");
}
