use contract::media::{Figure, Side};
use leptos::prelude::*;

use crate::{media::text::UNKNOWN, ui::SideTag};

/// The headline figures: a strip where there is room, a table with A, B and A − B where there is little.
#[component]
pub(super) fn Figures(figures: Vec<Figure>, reference: bool) -> impl IntoView {
    let count = format!("--n:{}", figures.len().max(1));
    let head = reference.then(|| {
        view! {
            <div class="figure head" aria-hidden="true">
                <dt></dt>
                <dd class="a"><SideTag side=Side::A /></dd>
                <dd class="b">
                    <span><SideTag side=Side::B /></span>
                    <span class="delta">"A − B"</span>
                </dd>
            </div>
        }
    });
    view! {
        <dl class="figures" class:alone=!reference style=count>
            {head}
            {figures.into_iter().map(|figure| one(figure, reference)).collect_view()}
        </dl>
    }
}

fn one(figure: Figure, reference: bool) -> impl IntoView {
    let Figure {
        label,
        unit,
        a,
        b,
        delta,
        over,
        ..
    } = figure;
    let known = a.is_some();
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| UNKNOWN.to_owned());
    let beside = reference.then(|| {
        view! {
            <dd class="b">
                <span><span class="sr">"reference "</span>{or_dash(b)}</span>
                <span class="delta"><span class="sr">"difference "</span>{or_dash(delta)}</span>
            </dd>
        }
    });
    view! {
        <div class="figure" class:is-over=over>
            <dt>
                {label}
                {(!unit.is_empty()).then(|| view! { " "<small>{unit.clone()}</small> })}
            </dt>
            <dd class="a">
                {or_dash(a)}
                {(known && !unit.is_empty()).then(|| view! { <small>{unit}</small> })}
                {over.then(|| view! { <span class="sr">", over the limit"</span> })}
            </dd>
            {beside}
        </div>
    }
}
