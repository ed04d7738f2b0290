//! The only player of the app: A against B at the same moment and, if wanted, at the same loudness.
//!
//! [`Player`] is a handful of signals, made once and good on the server too; what makes sound is in
//! [`engine`] and begins with the first click on play.

mod engine;
mod frames;
mod keys;
mod lanes;
mod levels;
mod mini;
mod monitor;
mod side_switch;
mod state;

use contract::{
    AssetId,
    media::{AssetView, Side},
};
use leptos::{prelude::*, task::spawn_local, web_sys};
use wasm_bindgen::JsCast;

pub use mini::MiniMonitor;
pub use monitor::Monitor;
use state::{Region, clamp, index, trims_db};

/// A file in one of the two listening positions.
#[derive(Clone, Debug, PartialEq)]
pub struct Track {
    pub side: Side,
    pub asset: AssetView,
}

#[derive(Clone, Copy)]
pub struct Player {
    /// What others may read; made once, since each making takes room until the page goes.
    reads: Reads,
    /// At most one of each side, A first.
    tracks: RwSignal<Vec<Track>>,
    side: RwSignal<Side>,
    playing: RwSignal<bool>,
    position: RwSignal<f64>,
    region: RwSignal<Option<Region>>,
    looping: RwSignal<bool>,
    level_match: RwSignal<bool>,
    trouble: RwSignal<Option<&'static str>>,
    levels: RwSignal<[state::Meter; 2]>,
    /// The moment under a pointer, in whichever plot of that file it is.
    hover: RwSignal<Option<(AssetId, f64)>>,
    /// Files that have been seen on this page, so that most need not be asked for.
    known: StoredValue<Vec<AssetView>>,
}

#[derive(Clone, Copy)]
struct Reads {
    tracks: Signal<Vec<Track>>,
    side: Signal<Side>,
    playing: Signal<bool>,
    position: Signal<f64>,
    region: Signal<Option<(f64, f64)>>,
    looping: Signal<bool>,
    level_match: Signal<bool>,
    hover: Signal<Option<(AssetId, f64)>>,
}

impl Player {
    fn new() -> Self {
        let (tracks, side) = (RwSignal::new(Vec::new()), RwSignal::new(Side::A));
        let (playing, position) = (RwSignal::new(false), RwSignal::new(0.0));
        let (region, looping) = (RwSignal::new(None::<Region>), RwSignal::new(false));
        let (level_match, hover) = (RwSignal::new(true), RwSignal::new(None));
        let reads = Reads {
            tracks: tracks.into(),
            side: side.into(),
            playing: playing.into(),
            position: position.into(),
            region: Signal::derive(move || {
                region.get().map(|region| (region.start_s, region.end_s))
            }),
            looping: looping.into(),
            level_match: level_match.into(),
            hover: hover.into(),
        };
        Self {
            reads,
            tracks,
            side,
            playing,
            position,
            region,
            looping,
            level_match,
            trouble: RwSignal::new(None),
            levels: RwSignal::new(Default::default()),
            hover,
            known: StoredValue::new(Vec::new()),
        }
    }

    // --- What is loaded

    /// Puts files into the two positions. The same files again change nothing that is heard.
    pub fn load(self, mut tracks: Vec<Track>) {
        tracks.sort_by_key(|track| track.side);
        tracks.dedup_by_key(|track| track.side);
        let other = |tracks: &[Track], now: &[Track]| {
            tracks
                .iter()
                .map(|track| track.asset.id)
                .ne(now.iter().map(|track| track.asset.id))
        };
        for track in &tracks {
            self.know(&track.asset);
        }
        if self.tracks.with_untracked(|now| other(&tracks, now)) {
            self.pause();
            self.position.set(0.0);
            self.region.set(None);
            self.looping.set(false);
            self.trouble.set(None);
            if !tracks
                .iter()
                .any(|track| track.side == self.side.get_untracked())
            {
                self.side
                    .set(tracks.first().map_or(Side::A, |track| track.side));
            }
        }
        self.tracks.set(tracks);
        self.hand_over();
    }

    /// A file moved on: it can be played now, or its loudness is known.
    pub fn update_asset(self, asset: &AssetView) {
        self.know(asset);
        if self.holds(asset.id) {
            self.tracks.update(|tracks| {
                for track in tracks.iter_mut().filter(|track| track.asset.id == asset.id) {
                    track.asset = asset.clone();
                }
            });
            self.hand_over();
            self.remix();
        }
    }

    /// Remembers a file, so that pins and times of its analysis can play it without asking.
    pub fn know(self, asset: &AssetView) {
        self.known.update_value(
            |known| match known.iter_mut().find(|one| one.id == asset.id) {
                Some(one) => *one = asset.clone(),
                None => known.push(asset.clone()),
            },
        );
    }

    /// Does something once these two are loaded, which most often they are.
    pub fn with_pair(self, a: AssetId, b: Option<AssetId>, then: impl FnOnce(Self) + 'static) {
        let loaded = self.tracks.with_untracked(|tracks| {
            let holds = |side, id| {
                tracks
                    .iter()
                    .any(|track| track.side == side && track.asset.id == id)
            };
            holds(Side::A, a) && b.is_none_or(|b| holds(Side::B, b))
        });
        if loaded {
            then(self);
            return;
        }
        let wanted: Vec<(Side, AssetId)> = [(Side::A, Some(a)), (Side::B, b)]
            .into_iter()
            .filter_map(|(side, id)| Some((side, id?)))
            .collect();
        spawn_local(async move {
            let mut tracks = Vec::new();
            for (side, id) in wanted {
                let known = self
                    .known
                    .with_value(|known| known.iter().find(|asset| asset.id == id).cloned());
                let asset = match known {
                    Some(asset) => Ok(asset),
                    None => crate::media::api::asset(id).await,
                };
                match asset {
                    Ok(asset) => tracks.push(Track { side, asset }),
                    Err(_) => return self.trouble.set(Some("That file cannot be loaded.")),
                }
            }
            self.load(tracks);
            then(self);
        });
    }

    /// One file, on the side it belongs to, from where it is or from its beginning.
    pub fn toggle_track(self, track: Track) {
        let Track { side, asset } = &track;
        let loaded = self.tracks.with_untracked(|now| {
            now.iter()
                .any(|one| one.side == *side && one.asset.id == asset.id)
        });
        if loaded && (self.side.get_untracked() == *side || !self.playing.get_untracked()) {
            self.flip(*side);
            self.toggle();
        } else if loaded {
            self.flip(*side);
        } else {
            let side = *side;
            let mut tracks = self.tracks.get_untracked();
            tracks.retain(|one| one.side != side);
            tracks.push(track);
            self.load(tracks);
            self.flip(side);
            self.play();
        }
    }

    // --- What it does

    pub fn play(self) {
        if self.url(self.side.get_untracked()).is_none() {
            let other = if self.tracks.with_untracked(Vec::is_empty) {
                None
            } else {
                Some("Preparing playback")
            };
            self.trouble.set(other);
            return;
        }
        self.trouble.set(None);
        frames::start(self);
        self.hand_over();
        let at = self.position.get_untracked();
        let ended = self.duration_untracked() > 0.0 && at >= self.duration_untracked() - 0.1;
        let at = if ended { 0.0 } else { at };
        self.position.set(at);
        engine::play(at, index(self.side.get_untracked()), self.gains());
        self.playing.set(true);
        frames::run(self);
    }

    pub fn pause(self) {
        if self.playing.get_untracked() {
            self.playing.set(false);
            engine::pause();
        }
    }

    pub fn toggle(self) {
        if self.playing.get_untracked() {
            self.pause();
        } else {
            self.play();
        }
    }

    pub fn seek(self, at_s: f64) {
        let at_s = clamp(at_s, self.duration_untracked());
        self.position.set(at_s);
        engine::seek(at_s);
        // Outside of the loop, the loop would only pull it back.
        if self
            .region
            .get_untracked()
            .is_some_and(|region| at_s >= region.end_s)
        {
            self.looping.set(false);
        }
    }

    pub fn step(self, by_s: f64) {
        self.seek(self.position.get_untracked() + by_s);
    }

    /// Plays a moment; a stretch is looped.
    pub fn play_range(self, start_s: f64, end_s: Option<f64>) {
        let region = end_s.and_then(|end_s| Region::new(start_s, end_s));
        self.region.set(region);
        self.looping.set(region.is_some());
        self.seek(start_s);
        self.play();
    }

    /// Loops the marked stretch, or the whole file where none is marked.
    pub fn toggle_loop(self) {
        self.looping.update(|looping| *looping = !*looping);
        if let Some(region) = self.region.get_untracked()
            && self.looping.get_untracked()
            && self.position.get_untracked() >= region.end_s
        {
            self.seek(region.start_s);
        }
    }

    /// Lets the other position be heard, at the same moment.
    pub fn flip(self, side: Side) {
        if !self
            .tracks
            .with_untracked(|tracks| tracks.iter().any(|track| track.side == side))
        {
            return;
        }
        self.side.set(side);
        engine::mix(index(side), self.gains());
        let at = self.position.get_untracked();
        if clamp(at, self.duration_untracked()) < at {
            self.seek(at);
        }
    }

    pub fn set_level_match(self, on: bool) {
        self.level_match.set(on);
        self.remix();
    }

    /// Plays the moment that a click on a `data-seek` element names. The thread hands its clicks here.
    pub fn handle_click(self, event: &web_sys::Event) {
        let target = event
            .target()
            .and_then(|target| target.dyn_into::<web_sys::Element>().ok());
        let Some(moment) = target.and_then(|target| target.closest("[data-seek]").ok().flatten())
        else {
            return;
        };
        let number = |name: &str| {
            moment
                .get_attribute(name)?
                .parse::<f64>()
                .ok()
                .filter(|value| value.is_finite())
        };
        let Some(start) = number("data-seek") else {
            return;
        };
        let end = number("data-until");
        event.prevent_default();
        frames::mark(&moment);
        // The moment is one of the files that this answer's card is about.
        let card = moment
            .closest(".msg")
            .ok()
            .flatten()
            .and_then(|answer| answer.query_selector("[data-a]").ok().flatten());
        let id = |name: &str| card.as_ref()?.get_attribute(name)?.parse::<AssetId>().ok();
        match id("data-a") {
            Some(a) => self.with_pair(a, id("data-b"), move |player| {
                // It is the mix that it was said of.
                player.flip(Side::A);
                player.play_range(start, end);
            }),
            None => self.play_range(start, end),
        }
    }

    /// The moment under a pointer.
    pub fn point(self, asset: AssetId, at_s: Option<f64>) {
        let next = at_s.map(|at_s| (asset, at_s));
        if self.hover.get_untracked() != next {
            self.hover.set(next);
        }
    }

    // --- What it shows

    pub fn tracks(self) -> Signal<Vec<Track>> {
        self.reads.tracks
    }

    pub fn side(self) -> Signal<Side> {
        self.reads.side
    }

    pub fn playing(self) -> Signal<bool> {
        self.reads.playing
    }

    /// Seconds from the beginning; sixty times a second while it plays.
    pub fn position(self) -> Signal<f64> {
        self.reads.position
    }

    pub fn region(self) -> Signal<Option<(f64, f64)>> {
        self.reads.region
    }

    pub fn looping(self) -> Signal<bool> {
        self.reads.looping
    }

    pub fn level_match(self) -> Signal<bool> {
        self.reads.level_match
    }

    pub fn hover(self) -> Signal<Option<(AssetId, f64)>> {
        self.reads.hover
    }

    pub fn holds(self, asset: AssetId) -> bool {
        self.tracks
            .with(|tracks| tracks.iter().any(|track| track.asset.id == asset))
    }

    /// It plays, and this file is one of the two.
    pub fn is_playing_asset(self, asset: AssetId) -> bool {
        self.playing.get() && self.holds(asset)
    }

    /// This very file is the one that is heard.
    pub fn is_heard(self, asset: AssetId) -> bool {
        let side = self.side.get();
        self.playing.get()
            && self
                .tracks
                .with(|tracks| tracks.iter().any(|t| t.side == side && t.asset.id == asset))
    }

    /// Of the longer file: what the lanes are as wide as.
    fn longest(self) -> f64 {
        self.tracks
            .with(|tracks| tracks.iter().filter_map(track_duration).fold(0.0, f64::max))
    }

    fn duration_untracked(self) -> f64 {
        let side = self.side.get_untracked();
        let summary = self.tracks.with_untracked(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)
                .and_then(track_duration)
        });
        summary
            .or_else(|| engine::duration(index(side)))
            .unwrap_or(0.0)
    }

    fn url(self, side: Side) -> Option<String> {
        self.tracks.with_untracked(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)?
                .asset
                .play_url
                .clone()
        })
    }

    fn lufs(tracks: &[Track], side: Side) -> Option<f64> {
        tracks
            .iter()
            .find(|track| track.side == side)?
            .asset
            .measuring
            .summary
            .as_ref()?
            .integrated_lufs
    }

    fn gains(self) -> [f64; 2] {
        let (a, b) = self
            .tracks
            .with_untracked(|tracks| (Self::lufs(tracks, Side::A), Self::lufs(tracks, Side::B)));
        trims_db(a, b, self.level_match.get_untracked()).map(state::gain)
    }

    fn remix(self) {
        engine::mix(index(self.side.get_untracked()), self.gains());
    }

    fn hand_over(self) {
        let (a, b) = (self.url(Side::A), self.url(Side::B));
        engine::load([a.as_deref(), b.as_deref()]);
    }
}

fn track_duration(track: &Track) -> Option<f64> {
    track
        .asset
        .measuring
        .summary
        .as_ref()
        .map(|summary| summary.duration_s)
}

/// Makes the player of this tab. Its keys work wherever nobody types.
pub fn provide_player() -> Player {
    let player = Player::new();
    provide_context(player);
    keys::listen(player);
    player
}

pub fn use_player() -> Player {
    expect_context::<Player>()
}
