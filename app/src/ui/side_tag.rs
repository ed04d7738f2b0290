use contract::media::Side;
use leptos::prelude::*;

/// Which of the two listening positions a figure belongs to: the letter, and for those who do not see
/// it what the letter means.
#[component]
pub fn SideTag(#[prop(into)] side: Signal<Side>) -> impl IntoView {
    view! {
        <span
            class=move || match side.get() {
                Side::A => "ab a",
                Side::B => "ab b",
            }
            role="img"
            aria-label=move || side.get().meaning()
        >
            {move || side.get().letter()}
        </span>
    }
}
