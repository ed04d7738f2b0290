//! The browser's part of the player: two audio elements, and from the first time that somebody presses
//! play the graph that levels and meters them. There is one of it in a tab, and none on the server.
//!
//! Both sides run at once with one of them silent, so that a flip between A and B has no gap.

use std::cell::RefCell;

use leptos::{
    task::spawn_local,
    wasm_bindgen::{JsCast, closure::Closure},
    web_sys,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{AnalyserNode, AudioContext, GainNode, HtmlAudioElement};

use super::state::clamp;

/// Samples that a meter looks at: longer than a frame at 60 a second, so that no peak slips through.
const METER_SAMPLES: usize = 1024;
/// A flip between A and B fades over so long that it does not click.
const FADE_S: f64 = 0.008;
/// The silent side is brought back when it has drifted by more than this.
const DRIFT_S: f64 = 0.04;

thread_local! {
    static ENGINE: RefCell<Option<Engine>> = const { RefCell::new(None) };
}

/// What the elements report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Report {
    /// Time went on, also while nobody looks.
    Progress,
    Ended,
    Failed,
    /// The browser does not let us play without a click.
    Refused,
}

struct Engine {
    decks: [Deck; 2],
    graph: Option<Graph>,
    active: usize,
    report: fn(usize, Report),
}

struct Deck {
    audio: HtmlAudioElement,
    url: String,
}

struct Graph {
    context: AudioContext,
    gains: [GainNode; 2],
    meters: [AnalyserNode; 2],
    samples: Vec<f32>,
}

/// Does something with the engine, if there is one.
fn with<R>(run: impl FnOnce(&mut Engine) -> R) -> Option<R> {
    ENGINE.with_borrow_mut(|engine| engine.as_mut().map(run))
}

/// Makes the elements, once. `report` is told what they say, and which of them.
pub(crate) fn start(report: fn(usize, Report)) {
    let missing = ENGINE.with_borrow(Option::is_none);
    if missing && let (Some(a), Some(b)) = (deck(0, report), deck(1, report)) {
        let engine = Engine {
            decks: [a, b],
            graph: None,
            active: 0,
            report,
        };
        ENGINE.with_borrow_mut(|slot| *slot = Some(engine));
    }
}

fn deck(index: usize, report: fn(usize, Report)) -> Option<Deck> {
    let audio = HtmlAudioElement::new().ok()?;
    audio.set_preload("auto");
    for (event, what) in [
        ("timeupdate", Report::Progress),
        ("ended", Report::Ended),
        ("error", Report::Failed),
    ] {
        let listener = Closure::<dyn Fn()>::new(move || report(index, what));
        _ = audio.add_event_listener_with_callback(event, listener.as_ref().unchecked_ref());
        // The elements live as long as the tab does.
        listener.forget();
    }
    Some(Deck {
        audio,
        url: String::new(),
    })
}

/// Which files the two sides play. A side without one falls silent.
pub(crate) fn load(urls: [Option<&str>; 2]) {
    with(|engine| {
        for (deck, url) in engine.decks.iter_mut().zip(urls) {
            let url = url.unwrap_or_default();
            if deck.url == url {
                continue;
            }
            url.clone_into(&mut deck.url);
            if url.is_empty() {
                _ = deck.audio.pause();
                _ = deck.audio.remove_attribute("src");
                // Only this lets go of the file that was there.
                deck.audio.load();
            } else {
                deck.audio.set_src(url);
            }
        }
    });
}

/// Starts both sides at a place. Called from a click or a key: before that no browser would make sound.
pub(crate) fn play(at_s: f64, active: usize, gains: [f64; 2]) {
    with(|engine| {
        if engine.graph.is_none() {
            engine.graph = Graph::build(&engine.decks);
        }
        if let Some(resumed) = engine
            .graph
            .as_ref()
            .and_then(|graph| graph.context.resume().ok())
        {
            spawn_local(async move {
                _ = JsFuture::from(resumed).await;
            });
        }
        engine.active = active;
        engine.mix(gains);
        engine.seek(at_s);
        for (index, deck) in engine
            .decks
            .iter()
            .enumerate()
            .filter(|(_, deck)| !deck.url.is_empty())
        {
            begin(&deck.audio, index, engine.report);
        }
    });
}

/// Starts an element, and hears what becomes of it: a promise that nobody awaits would end up in the
/// console.
fn begin(audio: &HtmlAudioElement, index: usize, report: fn(usize, Report)) {
    let Ok(promise) = audio.play() else { return };
    spawn_local(async move {
        if let Err(reason) = JsFuture::from(promise).await {
            let name = js_sys::Reflect::get(&reason, &"name".into())
                .ok()
                .and_then(|name| name.as_string());
            match name.as_deref() {
                // Paused before it had begun: what was wanted.
                Some("AbortError") => {}
                Some("NotAllowedError") => report(index, Report::Refused),
                _ => report(index, Report::Failed),
            }
        }
    });
}

pub(crate) fn pause() {
    with(|engine| {
        for deck in &engine.decks {
            _ = deck.audio.pause();
        }
    });
}

pub(crate) fn seek(at_s: f64) {
    with(|engine| engine.seek(at_s));
}

/// Lets one side be heard.
pub(crate) fn mix(active: usize, gains: [f64; 2]) {
    with(|engine| {
        engine.active = active;
        engine.mix(gains);
    });
}

/// Where the side that is heard has come to.
pub(crate) fn position() -> Option<f64> {
    with(|engine| engine.decks[engine.active].audio.current_time())
}

/// How long a side's file is, once the browser knows.
pub(crate) fn duration(side: usize) -> Option<f64> {
    with(|engine| engine.decks[side].audio.duration()).filter(|seconds| seconds.is_finite())
}

/// Brings the silent side back to the one that is heard; nobody hears it jump.
pub(crate) fn align() {
    with(|engine| {
        let (heard, silent) = (
            &engine.decks[engine.active].audio,
            &engine.decks[1 - engine.active],
        );
        let at = heard.current_time();
        if silent.url.is_empty()
            || silent.audio.seeking()
            || heard.seeking()
            || at > silent.audio.duration()
        {
            return;
        }
        if (silent.audio.current_time() - at).abs() > DRIFT_S {
            silent.audio.set_current_time(at);
        }
        // A shorter file that had ended plays again after a jump back.
        if silent.audio.paused() && !heard.paused() {
            begin(&silent.audio, 1 - engine.active, engine.report);
        }
    });
}

/// The highest sample of each channel since about the last frame.
pub(crate) fn peaks() -> [f64; 2] {
    with(|engine| {
        let Some(graph) = &mut engine.graph else {
            return [0.0; 2];
        };
        let Graph {
            meters, samples, ..
        } = graph;
        [0, 1].map(|channel: usize| {
            meters[channel].get_float_time_domain_data(samples);
            f64::from(
                samples
                    .iter()
                    .fold(0.0_f32, |highest, sample| highest.max(sample.abs())),
            )
        })
    })
    .unwrap_or_default()
}

impl Engine {
    fn seek(&self, at_s: f64) {
        for deck in self.decks.iter().filter(|deck| !deck.url.is_empty()) {
            let duration = deck.audio.duration();
            deck.audio.set_current_time(clamp(
                at_s,
                if duration.is_finite() { duration } else { 0.0 },
            ));
        }
    }

    fn mix(&self, gains: [f64; 2]) {
        for (index, deck) in self.decks.iter().enumerate() {
            let heard = index == self.active;
            let gain = if heard { gains[index] } else { 0.0 };
            match &self.graph {
                Some(graph) => {
                    let now = graph.context.current_time();
                    _ = graph.gains[index]
                        .gain()
                        .set_target_at_time(gain as f32, now, FADE_S);
                }
                // Without Web Audio there is no levelling above one, but A and B still work.
                None => {
                    deck.audio.set_muted(!heard);
                    deck.audio.set_volume(gain.clamp(0.0, 1.0));
                }
            }
        }
    }
}

impl Graph {
    /// Each side through its gain, both into one bus, the bus to the ears and to a meter per channel.
    fn build(decks: &[Deck; 2]) -> Option<Self> {
        let context = AudioContext::new().ok()?;
        let bus = context.create_gain().ok()?;
        // A mono file is heard on both sides and must move both meters.
        bus.set_channel_count(2);
        bus.set_channel_count_mode(web_sys::ChannelCountMode::Explicit);
        bus.connect_with_audio_node(&context.destination()).ok()?;
        let split = context
            .create_channel_splitter_with_number_of_outputs(2)
            .ok()?;
        bus.connect_with_audio_node(&split).ok()?;
        let meter = |channel: u32| {
            let meter = context.create_analyser().ok()?;
            meter.set_fft_size(METER_SAMPLES as u32);
            split
                .connect_with_audio_node_and_output(&meter, channel)
                .ok()?;
            Some(meter)
        };
        let side = |deck: &Deck| {
            let source = context.create_media_element_source(&deck.audio).ok()?;
            let gain = context.create_gain().ok()?;
            gain.gain().set_value(0.0);
            source.connect_with_audio_node(&gain).ok()?;
            gain.connect_with_audio_node(&bus).ok()?;
            Some(gain)
        };
        let meters = [meter(0)?, meter(1)?];
        let gains = [side(&decks[0])?, side(&decks[1])?];
        Some(Self {
            context,
            gains,
            meters,
            samples: vec![0.0; METER_SAMPLES],
        })
    }
}
