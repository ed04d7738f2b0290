use contract::accounts::{NAME_MAX_CHARS, NewToken, Role, Scope, TOKEN_DAYS, TokenView};
use leptos::{ev, prelude::*};

use super::{
    act::Act,
    api::make_token,
    state::{check_token, life, scopes_for},
};
use crate::{
    accounts::form::{FormState, Summary},
    ui::{Banner, BannerKind, BusyButton, CopyField, Dialog, DialogFoot, Field, Icon, Select},
    visitor::use_visitor,
};

/// Ninety days, unless somebody chooses otherwise.
const USUAL: usize = 2;

/// First the form, then, once, what was made.
#[component]
pub(super) fn TokenDialog(open: RwSignal<bool>, list: RwSignal<Vec<TokenView>>) -> impl IntoView {
    let secret = RwSignal::new(None::<String>);
    let made = move |made: NewToken| {
        list.update(|list| list.insert(0, made.token));
        secret.set(Some(made.secret));
        // Closed while it was being made, it would be lost.
        open.set(true);
    };
    view! {
        <Dialog open title="New token">
            {move || match secret.get() {
                None => view! { <TokenForm open on_made=made/> }.into_any(),
                Some(secret) => view! { <Secret open secret/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn TokenForm(open: RwSignal<bool>, #[prop(into)] on_made: Callback<NewToken>) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("the token can be made", |_| None);
    let name = RwSignal::new(String::new());
    let scopes = RwSignal::new(Vec::<Scope>::new());
    let days = RwSignal::new(USUAL);
    let lives: Vec<Option<u32>> = TOKEN_DAYS.into_iter().map(Some).chain([None]).collect();
    let options: Vec<String> = lives.iter().copied().map(life).collect();
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (name, scopes) = (name.get_untracked(), scopes.get_untracked());
        if form.passes(check_token(&name, &scopes)) {
            let days = lives.get(days.get_untracked()).copied().flatten();
            act.run_or(
                make_token(name.trim().to_owned(), scopes, days),
                move |made| on_made.run(made),
                move |failure| form.refuse(&failure),
            );
        }
    };
    let role = use_visitor().me.map_or(Role::Member, |me| me.role);
    let choices = scopes_for(role)
        .into_iter()
        .map(|scope| view! { <ScopeChoice scope scopes/> })
        .collect_view();
    let unscoped = form.error("scopes");
    view! {
        <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
            <Summary form=form/>
            <Field
                id="token-name"
                label="Name"
                autofocus=true
                autocomplete="off"
                maxlength=NAME_MAX_CHARS
                error=form.error("token-name")
                on_input=move |text| name.set(text)
            />
            <fieldset
                class="field"
                id="scopes"
                tabindex="-1"
                aria-describedby=move || unscoped.with(Option::is_some).then_some("scopes-error")
            >
                <legend class="label">"What it may do"</legend>
                {choices}
                {move || unscoped.get().map(|text| view! {
                    <span class="error" id="scopes-error">
                        <Icon name="warn" small=true/>
                        {text}
                    </span>
                })}
            </fieldset>
            <div class="field">
                <label for="token-life">"How long it lasts"</label>
                <Select id="token-life" options=options chosen=days on_choose=move |at| days.set(at)/>
            </div>
            <DialogFoot open>
                <BusyButton class="btn primary" label="Make token" working="Making" busy=act.busy()/>
            </DialogFoot>
        </form>
    }
}

#[component]
fn ScopeChoice(scope: Scope, scopes: RwSignal<Vec<Scope>>) -> impl IntoView {
    let toggle = move |event: ev::Event| {
        let on = event_target_checked(&event);
        scopes.update(|scopes| {
            scopes.retain(|one| *one != scope);
            if on {
                scopes.push(scope);
                scopes.sort_unstable();
            }
        });
    };
    view! {
        <label class="check">
            <input type="checkbox" on:change=toggle/>
            <span>{scope.meaning()}</span>
            <code>{scope.as_str()}</code>
        </label>
    }
}

#[component]
fn Secret(open: RwSignal<bool>, secret: String) -> impl IntoView {
    view! {
        <Banner kind=BannerKind::Note>"Copy it now: it is not shown again."</Banner>
        <CopyField id="token-secret" label="Your new token" text=secret/>
        <p class="faint">
            "Keep it like a password. A program sends it as "
            <code class="nowrap">"Authorization: Bearer …"</code>
        </p>
        <div class="dialog-foot">
            <button type="button" class="btn primary" on:click=move |_| open.set(false)>"Done"</button>
        </div>
    }
}
