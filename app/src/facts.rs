//! What is measured: every fact with its unit, definition and source. The list comes from the crate that
//! measures, so that it cannot say anything else than the program does.

use leptos::prelude::*;
use leptos_meta::Title;
use serde::{Deserialize, Serialize};

use crate::{
    api::{Failure, Guarded},
    ui::{ErrorPane, MainPane, NoticeBanner},
};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FactRow {
    pub id: String,
    pub label: String,
    pub unit: String,
    pub definition: String,
    pub source: String,
}

#[server(prefix = "/api/fn", endpoint = "fact_catalogue", client = Guarded)]
pub async fn fact_catalogue() -> Result<Vec<FactRow>, Failure> {
    let rows = studio::media::catalogue().iter().map(|fact| FactRow {
        id: fact.id.to_owned(),
        label: fact.label.to_owned(),
        unit: fact.unit.to_owned(),
        definition: fact.definition.replace('`', ""),
        source: fact.source.to_owned(),
    });
    Ok(rows.collect())
}

#[component]
pub fn FactsPage() -> impl IntoView {
    let rows = Resource::new_blocking(|| (), |()| fact_catalogue());
    view! {
        <Title text="What is measured"/>
        <MainPane>
            <header class="pane-head"><h1>"What is measured"</h1></header>
            <NoticeBanner/>
            <div class="pane-body" tabindex="0" role="region" aria-label="Facts">
                <div class="facts-page">
                    <p class="lede">
                        "Every figure in a critique is one of these, taken from your file and never guessed. A name in "
                        <code>"code"</code>
                        " is how the command line and the assistant call it."
                    </p>
                    <Suspense>
                        {move || Suspend::new(async move {
                            match rows.await {
                                Ok(rows) => catalogue(rows).into_any(),
                                Err(error) => view! {
                                    <ErrorPane title="The list could not be read" text=error.0.message/>
                                }
                                .into_any(),
                            }
                        })}
                    </Suspense>
                </div>
            </div>
        </MainPane>
    }
}

fn catalogue(rows: Vec<FactRow>) -> impl IntoView {
    let rows = rows
        .into_iter()
        .map(|row| {
            let anchor = row.id.clone();
            view! {
                // A figure in a critique links here.
                <tr id=anchor>
                    <th scope="row">{row.label}<code>{row.id}</code></th>
                    <td class="num">{row.unit}</td>
                    <td>{row.definition}</td>
                    <td class="dim">{row.source}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="table">
            <thead>
                <tr>
                    <th scope="col">"Fact"</th>
                    <th scope="col">"Unit"</th>
                    <th scope="col">"How"</th>
                    <th scope="col">"Source"</th>
                </tr>
            </thead>
            <tbody>{rows}</tbody>
        </table>
    }
}
