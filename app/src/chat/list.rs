//! The conversations of this person, by the day they were last written in.

use contract::{
    ConversationId, Timestamp,
    live::{Cursor, Frame, Topic},
};
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, web_sys};
use leptos_router::hooks::use_query_map;
use std::{cell::Cell, rc::Rc, time::Duration};
use wasm_bindgen::JsCast;

use super::{
    answer::{READ_AGAIN_AFTER, is_passing},
    api,
    desk::{Desk, use_desk},
    row::{ConversationRow, MenuAt},
    state::{Asked, Conversations, Listing},
};
use crate::{
    api::Failure,
    live::{Subscription, use_live},
    ui::{
        CloseList, Empty, ErrorPane, Icon, Skeleton,
        time::{browser_now, zone_offset_min},
        use_panels,
    },
};

/// A pause in typing that is worth a search.
const PAUSE: Duration = Duration::from_millis(180);
/// How often "Today" is asked whether it still is.
const DAY_CHECK: Duration = Duration::from_secs(60);

#[component]
pub(super) fn ConversationList(
    editing: RwSignal<Option<ConversationId>>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let panels = use_panels();
    // Before wasm runs the search is a plain form, whose words come back in the address.
    let asked = use_query_map().get_untracked().get("q").unwrap_or_default();
    let desk = use_desk();
    let listing = {
        let asked = asked.clone();
        Resource::new_blocking(|| (), move |()| read_first(asked.clone()))
    };
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let search = move |event: ev::Event| {
        if let Some(timer) = pause.get_value() {
            timer.clear();
        }
        let words = event_target_value(&event);
        let asked = Asked::words(&words);
        pause.set_value(set_timeout_with_handle(move || find(desk, asked), PAUSE).ok());
    };
    let content = move || {
        Suspend::new(async move {
            match listing.await {
                Ok((asked, read)) => view! { <Listed asked read editing menu/> }.into_any(),
                Err(failure) => view! { <NotListed failure listing/> }.into_any(),
            }
        })
    };
    view! {
        <header class="pane-head">
            <h2>"Conversations"</h2>
            <span class="push"></span>
            <a class="icon-btn" href="/" aria-label="New conversation" on:click=move |_| panels.close()>
                <Icon name="edit"/>
            </a>
            <CloseList/>
        </header>
        <form class="list-tools" role="search" action="/" method="get" on:submit=|event| event.prevent_default()>
            <label class="search">
                <Icon name="search" small=true/>
                <input
                    type="search"
                    name="q"
                    placeholder="Search"
                    aria-label="Search conversations"
                    autocomplete="off"
                    value=asked
                    on:input=search
                />
                <kbd aria-hidden="true">"/"</kbd>
            </label>
        </form>
        <div class="pane-body conv-list" on:keydown=walk>
            <Suspense fallback=ListSkeleton>{content}</Suspense>
        </div>
    }
    .into_any()
}

#[component]
fn Listed(
    asked: Asked,
    read: Listing,
    editing: RwSignal<Option<ConversationId>>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let desk = use_desk();
    desk.list.set(Conversations::new(read.items));
    follow(desk, read.cursor);
    desk.wanted.set_value(asked.clone());
    desk.asked.set(asked);
    // UTC and the server's clock first, the reader's own as soon as the browser runs.
    let clock = RwSignal::new((read.now, (|_| 0) as fn(Timestamp) -> i64));
    Effect::new(move || {
        let tell = move || _ = clock.try_set((browser_now(), zone_offset_min));
        tell();
        if let Ok(timer) = set_interval_with_handle(tell, DAY_CHECK) {
            on_cleanup(move || timer.clear());
        }
    });
    let groups = Memo::new(move |_| {
        let (now, zone) = clock.get();
        desk.list.with(|list| list.groups(now, zone))
    });
    let line = move |id: ConversationId| {
        Signal::derive(move || {
            groups.with(|groups| {
                let mut rows = groups.iter().flat_map(|group| &group.rows);
                rows.find(|row| row.item.id == id)
                    .map(|row| (row.item.clone(), row.when.clone()))
            })
        })
    };
    let of = move |label: &str| -> Vec<ConversationId> {
        groups.with(|groups| {
            let rows = groups
                .iter()
                .find(|group| group.label == label)
                .map(|group| &group.rows);
            rows.map(|rows| rows.iter().map(|row| row.item.id).collect())
                .unwrap_or_default()
        })
    };
    let labels = Memo::new(move |_| {
        groups.with(|groups| {
            groups
                .iter()
                .map(|group| group.label.clone())
                .collect::<Vec<_>>()
        })
    });
    let empty = move || {
        let is_empty = desk.list.with(Conversations::is_empty);
        is_empty.then(|| match desk.asked.get() {
            Asked::All => {
                view! { <p class="list-note">"Your conversations will be listed here."</p> }.into_any()
            }
            Asked::Archive => {
                view! { <p class="list-note">"What you archive is kept here, out of sight."</p> }.into_any()
            }
            Asked::Words(words) => {
                let title = format!("No conversation mentions “{words}”");
                view! {
                    <Empty icon="search" title text="Titles and messages were searched.">
                        <button type="button" class="btn" on:click=move |_| clear(desk)>"Clear search"</button>
                    </Empty>
                }
                .into_any()
            }
        })
    };
    let archive = move || {
        match desk.asked.get() {
        Asked::All => view! {
            <button type="button" class="btn ghost sm archive" on:click=move |_| find(desk, Asked::Archive)>
                <Icon name="archive" small=true/>
                "Archived"
            </button>
        }
        .into_any(),
        Asked::Archive => view! {
            <button type="button" class="btn ghost sm archive" on:click=move |_| find(desk, Asked::All)>
                <Icon name="list" small=true/>
                "All conversations"
            </button>
        }
        .into_any(),
        Asked::Words(_) => ().into_any(),
    }
    };
    let title = move || {
        (desk.asked.get() == Asked::Archive)
            .then(|| view! { <p class="list-note head">"Archived"</p> })
    };
    view! {
        {title}
        {empty}
        <For each=move || labels.get() key=Clone::clone let:label>
            <section class="conv-group" aria-label=label.clone()>
                <h3 class="day">{label.clone()}</h3>
                <ul>
                    <For each={let label = label.clone(); move || of(&label)} key=|id| *id let:id>
                        <ConversationRow id line=line(id) editing menu/>
                    </For>
                </ul>
            </section>
        </For>
        {archive}
    }
    .into_any()
}

#[component]
fn NotListed(
    failure: Failure,
    listing: Resource<Result<(Asked, Listing), Failure>>,
) -> impl IntoView {
    view! {
        <ErrorPane title="The list could not be read" text=failure.to_string()>
            <button type="button" class="btn" on:click=move |_| listing.refetch()>
                <Icon name="refresh" small=true/>
                "Try now"
            </button>
        </ErrorPane>
    }
}

/// The shape of a list, as wide as titles are.
#[component]
fn ListSkeleton() -> impl IntoView {
    const WIDTHS: [(&str, &str); 5] = [
        ("72%", "54%"),
        ("58%", "40%"),
        ("80%", "62%"),
        ("64%", "46%"),
        ("50%", "32%"),
    ];
    let rows = WIDTHS
        .into_iter()
        .map(|(title, preview)| {
            view! {
                <div>
                    <Skeleton width=title height="11px"/>
                    <Skeleton width=preview height="8px"/>
                </div>
            }
        })
        .collect_view();
    view! { <div class="list-skeleton" aria-busy="true">{rows}</div> }
}

/// The words of the address and what they find.
async fn read_first(words: String) -> Result<(Asked, Listing), Failure> {
    let asked = Asked::words(&words);
    let read = api::conversations(asked.clone()).await?;
    Ok((asked, read))
}

/// Asks for another list. The one that is there stays until the answer is.
fn find(desk: Desk, asked: Asked) {
    desk.wanted.set_value(asked.clone());
    spawn_local(async move {
        match api::conversations(asked.clone()).await {
            // A slower answer to fewer words is no longer asked for.
            Ok(_) if desk.wanted.try_get_value().is_none_or(|now| now != asked) => {}
            Ok(read) => {
                if desk.list.try_set(Conversations::new(read.items)).is_none() {
                    desk.asked.set(asked);
                }
            }
            Err(failure) => desk.failed(failure.message()),
        }
    });
}

/// Keeps the list as it is on the server, from where it was read.
fn follow(desk: Desk, read_at: Cursor) {
    let live = use_live();
    Effect::new(move || {
        let Some(me) = desk.me else { return };
        let subscription = Rc::new(Cell::new(None::<Subscription>));
        let own = subscription.clone();
        let on_frame = move |frame| match frame {
            Frame::Event { event, .. } => desk.hear(*event),
            Frame::Gap { .. } => read_anew(desk, own.get()),
            _ => {}
        };
        let topic = Topic::User(me);
        subscription.set(Some(live.subscribe(topic, Some(read_at), on_frame)));
    });
}

/// The log does not reach back: what is stored does, and the log goes on from there.
fn read_anew(desk: Desk, subscription: Option<Subscription>) {
    let Some(asked) = desk.wanted.try_get_value() else {
        return;
    };
    spawn_local(async move {
        match api::conversations(asked.clone()).await {
            Ok(read) => {
                if desk.wanted.try_get_value() == Some(asked) {
                    desk.list.try_set(Conversations::new(read.items));
                }
                if let Some(subscription) = subscription {
                    subscription.resume(Some(read.cursor));
                }
            }
            Err(failure) if is_passing(&failure) => {
                set_timeout(move || read_anew(desk, subscription), READ_AGAIN_AFTER);
            }
            Err(_) => {}
        }
    });
}

fn field() -> Option<web_sys::HtmlInputElement> {
    document()
        .query_selector(".list-tools input")
        .ok()??
        .dyn_into()
        .ok()
}

fn clear(desk: Desk) {
    if let Some(field) = field() {
        field.set_value("");
        _ = field.focus();
    }
    find(desk, Asked::All);
}

/// Up and down from row to row.
fn walk(event: ev::KeyboardEvent) {
    let step: i32 = match event.key().as_str() {
        "ArrowDown" => 1,
        "ArrowUp" => -1,
        _ => return,
    };
    let Ok(rows) = document().query_selector_all(".conv-list a.conv") else {
        return;
    };
    let rows: Vec<web_sys::HtmlElement> = (0..rows.length())
        .filter_map(|at| rows.get(at)?.dyn_into().ok())
        .collect();
    let active = document().active_element();
    let Some(at) = rows.iter().position(|row| {
        active
            .as_ref()
            .is_some_and(|active| row.is_same_node(Some(active)))
    }) else {
        return;
    };
    if let Some(row) = at
        .checked_add_signed(step as isize)
        .and_then(|next| rows.get(next))
    {
        event.prevent_default();
        _ = row.focus();
    }
}
