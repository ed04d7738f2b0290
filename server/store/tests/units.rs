//! A unit of work happens whole or not at all, whatever becomes of its caller.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    pin::pin,
    task::{Context, Waker},
    time::Duration,
};

use contract::{ConversationId, UserId};
use store::{Store, Viewer, chat};
use support::{Database, NOW, on_every_engine, person, some_id};

async fn converse(store: &Store, user: UserId, title: &str) {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    let id = ConversationId(some_id());
    chat::insert_conversation(&mut tx, id, user, title, "", NOW)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn titles(store: &Store, user: UserId) -> Vec<String> {
    let mut read = store.read(Viewer::System).await.unwrap();
    let rows = chat::conversations(&mut read, user, None, 100).await;
    rows.unwrap().into_iter().map(|row| row.title).collect()
}

#[tokio::test]
async fn dropped_it_is_undone_and_in_nobodys_way() {
    let database = Database::sqlite().await;
    let ada = person(&database.store, "ada").await;
    let mut tx = database.store.begin(Viewer::System).await.unwrap();
    let id = ConversationId(some_id());
    chat::insert_conversation(&mut tx, id, ada, "Dropped", "", NOW)
        .await
        .unwrap();
    drop(tx);
    // Another process need not wait until this one writes again.
    let other = Store::connect(&database.url).await.unwrap();
    converse(&other, ada, "Kept").await;
    assert_eq!(titles(&database.store, ada).await, ["Kept"]);
    other.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_at_any_step_leaves_nothing_open() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        // Each time a step further, until it is not cut off any more.
        let mut steps = 0;
        'longer: loop {
            steps += 1;
            let mut unit = pin!(converse(&store, ada, "Cut off"));
            let mut context = Context::from_waker(Waker::noop());
            for _ in 0..steps {
                if unit.as_mut().poll(&mut context).is_ready() {
                    break 'longer;
                }
                // Some time for the engine to answer in.
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
        }
        // (Whoever begins next on a connection undoes what was left on it: this shows that it does.)
        converse(&store, ada, "Afterwards").await;
        let kept = titles(&store, ada).await;
        assert!(
            kept.contains(&"Cut off".to_owned()),
            "what was whole is there"
        );
        assert!(kept.contains(&"Afterwards".to_owned()));
    })
    .await;
}
