use contract::media::Side;
use leptos::prelude::*;

use super::{
    Player, Track,
    lanes::Lanes,
    levels::Levels,
    side_switch::{on_arrows, side_button},
    use_player,
};
use crate::{
    media::text::or_dash,
    ui::{Icon, SideTag, number::signed, time::clock, time::clock_tenths},
};

/// The player in the inspector: A or B, both waveforms, transport, levels and level match.
#[component]
pub fn Monitor() -> impl IntoView {
    let player = use_player();
    let loaded = Memo::new(move |_| player.tracks().with(|tracks| !tracks.is_empty()));
    view! {
        <section class="section monitor" aria-label="Monitor">
            {move || {
                if loaded.get() {
                    view! { <Desk player /> }.into_any()
                } else {
                    view! { <p class="faint">"Add a mix to hear it here."</p> }.into_any()
                }
            }}
        </section>
    }
}

#[component]
fn Desk(player: Player) -> impl IntoView {
    // To the tenth, so that the text changes ten times a second and not sixty.
    let time = Memo::new(move |_| clock_tenths(player.position().get()));
    let length = Memo::new(move |_| clock_tenths(player.longest()));
    let both = Memo::new(move |_| player.tracks().with(|tracks| tracks.len() == 2));
    view! {
        <div class="ab-switch" class:alone=move || !both.get() role="radiogroup" aria-label="Listening to" on:keydown=on_arrows(player)>
            {side_button(player, Side::A, position_name(player, Side::A))}
            {move || both.get().then(|| side_button(player, Side::B, position_name(player, Side::B)))}
        </div>
        <Lanes player />
        <div class="row">
            <span class="tc">{move || time.get()} <small>" / " {move || length.get()}</small></span>
            <span class="push"></span>
            <div class="transport">
                <LoopButton player />
                <PlayButton player class="play" />
            </div>
        </div>
        <p class="trouble" role="status">{move || trouble(player)}</p>
        <Levels levels=player.levels.into() />
        <LevelMatch player />
    }
}

/// What keeps it from playing, in a few words.
fn trouble(player: Player) -> Option<&'static str> {
    let side = player.side().get();
    let waiting = player.tracks().with(|tracks| {
        tracks
            .iter()
            .any(|track| track.side == side && track.asset.play_url.is_none())
    });
    player
        .trouble
        .get()
        .filter(|text| waiting || *text != PREPARING)
        .or(waiting.then_some(PREPARING))
}

pub(super) const PREPARING: &str = "Preparing playback";

fn position_name(player: Player, side: Side) -> AnyView {
    let track = move || {
        player
            .tracks()
            .with(|tracks| tracks.iter().find(|track| track.side == side).cloned())
    };
    let name = move || track().map(|track| short_name(&track.asset.name).to_owned());
    let lufs = move || {
        let loudness =
            track().and_then(|Track { asset, .. }| asset.measuring.summary?.integrated_lufs);
        [&or_dash(loudness, 1), " LUFS"].concat()
    };
    view! {
        <SideTag side />
        <b>{name}</b>
        <small>{lufs}</small>
    }
    .into_any()
}

/// Without its ending, which says nothing about the music.
fn short_name(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, ending)) if !stem.is_empty() && ending.len() <= 4 => stem,
        _ => name,
    }
}

#[component]
pub(super) fn PlayButton(player: Player, class: &'static str) -> impl IntoView {
    view! {
        <button
            type="button"
            class=class
            aria-label=move || if player.playing().get() { "Pause" } else { "Play" }
            on:click=move |_| player.toggle()
        >
            {move || {
                if player.playing().get() {
                    view! { <Icon name="pause" /> }
                } else {
                    view! { <Icon name="play" /> }
                }
            }}
        </button>
    }
}

#[component]
pub(super) fn LoopButton(player: Player) -> impl IntoView {
    let label = move || match player.region().get() {
        Some((start, end)) => ["Loop ", &clock(start), " to ", &clock(end)].concat(),
        None => "Loop".to_owned(),
    };
    view! {
        <button
            type="button"
            class="icon-btn lit"
            aria-pressed=move || if player.looping().get() { "true" } else { "false" }
            aria-label=label
            on:click=move |_| player.toggle_loop()
        >
            <Icon name="loop" />
        </button>
    }
}

#[component]
fn LevelMatch(player: Player) -> impl IntoView {
    // B is brought to A's loudness: what it is turned by, as heard.
    let difference = Memo::new(move |_| {
        player
            .tracks()
            .with(|tracks| Some(Player::lufs(tracks, Side::A)? - Player::lufs(tracks, Side::B)?))
    });
    move || {
        difference.get().map(|db| {
            view! {
                <div class="line">
                    <span>"Level-match B"</span>
                    <span class="num faint">{signed(db, 1)} " dB"</span>
                    <span class="push"></span>
                    <button
                        type="button"
                        class="switch ref"
                        role="switch"
                        aria-checked=move || if player.level_match().get() { "true" } else { "false" }
                        aria-label="Level-match the reference"
                        on:click=move |_| player.set_level_match(!player.level_match().get_untracked())
                    ></button>
                </div>
            }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_ending_only() {
        assert_eq!(short_name("Night Ferry v3.wav"), "Night Ferry v3");
        assert_eq!(short_name("Mix 2.final version"), "Mix 2.final version");
        assert_eq!(short_name(".wav"), ".wav");
    }
}
