use leptos::{ev, form::FromFormData, prelude::*};
use leptos_meta::Title;

use contract::accounts::{Me, NAME_MAX_CHARS};

use super::{
    act::Act,
    api::{ChangeName, change_name, read_identities},
    delete::DeleteSection,
    import::ImportRow,
    password::PasswordSection,
    second_factor::SecondFactorSection,
    section::{PlacePane, RowsSkeleton, Section},
    state::{Place, check_name, may, role_label},
    ways::{WaysSection, WaysUnread},
};
use crate::{
    accounts::{
        form::{FormState, banner},
        ways::take_trouble,
    },
    frame::use_own_name,
    ui::{BusyButton, Field, Icon},
    visitor::use_visitor,
};

#[component]
pub fn ProfilePage() -> impl IntoView {
    view! {
        <Title text="Profile"/>
        <PlacePane place=Place::Profile>
            <Profile/>
        </PlacePane>
    }
}

/// Who one is, the way in, what there is of one, and the way out.
#[component]
pub(super) fn Profile() -> impl IntoView {
    use_visitor().me.map(|me| {
        view! {
            {take_trouble().map(banner)}
            <WhoSection me/>
            <AccountSections/>
        }
    })
}

/// All that begins with how one signs in. It comes at once, so that nothing moves under a pointer.
#[component]
fn AccountSections() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| read_identities());
    let sections = move || {
        Suspend::new(async move {
            let found = read.await;
            // If nobody can say: nearly everybody has one.
            let has_password = found.as_ref().map_or(true, |found| found.has_password);
            let factor = found.as_ref().ok().filter(|found| found.has_password);
            let factor = factor.map(|found| {
                let found = found.second_factor.clone();
                view! { <SecondFactorSection found/> }
            });
            let ways = match found {
                Ok(found) => view! { <WaysSection found/> }.into_any(),
                Err(failure) => view! { <WaysUnread read failure/> }.into_any(),
            };
            view! {
                <PasswordSection has_password/>
                {factor}
                {ways}
                <DataSection/>
                <DeleteSection has_password/>
            }
        })
    };
    let coming = || {
        view! {
            <Section id="password-section" title="Password" text="">
                <RowsSkeleton/>
            </Section>
        }
    };
    view! { <Suspense fallback=coming>{sections}</Suspense> }
}

#[component]
fn DataSection() -> impl IntoView {
    view! {
        <Section id="your-data" title="Your data" text="Everything of yours, to keep or to take elsewhere.">
            <ul class="card set-rows">
                <li>
                    <Icon name="download"/>
                    <div>
                        <b>"Export everything"</b>
                        <small>"Your profile, conversations, files and their analyses, in one file."</small>
                    </div>
                    <div class="end">
                        <a class="btn sm" href="/api/v1/me/export" download="" rel="external">"Export"</a>
                    </div>
                </li>
                <ImportRow/>
            </ul>
        </Section>
    }
}

#[component]
fn WhoSection(me: Me) -> impl IntoView {
    view! {
        <Section id="who" title="Who you are" text="Your name stands beside what you write.">
            <ul class="card set-rows">
                <li class="form">
                    <Icon name="user"/>
                    <NameForm/>
                </li>
                <li>
                    <Icon name="mail"/>
                    <div>
                        <b>{me.email}</b>
                        <small>"Your email in this studio. It cannot be changed here."</small>
                    </div>
                </li>
                <li>
                    <Icon name="shield"/>
                    <div>
                        <b>{role_label(me.role)}</b>
                        <small>{may(me.role)}</small>
                    </div>
                </li>
            </ul>
        </Section>
    }
}

#[component]
fn NameForm() -> impl IntoView {
    let own = use_own_name();
    let act = Act::new();
    let form = FormState::new("it can be saved", |_| Some("name"));
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let Ok(ChangeName { name }) = ChangeName::from_event(&event) else {
            return;
        };
        let name = name.trim().to_owned();
        if form.passes(check_name(&name)) {
            act.run_or(
                change_name(name.clone()),
                move |()| {
                    own.set(name);
                    act.toasts.done("Your name is saved.");
                },
                move |failure| form.refuse(&failure),
            );
        }
    };
    view! {
        <form class="one-line" novalidate=form.checked_here on:submit=submit node_ref=form.node>
            <Field
                id="name"
                label="Name"
                autocomplete="name"
                maxlength=NAME_MAX_CHARS
                value=own.get_untracked()
                error=form.error("name")
            />
            <BusyButton label="Save" working="Saving" busy=act.busy()/>
        </form>
    }
}
