use contract::media::Side;
use leptos::prelude::*;

use super::{
    Track,
    lanes::{MINI_BARS, side_path},
    monitor::{LoopButton, PlayButton},
    side_switch::{on_arrows, side_button},
    use_player,
};
use crate::{
    media::{pen::percent, wave::Wave},
    ui::{SideTag, time::clock},
};

/// The player within thumb's reach, above the composer of a narrow window.
#[component]
pub fn MiniMonitor() -> impl IntoView {
    let player = use_player();
    let loaded = Memo::new(move |_| player.tracks().with(|tracks| !tracks.is_empty()));
    let both = Memo::new(move |_| player.tracks().with(|tracks| tracks.len() == 2));
    let time = Memo::new(move |_| clock(player.position().get()));
    let (a, b) = (
        side_path(player, Side::A, MINI_BARS),
        side_path(player, Side::B, MINI_BARS),
    );
    let path = Signal::derive(move || match player.side().get() {
        Side::A => a.get(),
        Side::B => b.get(),
    });
    // The lane is as wide as the file that is heard.
    let at = move || {
        let side = player.side().get();
        let length = player.tracks().with(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)
                .and_then(Track::duration_s)
        });
        let part = length
            .filter(|length| *length > 0.0)
            .map_or(0.0, |length| player.position().get() / length * 100.0);
        ["--at:", &percent(part.min(100.0))].concat()
    };
    let tone = move || match player.side().get() {
        Side::A => "w in-mix",
        Side::B => "w in-ref",
    };
    move || {
        loaded.get().then(|| {
            view! {
                <div class="mini-monitor" role="region" aria-label="Mini monitor">
                    <PlayButton player class="icon-btn" />
                    <div class="flip" role="radiogroup" aria-label="Listening to" on:keydown=on_arrows(player)>
                        {side_button(player, Side::A, view! { <SideTag side=Side::A /> }.into_any())}
                        {move || {
                            both.get().then(|| {
                                side_button(player, Side::B, view! { <SideTag side=Side::B /> }.into_any())
                            })
                        }}
                    </div>
                    <div class=tone style=at>
                        <Wave path played=true />
                    </div>
                    <span>{move || time.get()}</span>
                    <LoopButton player />
                </div>
            }
        })
    }
}
