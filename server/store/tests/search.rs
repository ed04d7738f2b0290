//! Finding a conversation by words that were said in it, on both engines.
#![allow(clippy::unwrap_used)]

mod support;

use contract::{
    ConversationId, MessageId, RunId, UserId,
    chat::{Found, Usage},
};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, SqliteConnection};
use store::{
    Engine, Store, Viewer, accounts,
    chat::{self, FinishedRun, Hit, NewExchange, NewRun},
    new_id,
};
use support::{Database, NOW, on_every_engine, person, some_id};

#[tokio::test]
async fn words_are_found_in_any_case_and_script_and_mean_themselves() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        for (title, text) in [
            ("Übergang zum Refrain", "Warum klingt der Bass so dünn?"),
            ("Бас и бочка", "Что не так с низом?"),
            ("100% wet [dry]", r"a*b? C:\mixes\one_two ^up $5 (x|y)+"),
            ("低音域", "このミックスは低音域が弱い。"),
        ] {
            ask(&store, ada, title, text).await;
        }
        for (words, found) in [
            ("übergang", Some("Übergang zum Refrain")),
            ("ubergang", Some("Übergang zum Refrain")),
            ("U\u{308}BERGANG", Some("Übergang zum Refrain")),
            ("DÜNN", Some("Übergang zum Refrain")),
            ("klin bas", Some("Übergang zum Refrain")),
            ("БОЧКА", Some("Бас и бочка")),
            ("низ", Some("Бас и бочка")),
            ("音域", Some("低音域")),
            ("ミックス", Some("低音域")),
            ("弱", Some("低音域")),
            ("音低", None),
            ("100% WET [D", Some("100% wet [dry]")),
            (r"c:\mixes\one_", Some("100% wet [dry]")),
            ("^UP $5 (X|Y)+", Some("100% wet [dry]")),
            ("\"wet\" AND -dry* NEAR(wet)", None),
            ("wet NOT dry", None),
            ("wet OR bass", None),
            ("title", None),
            ("folded : wet", None),
            ("'wet' & 'dry' \\", Some("100% wet [dry]")),
            ("wet:* dry <-> \"", Some("100% wet [dry]")),
            // In two texts, or inside a word.
            ("bass refrain", None),
            ("ergang", None),
            // No words at all.
            ("", None),
            (" \"*(-:%\0'", None),
        ] {
            let hits = find(&store, ada, words).await;
            assert_eq!(titles(&hits), Vec::from_iter(found), "{words}");
        }
        // Nor does anybody find their own by whose it is.
        assert!(find(&store, ada, &ada.to_string()[..4]).await.is_empty());
        let endless = "wet ".repeat(10_000) + &"x".repeat(10_000);
        assert_eq!(find(&store, ada, &endless).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_conversation_is_found_once_titles_first_then_the_newest() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        ask(&store, ada, "The mix", "Anything").await;
        let (older, _) = ask(&store, ada, "Older", "My mix is loud").await;
        let (newer, _) = ask(&store, ada, "Newer", "Is the mixing done?").await;
        ask(&store, ada, "Other", "Hello").await;
        let again = exchange(older, ada, "And the next mix\n is too loud: a remix?");
        let again_id = again.question;
        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        chat::insert_exchange(&mut tx, again).await.unwrap();
        tx.commit().await.unwrap();
        go_on(&store, newer, 60).await;

        let hits = find(&store, ada, "mix").await;
        assert_eq!(titles(&hits), ["The mix", "Newer", "Older"]);
        assert_eq!(hits[0].message_id, None);
        assert_eq!(hits[0].excerpt, [piece("The ", false), piece("mix", true)]);
        // The newest message that says so.
        assert_eq!(hits[2].message_id, Some(again_id.0));
        assert_eq!(
            hits[2].excerpt,
            [
                piece("And the next ", false),
                piece("mix", true),
                piece(" is too loud: a remix?", false),
            ]
        );
        // What goes on comes first.
        go_on(&store, older, 120).await;
        assert_eq!(
            titles(&find(&store, ada, "mix").await),
            ["The mix", "Older", "Newer"]
        );
        let mut read = store.read(Viewer::User(ada)).await.unwrap();
        let hits = chat::search(&mut read, ada, "mix", 2).await.unwrap();
        assert_eq!(titles(&hits), ["The mix", "Older"]);
        // Of the same transaction, nothing is hidden by what it looked for.
        let all = chat::conversations(&mut read, ada, 10).await.unwrap();
        assert_eq!(all.len(), 4);
        let hits = chat::search(&mut read, ada, "hello", 2).await.unwrap();
        assert_eq!(titles(&hits), ["Other"]);
    })
    .await;
}

#[tokio::test]
async fn an_answer_is_found_by_its_newest_text_and_a_conversation_by_its_newest_title() {
    on_every_engine(|store| async move {
        let ada = person(&store, "ada").await;
        let (conversation, answer) = ask(&store, ada, "Ferry", "Why?").await;
        for text in ["It booms.", "It hisses."] {
            let mut tx = store.begin(Viewer::System).await.unwrap();
            chat::say(&mut tx, answer, text).await.unwrap();
            tx.commit().await.unwrap();
        }
        assert!(find(&store, ada, "booms").await.is_empty());
        let hits = find(&store, ada, "hiss").await;
        assert_eq!(hits[0].message_id, Some(answer.0));
        let mut tx = store.begin(Viewer::System).await.unwrap();
        chat::say(&mut tx, answer, " \n").await.unwrap();
        tx.commit().await.unwrap();
        assert!(find(&store, ada, "hiss").await.is_empty());

        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        chat::rename_conversation(&mut tx, conversation, "Night boat")
            .await
            .unwrap();
        tx.commit().await.unwrap();
        assert!(find(&store, ada, "ferry").await.is_empty());
        assert_eq!(titles(&find(&store, ada, "boat").await), ["Night boat"]);
    })
    .await;
}

#[tokio::test]
async fn what_others_said_is_not_found() {
    on_every_engine(|store| async move {
        let (ada, eve) = (person(&store, "ada").await, person(&store, "eve").await);
        ask(&store, ada, "Secret title", "A secret question").await;
        ask(&store, eve, "Hers", "No secrets").await;
        assert_eq!(titles(&find(&store, eve, "secret").await), ["Hers"]);
        // Nor where the service asks for another than who looks, or nobody looks.
        let mut read = store.read(Viewer::User(ada)).await.unwrap();
        let hits = chat::search(&mut read, ada, "secret", 10).await.unwrap();
        assert_eq!(titles(&hits), ["Secret title"]);
        let is_walled = store.is_walled().await.unwrap();
        for viewer in [Viewer::User(eve), Viewer::Nobody] {
            let mut read = store.read(viewer).await.unwrap();
            let hits = chat::search(&mut read, ada, "secret", 10).await.unwrap();
            assert_eq!(hits.is_empty(), is_walled);
        }
    })
    .await;
}

#[tokio::test]
async fn words_are_looked_for_where_there_is_no_wall_too() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let store = &database.store;
    let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
    ask(store, ada, "Loud", "Why?").await;
    ask(store, ada, "Quiet", "How?").await;
    ask(store, eve, "Loud too", "Why?").await;
    // As for a superuser.
    raw(
        &database,
        "ALTER TABLE chat_said NO FORCE ROW LEVEL SECURITY",
    )
    .await;
    assert_eq!(titles(&find(store, ada, "loud").await), ["Loud"]);
    database.drop().await;
}

#[tokio::test]
async fn what_is_deleted_leaves_the_index_too() {
    on_every_database(|database| async move {
        let store = &database.store;
        let (ada, eve) = (person(store, "ada").await, person(store, "eve").await);
        let (conversation, answer) = ask(store, ada, "Drums", "Why so loud?").await;
        ask(store, ada, "Bass", "Why so quiet?").await;
        ask(store, eve, "Guitar", "Why so late?").await;

        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        chat::delete_conversation(&mut tx, conversation)
            .await
            .unwrap();
        // Whoever comes too late says nothing.
        chat::say(&mut tx, answer, "Late").await.unwrap();
        chat::title(&mut tx, conversation, "Late").await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(titles(&find(store, ada, "why").await), ["Bass"]);
        assert_eq!(indexed(&database, "loud").await, 0);
        assert_eq!(indexed(&database, "why").await, 2);

        let mut tx = store.begin(Viewer::System).await.unwrap();
        accounts::delete_user(&mut tx, ada).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(indexed(&database, "why").await, 1);
        assert_eq!(titles(&find(store, eve, "why").await), ["Guitar"]);
        database
    })
    .await;
}

#[tokio::test]
async fn what_was_said_before_there_was_a_search_is_found() {
    on_every_database(|database| async move {
        let store = &database.store;
        let ada = person(store, "ada").await;
        let (conversation, answer) = ask(store, ada, "Früher", "Wie laut?").await;
        for (seconds, text) in [(0, "It booms."), (60, "It hisses.")] {
            let id = RunId(new_id(NOW.plus_seconds(seconds)));
            run(store, ada, (id, answer, conversation), text).await;
        }
        // As if the search had not been thought of.
        let sql = match store.engine() {
            Engine::Sqlite => "DROP TABLE chat_said_index; DROP TABLE chat_said;",
            Engine::Postgres => "DROP TABLE chat_said; DROP FUNCTION soundstage_lens;",
        };
        let forget = "DELETE FROM _sqlx_migrations WHERE version = 12;";
        raw(&database, &[sql, forget].concat()).await;

        store.migrate().await.unwrap();
        for (words, times) in [("fruher", 1), ("laut", 1), ("hisses", 1), ("booms", 0)] {
            assert_eq!(find(store, ada, words).await.len(), times, "{words}");
        }
        assert_eq!(
            find(store, ada, "hisses").await[0].message_id,
            Some(answer.0)
        );
        // And what is said next.
        let mut tx = store.begin(Viewer::User(ada)).await.unwrap();
        let next = exchange(conversation, ada, "And now?");
        chat::insert_exchange(&mut tx, next).await.unwrap();
        tx.commit().await.unwrap();
        assert_eq!(titles(&find(store, ada, "now").await), ["Früher"]);
        database
    })
    .await;
}

/// A conversation with one question, and where its answer is to be.
async fn ask(store: &Store, user: UserId, title: &str, text: &str) -> (ConversationId, MessageId) {
    let conversation = ConversationId(some_id());
    let mut tx = store.begin(Viewer::User(user)).await.unwrap();
    let exchange = exchange(conversation, user, text);
    let answer = exchange.answer;
    chat::insert_conversation(&mut tx, conversation, user, title, "", answer, NOW)
        .await
        .unwrap();
    chat::insert_exchange(&mut tx, exchange).await.unwrap();
    tx.commit().await.unwrap();
    (conversation, answer)
}

fn exchange(conversation: ConversationId, user: UserId, text: &str) -> NewExchange<'_> {
    NewExchange {
        conversation,
        user,
        parent: None,
        question: MessageId(some_id()),
        text,
        send_key: text,
        answer: MessageId(some_id()),
        now: NOW,
    }
}

/// Something happens in the conversation, so many seconds later.
async fn go_on(store: &Store, conversation: ConversationId, seconds: i64) {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    chat::touch_conversation(&mut tx, conversation, "", None, NOW.plus_seconds(seconds))
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

/// One try at an answer, and its end.
async fn run(
    store: &Store,
    user: UserId,
    (id, message, conversation): (RunId, MessageId, ConversationId),
    text: &str,
) {
    let mut tx = store.begin(Viewer::User(user)).await.unwrap();
    let new = NewRun {
        id,
        message,
        conversation,
        user,
        state: "writing",
        model: "",
        text: "",
        analysis: None,
        now: NOW,
    };
    chat::insert_run(&mut tx, new).await.unwrap();
    let done = FinishedRun {
        state: "done",
        text,
        blocks: Vec::new(),
        error: None,
        usage: Usage::default(),
        now: NOW,
    };
    assert!(chat::finish_run(&mut tx, id, done).await.unwrap());
    tx.commit().await.unwrap();
}

async fn find(store: &Store, user: UserId, words: &str) -> Vec<Hit> {
    let mut read = store.read(Viewer::User(user)).await.unwrap();
    chat::search(&mut read, user, words, 10).await.unwrap()
}

fn titles(hits: &[Hit]) -> Vec<&str> {
    let titles = hits.iter().map(|hit| hit.conversation.title.as_str());
    titles.collect()
}

fn piece(text: &str, is_match: bool) -> Found {
    Found {
        text: text.to_owned(),
        is_match,
    }
}

async fn on_every_database<F: Future<Output = Database>>(body: impl Fn(Database) -> F) {
    body(Database::sqlite().await).await.drop().await;
    if let Some(database) = Database::postgres().await {
        body(database).await.drop().await;
    }
}

/// What Soundstage itself never says.
async fn raw(database: &Database, sql: &str) {
    let sql = AssertSqlSafe(sql.to_owned());
    if database.store.engine() == Engine::Sqlite {
        let mut raw = SqliteConnection::connect(&database.url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    } else {
        let mut raw = PgConnection::connect(&database.url).await.unwrap();
        sqlx::raw_sql(sql).execute(&mut raw).await.unwrap();
        raw.close().await.unwrap();
    }
}

/// In how many texts of all people the index has a word.
async fn indexed(database: &Database, word: &str) -> i64 {
    if database.store.engine() == Engine::Postgres {
        let mut raw = PgConnection::connect(&database.url).await.unwrap();
        sqlx::query("SET soundstage.viewer = 'system'")
            .execute(&mut raw)
            .await
            .unwrap();
        let sql = "SELECT COUNT(*) FROM chat_said WHERE words @@ $1::text::tsquery";
        let count = sqlx::query_scalar(sql).bind(word).fetch_one(&mut raw);
        return count.await.unwrap();
    }
    let mut raw = SqliteConnection::connect(&database.url).await.unwrap();
    // It has what the table has, and nothing else.
    let check = "INSERT INTO chat_said_index (chat_said_index, rank) VALUES ('integrity-check', 1)";
    sqlx::query(check).execute(&mut raw).await.unwrap();
    let sql = "SELECT COUNT(*) FROM chat_said_index WHERE chat_said_index MATCH $1";
    let count = sqlx::query_scalar(sql).bind(word).fetch_one(&mut raw);
    count.await.unwrap()
}
