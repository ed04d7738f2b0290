use contract::accounts::{InviteView, NAME_MAX_CHARS, People, Role};
use leptos::{ev, prelude::*};

use super::{
    act::Act,
    api::{invite, read_people, withdraw_invite},
    state::{below, may, role_label},
};
use crate::{
    accounts::form::{FormState, Refusal},
    ui::{
        BusyButton, CopyField, Dialog, DialogFoot, Empty, Field, Icon, Select, SpokenTime, focus_on,
    },
};

const LIST: &str = "invite-list";

#[component]
pub(super) fn Invites(here: RwSignal<People>) -> impl IntoView {
    let is_empty = Memo::new(move |_| here.with(|here| here.invites.is_empty()));
    view! {
        <div class="card" id=LIST tabindex="-1" role="group" aria-labelledby="invites">
            {move || is_empty.get().then(|| view! {
                <Empty icon="mail" title="No open invitations" text="Whoever you invite is listed here until they have come."/>
            })}
            <ul class="set-rows">
                <For each=move || here.with(|here| here.invites.clone()) key=|invite| invite.id let:invite>
                    <InviteRow invite here/>
                </For>
            </ul>
        </div>
    }
}

#[component]
fn InviteRow(invite: InviteView, here: RwSignal<People>) -> impl IntoView {
    let InviteView {
        id,
        role,
        note,
        invited_by,
        expires_at,
    } = invite;
    let act = Act::new();
    let name = if note.trim().is_empty() {
        "Without a name".to_owned()
    } else {
        note
    };
    let withdraw = move |()| {
        act.run(withdraw_invite(id), move |()| {
            here.update(|here| here.invites.retain(|invite| invite.id != id));
            act.toasts.done("The invitation is withdrawn.");
            focus_on(LIST);
        });
    };
    view! {
        <li>
            <Icon name="mail"/>
            <div>
                <b>{name.clone()} <span class="badge">{role_label(role)}</span></b>
                <small>"Invited by " {invited_by} ", open until " <SpokenTime at=expires_at/></small>
            </div>
            <div class="end">
                <BusyButton
                    class="btn sm"
                    label="Withdraw"
                    working="Withdrawing"
                    aria=["Withdraw the invitation, ", &name].concat()
                    busy=act.busy()
                    on_press=withdraw
                />
            </div>
        </li>
    }
}

/// First whom, then, once, the link for them.
#[component]
pub(super) fn InviteDialog(
    open: RwSignal<bool>,
    mine: Role,
    here: RwSignal<People>,
) -> impl IntoView {
    let link = RwSignal::new(None::<String>);
    let reading = Act::new();
    let made = move |made: String| {
        link.set(Some(made));
        // Closed while it was being made, it would be lost.
        open.set(true);
        reading.run(read_people(), move |found| here.set(found));
    };
    view! {
        <Dialog open title="Invite somebody">
            {move || match link.get() {
                None => view! { <InviteForm open mine on_made=made/> }.into_any(),
                Some(link) => view! { <Link open link/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn InviteForm(
    open: RwSignal<bool>,
    mine: Role,
    #[prop(into)] on_made: Callback<String>,
) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("the link can be made", |_| None);
    let note = RwSignal::new(String::new());
    let roles = below(mine);
    let options: Vec<String> = roles
        .iter()
        .map(|role| role_label(*role).to_owned())
        .collect();
    let at = RwSignal::new(0);
    let role = Signal::derive(move || roles.get(at.get()).copied().unwrap_or(Role::Member));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        act.run_or(
            invite(role.get_untracked(), note.get_untracked().trim().to_owned()),
            move |link| on_made.run(link),
            move |failure| form.refuse(&failure),
        );
    };
    view! {
        <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
            <Refusal form=form/>
            <Field
                id="invite-note"
                label="For whom"
                autofocus=true
                autocomplete="off"
                maxlength=NAME_MAX_CHARS
                optional=true
                on_input=move |text| note.set(text)
            />
            <div class="field">
                <label for="invite-role">"As"</label>
                <Select id="invite-role" options=options chosen=at on_choose=move |to| at.set(to)/>
                <span class="hint">{move || may(role.get())}</span>
            </div>
            <DialogFoot open>
                <BusyButton class="btn primary" label="Make link" working="Making" busy=act.busy()/>
            </DialogFoot>
        </form>
    }
}

#[component]
fn Link(open: RwSignal<bool>, link: String) -> impl IntoView {
    view! {
        <CopyField id="invite-link" label="The invitation" text=link/>
        <p class="dim">
            "Send it to them yourself. It works once, for a week, and is not shown again: whoever has it can come in."
        </p>
        <div class="dialog-foot">
            <button type="button" class="btn primary" on:click=move |_| open.set(false)>"Done"</button>
        </div>
    }
}
