//! Connected accounts, across processes: one refresh for all of them, and keys that are turned over while
//! others work.
#![allow(clippy::unwrap_used)]

#[path = "../store/tests/support/mod.rs"]
mod database;

use std::{
    io::{BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::{Duration, Instant},
};

use adapters::grants::Settings;
use contract::{ConnectionId, SessionId, Timestamp, UserId, accounts::Role};
use database::{Database, NOW, connection, person};
use fakes::oauth::{CLIENT_ID, CLIENT_SECRET, Fake};
use futures::future::join_all;
use store::{Store, Viewer, accounts};
use studio::{
    Actor, Clock,
    accounts::{Connections, Vault},
    secrets::{KeyRing, Keys, Place, Secret},
};

const HOUR_S: i64 = 3_600;
const TRIES: i64 = 1_000;

#[derive(Clone)]
struct Dial(Arc<AtomicI64>);

impl studio::Time for Dial {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

fn grants(provider: &str) -> Vec<Arc<dyn studio::accounts::grants::Grants>> {
    let settings = Settings {
        name: Some("desk".to_owned()),
        authorize_url: Some(format!("{provider}/authorize")),
        token_url: Some(format!("{provider}/token")),
        client_id: Some(CLIENT_ID.to_owned()),
        client_secret: Some(Secret::new(CLIENT_SECRET)),
        ..Settings::default()
    };
    let client = adapters::outbound::client().unwrap();
    adapters::grants::build(vec![settings], &client).unwrap()
}

fn actor(user: UserId) -> Actor {
    Actor::User {
        id: user,
        role: Role::Member,
        session: SessionId(user.0),
    }
}

fn place(column: &'static str, row: ConnectionId) -> Place {
    Place {
        table: "accounts_connections",
        column,
        row: row.0,
    }
}

async fn add_connection(store: &Store, ring: &KeyRing, user: UserId, access: &str, refresh: &str) {
    let mut row = connection(user, &ring.current().to_string());
    row.access = ring.seal(&place("access", row.id), access.as_bytes());
    row.refresh = Some(ring.seal(&place("refresh", row.id), refresh.as_bytes()));
    let mut tx = store.begin(Viewer::System).await.unwrap();
    accounts::put_connection(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
}

// ---- One refresh for all -----------------------------------------------------------------------------

/// Several at once, as requests come.
async fn several(connections: &Connections, user: UserId) -> Vec<String> {
    let person = actor(user);
    let many = (0..3).map(|_| connections.access(&person, "desk"));
    let got = join_all(many).await;
    got.into_iter()
        .map(|access| access.unwrap().reveal().to_owned())
        .collect()
}

/// The same program once more, as [`the_second_process`].
struct Second {
    child: Child,
    orders: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Second {
    /// Told first what it stands on, one a line, and then when it is.
    fn start(told: [&str; 4]) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "the_second_process", "--ignored", "--nocapture"])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut orders = child.stdin.take().unwrap();
        writeln!(orders, "{}", told.join("\n")).unwrap();
        let answers = BufReader::new(child.stdout.take().unwrap());
        Self {
            child,
            orders,
            answers,
        }
    }

    fn order(&mut self, now: i64) {
        writeln!(self.orders, "{now}").unwrap();
    }

    fn answer(&mut self) -> String {
        loop {
            let mut line = String::new();
            assert_ne!(self.answers.read_line(&mut line).unwrap(), 0, "it went");
            if let Some(got) = line.strip_prefix("got ") {
                return got.trim().to_owned();
            }
        }
    }

    fn end(mut self) {
        drop(self.orders);
        assert!(self.child.wait().unwrap().success());
    }
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "the second process of the test below"]
async fn the_second_process() {
    let mut told = std::io::stdin().lines().map(Result::unwrap);
    let mut next = || told.next().unwrap();
    let store = Store::connect(&next()).await.unwrap();
    let keys = Keys::fixed(KeyRing::parse(&next()).unwrap());
    let grants = grants(&next());
    let user = UserId(next().parse().unwrap());
    let dial = Dial(Arc::new(AtomicI64::new(NOW.0)));
    let vault = Vault::new(store, Clock::new(dial.clone()), keys);
    let connections = Connections::new(vault, grants);
    for now in told {
        dial.0.store(now.parse().unwrap(), Ordering::SeqCst);
        let got = several(&connections, user).await;
        let mut out = std::io::stdout();
        writeln!(out, "got {}", got.join(" ")).unwrap();
        out.flush().unwrap();
    }
}

async fn refreshed_once_each_time(database: &Database) {
    let fake = Fake::start().await.unwrap();
    let store = &database.store;
    let user = person(store, "mara").await;
    let ring = KeyRing::generate();
    let dial = Dial(Arc::new(AtomicI64::new(NOW.0)));
    let keys = Keys::fixed(ring.clone());
    let vault = Vault::new(store.clone(), Clock::new(dial.clone()), keys);
    vault.check_keys(&Actor::System).await.unwrap();
    let connections = Connections::new(vault, grants(&fake.url("")));
    let (access, refresh) = fake.granted("read");
    add_connection(store, &ring, user, &access, &refresh).await;
    let mut second = Second::start([
        &database.url,
        ring.to_text().trim(),
        &fake.url(""),
        &user.to_string(),
    ]);
    for round in 1..=TRIES {
        // Just at the end of the token that there is.
        let now = NOW.plus_seconds(round * HOUR_S);
        dial.0.store(now.0, Ordering::SeqCst);
        second.order(now.0);
        let got = several(&connections, user).await;
        let theirs = second.answer();
        let expected = format!("access-1-{round}");
        assert!(got.iter().all(|access| *access == expected), "{got:?}");
        assert!(
            theirs.split(' ').all(|access| access == expected),
            "{theirs}"
        );
        let grant = &fake.grants()[0];
        assert_eq!(
            (grant.refreshes, grant.refreshes_asked, grant.ended),
            (round as usize, round as usize, None)
        );
    }
    second.end();
}

#[tokio::test(flavor = "multi_thread")]
async fn two_processes_refresh_an_expiring_grant_once_a_thousand_times() {
    let database = Database::sqlite().await;
    refreshed_once_each_time(&database).await;
    database.drop().await;
    if let Some(database) = Database::postgres().await {
        refreshed_once_each_time(&database).await;
        database.drop().await;
    }
}

// ---- Keys turned over --------------------------------------------------------------------------------

const CONNECTIONS: usize = 300;
const KILLS: u64 = 40;

fn rotate(data: &Path, database: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_soundstage"))
        .args(["keys", "rotate"])
        .env_clear()
        .env("SOUNDSTAGE_DATA", data)
        .env("RUST_LOG", "error")
        .envs(
            database
                .starts_with("postgres")
                .then_some(("DATABASE_URL", database)),
        )
        .stdout(Stdio::null())
        .spawn()
        .unwrap()
}

fn ring_in(data: &Path) -> KeyRing {
    KeyRing::parse(&std::fs::read_to_string(data.join("keys")).unwrap()).unwrap()
}

/// By whom each is sealed; all of them open, and to what they were.
async fn all_open(store: &Store, ring: &KeyRing, users: &[UserId]) -> Vec<String> {
    let mut read = store.read(Viewer::System).await.unwrap();
    let mut sealers = Vec::new();
    for (number, user) in users.iter().enumerate() {
        let row = accounts::connection(&mut read, *user, "desk")
            .await
            .unwrap();
        let row = row.unwrap();
        let access = ring.open(&place("access", row.id), &row.access).unwrap();
        let refresh = row.refresh.unwrap();
        let refresh = ring.open(&place("refresh", row.id), &refresh).unwrap();
        assert_eq!(**access, *format!("access {number}").as_bytes());
        assert_eq!(**refresh, *format!("refresh {number}").as_bytes());
        sealers.push(row.key_id);
    }
    sealers
}

#[allow(
    clippy::disallowed_methods,
    reason = "a random instant is what is wanted"
)]
fn wait(so_long: Duration) {
    std::thread::sleep(so_long);
}

async fn turned_over_and_killed(database: &Database, data: &Path) {
    let store = &database.store;
    let first = KeyRing::generate();
    std::fs::write(data.join("keys"), first.to_text().as_bytes()).unwrap();
    let keys = Keys::fixed(first.clone());
    let vault = Vault::new(store.clone(), Clock::system(), keys);
    vault.check_keys(&Actor::System).await.unwrap();
    let mut users = Vec::new();
    for number in 0..CONNECTIONS {
        let user = person(store, &format!("p{number}")).await;
        let (access, refresh) = (format!("access {number}"), format!("refresh {number}"));
        add_connection(store, &first, user, &access, &refresh).await;
        users.push(user);
    }
    assert!(rotate(data, &database.url).wait().unwrap().success());
    assert!(!ring_in(data).has(first.current()));
    let began = Instant::now();
    assert!(rotate(data, &database.url).wait().unwrap().success());
    let whole = began.elapsed();

    let mut broken_off = 0;
    let mut random = 20_261_122_u64;
    for _ in 0..KILLS {
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        let part = (random >> 33) % 1_000;
        let mut turning = rotate(data, &database.url);
        wait(whole.mul_f64(part as f64 / 1_000.0));
        turning.kill().unwrap();
        broken_off += usize::from(!turning.wait().unwrap().success());
        let ring = ring_in(data);
        all_open(store, &ring, &users).await;
        let vault = Vault::new(store.clone(), Clock::system(), Keys::fixed(ring));
        // A server would start.
        vault.check_keys(&Actor::System).await.unwrap();
    }
    assert!(broken_off > KILLS as usize / 4, "{broken_off} of {KILLS}");

    assert!(rotate(data, &database.url).wait().unwrap().success());
    let ring = ring_in(data);
    assert_eq!(ring.ids().count(), 1);
    let sealers = all_open(store, &ring, &users).await;
    assert!(sealers.iter().all(|id| *id == ring.current().to_string()));
    let mut read = store.read(Viewer::System).await.unwrap();
    assert_eq!(accounts::keys(&mut read).await.unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_are_not_turned_over_for_another_database() {
    let other = tempfile::tempdir().unwrap();
    let ring = KeyRing::generate();
    std::fs::write(other.path().join("keys"), ring.to_text().as_bytes()).unwrap();
    assert!(!rotate(other.path(), "").wait().unwrap().success());
    assert!(ring_in(other.path()).ids().eq(ring.ids()));
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_turned_over_and_killed_at_random_lose_nothing() {
    let database = Database::sqlite().await;
    let data = Path::new(database.url.trim_start_matches("sqlite://"));
    turned_over_and_killed(&database, data.parent().unwrap()).await;
    database.drop().await;
    if let Some(database) = Database::postgres().await {
        let folder = tempfile::tempdir().unwrap();
        turned_over_and_killed(&database, folder.path()).await;
        database.drop().await;
    }
}
