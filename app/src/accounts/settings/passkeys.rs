use contract::{
    ErrorCode,
    accounts::{NAME_MAX_CHARS, PasskeyView, Passkeys},
};
use leptos::{ev, prelude::*};
use leptos_meta::Title;

use super::{
    act::Act,
    api::{begin_passkey, finish_passkey, read_passkeys, remove_passkey, rename_passkey},
    section::{PlacePane, Section, reading},
    state::{Place, check_passkey},
};
use crate::{
    accounts::{
        form::{FormState, Summary},
        passkey::{Errand, ask, can_ask},
    },
    ui::{
        BusyButton, Confirm, Dialog, DialogFoot, Empty, Field, Icon, PasswordField, Question,
        SpokenTime, focus_on,
    },
};

const LIST: &str = "passkey-list";

#[component]
pub fn PasskeysPage() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| read_passkeys());
    let here = RwSignal::new(Passkeys::default());
    let adding = Question::<()>::new();
    view! {
        <Title text="Passkeys"/>
        <PlacePane place=Place::Passkeys>
            <Section
                id="passkeys"
                title="Without a password"
                text="Sign in with a fingerprint, a face or a key: nothing to type, and nothing to steal."
                act=move || view! { <AddButton here adding/> }
            >
                {reading(read, "Your passkeys could not be read", move |found| view! { <List found here/> })}
            </Section>
            {move || adding.about().map(|()| view! { <AddDialog open=adding.open here/> })}
        </PlacePane>
    }
}

/// Only where both the studio's address and this browser take them.
#[component]
fn AddButton(here: RwSignal<Passkeys>, adding: Question<()>) -> impl IntoView {
    let can = RwSignal::new(true);
    Effect::new(move || can.set(can_ask()));
    let offered = Memo::new(move |_| here.with(|here| here.offered) && can.get());
    move || {
        offered.get().then(|| {
            view! {
                <button type="button" class="btn sm" on:click=move |_| adding.ask(())>
                    <Icon name="plus" small=true/>
                    "Add passkey"
                </button>
            }
        })
    }
}

#[component]
fn List(found: Passkeys, here: RwSignal<Passkeys>) -> impl IntoView {
    let why_none = if found.offered {
        "Add one for each device that you sign in with. Most keep it in step with your others."
    } else {
        "Browsers take passkeys at an https address or at localhost only. The owner sets the studio’s address by \
         SOUNDSTAGE_URL."
    };
    here.set(found);
    let renaming = Question::<PasskeyView>::new();
    let removing = Question::<PasskeyView>::new();
    let is_empty = Memo::new(move |_| here.with(|here| here.passkeys.is_empty()));
    view! {
        <div class="card" id=LIST tabindex="-1" role="group" aria-labelledby="passkeys">
            {move || is_empty.get().then(|| view! { <Empty icon="passkey" title="No passkeys yet" text=why_none/> })}
            <ul class="set-rows">
                <For
                    each=move || here.with(|here| here.passkeys.clone())
                    key=|passkey| (passkey.id, passkey.name.clone())
                    let:passkey
                >
                    <Row passkey renaming removing/>
                </For>
            </ul>
        </div>
        {move || renaming.about().map(|passkey| view! { <Rename passkey open=renaming.open here/> })}
        {move || removing.about().map(|passkey| view! { <Remove passkey removing here/> })}
    }
}

#[component]
fn Row(
    passkey: PasskeyView,
    renaming: Question<PasskeyView>,
    removing: Question<PasskeyView>,
) -> impl IntoView {
    let (renamed, removed) = (passkey.clone(), passkey.clone());
    let PasskeyView {
        name,
        added_at,
        used_at,
        ..
    } = passkey;
    let used = match used_at {
        Some(at) => view! { "used " <SpokenTime at=at/> }.into_any(),
        None => view! { "never used" }.into_any(),
    };
    view! {
        <li>
            <Icon name="passkey"/>
            <div>
                <b>{name.clone()}</b>
                <small>"Added " <SpokenTime at=added_at/> ", " {used}</small>
            </div>
            <div class="end">
                <button
                    type="button"
                    class="icon-btn sm"
                    aria-label=["Rename ", &name].concat()
                    on:click=move |_| renaming.ask(renamed.clone())
                >
                    <Icon name="edit" small=true/>
                </button>
                <button
                    type="button"
                    class="icon-btn sm"
                    aria-label=["Remove ", &name].concat()
                    on:click=move |_| removing.ask(removed.clone())
                >
                    <Icon name="trash" small=true/>
                </button>
            </div>
        </li>
    }
}

/// A name for it and the password first; then the browser asks its devices.
#[component]
fn AddDialog(open: RwSignal<bool>, here: RwSignal<Passkeys>) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("the passkey can be added", |code| match code {
        ErrorCode::WrongCredentials => Some("proof"),
        ErrorCode::Invalid => Some("passkey-name"),
        _ => None,
    });
    let has_password = here.with_untracked(|here| here.has_password);
    let (name, password) = (RwSignal::new(String::new()), RwSignal::new(String::new()));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let (name, password) = (name.get_untracked(), password.get_untracked());
        if !form.passes(check_passkey(&name, has_password.then_some(&password))) {
            return;
        }
        let work = async move {
            let question = begin_passkey(password).await?;
            let answer = ask(Errand::Make, &question).await?;
            finish_passkey(question.ticket, name.trim().to_owned(), answer).await
        };
        act.run_or(
            work,
            move |added| {
                here.update(|here| here.passkeys.push(added));
                open.set(false);
                act.toasts
                    .done("The passkey is added. It signs you in from now on.");
                focus_on(LIST);
            },
            move |failure| form.refuse(&failure),
        );
    };
    view! {
        <Dialog open title="Add a passkey">
            <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Summary form=form/>
                <Field
                    id="passkey-name"
                    label="Name"
                    autofocus=true
                    autocomplete="off"
                    maxlength=NAME_MAX_CHARS
                    error=form.error("passkey-name")
                    on_input=move |text| name.set(text)
                />
                {has_password.then(|| view! {
                    <PasswordField
                        id="proof"
                        label="Your password"
                        autocomplete="current-password"
                        error=form.error("proof")
                        on_input=move |text| password.set(text)
                    />
                })}
                <p class="faint">"Your browser asks for a finger, a face, a PIN or a key next."</p>
                <DialogFoot open>
                    <BusyButton class="btn primary" label="Add passkey" working="Waiting for it" busy=act.busy()/>
                </DialogFoot>
            </form>
        </Dialog>
    }
}

#[component]
fn Rename(passkey: PasskeyView, open: RwSignal<bool>, here: RwSignal<Passkeys>) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("it can be renamed", |_| Some("passkey-new-name"));
    let id = passkey.id;
    let name = RwSignal::new(passkey.name.clone());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let called = name.get_untracked().trim().to_owned();
        act.run_or(
            rename_passkey(id, called.clone()),
            move |()| {
                here.update(|here| {
                    let mut passkeys = here.passkeys.iter_mut();
                    if let Some(passkey) = passkeys.find(|passkey| passkey.id == id) {
                        passkey.name = called;
                    }
                });
                open.set(false);
                focus_on(LIST);
            },
            move |failure| form.refuse(&failure),
        );
    };
    view! {
        <Dialog open title="Rename the passkey">
            <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Field
                    id="passkey-new-name"
                    label="Name"
                    autofocus=true
                    autocomplete="off"
                    maxlength=NAME_MAX_CHARS
                    value=passkey.name
                    error=form.error("passkey-new-name")
                    on_input=move |text| name.set(text)
                />
                <DialogFoot open>
                    <BusyButton class="btn primary" label="Rename" working="Renaming" busy=act.busy()/>
                </DialogFoot>
            </form>
        </Dialog>
    }
}

#[component]
fn Remove(
    passkey: PasskeyView,
    removing: Question<PasskeyView>,
    here: RwSignal<Passkeys>,
) -> impl IntoView {
    let act = Act::new();
    let id = passkey.id;
    let yes = move |()| {
        act.run(remove_passkey(id), move |()| {
            removing.close();
            here.update(|here| here.passkeys.retain(|passkey| passkey.id != id));
            act.toasts.done("The passkey is removed.");
            focus_on(LIST);
        });
    };
    view! {
        <Confirm
            open=removing.open
            title=["Remove “", &passkey.name, "”?"].concat()
            text="It signs you in here no more. The device may go on offering it until you delete it there, too."
            yes="Remove passkey"
            working="Removing"
            danger=true
            busy=act.busy()
            on_yes=yes
        />
    }
}
