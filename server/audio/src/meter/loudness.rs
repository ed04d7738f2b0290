//! Loudness by ITU-R BS.1770-5 and EBU R 128 (Tech 3341 for the meter, Tech 3342 for the range).
//!
//! Ours and not the ebur128 crate's, which is the yardstick in `tests/yardstick.rs`: the weighted
//! energy of each step is also what sections and curves are made of, and the crate does not give it
//! out; and with its true-peak meter it alone would take most of the time that a whole report may.

use std::collections::VecDeque;

use crate::decode::Layout;
use crate::step::Step;

/// Steps in a momentary block (400 ms) and in a short-term block (3 s).
pub(crate) const MOMENTARY: usize = 4;
pub(crate) const SHORT_TERM: usize = 30;

/// BS.1770-5 annex 1: L = −0.691 + 10·log₁₀ of the weighted energy.
pub(crate) fn energy_to_lufs(energy: f64) -> f64 {
    -0.691 + 10.0 * energy.log10()
}

fn lufs_to_energy(lufs: f64) -> f64 {
    10f64.powf((lufs + 0.691) / 10.0)
}

/// What became known with a step. Energies are of whole blocks that end with it.
#[derive(Clone, Copy, Default)]
pub(crate) struct Loudness {
    /// K-weighted mean square of this step alone.
    pub(crate) step: f64,
    pub(crate) momentary: Option<f64>,
    pub(crate) short_term: Option<f64>,
}

/// A greatest value, and the middle of the block where it was reached, in steps.
#[derive(Clone, Copy, Default)]
pub(crate) struct Greatest {
    pub(crate) energy: f64,
    pub(crate) at_step: f64,
}

impl Greatest {
    fn take(&mut self, energy: f64, at_step: f64) {
        // Blocks that differ by rounding alone are the same: the first one names the place.
        if energy > self.energy * 1.000_001 {
            *self = Self { energy, at_step };
        }
    }
}

pub(crate) struct LoudnessMeter {
    filters: Vec<PairFilter>,
    weights: Vec<f64>,
    steps: VecDeque<f64>,
    momentary: Histogram,
    short_term: Histogram,
    pub(crate) momentary_max: Option<Greatest>,
    pub(crate) short_term_max: Option<Greatest>,
}

impl LoudnessMeter {
    pub(crate) fn new(rate: u32, layout: &Layout) -> Self {
        let pairs = layout.weights.len().div_ceil(2);
        Self {
            filters: vec![PairFilter::new(f64::from(rate)); pairs],
            weights: layout.weights.clone(),
            steps: VecDeque::with_capacity(SHORT_TERM),
            momentary: Histogram::new(),
            short_term: Histogram::new(),
            momentary_max: None,
            short_term_max: None,
        }
    }

    pub(crate) fn take(&mut self, step: &Step<'_>) -> Loudness {
        let mut sum = 0.0;
        for (pair, filter) in self.filters.iter_mut().enumerate() {
            let first = &step.planes[2 * pair];
            // An odd last channel fills both lanes and counts once.
            let second = step.planes.get(2 * pair + 1);
            let [a, b] = filter.energy(first, second.unwrap_or(first));
            sum += a * self.weights[2 * pair];
            sum += second.map_or(0.0, |_| b * self.weights[2 * pair + 1]);
        }
        let energy = sum / step.frames as f64;
        if !step.whole {
            return Loudness {
                step: energy,
                ..Loudness::default()
            };
        }
        if self.steps.len() == SHORT_TERM {
            self.steps.pop_front();
        }
        self.steps.push_back(energy);
        let momentary = self.mean_of_last(MOMENTARY);
        let short_term = self.mean_of_last(SHORT_TERM);
        let end = (step.index + 1) as f64;
        if let Some(energy) = momentary {
            self.momentary.take(energy);
            self.momentary_max
                .get_or_insert_default()
                .take(energy, end - MOMENTARY as f64 / 2.0);
        }
        if let Some(energy) = short_term {
            self.short_term.take(energy);
            self.short_term_max
                .get_or_insert_default()
                .take(energy, end - SHORT_TERM as f64 / 2.0);
        }
        Loudness {
            step: energy,
            momentary,
            short_term,
        }
    }

    fn mean_of_last(&self, count: usize) -> Option<f64> {
        let skipped = self.steps.len().checked_sub(count)?;
        Some(self.steps.iter().skip(skipped).sum::<f64>() / count as f64)
    }

    /// Absolute gate at −70 LUFS, then a relative one 10 LU below what passed the first.
    pub(crate) fn integrated(&self) -> Option<f64> {
        let ungated = self.momentary.mean_above(ABSOLUTE_GATE)?;
        let gate = energy_to_lufs(ungated) - 10.0;
        self.momentary
            .mean_above(gate.max(ABSOLUTE_GATE))
            .map(energy_to_lufs)
    }

    /// Tech 3342: of the short-term loudness above −70 LUFS and above 20 LU below its mean, the 95th
    /// percentile less the 10th.
    pub(crate) fn range(&self) -> Option<f64> {
        let ungated = self.short_term.mean_above(ABSOLUTE_GATE)?;
        let gate = (energy_to_lufs(ungated) - 20.0).max(ABSOLUTE_GATE);
        let low = self.short_term.percentile_above(gate, 0.10)?;
        let high = self.short_term.percentile_above(gate, 0.95)?;
        Some(high - low)
    }
}

const ABSOLUTE_GATE: f64 = -70.0;

/// All blocks above the absolute gate, by loudness in steps of 0.01 LU. Means are exact except for the
/// one bin that a gate falls into; and eleven hours take as much memory as a second.
struct Histogram {
    bins: Vec<Bin>,
}

#[derive(Clone, Copy, Default)]
struct Bin {
    blocks: u64,
    energy: f64,
}

const BINS_PER_LU: f64 = 100.0;
/// Up to +80 LUFS: float files may be far over full scale.
const BINS: usize = 15_000;

impl Histogram {
    fn new() -> Self {
        Self {
            bins: vec![Bin::default(); BINS],
        }
    }

    fn take(&mut self, energy: f64) {
        if energy < lufs_to_energy(ABSOLUTE_GATE) {
            return;
        }
        let bin = ((energy_to_lufs(energy) - ABSOLUTE_GATE) * BINS_PER_LU) as usize;
        let bin = &mut self.bins[bin.min(BINS - 1)];
        bin.blocks += 1;
        bin.energy += energy;
    }

    fn above(&self, lufs: f64) -> impl Iterator<Item = (usize, &Bin)> {
        let first = ((lufs - ABSOLUTE_GATE) * BINS_PER_LU).round().max(0.0) as usize;
        self.bins.iter().enumerate().skip(first)
    }

    fn mean_above(&self, lufs: f64) -> Option<f64> {
        let (blocks, energy) = self
            .above(lufs)
            .fold((0, 0.0), |(blocks, energy), (_, bin)| {
                (blocks + bin.blocks, energy + bin.energy)
            });
        (blocks > 0).then(|| energy / blocks as f64)
    }

    fn percentile_above(&self, lufs: f64, part: f64) -> Option<f64> {
        let count: u64 = self.above(lufs).map(|(_, bin)| bin.blocks).sum();
        let rank = (count.checked_sub(1)? as f64 * part).round() as u64;
        let mut passed = 0;
        let (index, _) = self.above(lufs).find(|(_, bin)| {
            passed += bin.blocks;
            passed > rank
        })?;
        Some(ABSOLUTE_GATE + (index as f64 + 0.5) / BINS_PER_LU)
    }
}

/// The K filter on two channels at once: a shelf for the head, then a high-pass. In f64: at 192 kHz the
/// high-pass's poles are too near to one for f32.
#[derive(Clone)]
struct PairFilter {
    shelf: Biquad,
    high_pass: Biquad,
    state: [[f64; 2]; 4],
}

#[derive(Clone, Copy)]
struct Biquad {
    b: [f64; 3],
    a: [f64; 2],
}

impl PairFilter {
    /// BS.1770-5 gives coefficients for 48 kHz alone; these analogue prototypes reproduce them there and
    /// carry over to other rates (derivation: B. De Man, "Evaluation of Implementations of the EBU R128
    /// Loudness Measurement", AES 2018; the constants are libebur128's).
    fn new(rate: f64) -> Self {
        Self {
            shelf: shelf(rate),
            high_pass: high_pass(rate),
            state: [[0.0; 2]; 4],
        }
    }

    /// Sum of squares of both filtered channels.
    fn energy(&mut self, first: &[f32], second: &[f32]) -> [f64; 2] {
        let (shelf, high) = (self.shelf, self.high_pass);
        let [mut s0, mut s1, mut h0, mut h1] = self.state;
        let mut sum = [0.0; 2];
        for (first, second) in first.iter().zip(second) {
            let x = [f64::from(*first), f64::from(*second)];
            for lane in 0..2 {
                // Transposed direct form II, twice.
                let y = shelf.b[0] * x[lane] + s0[lane];
                s0[lane] = shelf.b[1] * x[lane] - shelf.a[0] * y + s1[lane];
                s1[lane] = shelf.b[2] * x[lane] - shelf.a[1] * y;
                // The high-pass's numerator is 1, −2, 1.
                let z = y + h0[lane];
                h0[lane] = -2.0 * y - high.a[0] * z + h1[lane];
                h1[lane] = y - high.a[1] * z;
                sum[lane] += z * z;
            }
        }
        // Digital silence lets the state decay towards denormals, which are slow.
        let settle = |value: f64| if value.abs() < 1e-30 { 0.0 } else { value };
        self.state = [s0, s1, h0, h1].map(|lanes| lanes.map(settle));
        sum
    }
}

fn shelf(rate: f64) -> Biquad {
    let (f0, gain_db, q) = (
        1_681.974_450_955_533,
        3.999_843_853_973_347,
        0.707_175_236_955_419_6,
    );
    let k = (std::f64::consts::PI * f0 / rate).tan();
    let vh = 10f64.powf(gain_db / 20.0);
    let vb = vh.powf(0.499_666_774_154_541_6);
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [
            (vh + vb * k / q + k * k) / a0,
            2.0 * (k * k - vh) / a0,
            (vh - vb * k / q + k * k) / a0,
        ],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    }
}

fn high_pass(rate: f64) -> Biquad {
    let (f0, q) = (38.135_470_876_024_44, 0.500_327_037_323_877_3);
    let k = (std::f64::consts::PI * f0 / rate).tan();
    let a0 = 1.0 + k / q + k * k;
    Biquad {
        b: [1.0, -2.0, 1.0],
        a: [2.0 * (k * k - 1.0) / a0, (1.0 - k / q + k * k) / a0],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_48_khz_the_filters_are_the_recommendations_own() {
        let close =
            |ours: f64, theirs: f64| assert!((ours - theirs).abs() < 1e-9, "{ours} {theirs}");
        // BS.1770-5, tables 1 and 2.
        let shelf = shelf(48_000.0);
        close(shelf.b[0], 1.535_124_859_586_97);
        close(shelf.b[1], -2.691_696_189_406_38);
        close(shelf.b[2], 1.198_392_810_852_85);
        close(shelf.a[0], -1.690_659_293_182_41);
        close(shelf.a[1], 0.732_480_774_215_85);
        let high = high_pass(48_000.0);
        close(high.a[0], -1.990_047_454_833_98);
        close(high.a[1], 0.990_072_250_366_21);
    }
}
