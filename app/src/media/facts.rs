use std::sync::Arc;

use contract::media::{AnalysisView, Side};
use leptos::prelude::*;

use super::text::UNKNOWN;
use crate::ui::SideTag;

/// The figures of the card once more, in the inspector, beside the monitor.
#[component]
pub fn FactList(#[prop(into)] analysis: Arc<AnalysisView>) -> impl IntoView {
    let reference = analysis.b.is_some();
    let count = format!(
        "{} of {} facts",
        analysis.figures.len(),
        analysis.fact_count
    );
    let rows = analysis
        .figures
        .iter()
        .map(|figure| {
            let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| UNKNOWN.to_owned());
            let name = if figure.unit.is_empty() {
                figure.label.clone()
            } else {
                [&figure.label, ", ", &figure.unit].concat()
            };
            let b = reference.then(|| {
                view! { <span class="num r"><span class="sr">"reference "</span>{or_dash(&figure.b)}</span> }
            });
            view! {
                <li class:hot=figure.over>
                    <span>{name}</span>
                    <span class="num">{or_dash(&figure.a)}</span>
                    {b}
                </li>
            }
        })
        .collect_view();
    view! {
        <section class="section" aria-label="Facts">
            <header>
                <h3>"Facts"</h3>
                <span class="push">{count}</span>
            </header>
            <ul class="factlist" class:alone=!reference>
                <li class="head" aria-hidden="true">
                    <span></span>
                    <SideTag side=Side::A />
                    {reference.then(|| view! { <SideTag side=Side::B /> })}
                </li>
                {rows}
            </ul>
        </section>
    }
}
