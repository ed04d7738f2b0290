//! The thread: messages, what waits to go out, and the view that follows the text if it was at the end.

use std::{cell::Cell, rc::Rc};

use contract::{
    chat::{Author, MessageView},
    live::{Event, Frame, Topic},
};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    answer::{AnswerMessage, READ_AGAIN_AFTER, is_passing},
    api,
    desk::{Desk, use_desk},
    fact,
    message::{PersonMessage, WaitingMessage},
    screen::{Address, First, Shown},
    state::{Delivery, Outbox},
    thread::{Entry, Thread},
};
use crate::{
    api::Failure,
    live::{Subscription, use_live},
    media::{Upload, use_player, use_uploads},
    ui::{Empty, ErrorPane, Icon, Skeleton},
};

/// So near to the end is at the end.
const END_PX: i32 = 48;

#[component]
pub(super) fn ThreadBody(first: Resource<First>, at_end: RwSignal<bool>) -> impl IntoView {
    let desk = use_desk();
    let thread = move || match desk.screen.shown() {
        Shown::New => view! { <NewThread/> }.into_any(),
        Shown::Thread(thread) => view! { <OpenThread thread/> }.into_any(),
        Shown::Refused(address, failure) => view! { <NoThread address failure/> }.into_any(),
        Shown::Reading => view! { <ThreadSkeleton/> }.into_any(),
    };
    let content = move || {
        Suspend::new(async move {
            desk.screen.begin(first.await);
            thread
        })
    };
    let on_scroll = move |_: ev::Event| {
        // Laid out from its end, the scroller counts downwards from zero.
        if let Some(scroller) = desk.scroller.get_untracked() {
            at_end.set(scroller.scroll_top() > -END_PX);
        }
    };
    view! {
        <div
            class="pane-body thread-scroll"
            role="region"
            aria-label="Messages"
            tabindex="0"
            node_ref=desk.scroller
            on:scroll=on_scroll
        >
            <Suspense fallback=ThreadSkeleton>{content}</Suspense>
        </div>
    }
    .into_any()
}

pub(super) fn to_end(desk: Desk) {
    if let Some(scroller) = desk.scroller.get_untracked() {
        scroller.set_scroll_top(0);
    }
}

#[component]
fn OpenThread(thread: Thread) -> impl IntoView {
    let desk = use_desk();
    // It begins at its end. The stored messages are on the screen: those that stood in for them can go.
    Effect::new(move || to_end(desk));
    Effect::new(move || desk.outbox.update(Outbox::forget_sent));
    follow(desk, thread.clone());
    let id = thread.id;
    let messages = thread.messages;
    view! {
        <div class="thread" on:click=clicks(desk)>
            <For each=move || messages.get() key=|entry| entry.id let:entry>
                <ThreadEntry entry/>
            </For>
            <Unsent of=Some(id)/>
        </div>
    }
    .into_any()
}

#[component]
fn ThreadEntry(entry: Entry) -> impl IntoView {
    match (entry.author, entry.writing.clone()) {
        (Author::Assistant, Some(writing)) => {
            let Entry {
                id,
                created_at,
                versions,
                ..
            } = entry;
            view! { <AnswerMessage id created_at writing versions/> }.into_any()
        }
        _ => view! { <PersonMessage entry/> }.into_any(),
    }
}

/// A conversation that does not exist yet.
#[component]
fn NewThread() -> impl IntoView {
    let desk = use_desk();
    let waits = Memo::new(move |_| desk.outbox.with(|outbox| !outbox.of(None).is_empty()));
    let files = use_uploads().rows();
    let brought = Memo::new(move |_| files.with(|files| !files.iter().all(Upload::is_refused)));
    let add = move |_| {
        if let Some(files) = desk.files.get_untracked() {
            files.click();
        }
    };
    move || {
        if waits.get() {
            view! { <div class="thread"><Unsent of=None/></div> }.into_any()
        } else if brought.get() {
            view! {
                <Empty
                    title="Ready to measure"
                    text="Ask what you want to know, or send the files as they are."
                />
            }
            .into_any()
        } else {
            view! {
                <Empty
                    title="Nothing to measure yet"
                    text="Drop a mix here, add a reference if you have one, and ask what you want to know."
                >
                    <button type="button" class="btn primary" on:click=add>
                        <Icon name="attach" small=true/>
                        "Add a mix"
                    </button>
                </Empty>
            }
            .into_any()
        }
    }
}

/// What was sent from here and is not stored yet.
#[component]
fn Unsent(of: Option<contract::ConversationId>) -> impl IntoView {
    let desk = use_desk();
    let fate = |delivery: &Delivery| match delivery {
        Delivery::Waiting => 0_u8,
        Delivery::Sending | Delivery::Sent(_) => 1,
        Delivery::Refused(_) => 2,
    };
    view! {
        <For
            each=move || desk.outbox.with(|outbox| outbox.of(of))
            key=move |waiting| (waiting.draft.key.clone(), fate(&waiting.delivery))
            let:waiting
        >
            <WaitingMessage waiting/>
        </For>
    }
}

#[component]
fn NoThread(address: Address, failure: Failure) -> impl IntoView {
    let desk = use_desk();
    let is_gone = address == Address::Astray || failure.code() == contract::ErrorCode::NotFound;
    let action = if is_gone {
        view! { <a class="btn" href="/">"New conversation"</a> }.into_any()
    } else {
        view! {
            <button type="button" class="btn" on:click=move |_| desk.screen.read_again()>
                <Icon name="refresh" small=true/>
                "Try now"
            </button>
        }
        .into_any()
    };
    let title = if is_gone {
        "Not here"
    } else {
        "The conversation could not be read"
    };
    view! { <ErrorPane title text=failure.to_string()>{action}</ErrorPane> }
}

#[component]
fn ThreadSkeleton() -> impl IntoView {
    view! {
        <div class="thread thread-skeleton" aria-busy="true">
            <div><Skeleton width="34%" height="11px"/><Skeleton width="82%" height="14px"/><Skeleton width="58%" height="14px"/></div>
            <div><Skeleton width="26%" height="11px"/><Skeleton width="100%" height="220px" soft=true/></div>
            <div><Skeleton width="92%" height="14px"/><Skeleton width="96%" height="14px"/><Skeleton width="44%" height="14px"/></div>
        </div>
    }
}

/// Blocks come as HTML from the server: their buttons are heard here.
fn clicks(desk: Desk) -> impl Fn(ev::MouseEvent) + 'static {
    let player = use_player();
    move |event| {
        player.handle_click(&event);
        fact::clicked(desk, &event);
    }
}

/// Messages that come and answers that begin, from this tab or another.
fn follow(desk: Desk, thread: Thread) {
    let live = use_live();
    // A message that is being sent from here comes back twice: as the answer to sending it and over
    // this topic, whichever is first. The second of them must find the first.
    let held = StoredValue::new(Vec::<MessageView>::new());
    let id = thread.id;
    Effect::new({
        let thread = thread.clone();
        move || {
            if !desk.outbox.with(|outbox| outbox.is_sending(Some(id))) {
                let late = held.try_update_value(std::mem::take).unwrap_or_default();
                late.into_iter().for_each(|message| thread.put(message));
            }
        }
    });
    Effect::new(move || {
        let thread = thread.clone();
        let after = Some(thread.cursor);
        let subscription = Rc::new(Cell::new(None::<Subscription>));
        let own = subscription.clone();
        let on_frame = move |frame| match frame {
            Frame::Event { event, .. } => match *event {
                Event::Message { message } => {
                    if desk
                        .outbox
                        .try_with_untracked(|outbox| outbox.is_sending(Some(id)))
                        == Some(true)
                    {
                        held.update_value(|held| held.push(*message));
                    } else {
                        thread.put(*message);
                    }
                }
                Event::Branched { leaf } if !thread.ends_in(leaf) => {
                    read_anew(thread.clone(), own.get());
                }
                Event::Restarted { message, .. } => {
                    let thread = thread.clone();
                    spawn_local(async move {
                        if let Ok(message) = api::message(message).await {
                            thread.put(message);
                        }
                    });
                }
                _ => {}
            },
            Frame::Gap { .. } => read_anew(thread.clone(), own.get()),
            _ => {}
        };
        subscription.set(Some(live.subscribe(
            Topic::Conversation(id),
            after,
            on_frame,
        )));
    });
}

/// The log does not reach back: what is stored does, and the log goes on from there.
fn read_anew(thread: Thread, subscription: Option<Subscription>) {
    spawn_local(async move {
        match api::conversation(thread.id).await {
            Ok(view) => {
                let cursor = view.cursor;
                thread.merge(view);
                if let Some(subscription) = subscription {
                    subscription.resume(Some(cursor));
                }
            }
            Err(failure) if is_passing(&failure) => {
                set_timeout(move || read_anew(thread, subscription), READ_AGAIN_AFTER);
            }
            Err(_) => {}
        }
    });
}
