//! Conversations brought from elsewhere.

use contract::chat::ImportSummary;
use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

use super::{act::Act, state::import_sentence};
use crate::{api::Failure, media::send_file, ui::Icon};

const ADDRESS: &str = "/api/v1/import";

#[component]
pub(super) fn ImportRow() -> impl IntoView {
    let act = Act::new();
    let field = NodeRef::<html::Input>::new();
    let done = RwSignal::new(None::<Result<ImportSummary, Failure>>);
    let choose = move |_| {
        if let Some(field) = field.get_untracked() {
            field.click();
        }
    };
    let send = move |_: ev::Event| {
        let Some(input) = field.get_untracked() else {
            return;
        };
        let Some(file) = input.files().and_then(|files| files.get(0)) else {
            return;
        };
        // The same file may be chosen again.
        input.set_value("");
        done.set(None);
        let work = async move {
            let answer = send_file(ADDRESS, file.unchecked_ref()).await?;
            serde_json::from_str(&answer).map_err(|_| {
                Failure::new(
                    contract::ErrorCode::Internal,
                    "Soundstage answered in a way that this page does not understand. Reload it.",
                )
            })
        };
        act.run_or(
            work,
            move |summary| done.set(Some(Ok(summary))),
            move |failure| done.set(Some(Err(failure))),
        );
    };
    let outcome = move || {
        done.get().map(|done| match done {
            Ok(summary) => {
                let examples = summary.examples.iter().take(3);
                let examples = examples
                    .map(|one| view! { <li>{format!("{}: {}", one.title, one.why)}</li> })
                    .collect_view();
                view! {
                    <span>{import_sentence(&summary)}</span>
                    <ul>{examples}</ul>
                }
                .into_any()
            }
            Err(failure) => view! { <span class="bad">{failure.to_string()}</span> }.into_any(),
        })
    };
    view! {
        <li>
            <Icon name="upload"/>
            <div>
                <b>"Import conversations"</b>
                <small>
                    "What ChatGPT, Claude, Open WebUI, LibreChat or another Soundstage gave you: the JSON file, or the ZIP "
                    "that holds it."
                </small>
                <div class="import-outcome" role="status">{outcome}</div>
            </div>
            <div class="end">
                <input
                    type="file"
                    accept=".json,.zip,application/json,application/zip"
                    aria-label="File with conversations"
                    class="sr"
                    tabindex="-1"
                    node_ref=field
                    on:change=send
                />
                <button
                    type="button"
                    class="btn sm"
                    aria-busy=move || act.busy().get().then_some("true")
                    disabled=act.busy()
                    on:click=choose
                >
                    {move || if act.busy().get() { "Importing" } else { "Import" }}
                </button>
            </div>
        </li>
    }
}
