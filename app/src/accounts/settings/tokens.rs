use contract::accounts::{Scope, TokenView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    act::Act,
    api::{revoke_token, tokens},
    section::{PlacePane, Section, reading},
    state::Place,
    token_dialog::TokenDialog,
};
use crate::ui::{Confirm, Empty, Icon, Question, SpokenTime, focus_on, time::browser_now};

#[component]
pub fn TokensPage() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| tokens());
    let list = RwSignal::new(Vec::<TokenView>::new());
    let new = Question::<()>::new();
    view! {
        <Title text="API tokens"/>
        <PlacePane place=Place::Tokens>
            <Section
                id="tokens"
                title="For scripts and machines"
                text="A token lets a program work as you. It is shown once, then only its last four characters."
                act=move || view! {
                    <button type="button" class="btn sm" on:click=move |_| new.ask(())>
                        <Icon name="plus" small=true/>
                        "New token"
                    </button>
                }
            >
                {reading(read, "Your tokens could not be read", move |found| view! { <Tokens found list/> })}
            </Section>
            {move || new.about().map(|()| view! { <TokenDialog open=new.open list/> })}
        </PlacePane>
    }
}

const LIST: &str = "token-list";

#[component]
fn Tokens(found: Vec<TokenView>, list: RwSignal<Vec<TokenView>>) -> impl IntoView {
    list.set(found);
    let revoking = Question::<TokenView>::new();
    let is_empty = Memo::new(move |_| list.with(Vec::is_empty));
    view! {
        <div class="card" id=LIST tabindex="-1" role="group" aria-labelledby="tokens">
            {move || is_empty.get().then(|| view! {
                <Empty
                    icon="key"
                    title="No tokens yet"
                    text="Make one for a script that uploads mixes or reads critiques for you."
                />
            })}
            <ul class="set-rows">
                <For each=move || list.get() key=|token| token.id let:token>
                    <TokenRow token revoking/>
                </For>
            </ul>
        </div>
        {move || revoking.about().map(|token| view! { <Revoke token revoking list/> })}
    }
}

#[component]
fn TokenRow(token: TokenView, revoking: Question<TokenView>) -> impl IntoView {
    let asked = token.clone();
    let TokenView {
        name,
        ends_in,
        scopes,
        used_at,
        expires_at,
        ..
    } = token;
    // The browser's clock says whether it is over, once there is one.
    let is_over = RwSignal::new(false);
    Effect::new(move || is_over.set(expires_at.is_some_and(|end| end <= browser_now())));
    let used = match used_at {
        Some(at) => view! { "used " <SpokenTime at=at/> }.into_any(),
        None => view! { "never used" }.into_any(),
    };
    let expires = match expires_at {
        Some(at) => view! {
            {move || if is_over.get() { "expired " } else { "expires " }}
            <SpokenTime at=at/>
        }
        .into_any(),
        None => view! { "no end" }.into_any(),
    };
    view! {
        <li>
            <Icon name="key"/>
            <div>
                <b>
                    {name.clone()}
                    {move || is_over.get().then(|| view! { <span class="badge danger">"Expired"</span> })}
                </b>
                <small><span class="num">{["ss_…", &ends_in].concat()}</span> ", " {used} ", " {expires}</small>
                <small class="scopes">{scopes.into_iter().map(scope).collect_view()}</small>
            </div>
            <div class="end">
                <button
                    type="button"
                    class="btn sm danger"
                    aria-label=["Revoke ", &name].concat()
                    on:click=move |_| revoking.ask(asked.clone())
                >
                    "Revoke"
                </button>
            </div>
        </li>
    }
}

fn scope(scope: Scope) -> impl IntoView {
    view! { <span class="num" title=scope.meaning()>{scope.as_str()}</span> " " }
}

#[component]
fn Revoke(
    token: TokenView,
    revoking: Question<TokenView>,
    list: RwSignal<Vec<TokenView>>,
) -> impl IntoView {
    let act = Act::new();
    let id = token.id;
    let yes = move |()| {
        act.run(revoke_token(id), move |()| {
            revoking.close();
            list.update(|list| list.retain(|token| token.id != id));
            act.toasts.done("The token is revoked.");
            focus_on(LIST);
        });
    };
    view! {
        <Confirm
            open=revoking.open
            title=["Revoke “", &token.name, "”?"].concat()
            text="Whatever uses it is refused from now on. It cannot be brought back."
            yes="Revoke token"
            working="Revoking"
            danger=true
            busy=act.busy()
            on_yes=yes
        />
    }
}
