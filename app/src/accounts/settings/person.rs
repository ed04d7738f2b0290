//! One of the people, and what can be changed about them.

use contract::accounts::{Me, People, PersonView, Role, Standing};
use leptos::prelude::*;

use super::{
    act::Act,
    api::{lift_second_factor, remove_person, set_role, suspend},
    people::LIST,
    state::{a_role, below, may, role_label},
};
use crate::ui::{Avatar, BusyButton, Confirm, Icon, Question, Select, SpokenTime, focus_on};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Role(Role),
    Suspend,
    LiftFactor,
    Remove,
}

/// What the dialog asks: whether this shall happen to this person.
#[derive(Clone, Debug)]
pub(super) struct Ask {
    person: PersonView,
    change: Change,
}

#[component]
pub(super) fn PersonRow(
    me: Me,
    person: Memo<Option<PersonView>>,
    here: RwSignal<People>,
    question: Question<Ask>,
) -> impl IntoView {
    move || {
        let PersonView {
            id,
            name,
            email,
            role,
            standing,
            seen_at,
            may_govern,
            ..
        } = person.get()?;
        let is_me = id == me.id;
        let is_governed = may_govern && !is_me;
        let initials = Me {
            name: name.clone(),
            ..me.clone()
        }
        .initials();
        let seen = match seen_at {
            Some(at) => view! { "last seen " <SpokenTime at=at/> }.into_any(),
            None => view! { "not signed in" }.into_any(),
        };
        let roles = if is_governed {
            below(me.role)
        } else {
            Vec::new()
        };
        let acts = is_governed.then(|| view! { <PersonActs person here question/> });
        let row = view! {
            <li>
                <Avatar initials/>
                <div>
                    <b>
                        {name.clone()}
                        {(roles.len() < 2).then(|| view! { <span class=role_class(role)>{role_label(role)}</span> })}
                        {is_me.then(|| view! { <span class="badge">"You"</span> })}
                        {(standing == Standing::Suspended)
                            .then(|| view! { <span class="badge danger">"Suspended"</span> })}
                    </b>
                    <small>{email} ", " {seen}</small>
                </div>
                <div class="end">
                    {(roles.len() > 1).then(|| view! { <RoleChoice name roles person question/> })}
                    {acts}
                </div>
            </li>
        };
        Some(row)
    }
}

fn role_class(role: Role) -> &'static str {
    match role {
        Role::Owner => "badge strong",
        Role::Admin => "badge line",
        Role::Member => "badge",
    }
}

#[component]
fn RoleChoice(
    name: String,
    roles: Vec<Role>,
    person: Memo<Option<PersonView>>,
    question: Question<Ask>,
) -> impl IntoView {
    let options = roles
        .iter()
        .map(|role| role_label(*role).to_owned())
        .collect::<Vec<_>>();
    let known = roles.clone();
    let chosen = Signal::derive(move || {
        let role = person.with(|person| person.as_ref().map(|person| person.role));
        known.iter().position(|one| Some(*one) == role).unwrap_or(0)
    });
    let choose = move |at: usize| {
        if let (Some(person), Some(role)) = (person.get_untracked(), roles.get(at))
            && person.role != *role
        {
            question.ask(Ask {
                person,
                change: Change::Role(*role),
            });
        }
    };
    view! { <Select label=["Role of ", &name].concat() options chosen on_choose=choose small=true/> }
}

#[component]
fn PersonActs(
    person: Memo<Option<PersonView>>,
    here: RwSignal<People>,
    question: Question<Ask>,
) -> impl IntoView {
    let act = Act::new();
    let ask = move |change| {
        if let Some(person) = person.get_untracked() {
            question.ask(Ask { person, change });
        }
    };
    let lift = move |()| {
        let Some(PersonView { id, name, .. }) = person.get_untracked() else {
            return;
        };
        act.run(suspend(id, false), move |()| {
            alter(here, id, |person| person.standing = Standing::Active);
            act.toasts.done([&name, " may come in again."].concat());
            focus_on(LIST);
        });
    };
    let whether = |holds: fn(&PersonView) -> bool| {
        Memo::new(move |_| person.with(|person| person.as_ref().is_some_and(holds)))
    };
    let is_suspended = whether(|person| person.standing == Standing::Suspended);
    let has_factor = whether(|person| person.has_second_factor);
    let name = person
        .get_untracked()
        .map(|person| person.name)
        .unwrap_or_default();
    let suspended = move || {
        if is_suspended.get() {
            view! { <BusyButton class="btn sm" label="Lift" working="Lifting" busy=act.busy() on_press=lift/> }
                .into_any()
        } else {
            view! {
                <button type="button" class="btn sm" on:click=move |_| ask(Change::Suspend)>"Suspend"</button>
            }
            .into_any()
        }
    };
    let whose = name.clone();
    let factor = move || {
        has_factor.get().then(|| {
            view! {
                <button
                    type="button"
                    class="icon-btn sm"
                    title="Second factor is on"
                    aria-label=["Turn off the second factor of ", &whose].concat()
                    on:click=move |_| ask(Change::LiftFactor)
                >
                    <Icon name="mobile" small=true/>
                </button>
            }
        })
    };
    view! {
        {factor}
        {suspended}
        <button
            type="button"
            class="icon-btn sm"
            aria-label=["Remove ", &name].concat()
            on:click=move |_| ask(Change::Remove)
        >
            <Icon name="trash" small=true/>
        </button>
    }
}

#[component]
pub(super) fn ChangeDialog(
    ask: Ask,
    question: Question<Ask>,
    here: RwSignal<People>,
) -> impl IntoView {
    let Ask { person, change } = ask;
    let (title, text, yes, working) = words(&person, change);
    let act = Act::new();
    let on_yes = move |()| {
        let (id, name) = (person.id, person.name.clone());
        let work = async move {
            match change {
                Change::Role(role) => set_role(id, role).await,
                Change::Suspend => suspend(id, true).await,
                Change::LiftFactor => lift_second_factor(id).await,
                Change::Remove => remove_person(id).await,
            }
        };
        act.run(work, move |()| {
            question.close();
            let said = match change {
                Change::Role(role) => {
                    alter(here, id, |person| person.role = role);
                    [&name, " is now ", a_role(role), "."].concat()
                }
                Change::Suspend => {
                    alter(here, id, |person| person.standing = Standing::Suspended);
                    [&name, " is suspended."].concat()
                }
                Change::LiftFactor => {
                    alter(here, id, |person| person.has_second_factor = false);
                    [&name, " signs in by password alone."].concat()
                }
                Change::Remove => {
                    here.update(|here| here.people.retain(|person| person.id != id));
                    [&name, " is removed."].concat()
                }
            };
            act.toasts.done(said);
            focus_on(LIST);
        });
    };
    view! {
        <Confirm
            open=question.open
            title=title
            text=text
            yes=yes
            working=working
            danger=!matches!(change, Change::Role(_))
            busy=act.busy()
            on_yes=on_yes
        />
    }
}

/// Title, what will happen, the button, and the button at work.
fn words(person: &PersonView, change: Change) -> (String, String, &'static str, &'static str) {
    let name = &person.name;
    match change {
        Change::Role(role) => (
            format!("Make {name} {}?", a_role(role)),
            format!("{} They are signed out, and have it when they sign in again.", may(role)),
            "Change role",
            "Changing",
        ),
        Change::Suspend => (
            format!("Suspend {name}?"),
            "They are signed out at once and not let in until you lift it. Nothing of theirs is lost.".to_owned(),
            "Suspend",
            "Suspending",
        ),
        Change::LiftFactor => (
            format!("Turn off {name}’s second factor?"),
            "Do it only if you are sure that it is them who asks: their password alone lets them in then. Their recovery \
             codes go, too."
                .to_owned(),
            "Turn off",
            "Turning off",
        ),
        Change::Remove => (
            format!("Remove {name}?"),
            "Their account goes for good, with all their conversations and files. To only keep them out, suspend them."
                .to_owned(),
            "Remove for good",
            "Removing",
        ),
    }
}

fn alter(here: RwSignal<People>, id: contract::UserId, change: impl FnOnce(&mut PersonView)) {
    here.update(|here| {
        if let Some(person) = here.people.iter_mut().find(|person| person.id == id) {
            change(person);
        }
    });
}
