//! Moments on the page. What the server writes is UTC and the same for everybody; the browser puts its
//! own zone's time in its place once it runs.

use contract::Timestamp;
use leptos::prelude::*;

use super::time::{Civil, browser_now, iso, zone_offset_min};

/// A time of day: `21:04`.
#[component]
pub fn LocalTime(#[prop(into)] at: Signal<Timestamp>) -> impl IntoView {
    moment(at, |civil, _| civil.clock())
}

/// As one says it: `today 21:04`, `Fri`, `14 Nov`.
#[component]
pub fn SpokenTime(#[prop(into)] at: Signal<Timestamp>) -> impl IntoView {
    moment(at, |civil, now| {
        now.map_or_else(|| civil.date(), |now| civil.said(now))
    })
}

/// For columns, always as long: `14 Nov 2026 21:04`.
#[component]
pub fn StampTime(#[prop(into)] at: Signal<Timestamp>) -> impl IntoView {
    moment(at, |civil, _| [&civil.date(), " ", &civil.clock()].concat())
}

/// `words` gets the moment and, in the browser, now.
fn moment(at: Signal<Timestamp>, words: fn(&Civil, Option<&Civil>) -> String) -> impl IntoView {
    let local = RwSignal::new(None::<(Timestamp, Civil, Civil)>);
    Effect::new(move || {
        let (at, now) = (at.get(), browser_now());
        let here = |at| Civil::shifted(at, zone_offset_min(at));
        local.set(Some((at, here(at), here(now))));
    });
    let known = move || local.get().filter(|(of, ..)| *of == at.get());
    let title = move || {
        known().map(|(_, civil, _)| {
            [
                civil.weekday_name(),
                ", ",
                &civil.day_month(),
                ", ",
                &civil.clock(),
            ]
            .concat()
        })
    };
    let text = move || match known() {
        Some((_, civil, now)) => words(&civil, Some(&now)),
        None => words(&Civil::utc(at.get()), None),
    };
    view! { <time datetime=move || iso(at.get()) title=title>{text}</time> }
}
