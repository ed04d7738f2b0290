//! What people ask of the chat.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use contract::{
    AssetId, ConversationId, MessageId, RunId, UserId,
    chat::{
        ConversationSummary, ConversationView, Draft, MessageView, RunState, RunView, Sent,
        TITLE_MAX_CHARS,
    },
    live::{Event, Topic},
    media::AssetView,
};
use store::{
    Store,
    chat::{self as rows, ConversationRow, MessageRow, RunRow},
};
use tokio_util::task::TaskTracker;

use super::{ChatError, LanguageModel, draft, run::Run, title, view};
use crate::{Actor, Clock, live::Hub, media::Media};

/// The list shows so many conversations; older ones are found by searching.
const MOST_LISTED: i64 = 200;
const SEARCH_MAX_CHARS: usize = 200;

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

    /// Newest first; `search` looks into titles, questions and answers.
    pub async fn list(
        &self,
        actor: &Actor,
        search: Option<&str>,
    ) -> Result<Vec<ConversationSummary>, ChatError> {
        let user = person(actor)?;
        let like = search
            .map(str::trim)
            .filter(|words| !words.is_empty())
            .map(like_pattern);
        let mut read = self.0.store.read(actor).await?;
        let found = rows::conversations(&mut read, user, like.as_deref(), MOST_LISTED).await?;
        Ok(found.into_iter().map(|row| self.summary(row)).collect())
    }

    pub async fn open(
        &self,
        actor: &Actor,
        id: ConversationId,
    ) -> Result<ConversationView, ChatError> {
        let user = person(actor)?;
        // Read before the rows: what happens meanwhile is replayed on top of them, never missed.
        let cursor = self.0.hub.cursor(Topic::Conversation(id));
        let mut read = self.0.store.read(actor).await?;
        let conversation = own_conversation(&mut read, user, id).await?;
        let messages = rows::messages(&mut read, id).await?;
        let attachments = rows::attachments(&mut read, id).await?;
        // Memory before the database: a run leaves memory only after its end is stored.
        let active = self.active_views(id);
        let runs = rows::newest_runs(&mut read, id).await?;
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
        let user = person(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let message = rows::message(&mut read, id)
            .await?
            .ok_or(ChatError::NotFound)?;
        let conversation = view::conversation_of(&message);
        own_conversation(&mut read, user, conversation).await?;
        let attachments = rows::attachments(&mut read, conversation).await?;
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
        ))
    }

    /// Stores the message and starts the run that answers it.
    pub async fn send(&self, actor: &Actor, draft: Draft) -> Result<Sent, ChatError> {
        let user = person(actor)?;
        let text = draft::clean(&draft)?;
        let assets = self
            .assets(
                actor,
                draft.attachments.iter().map(|one| one.asset).collect(),
            )
            .await?;
        let is_own = |one: &contract::chat::DraftAttachment| assets.contains_key(&one.asset);
        if !draft.attachments.iter().all(is_own) {
            return Err(ChatError::Media(crate::media::MediaError::NotFound));
        }
        let mix = draft
            .attachments
            .iter()
            .find(|one| one.side == contract::media::Side::A)
            .and_then(|one| assets.get(&one.asset))
            .map(|asset| asset.name.as_str());
        let now = self.0.clock.now();
        let run = RunId(store::new_id(now));

        let mut tx = self.0.store.begin(actor).await?;
        if let Some(before) = rows::sent_before(&mut tx, user, &draft.key).await? {
            drop(tx);
            return self.sent(actor, &before).await;
        }
        let conversation = match draft.conversation {
            Some(id) => {
                own_conversation(&mut tx, user, id).await?;
                rows::touch_conversation(&mut tx, id, &title::preview(&text), now).await?;
                id
            }
            None => {
                let id = ConversationId(store::new_id(now));
                let title = title::title(&text, mix);
                rows::insert_conversation(&mut tx, id, user, &title, &title::preview(&text), now)
                    .await?;
                id
            }
        };
        let question = MessageId(store::new_id(now));
        // Ids sort by time: the answer comes behind its question.
        let answer = MessageId(store::new_id(now.plus_millis(1)));
        let new = |id, author, text, send_key| rows::NewMessage {
            id,
            conversation,
            user,
            author,
            text,
            send_key,
            now,
        };
        let inserted = rows::insert_message(
            &mut tx,
            new(question, view::PERSON, &text, Some(&draft.key)),
        );
        match inserted.await {
            // The same message on another connection, a moment earlier.
            Err(error) if store::is_duplicate(&error) => {
                drop(tx);
                let mut read = self.0.store.read(actor).await?;
                let before = rows::sent_before(&mut read, user, &draft.key).await?;
                drop(read);
                return self.sent(actor, &before.ok_or(error)?).await;
            }
            inserted => inserted?,
        };
        for one in &draft.attachments {
            rows::insert_attachment(&mut tx, question, one.asset.0, view::side_name(one.side))
                .await?;
        }
        rows::insert_message(&mut tx, new(answer, view::ASSISTANT, "", None)).await?;
        let model = self.0.model.name();
        rows::insert_run(
            &mut tx,
            rows::NewRun {
                id: run,
                message: answer,
                conversation,
                user,
                state: RunState::Measuring.as_str(),
                model,
                text: "",
                analysis: None,
                now,
            },
        )
        .await?;
        tx.commit().await?;

        let ids = (run, answer, conversation);
        self.start(
            Run::new(self.0.hub.clone(), ids, model, None, now),
            String::new(),
        );
        let sent = self.sent_as(actor, conversation, question, answer).await?;
        for message in [&sent.message, &sent.answer] {
            let message = Box::new(message.clone());
            self.0.hub.publish(
                Topic::Conversation(conversation),
                Event::Message { message },
            );
        }
        self.announce_line(actor, conversation).await;
        Ok(sent)
    }

    pub async fn rename(
        &self,
        actor: &Actor,
        id: ConversationId,
        title: &str,
    ) -> Result<(), ChatError> {
        let user = person(actor)?;
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

    /// The conversation and its answers are gone; its files stay in the person's keeping.
    pub async fn delete(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        let user = person(actor)?;
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

    /// Ends the answer where it is. Stopping what is over does nothing.
    pub async fn stop(&self, actor: &Actor, run: RunId) -> Result<(), ChatError> {
        self.own_run(actor, run).await?;
        if let Some(run) = self.active().get(&run) {
            run.stop.cancel();
        }
        Ok(())
    }

    /// Writes the answer anew, in the same message.
    pub async fn retry(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        self.again(actor, run, false).await
    }

    /// Goes on behind the partial text.
    pub async fn resume(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        self.again(actor, run, true).await
    }

    /// Whether the actor may follow this topic of the live channel.
    pub async fn may_follow_run(&self, actor: &Actor, run: RunId) -> Result<(), ChatError> {
        self.own_run(actor, run).await.map(drop)
    }

    pub async fn may_follow(&self, actor: &Actor, id: ConversationId) -> Result<(), ChatError> {
        let user = person(actor)?;
        let mut read = self.0.store.read(actor).await?;
        own_conversation(&mut read, user, id).await.map(drop)
    }

    async fn again(
        &self,
        actor: &Actor,
        run: RunId,
        keep_text: bool,
    ) -> Result<MessageView, ChatError> {
        let before = self.own_run(actor, run).await?;
        let now = self.0.clock.now();
        let id = RunId(store::new_id(now));
        let (message, conversation) = (
            MessageId(before.message_id),
            ConversationId(before.conversation_id),
        );
        let user = UserId(before.user_id);
        let text = if keep_text {
            before.text
        } else {
            String::new()
        };
        let analysis = before.analysis.map(|analysis| analysis.0);
        let model = self.0.model.name();

        let mut tx = self.0.store.begin(actor).await?;
        // Two clicks make one run: only the newest, and only once it is over, is followed by another.
        let newest = rows::newest_run(&mut tx, message).await?;
        if newest
            .is_some_and(|newest| newest.id != run.0 || !view::run_state(&newest.state).is_final())
        {
            return Err(ChatError::StillWriting);
        }
        rows::insert_run(
            &mut tx,
            rows::NewRun {
                id,
                message,
                conversation,
                user,
                state: RunState::Measuring.as_str(),
                model,
                text: &text,
                analysis: analysis.clone(),
                now,
            },
        )
        .await
        .map_err(|error| match error {
            // Another click, on another connection.
            error if store::is_duplicate(&error) => ChatError::StillWriting,
            error => error.into(),
        })?;
        tx.commit().await?;

        let ids = (id, message, conversation);
        self.start(
            Run::new(self.0.hub.clone(), ids, model, analysis.map(Box::new), now),
            text,
        );
        self.0.hub.publish(
            Topic::Conversation(conversation),
            Event::Restarted { message, run: id },
        );
        self.announce_line(actor, conversation).await;
        self.message(actor, message).await
    }

    async fn own_run(&self, actor: &Actor, run: RunId) -> Result<RunRow, ChatError> {
        let user = person(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let row = rows::run(&mut read, run).await?;
        row.filter(|row| row.user_id == user.0)
            .ok_or(ChatError::NotFound)
    }

    /// What an earlier sending of the same message stored.
    async fn sent(&self, actor: &Actor, question: &MessageRow) -> Result<Sent, ChatError> {
        let conversation = view::conversation_of(question);
        let mut read = self.0.store.read(actor).await?;
        let messages = rows::messages(&mut read, conversation).await?;
        drop(read);
        let at = messages
            .iter()
            .position(|message| message.id == question.id);
        let answer = at
            .and_then(|at| messages.get(at + 1))
            .ok_or(ChatError::NotFound)?;
        self.sent_as(
            actor,
            conversation,
            MessageId(question.id),
            MessageId(answer.id),
        )
        .await
    }

    async fn sent_as(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        question: MessageId,
        answer: MessageId,
    ) -> Result<Sent, ChatError> {
        let message = self.message(actor, question).await?;
        let answer = self.message(actor, answer).await?;
        let mut read = self.0.store.read(actor).await?;
        let row = rows::conversation(&mut read, conversation)
            .await?
            .ok_or(ChatError::NotFound)?;
        Ok(Sent {
            conversation,
            title: row.title,
            message,
            answer,
        })
    }

    async fn assets(
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

    /// Tells the person's tabs how the conversation's line in the list reads now. The list is read anew
    /// on the next visit anyway, so a failure here is only logged.
    pub(super) async fn announce_line(&self, viewer: &Actor, id: ConversationId) {
        let row = async {
            let mut read = self.0.store.read(viewer).await?;
            rows::conversation(&mut read, id).await
        };
        match row.await {
            Ok(Some(row)) => {
                let user = UserId(row.user_id);
                let ConversationSummary {
                    id,
                    title,
                    updated_at,
                    preview,
                    writing,
                } = self.summary(row);
                let event = Event::Conversation {
                    id,
                    title,
                    updated_at,
                    preview,
                    writing,
                };
                self.0.hub.publish(Topic::User(user), event);
            }
            Ok(None) => {}
            Err(cause) => tracing::warn!(%cause, "a conversation's line was not announced"),
        }
    }

    fn summary(&self, row: ConversationRow) -> ConversationSummary {
        let id = ConversationId(row.id);
        let writing = self.active().values().any(|run| run.conversation == id);
        ConversationSummary {
            id,
            title: row.title,
            updated_at: row.updated_at.into(),
            preview: row.preview,
            writing,
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

    pub(super) fn active(&self) -> MutexGuard<'_, HashMap<RunId, Arc<Run>>> {
        self.0.active.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn person(actor: &Actor) -> Result<UserId, ChatError> {
    actor.user().ok_or(ChatError::NotFound)
}

async fn own_conversation(
    conn: &mut store::Conn,
    user: UserId,
    id: ConversationId,
) -> Result<ConversationRow, ChatError> {
    let row = rows::conversation(conn, id).await?;
    row.filter(|row| row.user_id == user.0)
        .ok_or(ChatError::NotFound)
}

/// For `LIKE … ESCAPE '\'`: what the person typed, anywhere in the text.
fn like_pattern(words: &str) -> String {
    let mut pattern = String::from("%");
    let words = words.to_lowercase().replace('\0', "");
    // A database has its own limit, and says so less kindly.
    for c in words.chars().take(SEARCH_MAX_CHARS) {
        if matches!(c, '%' | '_' | '\\') {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern.push('%');
    pattern
}
