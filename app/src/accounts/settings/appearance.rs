use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    section::{PlacePane, Section},
    state::Place,
};
use crate::{
    frame::theme::{Theme, use_theme},
    ui::Icon,
};

#[component]
pub fn AppearancePage() -> impl IntoView {
    view! {
        <Title text="Appearance"/>
        <PlacePane place=Place::Appearance>
            <Section id="theme" title="Theme" text="Only in this browser.">
                <fieldset class="themes" aria-labelledby="theme">
                    {[Theme::Dark, Theme::Light, Theme::System].map(choice).collect_view()}
                </fieldset>
            </Section>
        </PlacePane>
    }
}

fn choice(theme: Theme) -> impl IntoView {
    let chosen = use_theme();
    let (label, icon) = match theme {
        Theme::Dark => ("Dark", "moon"),
        Theme::Light => ("Light", "sun"),
        Theme::System => ("Follow the system", "auto"),
    };
    let picture = match theme.attribute() {
        Some(theme) => miniature(theme).into_any(),
        None => {
            view! { <span class="split">{miniature("dark")}{miniature("light")}</span> }.into_any()
        }
    };
    let is_chosen = chosen.get_untracked() == theme;
    view! {
        <label>
            <input
                class="sr"
                type="radio"
                name="theme"
                checked=is_chosen
                prop:checked=move || chosen.get() == theme
                on:change=move |_| chosen.choose(theme)
            />
            {picture}
            <span class="name"><Icon name=icon small=true/>{label}</span>
        </label>
    }
}

/// The desk, so small that only its lights and shades are left.
fn miniature(theme: &'static str) -> impl IntoView {
    view! { <span class="mini" data-theme=theme aria-hidden="true"><i></i><i></i><i></i></span> }
}
