//! In front of the door: signing in, and the owner's set-up. These forms work before wasm runs; with it,
//! what can be said without the server is said at once, and the page moves on by itself.

use contract::{ErrorCode, accounts::NAME_MAX_CHARS};
use leptos::{ev, form::FromFormData, prelude::*, server_fn::ServerFn, task::spawn_local};
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use super::{
    api::{Door, SetUpOwner, SignIn, answer_passkey, ask_passkey, read_door},
    art::Art,
    form::{FormState, NewPassword, Submit, Summary},
    passkey, state,
    ways::{Ways, take_trouble},
};
use crate::{
    api::Failure,
    ui::{Banner, BannerKind, Field, Icon, Logo, PasswordField},
};

#[component]
pub fn SignInPage() -> impl IntoView {
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let trouble = take_trouble();
    let door = Resource::new_blocking(|| (), |()| read_door(None));
    view! {
        <Title text="Sign in"/>
        <Gate door=door>
            <Suspense>
                {move || {
                    let next = next.clone();
                    Suspend::new(async move {
                        match door.await {
                            Ok(Door { needs_setup: true, .. }) => view! { <NotSetUp/> }.into_any(),
                            Ok(door) => view! { <SignInForm next door trouble/> }.into_any(),
                            Err(error) => view! { <Away error=error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </Gate>
    }
}

/// `/set-up?key=…`, from the link that the server printed. With an owner already there, the same link
/// gives that owner a new password.
#[component]
pub fn SetUpPage() -> impl IntoView {
    let key = use_query_map().with_untracked(|query| query.get("key"));
    let asked = key.clone();
    let door = Resource::new_blocking(|| (), move |()| read_door(asked.clone()));
    forget_key("/set-up");
    view! {
        <Title text="Set up"/>
        <Gate door=door>
            <Suspense>
                {move || {
                    let key = key.clone();
                    Suspend::new(async move {
                        match door.await {
                            Ok(door) => {
                                let stale = key.is_some() && !door.key_is_valid;
                                view! { <SetUpForm key=key stale=stale renewing=!door.needs_setup/> }.into_any()
                            }
                            Err(error) => view! { <Away error=error/> }.into_any(),
                        }
                    })
                }}
            </Suspense>
        </Gate>
    }
}

/// Leaves only `path` in the address: a key has no business in the history, and whoever read it over
/// somebody's shoulder could come first.
pub(super) fn forget_key(path: &'static str) {
    show_address(path.to_owned());
}

/// Not through the router: the page stays what it is.
pub(super) fn show_address(path: String) {
    Effect::new(move || {
        if let Ok(history) = window().history() {
            _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&path));
        }
    });
}

/// The split screen: words and form left, the dial right.
#[component]
pub(super) fn Gate(door: Resource<Result<Door, Failure>>, children: Children) -> impl IntoView {
    let site = move |part: fn(Door) -> String| {
        Suspend::new(async move { door.await.ok().map(part).filter(|text| !text.is_empty()) })
    };
    view! {
        <div class="gate">
            <main class="pane" id="main">
                <div class="head">
                    <Logo/>
                    "Soundstage"
                    <span class="push"><Suspense>{move || site(|door| door.host)}</Suspense></span>
                </div>
                {children()}
                <div class="foot">
                    <span>
                        "Self-hosted"
                        <Suspense>{move || site(|door| {
                            if door.version.is_empty() { String::new() } else { [", version ", &door.version].concat() }
                        })}</Suspense>
                    </span>
                </div>
            </main>
            <Art/>
        </div>
    }
}

#[component]
fn SignInForm(next: Option<String>, door: Door, trouble: Option<&'static str>) -> impl IntoView {
    let action = ServerAction::<SignIn>::new();
    let form = FormState::new("you can sign in", |code| {
        (code == ErrorCode::WrongCode).then_some("code")
    });
    form.begin_with(trouble);
    form.follow(action.value());
    // Once it is asked for, it stays.
    let asks_code = Memo::new(move |before: Option<&bool>| {
        before == Some(&true)
            || matches!(
                action.value().get(),
                Some(Err(failure))
                    if matches!(failure.code(), ErrorCode::SecondFactorNeeded | ErrorCode::WrongCode)
            )
    });
    let Door { ways, passkeys, .. } = door;
    let with_passkey = {
        let next = next.clone();
        passkeys.then(|| view! { <PasskeyButton next form/> }.into_any())
    };
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(input) = SignIn::from_event(&event)
            && form.passes(state::check_sign_in(&input.email, &input.password))
        {
            action.dispatch(input);
        }
    };
    view! {
        <section class="form" aria-labelledby="sign-in">
            <div>
                <h1 id="sign-in">"Sign in"</h1>
                <p class="lede">"Your desk is as you left it."</p>
            </div>
            <form action=SignIn::url() method="post" novalidate=form.checked_here on:submit=submit node_ref=form.node>
                <Summary form=form/>
                <Field id="email" label="Email" kind="email" autocomplete="username" error=form.error("email")/>
                <PasswordField
                    id="password"
                    label="Password"
                    autocomplete="current-password"
                    error=form.error("password")
                />
                {move || asks_code.get().then(|| view! { <CodeField form/> })}
                {next.clone().map(|next| view! { <input type="hidden" name="next" value=next/> })}
                <Submit pending=action.pending() label="Sign in" busy="Signing in"/>
            </form>
            <Ways ways or="or" does="Sign in with" along=next.map(|next| ("next", next)) first=with_passkey/>
            <p class="faint aside">
                "Forgot the password? "
                <code>"soundstage owner-link"</code>
                " on the server prints a link that sets a new one."
            </p>
        </section>
    }
}

/// Of the second factor.
#[component]
fn CodeField(form: FormState) -> impl IntoView {
    view! {
        <div class="stack">
            <Field
                id="code"
                label="Code"
                autocomplete="one-time-code"
                mono=true
                maxlength=40
                error=form.error("code")
            />
            <p class="faint aside">"The six digits that your app shows, or one of your recovery codes."</p>
        </div>
    }
}

#[component]
fn PasskeyButton(next: Option<String>, form: FormState) -> impl IntoView {
    let busy = RwSignal::new(false);
    // Nearly all browsers can; the page is drawn for them.
    let can = RwSignal::new(true);
    Effect::new(move || can.set(passkey::can_ask()));
    let sign_in = move |_| {
        let next = next.clone();
        busy.set(true);
        spawn_local(async move {
            match with_passkey(next).await {
                // Not through the router: the next document carries this session's token.
                Ok(next) => _ = window().location().set_href(&next),
                Err(failure) => {
                    form.say(&failure);
                    busy.set(false);
                }
            }
        });
    };
    view! {
        <button
            type="button"
            class="btn"
            aria-label="Sign in with a passkey"
            aria-busy=move || busy.get().then_some("true")
            disabled=busy
            hidden=move || !can.get()
            on:click=sign_in
        >
            <Icon name="passkey"/>
            <span>{move || if busy.get() { "Waiting for your passkey" } else { "Passkey" }}</span>
        </button>
    }
}

async fn with_passkey(next: Option<String>) -> Result<String, Failure> {
    let question = ask_passkey().await?;
    let answer = passkey::ask(passkey::Errand::Find, &question).await?;
    answer_passkey(question.ticket, answer, next).await
}

#[component]
fn SetUpForm(key: Option<String>, stale: bool, renewing: bool) -> impl IntoView {
    let action = ServerAction::<SetUpOwner>::new();
    let (title, lede, label, busy) = if renewing {
        (
            "Give the owner a new password",
            "The link from the server opens this once. Every other session of the owner ends.",
            "Set the new password",
            "Setting the password",
        )
    } else {
        (
            "Make the owner account",
            "The first account runs this server: its people, its models and its files.",
            "Create owner account",
            "Creating the account",
        )
    };
    let before = if renewing {
        "the password can be set"
    } else {
        "the account can be made"
    };
    let form = FormState::new(before, |code| match code {
        ErrorCode::LinkInvalid => Some("key"),
        ErrorCode::WeakPassword => Some("password"),
        _ => None,
    });
    form.follow(action.value());
    if stale {
        form.problems
            .update(|problems| problems.add("key", LINK_IS_STALE));
    }
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        if let Ok(input) = SetUpOwner::from_event(&event)
            && form.passes(state::check_set_up(
                &input.key,
                who(&input, renewing),
                &input.password,
            ))
        {
            action.dispatch(input);
        }
    };
    view! {
        <section class="form" aria-labelledby="set-up">
            <div>
                <h1 id="set-up">{title}</h1>
                <p class="lede">{lede}</p>
            </div>
            <form
                action=SetUpOwner::url()
                method="post"
                novalidate=form.checked_here
                on:submit=submit
                node_ref=form.node
            >
                <Summary form=form/>
                <Field
                    id="key"
                    label="Set-up key"
                    value=key.unwrap_or_default()
                    autocomplete="off"
                    mono=true
                    error=form.error("key")
                />
                {if renewing {
                    // The owner is known: only the password is new.
                    view! {
                        <input type="hidden" name="name" value=""/>
                        <input type="hidden" name="email" value=""/>
                    }
                    .into_any()
                } else {
                    view! {
                        <Field id="name" label="Your name" autocomplete="name" maxlength=NAME_MAX_CHARS error=form.error("name")/>
                        <Field id="email" label="Email" kind="email" autocomplete="username" error=form.error("email")/>
                    }
                    .into_any()
                }}
                <NewPassword id="password" label="Password" error=form.error("password")/>
                <Submit pending=action.pending() label=label busy=busy/>
            </form>
            <p class="faint aside">
                "The key is printed by the server when it starts for the first time, and by "
                <code>"soundstage owner-link"</code>
                "."
            </p>
        </section>
    }
}

fn who(input: &SetUpOwner, renewing: bool) -> Option<(&str, &str)> {
    (!renewing).then_some((&input.name, &input.email))
}

const LINK_IS_STALE: &str =
    "This link has been used or has run out. The server prints a fresh one.";

/// Nobody can sign in yet.
#[component]
fn NotSetUp() -> impl IntoView {
    view! {
        <section class="form" aria-labelledby="first">
            <div>
                <h1 id="first">"This server has no owner yet"</h1>
                <p class="lede">"The link to make the first account was printed where the server was started."</p>
            </div>
            <p class="dim">
                "It is lost? "
                <code>"soundstage owner-link"</code>
                " on the server prints a fresh one."
            </p>
            <a class="btn wide" href="/set-up">
                <Icon name="key" small=true/>
                "I have the key"
            </a>
        </section>
    }
}

#[component]
pub(super) fn Away(error: Failure) -> impl IntoView {
    view! {
        <section class="form" aria-labelledby="away">
            <h1 id="away">"The server cannot let anybody in right now"</h1>
            <Banner kind=BannerKind::Bad>{error.0.message}</Banner>
            <a class="btn wide" href="" rel="external">"Try again"</a>
        </section>
    }
}
