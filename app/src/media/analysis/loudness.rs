use std::sync::Arc;

use contract::media::{AnalysisView, LoudnessPlot, Side};
use leptos::{ev, prelude::*};

use super::{
    card::Desk,
    cursor::{Reading, cursor, one_pixel, pointer_x},
    curve,
    scale::{Window, time_ticks, time_x},
    state::{Band, Label, Moment, PlacedPin, bands, end_labels, section_from, time_pins},
    words::loudness_in_words,
};
use crate::{
    media::pen::{Pen, percent},
    ui::{SideTag, number::fixed, time::clock},
};

/// Short-term loudness over time, with the sections and the places of the fixes.
#[component]
pub(super) fn LoudnessCell(view: Arc<AnalysisView>, desk: Desk) -> impl IntoView {
    let plot = &view.loudness;
    let duration = plot.duration_s;
    let reference = !plot.b.is_empty();
    let window = Window::of_loudness(
        plot.a
            .iter()
            .chain(&plot.b)
            .flatten()
            .map(|value| f64::from(*value)),
    );
    let bands = bands(&view.sections, duration);
    let pins = time_pins(&view.pins, duration);
    let regions: Vec<(u32, f64, f64)> = view
        .pins
        .iter()
        .filter_map(|pin| Some((pin.number, pin.start_s?, pin.end_s?)))
        .collect();
    view! {
        <div class="cell full">
            <header>
                <h4>"Loudness"</h4>
                <span>"short-term, LUFS"</span>
                {reference.then(|| view! { <span class="push opt">"reference aligned by section"</span> })}
            </header>
            <figure class="plot p-loud">
                <div class="plot-y" aria-hidden="true">{y_labels(window)}</div>
                <div class="plot-area">
                    {picture(plot, window, &bands, loudness_in_words(&view))}
                    {sections(bands)}
                    {move || {
                        let number = desk.focused.get()?;
                        let (_, start, end) = *regions.iter().find(|region| region.0 == number)?;
                        let x = time_x(start, duration);
                        let width = (time_x(end, duration) - x).max(0.4);
                        Some(view! {
                            <div class="region" style=format!("--x:{};--w:{}", percent(x), percent(width))></div>
                        })
                    }}
                    {end_labels(plot, |db| window.y(db)).map(letters)}
                    <Scrub view=view.clone() desk />
                    {pins.into_iter().map(|pin| pin_button(pin, desk)).collect_view()}
                </div>
                <div class="plot-x" aria-hidden="true">{x_labels(duration)}</div>
            </figure>
        </div>
    }
}

fn picture(
    plot: &LoudnessPlot,
    window: Window,
    bands: &[Band],
    words: String,
) -> impl IntoView + use<> {
    #[allow(clippy::cast_precision_loss)]
    let x = |index: usize| time_x(index as f64 * plot.step_s, plot.duration_s) * 10.0;
    let mut shades = Pen::default();
    for band in bands.iter().skip(1).step_by(2) {
        shades.rectangle(band.x * 10.0, (band.x + band.width) * 10.0);
    }
    let mut grid = Pen::default();
    for line in window.lines() {
        grid.horizontal(window.y(line), 0.0, 1_000.0);
    }
    for band in bands.iter().skip(1) {
        grid.stroke(band.x * 10.0, 0.0, 100.0);
    }
    let reference = (!plot.b.is_empty())
        .then(|| view! { <path class="ref" d=curve::line(&plot.b, window, x) /> });
    view! {
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=words>
            <path class="band" d=shades.finish() />
            <path class="grid" d=grid.finish() />
            <path class="area-mix" d=curve::area(&plot.a, window, x) />
            {reference}
            <path class="mix" d=curve::line(&plot.a, window, x) />
        </svg>
    }
}

pub(super) fn y_labels(window: Window) -> impl IntoView {
    window
        .lines()
        .map(|line| (line, window.y(line)))
        // Nearer to an edge, the figure would touch what is above or below the plot.
        .filter(|(_, y)| (4.0..=92.0).contains(y))
        .map(|(line, y)| view! { <span style=["--y:", &percent(y)].concat()>{fixed(line, 0)}</span> })
        .collect_view()
}

fn x_labels(duration_s: f64) -> impl IntoView {
    time_ticks(duration_s)
        .into_iter()
        .enumerate()
        .map(|(index, at)| {
            let x = time_x(at, duration_s);
            view! {
                <span class:minor={index % 2 == 1} class:edge={x > 95.0} style=["--x:", &percent(x)].concat()>
                    {clock(at)}
                </span>
            }
        })
        .collect_view()
}

fn sections(bands: Vec<Band>) -> impl IntoView {
    let names = bands
        .into_iter()
        .map(|band| {
            let style = format!("--x:{};--w:{}", percent(band.x), percent(band.width));
            let wide = match band.wide {
                Label::Name => Some(band.name),
                Label::Short => Some(band.short.clone()),
                Label::Nothing => None,
            };
            let narrow = (band.narrow == Label::Short).then_some(band.short);
            view! {
                <span style=style>
                    {wide.map(|name| view! { <b class="l">{name}</b> })}
                    {narrow.map(|name| view! { <b class="s">{name}</b> })}
                </span>
            }
        })
        .collect_view();
    view! { <div class="sections">{names}</div> }
}

/// The letters on the lines: A below or above its line, wherever B is not.
fn letters((x, a, b): (f64, f64, f64)) -> impl IntoView {
    let letter = |side: Side, y: f64, below: bool| {
        let style = format!("--x:{};--y:{}", percent(x), percent(y));
        view! {
            <span class="end" class:below=below style=style>
                <SideTag side />
            </span>
        }
    };
    let a_below = a >= b;
    (letter(Side::B, b, !a_below), letter(Side::A, a, a_below))
}

fn pin_button(pin: PlacedPin, desk: Desk) -> impl IntoView {
    let PlacedPin {
        number,
        x,
        level,
        range,
        spoken,
    } = pin;
    let style = format!("--x:{};--level:{level}", percent(x));
    view! {
        <button
            type="button"
            class="pin floor"
            style=style
            aria-label=spoken
            on:focus=move |_| desk.focused.set(Some(number))
            on:click=move |event: ev::MouseEvent| desk.show_fix(number, range, &event_target(&event))
        >
            {number}
        </button>
    }
}

/// The surface that the cursor moves on: pointer, touch and keys. A click goes there in the player.
#[component]
fn Scrub(view: Arc<AnalysisView>, desk: Desk) -> impl IntoView {
    let player = desk.player;
    let duration = view.loudness.duration_s;
    let own = move |(asset, at): (_, f64)| (asset == desk.a).then_some(at);
    let pointed = Memo::new(move |_| player.hover().get().and_then(own));
    // While it plays, the line shows where, without figures that nobody could read.
    let playhead = move || (player.is_playing_asset(desk.a)).then(|| player.position().get());
    let point = move |at: Option<f64>| player.point(desk.a, at.map(|at| at.clamp(0.0, duration)));
    let seek = move |at: f64| player.with_pair(desk.a, desk.b, move |player| player.seek(at));

    let for_keys = view.clone();
    let on_key = move |event: ev::KeyboardEvent| {
        let at = pointed.get_untracked().unwrap_or_else(|| {
            if player.holds(desk.a) {
                player.position().get_untracked()
            } else {
                0.0
            }
        });
        let step = one_pixel(&event) / 100.0 * duration;
        let sections = &for_keys.sections;
        let to = match (event.key().as_str(), event.shift_key()) {
            ("ArrowRight" | "ArrowUp", false) => at + step,
            ("ArrowLeft" | "ArrowDown", false) => at - step,
            ("ArrowRight" | "ArrowUp", true) => {
                section_from(sections, at, true).unwrap_or(duration)
            }
            ("ArrowLeft" | "ArrowDown", true) => section_from(sections, at, false).unwrap_or(0.0),
            ("PageUp", _) => at + duration / 10.0,
            ("PageDown", _) => at - duration / 10.0,
            ("Home", _) => 0.0,
            ("End", _) => duration,
            ("Enter", _) => {
                event.prevent_default();
                seek(at);
                return;
            }
            ("Escape", _) => {
                point(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        point(Some(to));
    };
    let on_pointer =
        move |event: ev::PointerEvent| point(pointer_x(&event).map(|x| x / 100.0 * duration));
    let in_words = {
        let view = view.clone();
        move || Moment::at(&view.loudness, pointed.get().unwrap_or(0.0)).in_words()
    };
    let shown = move || {
        if let Some(at) = pointed.get() {
            let Moment { a, b, .. } = Moment::at(&view.loudness, at);
            return Some(cursor(
                time_x(at, duration),
                Some(Reading {
                    label: clock(at),
                    a,
                    b,
                }),
            ));
        }
        playhead().map(|at| cursor(time_x(at, duration), None))
    };
    view! {
        <div
            class="scrub"
            role="slider"
            tabindex="0"
            aria-label="Moment"
            aria-valuemin="0"
            aria-valuemax=fixed(duration, 1)
            aria-valuenow=move || plain(pointed.get().unwrap_or(0.0))
            aria-valuetext=in_words
            on:pointermove=on_pointer
            on:pointerdown=on_pointer
            on:pointerleave=move |_| point(None)
            on:blur=move |_| point(None)
            on:keydown=on_key
            on:click=move |_| {
                if let Some(at) = pointed.get_untracked() {
                    seek(at);
                }
            }
        ></div>
        {shown}
    }
}

/// For machines, with a plain hyphen.
fn plain(value: f64) -> String {
    fixed(value.max(0.0), 1)
}
