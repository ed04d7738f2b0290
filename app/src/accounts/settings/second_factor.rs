use contract::{
    ErrorCode,
    accounts::{NewSecondFactor, QrCode, SecondFactor},
};
use leptos::{ev, prelude::*, task::spawn_local};

use super::{
    act::Act,
    api::{begin_second_factor, confirm_second_factor, end_second_factor, renew_recovery_codes},
    section::Section,
    state::check_proof,
};
use crate::{
    accounts::form::{FormState, Refusal},
    ui::{
        Banner, BannerKind, BusyButton, Dialog, DialogFoot, Field, Icon, Lamp, LampKind,
        PasswordField, Question, SpokenTime, focus_on, time::browser_now, to_clipboard,
    },
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wish {
    TurnOn,
    NewCodes,
    TurnOff,
}

/// Beside a password; who has none is not asked for digits.
#[component]
pub(super) fn SecondFactorSection(found: Option<SecondFactor>) -> impl IntoView {
    let factor = RwSignal::new(found);
    let wish = Question::<Wish>::new();
    view! {
        <Section
            id="second-factor"
            title="Second factor"
            text="Six digits from an app, asked for after the password. A stolen password alone then opens nothing."
        >
            <ul class="card set-rows ways">
                {move || match factor.get() {
                    None => view! { <OffRow wish/> }.into_any(),
                    Some(factor) => view! { <OnRows factor wish/> }.into_any(),
                }}
            </ul>
            {move || wish.about().map(|about| view! { <WishDialog wish=about open=wish.open factor/> })}
        </Section>
    }
}

#[component]
fn OffRow(wish: Question<Wish>) -> impl IntoView {
    view! {
        <li>
            <Icon name="mobile"/>
            <div>
                <b>
                    "Authenticator app "
                    <span class="badge"><Lamp kind=LampKind::Off/>"Off"</span>
                </b>
                <small>"Your password alone lets you in."</small>
            </div>
            <div class="end">
                <button type="button" class="btn sm" on:click=move |_| wish.ask(Wish::TurnOn)>"Turn on"</button>
            </div>
        </li>
    }
}

#[component]
fn OnRows(factor: SecondFactor, wish: Question<Wish>) -> impl IntoView {
    let left = match factor.codes_left {
        0 => "None left. Make new ones before you need one.".to_owned(),
        1 => "One left. Each lets you in once without the app.".to_owned(),
        left => format!("{left} left. Each lets you in once without the app."),
    };
    view! {
        <li>
            <Icon name="mobile"/>
            <div>
                <b>
                    "Authenticator app "
                    <span class="badge ok"><Lamp kind=LampKind::Good/>"On"</span>
                </b>
                <small>"Asked for since " <SpokenTime at=factor.since/></small>
            </div>
            <div class="end">
                <button type="button" class="btn sm danger" on:click=move |_| wish.ask(Wish::TurnOff)>
                    "Turn off"
                </button>
            </div>
        </li>
        <li>
            <Icon name="key"/>
            <div>
                <b>"Recovery codes"</b>
                <small>{left}</small>
            </div>
            <div class="end">
                <button
                    type="button"
                    class="btn sm"
                    aria-label="Make new recovery codes"
                    on:click=move |_| wish.ask(Wish::NewCodes)
                >
                    "Make new"
                </button>
            </div>
        </li>
    }
}

#[derive(Clone, Debug)]
enum Step {
    Password,
    Scan(NewSecondFactor),
    /// Shown this once.
    Codes(Vec<String>),
}

#[component]
fn WishDialog(
    wish: Wish,
    open: RwSignal<bool>,
    factor: RwSignal<Option<SecondFactor>>,
) -> impl IntoView {
    let step = RwSignal::new(Step::Password);
    let title = match wish {
        Wish::TurnOn => "Turn on the second factor",
        Wish::NewCodes => "New recovery codes",
        Wish::TurnOff => "Turn off the second factor?",
    };
    let show_codes = move |codes: Vec<String>| {
        factor.update(|factor| {
            let since = factor
                .as_ref()
                .map_or_else(browser_now, |factor| factor.since);
            *factor = Some(SecondFactor {
                since,
                codes_left: u32::try_from(codes.len()).unwrap_or_default(),
            });
        });
        step.set(Step::Codes(codes));
        // Closed while they were being made, they would be lost.
        open.set(true);
    };
    view! {
        <Dialog open title>
            {move || match step.get() {
                Step::Password => view! { <PasswordStep wish open step factor on_codes=show_codes/> }.into_any(),
                Step::Scan(new) => view! { <ScanStep new open on_codes=show_codes/> }.into_any(),
                Step::Codes(codes) => view! { <CodesStep codes open/> }.into_any(),
            }}
        </Dialog>
    }
}

#[component]
fn PasswordStep(
    wish: Wish,
    open: RwSignal<bool>,
    step: RwSignal<Step>,
    factor: RwSignal<Option<SecondFactor>>,
    #[prop(into)] on_codes: Callback<Vec<String>>,
) -> impl IntoView {
    let act = Act::new();
    let form = FormState::new("it can be changed", |code| match code {
        ErrorCode::WrongCredentials => Some("password"),
        _ => None,
    });
    let password = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        let password = password.get_untracked();
        if !form.passes(check_proof(Some(&password))) {
            return;
        }
        let refused = move |failure| form.refuse(&failure);
        match wish {
            Wish::TurnOn => act.run_or(
                begin_second_factor(password),
                move |new| step.set(Step::Scan(new)),
                refused,
            ),
            Wish::NewCodes => act.run_or(
                renew_recovery_codes(password),
                move |codes| on_codes.run(codes),
                refused,
            ),
            Wish::TurnOff => act.run_or(
                end_second_factor(password),
                move |()| {
                    open.set(false);
                    factor.set(None);
                    act.toasts
                        .done("The second factor is off. Your password alone lets you in.");
                },
                refused,
            ),
        }
    };
    let (text, class, label, working) = match wish {
        Wish::TurnOn => (
            "You need an app that makes such digits: most password managers do.",
            "btn primary",
            "Go on",
            "Checking",
        ),
        Wish::NewCodes => (
            "The old ones are good no more once there are new ones.",
            "btn primary",
            "Make new codes",
            "Making",
        ),
        Wish::TurnOff => (
            "Your password alone lets you in then. The recovery codes go, too.",
            "btn danger",
            "Turn off",
            "Turning off",
        ),
    };
    view! {
        <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
            <p class="dim">{text}</p>
            <Refusal form=form/>
            <PasswordField
                id="password"
                label="Your password"
                autofocus=true
                autocomplete="current-password"
                error=form.error("password")
                on_input=move |text| password.set(text)
            />
            <DialogFoot open>
                <BusyButton class=class label=label working=working busy=act.busy()/>
            </DialogFoot>
        </form>
    }
}

/// Where the keyboard goes when the next step comes into the dialog.
const DIGITS: &str = "digits";
const CODES: &str = "recovery-codes";

#[component]
fn ScanStep(
    new: NewSecondFactor,
    open: RwSignal<bool>,
    #[prop(into)] on_codes: Callback<Vec<String>>,
) -> impl IntoView {
    let act = Act::new();
    Effect::new(|| focus_on(DIGITS));
    let form = FormState::new("it can be turned on", |_| Some(DIGITS));
    let code = RwSignal::new(String::new());
    let submit = move |event: ev::SubmitEvent| {
        event.prevent_default();
        act.run_or(
            confirm_second_factor(code.get_untracked()),
            move |codes| on_codes.run(codes),
            move |failure| form.refuse(&failure),
        );
    };
    view! {
        <form class="stack-form" novalidate=form.checked_here on:submit=submit node_ref=form.node>
            <div class="scan">
                <Qr qr=new.qr/>
                <p class="dim">
                    "Scan this with your app, or "
                    <a class="link" href=new.address rel="external">"open it on this device"</a>
                    "."
                </p>
                <p class="faint">"Typed by hand: " <code class="num">{in_fours(&new.seed)}</code></p>
            </div>
            <Field
                id=DIGITS
                label="The six digits that it shows"
                autocomplete="one-time-code"
                mono=true
                maxlength=12
                error=form.error(DIGITS)
                on_input=move |text| code.set(text)
            />
            <DialogFoot open>
                <BusyButton class="btn primary" label="Turn on" working="Turning on" busy=act.busy()/>
            </DialogFoot>
        </form>
    }
}

/// With the margin of four modules that cameras need (ISO/IEC 18004).
#[component]
fn Qr(qr: QrCode) -> impl IntoView {
    let size = qr.side + 8;
    view! {
        <svg class="qr" viewBox=format!("-4 -4 {size} {size}") role="img" aria-label="QR code for your authenticator app">
            <path d=qr.path></path>
        </svg>
    }
}

fn in_fours(seed: &str) -> String {
    let chars: Vec<char> = seed.chars().collect();
    let groups: Vec<String> = chars.chunks(4).map(|four| four.iter().collect()).collect();
    groups.join(" ")
}

#[component]
fn CodesStep(codes: Vec<String>, open: RwSignal<bool>) -> impl IntoView {
    let text = codes.join("\n");
    let copied = RwSignal::new(None::<bool>);
    Effect::new(|| focus_on(CODES));
    let copy = move |_| {
        let text = text.clone();
        spawn_local(async move {
            _ = copied.try_set(Some(to_clipboard(&text).await));
        });
    };
    let items = codes
        .into_iter()
        .map(|code| view! { <li class="num">{code}</li> })
        .collect_view();
    view! {
        <Banner kind=BannerKind::Note>"Keep these now: they are not shown again."</Banner>
        <p class="dim">
            "Without the app, each of them lets you in once. Put them where you find them without this device."
        </p>
        <ul class="codes" id=CODES tabindex="-1" aria-label="Recovery codes">{items}</ul>
        <span class="hint" role="status">
            {move || match copied.get() {
                Some(true) => "They are on your clipboard.",
                Some(false) => "Your browser keeps its clipboard closed here. Mark and copy them yourself.",
                None => "",
            }}
        </span>
        <div class="dialog-foot">
            <button type="button" class="btn" on:click=copy>
                <Icon name="copy" small=true/>
                "Copy all"
            </button>
            <button type="button" class="btn primary" on:click=move |_| open.set(false)>"Done"</button>
        </div>
    }
}
