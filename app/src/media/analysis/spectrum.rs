use std::sync::Arc;

use contract::media::{AnalysisView, SpectrumPlot};
use leptos::{ev, prelude::*};

use super::{
    card::Desk,
    cursor::{Reading, cursor, pointer_x},
    curve::{Smooth, between, line},
    loudness::y_labels,
    scale::{Window, hz_x},
    spectrum_pins::{BandPin, band_pins},
    state::{BandReading, nearest_band},
    words::spectrum_in_words,
};
use crate::media::{
    pen::{Pen, percent},
    text::frequency,
};

/// Points that a curve is drawn with; more would not be seen.
const POINTS: u32 = 144;
/// Differences below this are left unfilled: a reference is no target to the tenth.
const APART_DB: f64 = 0.5;

const LABELS: [(f64, &str, bool); 10] = [
    (20.0, "20", false),
    (50.0, "50", true),
    (100.0, "100", false),
    (200.0, "200", true),
    (500.0, "500", false),
    (1_000.0, "1k", false),
    (2_000.0, "2k", true),
    (5_000.0, "5k", false),
    (10_000.0, "10k", false),
    (20_000.0, "20k", false),
];

/// The long-term average spectrum, by octaves, against the reference at the same level.
#[component]
pub(super) fn SpectrumCell(view: Arc<AnalysisView>, desk: Desk) -> impl IntoView {
    let plot = &view.spectrum;
    let window = Window::of_spectrum(
        plot.a
            .iter()
            .chain(&plot.b)
            .flatten()
            .map(|value| f64::from(*value)),
    );
    let (a, b) = (smooth(plot, &plot.a), smooth(plot, &plot.b));
    let pins = band_pins(&view.pins, window, |hz| (a.at(hz_x(hz)), b.at(hz_x(hz))));
    let labels = LABELS
        .into_iter()
        .map(|(hz, text, minor)| {
            view! {
                <span class:minor=minor class:edge={hz > 15_000.0} style=["--x:", &percent(hz_x(hz))].concat()>
                    {text}
                </span>
            }
        })
        .collect_view();
    view! {
        <div class="cell">
            <header>
                <h4>"Spectrum"</h4>
                <span>"long-term average, dB, 4.5 dB/oct tilt"</span>
            </header>
            <figure class="plot p-spec">
                <div class="plot-y" aria-hidden="true">{y_labels(window)}</div>
                <div class="plot-area">
                    {picture(plot, window, &a, &b)}
                    <BandScrub view=view.clone() />
                    {pins.into_iter().map(|pin| pin_button(pin, desk)).collect_view()}
                </div>
                <div class="plot-x" aria-hidden="true">{labels}</div>
            </figure>
        </div>
    }
}

fn smooth(plot: &SpectrumPlot, values: &[Option<f32>]) -> Smooth {
    Smooth::through(
        plot.centre_hz
            .iter()
            .zip(values)
            .filter_map(|(hz, value)| Some((hz_x(f64::from(*hz)), f64::from((*value)?))))
            .filter(|(x, value)| value.is_finite() && x.is_finite())
            .collect(),
    )
}

fn picture(plot: &SpectrumPlot, window: Window, a: &Smooth, b: &Smooth) -> impl IntoView + use<> {
    let at = |index: u32| f64::from(index) / f64::from(POINTS) * 100.0;
    let points: Vec<(f64, Option<f64>, Option<f64>)> = (0..=POINTS)
        .map(at)
        .map(|x| (x * 10.0, a.at(x), b.at(x)))
        .collect();
    #[allow(clippy::cast_possible_truncation)]
    let sampled = |curve: &Smooth| -> Vec<Option<f32>> {
        (0..=POINTS)
            .map(|index| curve.at(at(index)).map(|value| value as f32))
            .collect()
    };
    #[allow(clippy::cast_possible_truncation)]
    let x = |index: usize| at(index as u32) * 10.0;

    let (mut faint, mut strong) = (Pen::default(), Pen::default());
    for decade in [10.0, 100.0, 1_000.0, 10_000.0] {
        for step in 1..10_u32 {
            let hz = decade * f64::from(step);
            if hz > 20.5 && hz < 19_900.0 {
                let pen = if matches!(step, 1 | 2 | 5) {
                    &mut strong
                } else {
                    &mut faint
                };
                pen.stroke(hz_x(hz) * 10.0, 0.0, 100.0);
            }
        }
    }
    for level in window.lines() {
        faint.horizontal(window.y(level), 0.0, 1_000.0);
    }
    let reference = (!plot.b.is_empty()).then(|| {
        view! {
            <path class="over" d=between(&points, window, APART_DB, 1.0) />
            <path class="under" d=between(&points, window, APART_DB, -1.0) />
            <path class="ref" d=line(&sampled(b), window, x) />
        }
    });
    view! {
        <svg viewBox="0 0 1000 100" preserveAspectRatio="none" role="img" aria-label=spectrum_in_words(plot)>
            <path class="grid" d=faint.finish() />
            <path class="grid major" d=strong.finish() />
            {reference}
            <path class="mix" d=line(&sampled(a), window, x) />
        </svg>
    }
}

fn pin_button(pin: BandPin, desk: Desk) -> impl IntoView {
    let BandPin {
        number,
        x,
        y,
        note,
        left,
        range,
        spoken,
    } = pin;
    let style = format!("--x:{};--y:{}", percent(x), percent(y));
    let note = note.map(|note| {
        view! { <span class="note" class:left=left style=style.clone() aria-hidden="true">{note}</span> }
    });
    view! {
        <button
            type="button"
            class="pin"
            style=style
            aria-label=spoken
            on:focus=move |_| desk.focused.set(Some(number))
            on:click=move |event: ev::MouseEvent| desk.show_fix(number, range, &event_target(&event))
        >
            {number}
        </button>
        {note}
    }
}

/// The cursor of the spectrum: it snaps to the bands, since between them nothing was measured.
#[component]
fn BandScrub(view: Arc<AnalysisView>) -> impl IntoView {
    let last = view.spectrum.centre_hz.len().saturating_sub(1);
    let at = RwSignal::new(None::<usize>);
    let point = {
        let view = view.clone();
        move |event: ev::PointerEvent| {
            let band = pointer_x(&event).and_then(|x| nearest_band(&view.spectrum, x));
            if at.get_untracked() != band {
                at.set(band);
            }
        }
    };
    let on_key = move |event: ev::KeyboardEvent| {
        let now = at.get_untracked();
        let to = match event.key().as_str() {
            "ArrowRight" | "ArrowUp" => now.map_or(0, |band| (band + 1).min(last)),
            "ArrowLeft" | "ArrowDown" => now.unwrap_or(0).saturating_sub(1),
            "Home" => 0,
            "End" => last,
            "Escape" => {
                at.set(None);
                return;
            }
            _ => return,
        };
        event.prevent_default();
        at.set(Some(to));
    };
    let value = {
        let view = view.clone();
        move || BandReading::at(&view.spectrum, at.get().unwrap_or(0))
    };
    let words = {
        let value = value.clone();
        move || value().map_or_else(String::new, |reading| reading.in_words())
    };
    let shown = move || {
        at.get()?;
        let BandReading { hz, a, b } = value()?;
        Some(cursor(
            hz_x(hz),
            Some(Reading {
                label: frequency(hz),
                a,
                b,
            }),
        ))
    };
    view! {
        <div
            class="scrub"
            role="slider"
            tabindex="0"
            aria-label="Band"
            aria-valuemin="0"
            aria-valuemax=last.to_string()
            aria-valuenow=move || at.get().unwrap_or(0).to_string()
            aria-valuetext=words
            on:pointermove=point.clone()
            on:pointerdown=point
            on:pointerleave=move |_| at.set(None)
            on:blur=move |_| at.set(None)
            on:keydown=on_key
        ></div>
        {shown}
    }
}
