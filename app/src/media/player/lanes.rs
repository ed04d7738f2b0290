use contract::media::{AssetView, Side};
use leptos::{ev, prelude::*};

use super::{Player, Track};
use crate::{
    media::{
        pen::percent,
        wave::{Wave, bars},
    },
    ui::{number::fixed, time::clock},
};

/// Bars in the lanes of the monitor, and in the single lane of the mini monitor.
pub(super) const LANE_BARS: usize = 110;
pub(super) const MINI_BARS: usize = 60;

/// The waveform of one side as path data; empty while there is none.
pub(super) fn side_path(player: Player, side: Side, count: usize) -> Signal<String> {
    Memo::new(move |_| {
        player.tracks().with(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)
                .and_then(
                    |Track {
                         asset: AssetView { measuring, .. },
                         ..
                     }| measuring.summary.as_ref(),
                )
                .map_or_else(String::new, |summary| bars(&summary.waveform, count))
        })
    })
    .into()
}

/// How far the playhead is in a lane as wide as the longer file, in percent.
pub(super) fn playhead(player: Player) -> f64 {
    part(player.position().get(), player.longest())
}

fn part(at_s: f64, longest_s: f64) -> f64 {
    if longest_s > 0.0 {
        (at_s / longest_s * 100.0).clamp(0.0, 100.0)
    } else {
        0.0
    }
}

/// Both waveforms on one time line, the marked stretch, the playhead. A pointer seeks.
#[component]
pub(super) fn Lanes(player: Player) -> impl IntoView {
    let lane = move |side: Side| {
        let path = side_path(player, side, LANE_BARS);
        let there = Memo::new(move |_| {
            player
                .tracks()
                .with(|tracks| tracks.iter().any(|track| track.side == side))
        });
        // A shorter file ends earlier in its lane.
        let width = move || {
            let own = player.tracks().with(|tracks| {
                tracks
                    .iter()
                    .find(|track| track.side == side)
                    .and_then(Track::duration_s)
            });
            own.map_or(100.0, |own| part(own, player.longest()).max(1.0))
        };
        let class = move || {
            let heard = if player.side().get() == side {
                "heard"
            } else {
                ""
            };
            match side {
                Side::A => ["lane in-mix ", heard].concat(),
                Side::B => ["lane in-ref ", heard].concat(),
            }
        };
        let style = move || {
            let at = if width() > 0.0 {
                (playhead(player) / width() * 100.0).min(100.0)
            } else {
                0.0
            };
            format!("--w:{};--at:{}", percent(width()), percent(at))
        };
        move || {
            there.get().then(|| {
                view! {
                    <div class=class style=style>
                        <Wave path played=true />
                    </div>
                }
            })
        }
    };
    let region = move || {
        let (start, end) = player.region().get()?;
        let longest = player.longest();
        let x = part(start, longest);
        let style = format!(
            "--x:{};--w:{}",
            percent(x),
            percent((part(end, longest) - x).max(0.4))
        );
        Some(
            view! { <div class="region" class:off=move || !player.looping().get() style=style></div> },
        )
    };
    let hover = move || {
        let (asset, at) = player.hover().get()?;
        let mix = player
            .tracks()
            .with(|tracks| tracks.first().map(|track| track.asset.id));
        (mix == Some(asset)).then(|| view! { <div class="hover" style=["--x:", &percent(part(at, player.longest()))].concat()></div> })
    };
    let dragging = RwSignal::new(false);
    let seek = move |event: &ev::PointerEvent| {
        let element: web_sys::Element = event_target(event);
        let rect = element.get_bounding_client_rect();
        if rect.width() > 0.0 {
            let part = ((f64::from(event.client_x()) - rect.left()) / rect.width()).clamp(0.0, 1.0);
            player.seek(part * player.longest());
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let far = if event.shift_key() { 5.0 } else { 1.0 };
        match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => player.step(far),
            "ArrowLeft" | "ArrowDown" => player.step(-far),
            "PageUp" => player.step(30.0),
            "PageDown" => player.step(-30.0),
            "Home" => player.seek(0.0),
            "End" => player.seek(f64::MAX),
            _ => return,
        }
        event.prevent_default();
    };
    view! {
        <div class="lanes">
            {lane(Side::A)}
            {lane(Side::B)}
            {region}
            {hover}
            <div class="head" style=move || ["--x:", &percent(playhead(player))].concat()></div>
            <div
                class="scrub"
                role="slider"
                tabindex="0"
                aria-label="Position"
                aria-valuemin="0"
                aria-valuemax=move || fixed(player.longest(), 0)
                aria-valuenow=move || fixed(player.position().get(), 0)
                aria-valuetext=move || clock(player.position().get())
                on:keydown=on_key
                on:pointerdown=move |event| {
                    dragging.set(true);
                    let element: web_sys::Element = event_target(&event);
                    _ = element.set_pointer_capture(event.pointer_id());
                    seek(&event);
                }
                on:pointermove=move |event| {
                    if dragging.get_untracked() {
                        seek(&event);
                    }
                }
                on:pointerup=move |_| dragging.set(false)
                on:pointercancel=move |_| dragging.set(false)
            ></div>
        </div>
    }
}
