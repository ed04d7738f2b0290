//! A conversation's messages as the tree that they are. A branch is named by its last message: everything
//! before that is found on the way up.

use contract::{ConversationId, MessageId, RunId, UserId};
use sqlx::{FromRow, types::Json};
use uuid::Uuid;

use super::{MessageRow, RunRow};
use crate::{Conn, Result, Tx, execute, fetch_all, fetch_optional};

/// `path (id, parent_id, depth)`: the message `$1`, and what it follows.
macro_rules! on_the_way_to {
    ($rest:literal) => {
        concat!(
            "WITH RECURSIVE path (id, parent_id, depth) AS (
                 SELECT id, parent_id, 0 FROM chat_messages WHERE id = $1
                 UNION ALL
                 SELECT m.id, m.parent_id, path.depth + 1 FROM chat_messages AS m JOIN path ON m.id = path.parent_id
             ) ",
            $rest
        )
    };
}

/// One branch, in the order in which it was said.
pub async fn messages_to(conn: &mut Conn, last: MessageId) -> Result<Vec<MessageRow>> {
    fetch_all!(
        MessageRow,
        conn,
        on_the_way_to!(
            "SELECT m.id, m.conversation_id, m.parent_id, m.author, m.text, m.created_at
             FROM path JOIN chat_messages AS m ON m.id = path.id ORDER BY path.depth DESC"
        ),
        last.0,
    )
}

/// The newest run of every answer of one branch.
pub async fn newest_runs_to(conn: &mut Conn, last: MessageId) -> Result<Vec<RunRow>> {
    fetch_all!(
        RunRow,
        conn,
        on_the_way_to!(
            "SELECT r.* FROM path JOIN chat_runs AS r ON r.message_id = path.id
             WHERE NOT EXISTS (SELECT 1 FROM chat_runs AS later WHERE later.message_id = r.message_id AND later.id > r.id)"
        ),
        last.0,
    )
}

/// A message that is not the only one in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, FromRow)]
pub struct Version {
    pub id: Uuid,
    /// What it follows; none at the beginning.
    pub parent_id: Option<Uuid>,
}

/// All messages of a conversation that have others in their place, oldest first.
pub async fn versions(conn: &mut Conn, conversation: ConversationId) -> Result<Vec<Version>> {
    fetch_all!(
        Version,
        conn,
        "SELECT id, parent_id FROM (
             SELECT id, parent_id, COUNT(*) OVER (PARTITION BY parent_id) AS in_place
             FROM chat_messages WHERE conversation_id = $1
         ) AS m WHERE in_place > 1 ORDER BY id",
        conversation.0,
    )
}

/// The last message of the branch through this one that was said last.
pub async fn newest_leaf(conn: &mut Conn, through: MessageId) -> Result<Option<MessageId>> {
    let row = fetch_optional!(
        (Uuid,),
        conn,
        "WITH RECURSIVE below (id) AS (
             SELECT id FROM chat_messages WHERE id = $1
             UNION ALL
             SELECT m.id FROM chat_messages AS m JOIN below ON m.parent_id = below.id
         )
         SELECT id FROM below
         WHERE NOT EXISTS (SELECT 1 FROM chat_messages AS m WHERE m.parent_id = below.id)
         ORDER BY id DESC LIMIT 1",
        through.0,
    )?;
    Ok(row.map(|(id,)| MessageId(id)))
}

/// From now on the branch that ends there is shown.
pub async fn choose_leaf(tx: &mut Tx, id: ConversationId, leaf: MessageId) -> Result<()> {
    execute!(
        tx,
        "UPDATE chat_conversations SET leaf_id = $1 WHERE id = $2",
        leaf.0,
        id.0,
    )?;
    Ok(())
}

/// What follows a message, oldest first.
pub async fn replies(conn: &mut Conn, to: MessageId) -> Result<Vec<MessageRow>> {
    fetch_all!(
        MessageRow,
        conn,
        "SELECT id, conversation_id, parent_id, author, text, created_at FROM chat_messages
         WHERE parent_id = $1 ORDER BY id",
        to.0,
    )
}

/// Whether this answer, or another in its place, is being written.
pub async fn is_being_answered(conn: &mut Conn, answer: MessageId) -> Result<bool> {
    let open = fetch_optional!(
        (Uuid,),
        conn,
        "SELECT r.id FROM chat_messages AS own
         JOIN chat_messages AS m ON m.id = own.id OR m.parent_id = own.parent_id
         JOIN chat_runs AS r ON r.message_id = m.id AND r.finished_at IS NULL
         WHERE own.id = $1 LIMIT 1",
        answer.0,
    )?;
    Ok(open.is_some())
}

/// Every message of a conversation, whatever branch it is on, oldest first.
pub async fn all_messages(
    conn: &mut Conn,
    conversation: ConversationId,
) -> Result<Vec<MessageRow>> {
    fetch_all!(
        MessageRow,
        conn,
        "SELECT id, conversation_id, parent_id, author, text, created_at FROM chat_messages
         WHERE conversation_id = $1 ORDER BY id",
        conversation.0,
    )
}

/// The newest run of every answer, whatever branch it is on.
pub async fn all_newest_runs(conn: &mut Conn, conversation: ConversationId) -> Result<Vec<RunRow>> {
    fetch_all!(
        RunRow,
        conn,
        "SELECT * FROM chat_runs AS r WHERE conversation_id = $1
         AND NOT EXISTS (SELECT 1 FROM chat_runs AS later WHERE later.message_id = r.message_id AND later.id > r.id)",
        conversation.0,
    )
}

/// A message that was said elsewhere.
pub struct Told<'a> {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub user: UserId,
    pub parent: Option<MessageId>,
    pub author: &'a str,
    pub text: &'a str,
    pub send_key: Option<&'a str>,
    pub at: crate::Time,
}

/// A duplicate ([`crate::is_duplicate`]) means that its key is taken.
pub async fn insert_told(tx: &mut Tx, told: Told<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_messages (id, conversation_id, user_id, parent_id, author, text, send_key, created_at)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        told.id.0,
        told.conversation.0,
        told.user.0,
        told.parent.map(|parent| parent.0),
        told.author,
        told.text,
        told.send_key,
        told.at,
    )?;
    Ok(())
}

/// How an answer was written elsewhere.
pub struct ToldRun<'a> {
    pub id: RunId,
    pub message: MessageId,
    pub conversation: ConversationId,
    pub user: UserId,
    pub model: &'a str,
    pub text: &'a str,
    pub blocks: Vec<String>,
    pub at: crate::Time,
}

pub async fn insert_told_run(tx: &mut Tx, told: ToldRun<'_>) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_runs (id, message_id, conversation_id, user_id, state, model, text, blocks, tokens_in,
                                tokens_out, first_token_ms, total_ms, created_at, finished_at)
         VALUES ($1, $2, $3, $4, 'done', $5, $6, $7, 0, 0, 0, 0, $8, $8)",
        told.id.0,
        told.message.0,
        told.conversation.0,
        told.user.0,
        told.model,
        told.text,
        Json(told.blocks.clone()),
        told.at,
    )?;
    Ok(())
}

/// An answer that has no words yet.
pub struct NewAnswer {
    pub id: MessageId,
    pub conversation: ConversationId,
    pub user: UserId,
    pub parent: Option<Uuid>,
    pub now: crate::Time,
}

pub async fn insert_answer(tx: &mut Tx, new: NewAnswer) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO chat_messages (id, conversation_id, user_id, parent_id, author, text, created_at)
         VALUES ($1, $2, $3, $4, 'assistant', '', $5)",
        new.id.0,
        new.conversation.0,
        new.user.0,
        new.parent,
        new.now,
    )?;
    Ok(())
}
