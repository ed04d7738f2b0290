use contract::media::StereoPlot;
use leptos::prelude::*;

use super::{state::angle, words::stereo_in_words};
use crate::media::pen::{Pen, percent};

/// The half-plane lies in a box of 192 by 100, its centre below the middle.
const CENTRE: (f64, f64) = (96.0, 94.0);
const RADIUS: f64 = 86.0;

/// Energy by direction, left to right, and the correlation below it.
#[component]
pub(super) fn StereoCell(plot: StereoPlot) -> impl IntoView {
    let words = stereo_in_words(&plot);
    let mono = plot.a.is_empty();
    let field = if mono {
        view! { <p class="mono-field">"No stereo field"</p> }.into_any()
    } else {
        let reference =
            (!plot.b.is_empty()).then(|| view! { <path class="lobe-b" d=lobe(&plot.b) /> });
        view! {
            <div class="dish-box">
                <svg viewBox="0 0 192 100" role="img" aria-label=words.clone()>
                    <path class="dish" d="M10 94A86 86 0 0 1 182 94Z" />
                    <path
                        class="grid"
                        d="M67.6 94A28.4 28.4 0 0 1 124.4 94M39.2 94A56.8 56.8 0 0 1 152.8 94M10 94A86 86 0 0 1 182 94"
                    />
                    <path class="grid" d="M96 94L21.5 51M96 94L53 19.5M96 94V8M96 94L139 19.5M96 94L170.5 51M10 94H182" />
                    {reference}
                    <path class="lobe-a" d=lobe(&plot.a) />
                </svg>
                <span class="hand left" aria-hidden="true">"L"</span>
                <span class="hand right" aria-hidden="true">"R"</span>
            </div>
        }
        .into_any()
    };
    let mark = |class: &'static str, value: Option<f32>| {
        value.filter(|value| value.is_finite()).map(|value| {
            let x = f64::midpoint(f64::from(value.clamp(-1.0, 1.0)), 1.0) * 100.0;
            view! { <i class=class style=["--x:", &percent(x)].concat()></i> }
        })
    };
    let known = plot.correlation_a.is_some() || plot.correlation_b.is_some();
    // Where the field is drawn, its words hold the correlation as well.
    let correlation = known.then(|| {
        view! {
            <div class="corr" role=mono.then_some("img") aria-label=mono.then_some(words) aria-hidden=(!mono).then_some("true")>
                <div class="bar"></div>
                {mark("b", plot.correlation_b)}
                {mark("a", plot.correlation_a)}
                <span>"−1"</span>
                <span>"0"</span>
                <span>"+1"</span>
            </div>
        }
    });
    view! {
        <div class="cell side">
            <header>
                <h4>"Stereo field"</h4>
                <span>"correlation"</span>
            </header>
            <div class="stereo">{field} {correlation}</div>
        </div>
    }
}

/// A closed outline around the centre, rounded through the middles between the directions.
fn lobe(energy: &[f32]) -> String {
    let point = |index: usize| {
        let radians = angle(index, energy.len()).to_radians();
        let reach = f64::from(energy[index].clamp(0.0, 1.0)) * RADIUS;
        (
            CENTRE.0 + reach * radians.sin(),
            CENTRE.1 - reach * radians.cos(),
        )
    };
    let mut pen = Pen::default();
    if energy.len() < 2 {
        return pen.finish();
    }
    let first = point(0);
    pen.move_to(first.0, first.1);
    for index in 1..energy.len() - 1 {
        let (control, next) = (point(index), point(index + 1));
        pen.bend_to(
            control,
            f64::midpoint(control.0, next.0),
            f64::midpoint(control.1, next.1),
        );
    }
    let last = point(energy.len() - 1);
    pen.line_to(last.0, last.1);
    pen.close();
    pen.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lobe_points_where_the_energy_is() {
        assert_eq!(lobe(&[0.0, 1.0, 0.0]), "M96 94Q96 8 96 51L96 94Z");
        assert_eq!(lobe(&[1.0, 0.0, 0.0]), "M10 94Q96 94 96 94L96 94Z");
        assert_eq!(lobe(&[]), "");
    }
}
