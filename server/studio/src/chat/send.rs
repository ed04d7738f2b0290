//! What starts a run: a message, or another try at its answer.

use contract::{
    ConversationId, MessageId, RunId, UserId,
    accounts::Scope,
    chat::{
        Attachment, Author, ConversationSummary, Draft, DraftAttachment, MessageView, RunState,
        Sent,
    },
    live::{Event, Topic},
    media::Side,
};
use store::chat::{self as rows, MessageRow, RunRow};

use super::{Chat, ChatError, branch, draft, run::Run, title, view};
use crate::{Actor, media::MediaError};

/// Where another try at an answer is written.
enum Place {
    Same,
    /// As another version, which is shown from then on.
    Beside,
}

impl Chat {
    /// Stores the message and starts the run that answers it.
    pub async fn send(&self, actor: &Actor, draft: Draft) -> Result<Sent, ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let text = draft::clean(&draft)?;
        let assets = self
            .assets(
                actor,
                draft.attachments.iter().map(|one| one.asset).collect(),
            )
            .await?;
        let is_own = |one: &DraftAttachment| assets.contains_key(&one.asset);
        if !draft.attachments.iter().all(is_own) {
            return Err(ChatError::Media(MediaError::NotFound));
        }
        let mix = draft
            .attachments
            .iter()
            .find(|one| one.side == Side::A)
            .and_then(|one| assets.get(&one.asset))
            .map(|asset| asset.name.as_str());
        let now = self.0.clock.now();
        let run = RunId(store::new_id(now));

        let question = MessageId(store::new_id(now));
        // Ids sort by time: the answer comes behind its question.
        let answer = MessageId(store::new_id(now.plus_millis(1)));

        let mut tx = self.0.store.begin(actor).await?;
        let preview = title::preview(&text);
        let (conversation, title, pinned, parent) = match draft.conversation {
            Some(id) => {
                let row = branch::own_to_change(&mut tx, user, id).await?;
                let parent = match draft.replaces {
                    Some(before) => branch::in_place_of(&mut tx, id, before).await?,
                    None => row.leaf_id,
                };
                rows::touch_conversation(&mut tx, id, &preview, Some(answer), now).await?;
                (id, row.title, row.pinned_at.is_some(), parent)
            }
            None if draft.replaces.is_some() => return Err(ChatError::NotFound),
            None => {
                let id = ConversationId(store::new_id(now));
                let title = title::title(&text, mix);
                rows::insert_conversation(&mut tx, id, user, &title, &preview, answer, now).await?;
                (id, title, false, None)
            }
        };
        let exchange = rows::NewExchange {
            conversation,
            user,
            parent,
            question,
            text: &text,
            send_key: &draft.key,
            answer,
            now,
        };
        match rows::insert_exchange(&mut tx, exchange).await {
            // The same message, whose answer the browser did not get.
            Err(error) if store::is_duplicate(&error) => {
                drop(tx);
                let mut read = self.0.store.read(actor).await?;
                let before = rows::sent_before(&mut read, user, &draft.key).await?;
                drop(read);
                return self.sent(actor, &before.ok_or(error)?).await;
            }
            inserted => inserted?,
        }
        for one in &draft.attachments {
            rows::insert_attachment(&mut tx, question, one.asset.0, view::side_name(one.side))
                .await?;
        }
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
        let versions = match draft.replaces {
            Some(_) => rows::versions(&mut tx, conversation).await?,
            None => Vec::new(),
        };
        tx.commit().await?;

        // Made of what was just stored: reading it back would take longer than storing it did.
        let attachments = draft.attachments.iter().filter_map(|one| {
            let asset = assets.get(&one.asset)?.clone();
            Some(Attachment {
                asset,
                side: one.side,
            })
        });
        let run = Run::new(
            self.0.hub.clone(),
            user,
            (run, answer, conversation),
            model,
            None,
            now,
        );
        let sent = Sent {
            conversation,
            title: title.clone(),
            message: MessageView {
                id: question,
                author: Author::Person,
                created_at: now,
                attachments: attachments.collect(),
                text,
                run: None,
                versions: view::versions_of(question.0, parent, &versions),
            },
            answer: MessageView {
                id: answer,
                author: Author::Assistant,
                created_at: now,
                text: String::new(),
                attachments: Vec::new(),
                run: Some(run.view()),
                versions: Vec::new(),
            },
        };
        self.start(run, String::new());
        let topic = Topic::Conversation(conversation);
        if draft.replaces.is_some() {
            self.0.hub.publish(topic, Event::Branched { leaf: answer });
        } else {
            for message in [&sent.message, &sent.answer] {
                let message = Box::new(message.clone());
                self.0.hub.publish(topic, Event::Message { message });
            }
        }
        self.publish_line(
            user,
            ConversationSummary {
                id: conversation,
                title,
                updated_at: now,
                preview,
                writing: true,
                pinned,
                archived: false,
                found: Vec::new(),
            },
        );
        Ok(sent)
    }

    /// Another answer. One that has words stays as it is, and the new one takes a place beside it; without any
    /// there is nothing to keep.
    pub async fn retry(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        let before = self.own_run(actor, Scope::ChatWrite, run).await?;
        let place = if before.text.is_empty() {
            Place::Same
        } else {
            Place::Beside
        };
        self.again(actor, before, place, String::new()).await
    }

    /// Goes on behind the partial text.
    pub async fn resume(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        let mut before = self.own_run(actor, Scope::ChatWrite, run).await?;
        let text = std::mem::take(&mut before.text);
        self.again(actor, before, Place::Same, text).await
    }

    async fn again(
        &self,
        actor: &Actor,
        before: RunRow,
        place: Place,
        text: String,
    ) -> Result<MessageView, ChatError> {
        let now = self.0.clock.now();
        let id = RunId(store::new_id(now));
        let (answered, conversation) = (
            MessageId(before.message_id),
            ConversationId(before.conversation_id),
        );
        let user = UserId(before.user_id);
        let analysis = before.analysis.map(|analysis| analysis.0);
        let model = self.0.model.name();
        self.measure_again(actor, conversation, answered).await?;

        let mut tx = self.0.store.begin(actor).await?;
        branch::own_to_change(&mut tx, user, conversation).await?;
        // Two clicks make one run: only the newest, and only once nothing is written in its place, is followed
        // by another.
        let newest = rows::newest_run(&mut tx, answered).await?;
        if newest.is_some_and(|newest| newest.id != before.id)
            || rows::is_being_answered(&mut tx, answered).await?
        {
            return Err(ChatError::StillWriting);
        }
        let message = match place {
            Place::Same => answered,
            Place::Beside => branch::beside(&mut tx, user, answered, now).await?,
        };
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
        .await?;
        tx.commit().await?;

        let ids = (id, message, conversation);
        self.start(
            Run::new(
                self.0.hub.clone(),
                user,
                ids,
                model,
                analysis.map(Box::new),
                now,
            ),
            text,
        );
        let event = match place {
            Place::Same => Event::Restarted { message, run: id },
            Place::Beside => Event::Branched { leaf: message },
        };
        self.0.hub.publish(Topic::Conversation(conversation), event);
        self.announce_line(actor, conversation).await;
        self.message(actor, message).await
    }

    /// Another try at an answer is another try at the measurements that it failed for.
    async fn measure_again(
        &self,
        actor: &Actor,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Result<(), ChatError> {
        let subject = self.subject_of(actor, conversation, answer).await?;
        for asset in [subject.mix, subject.reference].into_iter().flatten() {
            self.0.media.measure_again(actor, asset).await?;
        }
        Ok(())
    }

    /// What an earlier sending of the same message stored.
    async fn sent(&self, actor: &Actor, question: &MessageRow) -> Result<Sent, ChatError> {
        let conversation = view::conversation_of(question);
        let mut read = self.0.store.read(actor).await?;
        let replies = rows::replies(&mut read, MessageId(question.id)).await?;
        drop(read);
        let answer = replies.first().ok_or(ChatError::NotFound)?;
        let message = self.message(actor, MessageId(question.id)).await?;
        let answer = self.message(actor, MessageId(answer.id)).await?;
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
}
