//! What stays around the pages of settings: the list of them.

use contract::accounts::Role;
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::{components::Outlet, hooks::use_location};

pub use super::{
    appearance::AppearancePage, audit::AuditPage, connections::ConnectionsPage,
    passkeys::PasskeysPage, people::PeoplePage, profile::ProfilePage, sessions::SessionsPage,
    tokens::TokensPage,
};
use super::{
    profile::Profile,
    section::PlacePane,
    state::{Place, sees_studio},
};
use crate::{
    ui::{CloseList, Icon, ListPane, MainPane, NoticeBanner, use_panels},
    visitor::use_visitor,
};

#[component]
pub fn Settings() -> impl IntoView {
    view! {
        <ListPane label="All settings">
            <header class="pane-head">
                <h2>"Settings"</h2>
                <span class="push"></span>
                <CloseList/>
            </header>
            <div class="pane-body"><Places/></div>
        </ListPane>
        <MainPane>
            <Outlet/>
        </MainPane>
    }
}

/// `/settings`: the profile; on a phone, where nothing stands beside it, the list of pages.
#[component]
pub fn SettingsIndex() -> impl IntoView {
    view! {
        <Title text="Settings"/>
        <div class="narrow-only flex index">
            <header class="pane-head"><h1>"Settings"</h1></header>
            <NoticeBanner/>
            <div class="pane-body"><Places is_index=true/></div>
        </div>
        <div class="wide-only index">
            <PlacePane place=Place::Profile>
                <Profile/>
            </PlacePane>
        </div>
    }
}

#[component]
fn Places(
    /// It is the page itself: none of them is the one that is looked at.
    #[prop(optional)]
    is_index: bool,
) -> impl IntoView {
    let row = move |place| row(place, is_index);
    let role = use_visitor().me.map_or(Role::Member, |me| me.role);
    view! {
        <nav class="places" aria-label="Settings">
            <ul>{Place::OWN.map(row).collect_view()}</ul>
            {sees_studio(role).then(|| view! {
                {if is_index {
                    view! { <h2>"Studio"</h2> }.into_any()
                } else {
                    view! { <h3>"Studio"</h3> }.into_any()
                }}
                <ul aria-label="Studio">{Place::STUDIO.map(row).collect_view()}</ul>
            })}
        </nav>
    }
}

fn row(place: Place, is_index: bool) -> impl IntoView {
    let panels = use_panels();
    let path = use_location().pathname;
    let is_here =
        move || (!is_index && path.with(|path| Place::of(path) == place)).then_some("page");
    view! {
        <li>
            <a href=place.path() aria-current=is_here on:click=move |_| panels.close()>
                <Icon name=place.icon()/>
                {place.label()}
                <span class="push narrow-only"><Icon name="chev-r" small=true/></span>
            </a>
        </li>
    }
}
