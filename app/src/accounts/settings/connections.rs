use contract::accounts::{ConnectionState, ConnectionView};
use leptos::prelude::*;
use leptos_meta::Title;

use super::{
    act::Act,
    api::{check_connection, connect_account, disconnect_account, read_connections},
    section::{PlacePane, Section, reading},
    state::{Place, allowed, connection_trouble, said_of},
};
use crate::{
    accounts::{form::banner, ways::take_from_address},
    ui::{BusyButton, Confirm, Empty, Icon, Question, SpokenTime, focus_on, use_toasts},
};

const LIST: &str = "connection-list";

#[component]
pub fn ConnectionsPage() -> impl IntoView {
    let read = Resource::new_blocking(|| (), |()| read_connections());
    let list = RwSignal::new(Vec::<ConnectionView>::new());
    let trouble = take_from_address("problem");
    let trouble = trouble.and_then(|code| connection_trouble(&code));
    view! {
        <Title text="Connections"/>
        <PlacePane place=Place::Connections>
            {trouble.map(banner)}
            <Section
                id="connections"
                title="Accounts elsewhere"
                text="Soundstage may use them for you. Each gives it only what you agree to there."
            >
                {reading(read, "Your connections could not be read", move |found| {
                    view! { <Connections found list/> }
                })}
            </Section>
        </PlacePane>
    }
}

#[component]
fn Connections(found: Vec<ConnectionView>, list: RwSignal<Vec<ConnectionView>>) -> impl IntoView {
    say_arrival(&found);
    list.set(found);
    let parting = Question::<ConnectionView>::new();
    let is_empty = Memo::new(move |_| list.with(Vec::is_empty));
    view! {
        <div class="card" id=LIST tabindex="-1" role="group" aria-labelledby="connections">
            {move || is_empty.get().then(|| view! {
                <Empty
                    icon="plug"
                    title="Nothing can be connected yet"
                    text="Whoever runs this studio sets up Spotify, Google and others with an id and a secret of each."
                />
            })}
            <ul class="set-rows connections">
                <For
                    each=move || list.get()
                    key=|one| (one.provider.clone(), one.state, one.account.clone(), one.refreshed_at, one.trouble.clone())
                    let:connection
                >
                    <ConnectionRow connection parting list/>
                </For>
            </ul>
        </div>
        {move || parting.about().map(|connection| view! { <Disconnect connection parting list/> })}
    }
}

/// Whoever comes back from there has waited for this.
fn say_arrival(found: &[ConnectionView]) {
    let Some(provider) = take_from_address("connected") else {
        return;
    };
    let toasts = use_toasts();
    let is_it =
        |one: &&ConnectionView| one.provider == provider && one.state == ConnectionState::Connected;
    if let Some(one) = found.iter().find(is_it) {
        let said = [&one.label, " is connected."].concat();
        Effect::new(move || toasts.done(said.clone()));
    }
}

#[component]
fn ConnectionRow(
    connection: ConnectionView,
    parting: Question<ConnectionView>,
    list: RwSignal<Vec<ConnectionView>>,
) -> impl IntoView {
    let asked = StoredValue::new(connection.clone());
    let ConnectionView {
        provider,
        label,
        state,
        account,
        scopes,
        connected_at,
        refreshed_at,
        ended_at,
        trouble,
        manage_url,
    } = connection;
    let (badge, lamp, word) = said_of(state);
    let is_free = state == ConnectionState::NotConnected;
    let allowed = allowed(&scopes);
    let what = match (is_free, account) {
        (true, _) if allowed.is_empty() => String::new(),
        (true, _) => ["Asks for: ", &allowed].concat(),
        (false, Some(account)) if allowed.is_empty() => account,
        (false, Some(account)) => [&account, ", ", &allowed].concat(),
        (false, None) => allowed,
    };
    let since = match (ended_at, refreshed_at, connected_at) {
        (Some(at), ..) => Some(("ended ", at)),
        (_, Some(at), _) => Some(("refreshed ", at)),
        (_, None, at) => at.map(|at| ("connected ", at)),
    };
    let comma = (!what.is_empty() && since.is_some()).then_some(", ");
    let trouble = match state {
        ConnectionState::Unreadable => Some(
            "What it gave us does not open with this studio’s keys. Ask the owner, or connect it again.".to_owned(),
        ),
        ConnectionState::Withdrawn => Some("This studio no longer offers it.".to_owned()),
        ConnectionState::Ended => Some("It no longer lets Soundstage in. Connect it again.".to_owned()),
        _ => trouble,
    };
    let needs_person = matches!(state, ConnectionState::Ended | ConnectionState::Unreadable);
    let part = {
        let aria = ["Disconnect ", &label].concat();
        move || {
            view! {
                <button
                    type="button"
                    class="btn sm"
                    aria-label=aria.clone()
                    on:click=move |_| parting.ask(asked.get_value())
                >
                    "Disconnect"
                </button>
            }
        }
    };
    view! {
        <li class:warned=needs_person>
            <Icon name=icon(&provider)/>
            <div>
                <b>
                    {label.clone()}
                    <span class=["badge ", badge].concat()><i class=["lamp ", lamp].concat()></i>{word}</span>
                </b>
                <small>
                    {what}
                    {comma}
                    {since.map(|(did, at)| view! { <span class="nowrap">{did} <SpokenTime at=at/></span> })}
                    {manage_url.filter(|_| !is_free).map(|url| view! {
                        ", "
                        <a class="nowrap" href=url target="_blank" rel="noopener noreferrer">
                            "see it at " {label.clone()}
                        </a>
                    })}
                </small>
                {trouble.map(|text| view! { <small class="why">{text}</small> })}
            </div>
            <div class="end">
                {match state {
                    ConnectionState::Withdrawn => part().into_any(),
                    ConnectionState::NotConnected => view! { <Connect provider label anew=false/> }.into_any(),
                    _ if needs_person => view! { {part()} <Connect provider label anew=true/> }.into_any(),
                    _ => view! { <Check provider label list/> {part()} }.into_any(),
                }}
            </div>
        </li>
    }
}

fn icon(provider: &str) -> &'static str {
    match provider {
        "google" => "google",
        "spotify" => "spotify",
        _ => "plug",
    }
}

/// Goes there; one comes back to this page.
#[component]
fn Connect(provider: String, label: String, anew: bool) -> impl IntoView {
    let act = Act::new();
    let go = move |()| {
        act.run(connect_account(provider.clone()), |address| {
            _ = window().location().assign(&address);
        });
    };
    let (class, word) = if anew {
        ("btn sm primary", "Reconnect")
    } else {
        ("btn sm", "Connect")
    };
    view! {
        <BusyButton
            class=class
            label=word
            working="Opening"
            aria=[word, " ", &label].concat()
            busy=act.busy()
            on_press=go
        />
    }
}

/// Asks there whether it works.
#[component]
fn Check(provider: String, label: String, list: RwSignal<Vec<ConnectionView>>) -> impl IntoView {
    let act = Act::new();
    let name = label.clone();
    let check = move |()| {
        let name = name.clone();
        let checking = check_connection(provider.clone());
        let looked = async move {
            let answer = checking.await;
            // It may have been refreshed for this, or have turned out to be over.
            Ok((answer, read_connections().await))
        };
        act.run(looked, move |(answer, found)| {
            match answer {
                Ok(Some(who)) => act
                    .toasts
                    .done([&name, " works. It is the account of ", &who, "."].concat()),
                Ok(None) => act.toasts.done([&name, " works."].concat()),
                Err(failure) => act.toasts.failed(failure.message()),
            }
            if let Some(found) = found.ok().filter(|found| list.with(|list| list != found)) {
                list.set(found);
                // The row has been made anew, and the button in it.
                focus_on(LIST);
            }
        });
    };
    view! {
        <BusyButton
            class="btn sm"
            label="Check"
            working="Checking"
            aria=["Check ", &label].concat()
            busy=act.busy()
            on_press=check
        />
    }
}

#[component]
fn Disconnect(
    connection: ConnectionView,
    parting: Question<ConnectionView>,
    list: RwSignal<Vec<ConnectionView>>,
) -> impl IntoView {
    let act = Act::new();
    let ConnectionView {
        provider, label, ..
    } = connection;
    let title = ["Disconnect ", &label, "?"].concat();
    let text = [
        "Soundstage gives its access back and forgets it. What it made at ",
        &label,
        " stays there.",
    ]
    .concat();
    let yes = move |()| {
        let name = label.clone();
        let parted = disconnect_account(provider.clone());
        let done = async move { Ok((parted.await?, read_connections().await?)) };
        act.run(done, move |(ended_there, found)| {
            parting.close();
            list.set(found);
            act.toasts.done(if ended_there {
                [&name, " is disconnected."].concat()
            } else {
                [
                    "Forgotten here. ",
                    &name,
                    " may still list Soundstage: take it away there, too.",
                ]
                .concat()
            });
            focus_on(LIST);
        });
    };
    view! {
        <Confirm
            open=parting.open
            title=title
            text=text
            yes="Disconnect"
            working="Disconnecting"
            busy=act.busy()
            on_yes=yes
        />
    }
}
