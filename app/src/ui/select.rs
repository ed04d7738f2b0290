use leptos::{prelude::*, web_sys};

use super::Icon;

/// One of several, folded away: the browser's own list.
#[component]
pub fn Select(
    /// Of the field's label; without, `label` speaks.
    #[prop(optional)]
    id: Option<&'static str>,
    #[prop(optional, into)] label: Option<String>,
    options: Vec<String>,
    /// Which of them it is.
    #[prop(into)]
    chosen: Signal<usize>,
    /// Told of a choice. What is shown stays what `chosen` says.
    #[prop(into)]
    on_choose: Callback<usize>,
    #[prop(optional)] small: bool,
    #[prop(optional, into)] disabled: Signal<bool>,
) -> impl IntoView {
    let class = if small { "select sm" } else { "select" };
    let first = chosen.get_untracked();
    let lines = options
        .into_iter()
        .enumerate()
        .map(|(at, text)| view! { <option value=at.to_string() selected=at == first>{text}</option> })
        .collect_view();
    let choose = move |event: leptos::ev::Event| {
        let to = event_target_value(&event).parse::<usize>();
        // `value` is the same property on a list as on an input.
        let list: web_sys::HtmlInputElement = event_target(&event);
        list.set_value(&chosen.get_untracked().to_string());
        if let Ok(to) = to {
            on_choose.run(to);
        }
    };
    view! {
        <span class=class>
            <select
                id=id
                aria-label=label
                disabled=disabled
                prop:value=move || chosen.get().to_string()
                on:change=choose
            >
                {lines}
            </select>
            <Icon name="chev-d" small=true/>
        </span>
    }
}
