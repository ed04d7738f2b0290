//! `/join?key=…`: somebody comes by an invitation. The form works before wasm runs.

use contract::{
    ErrorCode,
    accounts::{NAME_MAX_CHARS, Way},
};
use leptos::{ev, form::FromFormData, prelude::*, server_fn::ServerFn};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::{Door, read_door},
    form::{FormState, NewPassword, Submit, Summary},
    page::{Away, Gate, forget_key},
    settings::{
        api::{Invitation, Join, read_invitation},
        state::{a_role, may},
    },
    state,
    ways::Ways,
};
use crate::{ui::Field, visitor::use_visitor};

#[component]
pub fn JoinPage() -> impl IntoView {
    let key = use_query_map().with_untracked(|query| query.get("key"));
    let asked = key.clone();
    let door = Resource::new_blocking(|| (), |()| read_door(None));
    let invited = Resource::new_blocking(
        || (),
        move |()| {
            let asked = asked.clone();
            async move {
                match asked {
                    Some(key) => read_invitation(key).await,
                    None => Ok(None),
                }
            }
        },
    );
    forget_key("/join");
    view! {
        <Title text="Join"/>
        <Gate door=door>
            <Suspense>
                {move || {
                    let key = key.clone();
                    Suspend::new(async move {
                        let Door { ways, .. } = door.await.unwrap_or_default();
                        match (invited.await, key) {
                            (Ok(Some(invitation)), Some(key)) => {
                                view! { <JoinForm key invitation ways/> }.into_any()
                            }
                            (Ok(_), key) => view! { <NoInvitation came_by_link=key.is_some()/> }.into_any(),
                            (Err(error), _) => view! { <Away error=error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </Gate>
    }
}

#[component]
fn JoinForm(key: String, invitation: Invitation, ways: Vec<Way>) -> impl IntoView {
    let action = ServerAction::<Join>::new();
    let form = FormState::new("you can join", |code| match code {
        ErrorCode::WeakPassword => Some("password"),
        ErrorCode::Conflict => Some("email"),
        _ => None,
    });
    form.follow(action.value());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(input) = Join::from_event(&event)
            && form.passes(state::check_join(
                &input.name,
                &input.email,
                &input.password,
            ))
        {
            action.dispatch(input);
        }
    };
    let Invitation { role, invited_by } = invitation;
    let me = use_visitor().me;
    // Who is in already is sent on by these links, and the invitation would stay unused.
    let ways = if me.is_some() { Vec::new() } else { ways };
    let here_already = me.map(|me| {
        let text = format!(
            "You are signed in as {}. Joining makes another account and signs you in to it.",
            me.name
        );
        view! { <p class="faint aside">{text}</p> }
    });
    view! {
        <section class="form" aria-labelledby="join">
            <div>
                <h1 id="join">"Join this studio"</h1>
                <p class="lede">
                    <b>{invited_by}</b>
                    {format!(" invited you as {}. {}", a_role(role), may(role))}
                </p>
            </div>
            <form action=Join::url() method="post" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Summary form=form/>
                <input type="hidden" name="key" value=key.clone()/>
                <Field
                    id="name"
                    label="Your name"
                    autocomplete="name"
                    maxlength=NAME_MAX_CHARS
                    error=form.error("name")
                />
                <Field id="email" label="Email" kind="email" autocomplete="username" error=form.error("email")/>
                <NewPassword id="password" label="Password" error=form.error("password")/>
                <Submit pending=action.pending() label="Join" busy="Joining"/>
            </form>
            <Ways ways or="or join with" does="Join with" along=Some(("key", key))/>
            {here_already}
        </section>
    }
}

/// Without a link, the address was typed or the page was loaded again: its key is gone from the address.
#[component]
fn NoInvitation(came_by_link: bool) -> impl IntoView {
    let (title, lede) = if came_by_link {
        (
            "This invitation is no longer good",
            "It has been used or withdrawn, or it is older than a week. Ask whoever sent it for a new one.",
        )
    } else {
        (
            "Open your invitation once more",
            "This page needs the link that you were sent, whole.",
        )
    };
    view! {
        <section class="form" aria-labelledby="stale">
            <div>
                <h1 id="stale">{title}</h1>
                <p class="lede">{lede}</p>
            </div>
            <a class="btn wide" href="/sign-in" rel="external">"I have an account"</a>
        </section>
    }
}
