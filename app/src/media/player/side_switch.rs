//! A or B: one of two, arrows flip.

use contract::media::Side;
use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

use super::Player;

/// Attributes and handlers that both drawings of the switch share: a button of a radio group.
pub(super) fn side_button(player: Player, side: Side, inside: AnyView) -> impl IntoView {
    let chosen = move || player.side().get() == side;
    let there = Memo::new(move |_| {
        player
            .tracks()
            .with(|tracks| tracks.iter().any(|track| track.side == side))
    });
    view! {
        <button
            type="button"
            role="radio"
            aria-checked=move || if chosen() { "true" } else { "false" }
            tabindex=move || if chosen() { "0" } else { "-1" }
            disabled=move || !there.get()
            on:click=move |_| player.flip(side)
        >
            {inside}
        </button>
    }
}

pub(super) fn on_arrows(player: Player) -> impl Fn(ev::KeyboardEvent) + Clone {
    move |event: ev::KeyboardEvent| {
        if !matches!(
            event.key().as_str(),
            "ArrowLeft" | "ArrowRight" | "ArrowUp" | "ArrowDown"
        ) {
            return;
        }
        event.prevent_default();
        let next = match player.side().get_untracked() {
            Side::A => Side::B,
            Side::B => Side::A,
        };
        player.flip(next);
        // The focus goes with the choice.
        let group: web_sys::Element = event_target(&event);
        let button = group
            .closest("[role=radiogroup]")
            .ok()
            .flatten()
            .and_then(|group| group.query_selector("[aria-checked=true]").ok().flatten())
            .and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok());
        if let Some(button) = button {
            _ = button.focus();
        }
    }
}
