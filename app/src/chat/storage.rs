//! What the browser keeps by itself: drafts, and messages that have not gone out. Under the person's
//! id, since browsers are shared. Every message under a key of its own, so that two tabs do not write
//! over each other. In the browser only; where storage is refused, nothing is kept and nothing fails.

use contract::{ConversationId, UserId};
use leptos::{prelude::window, web_sys::Storage};

use super::state::Waiting;

#[derive(Clone, Copy)]
pub(super) struct Drawer(pub(super) Option<UserId>);

impl Drawer {
    pub(super) fn draft(self, of: Option<ConversationId>) -> Option<String> {
        storage()?.get_item(&self.draft_key(of)).ok()?
    }

    pub(super) fn keep_draft(self, of: Option<ConversationId>, text: &str) {
        let Some(storage) = storage() else { return };
        let key = self.draft_key(of);
        _ = if text.is_empty() {
            storage.remove_item(&key)
        } else {
            storage.set_item(&key, text)
        };
    }

    /// What was being written when the conversation got its id belongs to it.
    pub(super) fn move_draft(self, to: ConversationId) {
        if let Some(text) = self.draft(None) {
            self.keep_draft(Some(to), &text);
            self.keep_draft(None, "");
        }
    }

    pub(super) fn waiting(self) -> Vec<Waiting> {
        let Some(storage) = storage() else {
            return Vec::new();
        };
        let prefix = self.outbox_key("");
        (0..storage.length().unwrap_or(0))
            .filter_map(|index| storage.key(index).ok()?)
            .filter(|key| key.starts_with(&prefix))
            .filter_map(|key| serde_json::from_str(&storage.get_item(&key).ok()??).ok())
            .collect()
    }

    pub(super) fn keep(self, waiting: &Waiting) {
        if let (Some(storage), Ok(text)) = (storage(), serde_json::to_string(waiting)) {
            _ = storage.set_item(&self.outbox_key(&waiting.draft.key), &text);
        }
    }

    pub(super) fn forget(self, key: &str) {
        if let Some(storage) = storage() {
            _ = storage.remove_item(&self.outbox_key(key));
        }
    }

    fn draft_key(self, of: Option<ConversationId>) -> String {
        let of = of.map_or_else(|| "new".to_owned(), |id| id.to_string());
        ["soundstage.draft.", &self.owner(), ".", &of].concat()
    }

    fn outbox_key(self, key: &str) -> String {
        ["soundstage.outbox.", &self.owner(), ".", key].concat()
    }

    fn owner(self) -> String {
        self.0.map(|id| id.to_string()).unwrap_or_default()
    }
}

fn storage() -> Option<Storage> {
    window().local_storage().ok()?
}

/// Tells one message from every other of this person.
#[cfg(not(feature = "ssr"))]
pub(super) fn fresh_key() -> String {
    let chance = || (js_sys::Math::random() * f64::from(u32::MAX)) as u32;
    format!(
        "{:x}-{:08x}{:08x}",
        js_sys::Date::now() as u64,
        chance(),
        chance()
    )
}

/// For the form of a page that is being rendered. The standard library seeds each hasher at random.
#[cfg(feature = "ssr")]
pub(super) fn fresh_key() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let chance = || RandomState::new().build_hasher().finish();
    format!("{:016x}{:016x}", chance(), chance())
}
