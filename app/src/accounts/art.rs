use leptos::prelude::*;

/// The level dial at rest, as large as the room gives it. Each ring of ticks is one dashed arc whose
/// `pathLength` is the number of its ticks.
#[component]
pub fn Art() -> impl IntoView {
    view! {
        <figure class="pane art" aria-hidden="true">
            <div class="dial">
                <svg viewBox="0 0 600 316">
                    <path class="tick you" pathLength="53" d="M35.3 261.9A268 268 0 0 1 391.7 52.2"></path>
                    <path class="tick off" pathLength="23" d="M391.7 52.2A268 268 0 0 1 540.5 185.7"></path>
                    <path class="tick hot" pathLength="9" d="M540.5 185.7A268 268 0 0 1 564.7 261.9"></path>
                    <path class="decade you" pathLength="4" d="M45.4 318.8A255 255 0 0 1 358.8 55.9"></path>
                    <path class="decade off" pathLength="2" d="M358.8 55.9A255 255 0 0 1 534.1 203.0"></path>
                    <path class="decade hot" pathLength="1" d="M534.1 203.0A255 255 0 0 1 554.6 318.8"></path>
                    <path class="tick inner it" pathLength="41" d="M78.8 268.8A224 224 0 0 1 288.8 80.3"></path>
                    <path class="tick inner off" pathLength="44" d="M288.8 80.3A224 224 0 0 1 521.2 268.8"></path>
                    <line class="peak" x1="434.6" y1="88.6" x2="449.4" y2="64.9"></line>
                    <line class="needle" x1="300" y1="304" x2="367.7" y2="109.5"></line>
                    <circle class="pivot" cx="300" cy="304" r="9"></circle>
                    <text x="7.5" y="256.4">"−60"</text>
                    <text x="61.8" y="130.6">"−50"</text>
                    <text x="166.7" y="42.6">"−40"</text>
                    <text x="300" y="11">"−30"</text>
                    <text x="433.3" y="42.6">"−20"</text>
                    <text x="538.2" y="130.6">"−10"</text>
                    <text x="592.5" y="256.4">"0"</text>
                </svg>
            </div>
            <figcaption>
                <b>"It listens before it answers."</b>
                <span>"Every claim shows its figure, its unit and its moment"</span>
            </figcaption>
        </figure>
    }
}
