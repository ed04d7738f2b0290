//! What happens while it plays: the position, the loop, the meters, once per animation frame.

use std::cell::{Cell, RefCell};

use leptos::{prelude::*, web_sys};

use super::{
    Player,
    engine::{self, Report},
    state::{Meter, index, jump},
};

/// With reduced motion the playhead steps and the meters update four times a second.
const CALM_STEP_MS: f64 = 250.0;
/// How often the silent side is checked for drift.
const ALIGN_EVERY_MS: f64 = 1_000.0;

thread_local! {
    /// The player that the elements report to.
    static PLAYER: Cell<Option<Player>> = const { Cell::new(None) };
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    /// The `data-seek` button that was pressed last.
    static MARKED: RefCell<Option<web_sys::Element>> = const { RefCell::new(None) };
}

struct Clock {
    frame_ms: f64,
    shown_ms: f64,
    aligned_ms: f64,
    calm: bool,
}

pub(super) fn start(player: Player) {
    PLAYER.set(Some(player));
    engine::start(report);
}

/// Runs until it has stopped and the meters have come to rest.
pub(super) fn run(_: Player) {
    if RUNNING.replace(true) {
        return;
    }
    let now = now_ms();
    frame(Clock {
        frame_ms: now,
        shown_ms: 0.0,
        aligned_ms: now,
        calm: prefers_calm(),
    });
}

/// Shows in the text which moment is being played.
pub(super) fn mark(element: &web_sys::Element) {
    unmark();
    _ = element.set_attribute("data-playing", "");
    MARKED.set(Some(element.clone()));
}

fn unmark() {
    if let Some(element) = MARKED.take() {
        _ = element.remove_attribute("data-playing");
    }
}

fn frame(mut clock: Clock) {
    let Some(player) = PLAYER.get() else { return };
    let now = now_ms();
    let playing = player.playing.try_get_untracked().unwrap_or(false);
    if playing {
        follow(player);
    }
    if now - clock.aligned_ms > ALIGN_EVERY_MS && playing {
        clock.aligned_ms = now;
        engine::align();
    }
    if !clock.calm || now - clock.shown_ms >= CALM_STEP_MS || !playing {
        show(player, playing, (now - clock.frame_ms) / 1_000.0);
        clock.shown_ms = now;
        clock.frame_ms = now;
    }
    let resting = player
        .levels
        .try_get_untracked()
        .is_none_or(|levels| levels.into_iter().all(Meter::at_rest));
    if playing || !resting {
        request_animation_frame(move || frame(clock));
    } else {
        RUNNING.set(false);
        unmark();
    }
}

fn show(player: Player, playing: bool, dt_s: f64) {
    if playing && let Some(at) = engine::position() {
        _ = player.position.try_set(at);
    }
    let peaks = if playing { engine::peaks() } else { [0.0; 2] };
    _ = player.levels.try_update(|levels| {
        for (meter, peak) in levels.iter_mut().zip(peaks) {
            *meter = meter.follow(peak, dt_s);
        }
    });
}

/// Keeps a loop closed, also in a hidden tab, where no frames come but the elements still report.
fn follow(player: Player) {
    let Some(at) = engine::position() else { return };
    let (region, looping) = (
        player.region.get_untracked(),
        player.looping.get_untracked(),
    );
    if let Some(start) = jump(at, region, looping) {
        engine::seek(start);
        player.position.set(start);
    }
}

fn report(side: usize, what: Report) {
    let Some(player) = PLAYER.get() else { return };
    let heard = player
        .side
        .try_get_untracked()
        .is_some_and(|heard| index(heard) == side);
    if !heard || !player.playing.get_untracked() {
        return;
    }
    match what {
        Report::Progress => follow(player),
        Report::Ended if player.looping.get_untracked() => {
            player.position.set(
                player
                    .region
                    .get_untracked()
                    .map_or(0.0, |region| region.start_s),
            );
            player.play();
        }
        Report::Ended => player.pause(),
        Report::Failed => {
            player.pause();
            player.trouble.set(Some(
                "This file does not play here. Reload the page and try again.",
            ));
        }
        Report::Refused => {
            player.pause();
            player
                .trouble
                .set(Some("The browser held it back. Press play again."));
        }
    }
}

fn now_ms() -> f64 {
    js_sys::Date::now()
}

fn prefers_calm() -> bool {
    window()
        .match_media("(prefers-reduced-motion: reduce)")
        .ok()
        .flatten()
        .is_some_and(|query| query.matches())
}
