//! Spectrum and stereo image.

use contract::report::Spectrum;

use super::{Facts, Known, OrReason, Place, round};
use crate::bands::{BROADS, THIRDS, third, thirds};
use crate::meter::power_to_db;
use crate::slice::Slice;

const NO_SOUND: &str = "There is no sound in this band.";
/// Bands below this hold rounding and nothing else (24-bit noise in one band is about −155).
const LEAST_DB: f64 = -150.0;

/// Level per third-octave band; `None` for bands over half the sample rate or without sound.
pub(crate) fn levels(sum: &Slice, rate: u32) -> [Option<f64>; THIRDS] {
    std::array::from_fn(|index| {
        let below_nyquist = third(index).hz < f64::from(rate) / 2.0;
        let level = power_to_db(sum.band_power(index)).filter(|level| *level > LEAST_DB);
        level.filter(|_| below_nyquist).map(round)
    })
}

pub(crate) fn long_term(sum: &Slice, rate: u32) -> Spectrum {
    Spectrum {
        centre_hz: thirds().map(|band| band.hz).collect(),
        level_db: levels(sum, rate).to_vec(),
    }
}

pub(crate) fn spectrum_facts(facts: &mut Facts, sum: &Slice, rate: u32) {
    let levels = levels(sum, rate);
    facts.number("spectrum.tilt", tilt(&levels));
    for band in BROADS {
        let value = share(sum, band.thirds);
        facts
            .number(format!("spectrum.share.{}", band.id), value)
            .within(band.edges());
    }
    for (band, level) in thirds().zip(levels) {
        let above = band.hz >= f64::from(rate) / 2.0;
        let reason = if above {
            "The sample rate does not reach this band."
        } else {
            NO_SOUND
        };
        let id = format!("spectrum.band.{}", band.nominal);
        facts
            .number(id, level.or_reason(reason))
            .within(band.edges().map(round));
    }
}

/// Energy of a range of bands relative to all.
fn share(sum: &Slice, [first, last]: [usize; 2]) -> Known<f64> {
    let all = sum.cross(0, THIRDS - 1).power();
    let part = sum.cross(first, last).power();
    let share = if all > 0.0 {
        power_to_db(part / all)
    } else {
        None
    };
    share.filter(|share| *share > -100.0).or_reason(NO_SOUND)
}

/// Least-squares slope over octaves, from 63 Hz to 12.5 kHz.
pub(crate) fn tilt(levels: &[Option<f64>]) -> Known<f64> {
    let points: Vec<(f64, f64)> = (4..=27)
        .filter_map(|index| Some((third(index).hz.log2(), levels.get(index).copied()??)))
        .collect();
    // With much of the range missing the slope of the rest says little.
    if points.len() < 16 {
        return Err("Too few bands hold sound.");
    }
    let count = points.len() as f64;
    let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), point| {
        (x + point.0 / count, y + point.1 / count)
    });
    let (both, square) = points.iter().fold((0.0, 0.0), |(both, square), point| {
        (
            both + (point.0 - x) * (point.1 - y),
            square + (point.0 - x).powi(2),
        )
    });
    Ok(both / square)
}

/// `channels` of the file: the image is measured of two.
pub(crate) fn stereo_facts(facts: &mut Facts, sum: &Slice, channels: usize) {
    let refusal = match channels {
        1 => Some("The file has one channel."),
        2 => None,
        _ => Some("The file has more than two channels."),
    };
    let known = |value: Option<f64>, reason: &'static str| match refusal {
        Some(reason) => Err(reason),
        None => value.or_reason(reason),
    };
    const SILENT: &str = "There is no sound in one of the channels.";
    facts.number(
        "stereo.correlation",
        known(sum.time.correlation(sum.frames), SILENT),
    );
    facts.number("stereo.width", known(sum.time.width(sum.frames), NO_SOUND));
    facts.number(
        "stereo.mono_loss",
        known(sum.time.mono_loss(sum.frames), NO_SOUND),
    );
    facts.number(
        "stereo.balance",
        known(sum.time.balance(sum.frames), NO_SOUND),
    );
    for band in BROADS {
        let cross = sum.broad(band);
        let edges = band.edges();
        let mut add = |name: &str, value: Option<f64>, reason| {
            facts
                .number(format!("stereo.{name}.{}", band.id), known(value, reason))
                .within(edges);
        };
        add("correlation", cross.correlation(sum.looks), SILENT);
        add("width", cross.width(sum.looks), NO_SOUND);
        add("mono_loss", cross.mono_loss(sum.looks), NO_SOUND);
    }
}
