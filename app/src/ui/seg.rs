use leptos::{ev, html, prelude::*, web_sys};
use wasm_bindgen::JsCast;

/// One of two to five, always visible. Arrows move and choose.
#[component]
pub fn Seg(
    label: &'static str,
    options: Vec<&'static str>,
    /// Which of them is chosen.
    #[prop(into)]
    chosen: Signal<usize>,
    #[prop(into)] on_choose: Callback<usize>,
    #[prop(optional)] wide: bool,
) -> impl IntoView {
    let group = NodeRef::<html::Div>::new();
    let count = options.len();
    let on_key = move |event: ev::KeyboardEvent| {
        let at = chosen.get_untracked();
        let next = match event.key().as_str() {
            "ArrowRight" | "ArrowDown" => (at + 1) % count,
            "ArrowLeft" | "ArrowUp" => (at + count - 1) % count,
            _ => return,
        };
        event.prevent_default();
        on_choose.run(next);
        let button = group
            .get_untracked()
            .and_then(|group| group.children().item(next as u32));
        if let Some(button) =
            button.and_then(|button| button.dyn_into::<web_sys::HtmlElement>().ok())
        {
            _ = button.focus();
        }
    };
    let buttons = options
        .into_iter()
        .enumerate()
        .map(|(at, text)| {
            view! {
                <button
                    type="button"
                    role="radio"
                    aria-checked=move || if chosen.get() == at { "true" } else { "false" }
                    tabindex=move || if chosen.get() == at { "0" } else { "-1" }
                    on:click=move |_| on_choose.run(at)
                >
                    {text}
                </button>
            }
        })
        .collect_view();
    view! {
        <div
            class=if wide { "seg wide" } else { "seg" }
            role="radiogroup"
            aria-label=label
            node_ref=group
            on:keydown=on_key
        >
            {buttons}
        </div>
    }
}
