//! What a fact chip rests on: a click shows the name, the figure, where it was measured, and the way to
//! its definition.

use contract::{MessageId, media::Figure};
use leptos::{ev, html, prelude::*, web_sys};
use wasm_bindgen::JsCast;

use super::desk::{Desk, use_desk};
use crate::ui::Icon;

#[derive(Clone, PartialEq)]
pub(super) struct Cited {
    /// What it is defined as: `loudness.integrated`, `section.{n}.mono_loss`.
    definition: String,
    /// As the server says it in the chip's title: "Integrated loudness", and behind a `·` where.
    label: String,
    place: Option<String>,
    /// As in the chip: value and unit.
    value: String,
    /// A, B and their difference, where it is one of the card's figures.
    figure: Option<Figure>,
    x: f64,
    y: f64,
}

/// A click somewhere in the thread: if it was on a chip, its source is shown.
pub(super) fn clicked(desk: Desk, event: &ev::MouseEvent) {
    let target = event
        .target()
        .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let Some(chip) = target.and_then(|target| target.closest("[data-fact]").ok().flatten()) else {
        return;
    };
    let Some(id) = chip.get_attribute("data-fact") else {
        return;
    };
    let title = chip.get_attribute("title").unwrap_or_default();
    let (label, place) = match title.split_once(" · ") {
        Some((label, place)) => (label.to_owned(), Some(place.to_owned())),
        None => (title, None),
    };
    let of = chip
        .closest("[data-message]")
        .ok()
        .flatten()
        .and_then(|article| article.get_attribute("data-message"));
    let figure = of
        .and_then(|of| of.parse().ok())
        .and_then(|of| figure_of(desk, of, &id));
    let spot = chip.get_bounding_client_rect();
    let definition = chip
        .get_attribute("data-defined")
        .unwrap_or_else(|| defined_as(&id).to_owned());
    desk.fact.set(Some(Cited {
        definition,
        label: if label.is_empty() { id } else { label },
        value: chip.text_content().unwrap_or_default(),
        place,
        figure,
        x: spot.left(),
        y: spot.bottom(),
    }));
}

fn figure_of(desk: Desk, message: MessageId, fact: &str) -> Option<Figure> {
    let card = untrack(|| {
        let thread = desk.thread()?;
        thread.messages.with(|entries| {
            entries
                .iter()
                .find(|one| one.id == message)?
                .writing
                .as_ref()?
                .card()
        })
    })?;
    card.figures
        .iter()
        .find(|figure| figure.fact == defined_as(fact))
        .cloned()
}

/// A figure of the reference, and a difference, are defined with the fact that they are about.
fn defined_as(fact: &str) -> &str {
    fact.strip_prefix("difference.")
        .or_else(|| fact.strip_prefix("reference."))
        .unwrap_or(fact)
}

#[component]
pub(super) fn FactPopover() -> impl IntoView {
    let fact = use_desk().fact;
    let node = NodeRef::<html::Div>::new();
    Effect::new(move || {
        if let (Some(popover), true) = (node.get(), fact.with(Option::is_some)) {
            _ = popover.show_popover();
            request_animation_frame(move || _ = popover.focus());
        }
    });
    let on_toggle = move |_: ev::Event| {
        if node
            .get_untracked()
            .is_some_and(|popover| !popover.matches(":popover-open").unwrap_or(false))
        {
            fact.set(None);
        }
    };
    let content = move || {
        fact.get().map(|cited| {
            let Cited { definition, label, place, value, figure, .. } = cited;
            let both = figure.map(|figure| {
                let row = |class: &'static str, letter: &'static str, meaning: &'static str, value: Option<String>| {
                    view! {
                        <dt><span class=["ab ", class].concat() role="img" aria-label=meaning>{letter}</span></dt>
                        <dd>{value.unwrap_or_else(|| "–".to_owned())}</dd>
                    }
                };
                let unit = (!figure.unit.is_empty()).then(|| view! { <dt>"Unit"</dt><dd>{figure.unit}</dd> });
                view! {
                    {row("a", "A", "your mix", figure.a)}
                    {row("b", "B", "reference", figure.b)}
                    {figure.delta.map(|delta| view! { <dt>"A − B"</dt><dd>{delta}</dd> })}
                    {unit}
                }
            });
            view! {
                <b>{label}</b>
                <span class="value num">{value}</span>
                <dl class="kv">
                    {both}
                    {place.map(|place| view! { <dt>"Where"</dt><dd>{place}</dd> })}
                </dl>
                <a href=["/facts#", &definition].concat()>
                    "How it is measured"
                    <Icon name="chev-r" small=true/>
                </a>
            }
        })
    };
    view! {
        <div
            class="menu pop fact-pop"
            id="fact-source"
            popover="auto"
            role="dialog"
            aria-label="Measured fact"
            tabindex="-1"
            style=move || fact.with(|fact| {
                fact.as_ref().map(|at| format!("--x:{}px;--y:{}px", at.x.round(), at.y.round()))
            })
            node_ref=node
            on:toggle=on_toggle
            on:keydown=|event| {
                // The browser closes this by it; nothing else is meant.
                if event.key() == "Escape" {
                    event.stop_propagation();
                }
            }
        >
            {content}
        </div>
    }
    .into_any()
}
