//! A conversation that others may read: by a link, as it was when it was shared, until that is taken back.

use contract::{
    ConversationId, MessageId,
    accounts::Scope,
    chat::{Author, RunState, ShareView, SharedMessage, SharedView},
};
use store::{
    Time, Viewer,
    chat::{self as rows, MessageRow, RunRow, ShareRow},
};

use super::{Chat, ChatError, branch, service::own_conversation, view};
use crate::{Actor, accounts::fresh_key};

impl Chat {
    /// Whether, and as of when.
    pub async fn sharing(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<Option<ShareView>, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        let conversation = own_conversation(&mut read, user, id).await?;
        let row = rows::share(&mut read, id).await?;
        Ok(row.map(|row| ShareView {
            is_current: conversation.leaf_id == Some(row.leaf_id),
            key: row.key,
            shared_at: row.shared_at.into(),
        }))
    }

    /// Lets everybody who has the link read the branch that is shown, up to now. Shared again, the link stays and
    /// shows more. `signed` is by whom, for readers.
    pub async fn share(
        &self,
        actor: &Actor,
        id: ConversationId,
        signed: &str,
    ) -> Result<ShareView, ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let conversation = branch::own_to_change(&mut tx, user, id).await?;
        let row = ShareRow {
            conversation_id: id.0,
            user_id: user.0,
            key: fresh_key(),
            leaf_id: conversation.leaf_id.ok_or(ChatError::NotFound)?,
            signed: signed.to_owned(),
            shared_at: Time(now),
        };
        rows::put_share(&mut tx, &row).await?;
        let row = rows::share(&mut tx, id).await?.ok_or(ChatError::NotFound)?;
        tx.commit().await?;
        Ok(ShareView {
            key: row.key,
            shared_at: now,
            is_current: true,
        })
    }

    /// From now on the link leads nowhere. What is not shared stays so.
    pub async fn unshare(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let mut tx = self.0.store.begin(actor).await?;
        own_conversation(&mut tx, user, id).await?;
        rows::delete_share(&mut tx, user, id).await?;
        Ok(tx.commit().await?)
    }

    /// What somebody with the link reads, whoever they are: the key is what lets them.
    pub async fn shared(&self, _reader: &Actor, key: &str) -> Result<SharedView, ChatError> {
        let mut read = self.0.store.read(Viewer::System).await?;
        let share = rows::share_by_key(&mut read, key).await?;
        let share = share.ok_or(ChatError::NotFound)?;
        let id = ConversationId(share.conversation_id);
        let conversation = rows::conversation(&mut read, id).await?;
        let conversation = conversation.ok_or(ChatError::NotFound)?;
        let leaf = MessageId(share.leaf_id);
        let messages = rows::messages_to(&mut read, leaf).await?;
        let runs = rows::newest_runs_to(&mut read, leaf).await?;
        Ok(SharedView {
            title: conversation.title,
            signed: share.signed,
            shared_at: share.shared_at.into(),
            messages: messages.iter().map(|row| shared(row, &runs)).collect(),
        })
    }
}

/// An answer as far as it was stored; nothing of it can be pressed by who has no part in it.
fn shared(row: &MessageRow, runs: &[RunRow]) -> SharedMessage {
    let run = runs.iter().find(|run| run.message_id == row.id);
    let is_over = run.is_some_and(|run| view::run_state(&run.state) != RunState::Writing);
    let blocks = run.and_then(|run| run.blocks.as_ref());
    let still = |html: &String| {
        html.replace("<button", "<span")
            .replace("</button>", "</span>")
    };
    SharedMessage {
        author: view::author(&row.author),
        created_at: row.created_at.into(),
        text: row.text.clone(),
        blocks: blocks
            .filter(|_| is_over)
            .map(|blocks| blocks.iter().map(still).collect())
            .unwrap_or_default(),
        model: run
            .filter(|_| view::author(&row.author) == Author::Assistant)
            .map(|run| run.model.clone()),
    }
}
