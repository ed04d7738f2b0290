use contract::ErrorCode;
use leptos::{ev, form::FromFormData, prelude::*};

use super::{
    act::Act,
    api::{ChangePassword, change_password},
    section::Section,
    state::check_change,
};
use crate::{
    accounts::form::{FormState, NewPassword, Summary},
    ui::{BusyButton, PasswordField},
};

/// Somebody who signs in elsewhere only has none yet, and proves by a fresh sign-in who they are.
#[component]
pub(super) fn PasswordSection(has_password: bool) -> impl IntoView {
    let Words {
        text,
        before,
        button,
        working,
        done,
    } = if has_password { CHANGE } else { SET };
    let act = Act::new();
    let form = FormState::new(before, |code| match code {
        ErrorCode::WrongCredentials => Some("current"),
        ErrorCode::WeakPassword => Some("new"),
        _ => None,
    });
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Ok(ChangePassword { current, new }) = ChangePassword::from_event(&event) else {
            return;
        };
        if form.passes(check_change(has_password.then_some(current.as_str()), &new)) {
            act.run_or(
                change_password(current, new),
                // The document that follows carries the new session's token.
                move |()| act.toasts.done_and_reload(done),
                move |failure| form.refuse(&failure),
            );
        }
    };
    view! {
        <Section id="password-section" title="Password" text=text>
            <form class="card set-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Summary form=form/>
                {if has_password {
                    view! {
                        <PasswordField
                            id="current"
                            label="Current password"
                            autocomplete="current-password"
                            error=form.error("current")
                        />
                    }
                    .into_any()
                } else {
                    view! { <input type="hidden" name="current" value=""/> }.into_any()
                }}
                <NewPassword id="new" label="New password" error=form.error("new")/>
                <div>
                    <BusyButton label=button working=working busy=act.busy()/>
                </div>
            </form>
        </Section>
    }
}

struct Words {
    text: &'static str,
    before: &'static str,
    button: &'static str,
    working: &'static str,
    done: &'static str,
}

const CHANGE: Words = Words {
    text: "A new one signs you out everywhere else. API tokens go on working.",
    before: "the password can be changed",
    button: "Change password",
    working: "Changing",
    done: "Your password is changed, and you are signed out elsewhere.",
};

const SET: Words = Words {
    text: "There is none yet. You sign in elsewhere; a password would be one more way in. Setting it signs you \
           out everywhere else.",
    before: "the password can be set",
    button: "Set a password",
    working: "Setting",
    done: "Your password is set, and you are signed out elsewhere.",
};
