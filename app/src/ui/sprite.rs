use leptos::prelude::*;

/// The drawings in use, once in the document behind the app, which wasm therefore does not carry.
#[component]
pub fn Sprite() -> impl IntoView {
    view! { <svg class="sprite" aria-hidden="true" width="0" height="0" inner_html=include_str!("sprite.svg")></svg> }
}
