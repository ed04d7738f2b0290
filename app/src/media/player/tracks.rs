//! What is loaded: which files are in the two positions, what is known of them, and what that gives the engine.

use contract::{
    AssetId,
    media::{AssetView, Side},
};
use leptos::{prelude::*, task::spawn_local};

use super::{Player, Track, engine, state::index};

impl Player {
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

    /// Of the longer file: what the lanes are as wide as.
    pub(super) fn longest(self) -> f64 {
        self.tracks.with(|tracks| {
            tracks
                .iter()
                .filter_map(Track::duration_s)
                .fold(0.0, f64::max)
        })
    }

    pub(super) fn duration_untracked(self) -> f64 {
        let side = self.side.get_untracked();
        let summary = self.tracks.with_untracked(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)
                .and_then(Track::duration_s)
        });
        summary
            .or_else(|| engine::duration(index(side)))
            .unwrap_or(0.0)
    }

    pub(super) fn url(self, side: Side) -> Option<String> {
        self.tracks.with_untracked(|tracks| {
            tracks
                .iter()
                .find(|track| track.side == side)?
                .asset
                .play_url
                .clone()
        })
    }

    pub(super) fn lufs(tracks: &[Track], side: Side) -> Option<f64> {
        tracks
            .iter()
            .find(|track| track.side == side)?
            .asset
            .measuring
            .summary
            .as_ref()?
            .integrated_lufs
    }

    pub(super) fn hand_over(self) {
        let (a, b) = (self.url(Side::A), self.url(Side::B));
        engine::load([a.as_deref(), b.as_deref()]);
    }
}

impl Track {
    pub(super) fn duration_s(&self) -> Option<f64> {
        let summary = self.asset.measuring.summary.as_ref()?;
        Some(summary.duration_s)
    }
}
