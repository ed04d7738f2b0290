//! A fresh database for every test: always a file of SQLite, and where `SOUNDSTAGE_TEST_POSTGRES` names
//! a server (`./dev test` starts one), a PostgreSQL database too. Other crates' tests take this file in
//! with `#[path]`.
#![allow(
    dead_code,
    unreachable_pub,
    reason = "each test file that takes this in uses its own part of it"
)]

use std::{
    str::FromStr,
    sync::atomic::{AtomicU32, Ordering},
};

use contract::{ConnectionId, Timestamp, UserId};
use sqlx::{AssertSqlSafe, ConnectOptions, Connection, PgConnection, postgres::PgConnectOptions};
use store::{
    Json, Store, Time, Uuid, Viewer,
    accounts::{self, ConnectionRow, UserRow},
    new_id,
};
use tempfile::TempDir;

/// When the tests play: noon on 1 November 2026.
pub const NOW: Timestamp = Timestamp(1_793_534_400_000_000);

/// Runs the body on every engine that is there.
pub async fn on_every_engine<F: Future<Output = ()>>(body: impl Fn(Store) -> F) {
    let sqlite = Database::sqlite().await;
    body(sqlite.store.clone()).await;
    sqlite.drop().await;
    if let Some(postgres) = Database::postgres().await {
        body(postgres.store.clone()).await;
        postgres.drop().await;
    }
}

/// One database with the schema in it and nothing else.
pub struct Database {
    pub store: Store,
    /// Opens it a second time, as another process would.
    pub url: String,
    place: Place,
}

enum Place {
    Folder(TempDir),
    Server { server: String, name: String },
}

impl Database {
    pub async fn sqlite() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let url = format!("sqlite://{}", folder.path().join("soundstage.db").display());
        Self::open(url, Place::Folder(folder)).await
    }

    /// None where no server is named.
    pub async fn postgres() -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let server = std::env::var_os("SOUNDSTAGE_TEST_POSTGRES")?
            .into_string()
            .expect("a URL in UTF-8");
        let name = format!(
            "test_{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let mut control = PgConnection::connect(&server)
            .await
            .expect("the PostgreSQL of the tests answers");
        for statement in [
            format!("DROP DATABASE IF EXISTS {name}"),
            format!("CREATE DATABASE {name}"),
        ] {
            sqlx::query(AssertSqlSafe(statement))
                .execute(&mut control)
                .await
                .expect("a database of our own");
        }
        control.close().await.expect("closed");
        let url = PgConnectOptions::from_str(&server)
            .expect("a URL")
            .database(&name)
            .to_url_lossy()
            .to_string();
        Some(Self::open(url, Place::Server { server, name }).await)
    }

    async fn open(url: String, place: Place) -> Self {
        let store = Store::connect(&url).await.expect("the database opens");
        store.migrate().await.expect("the schema is laid out");
        Self { store, url, place }
    }

    pub async fn drop(self) {
        self.store.close().await;
        if let Place::Server { server, name } = self.place {
            let mut control = PgConnection::connect(&server)
                .await
                .expect("the PostgreSQL of the tests answers");
            sqlx::query(AssertSqlSafe(format!("DROP DATABASE {name} WITH (FORCE)")))
                .execute(&mut control)
                .await
                .expect("the database goes");
        }
    }
}

/// Somebody whom rows can belong to.
pub async fn person(store: &Store, name: &str) -> UserId {
    let id = new_id(NOW);
    let mut tx = store.begin(Viewer::System).await.expect("a unit of work");
    let email = format!("{name}-{id}@example.org");
    let user = UserRow {
        id,
        name: name.into(),
        email: email.clone(),
        role: "member".into(),
        password_hash: String::new(),
        standing: "active".into(),
        created_at: NOW,
    };
    accounts::add_user(&mut tx, &user, &email)
        .await
        .expect("a person");
    tx.commit().await.expect("kept");
    UserId(id)
}

/// An account of theirs at a provider called "desk", connected now and good for an hour.
pub fn connection(user: UserId, key_id: &str) -> ConnectionRow {
    ConnectionRow {
        id: ConnectionId(some_id()),
        user_id: user,
        provider: "desk".to_owned(),
        label: None,
        scopes: Json(Vec::new()),
        key_id: key_id.to_owned(),
        access: b"access".to_vec(),
        refresh: Some(b"refresh".to_vec()),
        expires_at: Some(Time(NOW.plus_seconds(3_600))),
        ends_at: None,
        ended_at: None,
        connected_at: Time(NOW),
        refreshed_at: None,
        trouble: None,
        retry_at: None,
    }
}

pub fn some_id() -> Uuid {
    new_id(NOW)
}
