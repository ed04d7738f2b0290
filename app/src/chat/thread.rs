//! The open conversation as signals. What it shares is reference-counted and belongs to no owner, so
//! that an answer to a request, or a frame, that comes after the view has gone finds something to
//! write to.

use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

use contract::{
    AssetId, ConversationId, MessageId, Timestamp,
    chat::{Attachment, Author, ConversationView, MessageView, RunView},
    live::{Cursor, Event},
    media::{AnalysisView, AssetView},
};
use leptos::prelude::*;

use super::state::{Answer, Part, Touched};

#[derive(Clone)]
pub(super) struct Thread {
    pub(super) id: ConversationId,
    pub(super) title: ArcRwSignal<String>,
    /// Where the topic `conversation:ID` stood when this was read.
    pub(super) cursor: Cursor,
    pub(super) messages: ArcRwSignal<Vec<Entry>>,
}

#[derive(Clone)]
pub(super) struct Entry {
    pub(super) id: MessageId,
    pub(super) author: Author,
    pub(super) created_at: Timestamp,
    pub(super) text: String,
    pub(super) attachments: ArcRwSignal<Vec<Attachment>>,
    /// Of an answer only.
    pub(super) writing: Option<Writing>,
    /// See [`MessageView::versions`].
    pub(super) versions: ArcRwSignal<Vec<MessageId>>,
}

/// An answer and what of it has changed: a token that comes draws the growing tail and nothing else.
#[derive(Clone)]
pub(super) struct Writing {
    answer: ArcRwSignal<Answer>,
    card: ArcRwSignal<Option<Arc<AnalysisView>>>,
    tail: ArcTrigger,
    parts: ArcTrigger,
    head: ArcTrigger,
    /// It was read anew: another run, or another place in its log.
    anew: ArcTrigger,
    readings: Arc<AtomicU32>,
}

impl Thread {
    pub(super) fn new(view: ConversationView) -> Self {
        Self {
            id: view.id,
            title: ArcRwSignal::new(view.title),
            cursor: view.cursor,
            messages: ArcRwSignal::new(view.messages.into_iter().map(Entry::new).collect()),
        }
    }

    /// The conversation was read anew: what is here stays and is carried on, what is gone goes.
    pub(super) fn merge(&self, view: ConversationView) {
        self.title.set(view.title);
        let messages = view.messages.into_iter();
        let entries: Vec<Entry> = messages
            .map(|message| match self.known(message.id) {
                Some(entry) => {
                    entry.take(message);
                    entry
                }
                None => Entry::new(message),
            })
            .collect();
        self.messages.set(entries);
    }

    /// A message that is new, or known and read anew.
    pub(super) fn put(&self, message: MessageView) {
        match self.known(message.id) {
            Some(entry) => entry.take(message),
            None => self.messages.update(|entries| {
                let entry = Entry::new(message);
                // Ids sort by the time of their making.
                let at = entries.partition_point(|one| one.id < entry.id);
                entries.insert(at, entry);
            }),
        }
    }

    /// From here on another branch is shown: these take the place of a message and of all that follow it.
    pub(super) fn branch(&self, at: MessageId, messages: Vec<MessageView>) {
        self.messages.update(|entries| {
            if let Some(at) = entries.iter().position(|one| one.id == at) {
                entries.truncate(at);
            }
        });
        messages.into_iter().for_each(|message| self.put(message));
    }

    pub(super) fn ends_in(&self, leaf: MessageId) -> bool {
        let last = |entries: &Vec<Entry>| entries.last().is_some_and(|last| last.id == leaf);
        self.messages.with_untracked(last)
    }

    fn known(&self, id: MessageId) -> Option<Entry> {
        self.messages
            .with_untracked(|entries| entries.iter().find(|one| one.id == id).cloned())
    }

    pub(super) fn asset(&self, asset: &AssetView) {
        self.messages.with_untracked(|entries| {
            for entry in entries {
                let has = |id: AssetId, of: &[Attachment]| of.iter().any(|one| one.asset.id == id);
                if entry.attachments.with_untracked(|of| has(asset.id, of)) {
                    entry.attachments.update(|of| {
                        for one in of.iter_mut().filter(|one| one.asset.id == asset.id) {
                            one.asset = asset.clone();
                        }
                    });
                }
            }
        });
    }

    /// The newest card, for the inspector.
    pub(super) fn analysis(&self) -> Option<Arc<AnalysisView>> {
        self.messages.with(|entries| {
            entries
                .iter()
                .rev()
                .find_map(|entry| entry.writing.as_ref()?.card.get())
        })
    }

    /// The files that were sent last, for the player.
    pub(super) fn attachments(&self) -> Vec<Attachment> {
        self.messages
            .with(|entries| {
                entries
                    .iter()
                    .rev()
                    .map(|entry| entry.attachments.get())
                    .find(|of| !of.is_empty())
            })
            .unwrap_or_default()
    }

    /// The answer that is being written: on a branch there is at most one, and it is the last.
    pub(super) fn under_way(&self) -> Option<Writing> {
        let last = self
            .messages
            .with(|entries| entries.iter().rev().find_map(|entry| entry.writing.clone()))?;
        (!last.state().is_final()).then_some(last)
    }
}

impl Entry {
    pub(super) fn new(message: MessageView) -> Self {
        Self {
            id: message.id,
            author: message.author,
            created_at: message.created_at,
            text: message.text,
            attachments: ArcRwSignal::new(message.attachments),
            writing: message.run.map(Writing::new),
            versions: ArcRwSignal::new(message.versions),
        }
    }

    /// The same message, read anew.
    fn take(&self, message: MessageView) {
        if let (Some(writing), Some(run)) = (&self.writing, message.run) {
            writing.replace(run);
        }
        if self
            .versions
            .with_untracked(|known| *known != message.versions)
        {
            self.versions.set(message.versions);
        }
    }
}

impl Writing {
    fn new(run: RunView) -> Self {
        let card = run.analysis.as_deref().cloned().map(Arc::new);
        Self {
            answer: ArcRwSignal::new(Answer::new(run)),
            card: ArcRwSignal::new(card),
            tail: ArcTrigger::new(),
            parts: ArcTrigger::new(),
            head: ArcTrigger::new(),
            anew: ArcTrigger::new(),
            readings: Arc::default(),
        }
    }

    pub(super) fn apply(&self, at: Cursor, event: &Event) {
        let touched = self
            .answer
            .try_update_untracked(|answer| answer.apply(at, event))
            .unwrap_or(Touched::Nothing);
        match touched {
            Touched::Nothing => {}
            Touched::Tail => self.tail.notify(),
            Touched::Parts => {
                self.parts.notify();
                self.tail.notify();
            }
            Touched::Card => {
                let card = self
                    .answer
                    .with_untracked(|answer| answer.run.analysis.as_deref().cloned());
                self.card.set(card.map(Arc::new));
            }
            Touched::Head => self.head.notify(),
        }
    }

    /// Takes a view that was read anew; false if this tab is further already.
    pub(super) fn replace(&self, run: RunView) -> bool {
        let card = run.analysis.as_deref().cloned();
        let taken = self
            .answer
            .try_update_untracked(|answer| answer.replace(run))
            == Some(true);
        if taken {
            self.readings.fetch_add(1, Ordering::Relaxed);
            if self
                .card
                .with_untracked(|shown| shown.as_deref() != card.as_ref())
            {
                self.card.set(card.map(Arc::new));
            }
            for trigger in [&self.parts, &self.tail, &self.head, &self.anew] {
                trigger.notify();
            }
        }
        taken
    }

    /// The line was away for so long while this was being written.
    pub(super) fn picked_up(&self, seconds: u32) {
        if self
            .answer
            .try_update_untracked(|answer| answer.picked_up(seconds))
            == Some(true)
        {
            self.parts.notify();
        }
    }

    /// State, stage, progress, error, usage.
    pub(super) fn head<T>(&self, read: impl FnOnce(&Answer) -> T) -> T {
        self.head.track();
        self.answer.with_untracked(read)
    }

    pub(super) fn state(&self) -> contract::chat::RunState {
        self.head(|answer| answer.run.state)
    }

    pub(super) fn tail(&self) -> String {
        self.tail.track();
        self.answer.with_untracked(|answer| answer.run.tail.clone())
    }

    /// Each under a key that changes when the text was read anew: it may be another text then.
    pub(super) fn parts(&self) -> Vec<((u32, usize), Part)> {
        self.parts.track();
        let reading = self.readings.load(Ordering::Relaxed);
        let parts = self.answer.with_untracked(Answer::parts);
        parts
            .into_iter()
            .enumerate()
            .map(|(index, part)| ((reading, index), part))
            .collect()
    }

    pub(super) fn card(&self) -> Option<Arc<AnalysisView>> {
        self.card.get()
    }

    /// Which log to follow from where; tracks only that it was read anew.
    pub(super) fn place(&self) -> (contract::RunId, Cursor, bool) {
        self.anew.track();
        self.answer.with_untracked(|answer| {
            (
                answer.run.id,
                answer.run.cursor,
                answer.run.state.is_final(),
            )
        })
    }
}
