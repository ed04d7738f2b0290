//! Space, A, B, L, J and K, anywhere but in a text that is being written.

use leptos::{ev, prelude::*, web_sys};
use wasm_bindgen::JsCast;

use super::{
    Player,
    state::{Command, command},
};
use crate::ui::is_typing;

pub(super) fn listen(player: Player) {
    Effect::new(move || {
        let handle = window_event_listener(ev::keydown, move |event| {
            let modified = event.ctrl_key()
                || event.alt_key()
                || event.meta_key()
                || event.default_prevented();
            let nothing_loaded = player.tracks.with_untracked(Vec::is_empty);
            if nothing_loaded {
                return;
            }
            let Some(command) = command(&event.key(), modified, is_typing(), on_control(&event))
            else {
                return;
            };
            event.prevent_default();
            match command {
                Command::Toggle => player.toggle(),
                Command::Listen(side) => player.flip(side),
                Command::Loop => player.toggle_loop(),
                Command::Step(by) => player.step(by),
            }
        });
        on_cleanup(move || handle.remove());
    });
}

/// Space works on these by itself. Plots and the monitor's lanes are sliders and leave it to us.
fn on_control(event: &ev::KeyboardEvent) -> bool {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    target.is_some_and(|target| {
        target
            .closest("button,a[href],summary,[role='button'],[role='menuitem'],[role='option'],[role='dialog']")
            .is_ok_and(|control| control.is_some())
    })
}
