use leptos::{html, prelude::*};

use super::Icon;

/// The browser's own modal dialog: it keeps the focus inside, closes on Esc and gives the focus back.
#[component]
pub fn Dialog(
    /// True while it is open; set by whoever opens it, cleared here.
    open: RwSignal<bool>,
    #[prop(into)] title: String,
    children: Children,
) -> impl IntoView {
    let node = NodeRef::<html::Dialog>::new();
    Effect::new(move || {
        let Some(dialog) = node.get() else { return };
        match (open.get(), dialog.open()) {
            (true, false) => _ = dialog.show_modal(),
            (false, true) => dialog.close(),
            _ => {}
        }
    });
    let heading = title.clone();
    view! {
        <dialog class="dialog" node_ref=node aria-label=title on:close=move |_| open.set(false)>
            <header class="pane-head">
                <h2>{heading}</h2>
                <span class="push"></span>
                <button type="button" class="icon-btn" aria-label="Close" on:click=move |_| open.set(false)>
                    <Icon name="x"/>
                </button>
            </header>
            <div class="dialog-body">{children()}</div>
        </dialog>
    }
}

/// The end of a dialog: the way out, then what it asks for as children.
#[component]
pub fn DialogFoot(
    /// Of its dialog.
    open: RwSignal<bool>,
    /// The keyboard begins at the way out, so that a key too many does nothing.
    #[prop(optional)]
    autofocus: bool,
    children: Children,
) -> impl IntoView {
    view! {
        <div class="dialog-foot">
            <button type="button" class="btn ghost" autofocus=autofocus on:click=move |_| open.set(false)>"Cancel"</button>
            {children()}
        </div>
    }
}
