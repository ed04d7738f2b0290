//! The line above the thread: whose conversation it is, what can be done with it, and a title that is
//! changed where it stands.

use contract::ConversationId;
use leptos::{ev, html, prelude::*, web_sys};
use leptos_meta::Title;
use wasm_bindgen::JsCast;

use super::{
    desk::use_desk,
    row::{MenuAt, open_menu},
    screen::{First, Shown},
};
use crate::ui::{Icon, OpenInspector, OpenList};

#[component]
pub(super) fn MainHead(
    first: Resource<First>,
    editing: RwSignal<bool>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let desk = use_desk();
    let head = move || match desk.screen.shown() {
        Shown::Thread(thread) => {
            let title = Signal::derive({
                let title = thread.title.clone();
                move || title.get()
            });
            // Written into the head when the page has been rendered and this view's owner is gone:
            // it reads what owns itself.
            let name = thread.title.clone();
            view! {
                <Title text=move || name.get()/>
                <HeadTitle id=thread.id title editing menu/>
            }
            .into_any()
        }
        Shown::Reading => view! {
            <Title text=""/>
            <h1>"Conversation"</h1>
            <span class="push"></span>
        }
        .into_any(),
        Shown::Refused(..) => view! {
            <Title text=""/>
            <h1>"Not here"</h1>
            <span class="push"></span>
        }
        .into_any(),
        Shown::New => view! {
            <Title text=""/>
            <h1>"New conversation"</h1>
            <span class="push"></span>
        }
        .into_any(),
    };
    let title = move || {
        Suspend::new(async move {
            desk.screen.begin(first.await);
            head
        })
    };
    view! {
        <header class="pane-head">
            <OpenList label="Conversations"/>
            <Suspense>{title}</Suspense>
            <OpenInspector label="Monitor and facts"/>
        </header>
    }
    .into_any()
}

#[component]
fn HeadTitle(
    id: ConversationId,
    title: Signal<String>,
    editing: RwSignal<bool>,
    menu: RwSignal<Option<MenuAt>>,
) -> impl IntoView {
    let desk = use_desk();
    // Another conversation is another title.
    editing.set(false);
    let done = move |new: Option<String>| {
        editing.set(false);
        if let Some(new) = new {
            desk.rename(id, new);
        }
    };
    let shown = move || {
        if editing.get() {
            view! { <TitleField title=title.get_untracked() on_done=done/> }.into_any()
        } else {
            view! {
                <h1>
                    <button
                        type="button"
                        class="title-edit"
                        title="Rename"
                        on:click=move |_| editing.set(true)
                    >
                        {move || title.get()}
                    </button>
                </h1>
            }
            .into_any()
        }
    };
    view! {
        {shown}
        <span class="push"></span>
        <button
            type="button"
            class="icon-btn"
            aria-label="More"
            aria-haspopup="menu"
            on:click=move |event| open_menu(menu, id, true, &event)
        >
            <Icon name="dots"/>
        </button>
    }
    .into_any()
}

/// A title being changed: Enter keeps it, Esc leaves it, going elsewhere keeps it.
#[component]
pub(super) fn TitleField(
    title: String,
    on_done: impl Fn(Option<String>) + Clone + 'static,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    // Removing a focused field blurs it: what was decided by key is not decided again.
    let decided = StoredValue::new(false);
    let decide = move |value: Option<String>| {
        if !decided.try_get_value().unwrap_or(true) {
            decided.set_value(true);
            on_done(value);
        }
    };
    let value = move || Some(node.try_get_untracked()??.value());
    let place = move || node.try_get_untracked()??.parent_element();
    Effect::new(move || {
        if let Some(field) = node.get() {
            _ = field.focus();
            field.select();
        }
    });
    let on_key = {
        let decide = decide.clone();
        move |event: ev::KeyboardEvent| match event.key().as_str() {
            "Enter" if !event.is_composing() => {
                event.prevent_default();
                let place = place();
                decide(value());
                back_to_title(place);
            }
            "Escape" => {
                event.prevent_default();
                event.stop_propagation();
                let place = place();
                decide(None);
                back_to_title(place);
            }
            _ => {}
        }
    };
    view! {
        <input
            class="title-field"
            type="text"
            name="title"
            aria-label="Title"
            autocomplete="off"
            maxlength=contract::chat::TITLE_MAX_CHARS.to_string()
            value=title
            node_ref=node
            on:keydown=on_key
            on:blur=move |_| decide(value())
        />
    }
}

/// Whoever decided by key has the keyboard where the title stands again.
fn back_to_title(place: Option<web_sys::Element>) {
    request_animation_frame(move || {
        let title =
            place.and_then(|place| place.query_selector("a.conv, .title-edit").ok().flatten());
        if let Some(title) = title.and_then(|title| title.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = title.focus();
        }
    });
}
