//! Full-text search in what was said and in what conversations are called.
//!
//! Words are told apart and folded by `words`, the same for both engines; each keeps them in the index that
//! it has: FTS5, or GIN over a `tsvector`. Whose words they are stands in the index with them, so that a
//! search never goes through what others said.

use contract::{ConversationId, MessageId, UserId, chat::Found};
use sqlx::FromRow;
use uuid::Uuid;

use super::{ConversationRow, excerpt::excerpt};
use crate::{
    Conn, Engine, Result, Store, Tx, Viewer, execute, fetch_all, fetch_one,
    words::{folded, looked_for},
};

/// Of words that occur everywhere, so many of the newest messages are looked at.
const MOST_MESSAGES: i64 = 5_000;
/// What was there before the search is folded in units of so many.
const FOLDED_AT_ONCE: i64 = 500;

/// A conversation in which the words were found.
#[derive(Clone, Debug)]
pub struct Hit {
    pub conversation: ConversationRow,
    /// None: in its title.
    pub message_id: Option<Uuid>,
    pub excerpt: Vec<Found>,
}

#[derive(FromRow)]
struct FoundRow {
    #[sqlx(flatten)]
    conversation: ConversationRow,
    message_id: Option<Uuid>,
    text: String,
}

/// From now on the message is found by this text, and no other. (Questions are said by
/// [`insert_exchange`](super::insert_exchange); an answer is, when it has ended.)
pub async fn say(tx: &mut Tx, message: MessageId, text: &str) -> Result<()> {
    let folded = folded(text);
    if folded.is_empty() {
        let sql = "DELETE FROM chat_said WHERE message_id = $1";
        return execute!(tx, sql, message.0).map(drop);
    }
    execute!(
        tx,
        "INSERT INTO chat_said (message_id, conversation_id, user_id, text, folded)
         SELECT id, conversation_id, user_id, $1, $2 FROM chat_messages WHERE id = $3
         ON CONFLICT (message_id) DO UPDATE SET text = excluded.text, folded = excluded.folded",
        text,
        folded,
        message.0,
    )?;
    Ok(())
}

/// From now on the conversation is found by this title.
pub async fn title(tx: &mut Tx, conversation: ConversationId, title: &str) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_said (conversation_id, user_id, text, folded)
         SELECT id, user_id, $1, $2 FROM chat_conversations WHERE id = $3
         ON CONFLICT (conversation_id) WHERE message_id IS NULL
         DO UPDATE SET text = excluded.text, folded = excluded.folded",
        title,
        folded(title),
        conversation.0,
    )?;
    Ok(())
}

/// What stands behind `found`, whose rows are `n`, `conversation_id` and `message_id`. A title is better than
/// a message, and a newer message better than an older one.
macro_rules! hits {
    ($($found:expr),+) => {
        concat!(
            "WITH found AS (",
            $($found,)+
            "), best AS (
                 SELECT conversation_id,
                        COALESCE(MAX(CASE WHEN message_id IS NULL THEN n END), MAX(n)) AS n,
                        MAX(CASE WHEN message_id IS NULL THEN 1 ELSE 0 END) AS in_title
                 FROM found GROUP BY conversation_id
             )
             SELECT c.id, c.user_id, c.title, c.preview, c.updated_at, c.leaf_id, c.pinned_at, c.archived_at,
                    s.message_id, s.text
             FROM best JOIN chat_conversations AS c ON c.id = best.conversation_id
             JOIN chat_said AS s ON s.n = best.n
             WHERE c.user_id = $1
             ORDER BY best.in_title DESC, c.updated_at DESC, c.id DESC LIMIT $2"
        )
    };
}

/// The conversations in which something has all these words, each as the beginning of one: first those that
/// are called so, then those where it was said; the newest of each first. Where there is no word, nothing is
/// found.
pub async fn search(conn: &mut Conn, user: UserId, words: &str, most: i64) -> Result<Vec<Hit>> {
    let looked_for = looked_for(words);
    if looked_for.is_empty() {
        return Ok(Vec::new());
    }
    let rows = match conn.engine() {
        Engine::Sqlite => by_fts5(conn, user, &looked_for, most).await?,
        Engine::Postgres => through_lens(conn, user, &looked_for, most).await?,
    };
    let hits = rows.into_iter().map(|row| Hit {
        conversation: row.conversation,
        message_id: row.message_id,
        excerpt: excerpt(&row.text, &looked_for),
    });
    Ok(hits.collect())
}

/// A word has neither quotes nor anything else that is syntax, on either engine.
async fn by_fts5(
    conn: &mut Conn,
    user: UserId,
    looked_for: &[String],
    most: i64,
) -> Result<Vec<FoundRow>> {
    let words: Vec<String> = looked_for
        .iter()
        .map(|word| format!("\"{word}\"*"))
        .collect();
    let (owner, words) = (user.0.simple(), words.join(" AND "));
    fetch_all!(
        FoundRow,
        conn,
        hits!(
            "SELECT n, conversation_id, message_id FROM chat_said WHERE n IN (
                 SELECT rowid FROM chat_said_index WHERE chat_said_index MATCH $3
                 ORDER BY rowid DESC LIMIT $4)
             UNION
             SELECT n, conversation_id, message_id FROM chat_said WHERE n IN (
                 SELECT rowid FROM chat_said_index WHERE chat_said_index MATCH $5
                 ORDER BY rowid DESC LIMIT $2)"
        ),
        user.0,
        most,
        format!("owner : \"{owner}\" AND folded : ({words})"),
        MOST_MESSAGES,
        format!("owner : (\"{owner}\" AND \"title\") AND folded : ({words})"),
    )
}

/// The words are a wall of the transaction while they are looked for: see `0012_search.sql`.
async fn through_lens(
    conn: &mut Conn,
    user: UserId,
    looked_for: &[String],
    most: i64,
) -> Result<Vec<FoundRow>> {
    macro_rules! that {
        ($match:literal) => {
            hits!(
                "(SELECT n, conversation_id, message_id FROM chat_said WHERE user_id = $1",
                $match,
                " ORDER BY n DESC LIMIT $3)
                 UNION
                 (SELECT n, conversation_id, message_id FROM chat_said WHERE user_id = $1",
                $match,
                " AND message_id IS NULL ORDER BY n DESC LIMIT $2)"
            )
        };
    }
    let words: Vec<String> = looked_for
        .iter()
        .map(|word| format!("'{word}':*"))
        .collect();
    let sql = match set_lens(conn, &words.join(" & ")).await? {
        true => that!(""),
        // A superuser walks through walls.
        false => that!(" AND words @@ soundstage_lens()"),
    };
    let rows = fetch_all!(FoundRow, conn, sql, user.0, most, MOST_MESSAGES)?;
    set_lens(conn, "").await?;
    Ok(rows)
}

/// Says whether it is a wall. Which way is fast depends on how common the words are, so that each search gets
/// a plan of its own.
async fn set_lens(conn: &mut Conn, words: &str) -> Result<bool> {
    let (is_walled, _, _) = fetch_one!(
        (bool, String, String),
        conn,
        "SELECT row_security_active('chat_said'), set_config('soundstage.words', $1, true),
                set_config('plan_cache_mode', 'force_custom_plan', true)",
        words,
    )?;
    Ok(is_walled)
}

/// Folds what was said before there was a search, which the migration could not. Several processes may.
pub(crate) async fn fold_rest(store: &Store) -> Result<()> {
    loop {
        let mut tx = store.begin(Viewer::System).await?;
        let rows = fetch_all!(
            (i64, String),
            tx,
            "SELECT n, text FROM chat_said WHERE folded IS NULL ORDER BY n LIMIT $1",
            FOLDED_AT_ONCE,
        )?;
        if rows.is_empty() {
            return Ok(());
        }
        for (n, text) in rows {
            execute!(
                tx,
                "UPDATE chat_said SET folded = $1 WHERE n = $2",
                folded(&text),
                n,
            )?;
        }
        tx.commit().await?;
    }
}
