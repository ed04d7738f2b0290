use leptos::prelude::*;

/// A button whose words say what is going on while it is at work.
#[component]
pub fn BusyButton(
    #[prop(default = "btn")] class: &'static str,
    #[prop(into)] label: TextProp,
    /// While it is at work.
    working: &'static str,
    #[prop(into)] busy: Signal<bool>,
    /// For who does not see what stands beside it.
    #[prop(optional, into)]
    aria: MaybeProp<String>,
    /// Without, it submits its form.
    #[prop(optional, into)]
    on_press: Option<Callback<()>>,
) -> impl IntoView {
    let kind = if on_press.is_some() {
        "button"
    } else {
        "submit"
    };
    view! {
        <button
            type=kind
            class=class
            aria-label=move || aria.get()
            aria-busy=move || busy.get().then_some("true")
            disabled=busy
            on:click=move |_| if let Some(press) = on_press { press.run(()) }
        >
            {move || if busy.get() { working.into() } else { label.get() }}
        </button>
    }
}
