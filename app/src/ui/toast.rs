//! Short notices at the bottom right: what was done or has failed. Five seconds; failures stay until
//! they are dismissed. What must be acted on is no toast.

use std::time::Duration;

use leptos::{prelude::*, web_sys::Storage};

use super::Icon;

const STAYS: Duration = Duration::from_secs(5);
const MOST: usize = 4;
/// Where a notice waits while the page loads anew: of this tab alone.
const KEPT: &str = "soundstage.toast";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ToastKind {
    Done,
    Note,
    Failed,
}

#[derive(Clone)]
pub struct ToastAction {
    pub label: String,
    pub run: Callback<()>,
}

#[derive(Clone)]
pub struct Toast {
    number: u32,
    kind: ToastKind,
    text: String,
    action: Option<ToastAction>,
}

/// The handle to show toasts with; from [`use_toasts`].
#[derive(Clone, Copy)]
pub struct Toaster {
    shown: RwSignal<Vec<Toast>>,
    next: StoredValue<u32>,
}

impl Toaster {
    pub fn show(self, kind: ToastKind, text: impl Into<String>, action: Option<ToastAction>) {
        let number = self.next.with_value(|next| next.wrapping_add(1));
        self.next.set_value(number);
        self.shown.update(|shown| {
            shown.push(Toast {
                number,
                kind,
                text: text.into(),
                action,
            });
            if shown.len() > MOST {
                shown.remove(0);
            }
        });
        if kind != ToastKind::Failed {
            set_timeout(move || self.dismiss(number), STAYS);
        }
    }

    pub fn failed(self, text: impl Into<String>) {
        self.show(ToastKind::Failed, text, None);
    }

    pub fn done(self, text: impl Into<String>) {
        self.show(ToastKind::Done, text, None);
    }

    /// Loads the page anew, and says there what was done.
    pub fn done_and_reload(self, text: &str) {
        if let Some(storage) = kept() {
            _ = storage.set_item(KEPT, text);
        }
        _ = window().location().reload();
    }

    /// In the browser: says what the document before this one left to say.
    fn say_kept(self) {
        if let Some(storage) = kept()
            && let Ok(Some(text)) = storage.get_item(KEPT)
        {
            _ = storage.remove_item(KEPT);
            self.done(text);
        }
    }

    fn dismiss(self, number: u32) {
        // The page may have gone while the timer ran.
        self.shown
            .try_update(|shown| shown.retain(|toast| toast.number != number));
    }
}

pub fn provide_toasts() -> Toaster {
    let toaster = Toaster {
        shown: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(toaster);
    toaster
}

pub fn use_toasts() -> Toaster {
    expect_context::<Toaster>()
}

fn kept() -> Option<Storage> {
    window().session_storage().ok()?
}

/// Where they appear: once, in the frame.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = use_toasts();
    Effect::new(move || toaster.say_kept());
    view! {
        <div class="toasts" role="region" aria-label="Notices">
            <For each=move || toaster.shown.get() key=|toast| toast.number let:toast>
                {
                    let number = toast.number;
                    let (role, icon, tone) = match toast.kind {
                        ToastKind::Done => ("status", "check", "tone ok"),
                        ToastKind::Note => ("status", "chat", "tone"),
                        ToastKind::Failed => ("alert", "warn", "tone bad"),
                    };
                    view! {
                        <div class="toast" role=role>
                            <span class=tone><Icon name=icon/></span>
                            <span>{toast.text}</span>
                            <span class="acts">
                                {toast.action.map(|action| view! {
                                    <button
                                        type="button"
                                        class="btn ghost sm"
                                        on:click=move |_| { action.run.run(()); toaster.dismiss(number); }
                                    >
                                        {action.label}
                                    </button>
                                })}
                                <button
                                    type="button"
                                    class="icon-btn sm"
                                    aria-label="Dismiss"
                                    on:click=move |_| toaster.dismiss(number)
                                >
                                    <Icon name="x" small=true/>
                                </button>
                            </span>
                        </div>
                    }
                }
            </For>
        </div>
    }
}
