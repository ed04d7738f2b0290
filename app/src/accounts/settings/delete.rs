use contract::ErrorCode;
use leptos::{ev, form::FromFormData, prelude::*};

use super::{
    act::Act,
    api::{DeleteAccount, delete_account},
    section::Section,
    state::check_proof,
};
use crate::{
    accounts::form::{FormState, Refusal},
    ui::{BusyButton, Dialog, DialogFoot, Icon, PasswordField, Question},
};

#[component]
pub(super) fn DeleteSection(has_password: bool) -> impl IntoView {
    let question = Question::<()>::new();
    view! {
        <Section
            id="delete-account"
            title="Delete account"
            text="For good. Nobody can bring it back, not even the owner."
        >
            <ul class="card set-rows">
                <li>
                    <Icon name="trash"/>
                    <div>
                        <b>"Your account and all that is in it"</b>
                        <small>"Conversations, files, analyses and API tokens. Export first what you want to keep."</small>
                    </div>
                    <div class="end">
                        <button type="button" class="btn sm danger" on:click=move |_| question.ask(())>
                            "Delete account"
                        </button>
                    </div>
                </li>
            </ul>
        </Section>
        {move || question.about().map(|()| view! { <DeleteDialog open=question.open has_password/> })}
    }
}

/// Without a password to ask for, the server wants a fresh sign-in, and says so.
#[component]
fn DeleteDialog(open: RwSignal<bool>, has_password: bool) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("the account can be deleted", |code| match code {
        ErrorCode::WrongCredentials => Some("password"),
        _ => None,
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Ok(DeleteAccount { password }) = DeleteAccount::from_event(&event) else {
            return;
        };
        if form.passes(check_proof(has_password.then_some(password.as_str()))) {
            act.run_or(
                delete_account(password),
                |()| _ = window().location().set_href("/sign-in"),
                move |failure| form.refuse(&failure),
            );
        }
    };
    view! {
        <Dialog open title="Delete your account?">
            <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <p class="dim">
                    "Your conversations, files, analyses and API tokens go for good, and you are signed out everywhere."
                </p>
                <Refusal form=form/>
                {if has_password {
                    view! {
                        <PasswordField
                            id="password"
                            label="Your password"
                            autofocus=true
                            autocomplete="current-password"
                            error=form.error("password")
                        />
                    }
                    .into_any()
                } else {
                    view! { <input type="hidden" name="password" value=""/> }.into_any()
                }}
                <DialogFoot open autofocus=!has_password>
                    <BusyButton class="btn danger" label="Delete account" working="Deleting" busy=act.busy()/>
                </DialogFoot>
            </form>
        </Dialog>
    }
}
