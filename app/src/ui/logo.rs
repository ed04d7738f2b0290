use leptos::prelude::*;

/// Two level arcs and a needle.
#[component]
pub fn Logo() -> impl IntoView {
    view! {
        <svg class="logo" aria-hidden="true">
            <use href="#i-logo"></use>
        </svg>
    }
}
