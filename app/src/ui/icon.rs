use leptos::prelude::*;

/// A drawing of the document's sprite: 20 px, or 16 when `small`. It says nothing to those who do not
/// see it; the control around it does.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] small: bool) -> impl IntoView {
    let class = if small { "icon sm" } else { "icon" };
    view! {
        <svg class=class aria-hidden="true">
            <use href=["#i-", name].concat()></use>
        </svg>
    }
}
