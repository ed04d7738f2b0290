use leptos::prelude::*;
use leptos_meta::Title;

use crate::ui::{Icon, Logo};

/// An address that leads nowhere.
#[component]
pub fn Missing() -> impl IntoView {
    answer_not_found();
    view! {
        <Title text="Not here"/>
        <main class="alone pane" id="main">
            <a class="brand" href="/" aria-label="Soundstage, home"><Logo/></a>
            <div class="empty">
                <Icon name="warn"/>
                <h1>"There is nothing at this address"</h1>
                <p>
                    "The link may be old, or what it pointed to has been deleted. Your conversations are where you left them."
                </p>
                <div class="row">
                    <a class="btn primary" href="/">"Go to your conversations"</a>
                </div>
            </div>
        </main>
    }
}

/// The page's status, where it is being rendered.
#[cfg(feature = "ssr")]
pub(crate) fn answer_not_found() {
    crate::api::set_status(404);
}

#[cfg(not(feature = "ssr"))]
pub(crate) fn answer_not_found() {}
