//! Short notices at the bottom right: what was done or has failed. Five seconds; failures stay until
//! they are dismissed. What must be acted on is no toast.

use std::time::Duration;

use leptos::prelude::*;

use super::Icon;

const STAYS: Duration = Duration::from_secs(5);
const MOST: usize = 4;

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

/// Where they appear: once, in the frame.
#[component]
pub fn Toasts() -> impl IntoView {
    let toaster = use_toasts();
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
