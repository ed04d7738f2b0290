//! Conversations, messages, attachments and runs.

mod excerpt;
mod search;
mod shares;
mod tree;

use contract::{
    ConversationId, MessageId, RunId, Timestamp, UserId, chat::Usage, media::AnalysisView,
};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

pub(crate) use search::fold_rest;
pub use search::{Hit, say, search, title};
pub use shares::{ShareRow, delete_share, put_share, share, share_by_key};
pub use tree::{
    NewAnswer, Told, ToldRun, Version, all_messages, all_newest_runs, choose_leaf, insert_answer,
    insert_told, insert_told_run, is_being_answered, messages_to, newest_leaf, newest_runs_to,
    replies, versions,
};

use crate::{Conn, Engine, Result, Time, Tx, execute, fetch_all, fetch_optional};

#[derive(Clone, Debug, FromRow)]
pub struct ConversationRow {
    pub id: Uuid,
    pub user_id: Uuid,
    pub title: String,
    pub preview: String,
    pub updated_at: Time,
    /// The last message of the branch that is shown.
    pub leaf_id: Option<Uuid>,
    pub pinned_at: Option<Time>,
    pub archived_at: Option<Time>,
}

#[derive(Clone, Debug, FromRow)]
pub struct MessageRow {
    pub id: Uuid,
    pub conversation_id: Uuid,
    /// The one that it follows.
    pub parent_id: Option<Uuid>,
    pub author: String,
    pub text: String,
    pub created_at: Time,
}

#[derive(Clone, Debug, FromRow)]
pub struct AttachmentRow {
    pub message_id: Uuid,
    pub asset_id: Uuid,
    pub side: String,
}

#[derive(Clone, Debug, FromRow)]
pub struct RunRow {
    pub id: Uuid,
    pub message_id: Uuid,
    pub conversation_id: Uuid,
    pub user_id: Uuid,
    pub state: String,
    pub model: String,
    pub text: String,
    pub blocks: Option<Json<Vec<String>>>,
    pub analysis: Option<Json<AnalysisView>>,
    pub error_code: Option<String>,
    pub error_message: Option<String>,
    pub tokens_in: i64,
    pub tokens_out: i64,
    pub cost_micros: Option<i64>,
    pub first_token_ms: i64,
    pub total_ms: i64,
    pub created_at: Time,
}

// --- Conversations

pub async fn insert_conversation(
    tx: &mut Tx,
    id: ConversationId,
    user: UserId,
    title: &str,
    preview: &str,
    leaf: MessageId,
    now: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_conversations (id, user_id, title, titled_by, preview, leaf_id, created_at, updated_at)
         VALUES ($1, $2, $3, 'itself', $4, $5, $6, $6)",
        id.0,
        user.0,
        title,
        preview,
        leaf.0,
        Time(now),
    )?;
    search::title(tx, id, title).await
}

pub async fn conversation(conn: &mut Conn, id: ConversationId) -> Result<Option<ConversationRow>> {
    fetch_optional!(
        ConversationRow,
        conn,
        "SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations WHERE id = $1",
        id.0,
    )
}

/// To go on with in this unit: nobody else does until the unit ends. (SQLite has one writer anyway.)
pub async fn conversation_to_change(
    tx: &mut Tx,
    id: ConversationId,
) -> Result<Option<ConversationRow>> {
    let sql = match tx.engine() {
        Engine::Sqlite => {
            "SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations WHERE id = $1"
        }
        Engine::Postgres => {
            "SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations WHERE id = $1 FOR UPDATE"
        }
    };
    fetch_optional!(ConversationRow, tx, sql, id.0)
}

/// Newest first, what was put away left out; what is pinned is there however old it is.
pub async fn conversations(
    conn: &mut Conn,
    user: UserId,
    most: i64,
) -> Result<Vec<ConversationRow>> {
    fetch_all!(
        ConversationRow,
        conn,
        "SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations
         WHERE user_id = $1 AND pinned_at IS NOT NULL AND archived_at IS NULL
         UNION ALL SELECT * FROM (
             SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations
             WHERE user_id = $1 AND pinned_at IS NULL AND archived_at IS NULL
             ORDER BY updated_at DESC, id DESC LIMIT $2
         ) AS newest ORDER BY updated_at DESC, id DESC",
        user.0,
        most,
    )
}

/// Something was said in it: at `leaf`, if that is to be shown from now on, and then it is put away no more.
pub async fn touch_conversation(
    tx: &mut Tx,
    id: ConversationId,
    preview: &str,
    leaf: Option<MessageId>,
    now: Timestamp,
) -> Result<Option<ConversationRow>> {
    fetch_optional!(
        ConversationRow,
        tx,
        "UPDATE chat_conversations SET preview = $1, updated_at = $2, leaf_id = COALESCE($3, leaf_id),
             archived_at = CASE WHEN $3 IS NULL THEN archived_at END
         WHERE id = $4
         RETURNING id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at",
        preview,
        Time(now),
        leaf.map(|leaf| leaf.0),
        id.0,
    )
}

pub async fn rename_conversation(tx: &mut Tx, id: ConversationId, title: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE chat_conversations SET title = $1, titled_by = 'person' WHERE id = $2",
        title,
        id.0,
    )?;
    search::title(tx, id, title).await
}

pub async fn archived_conversations(
    conn: &mut Conn,
    user: UserId,
    most: i64,
) -> Result<Vec<ConversationRow>> {
    fetch_all!(
        ConversationRow,
        conn,
        "SELECT id, user_id, title, preview, updated_at, leaf_id, pinned_at, archived_at FROM chat_conversations
         WHERE user_id = $1 AND archived_at IS NOT NULL ORDER BY updated_at DESC, id DESC LIMIT $2",
        user.0,
        most,
    )
}

pub async fn shelve_conversation(
    tx: &mut Tx,
    id: ConversationId,
    pinned_at: Option<Timestamp>,
    archived_at: Option<Timestamp>,
) -> Result<()> {
    execute!(
        tx,
        "UPDATE chat_conversations SET pinned_at = $1, archived_at = $2 WHERE id = $3",
        pinned_at.map(Time),
        archived_at.map(Time),
        id.0,
    )?;
    Ok(())
}

pub async fn delete_conversation(tx: &mut Tx, id: ConversationId) -> Result<()> {
    execute!(tx, "DELETE FROM chat_conversations WHERE id = $1", id.0)?;
    Ok(())
}

// --- Messages

/// A question, and the message that is to hold its answer.
pub struct NewExchange<'a> {
    pub conversation: ConversationId,
    pub user: UserId,
    /// What the question follows.
    pub parent: Option<Uuid>,
    pub question: MessageId,
    pub text: &'a str,
    pub send_key: &'a str,
    pub answer: MessageId,
    pub now: Timestamp,
}

/// Of all of a person's conversations, oldest first.
pub async fn conversation_ids(conn: &mut Conn, user: UserId) -> Result<Vec<ConversationId>> {
    let rows = fetch_all!(
        (Uuid,),
        conn,
        "SELECT id FROM chat_conversations WHERE user_id = $1 ORDER BY id",
        user.0
    )?;
    Ok(rows.into_iter().map(|(id,)| ConversationId(id)).collect())
}

pub async fn insert_exchange(tx: &mut Tx, new: NewExchange<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_messages (id, conversation_id, user_id, author, text, send_key, created_at, parent_id)
         VALUES ($1, $2, $3, 'person', $4, $5, $6, $8), ($7, $2, $3, 'assistant', '', NULL, $6, $1)",
        new.question.0,
        new.conversation.0,
        new.user.0,
        new.text,
        new.send_key,
        Time(new.now),
        new.answer.0,
        new.parent,
    )?;
    say(tx, new.question, new.text).await
}

pub async fn message(conn: &mut Conn, id: MessageId) -> Result<Option<MessageRow>> {
    fetch_optional!(
        MessageRow,
        conn,
        "SELECT id, conversation_id, parent_id, author, text, created_at FROM chat_messages WHERE id = $1",
        id.0,
    )
}

/// The message that was stored under this key, if it was.
pub async fn sent_before(conn: &mut Conn, user: UserId, key: &str) -> Result<Option<MessageRow>> {
    fetch_optional!(
        MessageRow,
        conn,
        "SELECT id, conversation_id, parent_id, author, text, created_at FROM chat_messages
         WHERE user_id = $1 AND send_key = $2",
        user.0,
        key,
    )
}

pub async fn insert_attachment(
    tx: &mut Tx,
    message: MessageId,
    asset: Uuid,
    side: &str,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_attachments (message_id, asset_id, side) VALUES ($1, $2, $3)",
        message.0,
        asset,
        side,
    )?;
    Ok(())
}

pub async fn attachments(
    conn: &mut Conn,
    conversation: ConversationId,
) -> Result<Vec<AttachmentRow>> {
    fetch_all!(
        AttachmentRow,
        conn,
        "SELECT a.message_id, a.asset_id, a.side FROM chat_attachments AS a
         JOIN chat_messages AS m ON m.id = a.message_id
         WHERE m.conversation_id = $1 ORDER BY a.message_id, a.side",
        conversation.0,
    )
}

// --- Runs

pub struct NewRun<'a> {
    pub id: RunId,
    pub message: MessageId,
    pub conversation: ConversationId,
    pub user: UserId,
    pub state: &'a str,
    pub model: &'a str,
    /// What an interrupted run before it had written.
    pub text: &'a str,
    pub analysis: Option<AnalysisView>,
    pub now: Timestamp,
}

pub async fn insert_run(tx: &mut Tx, new: NewRun<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_runs (id, message_id, conversation_id, user_id, state, model, text, analysis,
                                tokens_in, tokens_out, first_token_ms, total_ms, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0, 0, 0, 0, $9)",
        new.id.0,
        new.message.0,
        new.conversation.0,
        new.user.0,
        new.state,
        new.model,
        new.text,
        new.analysis.clone().map(Json),
        Time(new.now),
    )?;
    Ok(())
}

pub async fn run(conn: &mut Conn, id: RunId) -> Result<Option<RunRow>> {
    fetch_optional!(RunRow, conn, "SELECT * FROM chat_runs WHERE id = $1", id.0)
}

pub async fn newest_run(conn: &mut Conn, message: MessageId) -> Result<Option<RunRow>> {
    fetch_optional!(
        RunRow,
        conn,
        "SELECT * FROM chat_runs WHERE message_id = $1 ORDER BY id DESC LIMIT 1",
        message.0,
    )
}

/// Runs that a process left behind.
pub async fn open_runs(conn: &mut Conn) -> Result<Vec<RunRow>> {
    fetch_all!(
        RunRow,
        conn,
        "SELECT * FROM chat_runs WHERE state IN ('measuring', 'writing') ORDER BY id"
    )
}

pub async fn store_run_analysis(tx: &mut Tx, id: RunId, analysis: &AnalysisView) -> Result<()> {
    execute!(
        tx,
        "UPDATE chat_runs SET analysis = $1 WHERE id = $2 AND finished_at IS NULL",
        Json(analysis.clone()),
        id.0,
    )?;
    Ok(())
}

/// What there is of an answer that is being written; without any it is not yet, and begins anew after a
/// restart.
pub async fn store_run_text(tx: &mut Tx, id: RunId, text: &str) -> Result<()> {
    execute!(
        tx,
        "UPDATE chat_runs SET text = $1, state = 'writing' WHERE id = $2 AND finished_at IS NULL",
        text,
        id.0
    )?;
    Ok(())
}

pub struct FinishedRun<'a> {
    pub state: &'a str,
    pub text: &'a str,
    pub blocks: Vec<String>,
    pub error: Option<(&'a str, &'a str)>,
    pub usage: Usage,
    pub now: Timestamp,
}

/// Says whether the run was still open; the first to finish it wins.
pub async fn finish_run(tx: &mut Tx, id: RunId, done: FinishedRun<'_>) -> Result<bool> {
    let touched = execute!(
        tx,
        "UPDATE chat_runs SET state = $1, text = $2, blocks = $3, error_code = $4, error_message = $5,
                tokens_in = $6, tokens_out = $7, cost_micros = $8, first_token_ms = $9, total_ms = $10,
                finished_at = $11
         WHERE id = $12 AND finished_at IS NULL",
        done.state,
        done.text,
        Json(done.blocks.clone()),
        done.error.map(|(code, _)| code),
        done.error.map(|(_, message)| message),
        done.usage.tokens_in,
        done.usage.tokens_out,
        done.usage.cost_micros,
        done.usage.first_token_ms,
        done.usage.total_ms,
        Time(done.now),
        id.0,
    )?;
    Ok(touched > 0)
}
