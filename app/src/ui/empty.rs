use leptos::prelude::*;

use super::Icon;

/// Nothing here yet: what this place is for, and one thing to do.
#[component]
pub fn Empty(
    #[prop(optional)] icon: Option<&'static str>,
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    /// The actions.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let drawing = match icon {
        Some(name) => view! { <Icon name=name/> }.into_any(),
        // A silent line, where a signal would be.
        None => view! {
            <svg class="flat" viewBox="0 0 220 28" aria-hidden="true">
                <path d="M0 14H220" stroke="currentColor" stroke-width="1.5" stroke-dasharray="1 5" stroke-linecap="round"></path>
            </svg>
        }
        .into_any(),
    };
    view! {
        <div class="empty">
            {drawing}
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}

/// A whole pane could not be had: what happened, what was kept, the way on.
#[component]
pub fn ErrorPane(
    #[prop(into)] title: String,
    #[prop(into)] text: String,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="empty" role="alert">
            <Icon name="warn"/>
            <h2>{title}</h2>
            <p>{text}</p>
            {children.map(|children| view! { <div class="row">{children()}</div> })}
        </div>
    }
}
