//! Messages that a person has sent and the server has not acknowledged. Every message goes through
//! here, so that one sent offline, or one caught by a reload, is the ordinary case and not another.

use contract::{
    ApiError, ConversationId, ErrorCode, Timestamp,
    chat::{Attachment, Draft},
};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    pub draft: Draft,
    /// As shown; the draft has only their ids.
    pub attachments: Vec<Attachment>,
    pub at: Timestamp,
    /// The key of the message that starts the conversation this one belongs to.
    #[serde(default)]
    pub follows: Option<String>,
    #[serde(skip)]
    pub delivery: Delivery,
}

#[derive(Clone, Debug, Default, PartialEq)]
pub enum Delivery {
    #[default]
    Waiting,
    Sending,
    /// The server does not take it as it is; the text is kept.
    Refused(ApiError),
    /// Stored, and shown from here only until the stored message is.
    Sent(ConversationId),
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outbox {
    items: Vec<Waiting>,
}

impl Outbox {
    /// What an earlier visit left, oldest first.
    pub fn new(mut items: Vec<Waiting>) -> Self {
        items.sort_by_key(|one| one.at);
        let mut outbox = Self { items };
        // The first message was stored, but the tab went away before it could say so to the others:
        // the first of them starts a conversation then.
        let keys: Vec<String> = outbox
            .items
            .iter()
            .map(|one| one.draft.key.clone())
            .collect();
        let mut heir: Option<String> = None;
        for one in &mut outbox.items {
            let orphan = one.follows.as_ref().is_some_and(|key| !keys.contains(key));
            if orphan {
                one.follows.clone_from(&heir);
                heir.get_or_insert_with(|| one.draft.key.clone());
            }
        }
        outbox
    }

    /// Takes a message. One without a conversation follows the first that has none either.
    pub fn push(&mut self, draft: Draft, attachments: Vec<Attachment>, at: Timestamp) -> &Waiting {
        let follows = if draft.conversation.is_none() {
            self.starter()
        } else {
            None
        };
        self.items.push(Waiting {
            draft,
            attachments,
            at,
            follows,
            delivery: Delivery::Waiting,
        });
        &self.items[self.items.len() - 1]
    }

    fn starter(&self) -> Option<String> {
        let starts = |one: &&Waiting| {
            one.draft.conversation.is_none()
                && one.follows.is_none()
                && !matches!(one.delivery, Delivery::Sent(_))
        };
        self.items
            .iter()
            .find(starts)
            .map(|one| one.draft.key.clone())
    }

    /// The next to go out, marked as being sent. One at a time, in the order of writing; a refused one
    /// holds back those that follow it.
    pub fn take(&mut self) -> Option<Draft> {
        if self
            .items
            .iter()
            .any(|one| one.delivery == Delivery::Sending)
        {
            return None;
        }
        let ready = |one: &&mut Waiting| one.delivery == Delivery::Waiting && one.follows.is_none();
        let one = self.items.iter_mut().find(ready)?;
        one.delivery = Delivery::Sending;
        Some(one.draft.clone())
    }

    /// The server has it. Those that follow now know their conversation; gives their keys, since what
    /// is kept of them has changed.
    pub fn sent(&mut self, key: &str, conversation: ConversationId) -> Vec<String> {
        let mut changed = Vec::new();
        for one in &mut self.items {
            if one.draft.key == key {
                one.delivery = Delivery::Sent(conversation);
            } else if one.follows.as_deref() == Some(key) {
                one.follows = None;
                one.draft.conversation = Some(conversation);
                changed.push(one.draft.key.clone());
            }
        }
        changed
    }

    /// It did not go out. Says whether it waits for a better line (true) or for the person.
    pub fn failed(&mut self, key: &str, error: ApiError) -> bool {
        let waits = waits_for_the_line(error.code);
        if let Some(one) = self.items.iter_mut().find(|one| one.draft.key == key) {
            one.delivery = if waits {
                Delivery::Waiting
            } else {
                Delivery::Refused(error)
            };
        }
        waits
    }

    /// A person tries a refused one again.
    pub fn again(&mut self, key: &str) {
        if let Some(one) = self.items.iter_mut().find(|one| one.draft.key == key) {
            one.delivery = Delivery::Waiting;
        }
    }

    /// A person takes it back: gives it, so that its text can go into the composer.
    pub fn withdraw(&mut self, key: &str) -> Option<Waiting> {
        let at = self.items.iter().position(|one| one.draft.key == key)?;
        let gone = self.items.remove(at);
        // Whoever followed it starts the conversation in its place.
        let mut heir: Option<String> = None;
        for one in self
            .items
            .iter_mut()
            .filter(|one| one.follows.as_deref() == Some(key))
        {
            one.follows.clone_from(&heir);
            heir.get_or_insert_with(|| one.draft.key.clone());
        }
        Some(gone)
    }

    /// The stored messages are on the screen.
    pub fn forget_sent(&mut self) {
        self.items
            .retain(|one| !matches!(one.delivery, Delivery::Sent(_)));
    }

    pub fn get(&self, key: &str) -> Option<&Waiting> {
        self.items.iter().find(|one| one.draft.key == key)
    }

    /// What belongs below the messages of a conversation (None: of the one that does not exist yet).
    pub fn of(&self, conversation: Option<ConversationId>) -> Vec<Waiting> {
        self.items
            .iter()
            .filter(|one| one.draft.conversation == conversation)
            .cloned()
            .collect()
    }

    pub fn is_sending(&self, conversation: Option<ConversationId>) -> bool {
        let mut here = self
            .items
            .iter()
            .filter(|one| one.draft.conversation == conversation);
        here.any(|one| one.delivery == Delivery::Sending)
    }

    /// How many wait to go out.
    pub fn waiting(&self) -> usize {
        self.items
            .iter()
            .filter(|one| matches!(one.delivery, Delivery::Waiting | Delivery::Sending))
            .count()
    }
}

/// What passes by itself; everything else is for the person to decide.
const fn waits_for_the_line(code: ErrorCode) -> bool {
    matches!(
        code,
        ErrorCode::Unavailable | ErrorCode::TooManyRequests | ErrorCode::Internal
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn conversation() -> ConversationId {
        "01890000-0000-7000-8000-0000000000c0"
            .parse()
            .expect("an id")
    }

    fn draft(key: &str, conversation: Option<ConversationId>) -> Draft {
        Draft {
            key: key.into(),
            conversation,
            text: format!("text of {key}"),
            attachments: Vec::new(),
            replaces: None,
        }
    }

    fn filled(keys: &[&str], conversation: Option<ConversationId>) -> Outbox {
        let mut outbox = Outbox::default();
        for (second, key) in keys.iter().enumerate() {
            outbox.push(
                draft(key, conversation),
                Vec::new(),
                Timestamp::from_seconds(second as i64),
            );
        }
        outbox
    }

    fn take_key(outbox: &mut Outbox) -> Option<String> {
        outbox.take().map(|draft| draft.key)
    }

    #[test]
    fn goes_out_one_by_one_in_order() {
        let mut outbox = filled(&["a", "b"], Some(conversation()));
        assert_eq!(take_key(&mut outbox).as_deref(), Some("a"));
        assert_eq!(take_key(&mut outbox), None, "one at a time");
        outbox.sent("a", conversation());
        assert_eq!(take_key(&mut outbox).as_deref(), Some("b"));
    }

    #[test]
    fn what_was_written_before_the_conversation_exists_goes_into_it() {
        let mut outbox = filled(&["a", "b", "c"], None);
        assert_eq!(take_key(&mut outbox).as_deref(), Some("a"));
        assert_eq!(outbox.sent("a", conversation()), ["b", "c"]);
        assert_eq!(
            outbox.take().and_then(|draft| draft.conversation),
            Some(conversation())
        );
        // The next new conversation is another one.
        outbox.push(draft("d", None), Vec::new(), Timestamp(0));
        assert_eq!(outbox.get("d").and_then(|one| one.follows.clone()), None);
    }

    #[test]
    fn a_lost_line_waits_and_a_refusal_asks() {
        let mut outbox = filled(&["a", "b"], Some(conversation()));
        outbox.take();
        assert!(outbox.failed("a", ApiError::new(ErrorCode::Unavailable, "No answer.")));
        assert_eq!(outbox.waiting(), 2);
        assert_eq!(
            take_key(&mut outbox).as_deref(),
            Some("a"),
            "with the same key"
        );
        assert!(!outbox.failed("a", ApiError::new(ErrorCode::Invalid, "Too long.")));
        assert_eq!(take_key(&mut outbox).as_deref(), Some("b"));
        outbox.sent("b", conversation());
        outbox.again("a");
        assert_eq!(take_key(&mut outbox).as_deref(), Some("a"));
    }

    #[test]
    fn a_withdrawn_starter_is_succeeded() {
        let mut outbox = filled(&["a", "b", "c"], None);
        assert_eq!(
            outbox.withdraw("a").map(|one| one.draft.text).as_deref(),
            Some("text of a")
        );
        assert_eq!(take_key(&mut outbox).as_deref(), Some("b"));
        assert_eq!(outbox.sent("b", conversation()), ["c"]);
    }

    #[test]
    fn survives_a_reload_in_the_middle_of_sending() {
        let mut outbox = filled(&["a", "b", "c"], None);
        outbox.take();
        let kept = serde_json::to_string(&outbox.items).expect("writes");
        let mut again = Outbox::new(serde_json::from_str(&kept).expect("reads"));
        assert_eq!(take_key(&mut again).as_deref(), Some("a"));
        // "a" was acknowledged, but the tab went away before the others learned it.
        let orphans: Vec<Waiting> = outbox.items[1..].to_vec();
        let mut again = Outbox::new(orphans);
        assert_eq!(take_key(&mut again).as_deref(), Some("b"));
        assert_eq!(again.sent("b", conversation()), ["c"]);
    }

    #[test]
    fn sent_stays_visible_until_forgotten() {
        let mut outbox = filled(&["a"], None);
        outbox.take();
        outbox.sent("a", conversation());
        assert_eq!(outbox.of(None).len(), 1);
        assert_eq!(outbox.waiting(), 0);
        outbox.forget_sent();
        assert!(outbox.of(None).is_empty());
    }
}
