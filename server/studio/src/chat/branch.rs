//! Branches: a conversation is a tree of messages, of which one way from the beginning to a leaf is shown.
//! Nothing is lost by an edit or another answer; both begin a branch beside the one that was there.

use contract::{
    ConversationId, MessageId, Timestamp, UserId,
    accounts::Scope,
    chat::{Author, ConversationView},
    live::{Event, Topic},
};
use store::{
    Time, Tx, Uuid,
    chat::{self as rows, ConversationRow, NewAnswer},
};

use super::{Chat, ChatError, view};
use crate::Actor;

impl Chat {
    /// Shows the branch through this message, as far as it went last; in all tabs.
    pub async fn choose(
        &self,
        actor: &Actor,
        message: MessageId,
    ) -> Result<ConversationView, ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let mut tx = self.0.store.begin(actor).await?;
        let row = rows::message(&mut tx, message).await?;
        let conversation = view::conversation_of(&row.ok_or(ChatError::NotFound)?);
        own_to_change(&mut tx, user, conversation).await?;
        let leaf = rows::newest_leaf(&mut tx, message).await?;
        let leaf = leaf.ok_or(ChatError::NotFound)?;
        rows::choose_leaf(&mut tx, conversation, leaf).await?;
        tx.commit().await?;
        self.0
            .hub
            .publish(Topic::Conversation(conversation), Event::Branched { leaf });
        self.open(actor, conversation).await
    }
}

/// To go on with: whoever else would, waits.
pub(super) async fn own_to_change(
    tx: &mut Tx,
    user: UserId,
    id: ConversationId,
) -> Result<ConversationRow, ChatError> {
    let row = rows::conversation_to_change(tx, id).await?;
    row.filter(|row| row.user_id == user.0)
        .ok_or(ChatError::NotFound)
}

/// What a message follows that is said in place of this one.
pub(super) async fn in_place_of(
    tx: &mut Tx,
    conversation: ConversationId,
    before: MessageId,
) -> Result<Option<Uuid>, ChatError> {
    let row = rows::message(tx, before).await?;
    let row = row
        .filter(|row| row.conversation_id == conversation.0)
        .filter(|row| view::author(&row.author) == Author::Person);
    Ok(row.ok_or(ChatError::NotFound)?.parent_id)
}

/// A place for another answer to the same question, shown from now on.
pub(super) async fn beside(
    tx: &mut Tx,
    user: UserId,
    answer: MessageId,
    now: Timestamp,
) -> Result<MessageId, ChatError> {
    let row = rows::message(tx, answer).await?;
    let row = row.ok_or(ChatError::NotFound)?;
    let new = NewAnswer {
        id: MessageId(store::new_id(now)),
        conversation: view::conversation_of(&row),
        user,
        parent: row.parent_id,
        now: Time(now),
    };
    let (id, conversation) = (new.id, new.conversation);
    rows::insert_answer(tx, new).await?;
    rows::choose_leaf(tx, conversation, id).await?;
    Ok(id)
}
