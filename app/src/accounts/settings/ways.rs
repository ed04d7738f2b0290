use contract::accounts::{Identities, IdentityView, Way};
use leptos::prelude::*;

use super::{
    act::Act,
    api::{link_identity, unlink_identity},
    section::{Section, unread},
};
use crate::{
    accounts::ways::way_icon,
    api::Failure,
    ui::{BusyButton, Confirm, Icon, Question, SpokenTime, focus_on},
};

const TITLE: &str = "Ways to sign in";
const LIST: &str = "way-list";

/// One's accounts elsewhere, and where there could be more. Not there where there can be none.
#[component]
pub(super) fn WaysSection(found: Identities) -> impl IntoView {
    let Identities {
        has_password,
        linked,
        ways,
        ..
    } = found;
    let text = if has_password {
        "Accounts elsewhere that let you in here, beside your password."
    } else {
        "Accounts elsewhere that let you in here."
    };
    let offered = !ways.is_empty();
    let ways = StoredValue::new(ways);
    let linked = RwSignal::new(linked);
    let unlinking = Question::<IdentityView>::new();
    let is_there = Memo::new(move |_| offered || !linked.with(Vec::is_empty));
    move || {
        is_there.get().then(|| {
            let offers = ways.get_value().into_iter();
            let offers = offers
                .map(|way| view! { <OfferedRow way linked/> })
                .collect_view();
            view! {
                <Section id="ways-in" title=TITLE text=text>
                    <ul class="card set-rows ways" id=LIST tabindex="-1" aria-labelledby="ways-in">
                        <For each=move || linked.get() key=|identity| identity.id let:identity>
                            <LinkedRow identity unlinking/>
                        </For>
                        {offers}
                    </ul>
                    {move || unlinking.about().map(|identity| view! { <Unlink identity unlinking linked/> })}
                </Section>
            }
        })
    }
}

#[component]
pub(super) fn WaysUnread(
    read: Resource<Result<Identities, Failure>>,
    failure: Failure,
) -> impl IntoView {
    view! {
        <Section id="ways-in" title=TITLE text="Accounts elsewhere that let you in here.">
            {unread(read, "They could not be read", &failure)}
        </Section>
    }
}

#[component]
fn LinkedRow(identity: IdentityView, unlinking: Question<IdentityView>) -> impl IntoView {
    let asked = identity.clone();
    let IdentityView {
        way,
        label,
        email,
        linked_at,
        used_at,
        ..
    } = identity;
    let name = match &email {
        Some(email) => ["Unlink ", &label, ", ", email].concat(),
        None => ["Unlink ", &label].concat(),
    };
    let (did, at) = match used_at {
        Some(at) => ("used ", at),
        None => ("linked ", linked_at),
    };
    view! {
        <li>
            <Icon name=way_icon(&way)/>
            <div>
                <b>{label}</b>
                <small>
                    {email.as_deref().unwrap_or("No email").to_owned()} ", "
                    <span class="nowrap">{did} <SpokenTime at=at/></span>
                </small>
            </div>
            <div class="end">
                <button
                    type="button"
                    class="btn sm"
                    aria-label=name
                    on:click=move |_| unlinking.ask(asked.clone())
                >
                    "Unlink"
                </button>
            </div>
        </li>
    }
}

/// A way to link an account of: the first one, or one more.
#[component]
fn OfferedRow(way: Way, linked: RwSignal<Vec<IdentityView>>) -> impl IntoView {
    let act = Act::new();
    let Way { name, label } = way;
    let icon = way_icon(&name);
    let of_this_way = name.clone();
    let link = move |()| {
        act.run(link_identity(name.clone()), |address| {
            _ = window().location().assign(&address);
        });
    };
    let aria = ["Link ", &label].concat();
    let another = ["Another ", &label, " account"].concat();
    let has_one =
        Memo::new(move |_| linked.with(|linked| linked.iter().any(|one| one.way == of_this_way)));
    let what = move || {
        if has_one.get() {
            view! {
                <Icon name="plus"/>
                <b>{another.clone()}</b>
            }
            .into_any()
        } else {
            view! {
                <Icon name=icon/>
                <div>
                    <b>{label.clone()}</b>
                    <small>"Not linked"</small>
                </div>
            }
            .into_any()
        }
    };
    view! {
        <li>
            {what}
            <div class="end">
                <BusyButton class="btn sm" label="Link" working="Opening" aria=aria busy=act.busy() on_press=link/>
            </div>
        </li>
    }
}

#[component]
fn Unlink(
    identity: IdentityView,
    unlinking: Question<IdentityView>,
    linked: RwSignal<Vec<IdentityView>>,
) -> impl IntoView {
    let act = Act::new();
    let IdentityView {
        id, label, email, ..
    } = identity;
    let title = ["Unlink ", &label, "?"].concat();
    let who = email.as_deref().unwrap_or("That account");
    let text = [
        who,
        " will no longer sign you in here. You can link it again at any time.",
    ]
    .concat();
    let yes = move |()| {
        let done = [&label, " is unlinked."].concat();
        act.run_or(
            unlink_identity(id),
            move |()| {
                unlinking.close();
                linked.update(|linked| linked.retain(|one| one.id != id));
                act.toasts.done(done);
                focus_on(LIST);
            },
            // It stays. The sentence says what to do first, and that is not in the dialog.
            move |failure| {
                unlinking.close();
                act.toasts.failed(failure.message());
            },
        );
    };
    view! {
        <Confirm
            open=unlinking.open
            title=title
            text=text
            yes="Unlink"
            working="Unlinking"
            busy=act.busy()
            on_yes=yes
        />
    }
}
