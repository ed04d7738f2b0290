//! What stays around every page of a signed-in person: rail, account, keys, notices.

mod account;
mod keys;
pub mod theme;

pub use account::use_own_name;

use leptos::prelude::*;
use leptos_router::{components::Outlet, hooks::use_location};

use crate::{
    live::provide_live,
    media::{provide_player, provide_uploads},
    ui::{Icon, Logo, Scrim, Toasts, provide_notice, provide_panels, provide_toasts},
    visitor::use_visitor,
};
use account::{AccountMenu, provide_own_name};
use keys::{KeyHelp, listen};

#[component]
pub fn Frame() -> impl IntoView {
    theme::provide_theme(use_visitor().theme);
    provide_own_name();
    provide_panels();
    provide_toasts();
    provide_notice();
    // Above the pages, so that sound, uploads and the line go on while another page is looked at.
    provide_live();
    provide_player();
    provide_uploads();
    let help = RwSignal::new(false);
    listen(help);
    view! {
        // The router would scroll there; the browser takes the focus along.
        <a class="skip" href="#main" rel="external">"Skip to the main pane"</a>
        <div class="shell">
            <Rail/>
            <Outlet/>
            <Scrim/>
        </div>
        <Toasts/>
        <KeyHelp open=help/>
    }
}

#[component]
fn Rail() -> impl IntoView {
    let panels = crate::ui::use_panels();
    let path = use_location().pathname;
    let in_chat = move || path.with(|path| path == "/" || path.starts_with("/c/"));
    view! {
        <nav class="rail" aria-label="Main" inert=move || panels.any()>
            <a class="brand" href="/" aria-label="Soundstage, home"><Logo/></a>
            <a class="tab" href="/" aria-current=move || in_chat().then_some("page")>
                <Icon name="chat"/>
                <span>"Chat"</span>
            </a>
            <AccountMenu/>
        </nav>
    }
}
