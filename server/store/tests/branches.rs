//! Conversations as trees: what was a line before there were branches, and finding the way through many.
#![allow(clippy::unwrap_used)]

mod support;

use std::path::Path;

use contract::{ConversationId, MessageId};
use sqlx::{
    AssertSqlSafe, Connection as _, Executor as _, PgConnection, SqliteConnection,
    migrate::Migrator,
};
use store::{
    Store, Uuid, Viewer,
    chat::{self, NewExchange},
};
use support::{Database, NOW, on_every_engine, person, some_id};

/// The ids of a conversation and of its messages, in order.
const IDS: [&str; 4] = [
    "0190a0b0-0000-7000-8000-000000000001",
    "0190a0b0-0000-7000-8000-000000000002",
    "0190a0b0-0000-7000-8000-000000000003",
    "0190a0b0-0000-7000-8000-000000000004",
];
/// The schema as it was before there were branches.
const BEFORE: i64 = 10;

async fn what_is_a_line(store: &Store) {
    store.migrate().await.unwrap();
    let mut read = store.read(Viewer::System).await.unwrap();
    let [id, ..] = IDS.map(|id| id.parse::<Uuid>().unwrap());
    let conversation = chat::conversation(&mut read, ConversationId(id)).await;
    let leaf = conversation.unwrap().unwrap().leaf_id.unwrap();
    assert_eq!(leaf.to_string(), IDS[3]);
    let branch = chat::messages_to(&mut read, MessageId(leaf)).await.unwrap();
    let ids: Vec<String> = branch.iter().map(|row| row.id.to_string()).collect();
    assert_eq!(ids, IDS[1..]);
    assert!(
        chat::versions(&mut read, ConversationId(id))
            .await
            .unwrap()
            .is_empty()
    );
}

/// `now` and `id` as the engine writes them.
fn a_line(now: &str, id: impl Fn(&str) -> String) -> Vec<String> {
    let [conversation, messages @ ..] = IDS.map(&id);
    let mut sql = vec![
        format!(
            "INSERT INTO accounts_users (id, name, email, email_key, role, password_hash, standing, created_at)
             VALUES ({conversation}, 'Mara', 'm@example.org', 'm@example.org', 'member', '', 'active', {now})"
        ),
        format!(
            "INSERT INTO chat_conversations (id, user_id, title, titled_by, preview, created_at, updated_at)
             VALUES ({conversation}, {conversation}, 'Mix', 'itself', '', {now}, {now})"
        ),
    ];
    for message in messages {
        sql.push(format!(
            "INSERT INTO chat_messages (id, conversation_id, user_id, author, text, created_at)
             VALUES ({message}, {conversation}, {conversation}, 'person', '', {now})"
        ));
    }
    sql
}

async fn migrations(engine: &str) -> Migrator {
    let all = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../migrations");
    Migrator::new(all.join(engine)).await.unwrap()
}

#[tokio::test]
async fn what_was_said_before_there_were_branches_is_one() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", folder.path().join("before.db").display());
    let mut raw = SqliteConnection::connect(&format!("{url}?mode=rwc"))
        .await
        .unwrap();
    migrations("sqlite")
        .await
        .run_to(BEFORE, &mut raw)
        .await
        .unwrap();
    for sql in a_line("0", |id| format!("x'{}'", id.replace('-', ""))) {
        raw.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    raw.close().await.unwrap();
    let store = Store::connect(&url).await.unwrap();
    what_is_a_line(&store).await;
    store.close().await;

    let Some(database) = Database::postgres().await else {
        return;
    };
    let mut raw = PgConnection::connect(&database.url).await.unwrap();
    // (The role owns what it made.)
    raw.execute("DROP SCHEMA public CASCADE").await.unwrap();
    raw.execute("CREATE SCHEMA public").await.unwrap();
    migrations("postgres")
        .await
        .run_to(BEFORE, &mut raw)
        .await
        .unwrap();
    raw.execute("SELECT set_config('soundstage.viewer', 'system', false)")
        .await
        .unwrap();
    for sql in a_line("now()", |id| format!("'{id}'")) {
        raw.execute(AssertSqlSafe(sql)).await.unwrap();
    }
    raw.close().await.unwrap();
    what_is_a_line(&database.store).await;
    database.drop().await;
}

#[tokio::test]
async fn a_way_of_two_thousand_messages_is_found_and_a_conversation_of_them_goes() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        let conversation = ConversationId(some_id());
        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        let (mut parent, mut first_question) = (None, None);
        let leaf = MessageId(some_id());
        chat::insert_conversation(&mut tx, conversation, ada, "Long", "", leaf, NOW)
            .await
            .unwrap();
        for n in 0..1_000 {
            let question = MessageId(some_id());
            let answer = if n == 999 { leaf } else { MessageId(some_id()) };
            let exchange = NewExchange {
                conversation,
                user: ada,
                parent,
                question,
                text: "And now?",
                send_key: &n.to_string(),
                answer,
                now: NOW,
            };
            chat::insert_exchange(&mut tx, exchange).await.unwrap();
            first_question.get_or_insert(question);
            parent = Some(answer.0);
        }
        tx.commit().await.unwrap();

        let mut read = store.read(Viewer::User(ada)).await.unwrap();
        let way = chat::messages_to(&mut read, leaf).await.unwrap();
        assert_eq!(way.len(), 2_000);
        assert!(
            way.windows(2)
                .all(|pair| pair[1].parent_id == Some(pair[0].id))
        );
        let found = chat::newest_leaf(&mut read, first_question.unwrap()).await;
        assert_eq!(found.unwrap(), Some(leaf));
        drop(read);

        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        chat::delete_conversation(&mut tx, conversation)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut read = store.read(Viewer::System).await.unwrap();
        assert!(chat::message(&mut read, leaf).await.unwrap().is_none());
    })
    .await;
}
