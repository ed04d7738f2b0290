//! One answer being written.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use contract::{
    ApiError, ConversationId, ErrorCode, MessageId, RunId, Timestamp, UserId,
    chat::{RunState, RunView, Usage},
    live::{Event, Topic},
    media::AnalysisView,
    report::Report,
};
use tokio_util::sync::CancellationToken;

use super::writer::{self, Output, Writer};
use crate::live::Hub;

/// A run that is going on in this process.
pub(super) struct Run {
    pub id: RunId,
    pub user: UserId,
    pub message: MessageId,
    pub conversation: ConversationId,
    pub stop: CancellationToken,
    hub: Hub,
    state: Mutex<State>,
}

struct State {
    /// What a page shows, with the place in the log that it covers.
    view: RunView,
    /// As the model wrote it.
    raw: String,
    writer: Writer,
    evidence: Option<Arc<Report>>,
    /// Bytes of `raw` that the database has.
    stored: usize,
    has_begun: bool,
    usage: Usage,
    asked_at: Timestamp,
    first_text_at: Option<Timestamp>,
}

/// The text to put into the database, and how the answer ended.
pub(super) struct Outcome {
    pub state: RunState,
    pub raw: String,
    pub blocks: Vec<String>,
    pub error: Option<ApiError>,
    pub usage: Usage,
    pub plain: String,
}

impl Run {
    pub(super) fn new(
        hub: Hub,
        user: UserId,
        ids: (RunId, MessageId, ConversationId),
        model: &str,
        analysis: Option<Box<AnalysisView>>,
        now: Timestamp,
    ) -> Self {
        let (id, message, conversation) = ids;
        let view = RunView {
            id,
            state: RunState::Measuring,
            cursor: hub.cursor(Topic::Run(id)),
            stage: None,
            blocks: Vec::new(),
            tail: String::new(),
            analysis,
            error: None,
            model: model.to_owned(),
            usage: None,
        };
        let state = State {
            view,
            raw: String::new(),
            writer: Writer::new(None),
            evidence: None,
            stored: 0,
            has_begun: false,
            usage: Usage::default(),
            asked_at: now,
            first_text_at: None,
        };
        Self {
            id,
            user,
            message,
            conversation,
            stop: CancellationToken::new(),
            hub,
            state: Mutex::new(state),
        }
    }

    /// The run as it stands, exact to the event.
    pub(super) fn view(&self) -> RunView {
        self.lock().view.clone()
    }

    pub(super) fn stage(&self, state: RunState, stage: &str, progress: Option<f32>) {
        let mut own = self.lock();
        own.view.state = state;
        own.view.stage = Some(stage.to_owned());
        let stage = Some(stage.to_owned());
        own.view.cursor = self.publish(Event::Run {
            state,
            stage,
            progress,
        });
    }

    pub(super) fn show_analysis(&self, analysis: AnalysisView) {
        let mut own = self.lock();
        let analysis = Box::new(analysis);
        own.view.analysis = Some(analysis.clone());
        own.view.cursor = self.publish(Event::Analysis { analysis });
    }

    /// Takes over the text of the run before, which is shown but was already stored.
    pub(super) fn begin_writing(
        &self,
        written: &str,
        evidence: Option<Arc<Report>>,
        now: Timestamp,
    ) {
        let mut own = self.lock();
        let (blocks, tail, writer) = writer::render(written, evidence.clone());
        own.raw = written.to_owned();
        own.stored = written.len();
        own.writer = writer;
        own.evidence = evidence;
        own.asked_at = now;
        own.has_begun = true;
        // By the log as well: whoever read this run before has an empty view of it.
        let blocks = blocks
            .into_iter()
            .map(|html| Output::Block { html, chars: 0 });
        let tail = (!tail.is_empty()).then_some(Output::Text(tail));
        self.show(&mut own, blocks.chain(tail).collect());
        drop(own);
        self.stage(RunState::Writing, "Writing", None);
    }

    /// Whether the text of the run before has been taken over.
    pub(super) fn has_begun(&self) -> bool {
        self.lock().has_begun
    }

    /// Gives the length of the whole text, in bytes.
    pub(super) fn write(&self, text: &str, now: Timestamp) -> usize {
        let mut own = self.lock();
        own.first_text_at.get_or_insert(now);
        own.raw.push_str(text);
        let outputs = own.writer.push(text);
        self.show(&mut own, outputs);
        own.raw.len()
    }

    pub(super) fn count(&self, tokens_in: i64, tokens_out: i64, cost_micros: Option<i64>) {
        let mut own = self.lock();
        own.usage = Usage {
            tokens_in,
            tokens_out,
            cost_micros,
            ..own.usage
        };
    }

    /// The text, if the database does not have all of it.
    pub(super) fn unstored(&self) -> Option<String> {
        let own = self.lock();
        (own.raw.len() > own.stored).then(|| own.raw.clone())
    }

    /// The database has this much of the text.
    pub(super) fn mark_stored(&self, bytes: usize) {
        let mut own = self.lock();
        own.stored = own.stored.max(bytes);
    }

    /// Closes the text. The end is made known by [`Run::announce`], once it is stored.
    pub(super) fn close(
        &self,
        state: RunState,
        error: Option<ApiError>,
        now: Timestamp,
    ) -> Outcome {
        let mut own = self.lock();
        let outputs = own.writer.finish();
        self.show(&mut own, outputs);
        own.usage.total_ms = now.millis_since(own.asked_at).max(1);
        own.usage.first_token_ms = own
            .first_text_at
            .map_or(0, |at| at.millis_since(own.asked_at));
        Outcome {
            state,
            raw: own.raw.clone(),
            blocks: own.view.blocks.clone(),
            error,
            usage: own.usage,
            plain: Writer::plain(&own.raw, own.evidence.as_deref()),
        }
    }

    pub(super) fn announce(&self, outcome: &Outcome) {
        let mut own = self.lock();
        own.view.state = outcome.state;
        own.view.stage = None;
        own.view.error.clone_from(&outcome.error);
        own.view.usage = Some(outcome.usage);
        own.view.cursor = self.publish(Event::Finished {
            state: outcome.state,
            error: outcome.error.clone(),
            usage: Some(outcome.usage),
        });
    }

    fn show(&self, own: &mut State, outputs: Vec<Output>) {
        for output in outputs {
            let event = match output {
                Output::Text(text) => {
                    own.view.tail.push_str(&text);
                    Event::Text { text }
                }
                Output::Block { html, chars } => {
                    own.view.tail = own.view.tail.chars().skip(chars as usize).collect();
                    own.view.blocks.push(html.clone());
                    Event::Block { html, chars }
                }
            };
            own.view.cursor = self.publish(event);
        }
    }

    fn publish(&self, event: Event) -> contract::live::Cursor {
        self.hub.publish(Topic::Run(self.id), event)
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an answer that was cut off says.
pub(super) fn interrupted() -> ApiError {
    ApiError::new(
        ErrorCode::Interrupted,
        "Soundstage was restarted while this was being written. What was written is kept.",
    )
}
