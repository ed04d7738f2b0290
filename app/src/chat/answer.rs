//! An answer: its card, its text as it grows, how it ended, and the log that it follows.

use std::{cell::Cell, rc::Rc, sync::Arc, time::Duration};

use contract::{
    ErrorCode, MessageId, RunId, Timestamp,
    chat::{MessageView, RunState},
    live::{Cursor, Event, Frame, Topic},
    media::AnalysisView,
};
use leptos::{html, prelude::*, task::spawn_local};

use super::{
    api,
    desk::use_desk,
    state::{Part, ended_sentence, measured_note, model_note},
    thread::Writing,
    versions::Versions,
};
use crate::{
    api::Failure,
    live::{Outage, Subscription, use_live},
    media::{AnalysisCard, AnalysisSkeleton},
    ui::{BotAvatar, Icon, LocalTime},
};

/// Shorter losses of the line are nobody's concern.
const WORTH_A_NOTE_S: u32 = 2;
const COPIED_FOR: Duration = Duration::from_secs(2);
pub(super) const READ_AGAIN_AFTER: Duration = Duration::from_secs(3);

/// What stands above the text of an answer.
#[derive(Clone, PartialEq)]
enum Above {
    Nothing,
    Measuring,
    Card(Arc<AnalysisView>),
}

#[component]
pub(super) fn AnswerMessage(
    id: MessageId,
    created_at: Timestamp,
    writing: Writing,
    versions: ArcRwSignal<Vec<MessageId>>,
) -> impl IntoView {
    follow(id, &writing);
    let state = Memo::new({
        let writing = writing.clone();
        move |_| writing.state()
    });
    let above = Memo::new({
        let writing = writing.clone();
        move |_| match writing.card() {
            Some(card) => Above::Card(card),
            None if state.get() == RunState::Measuring => Above::Measuring,
            None => Above::Nothing,
        }
    });
    let stage = Signal::derive({
        let writing = writing.clone();
        move || {
            writing
                .head(|answer| answer.run.stage.clone())
                .unwrap_or_else(|| "Measuring".to_owned())
        }
    });
    let progress = Signal::derive({
        let writing = writing.clone();
        move || writing.head(|answer| answer.progress)
    });
    let measured = move || match above.get() {
        Above::Card(card) => Some(view! { <span class="opt">{measured_note(&card)}</span> }),
        _ => None,
    };
    let card = move || match above.get() {
        Above::Nothing => ().into_any(),
        Above::Measuring => {
            view! { <div class="bleed"><AnalysisSkeleton stage progress/></div> }.into_any()
        }
        Above::Card(analysis) => {
            view! { <div class="bleed"><AnalysisCard analysis/></div> }.into_any()
        }
    };
    view! {
        // Busy while it grows: it is read as a whole and not token by token.
        <article
            class="msg answer"
            data-message=id.to_string()
            aria-busy=move || if state.get().is_final() { "false" } else { "true" }
        >
            <BotAvatar/>
            <div class="msg-col">
                <div class="msg-head">
                    <h2>"Soundstage"</h2>
                    <LocalTime at=created_at/>
                    {measured}
                    <Versions id versions/>
                </div>
            </div>
            {card}
            <AnswerText id writing state/>
        </article>
    }
    .into_any()
}

#[component]
fn AnswerText(id: MessageId, writing: Writing, state: Memo<RunState>) -> impl IntoView {
    let node = NodeRef::<html::Div>::new();
    let parts = {
        let writing = writing.clone();
        move || writing.parts()
    };
    let tail = {
        let writing = writing.clone();
        Signal::derive(move || writing.tail())
    };
    let growing = Memo::new(move |_| state.get() == RunState::Writing);
    let shows_tail = Memo::new(move |_| growing.get() || tail.with(|tail| !tail.trim().is_empty()));
    // It becomes a numbered fix once it is whole, and stands where that will stand.
    let is_fix = Memo::new(move |_| {
        tail.with(|tail| tail.trim_start().starts_with(|c: char| c.is_ascii_digit()))
    });
    let paragraphs = move || {
        tail.with(|tail| {
            let spans = tail.split_inclusive("\n\n").map(str::to_owned);
            spans
                .map(|text| view! { <span class="para">{text}</span> })
                .collect_view()
        })
    };
    let tail_view = move || {
        shows_tail.get().then(|| {
            view! {
                <p class="prose tail" class:fix=is_fix>
                    {paragraphs}
                    {move || growing.get().then(|| view! { <span class="caret" aria-hidden="true"></span> })}
                </p>
            }
        })
    };
    let end = {
        let writing = writing.clone();
        move || {
            state.get().is_final().then(
                || view! { <AnswerEnd id writing=writing.clone() state=state.get() text=node/> },
            )
        }
    };
    view! {
        <div class="msg-col answer-text">
            // What is in the text comes below the name in the outline.
            <h3 class="sr">"Answer"</h3>
            <div class="answer-words" node_ref=node>
                <For each=parts key=|(key, _)| *key let((_, part))>
                    {match part {
                        Part::Html(html) => view! { <div class="block" inner_html=html></div> }.into_any(),
                        Part::Resumed(seconds) => view! { <Resumed seconds/> }.into_any(),
                    }}
                </For>
                {tail_view}
            </div>
            {end}
        </div>
    }
    .into_any()
}

#[component]
fn Resumed(seconds: u32) -> impl IntoView {
    view! {
        <div class="resumed">
            <span>
                <Icon name="refresh"/>
                {format!("Connection lost for {seconds} s, picked up where it stopped")}
            </span>
        </div>
    }
}

/// How it ended, what can be done about it, and who wrote it.
#[component]
fn AnswerEnd(
    id: MessageId,
    writing: Writing,
    state: RunState,
    text: NodeRef<html::Div>,
) -> impl IntoView {
    let (run, error, model, has_text) = writing.head(|answer| {
        let note = model_note(&answer.run.model, answer.run.usage.as_ref());
        (
            answer.run.id,
            answer.run.error.clone(),
            note,
            answer.has_text(),
        )
    });
    let sentence = ended_sentence(state, error.as_ref(), has_text);
    let ended = match state {
        RunState::Failed => Some((" bad", has_text, true)),
        RunState::Stopped => Some(("", false, true)),
        RunState::Interrupted => Some(("", true, false)),
        RunState::Measuring | RunState::Writing | RunState::Done => None,
    };
    let ended = ended.map(|(tone, goes_on, begins_anew)| {
        let again =
            |label, goes_on| view! { <AgainButton id writing=writing.clone() run label goes_on/> };
        view! {
            <div class=["ended", tone].concat()>
                <Icon name=if state == RunState::Stopped { "stop" } else { "warn" } small=true/>
                <p>{sentence}</p>
                {goes_on.then(|| again("Continue", true))}
                {begins_anew.then(|| again("Retry", false))}
            </div>
        }
    });
    let is_whole = state == RunState::Done;
    view! {
        {ended}
        <footer class="answer-foot">
            <span>{model}</span>
            <span class="push"></span>
            {is_whole.then(|| view! { <AgainButton id writing run label="Another answer" goes_on=false ghost=true/> })}
            {has_text.then(|| view! { <CopyButton text/> })}
        </footer>
    }
    .into_any()
}

#[component]
fn AgainButton(
    id: MessageId,
    writing: Writing,
    run: RunId,
    label: &'static str,
    goes_on: bool,
    #[prop(optional)] ghost: bool,
) -> impl IntoView {
    let desk = use_desk();
    let busy = RwSignal::new(false);
    let press = move |_| {
        if busy.get_untracked() {
            return;
        }
        busy.set(true);
        let writing = writing.clone();
        spawn_local(async move {
            let answered = if goes_on {
                api::resume(run).await
            } else {
                api::retry(run).await
            };
            match answered {
                Ok(message) if message.id != id => {
                    if let Some(thread) = desk.thread() {
                        thread.branch(id, vec![message]);
                    }
                }
                Ok(MessageView { run: Some(run), .. }) => _ = writing.replace(run),
                Ok(_) => {}
                Err(failure) => desk.failed(failure.message()),
            }
            busy.try_set(false);
        });
    };
    view! {
        <button
            type="button"
            class=if ghost { "btn ghost sm" } else { "btn sm" }
            aria-disabled=move || busy.get().then_some("true")
            on:click=press
        >
            <Icon name="refresh" small=true/>
            {label}
        </button>
    }
}

#[component]
fn CopyButton(text: NodeRef<html::Div>) -> impl IntoView {
    let desk = use_desk();
    let copied = RwSignal::new(false);
    let copy = move |_| {
        let Some(words) = text.get_untracked().map(|node| node.inner_text()) else {
            return;
        };
        spawn_local(async move {
            if crate::ui::to_clipboard(&words).await {
                copied.try_set(true);
                set_timeout(move || _ = copied.try_set(false), COPIED_FOR);
            } else {
                desk.failed("The browser did not let the text be copied.");
            }
        });
    };
    view! {
        <button type="button" class="btn ghost sm" on:click=copy>
            {move || view! { <Icon name=if copied.get() { "check" } else { "copy" } small=true/> }}
            <span aria-live="polite">{move || if copied.get() { "Copied" } else { "Copy" }}</span>
        </button>
    }
}

/// Follows the run's log from where the stored text ends, until its last event.
fn follow(id: MessageId, writing: &Writing) {
    let live = use_live();
    let outage = live.outage();
    let noted = Rc::new(Cell::new(
        outage.get_untracked().map(|last: Outage| last.number),
    ));
    Effect::new({
        let writing = writing.clone();
        move || {
            let (run, cursor, is_final) = writing.place();
            if is_final {
                return;
            }
            let subscription = Rc::new(Cell::new(None::<Subscription>));
            let on_frame = {
                let (writing, subscription) = (writing.clone(), subscription.clone());
                move |frame| match frame {
                    Frame::Event {
                        epoch, seq, event, ..
                    } => {
                        writing.apply(Cursor { epoch, seq }, &event);
                        if matches!(*event, Event::Finished { .. })
                            && let Some(subscription) = subscription.get()
                        {
                            subscription.end();
                        }
                    }
                    Frame::Gap { .. } | Frame::Closed { .. } => {
                        read_anew(id, writing.clone(), subscription.get());
                    }
                    _ => {}
                }
            };
            subscription.set(Some(live.subscribe(
                Topic::Run(run),
                Some(cursor),
                on_frame,
            )));
        }
    });
    Effect::new({
        let writing = writing.clone();
        move || {
            let Some(outage) = outage.get() else { return };
            if noted.replace(Some(outage.number)) != Some(outage.number)
                && outage.seconds >= WORTH_A_NOTE_S
            {
                writing.picked_up(outage.seconds);
            }
        }
    });
}

/// The log does not reach back: the stored message does. The new view makes the effect follow anew.
fn read_anew(id: MessageId, writing: Writing, subscription: Option<Subscription>) {
    spawn_local(async move {
        match api::message(id).await {
            Ok(MessageView { run: Some(run), .. }) => {
                let cursor = run.cursor;
                if !writing.replace(run)
                    && let Some(subscription) = subscription
                {
                    subscription.resume(Some(cursor));
                }
            }
            Ok(_) => {}
            Err(failure) if is_passing(&failure) => {
                set_timeout(
                    move || read_anew(id, writing, subscription),
                    READ_AGAIN_AFTER,
                );
            }
            Err(_) => {}
        }
    });
}

pub(super) fn is_passing(failure: &Failure) -> bool {
    matches!(
        failure.code(),
        ErrorCode::Unavailable | ErrorCode::TooManyRequests | ErrorCode::Internal
    )
}
