use leptos::prelude::*;

/// A drawing of the document's sprite: 20 px, or 16 when `small`. It says nothing to those who do not
/// see it; the control around it does.
#[component]
pub fn Icon(name: &'static str, #[prop(optional)] small: bool) -> impl IntoView {
    let class = if small { "icon sm" } else { "icon" };
    // As text: a page has dozens, and each would be two elements to render and to bring to life.
    let drawing = ["<use href=\"#i-", name, "\"/>"].concat();
    view! { <svg class=class aria-hidden="true" inner_html=drawing></svg> }
}
