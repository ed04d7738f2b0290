use leptos::prelude::*;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LampKind {
    #[default]
    Rest,
    On,
    Live,
    Good,
    Bad,
    Off,
}

impl LampKind {
    const fn class(self) -> &'static str {
        match self {
            Self::Rest => "lamp",
            Self::On => "lamp on",
            Self::Live => "lamp on live",
            Self::Good => "lamp ok",
            Self::Bad => "lamp bad",
            Self::Off => "lamp off",
        }
    }
}

/// A small light. With a `label` it speaks for itself; without, the words beside it do.
#[component]
pub fn Lamp(
    #[prop(into)] kind: Signal<LampKind>,
    #[prop(optional)] label: Option<&'static str>,
) -> impl IntoView {
    view! {
        <span
            class=move || kind.get().class()
            role=label.map(|_| "img")
            aria-label=label
            aria-hidden=label.is_none().then_some("true")
        ></span>
    }
}
