//! What people do with conversations and answers that are there.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::{
    ConversationId, RunId, UserId,
    accounts::Scope,
    chat::{ConversationSummary, Shelf, TITLE_MAX_CHARS},
    live::{Event, Topic},
};
use store::{
    Store,
    chat::{self as rows, ConversationRow, RunRow},
};
use tokio_util::task::TaskTracker;

use super::{ChatError, LanguageModel, run::Run};
use crate::{Actor, Clock, live::Hub, media::Media};

#[derive(Clone)]
pub struct Chat(pub(super) Arc<Inner>);

pub(super) struct Inner {
    pub store: Store,
    pub clock: Clock,
    pub hub: Hub,
    pub media: Media,
    pub model: Arc<dyn LanguageModel>,
    /// The runs that are going on in this process.
    pub active: Mutex<HashMap<RunId, Arc<Run>>>,
    pub tasks: TaskTracker,
}

impl Chat {
    pub fn new(
        store: Store,
        clock: Clock,
        hub: Hub,
        media: Media,
        model: Arc<dyn LanguageModel>,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            hub,
            media,
            model,
            active: Mutex::default(),
            tasks: TaskTracker::new(),
        }))
    }

    pub async fn rename(
        &self,
        actor: &Actor,
        id: ConversationId,
        title: &str,
    ) -> Result<(), ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let title = title.replace(|c: char| c.is_control(), " ");
        let title = title.trim();
        if title.is_empty() || title.chars().count() > TITLE_MAX_CHARS {
            return Err(ChatError::BadTitle);
        }
        let mut tx = self.0.store.begin(actor).await?;
        own_conversation(&mut tx, user, id).await?;
        rows::rename_conversation(&mut tx, id, title).await?;
        tx.commit().await?;
        self.announce_line(actor, id).await;
        Ok(())
    }

    /// Moves it to another place in the list, or out of it. Nothing in it changes, nor when it was last written in.
    pub async fn shelve(
        &self,
        actor: &Actor,
        id: ConversationId,
        shelf: Shelf,
    ) -> Result<(), ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        own_conversation(&mut tx, user, id).await?;
        let at = |of: Shelf| (shelf == of).then_some(now);
        rows::shelve_conversation(&mut tx, id, at(Shelf::Pinned), at(Shelf::Archive)).await?;
        tx.commit().await?;
        self.announce_line(actor, id).await;
        Ok(())
    }

    /// The conversation and its answers are gone; its files stay in the person's keeping.
    pub async fn delete(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let mut tx = self.0.store.begin(actor).await?;
        own_conversation(&mut tx, user, id).await?;
        rows::delete_conversation(&mut tx, id).await?;
        tx.commit().await?;
        for run in self.active().values().filter(|run| run.conversation == id) {
            run.stop.cancel();
            self.0.hub.close(Topic::Run(run.id));
        }
        self.0.hub.close(Topic::Conversation(id));
        self.0
            .hub
            .publish(Topic::User(user), Event::ConversationDeleted { id });
        Ok(())
    }

    /// The person is gone, and so are the rows: what is being written for them ends.
    pub(crate) fn forget(&self, user: UserId) {
        for run in self.active().values().filter(|run| run.user == user) {
            run.stop.cancel();
            self.0.hub.close(Topic::Run(run.id));
            self.0.hub.close(Topic::Conversation(run.conversation));
        }
        self.0.hub.close(Topic::User(user));
    }

    /// Ends the answer where it is. Stopping what is over does nothing.
    pub async fn stop(&self, actor: &Actor, run: RunId) -> Result<(), ChatError> {
        self.own_run(actor, Scope::ChatWrite, run).await?;
        if let Some(run) = self.active().get(&run) {
            run.stop.cancel();
        }
        Ok(())
    }

    pub(super) async fn own_run(
        &self,
        actor: &Actor,
        scope: Scope,
        run: RunId,
    ) -> Result<RunRow, ChatError> {
        let user = actor.may(scope)?;
        let mut read = self.0.store.read(actor).await?;
        let row = rows::run(&mut read, run).await?;
        row.filter(|row| row.user_id == user.0)
            .ok_or(ChatError::NotFound)
    }

    /// Tells the person's tabs how the conversation's line in the list reads now. The list is read anew
    /// on the next visit anyway, so a failure here is only logged.
    pub(super) async fn announce_line(&self, viewer: &Actor, id: ConversationId) {
        let row = async {
            let mut read = self.0.store.read(viewer).await?;
            rows::conversation(&mut read, id).await
        };
        match row.await {
            Ok(Some(row)) => self.publish_line(UserId(row.user_id), self.summary(row)),
            Ok(None) => {}
            Err(cause) => tracing::warn!(%cause, "a conversation's line was not announced"),
        }
    }

    pub(super) fn publish_line(&self, user: UserId, line: ConversationSummary) {
        self.0
            .hub
            .publish(Topic::User(user), Event::Conversation(line));
    }

    pub(super) fn active(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Run>>> {
        self.0.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pub(super) async fn own_conversation(
    conn: &mut store::Conn,
    user: UserId,
    id: ConversationId,
) -> Result<ConversationRow, ChatError> {
    let row = rows::conversation(conn, id).await?;
    row.filter(|row| row.user_id == user.0)
        .ok_or(ChatError::NotFound)
}
