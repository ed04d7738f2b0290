//! Curves for the screen.

use contract::{
    media::{LoudnessPlot, SpectrumPlot, StereoPlot},
    report::{Curve, Report},
};

/// As many points as the widest plot has use for.
const MOST_POINTS: usize = 240;

/// Loudness over A's time. B is laid onto it section by section, each onto what it is compared with.
pub(super) fn loudness(report: &Report) -> LoudnessPlot {
    let duration_s = report.file.duration_s;
    let own = &report.curves.loudness_short_term;
    let points = own.values.len().min(MOST_POINTS);
    let step_s = if points == 0 {
        0.0
    } else {
        duration_s / points as f64
    };
    let times = (0..points).map(|index| index as f64 * step_s);
    let a = times
        .clone()
        .map(|from| mean(own, from, from + step_s))
        .collect();
    let b = report
        .reference
        .as_deref()
        .map_or_else(Vec::new, |reference| {
            let lay = Lay::new(report, reference);
            times
                .map(|from| {
                    let [from, to] = lay.stretch(from, step_s);
                    mean(&reference.curves.loudness_short_term, from, to)
                })
                .collect()
        });
    LoudnessPlot {
        duration_s,
        step_s,
        a,
        b,
    }
}

/// A's time to B's time: stretches of A, and what of B lies under them.
struct Lay(Vec<[[f64; 2]; 2]>);

impl Lay {
    fn new(mix: &Report, reference: &Report) -> Self {
        let under = |section| {
            let counterpart = audio::counterpart(section, mix, reference)?;
            Some([[section.start_s, section.end_s], counterpart])
        };
        let whole = [mix, reference].map(|report| [0.0, report.file.duration_s]);
        let sections = mix.sections.iter().filter_map(under);
        Self(sections.chain([whole]).collect())
    }

    fn stretch(&self, from: f64, step_s: f64) -> [f64; 2] {
        let within = self
            .0
            .iter()
            .find(|[[start, end], _]| (*start..*end).contains(&from));
        let Some([[start, end], [start_b, end_b]]) = within else {
            return [from, from + step_s];
        };
        let rate = (end_b - start_b) / (end - start);
        let from = start_b + (from - start) * rate;
        [from, from + step_s * rate]
    }
}

/// The mean of what the curve says between two times, or the value nearest to them.
fn mean(curve: &Curve, from: f64, to: f64) -> Option<f32> {
    if curve.step_s <= 0.0 || curve.values.is_empty() {
        return None;
    }
    let index = |time: f64| ((time - curve.start_s) / curve.step_s).round().max(0.0) as usize;
    let first = index(from).min(curve.values.len() - 1);
    let last = index(to).clamp(first + 1, curve.values.len().max(first + 1));
    let known: Vec<f32> = curve.values[first..last]
        .iter()
        .flatten()
        .copied()
        .collect();
    (!known.is_empty()).then(|| round(f64::from(known.iter().sum::<f32>()) / known.len() as f64, 2))
}

/// The slope that engineers set their analysers to, so that a balanced mix lies flat: 4.5 dB per octave
/// of spectral density. Third-octave bands widen by 3 dB per octave themselves.
const TILT_DB_PER_OCTAVE: f64 = 4.5 - 3.0;

pub(super) fn spectrum(report: &Report) -> SpectrumPlot {
    let own = &report.curves.spectrum;
    let tilt = |hz: f64| TILT_DB_PER_OCTAVE * (hz / 1_000.0).log2();
    let tilted = |level: Option<f64>, hz: f64, gain: f64| Some(round(level? + tilt(hz) + gain, 2));
    let a = own
        .centre_hz
        .iter()
        .zip(&own.level_db)
        .map(|(hz, level)| tilted(*level, *hz, 0.0))
        .collect();
    let b = report
        .reference
        .as_deref()
        .map_or_else(Vec::new, |reference| {
            let gain = matching_gain(report, reference);
            let other = &reference.curves.spectrum;
            let level_at = |hz: f64| {
                let band = other
                    .centre_hz
                    .iter()
                    .position(|centre| (centre / hz - 1.0).abs() < 0.01)?;
                other.level_db.get(band).copied().flatten()
            };
            own.centre_hz
                .iter()
                .map(|hz| tilted(level_at(*hz), *hz, gain))
                .collect()
        });
    SpectrumPlot {
        centre_hz: own.centre_hz.iter().map(|hz| *hz as f32).collect(),
        a,
        b,
    }
}

/// What brings B to A's loudness.
fn matching_gain(mix: &Report, reference: &Report) -> f64 {
    let loudness = |report: &Report| report.number("loudness.integrated");
    loudness(mix)
        .zip(loudness(reference))
        .map_or(0.0, |(mix, reference)| mix - reference)
}

pub(super) fn stereo(report: &Report) -> StereoPlot {
    let energy = |report: &Report| {
        report
            .curves
            .stereo_field
            .energy
            .iter()
            .map(|energy| round(*energy, 3))
            .collect::<Vec<_>>()
    };
    let correlation = |report: &Report| {
        report
            .number("stereo.correlation")
            .map(|value| round(value, 2))
    };
    let reference = report.reference.as_deref();
    StereoPlot {
        a: energy(report),
        b: reference.map(energy).unwrap_or_default(),
        correlation_a: correlation(report),
        correlation_b: reference.and_then(correlation),
    }
}

/// A screen shows no more, and the page is smaller.
fn round(value: f64, decimals: i32) -> f32 {
    let scale = 10_f64.powi(decimals);
    ((value * scale).round() / scale) as f32
}
