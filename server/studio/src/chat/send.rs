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
use store::chat::{self as rows, MessageRow};

use super::{Chat, ChatError, draft, run::Run, service::own_conversation, title, view};
use crate::{Actor, media::MediaError};

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

        let mut tx = self.0.store.begin(actor).await?;
        let preview = title::preview(&text);
        let (conversation, title) = match draft.conversation {
            Some(id) => {
                let row = own_conversation(&mut tx, user, id).await?;
                rows::touch_conversation(&mut tx, id, &preview, now).await?;
                (id, row.title)
            }
            None => {
                let id = ConversationId(store::new_id(now));
                let title = title::title(&text, mix);
                rows::insert_conversation(&mut tx, id, user, &title, &preview, now).await?;
                (id, title)
            }
        };
        let question = MessageId(store::new_id(now));
        // Ids sort by time: the answer comes behind its question.
        let answer = MessageId(store::new_id(now.plus_millis(1)));
        let exchange = rows::NewExchange {
            conversation,
            user,
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
            },
            answer: MessageView {
                id: answer,
                author: Author::Assistant,
                created_at: now,
                text: String::new(),
                attachments: Vec::new(),
                run: Some(run.view()),
            },
        };
        self.start(run, String::new());
        for message in [&sent.message, &sent.answer] {
            let message = Box::new(message.clone());
            self.0.hub.publish(
                Topic::Conversation(conversation),
                Event::Message { message },
            );
        }
        self.publish_line(
            user,
            ConversationSummary {
                id: conversation,
                title,
                updated_at: now,
                preview,
                writing: true,
            },
        );
        Ok(sent)
    }

    /// Writes the answer anew, in the same message.
    pub async fn retry(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        self.again(actor, run, false).await
    }

    /// Goes on behind the partial text.
    pub async fn resume(&self, actor: &Actor, run: RunId) -> Result<MessageView, ChatError> {
        self.again(actor, run, true).await
    }

    async fn again(
        &self,
        actor: &Actor,
        run: RunId,
        keep_text: bool,
    ) -> Result<MessageView, ChatError> {
        let before = self.own_run(actor, Scope::ChatWrite, run).await?;
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
        self.measure_again(actor, conversation, message).await?;

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
        self.0.hub.publish(
            Topic::Conversation(conversation),
            Event::Restarted { message, run: id },
        );
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
        let messages = rows::messages(&mut read, conversation).await?;
        drop(read);
        let at = messages
            .iter()
            .position(|message| message.id == question.id);
        let answer = at
            .and_then(|at| messages.get(at + 1))
            .ok_or(ChatError::NotFound)?;
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
