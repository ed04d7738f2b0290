use contract::{
    UserId,
    accounts::{Me, People, PersonView},
};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    api::read_people,
    invites::{InviteDialog, Invites},
    person::{Ask, ChangeDialog, PersonRow},
    section::{PlacePane, Section, reading, studio_only},
    state::Place,
};
use crate::ui::{Icon, Question};

#[component]
pub fn PeoplePage() -> impl IntoView {
    view! {
        <Title text="People"/>
        <PlacePane place=Place::People>{studio_only(|me| view! { <Studio me/> })}</PlacePane>
    }
}

#[component]
fn Studio(me: Me) -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| read_people());
    let here = RwSignal::new(People::default());
    let invite = Question::<()>::new();
    let mine = me.role;
    let cards = move |found| {
        here.set(found);
        view! { <PeopleCard me=me.clone() here/> }
    };
    view! {
        <Section
            id="people"
            title="In this studio"
            text="Everybody has their own conversations and files. Nobody here sees those of another."
            act=move || view! {
                <button type="button" class="btn sm" on:click=move |_| invite.ask(())>
                    <Icon name="plus" small=true/>
                    "Invite"
                </button>
            }
        >
            {reading(read, "The people could not be read", cards)}
        </Section>
        <Section
            id="invites"
            title="Invitations"
            text="Links that nobody has used yet. Each lets one person in, once."
        >
            {reading(read, "The invitations could not be read", move |_| view! { <Invites here/> })}
        </Section>
        {move || invite.about().map(|()| view! { <InviteDialog open=invite.open mine here/> })}
    }
}

pub(super) const LIST: &str = "people-list";

#[component]
fn PeopleCard(me: Me, here: RwSignal<People>) -> impl IntoView {
    let question = Question::<Ask>::new();
    let ids = Memo::new(move |_| {
        here.with(|here| here.people.iter().map(|one| one.id).collect::<Vec<_>>())
    });
    let person = move |id: UserId| {
        Memo::new(move |_| -> Option<PersonView> {
            here.with(|here| here.people.iter().find(|one| one.id == id).cloned())
        })
    };
    view! {
        <ul class="card set-rows people" id=LIST tabindex="-1" aria-labelledby="people">
            <For each=move || ids.get() key=|id| *id let:id>
                {
                    let person = person(id);
                    view! { <PersonRow me=me.clone() person here question/> }
                }
            </For>
        </ul>
        {move || question.about().map(|ask| view! { <ChangeDialog ask question here/> })}
    }
}
