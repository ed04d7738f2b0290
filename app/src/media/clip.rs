use contract::{
    chat::Attachment,
    jobs::JobState,
    media::{AssetView, Side},
};
use leptos::prelude::*;

use super::{
    pen::percent,
    player::{Player, Track, use_player},
    wave::{Wave, bars},
};
use crate::ui::{Icon, SideTag, Skeleton, number::fixed, time::clock};

/// Bars in a chip.
const BARS: usize = 96;

/// How far a file is, as the chip shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ClipState {
    Measuring,
    Ready,
    Failed,
}

pub(super) fn clip_state(asset: &AssetView) -> ClipState {
    match asset.measuring.state {
        JobState::Failed | JobState::Cancelled => ClipState::Failed,
        JobState::Done => ClipState::Ready,
        JobState::Queued | JobState::Running => ClipState::Measuring,
    }
}

/// An audio file anywhere: its waveform, and a button that plays it.
#[component]
pub fn ClipChip(#[prop(into)] attachment: Signal<Attachment>) -> impl IntoView {
    let player = use_player();
    Effect::new(move || attachment.with(|attachment| player.know(&attachment.asset)));
    let state = Memo::new(move |_| attachment.with(|attachment| clip_state(&attachment.asset)));
    let side = Signal::derive(move || attachment.with(|attachment| attachment.side));
    let asset = Signal::derive(move || attachment.with(|attachment| attachment.asset.clone()));
    let info = move || attachment.with(|attachment| clip_info(&attachment.asset));
    view! {
        <div
            class="clip-chip"
            role="group"
            aria-label=move || attachment.with(|attachment| attachment.asset.name.clone())
            aria-busy=move || (state.get() == ClipState::Measuring).then_some("true")
        >
            <ClipButton player asset side />
            <div class="meta">
                <SideTag side />
                <b>{move || attachment.with(|attachment| attachment.asset.name.clone())}</b>
                <span class="info">{info}</span>
            </div>
            <ClipBody player asset side />
        </div>
    }
}

/// The length, or what is being done.
pub(super) fn clip_info(asset: &AssetView) -> String {
    let measuring = &asset.measuring;
    match (&measuring.summary, clip_state(asset)) {
        (Some(summary), _) => clock(summary.duration_s),
        (None, ClipState::Failed) => "not measured".to_owned(),
        (None, ClipState::Measuring) if measuring.progress > 0.0 => {
            [&fixed(f64::from(measuring.progress) * 100.0, 0), "%"].concat()
        }
        (None, ClipState::Measuring) => "decoding".to_owned(),
        (None, ClipState::Ready) => String::new(),
    }
}

/// Plays or pauses this file; a triangle where it could not be read.
#[component]
pub(super) fn ClipButton(
    player: Player,
    asset: Signal<AssetView>,
    side: Signal<Side>,
) -> impl IntoView {
    let heard = Memo::new(move |_| player.is_heard(asset.with(|asset| asset.id)));
    let playable = Memo::new(move |_| asset.with(|asset| asset.play_url.is_some()));
    let failed = Memo::new(move |_| {
        asset.with(|asset| clip_state(asset) == ClipState::Failed && asset.play_url.is_none())
    });
    let label = move || {
        let verb = match (playable.get(), heard.get()) {
            (false, _) => "Preparing playback of ",
            (true, true) => "Pause ",
            (true, false) => "Play ",
        };
        asset.with(|asset| [verb, &asset.name].concat())
    };
    move || {
        if failed.get() {
            return view! { <span class="play failed"><Icon name="warn" /></span> }.into_any();
        }
        view! {
            <button
                type="button"
                class="play"
                aria-label=label
                disabled=move || !playable.get()
                on:click=move |_| {
                    player.toggle_track(Track { side: side.get_untracked(), asset: asset.get_untracked() });
                }
            >
                {move || if heard.get() { view! { <Icon name="pause" /> } } else { view! { <Icon name="play" /> } }}
            </button>
        }
        .into_any()
    }
}

/// The lower line: a progress bar, the waveform, or the sentence that says why there is none.
#[component]
pub(super) fn ClipBody(
    player: Player,
    asset: Signal<AssetView>,
    side: Signal<Side>,
) -> impl IntoView {
    let state = Memo::new(move |_| asset.with(clip_state));
    let path = Memo::new(move |_| {
        asset.with(|asset| {
            asset
                .measuring
                .summary
                .as_ref()
                .map_or_else(String::new, |summary| bars(&summary.waveform, BARS))
        })
    });
    let heard = Memo::new(move |_| player.is_heard(asset.with(|asset| asset.id)));
    let at = move || {
        let length = asset.with(|asset| {
            asset
                .measuring
                .summary
                .as_ref()
                .map_or(0.0, |summary| summary.duration_s)
        });
        let part = if heard.get() && length > 0.0 {
            (player.position().get() / length * 100.0).min(100.0)
        } else {
            100.0
        };
        ["--at:", &percent(part)].concat()
    };
    let tone = move || match side.get() {
        Side::A => "w in-mix",
        Side::B => "w in-ref",
    };
    move || match state.get() {
        ClipState::Ready => view! {
            <div class=tone style=at>
                <Wave path played=true />
            </div>
        }
        .into_any(),
        ClipState::Failed => {
            let why = move || {
                asset.with(|asset| {
                    asset
                        .measuring
                        .error
                        .as_ref()
                        .map(|error| error.message.clone())
                })
            };
            view! { <p class="w why">{why}</p> }.into_any()
        }
        ClipState::Measuring => {
            let progress = Memo::new(move |_| {
                asset.with(|asset| (f64::from(asset.measuring.progress) * 100.0).round())
            });
            let stage = move || {
                asset.with(|asset| {
                    asset
                        .measuring
                        .stage
                        .clone()
                        .unwrap_or_else(|| "Measuring".to_owned())
                })
            };
            view! {
                <div class="w going">
                    {move || if progress.get() > 0.0 {
                        view! {
                            <div
                                class="progress"
                                role="progressbar"
                                aria-label=stage
                                aria-valuemin="0"
                                aria-valuemax="100"
                                aria-valuenow=move || fixed(progress.get(), 0)
                                style=move || ["--v:", &percent(progress.get())].concat()
                            >
                                <i></i>
                            </div>
                        }
                        .into_any()
                    } else {
                        view! { <Skeleton width="100%" height="3px" /> }.into_any()
                    }}
                </div>
            }
            .into_any()
        }
    }
}

#[cfg(test)]
mod tests {
    use contract::{
        ApiError, ErrorCode, Timestamp,
        media::{Measuring, Summary},
    };

    use super::*;

    fn asset(state: JobState, progress: f32) -> AssetView {
        AssetView {
            id: "00000000-0000-0000-0000-000000000001".parse().unwrap(),
            name: "Mix.wav".into(),
            size_bytes: 1,
            created_at: Timestamp(0),
            play_url: None,
            measuring: Measuring {
                state,
                progress,
                stage: None,
                error: None,
                summary: None,
            },
        }
    }

    #[test]
    fn a_chip_says_how_far_its_file_is() {
        assert_eq!(clip_info(&asset(JobState::Queued, 0.0)), "decoding");
        assert_eq!(clip_info(&asset(JobState::Running, 0.42)), "42%");
        let mut failed = asset(JobState::Failed, 0.0);
        failed.measuring.error = Some(ApiError::new(ErrorCode::NotAudio, "This is no audio file."));
        assert_eq!(
            (clip_state(&failed), clip_info(&failed).as_str()),
            (ClipState::Failed, "not measured")
        );
        let mut done = asset(JobState::Done, 1.0);
        done.measuring.summary = Some(Summary {
            duration_s: 222.4,
            integrated_lufs: Some(-9.8),
            waveform: vec![0.5],
            measured_in_ms: 900,
        });
        assert_eq!(
            (clip_state(&done), clip_info(&done).as_str()),
            (ClipState::Ready, "3:42")
        );
    }
}
