use leptos::prelude::*;

use super::Logo;

/// A person, by at most two capitals.
#[component]
pub fn Avatar(#[prop(into)] initials: String) -> impl IntoView {
    view! { <span class="avatar" aria-hidden="true">{initials}</span> }
}

/// Soundstage itself.
#[component]
pub fn BotAvatar() -> impl IntoView {
    view! { <span class="avatar bot" aria-hidden="true"><Logo/></span> }
}
