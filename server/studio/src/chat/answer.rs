//! How an answer comes about: wait for the measurements, gather the evidence, let the model write, store
//! the end. And what happens to answers that an earlier process left behind.

use std::{panic::AssertUnwindSafe, sync::Arc, time::Duration};

use contract::{
    ApiError, AssetId, ConversationId, MessageId,
    chat::{Author, RunState},
    jobs::JobState,
    live::Topic,
    media::Measuring,
    report::Report,
};
use futures::{FutureExt, StreamExt};
use store::chat::{self as rows, ConversationRow, RunRow};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::{
    Chat, ChatError, Piece, Prompt, Turn,
    plan::{Fix, Focus, Words, plan},
    run::{Outcome, Run, interrupted},
    title, view,
    writer::{self, Writer},
};
use crate::{Actor, media::pins};

/// How often partial text goes to the database: what a killed process may lose.
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// A model that does not come to an end by itself.
const MOST_ANSWER_BYTES: usize = 256 << 10;
const STORE_AGAIN_AFTER: Duration = Duration::from_millis(250);
const STORE_AGAIN_AT_LATEST: Duration = Duration::from_secs(10);
/// A model gets at most so much of the conversation before the question.
const MOST_TURNS: usize = 40;

/// Why a run ended before the model was done.
enum Cut {
    Stopped,
    Failed(ApiError),
}

impl From<ChatError> for Cut {
    fn from(error: ChatError) -> Self {
        Self::Failed(error.into())
    }
}

impl From<store::Error> for Cut {
    fn from(error: store::Error) -> Self {
        ChatError::from(error).into()
    }
}

impl Chat {
    /// Lets the run go its way; it outlives whoever asked for it.
    pub(super) fn start(&self, run: Run, written: String) {
        let run = Arc::new(run);
        self.active().insert(run.id, run.clone());
        let chat = self.clone();
        self.0.tasks.spawn(async move {
            let ended = tokio::select! {
                ended = AssertUnwindSafe(chat.answer(&run, &written)).catch_unwind() => {
                    ended.unwrap_or_else(|_| Err(Cut::Failed(broken())))
                }
                () = run.stop.cancelled() => Err(Cut::Stopped),
            };
            // Cut off before it took over the text of the run before: that stays, whatever happened.
            if !written.is_empty() && !run.has_begun() {
                let evidence = chat.evidence_again(run.conversation, run.message).await;
                run.begin_writing(&written, evidence, chat.0.clock.now());
            }
            chat.end(&run, ended).await;
        });
    }

    async fn answer(&self, run: &Run, written: &str) -> Result<(), Cut> {
        let mut read = self.0.store.read(&Actor::System).await?;
        let messages = rows::messages_to(&mut read, run.message).await?;
        let attachments = rows::attachments(&mut read, run.conversation).await?;
        let question = view::question_of(&messages, run.message).ok_or(ChatError::NotFound)?;
        // Behind the first question lies no answer that a model would have to read.
        let is_first = messages
            .first()
            .is_some_and(|first| first.id == question.id);
        let runs = if is_first {
            Vec::new()
        } else {
            rows::newest_runs_to(&mut read, run.message).await?
        };
        drop(read);
        let subject = view::subject(&messages, &attachments, MessageId(question.id));

        let evidence = match subject.mix {
            Some(mix) => Some(
                self.evidence(
                    run,
                    mix,
                    subject.reference,
                    subject.is_new.then_some(&question.text),
                )
                .await?,
            ),
            None => None,
        };
        let until = messages
            .iter()
            .position(|message| message.id == question.id)
            .map_or(0, |at| at + 1);
        let turns = messages[..until].iter().filter_map(|message| {
            let author = view::author(&message.author);
            let text = match author {
                Author::Person => message.text.clone(),
                Author::Assistant => runs
                    .iter()
                    .find(|run| run.message_id == message.id)?
                    .text
                    .clone(),
            };
            Some(Turn { author, text })
        });
        let turns: Vec<Turn> = turns.collect();
        let turns = turns[turns.len().saturating_sub(MOST_TURNS)..].to_vec();
        let excerpt = match subject.mix.filter(|_| self.0.model.takes_audio()) {
            Some(mix) => self.0.media.excerpt(&Actor::System, mix).await.ok(),
            None => None,
        };
        let prompt = Prompt {
            turns,
            evidence: evidence.clone(),
            brings_file: subject.is_new,
            excerpt,
            written: written.to_owned(),
        };

        run.begin_writing(written, evidence, self.0.clock.now());
        let mut pieces = self.0.model.answer(prompt);
        while let Some(piece) = pieces.next().await {
            match piece {
                Ok(Piece::Text(text)) => {
                    if run.write(&text, self.0.clock.now()) > MOST_ANSWER_BYTES {
                        return Err(Cut::Failed(ApiError::new(
                            contract::ErrorCode::ModelTimeout,
                            "The language model did not come to an end, so it was stopped.",
                        )));
                    }
                }
                Ok(Piece::Usage {
                    tokens_in,
                    tokens_out,
                }) => {
                    run.count(
                        tokens_in,
                        tokens_out,
                        self.0.model.cost_micros(tokens_in, tokens_out),
                    );
                }
                Err(error) => return Err(Cut::Failed(ApiError::new(error.code, error.message))),
            }
        }
        Ok(())
    }

    /// Waits until the files are measured, and shows the card if the question (`asked`) brought them.
    async fn evidence(
        &self,
        run: &Run,
        mix: AssetId,
        reference: Option<AssetId>,
        asked: Option<&str>,
    ) -> Result<Arc<Report>, Cut> {
        let media = &self.0.media;
        let files = usize::from(reference.is_some()) + 1;
        for (index, asset) in [Some(mix), reference].into_iter().flatten().enumerate() {
            let watch = media
                .watch(&Actor::System, asset)
                .await
                .map_err(ChatError::from)?;
            self.measured(run, watch, index, files).await?;
        }
        let evidence = media
            .evidence(&Actor::System, mix, reference)
            .await
            .map_err(ChatError::from)?;
        if let Some(question) = asked {
            let mut analysis = media
                .analysis(&Actor::System, mix, reference)
                .await
                .map_err(ChatError::from)?;
            let plan = plan(&evidence.findings, Focus::of(&Words::of(question)));
            analysis.pins = pins(&evidence, plan.fixes.iter().filter_map(Fix::lead));
            let mut tx = self.0.store.begin(&Actor::System).await?;
            rows::store_run_analysis(&mut tx, run.id, &analysis).await?;
            tx.commit().await?;
            run.show_analysis(analysis);
        }
        Ok(evidence)
    }

    async fn measured(
        &self,
        run: &Run,
        mut watch: watch::Receiver<Measuring>,
        index: usize,
        files: usize,
    ) -> Result<(), Cut> {
        loop {
            let now = watch.borrow_and_update().clone();
            match now.state {
                JobState::Done => return Ok(()),
                JobState::Failed | JobState::Cancelled => {
                    let error = now.error.unwrap_or_else(|| {
                        ApiError::new(
                            contract::ErrorCode::DecodeFailed,
                            "The file could not be measured.",
                        )
                    });
                    return Err(Cut::Failed(error));
                }
                JobState::Queued | JobState::Running => {
                    let stage = now.stage.as_deref().unwrap_or("Waiting to be measured");
                    let done = (index as f32 + now.progress) / files as f32;
                    run.stage(RunState::Measuring, stage, Some(done));
                }
            }
            if watch.changed().await.is_err() {
                return Err(Cut::Failed(ApiError::new(
                    contract::ErrorCode::Unavailable,
                    "Measuring was interrupted. Try again.",
                )));
            }
        }
    }

    async fn end(&self, run: &Run, ended: Result<(), Cut>) {
        let (state, error) = match ended {
            Ok(()) => (RunState::Done, None),
            Err(Cut::Stopped) => (RunState::Stopped, None),
            Err(Cut::Failed(error)) => (RunState::Failed, Some(error)),
        };
        let outcome = run.close(state, error, self.0.clock.now());
        // Announced once it is stored: until then it counts as being written, with all its text.
        let mut wait = STORE_AGAIN_AFTER;
        let touched = loop {
            match self.store_end(run, &outcome).await {
                Ok(touched) => break touched,
                Err(cause) => {
                    tracing::error!(%cause, run = %run.id, "the end of an answer was not stored");
                    tokio::time::sleep(wait).await;
                    wait = (wait * 2).min(STORE_AGAIN_AT_LATEST);
                }
            }
        };
        run.announce(&outcome);
        self.active().remove(&run.id);
        match touched {
            Some(line) => self.publish_line(run.user, self.summary(line)),
            None => self.announce_line(&Actor::System, run.conversation).await,
        }
    }

    /// Gives the conversation's row if it was touched.
    async fn store_end(
        &self,
        run: &Run,
        outcome: &Outcome,
    ) -> Result<Option<ConversationRow>, store::Error> {
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(&Actor::System).await?;
        // It is gone when its conversation was deleted meanwhile.
        let is_stored = rows::finish_run(&mut tx, run.id, finished(outcome, now)).await?;
        if is_stored {
            rows::say(&mut tx, run.message, &outcome.plain).await?;
        }
        let touched = if is_stored && !outcome.plain.trim().is_empty() {
            let preview = title::preview(&outcome.plain);
            rows::touch_conversation(&mut tx, run.conversation, &preview, None, now).await?
        } else {
            None
        };
        tx.commit().await?;
        Ok(touched)
    }

    /// Stores the new text of all runs, in one transaction.
    async fn flush(&self) -> Result<(), store::Error> {
        let runs: Vec<Arc<Run>> = self.active().values().cloned().collect();
        let texts: Vec<_> = runs
            .iter()
            .filter_map(|run| Some((run, run.unstored()?)))
            .collect();
        if texts.is_empty() {
            return Ok(());
        }
        let mut tx = self.0.store.begin(&Actor::System).await?;
        for (run, text) in &texts {
            rows::store_run_text(&mut tx, run.id, text).await?;
        }
        tx.commit().await?;
        for (run, text) in texts {
            run.mark_stored(text.len());
        }
        Ok(())
    }

    /// Keeps the chat in order until told to stop; then stores what is unstored. For the server to run
    /// beside the router.
    pub async fn keep(self, actor: Actor, shutdown: CancellationToken) -> Result<(), ChatError> {
        upkeep(&actor)?;
        let mut tick = tokio::time::interval(FLUSH_EVERY);
        tick.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut going = true;
        while going {
            tokio::select! {
                _ = tick.tick() => {}
                () = shutdown.cancelled() => going = false,
            }
            if let Err(cause) = self.flush().await {
                tracing::error!(%cause, "partial answers were not stored");
            }
            self.0.hub.forget_idle();
        }
        Ok(())
    }

    /// Takes up what an earlier process left: questions whose files were still being measured are
    /// answered now, texts that were cut off are kept and marked, to be continued by a person.
    pub async fn recover(&self, actor: &Actor) -> Result<(), ChatError> {
        upkeep(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let open = rows::open_runs(&mut read).await?;
        drop(read);
        for row in open {
            let ids = (
                row.id.into(),
                row.message_id.into(),
                row.conversation_id.into(),
            );
            if view::run_state(&row.state) == RunState::Measuring {
                let analysis = row.analysis.clone().map(|analysis| Box::new(analysis.0));
                let run = Run::new(
                    self.0.hub.clone(),
                    row.user_id.into(),
                    ids,
                    &row.model,
                    analysis,
                    self.0.clock.now(),
                );
                self.start(run, row.text);
            } else {
                self.mark_interrupted(row).await?;
            }
        }
        Ok(())
    }

    async fn mark_interrupted(&self, row: RunRow) -> Result<(), ChatError> {
        let evidence = self
            .evidence_again(row.conversation_id.into(), row.message_id.into())
            .await;
        let now = self.0.clock.now();
        let outcome = Outcome {
            state: RunState::Interrupted,
            plain: Writer::plain(&row.text, evidence.as_deref()),
            blocks: writer::render_whole(&row.text, evidence),
            raw: row.text,
            error: Some(interrupted()),
            usage: contract::chat::Usage {
                total_ms: now.millis_since(row.created_at.into()).max(1),
                ..Default::default()
            },
        };
        let mut tx = self.0.store.begin(&Actor::System).await?;
        if rows::finish_run(&mut tx, row.id.into(), finished(&outcome, now)).await? {
            rows::say(&mut tx, row.message_id.into(), &outcome.plain).await?;
        }
        tx.commit().await?;
        self.0.hub.close(Topic::Run(row.id.into()));
        Ok(())
    }

    /// The evidence of a run that was cut off; without it its citations show as not measured.
    async fn evidence_again(
        &self,
        conversation: ConversationId,
        answer: MessageId,
    ) -> Option<Arc<Report>> {
        let asked = self.subject_of(&Actor::System, conversation, answer).await;
        let subject = asked.ok()?;
        self.0
            .media
            .evidence(&Actor::System, subject.mix?, subject.reference)
            .await
            .ok()
    }

    /// Waits for every run that is going on; for tests and for a quiet shutdown.
    pub async fn idle(&self) {
        self.0.tasks.close();
        self.0.tasks.wait().await;
        self.0.tasks.reopen();
    }
}

/// Nobody but Soundstage itself has the answers of all people in its hands.
fn upkeep(actor: &Actor) -> Result<(), ChatError> {
    match actor {
        Actor::System => Ok(()),
        Actor::User { .. } | Actor::Token { .. } | Actor::Anonymous => Err(ChatError::NotFound),
    }
}

/// What a panic says, whose details the log has.
fn broken() -> ApiError {
    ApiError::new(
        contract::ErrorCode::Internal,
        "Something went wrong here while this was being written.",
    )
}

fn finished(outcome: &Outcome, now: contract::Timestamp) -> rows::FinishedRun<'_> {
    rows::FinishedRun {
        state: outcome.state.as_str(),
        text: &outcome.raw,
        blocks: outcome.blocks.clone(),
        error: outcome
            .error
            .as_ref()
            .map(|error| (error.code.as_str(), error.message.as_str())),
        usage: outcome.usage,
        now,
    }
}
