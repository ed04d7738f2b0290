use contract::{SessionId, accounts::SessionView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    act::Act,
    api::{end_other_sessions, end_session, sessions},
    section::{PlacePane, Section, reading},
    state::Place,
};
use crate::ui::{BusyButton, Icon, SpokenTime, focus_on};

#[component]
pub fn SessionsPage() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| sessions());
    let open = RwSignal::new(Vec::<SessionView>::new());
    view! {
        <Title text="Sessions"/>
        <PlacePane place=Place::Sessions>
            <Section
                id="signed-in"
                title="Where you are signed in"
                text="One you do not know? Sign it out, then change your password."
                act=move || view! { <EndOthers open/> }
            >
                {reading(read, "Your sessions could not be read", move |found| view! { <Sessions found open/> })}
            </Section>
        </PlacePane>
    }
}

#[component]
fn EndOthers(open: RwSignal<Vec<SessionView>>) -> impl IntoView {
    let act = Act::new();
    let end = move |()| {
        act.run(end_other_sessions(), move |()| {
            open.update(|open| open.retain(|session| session.is_this));
            act.toasts.done("You are signed out everywhere else.");
            focus_on(LIST);
        });
    };
    let others = Memo::new(move |_| open.with(|open| open.iter().any(|session| !session.is_this)));
    move || {
        others.get().then(|| {
            view! {
                <BusyButton
                    class="btn sm danger"
                    label="Sign out the others"
                    working="Signing out"
                    busy=act.busy()
                    on_press=end
                />
            }
        })
    }
}

const LIST: &str = "session-list";

#[component]
fn Sessions(found: Vec<SessionView>, open: RwSignal<Vec<SessionView>>) -> impl IntoView {
    // The one at hand first: it is what the others are compared with.
    let (this, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|session| session.is_this);
    open.set(this.into_iter().chain(others).collect());
    view! {
        <ul class="card set-rows" id=LIST tabindex="-1" aria-labelledby="signed-in">
            <For each=move || open.get() key=|session| session.id let:session>
                <SessionRow session open/>
            </For>
        </ul>
    }
}

#[component]
fn SessionRow(session: SessionView, open: RwSignal<Vec<SessionView>>) -> impl IntoView {
    let SessionView {
        id,
        device,
        is_phone,
        address,
        seen_at,
        is_this,
        ..
    } = session;
    let label = ["Sign out ", &device].concat();
    let seen = if is_this {
        view! { "active now" }.into_any()
    } else {
        view! { "last seen " <SpokenTime at=seen_at/> }.into_any()
    };
    view! {
        <li>
            <Icon name=if is_phone { "mobile" } else { "device" }/>
            <div>
                <b>
                    {device}
                    {is_this.then(|| view! { <span class="badge">"This one"</span> })}
                </b>
                <small><span class="num">{address}</span> ", " {seen}</small>
            </div>
            <div class="end">
                {(!is_this).then(|| view! { <EndSession id label open/> })}
            </div>
        </li>
    }
}

#[component]
fn EndSession(id: SessionId, label: String, open: RwSignal<Vec<SessionView>>) -> impl IntoView {
    let act = Act::new();
    let end = move |()| {
        act.run(end_session(id), move |()| {
            open.update(|open| open.retain(|session| session.id != id));
            act.toasts.done("That session is signed out.");
            focus_on(LIST);
        });
    };
    view! {
        <BusyButton class="btn sm" label="Sign out" working="Signing out" aria=label busy=act.busy() on_press=end/>
    }
}
