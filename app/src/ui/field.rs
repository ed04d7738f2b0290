use leptos::prelude::*;

use super::Icon;

/// Label, one line of input, and below it a hint or what is wrong with it.
#[component]
pub fn Field(
    /// Also the input's `name`.
    id: &'static str,
    label: &'static str,
    #[prop(default = "text")] kind: &'static str,
    #[prop(optional)] autocomplete: Option<&'static str>,
    #[prop(optional, into)] value: Option<String>,
    /// Set in the tabular face: keys, codes.
    #[prop(optional)]
    mono: bool,
    #[prop(optional)] maxlength: Option<usize>,
    /// May stay empty.
    #[prop(optional)]
    optional: bool,
    /// Of its dialog, where the keyboard begins.
    #[prop(optional)]
    autofocus: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
    /// Told of every change, with what stands there now.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let invalid = move || error.with(Option::is_some);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="input" aria-invalid=move || invalid().then_some("true")>
                <input
                    id=id
                    name=id
                    type=kind
                    class=mono.then_some("mono")
                    value=value
                    autocomplete=autocomplete
                    spellcheck="false"
                    autocapitalize="none"
                    maxlength=maxlength.map(|most| most.to_string())
                    autofocus=autofocus
                    required=!optional
                    aria-invalid=move || invalid().then_some("true")
                    aria-describedby=move || invalid().then(|| error_id(id))
                    on:input=move |event| if let Some(told) = on_input { told.run(event_target_value(&event)) }
                />
            </div>
            <FieldError id=id error=error/>
        </div>
    }
}

/// A password, with an eye to read it by.
#[component]
pub fn PasswordField(
    id: &'static str,
    label: &'static str,
    /// `current-password` or `new-password`.
    autocomplete: &'static str,
    #[prop(optional)] minlength: Option<usize>,
    /// Of its dialog, where the keyboard begins.
    #[prop(optional)]
    autofocus: bool,
    #[prop(optional, into)] error: Signal<Option<String>>,
    #[prop(optional, into)] on_input: Option<Callback<String>>,
    /// Under the input, beside what is wrong: a hint, a meter.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let shown = RwSignal::new(false);
    let invalid = move || error.with(Option::is_some);
    view! {
        <div class="field">
            <label for=id>{label}</label>
            <div class="input" aria-invalid=move || invalid().then_some("true")>
                <input
                    id=id
                    name=id
                    type=move || if shown.get() { "text" } else { "password" }
                    autocomplete=autocomplete
                    spellcheck="false"
                    autocapitalize="none"
                    autofocus=autofocus
                    minlength=minlength.map(|least| least.to_string())
                    required=true
                    aria-invalid=move || invalid().then_some("true")
                    aria-describedby=move || invalid().then(|| error_id(id))
                    on:input=move |event| if let Some(told) = on_input { told.run(event_target_value(&event)) }
                />
                <button
                    type="button"
                    class="icon-btn sm"
                    aria-label="Show password"
                    aria-pressed=move || if shown.get() { "true" } else { "false" }
                    on:click=move |_| shown.update(|shown| *shown = !*shown)
                >
                    <Icon name="eye" small=true/>
                </button>
            </div>
            <FieldError id=id error=error/>
            {children.map(|children| children())}
        </div>
    }
}

fn error_id(id: &str) -> String {
    [id, "-error"].concat()
}

#[component]
fn FieldError(id: &'static str, error: Signal<Option<String>>) -> impl IntoView {
    move || {
        error.get().map(|text| {
            view! {
                <span class="error" id=error_id(id)>
                    <Icon name="warn" small=true/>
                    {text}
                </span>
            }
        })
    }
}
