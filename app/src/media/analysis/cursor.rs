//! What stands beside a plot's cursor.

use contract::media::Side;
use leptos::prelude::*;

use crate::{media::pen::percent, ui::SideTag};

/// The line, and the readout kept inside the plot: left of the line once there is room for it.
pub(super) fn cursor(x: f64, reading: Option<Reading>) -> impl IntoView {
    let place = ["--x:", &percent(x)].concat();
    let readout = reading.map(|Reading { label, a, b }| {
        view! {
            <div class="readout" class:left={x > 32.0} style=place.clone() aria-hidden="true">
                <span>{label}</span>
                <SideTag side=Side::A />
                <b>{a}</b>
                {b.map(|(b, delta)| view! {
                    <SideTag side=Side::B />
                    <b>{b}</b>
                    <span>{delta}</span>
                })}
            </div>
        }
    });
    view! {
        <div class="cursor" style=place></div>
        {readout}
    }
}

pub(super) struct Reading {
    pub label: String,
    pub a: String,
    pub b: Option<(String, String)>,
}

/// Where a pointer is in an element, in percent of its width.
pub(super) fn pointer_x(event: &leptos::ev::PointerEvent) -> Option<f64> {
    let element: web_sys::Element = event_target(event);
    let rect = element.get_bounding_client_rect();
    (rect.width() > 0.0).then(|| {
        ((f64::from(event.client_x()) - rect.left()) / rect.width() * 100.0).clamp(0.0, 100.0)
    })
}

/// One pixel in percent of the element's width: the step of the arrow keys.
pub(super) fn one_pixel(event: &leptos::ev::KeyboardEvent) -> f64 {
    let element: web_sys::Element = event_target(event);
    let width = element.get_bounding_client_rect().width();
    if width > 1.0 { 100.0 / width } else { 1.0 }
}
