//! Every page and its address.

use leptos::prelude::*;
use leptos_meta::{Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{ParentRoute, Route, Router, Routes},
    path,
};

use crate::{
    accounts::{
        join::JoinPage,
        page::{SetUpPage, SignInPage},
        settings::page::{
            AppearancePage, AuditPage, ConnectionsPage, PasskeysPage, PeoplePage, ProfilePage,
            SessionsPage, Settings, SettingsIndex, TokensPage,
        },
    },
    chat::{page::ChatPage, shared::SharedPage},
    facts::FactsPage,
    frame::Frame,
    missing::Missing,
    visitor::provide_visitor,
};

/// The whole app. Server and browser begin here.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    provide_visitor();
    crate::pwa::register();
    view! {
        <Title formatter=|title: String| if title.is_empty() { "Soundstage".into() } else { [&title, " · Soundstage"].concat() }/>
        <Router>
            <Routes fallback=Missing>
                <Route path=path!("/sign-in") view=SignInPage ssr=SsrMode::Async/>
                <Route path=path!("/set-up") view=SetUpPage ssr=SsrMode::Async/>
                <Route path=path!("/join") view=JoinPage ssr=SsrMode::Async/>
                <Route path=path!("/shared") view=SharedPage ssr=SsrMode::Async/>
                // The frame stays in place while the pages inside it change.
                <ParentRoute path=path!("") view=Frame ssr=SsrMode::Async>
                    <Route path=path!("/facts") view=FactsPage ssr=SsrMode::Async/>
                    <ParentRoute path=path!("/settings") view=Settings ssr=SsrMode::Async>
                        <Route path=path!("") view=SettingsIndex ssr=SsrMode::Async/>
                        <Route path=path!("/profile") view=ProfilePage ssr=SsrMode::Async/>
                        <Route path=path!("/connections") view=ConnectionsPage ssr=SsrMode::Async/>
                        <Route path=path!("/sessions") view=SessionsPage ssr=SsrMode::Async/>
                        <Route path=path!("/passkeys") view=PasskeysPage ssr=SsrMode::Async/>
                        <Route path=path!("/tokens") view=TokensPage ssr=SsrMode::Async/>
                        <Route path=path!("/appearance") view=AppearancePage ssr=SsrMode::Async/>
                        <Route path=path!("/people") view=PeoplePage ssr=SsrMode::Async/>
                        <Route path=path!("/audit") view=AuditPage ssr=SsrMode::Async/>
                    </ParentRoute>
                    // One chat page for every conversation: going from one to the next keeps the list,
                    // the player and the uploads. It reads from the address which one is open.
                    <ParentRoute path=path!("") view=ChatPage ssr=SsrMode::Async>
                        <Route path=path!("/") view=|| () ssr=SsrMode::Async/>
                        <Route path=path!("/c/:id") view=|| () ssr=SsrMode::Async/>
                    </ParentRoute>
                </ParentRoute>
            </Routes>
        </Router>
    }
}
