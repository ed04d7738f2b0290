//! Tempo, key, sections, stretches.

use contract::report::{Section, Value};

use super::spectrum::{levels, tilt};
use super::{Facts, OrReason, Place, round};
use crate::bands::{THIRDS, span};
use crate::meter::loudness::energy_to_lufs;
use crate::meter::pitch::FINE;
use crate::music::key;
use crate::music::sections::Span;
use crate::music::stretches::Stretch;
use crate::music::tempo::Tempo;
use crate::slice::Slice;

pub(crate) fn tempo_facts(facts: &mut Facts, tempo: Option<&Tempo>, onsets: u64, seconds: f64) {
    let found = tempo
        .map(|tempo| tempo.bpm)
        .or_reason("No regular beat was found.");
    // A tenth of a beat a minute is what four bars can tell.
    let tenth = |bpm: f64| (bpm * 10.0).round() / 10.0;
    let fact = facts.number("tempo.bpm", found.map(tenth));
    if let Some(tempo) = tempo {
        fact.with_confidence(tempo.confidence);
        fact.or_else(
            tempo
                .alternates
                .iter()
                .map(|(bpm, trust)| (Value::Number(tenth(*bpm)), *trust)),
        );
    }
    let density = if seconds >= 1.0 {
        Ok(onsets as f64 / seconds)
    } else {
        Err("The file is shorter than a second.")
    };
    facts.number("transients.density", density);
}

pub(crate) fn key_facts(facts: &mut Facts, classes: &[f64; FINE]) {
    /// Pitches that agree less than this on a tuning have none: noise has 0, a detuned choir 0.3.
    const LEAST_AGREEMENT: f64 = 0.2;
    let tuning = key::tuning(classes).filter(|(_, agreement)| *agreement >= LEAST_AGREEMENT);
    let key = tuning.and_then(|(cents, _)| key::estimate(classes, cents));
    let none = "No pitches were found that make up a key.";
    let name = facts.text("key.name", key.as_ref().map(|key| key.name).or_reason(none));
    if let Some(key) = &key {
        name.with_confidence(key.confidence)
            .or_else([(Value::Text(key.runner_up.0.into()), key.runner_up.1)]);
    }
    let camelot = facts.text(
        "key.camelot",
        key.as_ref().map(|key| key.camelot).or_reason(none),
    );
    if let Some(key) = &key {
        camelot
            .with_confidence(key.confidence)
            .or_else([(Value::Text(key.runner_up_camelot.into()), key.runner_up.1)]);
    }
    let fact = facts.number(
        "key.tuning",
        tuning
            .map(|(cents, _)| cents.round())
            .or_reason("No clear pitches were found."),
    );
    if let Some((_, agreement)) = tuning {
        fact.with_confidence(agreement);
    }
}

/// dB by which the bands to 224 Hz outweigh those above.
fn low_ratio(sum: &Slice) -> Option<f64> {
    let (low, rest) = (sum.cross(0, 9).power(), sum.cross(10, THIRDS - 1).power());
    (low > 0.0 && rest > 0.0).then(|| (10.0 * (low / rest).log10()).clamp(-100.0, 100.0))
}

/// Seconds at which slice `index` begins.
fn starts(slices: &[Slice]) -> Vec<f64> {
    let mut at = 0.0;
    let mut starts = vec![0.0];
    for slice in slices {
        at += slice.seconds;
        starts.push(at);
    }
    starts
}

pub(crate) fn sections(
    spans: &[Span],
    slices: &[Slice],
    rate: u32,
    channels: usize,
) -> Vec<Section> {
    let starts = starts(slices);
    spans
        .iter()
        .zip(1..)
        .map(|(span, number)| {
            let sum = Slice::sum(&slices[span.from..span.to]);
            let loudness =
                Some(energy_to_lufs(sum.mean_energy().max(1e-20))).filter(|lufs| *lufs > -70.0);
            let correlation = if channels == 2 {
                sum.time.correlation(sum.frames)
            } else {
                None
            };
            Section {
                number,
                label: span.label.into(),
                start_s: round(starts[span.from]),
                end_s: round(starts[span.to]),
                loudness_lufs: loudness.map(round),
                spectrum_db: levels(&sum, rate).to_vec(),
                correlation: correlation.map(round),
            }
        })
        .collect()
}

pub(crate) fn section_facts(
    facts: &mut Facts,
    sections: &[Section],
    spans: &[Span],
    slices: &[Slice],
    channels: usize,
) {
    facts.number("section.count", Ok(sections.len() as f64));
    for (section, spans) in sections.iter().zip(spans) {
        let sum = Slice::sum(&slices[spans.from..spans.to]);
        let two = if channels == 2 {
            Ok(())
        } else {
            Err("The file does not have two channels.")
        };
        let quiet = "The section is quieter than −70 LUFS.";
        let silent = "There is no sound in one of the channels.";
        let known = [
            ("loudness", section.loudness_lufs.or_reason(quiet)),
            ("low_ratio", low_ratio(&sum).or_reason(quiet)),
            ("tilt", tilt(&section.spectrum_db)),
            (
                "correlation",
                two.and(section.correlation.or_reason(silent)),
            ),
            (
                "mono_loss",
                two.and(sum.time.mono_loss(sum.frames).or_reason(quiet)),
            ),
        ];
        for (name, value) in known {
            facts
                .number(format!("section.{}.{name}", section.number), value)
                .during(section.start_s, section.end_s);
        }
    }
}

pub(crate) fn stretch_facts(
    facts: &mut Facts,
    prefix: &str,
    stretches: &[Stretch],
    slices: &[Slice],
) {
    let starts = starts(slices);
    for (stretch, number) in stretches.iter().zip(1..) {
        facts
            .number(format!("{prefix}.stretch.{number}"), Ok(stretch.value))
            .during(starts[stretch.from], starts[stretch.to])
            .within(span(stretch.first, stretch.last));
    }
}
