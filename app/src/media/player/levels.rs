use leptos::prelude::*;

use super::state::Meter;
use crate::media::pen::percent;

const SCALE: [(f64, &str); 5] = [
    (0.0, "−60"),
    (50.0, "−30"),
    (70.0, "−18"),
    (85.0, "−9"),
    (100.0, "0"),
];

/// What goes to the ears, left and right, in dB below full scale. It moves too fast to be read aloud.
#[component]
pub(super) fn Levels(levels: Signal<[Meter; 2]>) -> impl IntoView {
    let meter = move |channel: usize| {
        let style = move || {
            let Meter { level, peak, .. } = levels.get()[channel];
            // At rest the peak mark would stand on the first step as if something were there.
            let peak = if peak > 0.0 { peak } else { -0.1 };
            [
                "--v:",
                &percent(level * 100.0),
                ";--peak:",
                &percent(peak * 100.0),
            ]
            .concat()
        };
        view! {
            <div class="meter" style=style>
                <i></i>
                <b></b>
            </div>
        }
    };
    let scale = SCALE
        .into_iter()
        .map(|(x, text)| view! { <span style=["--x:", &percent(x)].concat()>{text}</span> })
        .collect_view();
    view! {
        <div class="levels" aria-hidden="true">
            <span>"L"</span>
            {meter(0)}
            <span>"R"</span>
            {meter(1)}
            <div class="scale">{scale}</div>
        </div>
    }
}
