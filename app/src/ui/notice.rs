//! The one condition that a pane's head announces (offline, a standing warning): set from anywhere,
//! drawn where a page puts [`NoticeBanner`], under the pane's head.

use leptos::prelude::*;

use super::{Banner, BannerKind, ToastAction};

#[derive(Clone)]
pub struct Notice {
    pub kind: BannerKind,
    pub icon: Option<&'static str>,
    /// The condition in a word or two, set off from the rest: "Offline."
    pub title: String,
    pub text: String,
    pub action: Option<ToastAction>,
}

#[derive(Clone, Copy)]
pub struct NoticeSlot(RwSignal<Option<Notice>>);

impl NoticeSlot {
    pub fn set(self, notice: Option<Notice>) {
        // Nothing to nothing would still wake the view.
        if notice.is_some() || self.0.with_untracked(Option::is_some) {
            self.0.set(notice);
        }
    }
}

pub fn provide_notice() -> NoticeSlot {
    let slot = NoticeSlot(RwSignal::new(None));
    provide_context(slot);
    slot
}

pub fn use_notice() -> NoticeSlot {
    expect_context::<NoticeSlot>()
}

#[component]
pub fn NoticeBanner() -> impl IntoView {
    let slot = use_notice();
    move || {
        slot.0.get().map(|notice| {
            let Notice { kind, icon, title, text, action } = notice;
            let action = action.map(|ToastAction { label, run }| {
                ViewFn::from(move || {
                    view! { <button type="button" class="btn sm" on:click=move |_| run.run(())>{label.clone()}</button> }
                })
            });
            view! {
                <Banner kind=kind icon=icon.unwrap_or("warn") action=action.unwrap_or_else(|| ViewFn::from(|| ()))>
                    <b>{title}</b>
                    " "
                    {text}
                </Banner>
            }
        })
    }
}
