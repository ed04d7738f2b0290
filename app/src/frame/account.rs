use leptos::{html, prelude::*, server_fn::ServerFn};

use super::theme::Theme;
use crate::{
    accounts::api::SignOut,
    ui::{Avatar, Icon, Seg},
    visitor::use_visitor,
};

/// Who is signed in, how the app looks, and the way out. The browser's own popover: it opens before
/// wasm runs and closes by Esc or a press outside.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let visitor = use_visitor();
    let Some(me) = visitor.me else {
        return ().into_any();
    };
    let theme = RwSignal::new(visitor.theme);
    let chosen = Signal::derive(move || {
        Theme::ALL
            .iter()
            .position(|one| *one == theme.get())
            .unwrap_or(0)
    });
    let choose = move |at: usize| {
        if let Some(next) = Theme::ALL.get(at) {
            next.apply();
            theme.set(*next);
        }
    };
    let popover = NodeRef::<html::Div>::new();
    let hide = move |_| {
        if let Some(popover) = popover.get_untracked() {
            _ = popover.hide_popover();
        }
    };
    view! {
        <div class="rail-foot">
            <button
                class="account"
                type="button"
                popovertarget="account"
                aria-label=[&me.name, ", account"].concat()
            >
                <Avatar initials=me.initials()/>
                <span class="narrow-only">"Account"</span>
            </button>
        </div>
        <div class="menu pop account-menu" id="account" popover="auto" role="group" aria-label="Account" node_ref=popover>
            <div class="who">
                <Avatar initials=me.initials()/>
                <div>
                    <b>{me.name}</b>
                    <small>{me.email}</small>
                </div>
            </div>
            <hr/>
            <div class="menu-label">"Theme"</div>
            <Seg
                label="Theme"
                options=Theme::ALL.map(Theme::label).to_vec()
                chosen=chosen
                on_choose=choose
                wide=true
            />
            <hr/>
            <a href="/facts" on:click=hide>
                <Icon name="wave"/>
                "What is measured"
            </a>
            // A plain form: it works before wasm runs, and the document that follows is a fresh one.
            <form action=SignOut::url() method="post">
                <input type="hidden" name="csrf" value=me.csrf/>
                <button type="submit">
                    <Icon name="leave"/>
                    "Sign out"
                </button>
            </form>
        </div>
    }
    .into_any()
}
