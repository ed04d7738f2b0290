//! The keys that work everywhere.

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::JsCast;

use crate::ui::{Dialog, is_typing, use_panels};

/// `/` to the search, `?` for the list of keys, Esc away from a panel.
pub(super) fn listen(help: RwSignal<bool>) {
    let panels = use_panels();
    let handle = window_event_listener(ev::keydown, move |event: ev::KeyboardEvent| {
        if event.default_prevented() || event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        match event.key().as_str() {
            "Escape" => panels.close(),
            _ if is_typing() => {}
            "?" => help.set(true),
            "/" => {
                if let Some(search) = search() {
                    event.prevent_default();
                    // It may be in a list that is away.
                    if search.offset_parent().is_none() || panels_hide(&search) {
                        panels.open(crate::ui::Panel::List);
                    }
                    request_animation_frame(move || _ = search.focus());
                }
            }
            _ => {}
        }
    });
    // A panel that lies over the page at one width stands beside it at another.
    let resize = window_event_listener(ev::resize, move |_| {
        if panels.any() && !scrim_is_shown() {
            panels.close();
        }
    });
    on_cleanup(move || {
        handle.remove();
        resize.remove();
    });
}

fn search() -> Option<web_sys::HtmlElement> {
    document()
        .query_selector("input[type=search]")
        .ok()
        .flatten()?
        .dyn_into()
        .ok()
}

fn panels_hide(search: &web_sys::HtmlElement) -> bool {
    let Some(pane) = search.closest(".pane.list").ok().flatten() else {
        return false;
    };
    // Slid away, it lies left of the window.
    pane.get_bounding_client_rect().right() <= 0.0
}

fn scrim_is_shown() -> bool {
    let scrim = document().query_selector(".scrim").ok().flatten();
    scrim.is_some_and(|scrim| scrim.get_bounding_client_rect().width() > 0.0)
}

const KEYS: [(&str, &[(&str, &str)]); 3] = [
    (
        "Everywhere",
        &[
            ("/", "Search conversations"),
            ("?", "This list"),
            ("Esc", "Close, or stop the answer"),
        ],
    ),
    ("Message", &[("Enter", "Send"), ("Shift Enter", "New line")]),
    (
        "Listening",
        &[
            ("Space", "Play or pause"),
            ("A", "Hear your mix"),
            ("B", "Hear the reference"),
            ("L", "Loop on or off"),
            ("J", "Back five seconds"),
            ("K", "On five seconds"),
        ],
    ),
];

/// The list is made when somebody asks for it: it would be a quarter of every page.
#[component]
pub(super) fn KeyHelp(open: RwSignal<bool>) -> impl IntoView {
    view! { <Dialog open=open title="Keys">{move || open.get().then(groups)}</Dialog> }
}

fn groups() -> impl IntoView {
    KEYS.into_iter()
        .map(|(title, keys)| {
            let rows = keys
                .iter()
                .map(|(keys, does)| {
                    let keys = keys
                        .split(' ')
                        .map(|key| view! { <kbd>{key}</kbd> })
                        .collect_view();
                    view! { <div><dt>{keys}</dt><dd>{*does}</dd></div> }
                })
                .collect_view();
            view! { <section><h3>{title}</h3><dl class="keys">{rows}</dl></section> }
        })
        .collect_view()
}
