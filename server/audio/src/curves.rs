//! What is drawn over time: one point for each tenth of a second, merged in pairs when there are many.

use contract::report::Curve;

use crate::meter::loudness::{Loudness, MOMENTARY, SHORT_TERM, energy_to_lufs};
use crate::meter::stereo::Cross;
use crate::series::{Merge, Series};
use crate::step::STEPS_PER_SECOND;

/// Wider than any screen that draws them.
pub(crate) const MOST_POINTS: usize = 1200;
/// Quieter than this is drawn as nothing: BS.1770's absolute gate.
const LEAST_LUFS: f64 = -70.0;

pub(crate) struct CurveMeter {
    momentary: Series<Mean>,
    short_term: Series<Mean>,
    psr: Series<Least>,
    correlation: Series<Sums>,
    waveform: Series<Greatest>,
    /// True peaks of the last three seconds.
    peaks: [f32; SHORT_TERM],
    pub(crate) psr_min: Option<(f64, f64)>,
}

/// Energies are averaged.
struct Mean(f64, f64);
/// The worst is what counts.
struct Least(Option<f32>);
struct Greatest(f32);
struct Sums(Cross, f64);

impl Merge for Mean {
    fn merge(&mut self, next: &Self) {
        self.0 += next.0;
        self.1 += next.1;
    }
}

impl Merge for Least {
    fn merge(&mut self, next: &Self) {
        self.0 = match (self.0, next.0) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
    }
}

impl Merge for Greatest {
    fn merge(&mut self, next: &Self) {
        self.0 = self.0.max(next.0);
    }
}

impl Merge for Sums {
    fn merge(&mut self, next: &Self) {
        self.0.add(next.0);
        self.1 += next.1;
    }
}

impl CurveMeter {
    pub(crate) fn new() -> Self {
        Self {
            momentary: Series::new(MOST_POINTS),
            short_term: Series::new(MOST_POINTS),
            psr: Series::new(MOST_POINTS),
            correlation: Series::new(MOST_POINTS),
            waveform: Series::new(MOST_POINTS),
            peaks: [0.0; SHORT_TERM],
            psr_min: None,
        }
    }

    /// `index` counts steps; `stereo` is the sum over its samples and their number.
    pub(crate) fn take(
        &mut self,
        index: u64,
        loudness: Loudness,
        true_peak: f32,
        peak: f32,
        stereo: Option<(Cross, f64)>,
    ) {
        self.waveform.push(Greatest(peak));
        if let Some((cross, frames)) = stereo {
            self.correlation.push(Sums(cross, frames));
        }
        self.peaks[index as usize % SHORT_TERM] = true_peak;
        if let Some(energy) = loudness.momentary {
            self.momentary.push(Mean(energy, 1.0));
        }
        if let Some(energy) = loudness.short_term {
            self.short_term.push(Mean(energy, 1.0));
            self.take_psr(index, energy);
        }
    }

    /// PSR: the true peak of the last three seconds over their loudness (Ian Shepherd, MeterPlugs
    /// Dynameter).
    fn take_psr(&mut self, index: u64, energy: f64) {
        let peak = self.peaks.iter().copied().fold(0.0, f32::max);
        let lufs = energy_to_lufs(energy);
        let audible = energy > 0.0 && peak > 0.0 && lufs > LEAST_LUFS;
        let psr = audible.then(|| 20.0 * f64::from(peak).log10() - lufs);
        self.psr.push(Least(psr.map(|psr| psr as f32)));
        if let Some(psr) = psr {
            let at_s = ((index + 1) as f64 - SHORT_TERM as f64 / 2.0) / STEPS_PER_SECOND;
            // A fade has nothing to do with dynamics: only what is loud enough to be the song counts.
            if lufs > -40.0 && self.psr_min.is_none_or(|(least, _)| psr < least) {
                self.psr_min = Some((psr, at_s));
            }
        }
    }

    pub(crate) fn loudness_momentary(&self) -> Curve {
        curve("LUFS", &self.momentary, MOMENTARY, mean_lufs)
    }

    pub(crate) fn loudness_short_term(&self) -> Curve {
        curve("LUFS", &self.short_term, SHORT_TERM, mean_lufs)
    }

    pub(crate) fn psr(&self) -> Curve {
        curve("dB", &self.psr, SHORT_TERM, |least| least.0)
    }

    pub(crate) fn correlation(&self) -> Curve {
        curve("", &self.correlation, 1, |sums| {
            sums.0.correlation(sums.1).map(|value| value as f32)
        })
    }

    pub(crate) fn waveform(&self) -> Curve {
        curve("", &self.waveform, 1, |greatest| Some(greatest.0))
    }
}

fn mean_lufs(mean: &Mean) -> Option<f32> {
    let lufs = energy_to_lufs(mean.0 / mean.1);
    (lufs >= LEAST_LUFS).then_some(lufs as f32)
}

/// The first value is of the first `block` steps, and lies in their middle.
fn curve<T: Merge>(
    unit: &str,
    series: &Series<T>,
    block: usize,
    value: impl Fn(&T) -> Option<f32>,
) -> Curve {
    let step_s = series.span() as f64 / STEPS_PER_SECOND;
    // The middle of the first point's first block, and half of the way to its last one's.
    let start_s = (block as f64 + (series.span() - 1) as f64) / 2.0 / STEPS_PER_SECOND;
    let round = |value: f32| (value * 1000.0).round() / 1000.0;
    let values = series
        .points()
        .iter()
        .map(|point| value(point).map(round))
        .collect();
    Curve {
        unit: unit.into(),
        start_s,
        step_s,
        values,
    }
}
