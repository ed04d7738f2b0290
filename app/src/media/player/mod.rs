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
mod moments;
mod monitor;
mod side_switch;
mod state;
mod tracks;

use contract::{
    AssetId,
    media::{AssetView, Side},
};
use leptos::prelude::*;

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

    fn gains(self) -> [f64; 2] {
        let (a, b) = self
            .tracks
            .with_untracked(|tracks| (Self::lufs(tracks, Side::A), Self::lufs(tracks, Side::B)));
        trims_db(a, b, self.level_match.get_untracked()).map(state::gain)
    }

    fn remix(self) {
        engine::mix(index(self.side.get_untracked()), self.gains());
    }
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
