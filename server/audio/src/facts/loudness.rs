//! Loudness, peaks, dynamics; and samples as numbers.

use super::{Facts, Known, OrReason, Place};
use crate::decode::Depth;
use crate::meter::level::LevelMeter;
use crate::meter::loudness::{LoudnessMeter, energy_to_lufs};
use crate::meter::true_peak::TruePeakMeter;
use crate::meter::{amplitude_to_db, power_to_db};
use crate::step::STEPS_PER_SECOND;

const NO_SOUND: &str = "There is no sound: every sample is zero.";
const TOO_QUIET: &str = "Nothing is louder than −70 LUFS, below which loudness is not measured.";
const TOO_SHORT_M: &str = "The file is shorter than the 0.4 s that loudness is measured over.";
const TOO_SHORT_S: &str =
    "The file is shorter than the 3 s that short-term loudness is measured over.";

/// `psr_min` is a value and its place.
pub(crate) fn loudness_facts(
    facts: &mut Facts,
    loudness: &LoudnessMeter,
    true_peak: &TruePeakMeter,
    psr_min: Option<(f64, f64)>,
    rate: u32,
) {
    let has_momentary = loudness.momentary_max.is_some();
    let has_short_term = loudness.short_term_max.is_some();
    let integrated = loudness.integrated().or_reason(if has_momentary {
        TOO_QUIET
    } else {
        TOO_SHORT_M
    });
    facts.number("loudness.integrated", integrated);
    facts.number(
        "loudness.range",
        loudness.range().or_reason(if has_short_term {
            TOO_QUIET
        } else {
            TOO_SHORT_S
        }),
    );
    let maxima = [
        (
            "loudness.momentary_max",
            loudness.momentary_max,
            TOO_SHORT_M,
        ),
        (
            "loudness.short_term_max",
            loudness.short_term_max,
            TOO_SHORT_S,
        ),
    ];
    for (id, greatest, too_short) in maxima {
        let value = match greatest {
            None => Err(too_short),
            Some(greatest) => Ok(energy_to_lufs(greatest.energy)).and_then(|lufs| {
                if lufs >= -70.0 {
                    Ok(lufs)
                } else {
                    Err(TOO_QUIET)
                }
            }),
        };
        let fact = facts.number(id, value);
        if let (Ok(_), Some(greatest)) = (value, greatest) {
            fact.at(greatest.at_step / STEPS_PER_SECOND);
        }
    }
    let peak = amplitude_to_db(f64::from(true_peak.max)).or_reason(NO_SOUND);
    let fact = facts.number("peak.true", peak);
    if peak.is_ok() {
        fact.at(true_peak.max_at as f64 / f64::from(rate));
    }
    facts
        .number("peak.overs", Ok(true_peak.overs as f64))
        .with_events(&true_peak.events);
    let plr = peak.and_then(|peak| integrated.map(|integrated| peak - integrated));
    facts.number("dynamics.plr", plr);
    let quiet = if has_short_term {
        "Nothing is louder than −40 LUFS over three seconds."
    } else {
        TOO_SHORT_S
    };
    let fact = facts.number(
        "dynamics.psr_min",
        psr_min.map(|(psr, _)| psr).or_reason(quiet),
    );
    if let Some((_, at_s)) = psr_min {
        fact.at(at_s);
    }
}

pub(crate) fn level_facts(
    facts: &mut Facts,
    level: &LevelMeter,
    depth: Depth,
    lossy: bool,
    rate: u32,
) {
    let peak = amplitude_to_db(f64::from(level.peak)).or_reason(NO_SOUND);
    let rms = power_to_db(level.mean_square()).or_reason(NO_SOUND);
    let fact = facts.number("peak.sample", peak);
    if peak.is_ok() {
        fact.at(level.peak_at as f64 / f64::from(rate));
    }
    facts.number("level.rms", rms);
    facts.number(
        "dynamics.crest",
        peak.and_then(|peak| rms.map(|rms| peak - rms)),
    );
    facts
        .number("clipping.runs", Ok(level.clipped_runs as f64))
        .with_events(&level.clips);
    facts.number("clipping.samples", Ok(level.clipped_samples as f64));
    let offset = level
        .offsets()
        .max_by(|a, b| a.abs().total_cmp(&b.abs()))
        .unwrap_or(0.0);
    facts.number("dc.offset", Ok(100.0 * offset));
    let silences = level
        .silences()
        .or_reason("Nothing is louder than −60 dBFS.");
    facts.number("silence.leading", silences.map(|both| both.0));
    facts.number("silence.trailing", silences.map(|both| both.1));
    facts.number("noise.floor", noise_floor(level, rms));
    let no_depth = if lossy {
        "A lossy codec has no bit depth."
    } else {
        NO_SOUND
    };
    facts.number(
        "depth.effective",
        depth.bits().map(f64::from).or_reason(no_depth),
    );
}

fn noise_floor(level: &LevelMeter, rms: Known<f64>) -> Known<f64> {
    /// A passage nearer to the whole than this is quiet music, and no floor.
    const APART_DB: f64 = 30.0;
    let quietest = level
        .quietest()
        .and_then(power_to_db)
        .or_reason("Between the sounds there is digital silence alone.")?;
    if quietest <= rms? - APART_DB {
        Ok(quietest)
    } else {
        Err("The music never stops long enough to hear what lies under it.")
    }
}
