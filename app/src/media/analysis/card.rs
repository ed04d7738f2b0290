use std::sync::Arc;

use contract::{
    AssetId,
    media::{AnalysisView, Side, TrackHead},
};
use leptos::prelude::*;

use super::{figures::Figures, loudness::LoudnessCell, spectrum::SpectrumCell, stereo::StereoCell};
use crate::{
    media::player::{Player, use_player},
    ui::{Icon, SideTag},
};

/// What the parts of one card share: whose analysis it is, and which fix is in focus.
#[derive(Clone, Copy)]
pub(super) struct Desk {
    pub player: Player,
    pub a: AssetId,
    pub b: Option<AssetId>,
    /// The number of the fix whose stretch is marked.
    pub focused: RwSignal<Option<u32>>,
}

impl Desk {
    /// Plays what a pin is about and brings its text into view.
    pub fn show_fix(self, number: u32, range: Option<(f64, Option<f64>)>, pin: &web_sys::Element) {
        self.focused.set(Some(number));
        if let Some((start, end)) = range {
            self.player
                .with_pair(self.a, self.b, move |player| player.play_range(start, end));
        }
        scroll_to_fix(number, pin);
    }
}

/// The fix of this answer, or the first of the page: other answers count from one as well.
fn scroll_to_fix(number: u32, pin: &web_sys::Element) {
    let selector = format!("[data-fix='{number}']");
    let near = pin
        .closest(".msg")
        .ok()
        .flatten()
        .and_then(|answer| answer.query_selector(&selector).ok().flatten());
    if let Some(fix) = near.or_else(|| document().query_selector(&selector).ok().flatten()) {
        // Smooth or not is decided by `scroll-behavior` in the style sheet, which knows of reduced motion.
        fix.scroll_into_view();
    }
}

/// The measured card above an answer. It reads the same on the server; a cursor, pins and seeking come
/// with the browser.
#[component]
pub fn AnalysisCard(#[prop(into)] analysis: Arc<AnalysisView>) -> impl IntoView {
    let view = analysis;
    let desk = Desk {
        player: use_player(),
        a: view.a.asset,
        b: view.b.as_ref().map(|b| b.asset),
        focused: RwSignal::new(
            view.pins
                .iter()
                .find(|pin| pin.start_s.is_some() && pin.end_s.is_some())
                .map(|pin| pin.number),
        ),
    };
    let report = format!("/api/assets/{}/report.json", view.a.asset);
    let remarks = (!view.remarks.is_empty()).then(|| {
        view! {
            <p class="remarks">
                <Icon name="info" small=true />
                {view.remarks.join(". ")}
            </p>
        }
    });
    view! {
        <section
            class="card analysis bleed"
            aria-label="Analysis"
            data-a=view.a.asset.to_string()
            data-b=view.b.as_ref().map(|b| b.asset.to_string())
        >
            <header class="card-head">
                <h3>"Analysis"</h3>
                {key(Side::A, &view.a)}
                {view.b.as_ref().map(|b| key(Side::B, b))}
                <span class="push"></span>
                {view.b.is_some().then(|| view! { <span class="badge line opt">"Levels matched"</span> })}
                <a class="icon-btn sm" href=report download="" aria-label="Download report">
                    <Icon name="download" small=true />
                </a>
            </header>
            {remarks}
            <Figures figures=view.figures.clone() reference=view.b.is_some() />
            <div class="plots">
                <LoudnessCell view=view.clone() desk />
                <SpectrumCell view=view.clone() desk />
                <StereoCell plot=view.stereo.clone() />
            </div>
        </section>
    }
}

fn key(side: Side, head: &TrackHead) -> impl IntoView + use<> {
    view! {
        <span class="key">
            <SideTag side />
            <b>{head.name.clone()}</b>
        </span>
    }
}
