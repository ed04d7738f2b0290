//! A person's message: stored, or waiting to go out.

use contract::{MessageId, Timestamp, chat::Attachment};
use leptos::prelude::*;

use super::{
    desk::use_desk,
    state::{Delivery, Waiting},
    thread::Entry,
    versions::{MessageEditor, Versions},
};
use crate::{
    media::ClipChip,
    ui::{Avatar, Icon, LocalTime, focus_on},
    visitor::use_visitor,
};

/// A person's message, as stored.
#[component]
pub(super) fn PersonMessage(entry: Entry) -> impl IntoView {
    let Entry {
        id,
        text,
        attachments,
        created_at,
        versions,
        ..
    } = entry;
    let attachments = Signal::derive(move || attachments.get());
    let editing = RwSignal::new(false);
    let words = text.clone();
    let body = move || {
        let head = view! {
            <Versions id versions=versions.clone()/>
            <button
                type="button"
                id=edit_id(id)
                class="icon-btn sm edit-msg"
                aria-label="Edit message"
                title="Edit"
                on:click=move |_| editing.set(true)
            >
                <Icon name="edit" small=true/>
            </button>
        };
        view! { <MessageBody created_at text=words.clone() attachments head=head.into_any()/> }
    };
    let end = move |()| {
        editing.set(false);
        focus_on(edit_id(id));
    };
    let editor = move || {
        let attachments = attachments.get_untracked();
        view! { <MessageEditor id text=text.clone() attachments on_end=end/> }
    };
    view! {
        <article class="msg user" data-message=id.to_string()>
            <Author/>
            {move || if editing.get() { editor().into_any() } else { body().into_any() }}
        </article>
    }
    .into_any()
}

fn edit_id(of: MessageId) -> String {
    format!("edit-{of}")
}

/// A message that the server does not have yet.
#[component]
pub(super) fn WaitingMessage(waiting: Waiting) -> impl IntoView {
    let desk = use_desk();
    let Waiting {
        draft,
        attachments,
        at,
        delivery,
        ..
    } = waiting;
    let key = StoredValue::new(draft.key);
    let attachments = Signal::derive(move || attachments.clone());
    let fate = match delivery {
        Delivery::Sending | Delivery::Sent(_) => ().into_any(),
        Delivery::Waiting => view! {
            <p class="fate">
                <Icon name="clock" small=true/>
                <span>"Waits to be sent"</span>
                <button type="button" class="btn ghost sm push" on:click=move |_| desk.withdraw(&key.get_value())>
                    "Take back"
                </button>
            </p>
        }
        .into_any(),
        Delivery::Refused(error) => view! {
            <p class="fate bad">
                <Icon name="warn" small=true/>
                <span>{error.message}</span>
                <span class="push"></span>
                <button type="button" class="btn ghost sm" on:click=move |_| desk.withdraw(&key.get_value())>
                    "Take back"
                </button>
                <button type="button" class="btn sm" on:click=move |_| desk.send_again(&key.get_value())>"Retry"</button>
            </p>
        }
        .into_any(),
    };
    view! {
        <article class="msg user unsent">
            <Author/>
            <MessageBody created_at=at text=draft.text attachments fate=fate/>
        </article>
    }
    .into_any()
}

#[component]
fn Author() -> impl IntoView {
    let initials = use_visitor().me.map(|me| me.initials()).unwrap_or_default();
    view! { <Avatar initials/> }
}

#[component]
fn MessageBody(
    created_at: Timestamp,
    text: String,
    attachments: Signal<Vec<Attachment>>,
    #[prop(optional)] fate: Option<AnyView>,
    /// Behind the name and the time.
    #[prop(optional)]
    head: Option<AnyView>,
) -> impl IntoView {
    let name = use_visitor().me.map(|me| me.name).unwrap_or_default();
    let first = name.split_whitespace().next().unwrap_or("You").to_owned();
    let chips = move || {
        let attached = attachments.with(|of| {
            of.iter()
                .map(|one| (one.side, one.asset.id))
                .collect::<Vec<_>>()
        });
        (!attached.is_empty()).then(|| {
            let each = attached
                .into_iter()
                .enumerate()
                .filter_map(|(at, _)| {
                    attachments
                        .with_untracked(|of| of.get(at).cloned())
                        .map(|one| (at, one))
                })
                .map(|(at, known)| {
                    // Its measuring moves on while it stays in its place.
                    let attachment = Signal::derive(move || {
                        attachments
                            .with(|of| of.get(at).cloned())
                            .unwrap_or_else(|| known.clone())
                    });
                    view! { <ClipChip attachment/> }
                })
                .collect_view();
            view! { <div class="clips">{each}</div> }
        })
    };
    let text = (!text.is_empty()).then(|| view! { <p class="prose typed">{text}</p> });
    view! {
        <div class="msg-col">
            <div class="msg-head">
                <h2>{first}</h2>
                <LocalTime at=created_at/>
                {head}
            </div>
            {text}
            {chips}
            {fate}
        </div>
    }
    .into_any()
}
