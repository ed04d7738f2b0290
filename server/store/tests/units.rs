//! A unit of work happens whole or not at all, whatever becomes of its caller.
#![allow(clippy::unwrap_used)]

mod support;

use std::{future::poll_fn, pin::pin, task::Poll};

use contract::{ConversationId, MessageId, UserId};
use store::{Store, Viewer, chat};
use support::{Database, NOW, on_every_engine, person, some_id};

/// Two rows, so that half of it would show.
async fn converse_twice(store: &Store, user: UserId, title: &str) {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    for _ in 0..2 {
        let id = ConversationId(some_id());
        chat::insert_conversation(&mut tx, id, user, title, "", MessageId(some_id()), NOW)
            .await
            .unwrap();
    }
    tx.commit().await.unwrap();
}

async fn titles(store: &Store, user: UserId) -> Vec<String> {
    let mut read = store.read(Viewer::System).await.unwrap();
    let rows = chat::conversations(&mut read, user, 100).await;
    rows.unwrap().into_iter().map(|row| row.title).collect()
}

#[tokio::test]
async fn dropped_it_is_undone_and_in_nobodys_way() {
    let database = Database::sqlite().await;
    let ada = person(&database.store, "ada").await;
    let mut tx = database.store.begin(Viewer::System).await.unwrap();
    let id = ConversationId(some_id());
    chat::insert_conversation(&mut tx, id, ada, "Dropped", "", MessageId(some_id()), NOW)
        .await
        .unwrap();
    drop(tx);
    // Another process need not wait until this one writes again.
    let other = Store::connect(&database.url).await.unwrap();
    converse_twice(&other, ada, "Kept").await;
    assert_eq!(titles(&database.store, ada).await, ["Kept", "Kept"]);
    other.close().await;
    database.drop().await;
}

#[tokio::test]
async fn a_caller_that_goes_away_at_any_step_leaves_nothing_open() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        // Each time a step further, until it is not cut off any more.
        for steps in 1.. {
            let mut unit = pin!(converse_twice(&store, ada, "Cut off"));
            let mut polls = 0;
            let until_cut = poll_fn(|context| {
                polls += 1;
                match unit.as_mut().poll(context) {
                    Poll::Ready(()) => Poll::Ready(true),
                    Poll::Pending if polls == steps => Poll::Ready(false),
                    Poll::Pending => Poll::Pending,
                }
            });
            if until_cut.await {
                break;
            }
        }
        // (Whoever begins next on a connection undoes what was left on it: this shows that it does.)
        converse_twice(&store, ada, "Afterwards").await;
        let kept = titles(&store, ada).await;
        let count = |title| kept.iter().filter(|one| *one == title).count();
        assert!(count("Cut off") > 0, "what was whole is there");
        assert_eq!(count("Cut off") % 2, 0, "and nothing by halves");
        assert_eq!(count("Afterwards"), 2);
    })
    .await;
}
