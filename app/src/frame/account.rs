use contract::accounts::Me;
use leptos::{html, prelude::*, server_fn::ServerFn};
use leptos_router::hooks::use_location;

use super::theme::{Theme, use_theme};
use crate::{
    accounts::api::SignOut,
    ui::{Avatar, Icon, Seg},
    visitor::use_visitor,
};

/// The name of the one who is signed in: they may change it while the document stays.
#[derive(Clone, Copy)]
struct OwnName(RwSignal<String>);

pub(super) fn provide_own_name() {
    let name = use_visitor().me.map(|me| me.name).unwrap_or_default();
    provide_context(OwnName(RwSignal::new(name)));
}

pub fn use_own_name() -> RwSignal<String> {
    expect_context::<OwnName>().0
}

/// Who is signed in, how the app looks, and the way out. The browser's own popover: it opens before
/// wasm runs and closes by Esc or a press outside.
#[component]
pub fn AccountMenu() -> impl IntoView {
    let Some(me) = use_visitor().me else {
        return ().into_any();
    };
    let theme = use_theme();
    let chosen = Signal::derive(move || {
        Theme::ALL
            .iter()
            .position(|one| *one == theme.get())
            .unwrap_or(0)
    });
    let choose = move |at: usize| {
        if let Some(next) = Theme::ALL.get(at) {
            theme.choose(*next);
        }
    };
    let name = use_own_name();
    let initials = {
        let me = me.clone();
        Memo::new(move |_| {
            Me {
                name: name.get(),
                ..me.clone()
            }
            .initials()
        })
    };
    let path = use_location().pathname;
    let in_settings = move || path.with(|path| path.starts_with("/settings"));
    let popover = NodeRef::<html::Div>::new();
    let hide = move |_| {
        if let Some(popover) = popover.get_untracked() {
            _ = popover.hide_popover();
        }
    };
    view! {
        <div class="rail-foot">
            <a
                class="to-settings"
                href="/settings"
                aria-label="Settings"
                aria-current=move || in_settings().then_some("page")
            >
                <Icon name="settings"/>
                <span class="narrow-only">"Settings"</span>
            </a>
            <button
                class="account"
                type="button"
                popovertarget="account"
                aria-label=move || name.with(|name| [name, ", account"].concat())
            >
                {move || view! { <Avatar initials=initials.get()/> }}
                <span class="narrow-only">"Account"</span>
            </button>
        </div>
        <div class="menu pop account-menu" id="account" popover="auto" role="group" aria-label="Account" node_ref=popover>
            <div class="who">
                {move || view! { <Avatar initials=initials.get()/> }}
                <div>
                    <b>{move || name.get()}</b>
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
            <a href="/settings" on:click=hide>
                <Icon name="settings"/>
                "Settings"
            </a>
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
