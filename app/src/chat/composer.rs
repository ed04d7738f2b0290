//! Where a message is written. It is a real form: before wasm runs it posts its text by itself, and
//! what was typed by then stays.

use contract::{
    ConversationId,
    chat::{Attachment, MESSAGE_MAX_CHARS},
};
use leptos::{ev, html, prelude::*, server::SharedValue, server_fn::ServerFn, task::spawn_local};

use super::{
    api::{self, WriteMessage},
    desk::use_desk,
    status::StatusLine,
    storage::fresh_key,
    view::to_end,
};
use crate::{
    live::use_live,
    media::{Upload, UploadList, UploadState, use_uploads},
    ui::Icon,
    visitor::use_visitor,
};

/// What is measured; the server looks into the file and decides.
const ACCEPT: &str = "audio/*,.wav,.wave,.rf64,.aif,.aiff,.aifc,.flac,.mp3,.m4a,.aac,.ogg,.oga";
const MOST_ROWS: usize = 8;
const FAILED_FILE: &str = "A file did not upload. Try it again or remove it, then send.";

/// Why a message cannot go out at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Until {
    Uploaded,
    Answered,
}

#[component]
pub(super) fn Composer() -> impl IntoView {
    let desk = use_desk();
    let uploads = use_uploads();
    let node = NodeRef::<html::Textarea>::new();
    let text = RwSignal::new(String::new());
    // Enter was pressed before it could go: it goes as soon as it can.
    let armed = RwSignal::new(false);
    let complaint = RwSignal::new(None::<String>);

    let under_way = Memo::new(move |_| {
        let writing = desk
            .alive
            .get()
            .then(|| desk.thread())
            .flatten()?
            .under_way()?;
        Some(writing.head(|answer| (answer.run.id, answer.run.state, answer.run.stage.clone())))
    });
    let files = uploads.rows();
    let uploading = Memo::new(move |_| uploads.pending());
    let attached = Memo::new(move |_| files.with(|rows| rows.iter().any(|row| !is_failed(row))));
    let live = use_live();
    let until = Memo::new(move |_| {
        if uploading.get() {
            Some(Until::Uploaded)
        } else {
            // With the line away nobody knows how far the answer is: the message waits with the others.
            let answering = under_way.with(Option::is_some) && !live.is_offline();
            answering.then_some(Until::Answered)
        }
    });
    let has_something =
        Memo::new(move |_| attached.get() || text.with(|text| !text.trim().is_empty()));

    let write = move |words: &str| {
        if let Some(field) = node.get_untracked() {
            field.set_value(words);
        }
        text.set(words.to_owned());
        desk.drawer.keep_draft(desk.open.get_untracked(), words);
    };
    let post = move || {
        armed.set(false);
        let words = text.get_untracked().trim().to_owned();
        let over = words.chars().count().saturating_sub(MESSAGE_MAX_CHARS);
        if over > 0 {
            complaint.set(Some(format!(
                "That is {over} characters more than a message can hold."
            )));
            return;
        }
        let ready: Vec<(u32, Attachment)> = files.with_untracked(|rows| {
            let ready = rows.iter().filter_map(|row| {
                Some((
                    row.key,
                    Attachment {
                        side: row.side,
                        asset: row.asset()?.clone(),
                    },
                ))
            });
            ready.collect()
        });
        if words.is_empty() && ready.is_empty() {
            return;
        }
        for (key, _) in &ready {
            uploads.remove(*key);
        }
        write("");
        desk.post(
            words,
            ready
                .into_iter()
                .map(|(_, attachment)| attachment)
                .collect(),
        );
        to_end(desk);
    };
    // A message does not go out without a file that was to go along.
    let lacks_a_file = move || {
        let lacks = files.with_untracked(|rows| rows.iter().any(is_failed));
        if lacks {
            armed.set(false);
            complaint.set(Some(FAILED_FILE.to_owned()));
        }
        lacks
    };
    let send = move || {
        if !has_something.get_untracked() || lacks_a_file() {
            return;
        }
        if until.get_untracked().is_some() {
            armed.set(true);
        } else {
            post();
        }
    };
    let stop = move || {
        let Some((run, ..)) = under_way.get_untracked() else {
            return;
        };
        spawn_local(async move {
            if let Err(failure) = api::stop(run).await {
                desk.failed(failure.message());
            }
        });
    };

    // Goes as soon as nothing holds it.
    Effect::new(move || {
        if armed.get() && until.get().is_none() && !lacks_a_file() {
            untrack(post);
        }
    });
    // The draft of the conversation that is open. The first time, what was typed before wasm ran counts.
    let shown = StoredValue::new(None::<Option<ConversationId>>);
    Effect::new(move || {
        let open = desk.open.get();
        let Some(field) = node.get() else { return };
        let before = shown.get_value();
        if before == Some(open) {
            return;
        }
        shown.set_value(Some(open));
        let draft = desk.drawer.draft(open).unwrap_or_default();
        let typed = field.value();
        if before.is_none() && !typed.is_empty() && typed != draft {
            text.set(typed.clone());
            // Enter, before there was anybody to hear it.
            if typed.ends_with('\n') {
                untrack(send);
            }
            return;
        }
        field.set_value(&draft);
        text.set(draft);
        armed.set(false);
        complaint.set(None);
        if before.is_some() && open.is_none() {
            _ = field.focus();
        }
    });
    Effect::new(move || {
        if let Some(back) = desk.put_back.get() {
            desk.put_back.set(None);
            let now = text.get_untracked();
            write(&if now.trim().is_empty() {
                back
            } else {
                [&back, "\n", &now].concat()
            });
            if let Some(field) = node.get_untracked() {
                _ = field.focus();
            }
        }
    });

    let on_input = move |event: ev::Event| {
        let words = event_target_value(&event);
        desk.drawer.keep_draft(desk.open.get_untracked(), &words);
        text.set(words);
        complaint.set(None);
    };
    let on_key = move |event: ev::KeyboardEvent| match event.key().as_str() {
        "Enter" if !event.shift_key() && !event.is_composing() => {
            event.prevent_default();
            send();
        }
        "Escape" if armed.get_untracked() => armed.set(false),
        "Escape" => stop(),
        _ => {}
    };
    let on_paste = move |event: ev::ClipboardEvent| {
        if let Some(files) = event
            .clipboard_data()
            .and_then(|data| data.files())
            .filter(|files| files.length() > 0)
        {
            event.prevent_default();
            uploads.add(&files);
        }
    };
    let take_files = move |input: web_sys::HtmlInputElement| {
        if let Some(files) = input.files().filter(|files| files.length() > 0) {
            uploads.add(&files);
            // The same file may be chosen again.
            input.set_value("");
        }
    };
    Effect::new(move || {
        if let Some(why) = uploads.complaint().get() {
            complaint.set(Some(why));
        }
    });
    // What was chosen before wasm ran.
    Effect::new(move || {
        if let Some(input) = desk.files.get() {
            untrack(|| take_files(input));
        }
    });
    let on_files = move |_: ev::Event| {
        if let Some(input) = desk.files.get_untracked() {
            take_files(input);
        }
        if let Some(field) = node.get_untracked() {
            _ = field.focus();
        }
    };
    let rows = move || text.with(|text| text.split('\n').count().clamp(1, MOST_ROWS).to_string());
    let stops = move || under_way.with(Option::is_some) && !armed.get();
    let send_label = move || match (armed.get(), until.get()) {
        (true, Some(Until::Uploaded)) => "Goes out when the upload is done",
        (true, _) => "Goes out when the answer is finished",
        (false, Some(Until::Uploaded)) => "Send when the upload is done",
        (false, _) => "Send",
    };
    let holds = move || match (armed.get(), until.get()) {
        (true, Some(Until::Uploaded)) => Some("Goes out when the upload is done"),
        (true, Some(Until::Answered)) => Some("Goes out when this answer is finished"),
        _ => None,
    };

    view! {
        <form
            class="composer"
            aria-label="Message"
            method="post"
            action=WriteMessage::url()
            on:submit=move |event| {
                event.prevent_default();
                send();
            }
        >
            <PlainFields/>
            <StatusLine under_way holds=Signal::derive(holds) complaint armed/>
            <UploadList/>
            <textarea
                name="text"
                rows=rows
                placeholder="Ask about the mix"
                aria-label="Message"
                autocomplete="off"
                enterkeyhint="send"
                autofocus=desk.open.get_untracked().is_none()
                node_ref=node
                on:input=on_input
                on:keydown=on_key
                on:paste=on_paste
            ></textarea>
            <div class="bar">
                <input
                    type="file"
                    multiple
                    hidden
                    tabindex="-1"
                    aria-label="Files"
                    accept=ACCEPT
                    node_ref=desk.files
                    on:change=on_files
                />
                <button
                    type="button"
                    class="icon-btn"
                    aria-label="Attach files"
                    on:click=move |_| {
                        if let Some(input) = desk.files.get_untracked() {
                            input.click();
                        }
                    }
                >
                    <Icon name="attach"/>
                </button>
                <span class="push"></span>
                <span class="hint wide-only" aria-hidden="true">
                    {move || (!stops()).then_some("Enter to send")}
                </span>
                <span class="bar-end">
                    {move || if stops() {
                        view! {
                            <button
                                type="button"
                                class="icon-btn send stop"
                                aria-label="Stop writing"
                                title="Stop (Esc)"
                                on:click=move |_| stop()
                            >
                                <Icon name="stop"/>
                            </button>
                        }
                        .into_any()
                    } else {
                        view! {
                            <button
                                type="submit"
                                class="icon-btn send"
                                class:armed=move || armed.get()
                                aria-label=send_label
                                title=send_label
                                // Before wasm runs it is the form's own button and always works.
                                disabled=move || desk.alive.get() && !has_something.get()
                            >
                                <Icon name="send"/>
                            </button>
                        }
                        .into_any()
                    }}
                </span>
            </div>
        </form>
    }
    .into_any()
}

/// What the form needs besides its text when it posts by itself.
#[component]
fn PlainFields() -> impl IntoView {
    let desk = use_desk();
    let key = SharedValue::new(fresh_key).into_inner();
    let csrf = use_visitor().me.map(|me| me.csrf).unwrap_or_default();
    let conversation = move || {
        desk.open
            .get()
            .map(|id| view! { <input type="hidden" name="conversation" value=id.to_string()/> })
    };
    view! {
        <input type="hidden" name="csrf" value=csrf/>
        <input type="hidden" name="key" value=key/>
        {conversation}
    }
}

fn is_failed(upload: &Upload) -> bool {
    matches!(upload.state, UploadState::Failed(_))
}
