//! Which conversation the main pane shows. The first is read with the page, on the server; those that
//! follow are read when the address changes. What is shown is held here and not in a suspense, so that
//! a view stays whole until the next one takes its place.

use std::time::Duration;

use contract::{ApiError, ConversationId, ErrorCode, chat::ConversationView};
use leptos::{prelude::*, task::spawn_local};

use super::{api, thread::Thread};
use crate::api::Failure;

/// Quicker than this, nothing is shown of the waiting.
const PATIENCE: Duration = Duration::from_millis(200);

/// The conversation that an address means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Address {
    New,
    Known(ConversationId),
    /// It should be one, but is none.
    Astray,
}

impl Address {
    pub(super) fn of(path: &str) -> Self {
        match path.strip_prefix("/c/") {
            None => Self::New,
            Some(id) => id
                .trim_end_matches('/')
                .parse()
                .map_or(Self::Astray, Self::Known),
        }
    }

    pub(super) const fn id(self) -> Option<ConversationId> {
        match self {
            Self::Known(id) => Some(id),
            Self::New | Self::Astray => None,
        }
    }
}

#[derive(Clone)]
pub(super) enum Shown {
    New,
    Thread(Thread),
    Refused(Address, Failure),
    Reading,
}

impl Shown {
    fn is(&self, address: Address) -> bool {
        match self {
            Self::New => address == Address::New,
            Self::Thread(thread) => address == Address::Known(thread.id),
            Self::Refused(refused, _) => *refused == address,
            Self::Reading => false,
        }
    }
}

/// What was read for the first view.
pub(super) type First = (ReadAt, Option<Result<ConversationView, Failure>>);

/// The address as it crosses to the browser: a path.
pub(super) type ReadAt = String;

#[derive(Clone, Copy)]
pub(super) struct Screen {
    pub(super) address: Memo<Address>,
    shown: RwSignal<Shown>,
    /// The first view has been read.
    begun: RwSignal<bool>,
}

impl Screen {
    pub(super) fn new(path: Memo<String>) -> Self {
        Self {
            address: Memo::new(move |_| path.with(|path| Address::of(path))),
            shown: RwSignal::new(Shown::Reading),
            begun: RwSignal::new(false),
        }
    }

    /// Takes the first view. Every part of the page that waits for it calls; the first call counts.
    pub(super) fn begin(self, (path, read): First) {
        if self.begun.get_untracked() {
            return;
        }
        self.shown.set(match (Address::of(&path), read) {
            (_, Some(Ok(view))) => Shown::Thread(Thread::new(view)),
            (address, Some(Err(failure))) => Shown::Refused(address, failure),
            (_, None) => Shown::New,
        });
        self.begun.set(true);
    }

    pub(super) fn shown(self) -> Shown {
        self.shown.get()
    }

    /// The conversation on the screen, if it is the one of the address.
    pub(super) fn thread(self) -> Option<Thread> {
        let address = self.address.get();
        self.shown.with(|shown| match shown {
            Shown::Thread(thread) if Address::Known(thread.id) == address => Some(thread.clone()),
            _ => None,
        })
    }

    /// The same without tracking, for what comes late: the page may have gone.
    pub(super) fn thread_of(self, id: Option<ConversationId>) -> Option<Thread> {
        self.shown.try_with_untracked(|shown| match shown {
            Shown::Thread(thread) if id.is_none_or(|id| id == thread.id) => Some(thread.clone()),
            _ => None,
        })?
    }

    /// In the browser: reads what the address asks for from here on.
    pub(super) fn follow_address(self) {
        Effect::new(move || {
            let address = self.address.get();
            if self.begun.get() && !self.shown.with_untracked(|shown| shown.is(address)) {
                self.read(address);
            }
        });
    }

    pub(super) fn read_again(self) {
        self.read(self.address.get_untracked());
    }

    fn read(self, address: Address) {
        let Some(id) = address.id() else {
            self.shown.set(match address {
                Address::Astray => Shown::Refused(address, nothing_here()),
                _ => Shown::New,
            });
            return;
        };
        spawn_local(async move {
            let read = api::conversation(id).await;
            // Somewhere else by now, or not even on this page.
            if self.address.try_get_untracked() != Some(address) {
                return;
            }
            self.shown.try_set(match read {
                Ok(view) => Shown::Thread(Thread::new(view)),
                Err(failure) => Shown::Refused(address, failure),
            });
        });
        set_timeout(
            move || {
                let waits = self.address.try_get_untracked() == Some(address)
                    && self.shown.with_untracked(|shown| !shown.is(address));
                if waits {
                    self.shown.set(Shown::Reading);
                }
            },
            PATIENCE,
        );
    }
}

/// What the page reads before it is shown.
pub(super) async fn read_first(path: String) -> First {
    let read = match Address::of(&path) {
        Address::New => None,
        Address::Known(id) => Some(api::conversation(id).await),
        Address::Astray => {
            crate::missing::answer_not_found();
            Some(Err(nothing_here()))
        }
    };
    (path, read)
}

fn nothing_here() -> Failure {
    let sentence = "That conversation does not exist, or it is not yours.";
    Failure(ApiError::new(ErrorCode::NotFound, sentence))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses() {
        let id = "01890a5d-ac96-774b-bcce-b302099a8057";
        let known = Address::Known(id.parse().expect("an id"));
        assert_eq!(Address::of("/"), Address::New);
        assert_eq!(Address::of(&format!("/c/{id}")), known);
        assert_eq!(Address::of(&format!("/c/{id}/")), known);
        assert_eq!(Address::of("/c/"), Address::Astray);
        assert_eq!(Address::of("/c/nonsense"), Address::Astray);
    }
}
