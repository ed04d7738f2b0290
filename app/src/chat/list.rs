//! The conversations of this person, by the day they were last written in.

use contract::{
    ConversationId, Timestamp,
    live::{Frame, Topic},
};
use leptos::{ev, leptos_dom::helpers::TimeoutHandle, prelude::*, task::spawn_local, web_sys};
use leptos_router::hooks::use_query_map;
use std::time::Duration;
use wasm_bindgen::JsCast;

use super::{
    api,
    desk::{Desk, use_desk},
    row::{ConversationRow, MenuAt},
    state::{Conversations, Listing},
};
use crate::{
    api::Failure,
    live::use_live,
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
    let query = RwSignal::new(asked.clone());
    let listing = Resource::new_blocking(move || query.get(), api::conversations);
    follow(use_desk(), query, listing);

    let pause = StoredValue::new(None::<TimeoutHandle>);
    let search = move |event: ev::Event| {
        if let Some(timer) = pause.get_value() {
            timer.clear();
        }
        let words = event_target_value(&event);
        let timer = set_timeout_with_handle(move || _ = query.try_set(words), PAUSE);
        pause.set_value(timer.ok());
    };
    let content = move || {
        Suspend::new(async move {
            match listing.await {
                Ok(read) => view! { <Listed read query editing menu/> }.into_any(),
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
            <Transition fallback=ListSkeleton>{content}</Transition>
        </div>
    }
    .into_any()
}

#[component]
fn Listed(
    read: Listing,
    query: RwSignal<String>,
    editing: RwSignal<Option<ConversationId>>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let desk = use_desk();
    let words = query.get_untracked();
    desk.list.set(Conversations::new(read.items));
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
        desk.list.with(Conversations::is_empty).then(|| {
            if words.trim().is_empty() {
                view! { <p class="list-note">"Your conversations will be listed here."</p> }.into_any()
            } else {
                let title = format!("No conversation mentions “{}”", words.trim());
                view! {
                    <Empty icon="search" title text="Titles and messages were searched.">
                        <button type="button" class="btn" on:click=move |_| clear(query)>"Clear search"</button>
                    </Empty>
                }
                .into_any()
            }
        })
    };
    view! {
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
    }
    .into_any()
}

#[component]
fn NotListed(failure: Failure, listing: Resource<Result<Listing, Failure>>) -> impl IntoView {
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

/// Keeps the list as it is on the server.
fn follow(desk: Desk, query: RwSignal<String>, listing: Resource<Result<Listing, Failure>>) {
    let live = use_live();
    Effect::new(move || {
        let Some(me) = desk.me else { return };
        live.subscribe(Topic::User(me), None, move |frame| match frame {
            Frame::Event { event, .. } => {
                let searching = query.try_with_untracked(|words| !words.trim().is_empty());
                desk.hear(*event, searching.unwrap_or(true));
            }
            // What was missed in between is unknown.
            Frame::Gap { .. } => {
                spawn_local(async move {
                    let words = query.try_get_untracked().unwrap_or_default();
                    if let Ok(read) = api::conversations(words).await {
                        desk.list.try_set(Conversations::new(read.items));
                    } else {
                        listing.refetch();
                    }
                });
            }
            _ => {}
        });
    });
}

fn clear(query: RwSignal<String>) {
    query.set(String::new());
    let field = document()
        .query_selector(".list-tools input")
        .ok()
        .flatten();
    if let Some(field) = field.and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok())
    {
        field.set_value("");
        _ = field.focus();
    }
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
