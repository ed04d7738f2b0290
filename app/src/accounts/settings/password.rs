use contract::{ErrorCode, accounts::PASSWORD_MIN_CHARS};
use leptos::{ev, form::FromFormData, prelude::*};

use super::{
    act::Act,
    api::{ChangePassword, change_password},
    section::Section,
    state::check_change,
};
use crate::{
    accounts::form::{FormState, StrengthMeter, Summary},
    ui::{BusyButton, PasswordField},
};

#[component]
pub(super) fn PasswordSection() -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("the password can be changed", |code| match code {
        ErrorCode::WrongCredentials => Some("current"),
        ErrorCode::WeakPassword => Some("new"),
        _ => None,
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Ok(ChangePassword { current, new }) = ChangePassword::from_event(&event) else {
            return;
        };
        if form.passes(check_change(&current, &new)) {
            act.run_or(
                change_password(current, new),
                // The document that follows carries the new session's token.
                move |()| {
                    act.toasts.done_and_reload(
                        "Your password is changed, and you are signed out elsewhere.",
                    );
                },
                move |failure| form.refuse(&failure),
            );
        }
    };
    let new = RwSignal::new(String::new());
    view! {
        <Section
            id="password-section"
            title="Password"
            text="A new one signs you out everywhere else. API tokens go on working."
        >
            <form class="card set-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Summary form=form/>
                <PasswordField
                    id="current"
                    label="Current password"
                    autocomplete="current-password"
                    error=form.error("current")
                />
                <PasswordField
                    id="new"
                    label="New password"
                    autocomplete="new-password"
                    minlength=PASSWORD_MIN_CHARS
                    error=form.error("new")
                    on_input=move |text| new.set(text)
                >
                    <StrengthMeter password=new/>
                </PasswordField>
                <div>
                    <BusyButton label="Change password" working="Changing" busy=act.busy()/>
                </div>
            </form>
        </Section>
    }
}
