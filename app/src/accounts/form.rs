//! What the forms of accounts are made of: the summary, the fields' problems, the button, and how an
//! answer of the server comes back into them.

use contract::{ErrorCode, accounts::PASSWORD_MIN_CHARS};
use leptos::{html, prelude::*, web_sys};
use wasm_bindgen::JsCast;

use super::state::{self, Problems};
use crate::{
    api::Failure,
    ui::{Banner, BannerKind, PasswordField},
};

/// A password to be, and what it is worth so far.
#[component]
pub(super) fn NewPassword(
    id: &'static str,
    label: &'static str,
    #[prop(into)] error: Signal<Option<String>>,
) -> impl IntoView {
    let password = RwSignal::new(String::new());
    view! {
        <PasswordField
            id=id
            label=label
            autocomplete="new-password"
            minlength=PASSWORD_MIN_CHARS
            error=error
            on_input=move |text| password.set(text)
        >
            <StrengthMeter password=password/>
        </PasswordField>
    }
}

#[component]
fn StrengthMeter(password: RwSignal<String>) -> impl IntoView {
    let strength = Memo::new(move |_| {
        password.with(|password| (state::strength(password), password.chars().count()))
    });
    view! {
        <div class="strength">
            <div class="meter" aria-hidden="true" style=move || format!("--v:{}%;--peak:-9%", strength.get().0.percent)>
                <i></i>
            </div>
            // The word is spoken when it changes, the count is not: it changes with every key.
            <span>
                <span role="status">{move || strength.get().0.word}</span>
                {move || match strength.get() {
                    (_, 0) => format!("At least {PASSWORD_MIN_CHARS} characters"),
                    (_, length) => format!(", {length} characters"),
                }}
            </span>
        </div>
    }
}

#[component]
pub(super) fn Submit(
    #[prop(into)] pending: Signal<bool>,
    label: &'static str,
    busy: &'static str,
) -> impl IntoView {
    view! {
        <button class="btn primary wide" type="submit" aria-busy=move || pending.get().then_some("true") disabled=pending>
            {move || if pending.get() { busy } else { label }}
        </button>
    }
}

/// First the summary, then each field: what stands in the way of a form.
#[component]
pub(super) fn Summary(form: FormState) -> impl IntoView {
    move || form.summary().map(banner)
}

/// In a form of one field, which says for itself what is wrong with it: only what the server said of the
/// whole.
#[component]
pub(super) fn Refusal(form: FormState) -> impl IntoView {
    move || form.refusal.get().map(banner)
}

pub(super) fn banner(text: impl Into<String>) -> impl IntoView {
    let text = text.into();
    view! {
        <div class="summary">
            <Banner kind=BannerKind::Bad>{text}</Banner>
        </div>
    }
}

/// What a form knows of its problems.
#[derive(Clone, Copy)]
pub(super) struct FormState {
    /// How the summary ends: "before …".
    before: &'static str,
    /// The field that a refusal of the server belongs to.
    field_of: fn(ErrorCode) -> Option<&'static str>,
    pub(super) problems: RwSignal<Problems>,
    /// What the server said that belongs to no field.
    refusal: RwSignal<Option<String>>,
    /// With wasm the form says itself what is missing; without, the browser does.
    pub(super) checked_here: RwSignal<bool>,
    pub(super) node: NodeRef<html::Form>,
}

impl FormState {
    pub(super) fn new(
        before: &'static str,
        field_of: fn(ErrorCode) -> Option<&'static str>,
    ) -> Self {
        let checked_here = RwSignal::new(false);
        Effect::new(move || checked_here.set(true));
        Self {
            before,
            field_of,
            problems: RwSignal::new(Problems::default()),
            refusal: RwSignal::new(None),
            checked_here,
            node: NodeRef::new(),
        }
    }

    pub(super) fn error(self, field: &'static str) -> Signal<Option<String>> {
        Signal::derive(move || self.problems.with(|problems| problems.of(field)))
    }

    /// What stands above the form from the start, until it is sent.
    pub(super) fn begin_with(self, refusal: Option<&str>) {
        self.refusal.set(refusal.map(str::to_owned));
    }

    /// What the server said that belongs to no field.
    pub(super) fn say(self, refusal: &Failure) {
        self.problems.set(Problems::default());
        self.refusal.set(Some(refusal.message().to_owned()));
    }

    /// The server asks for more before it says yes or no.
    fn ask(self, field: &'static str) {
        self.problems.set(Problems::default());
        self.refusal.set(None);
        // Once it is there, which in the browser is a moment later.
        Effect::new(move || request_animation_frame(move || self.focus(field)));
    }

    fn summary(self) -> Option<String> {
        self.refusal
            .get()
            .or_else(|| self.problems.with(|problems| problems.summary(self.before)))
    }

    /// Whether the form may go out; if not, the first bad field gets the focus.
    pub(super) fn passes(self, problems: Problems) -> bool {
        let good = problems.is_empty();
        let first = problems.first();
        self.refusal.set(None);
        self.problems.set(problems);
        if let Some(field) = first {
            self.focus(field);
        }
        good
    }

    /// Goes on where the server says, or shows what it refused.
    pub(super) fn follow(
        self,
        value: impl Get<Value = Option<Result<String, Failure>>> + Copy + Send + Sync + 'static,
    ) {
        // What a form without wasm was answered stands in the page from the start.
        if let Some(Err(failure)) = untrack(move || value.get()) {
            self.refuse(&failure);
        }
        Effect::new(move || match value.get() {
            // Not through the router: the next document carries this session's token.
            Some(Ok(next)) => _ = window().location().set_href(&next),
            Some(Err(failure)) => self.refuse(&failure),
            None => {}
        });
    }

    pub(super) fn refuse(self, failure: &Failure) {
        if failure.code() == ErrorCode::SecondFactorNeeded {
            return self.ask("code");
        }
        let mut problems = Problems::default();
        match (self.field_of)(failure.code()) {
            Some(field) => {
                problems.add(field, failure.message());
                self.refusal.set(None);
                self.focus(field);
            }
            None => {
                self.refusal.set(Some(failure.message().to_owned()));
                self.focus("password");
            }
        }
        self.problems.set(problems);
    }

    fn focus(self, field: &'static str) {
        let input = self
            .node
            .get_untracked()
            .and_then(|form| form.query_selector(&["#", field].concat()).ok().flatten());
        if let Some(input) = input.and_then(|input| input.dyn_into::<web_sys::HtmlElement>().ok()) {
            _ = input.focus();
        }
    }
}
