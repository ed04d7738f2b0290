//! What was measured, gathered for the card, for the assistant, and for download.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, PoisonError},
};

use bytes::Bytes;
use contract::{
    AssetId,
    media::{AnalysisView, Pin, SectionMark, TrackHead},
    report::{FileInfo, Finding, REPORT_VERSION, Report, Value},
};
use store::media as rows;

use super::{Media, MediaError, ObjectKey, figures, figures::number, plots, uploads::unsigned};
use crate::Actor;

/// What a model gets to hear.
const EXCERPT_S: f64 = 20.0;

impl Media {
    /// The card for a mix, and the reference that it is held against. Its pins belong to a question:
    /// [`pins`].
    pub async fn analysis(
        &self,
        actor: &Actor,
        mix: AssetId,
        reference: Option<AssetId>,
    ) -> Result<AnalysisView, MediaError> {
        let a = self.own_asset(actor, mix).await?;
        let b = match reference {
            Some(reference) => Some(self.own_asset(actor, reference).await?),
            None => None,
        };
        if let Some(card) = self.0.cards.get((mix, reference)) {
            return Ok(AnalysisView::clone(&card));
        }
        let (report, measured_in_ms) = self.compared(actor, mix, reference).await?;
        let head = |asset: &rows::Asset, file: &FileInfo| TrackHead {
            asset: asset.id,
            name: asset.name.clone(),
            duration_s: file.duration_s,
        };
        let other = report.reference.as_deref();
        let card = AnalysisView {
            a: head(&a, &report.file),
            b: b.as_ref()
                .zip(other)
                .map(|(asset, other)| head(asset, &other.file)),
            figures: figures::figures(&report),
            loudness: plots::loudness(&report),
            spectrum: plots::spectrum(&report),
            stereo: plots::stereo(&report),
            sections: sections(&report),
            pins: Vec::new(),
            measured_in_ms,
            fact_count: u32::try_from(
                report.facts.len() + other.map_or(0, |other| other.facts.len()),
            )
            .unwrap_or(u32::MAX),
            remarks: remarks(&report),
        };
        self.0.cards.put((mix, reference), Arc::new(card.clone()));
        Ok(card)
    }

    /// What the assistant may cite: the mix's report, with the reference and the differences in it.
    pub async fn evidence(
        &self,
        actor: &Actor,
        mix: AssetId,
        reference: Option<AssetId>,
    ) -> Result<Arc<Report>, MediaError> {
        Ok(Arc::new(self.compared(actor, mix, reference).await?.0))
    }

    /// The document that `soundstage analyze --json` prints.
    pub async fn report(
        &self,
        actor: &Actor,
        mix: AssetId,
        reference: Option<AssetId>,
    ) -> Result<Report, MediaError> {
        Ok(self.compared(actor, mix, reference).await?.0)
    }

    /// The loudest stretch as a small WAV, for models that take audio.
    pub async fn excerpt(&self, actor: &Actor, id: AssetId) -> Result<Bytes, MediaError> {
        let asset = self.own_asset(actor, id).await?;
        let (report, _) = self.measured(actor, id).await?;
        let start = loudest(&report).map_or(0.0, |at| at - EXCERPT_S / 2.0);
        let start = start.min(report.file.duration_s - EXCERPT_S).max(0.0);
        let file = self.0.objects.local(ObjectKey::Original(id)).await?;
        let source = audio::Source::new(asset.name, file, unsigned(asset.size));
        let cut =
            tokio::task::spawn_blocking(move || audio::excerpt(source, start, EXCERPT_S, true));
        Ok(cut.await??.into())
    }

    async fn compared(
        &self,
        actor: &Actor,
        mix: AssetId,
        reference: Option<AssetId>,
    ) -> Result<(Report, i64), MediaError> {
        self.own_asset(actor, mix).await?;
        let (mut report, ms) = self.measured(actor, mix).await?;
        let Some(reference) = reference else {
            return Ok((report, ms));
        };
        self.own_asset(actor, reference).await?;
        let (other, other_ms) = self.measured(actor, reference).await?;
        audio::compare(&mut report, &other);
        Ok((report, ms + other_ms))
    }

    /// What is kept of one file; the caller has seen to it that the actor may know.
    async fn measured(&self, actor: &Actor, id: AssetId) -> Result<(Report, i64), MediaError> {
        let mut read = self.0.store.read(actor).await?;
        let row = rows::analysis(&mut read, id, REPORT_VERSION)
            .await?
            .ok_or(MediaError::NotMeasured)?;
        Ok((row.report.0, row.summary.0.measured_in_ms))
    }
}

/// The cards that were asked for last. Making one means reading two reports; a page with an open
/// conversation asks for the same one at every visit.
#[derive(Default)]
pub(super) struct Cards(Mutex<VecDeque<(Pair, Arc<AnalysisView>)>>);

type Pair = (AssetId, Option<AssetId>);

const MOST_CARDS: usize = 32;

impl Cards {
    fn get(&self, pair: Pair) -> Option<Arc<AnalysisView>> {
        let cards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cards
            .iter()
            .find(|(key, _)| *key == pair)
            .map(|(_, card)| card.clone())
    }

    fn put(&self, pair: Pair, card: Arc<AnalysisView>) {
        let mut cards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cards.retain(|(key, _)| *key != pair);
        cards.push_front((pair, card));
        cards.truncate(MOST_CARDS);
    }

    /// It was measured anew.
    pub(super) fn forget(&self, id: AssetId) {
        let mut cards = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        cards.retain(|((mix, reference), _)| *mix != id && *reference != Some(id));
    }
}

fn loudest(report: &Report) -> Option<f64> {
    let curve = &report.curves.loudness_short_term;
    let known = curve
        .values
        .iter()
        .enumerate()
        .filter_map(|(index, value)| Some((index, (*value)?)));
    let (index, _) = known.max_by(|one, other| one.1.total_cmp(&other.1))?;
    Some(curve.start_s + index as f64 * curve.step_s)
}

fn sections(report: &Report) -> Vec<SectionMark> {
    let mark = |section: &contract::report::Section| SectionMark {
        name: format!("Section {} ({})", section.number, section.label),
        short: format!("{}{}", section.number, section.label),
        start_s: section.start_s,
        end_s: section.end_s,
    };
    report.sections.iter().map(mark).collect()
}

/// One for each fix, numbered from 1, where its leading finding lies.
pub fn pins<'a>(report: &Report, leads: impl IntoIterator<Item = &'a Finding>) -> Vec<Pin> {
    leads
        .into_iter()
        .zip(1..)
        .map(|(finding, number)| {
            let hz = finding
                .band_hz
                .map(|[low, high]| (low.max(1.0) * high.max(1.0)).sqrt());
            Pin {
                number,
                title: finding.title.clone(),
                start_s: finding.start_s,
                end_s: finding.end_s,
                hz,
                note: note(report, finding, hz),
            }
        })
        .collect()
}

/// The figure that a finding rests on first: "+4.1 dB at 60 Hz".
fn note(report: &Report, finding: &Finding, hz: Option<f64>) -> Option<String> {
    let lost_in_mono = finding.id.starts_with("stereo.mono");
    let figure = finding.facts.iter().find_map(|id| {
        let difference = report
            .differences
            .iter()
            .flatten()
            .find(|difference| difference.id == *id);
        if let Some(difference) = difference {
            return Some((
                number::signed(difference.value?, 1),
                difference.unit.as_str(),
            ));
        }
        let fact = report.fact(id)?;
        match fact.value.as_ref()? {
            Value::Number(value) if lost_in_mono => Some((number::signed(-value, 1), "dB in mono")),
            Value::Number(value) => Some((number::by_unit(*value, &fact.unit), fact.unit.as_str())),
            Value::Text(_) => None,
        }
    });
    let (value, unit) = figure?;
    let unit = if unit.is_empty() {
        String::new()
    } else {
        format!(" {unit}")
    };
    Some(match hz {
        Some(hz) => format!("{value}{unit} at {}", number::hertz(hz)),
        None => format!("{value}{unit}"),
    })
}

fn remarks(report: &Report) -> Vec<String> {
    let mut remarks = remarks_on(&report.file);
    if let Some(reference) = &report.reference {
        remarks.extend(
            remarks_on(&reference.file)
                .into_iter()
                .map(|remark| format!("Reference: {remark}")),
        );
    }
    remarks
}

fn remarks_on(file: &FileInfo) -> Vec<String> {
    let mut remarks = Vec::new();
    if file.truncated {
        remarks.push("the file ends before its announced end".to_owned());
    }
    match file.damaged_packets {
        0 => {}
        1 => remarks.push("1 damaged piece was left out".to_owned()),
        count => remarks.push(format!("{count} damaged pieces were left out")),
    }
    if file.channels > 2 {
        remarks.push(format!("{}, measured by BS.1770 weights", file.layout));
    }
    remarks
}
