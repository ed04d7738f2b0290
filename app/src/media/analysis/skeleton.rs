use std::time::Duration;

use contract::ApiError;
use leptos::prelude::*;

use crate::{
    media::pen::percent,
    ui::{Icon, Lamp, LampKind, Skeleton, number::fixed},
};

/// Label widths of the figures that are coming, so that the shape does not look stamped.
const LABELS: [&str; 7] = ["46%", "52%", "30%", "28%", "62%", "44%", "34%"];

/// The shape of the card while its files are measured.
#[component]
pub fn AnalysisSkeleton(
    /// What is being done, for a person: "Measuring Night Ferry v3".
    #[prop(into)]
    stage: Signal<String>,
    /// 0 to 1.
    #[prop(into)]
    progress: Signal<f32>,
) -> impl IntoView {
    // Counted in the browser from when it appears; the server's page says nothing of it.
    let elapsed = RwSignal::new(None::<f64>);
    Effect::new(move || {
        let since = js_sys::Date::now();
        let tick = move || {
            _ = elapsed.try_set(Some((js_sys::Date::now() - since) / 1_000.0));
        };
        if let Ok(timer) = set_interval_with_handle(tick, Duration::from_millis(100)) {
            on_cleanup(move || timer.clear());
        }
    });
    let whole = move || (f64::from(progress.get().clamp(0.0, 1.0)) * 100.0).round();
    let figures = LABELS
        .into_iter()
        .map(|width| {
            view! {
                <div>
                    <Skeleton width height="8px" />
                    <Skeleton width="72%" height="18px" />
                    <Skeleton width="88%" height="8px" />
                </div>
            }
        })
        .collect_view();
    view! {
        <section class="card analysis measuring bleed" aria-busy="true" aria-label="Analysis">
            <header class="card-head">
                <Lamp kind=LampKind::Live />
                <span class="dim truncate">{move || stage.get()}</span>
                <span class="push num faint" aria-hidden="true">
                    {move || elapsed.get().map(|seconds| [&fixed(seconds, 1), " s"].concat())}
                </span>
            </header>
            <div
                class="progress"
                role="progressbar"
                aria-label="Measuring"
                aria-valuemin="0"
                aria-valuemax="100"
                aria-valuenow=move || fixed(whole(), 0)
                style=move || ["--v:", &percent(whole())].concat()
            >
                <i></i>
            </div>
            <div class="figures-to-come">{figures}</div>
            <div class="plot-to-come">
                <Skeleton width="90px" height="9px" />
                <Skeleton width="100%" height="108px" soft=true />
            </div>
        </section>
    }
}

/// Measuring failed: what happened, in the card's place.
#[component]
pub fn AnalysisFailed(#[prop(into)] error: Signal<ApiError>) -> impl IntoView {
    view! {
        <section class="card analysis failed bleed" aria-label="Analysis">
            <header class="card-head">
                <Icon name="warn" small=true />
                <h3>"Not measured"</h3>
            </header>
            <p>{move || error.get().message}</p>
        </section>
    }
}
