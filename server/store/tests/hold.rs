//! One process serves from a database at a time.
#![allow(clippy::unwrap_used)]

mod support;

use std::time::{Duration, Instant};

use store::Store;
use support::Database;

#[tokio::test]
async fn a_second_process_waits_for_the_first_to_be_gone() {
    // (The folder of a SQLite database is held by a file: see the server.)
    let Some(database) = Database::postgres().await else {
        return;
    };
    let second = Store::connect(&database.url).await.unwrap();
    let held = database.store.hold().await.unwrap();
    assert!(held.is_some());
    assert!(second.hold().await.unwrap().is_none());

    drop(held);
    let patience = Instant::now() + Duration::from_secs(30);
    while second.hold().await.unwrap().is_none() {
        assert!(Instant::now() < patience, "the lock outlived its holder");
        tokio::task::yield_now().await;
    }
    second.close().await;
    database.drop().await;
}
