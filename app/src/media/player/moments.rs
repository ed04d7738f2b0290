//! Times in a text that play when they are clicked.

use contract::{AssetId, media::Side};
use leptos::web_sys;
use wasm_bindgen::JsCast;

use super::{Player, frames};

impl Player {
    /// Plays the moment that a click on a `data-seek` element names. The thread hands its clicks here.
    pub fn handle_click(self, event: &web_sys::Event) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(moment) = target.and_then(|target| target.closest("[data-seek]").ok().flatten())
        else {
            return;
        };
        let number = |name: &str| {
            moment
                .get_attribute(name)?
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
        };
        let Some(start) = number("data-seek") else {
            return;
        };
        let end = number("data-until");
        event.prevent_default();
        frames::mark(&moment);
        // The moment is one of the files that this answer's card is about.
        let card = moment
            .closest(".msg")
            .ok()
            .flatten()
            .and_then(|answer| answer.query_selector("[data-a]").ok().flatten());
        let id = |name: &str| card.as_ref()?.get_attribute(name)?.parse::<AssetId>().ok();
        match id("data-a") {
            Some(a) => self.with_pair(a, id("data-b"), move |player| {
                // It is the mix that it was said of.
                player.flip(Side::A);
                player.play_range(start, end);
            }),
            None => self.play_range(start, end),
        }
    }
}
