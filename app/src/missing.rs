use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::{ErrorPane, Logo};

/// An address that leads nowhere.
#[component]
pub fn Missing() -> impl IntoView {
    answer_not_found();
    view! {
        <Title text="Not here"/>
        <main class="alone pane" id="main">
            <a class="brand" href="/" aria-label="Soundstage, home"><Logo/></a>
            <ErrorPane
                title="There is nothing at this address"
                text="The link may be old, or what it pointed to has been deleted. Your conversations are where you left them."
            >
                <a class="btn primary" href="/">"Go to your conversations"</a>
            </ErrorPane>
        </main>
    }
}

#[cfg(feature = "ssr")]
fn answer_not_found() {
    crate::api::set_status(404);
}

#[cfg(not(feature = "ssr"))]
fn answer_not_found() {}
