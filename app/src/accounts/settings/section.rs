//! What pages of settings are made of.

use std::sync::Arc;

use contract::accounts::Me;
use leptos::prelude::*;
use serde::{Serialize, de::DeserializeOwned};

use super::state::{Place, sees_studio};
use crate::{
    api::Failure,
    ui::{Empty, ErrorPane, Icon, NoticeBanner, OpenList, Skeleton},
    visitor::use_visitor,
};

/// The main pane of one place: its head and, below, its sections.
#[component]
pub(super) fn PlacePane(place: Place, children: Children) -> impl IntoView {
    view! {
        <header class="pane-head">
            // On a phone the list is a page of its own, to which this leads back.
            <a class="icon-btn narrow-only" href="/settings" aria-label="All settings">
                <Icon name="chev-l"/>
            </a>
            <span class="wide-only"><OpenList label="All settings"/></span>
            <h1>{place.label()}</h1>
        </header>
        <NoticeBanner/>
        <div class="pane-body" tabindex="0" role="region" aria-label=place.label()>
            <div class="settings">{children()}</div>
        </div>
    }
}

/// What it is about and what can be done on the left, the card with it on the right.
#[component]
pub(super) fn Section(
    id: &'static str,
    title: &'static str,
    text: &'static str,
    #[prop(optional, into)] act: Option<ViewFn>,
    /// The card below and not beside: it needs the whole width.
    #[prop(optional)]
    wide: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <section class:wide=wide aria-labelledby=id>
            <header>
                <h2 id=id>{title}</h2>
                <p>{text}</p>
                {act.map(|act| act.run())}
            </header>
            {children()}
        </section>
    }
}

/// A page of the studio, for those who manage it. (The server decides; this only says so at once.)
pub(super) fn studio_only<V: IntoView + 'static>(show: impl FnOnce(Me) -> V) -> AnyView {
    match use_visitor().me {
        Some(me) if sees_studio(me.role) => show(me).into_any(),
        _ => {
            answer_forbidden();
            view! {
                <Empty
                    icon="users"
                    title="This is for the studio’s owner and admins"
                    text="Ask one of them if you need something here."
                />
            }
            .into_any()
        }
    }
}

/// The page's status, where it is being rendered.
#[cfg(feature = "ssr")]
fn answer_forbidden() {
    crate::api::set_status(contract::ErrorCode::Forbidden.status());
}

#[cfg(not(feature = "ssr"))]
fn answer_forbidden() {}

/// What was read with the page, or why it could not be.
pub(super) fn reading<T, V>(
    read: Resource<Result<T, Failure>>,
    title: &'static str,
    show: impl Fn(T) -> V + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
    V: IntoView + 'static,
{
    read_and_show(read, title, Arc::new(move |found| show(found).into_any()))
}

/// Without the caller's own types, of which each would be another copy in wasm.
fn read_and_show<T>(
    read: Resource<Result<T, Failure>>,
    title: &'static str,
    show: Arc<dyn Fn(T) -> AnyView + Send + Sync>,
) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    let content = move || {
        let show = show.clone();
        Suspend::new(async move {
            match read.await {
                Ok(found) => show(found),
                Err(failure) => unread(read, title, &failure),
            }
        })
    };
    view! { <Suspense fallback=RowsSkeleton>{content}</Suspense> }.into_any()
}

/// Why it could not be read, and another try.
pub(super) fn unread<T>(
    read: Resource<Result<T, Failure>>,
    title: &'static str,
    failure: &Failure,
) -> AnyView
where
    T: Clone + Send + Sync + Serialize + DeserializeOwned + 'static,
{
    view! {
        <div class="card">
            <ErrorPane title=title text=failure.to_string()>
                <button type="button" class="btn" on:click=move |_| read.refetch()>
                    <Icon name="refresh" small=true/>
                    "Try now"
                </button>
            </ErrorPane>
        </div>
    }
    .into_any()
}

/// The shape of a card of rows.
#[component]
pub(super) fn RowsSkeleton() -> impl IntoView {
    const WIDTHS: [(&str, &str); 3] = [("32%", "54%"), ("24%", "46%"), ("38%", "40%")];
    let rows = WIDTHS
        .into_iter()
        .map(|(title, text)| {
            view! {
                <li>
                    <Skeleton width="22px" height="22px"/>
                    <div class="stack">
                        <Skeleton width=title height="11px"/>
                        <Skeleton width=text height="8px"/>
                    </div>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="card set-rows" aria-busy="true" aria-label="Loading">{rows}</ul> }
}
