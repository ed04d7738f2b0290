//! PostgreSQL's own wall: a statement that forgot to ask whose rows it reads gets its viewer's alone.
#![allow(clippy::unwrap_used)]

mod support;

use contract::UserId;
use sqlx::{AssertSqlSafe, Connection as _, PgConnection};
use support::{Database, person};

/// Tables that hold what is somebody's.
const OF_PEOPLE: [&str; 19] = [
    "accounts_users",
    "accounts_sessions",
    "accounts_tokens",
    "accounts_invites",
    "accounts_passkeys",
    "accounts_recovery_codes",
    "accounts_totp",
    "accounts_identities",
    "accounts_connections",
    "jobs",
    "media_assets",
    "media_uploads",
    "media_analyses",
    "chat_conversations",
    "chat_messages",
    "chat_attachments",
    "chat_runs",
    "chat_said",
    "chat_shares",
];
/// And those that only Soundstage itself reads.
const OF_THE_STUDIO: [&str; 5] = [
    "accounts_audit",
    "accounts_dances",
    "accounts_keys",
    "accounts_links",
    "media_remains",
];

#[tokio::test]
async fn every_table_has_its_wall() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    assert!(database.store.is_walled().await.unwrap());
    let mut raw = PgConnection::connect(&database.url).await.unwrap();
    let tables: Vec<(String, bool)> = sqlx::query_as(
        "SELECT relname::text, relrowsecurity AND relforcerowsecurity FROM pg_class
         WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace ORDER BY relname",
    )
    .fetch_all(&mut raw)
    .await
    .unwrap();
    for (table, is_walled) in tables {
        // sqlx's own record of migrations is nobody's.
        assert!(is_walled || table == "_sqlx_migrations", "{table}");
        let is_listed = OF_PEOPLE
            .iter()
            .chain(&OF_THE_STUDIO)
            .any(|one| *one == table);
        assert!(is_listed || !is_walled, "{table} is not looked at below");
    }
    raw.close().await.unwrap();
    database.drop().await;
}

#[tokio::test]
async fn a_query_with_the_wrong_viewer_finds_nothing_though_nobody_asked() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let (mara, eve) = (
        person(&database.store, "mara").await,
        person(&database.store, "eve").await,
    );
    let mut raw = PgConnection::connect(&database.url).await.unwrap();
    one_of_everything(&mut raw, mara).await;
    for table in OF_PEOPLE {
        // Eve is one of the people; all else is Mara's.
        let eves = i64::from(table == "accounts_users");
        assert_eq!(seen(&mut raw, &mara.to_string(), table).await, 1, "{table}");
        assert_eq!(
            seen(&mut raw, &eve.to_string(), table).await,
            eves,
            "{table}"
        );
        assert_eq!(seen(&mut raw, "", table).await, 0, "{table}");
        assert_eq!(seen(&mut raw, "system", table).await, 1 + eves, "{table}");
        let gone = as_viewer(&mut raw, &eve.to_string(), &format!("DELETE FROM {table}")).await;
        assert_eq!(gone.unwrap(), eves, "{table}");
    }
    for table in OF_THE_STUDIO {
        assert_eq!(seen(&mut raw, &mara.to_string(), table).await, 0, "{table}");
        assert_eq!(seen(&mut raw, "system", table).await, 1, "{table}");
    }
    // Nor do words that are looked for, whatever they are, find what is behind the wall.
    let words = format!("SET soundstage.words = $$'=system' | '={mara}'$$");
    sqlx::raw_sql(AssertSqlSafe(words))
        .execute(&mut raw)
        .await
        .unwrap();
    assert_eq!(seen(&mut raw, &mara.to_string(), "chat_said").await, 1);
    assert_eq!(seen(&mut raw, &eve.to_string(), "chat_said").await, 0);
    assert_eq!(seen(&mut raw, "", "chat_said").await, 0);
    // Nor can anybody make what is another's, give theirs away, or change the log.
    let (marah, eves) = (mara.to_string(), eve.to_string());
    let conversation = format!(
        "INSERT INTO chat_conversations (id, user_id, title, titled_by, preview, created_at, updated_at)
         VALUES (gen_random_uuid(), '{mara}', '', 'person', '', now(), now())"
    );
    assert!(as_viewer(&mut raw, &eves, &conversation).await.is_err());
    let said = format!(
        "INSERT INTO chat_said (conversation_id, user_id, text)
         VALUES ('0190a0b0-0000-7000-8000-00000000000a', '{mara}', '')"
    );
    let refused = as_viewer(&mut raw, &eves, &said).await.unwrap_err();
    assert!(refused.to_string().contains("row-level security"));
    for table in ["chat_conversations", "chat_said"] {
        let give = format!("UPDATE {table} SET user_id = '{eve}'");
        assert!(as_viewer(&mut raw, &marah, &give).await.is_err(), "{table}");
    }
    let lie = "UPDATE accounts_audit SET act = 'nothing'";
    assert_eq!(as_viewer(&mut raw, "system", lie).await.unwrap(), 0);
    let line = format!(
        "INSERT INTO accounts_audit (id, at, user_id, act, target, address, detail)
         VALUES (gen_random_uuid(), now(), '{mara}', 'session.begin', '', '', '{{}}')"
    );
    assert!(as_viewer(&mut raw, &eves, &line).await.is_err());
    raw.close().await.unwrap();
    database.drop().await;
}

async fn one_of_everything(raw: &mut PgConnection, user: UserId) {
    let (a, b) = (
        "0190a0b0-0000-7000-8000-00000000000a",
        "0190a0b0-0000-7000-8000-00000000000b",
    );
    let rows = format!(
        "SELECT set_config('soundstage.viewer', 'system', true);
         INSERT INTO accounts_sessions VALUES ('{a}', '{user}', 'hash', '', '', now(), now(), now());
         INSERT INTO accounts_tokens VALUES ('{a}', '{user}', '', 'hash', '', '[]', now(), NULL, NULL);
         INSERT INTO accounts_invites VALUES ('{a}', 'hash', 'member', '', '{user}', now(), now());
         INSERT INTO accounts_identities VALUES ('{a}', '{user}', 'sso', 'mara', NULL, now(), NULL);
         INSERT INTO accounts_keys VALUES ('0000aaaa', 'value', now());
         INSERT INTO accounts_connections (id, user_id, provider, scopes, key_id, access, connected_at)
             VALUES ('{a}', '{user}', 'desk', '[]', '0000aaaa', 'sealed', now());
         INSERT INTO accounts_passkeys VALUES ('{a}', '{user}', 'id', '{{}}', '', now(), NULL);
         INSERT INTO accounts_totp VALUES ('{user}', '0000aaaa', 'sealed', now(), NULL, 0);
         INSERT INTO accounts_recovery_codes VALUES ('{user}', 'hash');
         INSERT INTO accounts_dances VALUES ('hash', 'hash', 'sso', '{{}}', NULL, NULL, '/', now());
         INSERT INTO accounts_links VALUES ('hash', now(), now(), NULL);
         INSERT INTO accounts_audit VALUES ('{a}', now(), '{user}', 'session.begin', '', '', '{{}}');
         INSERT INTO jobs VALUES ('{a}', 'measure', '{user}', '{a}', '{{}}', 'queued', 0, 0, 1, now(), NULL, NULL,
             FALSE, 0, NULL, NULL, NULL, 'key', now(), NULL, NULL);
         INSERT INTO media_assets VALUES ('{a}', '{user}', '', 0, 'hash', 'wav', '', NULL, NULL, now());
         INSERT INTO media_uploads VALUES ('{b}', '{user}', '', 0, 0, now(), now());
         INSERT INTO media_analyses VALUES ('{a}', 1, '{{}}', '{{}}', now());
         INSERT INTO media_remains VALUES ('{b}', now());
         INSERT INTO chat_conversations VALUES ('{a}', '{user}', '', 'person', '', now(), now());
         INSERT INTO chat_messages VALUES ('{a}', '{a}', '{user}', 'person', '', NULL, now());
         INSERT INTO chat_attachments VALUES ('{a}', '{a}', 'a');
         INSERT INTO chat_runs VALUES ('{a}', '{a}', '{a}', '{user}', 'done', '', '', NULL, NULL, NULL, NULL, 0, 0,
             NULL, 0, 0, now(), now());
         INSERT INTO chat_shares VALUES ('{a}', '{user}', 'key', '{a}', 'Mara', now());
         INSERT INTO chat_said (message_id, conversation_id, user_id, text) VALUES ('{a}', '{a}', '{user}', '');"
    );
    let mut tx = raw.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(rows))
        .execute(&mut *tx)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn seen(raw: &mut PgConnection, viewer: &str, table: &str) -> i64 {
    let mut tx = raw.begin().await.unwrap();
    sqlx::query("SELECT set_config('soundstage.viewer', $1, true)")
        .bind(viewer)
        .execute(&mut *tx)
        .await
        .unwrap();
    let sql = format!("SELECT COUNT(*) FROM {table}");
    sqlx::query_scalar(AssertSqlSafe(sql))
        .fetch_one(&mut *tx)
        .await
        .unwrap()
}

/// How many rows it touched; undone.
async fn as_viewer(raw: &mut PgConnection, viewer: &str, sql: &str) -> Result<i64, sqlx::Error> {
    let mut tx = raw.begin().await?;
    sqlx::query("SELECT set_config('soundstage.viewer', $1, true)")
        .bind(viewer)
        .execute(&mut *tx)
        .await?;
    let done = sqlx::query(AssertSqlSafe(sql.to_owned()))
        .execute(&mut *tx)
        .await?;
    Ok(done.rows_affected() as i64)
}
