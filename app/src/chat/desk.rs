//! What the parts of the chat page share: which conversation is open, the list, what waits to go out,
//! and the acts on them.

use std::time::Duration;

use contract::{
    ApiError, ConversationId, UserId,
    chat::{Attachment, ConversationSummary, Draft, DraftAttachment, Sent, Shelf},
    live::Event,
};
use leptos::{html, prelude::*, task::spawn_local};
use leptos_router::hooks::use_location;

use super::{
    api,
    fact::Cited,
    screen::Screen,
    state::{Asked, Conversations, Outbox},
    storage::{Drawer, fresh_key},
    thread::Thread,
};
use crate::{
    media::{Player, Uploads, use_player, use_uploads},
    ui::{Toaster, time::browser_now, use_toasts},
};

#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub(super) drawer: Drawer,
    pub(super) me: Option<UserId>,
    /// From the address; None is a conversation that does not exist yet.
    pub(super) open: Memo<Option<ConversationId>>,
    pub(super) screen: Screen,
    /// The browser runs: until then the page is as the server wrote it.
    pub(super) alive: RwSignal<bool>,
    /// Where the page has to go; the page itself goes there.
    pub(super) go: RwSignal<Option<Option<ConversationId>>>,
    pub(super) list: RwSignal<Conversations>,
    pub(super) outbox: RwSignal<Outbox>,
    /// What the list shows.
    pub(super) asked: RwSignal<Asked>,
    /// What it is to show, once the server has answered.
    pub(super) wanted: StoredValue<Asked>,
    /// What scrolls in the main pane.
    pub(super) scroller: NodeRef<html::Div>,
    /// Opens the file dialog of the composer.
    pub(super) files: NodeRef<html::Input>,
    /// A fact whose source is being shown.
    pub(super) fact: RwSignal<Option<Cited>>,
    /// Put back into the composer: a message that was taken back.
    pub(super) put_back: RwSignal<Option<String>>,
    player: Player,
    uploads: Uploads,
    toasts: Toaster,
    failures: StoredValue<u32>,
}

impl Desk {
    pub(super) fn new(me: Option<UserId>) -> Self {
        let screen = Screen::new(use_location().pathname);
        Self {
            drawer: Drawer(me),
            me,
            open: Memo::new(move |_| screen.address.get().id()),
            screen,
            alive: RwSignal::new(false),
            go: RwSignal::new(None),
            list: RwSignal::new(Conversations::default()),
            outbox: RwSignal::new(Outbox::default()),
            asked: RwSignal::new(Asked::default()),
            wanted: StoredValue::new(Asked::default()),
            scroller: NodeRef::new(),
            files: NodeRef::new(),
            fact: RwSignal::new(None),
            put_back: RwSignal::new(None),
            player: use_player(),
            uploads: use_uploads(),
            toasts: use_toasts(),
            failures: StoredValue::new(0),
        }
    }

    /// The conversation on the screen, if it is the one that is open.
    pub(super) fn thread(self) -> Option<Thread> {
        self.screen.thread()
    }

    fn thread_of(self, id: ConversationId) -> Option<Thread> {
        self.screen.thread_of(Some(id))
    }

    // --- sending

    /// Takes a message: from here on it is kept, whatever happens.
    pub(super) fn post(self, text: String, attachments: Vec<Attachment>) {
        let draft = Draft {
            key: fresh_key(),
            conversation: self.open.get_untracked(),
            text,
            attachments: attachments
                .iter()
                .map(|one| DraftAttachment {
                    asset: one.asset.id,
                    side: one.side,
                })
                .collect(),
            replaces: None,
        };
        self.outbox.update(|outbox| {
            self.drawer
                .keep(outbox.push(draft, attachments, browser_now()));
        });
        self.pump();
    }

    /// Sends what waits, one after the other. Sending twice with the same key is sending once.
    pub(super) fn pump(self) {
        let Some(draft) = self.outbox.try_update(Outbox::take).flatten() else {
            return;
        };
        spawn_local(async move {
            let (key, is_first) = (draft.key.clone(), draft.conversation.is_none());
            match api::send_message(draft).await {
                Ok(sent) => self.delivered(&key, is_first, sent),
                Err(failure) => self.undelivered(&key, failure.0),
            }
        });
    }

    fn delivered(self, key: &str, is_first: bool, sent: Sent) {
        self.drawer.forget(key);
        if is_first {
            self.drawer.move_draft(sent.conversation);
        }
        let updated = self.outbox.try_update(|outbox| {
            for follower in outbox.sent(key, sent.conversation) {
                if let Some(follower) = outbox.get(&follower) {
                    self.drawer.keep(follower);
                }
            }
        });
        // The page may have gone while this was under way; what is kept is right already.
        if updated.is_none() {
            return;
        }
        self.failures.set_value(0);
        let mut preview = sent.message.text.clone();
        preview.truncate(
            preview
                .char_indices()
                .nth(120)
                .map_or(preview.len(), |(at, _)| at),
        );
        self.list.update(|list| {
            list.upsert(ConversationSummary {
                id: sent.conversation,
                title: sent.title.clone(),
                updated_at: sent.message.created_at,
                preview,
                writing: true,
                pinned: list.shelf(sent.conversation) == Some(Shelf::Pinned),
                archived: false,
                found: Vec::new(),
            });
        });
        if let Some(thread) = self.thread_of(sent.conversation) {
            thread.put(sent.message);
            thread.put(sent.answer);
            self.outbox.update(Outbox::forget_sent);
        } else if is_first && self.open.get_untracked().is_none() {
            self.go.set(Some(Some(sent.conversation)));
        }
        self.pump();
    }

    fn undelivered(self, key: &str, error: ApiError) {
        let Some(waits) = self.outbox.try_update(|outbox| outbox.failed(key, error)) else {
            return;
        };
        if waits {
            let times = self.failures.with_value(|times| *times) + 1;
            self.failures.set_value(times);
            let seconds = (1_u64 << times.min(5)).min(30);
            set_timeout(move || self.pump(), Duration::from_secs(seconds));
        } else {
            self.pump();
        }
    }

    /// A refused message is tried again as it is.
    pub(super) fn send_again(self, key: &str) {
        self.outbox.update(|outbox| outbox.again(key));
        self.pump();
    }

    /// A message that has not gone out comes back into the composer.
    pub(super) fn withdraw(self, key: &str) {
        self.drawer.forget(key);
        if let Some(Some(waiting)) = self.outbox.try_update(|outbox| outbox.withdraw(key)) {
            self.uploads.restore(waiting.attachments);
            self.put_back.set(Some(waiting.draft.text));
        }
    }

    // --- the list

    /// What the topic `user:ID` says.
    pub(super) fn hear(self, event: Event) {
        match event {
            Event::Conversation(line) => {
                if let Some(thread) = self.thread_of(line.id) {
                    thread.title.set(line.title.clone());
                }
                let is_listed = self
                    .list
                    .with_untracked(|list| list.title(line.id).is_some());
                let asked = self.asked.get_untracked();
                match asked.takes(&line) {
                    Some(true) => self.list.update(|list| list.upsert(line)),
                    None if is_listed => self.list.update(|list| list.upsert(line)),
                    Some(false) => self.list.update(|list| _ = list.remove(line.id)),
                    None => {}
                }
            }
            Event::ConversationDeleted { id } => self.gone(id),
            Event::Asset { asset, .. } => {
                self.uploads.update_asset(&asset);
                self.player.update_asset(&asset);
                if let Some(thread) = self.screen.thread_of(None) {
                    thread.asset(&asset);
                }
            }
            _ => {}
        }
    }

    pub(super) fn rename(self, id: ConversationId, title: String) {
        let title = title.trim().to_owned();
        let old = self
            .list
            .try_update(|list| list.rename(id, &title))
            .flatten();
        let thread = self.thread_of(id);
        let old = old.or_else(|| thread.as_ref().map(|thread| thread.title.get_untracked()));
        if title.is_empty() || old.as_ref() == Some(&title) {
            self.retitle(id, old);
            return;
        }
        if let Some(thread) = thread {
            thread.title.set(title.clone());
        }
        spawn_local(async move {
            if let Err(failure) = api::rename(id, title).await {
                self.retitle(id, old);
                self.toasts.failed(failure.to_string());
            }
        });
    }

    fn retitle(self, id: ConversationId, title: Option<String>) {
        let Some(title) = title else { return };
        self.list.try_update(|list| _ = list.rename(id, &title));
        if let Some(thread) = self.thread_of(id) {
            thread.title.set(title);
        }
    }

    /// Where the list may show it; the server says so to all tabs.
    pub(super) fn shelve(self, id: ConversationId, shelf: Shelf) {
        spawn_local(async move {
            let done = match shelf {
                Shelf::Archive => Some("Archived. What is said in it brings it back."),
                Shelf::Pinned | Shelf::List => None,
            };
            match api::shelve(id, shelf).await {
                Ok(()) => done.into_iter().for_each(|done| self.toasts.done(done)),
                Err(failure) => self.toasts.failed(failure.to_string()),
            }
        });
    }

    pub(super) fn delete(self, id: ConversationId) {
        let line = self.list.try_update(|list| list.remove(id)).flatten();
        spawn_local(async move {
            match api::delete(id).await {
                Ok(()) => {
                    self.gone(id);
                    self.drawer.keep_draft(Some(id), "");
                    self.toasts.done("Conversation deleted");
                }
                Err(failure) => {
                    if let Some(line) = line {
                        self.list.try_update(|list| list.upsert(line));
                    }
                    self.toasts.failed(failure.to_string());
                }
            }
        });
    }

    /// Deleted, here or in another tab.
    fn gone(self, id: ConversationId) {
        self.list.try_update(|list| _ = list.remove(id));
        if self.open.try_get_untracked().flatten() == Some(id) {
            self.go.set(Some(None));
        }
    }

    pub(super) fn failed(self, text: &str) {
        self.toasts.failed(text);
    }
}

pub(super) fn use_desk() -> Desk {
    expect_context::<Desk>()
}
