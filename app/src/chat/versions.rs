//! Messages that are not the only one in their place: a question that was edited, an answer that was asked for
//! anew. All of them are kept; from one to the next leads from branch to branch.

use contract::{
    MessageId,
    chat::{Attachment, Draft, DraftAttachment},
};
use leptos::{ev, html, prelude::*, task::spawn_local};

use super::{api, desk::use_desk, storage::fresh_key};
use crate::ui::{BusyButton, Icon, focus_on};

/// "‹ 2 / 3 ›", where there is a choice.
#[component]
pub(super) fn Versions(id: MessageId, versions: ArcRwSignal<Vec<MessageId>>) -> impl IntoView {
    let desk = use_desk();
    let busy = RwSignal::new(false);
    let go = move |to: MessageId, step: &'static str| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        spawn_local(async move {
            match api::choose(to).await {
                Ok(view) => {
                    if let Some(thread) = desk.screen.thread_of(Some(view.id)) {
                        thread.merge(view);
                        // The button that was pressed has gone with its message.
                        focus_on(button_id(to, step));
                    }
                }
                Err(failure) => desk.failed(failure.message()),
            }
            busy.try_set(false);
        });
    };
    move || {
        let all = versions.get();
        let at = all.iter().position(|one| *one == id)?;
        let step =
            |to: Option<usize>, step: &'static str, icon: &'static str, label: &'static str| {
                let to = to.and_then(|to| all.get(to).copied());
                view! {
                    <button
                        type="button"
                        id=button_id(id, step)
                        class="icon-btn sm"
                        aria-label=label
                        aria-disabled=to.is_none().then_some("true")
                        on:click=move |_| if let Some(to) = to { go(to, step) }
                    >
                        <Icon name=icon small=true/>
                    </button>
                }
            };
        Some(view! {
            <div class="versions" role="group" aria-label=format!("Version {} of {}", at + 1, all.len())>
                {step(at.checked_sub(1), "before", "chev-l", "The version before")}
                <span class="num" aria-hidden="true">{format!("{} / {}", at + 1, all.len())}</span>
                {step(Some(at + 1), "next", "chev-r", "The next version")}
            </div>
        })
    }
}

fn button_id(of: MessageId, step: &str) -> String {
    format!("version-{step}-{of}")
}

/// A message of one's own, to be said differently. What was said before stays as another version.
#[component]
pub(super) fn MessageEditor(
    id: MessageId,
    text: String,
    attachments: Vec<Attachment>,
    #[prop(into)] on_end: Callback<()>,
) -> impl IntoView {
    let desk = use_desk();
    let node = NodeRef::<html::Textarea>::new();
    let busy = RwSignal::new(false);
    let complaint = RwSignal::new(None::<String>);
    // Pressed again after a line that broke, it is the same message.
    let key = StoredValue::new(fresh_key());
    let files: Vec<DraftAttachment> = attachments
        .iter()
        .map(|one| DraftAttachment {
            asset: one.asset.id,
            side: one.side,
        })
        .collect();
    let before = text.clone();
    Effect::new(move || {
        if let Some(field) = node.get() {
            let end = u32::try_from(field.value().encode_utf16().count()).unwrap_or(u32::MAX);
            _ = field.focus();
            _ = field.set_selection_range(end, end);
        }
    });
    let send = move || {
        let Some(words) = node.get_untracked().map(|field| field.value()) else {
            return;
        };
        if words.trim() == before.trim() {
            on_end.run(());
            return;
        }
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let draft = Draft {
            key: key.get_value(),
            conversation: desk.open.get_untracked(),
            text: words,
            attachments: files.clone(),
            replaces: Some(id),
        };
        spawn_local(async move {
            match api::send_message(draft).await {
                Ok(sent) => {
                    if let Some(thread) = desk.screen.thread_of(Some(sent.conversation)) {
                        thread.branch(id, vec![sent.message, sent.answer]);
                    }
                }
                Err(failure) => {
                    complaint.try_set(Some(failure.to_string()));
                    busy.try_set(false);
                }
            }
        });
    };
    let on_key = {
        let send = send.clone();
        move |event: ev::KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.shift_key() && !event.is_composing() => {
                event.prevent_default();
                send();
            }
            "Escape" => {
                // (It stops an answer that is being written, elsewhere.)
                event.stop_propagation();
                on_end.run(());
            }
            _ => {}
        }
    };
    view! {
        <div class="msg-edit">
            <textarea
                node_ref=node
                rows="1"
                aria-label="Your message"
                aria-describedby="edit-note"
                aria-invalid=move || complaint.with(Option::is_some).then_some("true")
                on:keydown=on_key
                prop:value=text.clone()
            >
                {text.clone()}
            </textarea>
            <div class="bar">
                {move || match complaint.get() {
                    Some(why) => view! { <p class="bad" id="edit-note" role="alert">{why}</p> }.into_any(),
                    None => view! { <p id="edit-note">"What was said before is kept beside it."</p> }.into_any(),
                }}
                <button type="button" class="btn ghost sm" on:click=move |_| on_end.run(())>"Cancel"</button>
                <BusyButton class="btn primary sm" label="Send" working="Sending" busy on_press=move |()| send()/>
            </div>
        </div>
    }
}
