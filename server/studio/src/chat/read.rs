//! What people read of the chat, and whether they may.

use std::collections::HashMap;

use contract::{
    AssetId, ConversationId, MessageId, RunId,
    accounts::Scope,
    chat::{ConversationSummary, ConversationView, MessageView, RunView},
    live::{Cursor, Topic},
    media::AssetView,
};
use store::chat::{self as rows, ConversationRow, RunRow};

use super::{
    Chat, ChatError,
    service::own_conversation,
    view::{self, Subject},
};
use crate::Actor;

/// The list shows so many conversations; older ones are found by searching.
const MOST_LISTED: i64 = 200;
const SEARCH_MAX_CHARS: usize = 200;

impl Chat {
    /// Newest first, with what is pinned in it wherever it stands by its time. `search` looks into titles, questions and
    /// answers, also of what is archived; those that are called so come before those in which it was said.
    pub async fn list(
        &self,
        actor: &Actor,
        search: Option<&str>,
    ) -> Result<Vec<ConversationSummary>, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let search = search.map(str::trim).filter(|search| !search.is_empty());
        let mut read = self.0.store.read(actor).await?;
        let Some(search) = search else {
            let rows = rows::conversations(&mut read, user, MOST_LISTED).await?;
            return Ok(rows.into_iter().map(|row| self.summary(row)).collect());
        };
        let words: String = search.chars().take(SEARCH_MAX_CHARS).collect();
        let hits = rows::search(&mut read, user, &words, MOST_LISTED).await?;
        let found = hits.into_iter().map(|hit| ConversationSummary {
            found: hit.excerpt,
            ..self.summary(hit.conversation)
        });
        Ok(found.collect())
    }

    /// Where the person's topic stands. Read before a list is: what happens meanwhile is replayed on top of it.
    pub fn cursor(&self, actor: &Actor) -> Result<Cursor, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        Ok(self.0.hub.cursor(Topic::User(user)))
    }

    /// What was put away, newest first.
    pub async fn archived(&self, actor: &Actor) -> Result<Vec<ConversationSummary>, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        let found = rows::archived_conversations(&mut read, user, MOST_LISTED).await?;
        Ok(found.into_iter().map(|row| self.summary(row)).collect())
    }

    /// All of the person's conversations, oldest first, for taking them along.
    pub async fn all(&self, actor: &Actor) -> Result<Vec<ConversationId>, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        Ok(rows::conversation_ids(&mut read, user).await?)
    }

    pub async fn open(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<ConversationView, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        // Read before the rows: what happens meanwhile is replayed on top of them, never missed.
        let cursor = self.0.hub.cursor(Topic::Conversation(id));
        let mut read = self.0.store.read(actor).await?;
        let conversation = own_conversation(&mut read, user, id).await?;
        let leaf = conversation.leaf_id.map(MessageId);
        let leaf = leaf.ok_or(ChatError::NotFound)?;
        let messages = rows::messages_to(&mut read, leaf).await?;
        let versions = rows::versions(&mut read, id).await?;
        let attachments = rows::attachments(&mut read, id).await?;
        // Memory before the database: a run leaves memory only after its end is stored.
        let active = self.active_views(id);
        let runs = rows::newest_runs_to(&mut read, leaf).await?;
        drop(read);

        let assets = self
            .assets(
                actor,
                attachments
                    .iter()
                    .map(|row| AssetId(row.asset_id))
                    .collect(),
            )
            .await?;
        let mut runs: HashMap<MessageId, RunRow> = runs
            .into_iter()
            .map(|run| (MessageId(run.message_id), run))
            .collect();
        let messages = messages
            .iter()
            .map(|message| {
                let id = MessageId(message.id);
                let run = runs.remove(&id).map(|row| self.run_view(row, &active));
                view::message(
                    message,
                    view::attachments_of(id, &attachments, &assets),
                    run,
                    &versions,
                )
            })
            .collect();
        Ok(ConversationView {
            id,
            title: conversation.title,
            messages,
            cursor,
        })
    }

    pub async fn message(&self, actor: &Actor, id: MessageId) -> Result<MessageView, ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        let message = rows::message(&mut read, id)
            .await?
            .ok_or(ChatError::NotFound)?;
        let conversation = view::conversation_of(&message);
        own_conversation(&mut read, user, conversation).await?;
        let attachments = rows::attachments(&mut read, conversation).await?;
        let versions = rows::versions(&mut read, conversation).await?;
        let active = self.active_views(conversation);
        let run = rows::newest_run(&mut read, id).await?;
        drop(read);

        let ids = attachments
            .iter()
            .filter(|row| row.message_id == id.0)
            .map(|row| AssetId(row.asset_id))
            .collect();
        let assets = self.assets(actor, ids).await?;
        let run = run.map(|row| self.run_view(row, &active));
        Ok(view::message(
            &message,
            view::attachments_of(id, &attachments, &assets),
            run,
            &versions,
        ))
    }

    /// One run of an answer: how far it is, or what became of it.
    pub async fn run(&self, actor: &Actor, id: RunId) -> Result<RunView, ChatError> {
        let row = self.own_run(actor, Scope::ChatRead, id).await?;
        Ok(self.run_view(row, &HashMap::new()))
    }

    /// Whether the actor may follow this topic of the live channel.
    pub async fn may_follow_run(&self, actor: &Actor, run: RunId) -> Result<(), ChatError> {
        // Of one that is going on, memory knows whose it is.
        if let Some(run) = self.active().get(&run) {
            return match actor.may(Scope::ChatRead)? == run.user {
                true => Ok(()),
                false => Err(ChatError::NotFound),
            };
        }
        self.own_run(actor, Scope::ChatRead, run).await.map(drop)
    }

    pub async fn may_follow(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        let user = actor.may(Scope::ChatRead)?;
        let mut read = self.0.store.read(actor).await?;
        own_conversation(&mut read, user, id).await.map(drop)
    }

    /// What the question behind an answer is about.
    pub(super) async fn subject_of(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<Subject, store::Error> {
        let mut read = self.0.store.read(actor).await?;
        let messages = rows::messages_to(&mut read, answer).await?;
        let attachments = rows::attachments(&mut read, conversation).await?;
        let subject = view::question_of(&messages, answer)
            .map(|question| view::subject(&messages, &attachments, MessageId(question.id)));
        Ok(subject.unwrap_or_default())
    }

    pub(super) async fn assets(
        &self,
        actor: &Actor,
        ids: Vec<AssetId>,
    ) -> Result<HashMap<AssetId, AssetView>, ChatError> {
        if ids.is_empty() {
            return Ok(HashMap::new());
        }
        Ok(self
            .0
            .media
            .assets(actor, &ids)
            .await?
            .into_iter()
            .map(|asset| (asset.id, asset))
            .collect())
    }

    pub(super) fn summary(&self, row: ConversationRow) -> ConversationSummary {
        let id = ConversationId(row.id);
        let writing = self.active().values().any(|run| run.conversation == id);
        ConversationSummary {
            id,
            title: row.title,
            updated_at: row.updated_at.into(),
            preview: row.preview,
            writing,
            pinned: row.pinned_at.is_some(),
            found: Vec::new(),
            archived: row.archived_at.is_some(),
        }
    }

    fn run_view(&self, row: RunRow, active: &HashMap<RunId, RunView>) -> RunView {
        let id = RunId(row.id);
        // It may have begun after `active` was taken.
        let begun = || self.active().get(&id).map(|run| run.view());
        active
            .get(&id)
            .cloned()
            .or_else(begun)
            .unwrap_or_else(|| view::finished_run(row, self.0.hub.cursor(Topic::Run(id))))
    }

    fn active_views(&self, conversation: ConversationId) -> HashMap<RunId, RunView> {
        self.active()
            .iter()
            .filter(|(_, run)| run.conversation == conversation)
            .map(|(id, run)| (*id, run.view()))
            .collect()
    }
}
