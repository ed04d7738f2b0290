//! Where the keyboard is.

use leptos::{prelude::*, web_sys};
use wasm_bindgen::JsCast;

/// Whether the keys belong to a text that somebody is writing, so that no shortcut may take them.
pub fn is_typing() -> bool {
    active().is_some_and(|element| {
        matches!(element.tag_name().as_str(), "INPUT" | "TEXTAREA" | "SELECT")
            || element.has_attribute("contenteditable")
    })
}

pub(super) fn active() -> Option<web_sys::HtmlElement> {
    document().active_element()?.dyn_into().ok()
}

/// Gives the keyboard to what has this id, once the page has settled: whoever had it is gone.
pub fn focus_on(id: impl AsRef<str> + 'static) {
    request_animation_frame(move || {
        let place = document().get_element_by_id(id.as_ref());
        if let Some(place) = place.and_then(|place| place.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = place.focus();
        }
    });
}

/// Everything in `root` that Tab would stop at, by its selector.
pub(super) const STOPS: &str =
    "a[href],button:not([disabled]),input:not([disabled]),textarea,[tabindex='0']";

pub(super) fn focus_first(root: &web_sys::Element) {
    if let Some(stop) = root
        .query_selector(STOPS)
        .ok()
        .flatten()
        .and_then(|stop| stop.dyn_into().ok())
    {
        let stop: web_sys::HtmlElement = stop;
        _ = stop.focus();
    }
}
