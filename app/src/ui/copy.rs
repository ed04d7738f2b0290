use std::time::Duration;

use leptos::{html, prelude::*, task::spawn_local, web_sys};
use wasm_bindgen::JsCast;
use wasm_bindgen_futures::JsFuture;

use super::Icon;

/// How long the button says that it has copied.
const SAYS: Duration = Duration::from_secs(3);

/// A text to be taken along, in the tabular face, with a button that copies it.
#[component]
pub fn CopyField(
    id: &'static str,
    label: &'static str,
    #[prop(into)] text: String,
) -> impl IntoView {
    let node = NodeRef::<html::Input>::new();
    // None: not tried. False: the browser does not let us.
    let copied = RwSignal::new(None::<bool>);
    // It is what the person waits for.
    Effect::new(move || {
        if let Some(input) = node.get() {
            request_animation_frame(move || {
                _ = input.focus();
                input.select();
            });
        }
    });
    let words = text.clone();
    let copy = move |_| {
        let words = words.clone();
        let Some(input) = node.get_untracked() else {
            return;
        };
        spawn_local(async move {
            let done = to_clipboard(&words).await || by_selection(&input);
            if copied.try_set(Some(done)).is_none() && done {
                set_timeout(move || _ = copied.try_set(None), SAYS);
            }
        });
    };
    let done = move || copied.get() == Some(true);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="copy">
                <div class="input">
                    <input
                        id=id
                        class="mono"
                        type="text"
                        readonly=true
                        spellcheck="false"
                        autocomplete="off"
                        value=text
                        node_ref=node
                        on:focus=move |_| if let Some(input) = node.get_untracked() { input.select() }
                    />
                </div>
                <button type="button" class="btn" on:click=copy>
                    {move || {
                        let name = if done() { "check" } else { "copy" };
                        view! { <Icon name=name small=true/> }
                    }}
                    {move || if done() { "Copied" } else { "Copy" }}
                </button>
            </div>
            <span class="hint" role="status">
                {move || match copied.get() {
                    Some(true) => "It is on your clipboard.",
                    Some(false) => "Your browser keeps its clipboard closed here. Copy the marked text yourself.",
                    None => "",
                }}
            </span>
        </div>
    }
}

/// Puts text onto the clipboard; false where the browser does not let it (it only does on secure origins).
pub async fn to_clipboard(words: &str) -> bool {
    let navigator = window().navigator();
    if !js_sys::Reflect::has(&navigator, &"clipboard".into()).unwrap_or(false) {
        return false;
    }
    JsFuture::from(navigator.clipboard().write_text(words))
        .await
        .is_ok()
}

/// The old way, which also works on a plain address in the house.
fn by_selection(input: &web_sys::HtmlInputElement) -> bool {
    _ = input.focus();
    input.select();
    document()
        .dyn_into::<web_sys::HtmlDocument>()
        .is_ok_and(|page| page.exec_command("copy").unwrap_or(false))
}
