//! Conversations from elsewhere become one's own: what an export says is read by `import`, and stored here.

use std::{
    io::{Read, Seek},
    ops::ControlFlow,
};

use contract::{
    ConversationId, MessageId, RunId, Timestamp, UserId,
    accounts::Scope,
    chat::{Author, ImportSummary, SkippedConversation},
};
use import::{ImportError, Imported, Said, Source};
use sha2::{Digest, Sha256};
use store::{
    Time, Tx,
    chat::{self as rows, Told},
};
use tokio::sync::mpsc;

use super::{
    Chat, ChatError, title, view,
    writer::{self, Writer},
};
use crate::Actor;

impl Chat {
    /// Reads an export and keeps its conversations, each whole or not at all. What is here already is not taken a
    /// second time.
    pub async fn import<F: Read + Seek + Send + 'static>(
        &self,
        actor: &Actor,
        file: F,
    ) -> Result<ImportSummary, ChatError> {
        let user = actor.may(Scope::ChatWrite)?;
        let (give, mut take) = mpsc::channel(1);
        // Reading waits for storing: of any file two conversations are in memory.
        let reading = tokio::task::spawn_blocking(move || {
            import::read(
                file,
                &mut |source, imported| match give.blocking_send((source, imported)) {
                    Ok(()) => ControlFlow::Continue(()),
                    Err(_) => ControlFlow::Break(()),
                },
            )
        });
        let mut summary = ImportSummary::default();
        while let Some((source, imported)) = take.recv().await {
            match self.keep_imported(actor, user, source, &imported).await? {
                true => summary.taken += 1,
                false => summary.known += 1,
            }
        }
        match reading.await {
            Ok(Ok(read)) => {
                summary.skipped = read.skipped_count;
                let example = |one: import::Skipped| SkippedConversation {
                    title: one.title,
                    why: one.why,
                };
                summary.examples = read.skipped.into_iter().map(example).collect();
                Ok(summary)
            }
            Ok(Err(error)) if summary.taken + summary.known > 0 => {
                summary.broken = Some(error.to_string());
                Ok(summary)
            }
            Ok(Err(error)) => Err(ChatError::NoImport(error)),
            Err(panicked) => {
                tracing::error!(%panicked, "an export could not be read");
                Err(ChatError::NoImport(ImportError::Unknown))
            }
        }
    }

    /// False: it is here already.
    async fn keep_imported(
        &self,
        actor: &Actor,
        user: UserId,
        source: Source,
        imported: &Imported,
    ) -> Result<bool, ChatError> {
        let now = self.0.clock.now();
        let last = imported.leaf.unwrap_or(imported.messages.len() - 1);
        let ids = ids(imported.messages.len(), now);
        let Some(leaf) = ids.get(last).copied() else {
            return Ok(false);
        };
        let conversation = ConversationId(store::new_id(now));
        let times = imported.messages.iter().filter_map(|said| said.created_at);
        let said_last = imported.updated_at.or_else(|| times.max());
        // No clock of others brings a conversation to the top of the list for years.
        let at = said_last.unwrap_or(now).min(now);
        let began = imported.created_at.unwrap_or(at).min(at);
        let preview = imported.messages.get(last).map(plain);
        let preview = title::preview(&preview.unwrap_or_default());

        let mut tx = self.0.store.begin(actor).await?;
        rows::insert_conversation(
            &mut tx,
            conversation,
            user,
            &imported.title,
            &preview,
            leaf,
            at,
        )
        .await?;
        for (index, (said, id)) in imported.messages.iter().zip(&ids).enumerate() {
            let key = (index == 0).then(|| key(source, imported));
            let told = Told {
                id: *id,
                conversation,
                user,
                parent: said.parent.and_then(|parent| ids.get(parent)).copied(),
                author: view::author_name(said.author),
                text: match said.author {
                    Author::Person => &said.text,
                    Author::Assistant => "",
                },
                send_key: key.as_deref(),
                at: Time(said.created_at.unwrap_or(began)),
            };
            match rows::insert_told(&mut tx, told).await {
                Err(error) if store::is_duplicate(&error) => return Ok(false),
                told => told?,
            }
            rows::say(&mut tx, *id, &plain(said)).await?;
            if said.author == Author::Assistant {
                self.keep_answer(&mut tx, (conversation, user, *id), source, said, began)
                    .await?;
            }
        }
        tx.commit().await?;
        Ok(true)
    }

    async fn keep_answer(
        &self,
        tx: &mut Tx,
        (conversation, user, message): (ConversationId, UserId, MessageId),
        source: Source,
        said: &Said,
        began: Timestamp,
    ) -> Result<(), ChatError> {
        let run = rows::ToldRun {
            id: RunId(store::new_id(began)),
            message,
            conversation,
            user,
            model: said.model.as_deref().unwrap_or(name(source)),
            text: &said.text,
            blocks: writer::render_whole(&said.text, None),
            at: Time(said.created_at.unwrap_or(began)),
        };
        Ok(rows::insert_told_run(tx, run).await?)
    }
}

/// Ids sort by time: what follows comes behind.
fn ids(count: usize, now: Timestamp) -> Vec<MessageId> {
    let count = i64::try_from(count).unwrap_or(i64::MAX);
    (0..count)
        .map(|index| MessageId(store::new_id(now.plus_millis(index - count))))
        .collect()
}

fn plain(said: &Said) -> String {
    match said.author {
        Author::Person => said.text.clone(),
        Author::Assistant => Writer::plain(&said.text, None),
    }
}

/// By which the same conversation is known when it comes again.
fn key(source: Source, imported: &Imported) -> String {
    let mut hash = Sha256::new();
    let mut add = |text: &str| {
        hash.update(text.len().to_le_bytes());
        hash.update(text);
    };
    add(name(source));
    add(&imported.title);
    for said in &imported.messages {
        add(&format!(
            "{:?}",
            (said.parent, said.created_at.map(|at| at.0))
        ));
        add(&said.text);
    }
    let hash = hash.finalize();
    let hex = hash.iter().map(|byte| format!("{byte:02x}"));
    ["import:".to_owned(), hex.collect()].concat()
}

const fn name(source: Source) -> &'static str {
    match source {
        Source::ChatGpt => "ChatGPT",
        Source::Claude => "Claude",
        Source::OpenWebUi => "Open WebUI",
        Source::LibreChat => "LibreChat",
        Source::Soundstage => "Soundstage",
    }
}
