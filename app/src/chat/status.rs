//! The line above the composer's text: what is going on, for how long, and what holds a message back.

use std::time::Duration;

use contract::{RunId, chat::RunState};
use leptos::prelude::*;

use super::state::{elapsed, started_ms};
use crate::ui::{Icon, Lamp, LampKind};

/// What is going on, above the text. Spoken when it changes; the clock beside it is not.
#[component]
pub(super) fn StatusLine(
    under_way: Memo<Option<(RunId, RunState, Option<String>)>>,
    holds: Signal<Option<&'static str>>,
    complaint: RwSignal<Option<String>>,
    armed: RwSignal<bool>,
) -> impl IntoView {
    let now = RwSignal::new(0.0_f64);
    let finished = RwSignal::new("");
    let busy = Memo::new(move |_| under_way.with(Option::is_some));
    Effect::new(move |was: Option<bool>| {
        let is = busy.get();
        if is {
            finished.set("");
            let tick = move || _ = now.try_set(js_sys::Date::now());
            tick();
            if let Ok(timer) = set_interval_with_handle(tick, Duration::from_secs(1)) {
                on_cleanup(move || timer.clear());
            }
        } else if was == Some(true) {
            finished.set("The answer is finished");
        }
        is
    });
    let doing = move || {
        under_way.with(|doing| {
            let (_, state, stage) = doing.as_ref()?;
            let usual = if *state == RunState::Measuring {
                "Measuring"
            } else {
                "Writing"
            };
            Some(stage.clone().unwrap_or_else(|| usual.to_owned()))
        })
    };
    let says = Memo::new(move |_| {
        let held = holds.get().map(str::to_owned);
        complaint.get().or(held).or_else(doing)
    });
    let clock = move || {
        let started = under_way.with(|doing| doing.as_ref().map(|(run, ..)| started_ms(*run)))?;
        (!armed.get()).then(|| elapsed(now.get() as i64 - started))
    };
    view! {
        <div class="status" class:sr=move || says.with(Option::is_none)>
            {move || says.with(Option::is_some).then(|| match complaint.with(Option::is_some) {
                true => view! { <Icon name="warn" small=true/> }.into_any(),
                false => view! { <Lamp kind=LampKind::Live/> }.into_any(),
            })}
            <span role="status">{move || says.get().unwrap_or_else(|| finished.get().to_owned())}</span>
            <span class="num" aria-hidden="true">{clock}</span>
            <span class="push"></span>
            {move || holds.get().map(|_| view! {
                <button type="button" class="btn ghost sm" on:click=move |_| armed.set(false)>"Not yet"</button>
            })}
        </div>
    }
    .into_any()
}
