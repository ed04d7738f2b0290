//! A link to a conversation, for others to read it: made, seen again, brought up to date, taken back.

use contract::{ConversationId, chat::ShareView};
use leptos::{prelude::*, task::spawn_local};

use super::api;
use crate::{
    api::Failure,
    ui::{Banner, BannerKind, BusyButton, CopyField, Dialog, Skeleton, SpokenTime},
};

#[component]
pub(super) fn ShareDialog(id: ConversationId, open: RwSignal<bool>) -> impl IntoView {
    // None: not known yet.
    let share = RwSignal::new(None::<Option<ShareView>>);
    let complaint = RwSignal::new(None::<String>);
    let busy = RwSignal::new(false);
    let told = move |answer: Result<Option<ShareView>, Failure>| {
        // The page may have been left meanwhile.
        if busy.try_set(false).is_some() {
            return;
        }
        match answer {
            Ok(now) => {
                complaint.set(None);
                share.set(Some(now));
            }
            Err(failure) => complaint.set(Some(failure.to_string())),
        }
    };
    Effect::new(move || spawn_local(async move { told(api::sharing(id).await) }));
    let make = move |()| {
        busy.set(true);
        spawn_local(async move { told(api::share(id).await.map(Some)) });
    };
    let take_back = move |()| {
        busy.set(true);
        spawn_local(async move { told(api::unshare(id).await.map(|()| None)) });
    };
    let body = move || {
        match share.get() {
        None if complaint.with(Option::is_some) => ().into_any(),
        None => view! { <Skeleton width="80%" height="14px"/> }.into_any(),
        Some(None) => view! {
            <p class="dim">
                "Whoever has the link reads this conversation as it is now, without signing in. Files are not shared, and "
                "what is said later is not shown. You can take the link back at any time."
            </p>
            <div class="dialog-foot">
                <button type="button" class="btn ghost" on:click=move |_| open.set(false)>"Cancel"</button>
                <BusyButton class="btn primary" label="Make a link" working="Making" busy on_press=make/>
            </div>
        }
        .into_any(),
        Some(Some(share)) => {
            let older = (!share.is_current).then(|| {
                view! {
                    <Banner kind=BannerKind::Note>"Something was said since, or another branch is shown now: readers do not see it."</Banner>
                }
            });
            let update = (!share.is_current).then(|| {
                view! { <BusyButton label="Show it too" working="Updating" busy on_press=make/> }
            });
            view! {
                <CopyField id="share-link" label="Link" text=address(&share.key)/>
                <p class="faint">"As it was " <SpokenTime at=share.shared_at/></p>
                {older}
                <div class="dialog-foot">
                    <BusyButton class="btn danger" label="Stop sharing" working="Stopping" busy on_press=take_back/>
                    {update}
                    <button type="button" class="btn primary" on:click=move |_| open.set(false)>"Done"</button>
                </div>
            }
            .into_any()
        }
    }
    };
    view! {
        <Dialog open title="Share conversation">
            {move || complaint.get().map(|why| view! { <p class="bad" role="alert">{why}</p> })}
            {body}
        </Dialog>
    }
}

/// As it stands in this browser's address bar: by that name the studio is reached from here.
fn address(key: &str) -> String {
    let origin = window().location().origin().unwrap_or_default();
    [&origin, "/shared?key=", key].concat()
}
