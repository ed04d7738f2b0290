//! Where notes begin: the rise of energy in some twenty bands, on the mono sum at about 11 kHz. What is
//! kept is the autocorrelation of that curve, which has a fixed size, and the count of onsets.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{ComplexToReal, RealFftPlanner, RealToComplex};

use super::spectrum::hann;

/// Half of it is the highest that drums are looked for at.
const RATE: f64 = 11_025.0;
const WINDOW: usize = 512;
const HOP: usize = 128;
const BANDS: usize = 20;
/// Onset frames in one autocorrelation: twelve seconds, eight bars of fast music.
const SPAN: usize = 1024;
/// Longest lag kept: eight beats at 60 a minute.
pub(crate) const LAGS: usize = 700;
/// Two onsets are at least this far apart, in frames of 11.6 ms (50 ms).
const APART: usize = 4;

pub(crate) struct OnsetMeter {
    decimator: Decimator,
    /// Onset frames a second.
    pub(crate) rate: f64,
    samples: Vec<f32>,
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    input: Vec<f32>,
    bins: Vec<Complex32>,
    scratch: Vec<Complex32>,
    edges: [usize; BANDS + 1],
    levels: [f32; BANDS],
    flux: Vec<f32>,
    correlation: Correlation,
    picker: Picker,
}

impl OnsetMeter {
    pub(crate) fn new(rate: u32) -> Self {
        let decimator = Decimator::new(f64::from(rate));
        let low_rate = f64::from(rate) / decimator.factor as f64;
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(WINDOW);
        // From 30 Hz to the top in even steps of pitch, each of a bin at least.
        let hz_per_bin = low_rate / WINDOW as f64;
        let top = low_rate / 2.0;
        let mut edges = [1; BANDS + 1];
        for band in 1..=BANDS {
            let hz = 30.0 * (top / 30.0).powf(band as f64 / BANDS as f64);
            edges[band] = ((hz / hz_per_bin).round() as usize).max(edges[band - 1] + 1);
        }
        edges[BANDS] = edges[BANDS].min(WINDOW / 2 + 1);
        Self {
            decimator,
            rate: low_rate / HOP as f64,
            samples: Vec::with_capacity(4 * WINDOW),
            window: hann(WINDOW),
            input: fft.make_input_vec(),
            bins: fft.make_output_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            edges,
            levels: [0.0; BANDS],
            flux: Vec::with_capacity(SPAN),
            correlation: Correlation::new(),
            picker: Picker::default(),
        }
    }

    pub(crate) fn take(&mut self, planes: [&[f32]; 2]) {
        self.decimator.take(planes, &mut self.samples);
        let mut from = 0;
        while from + WINDOW <= self.samples.len() {
            let flux = self.flux_at(from);
            self.picker.take(flux);
            self.flux.push(flux);
            if self.flux.len() == SPAN {
                self.correlation.take(&self.flux);
                self.flux.drain(..SPAN / 2);
            }
            from += HOP;
        }
        self.samples.drain(..from);
    }

    fn flux_at(&mut self, from: usize) -> f32 {
        for ((input, sample), weight) in self
            .input
            .iter_mut()
            .zip(&self.samples[from..])
            .zip(&self.window)
        {
            *input = sample * weight;
        }
        let done =
            self.fft
                .process_with_scratch(&mut self.input, &mut self.bins, &mut self.scratch);
        debug_assert!(done.is_ok());
        let mut rise = 0.0;
        for band in 0..BANDS {
            let bins = &self.bins[self.edges[band].min(self.edges[band + 1])..self.edges[band + 1]];
            let power: f32 = bins.iter().map(Complex32::norm_sqr).sum();
            // Loudness grows with the logarithm; the one keeps noise below −60 dBFS from counting.
            let level = (1.0 + 100.0 * power).ln();
            rise += (level - self.levels[band]).max(0.0);
            self.levels[band] = level;
        }
        rise
    }

    /// The mean autocorrelation of the onset curve, and how many onsets there were. The correlation is
    /// `None` where less than four seconds were heard.
    pub(crate) fn finish(mut self) -> (Option<[f64; LAGS]>, u64) {
        let least = (4.0 * self.rate) as usize;
        if self.correlation.weight[0] == 0.0 && self.flux.len() >= least
            || self.flux.len() > SPAN * 3 / 4
        {
            self.correlation.take(&self.flux);
        }
        (self.correlation.finish(), self.picker.count)
    }
}

/// Low-pass and leave out: a windowed sinc evaluated only at the samples that stay.
struct Decimator {
    factor: usize,
    taps: Vec<f32>,
    /// Mono samples not yet used up.
    mono: Vec<f32>,
}

impl Decimator {
    fn new(rate: f64) -> Self {
        let factor = ((rate / RATE).round() as usize).max(1);
        let count = if factor == 1 { 1 } else { 8 * factor };
        let middle = (count - 1) as f64 / 2.0;
        let window = hann(count + 1);
        let mut taps: Vec<f32> = (0..count)
            .map(|index| {
                let x = (index as f64 - middle) * 0.9 / factor as f64 * std::f64::consts::PI;
                let sinc = if x == 0.0 { 1.0 } else { x.sin() / x };
                sinc as f32 * window.get(index + 1).copied().unwrap_or(0.0)
            })
            .collect();
        if count == 1 {
            taps = vec![1.0];
        }
        let sum: f32 = taps.iter().sum();
        taps.iter_mut().for_each(|tap| *tap /= sum);
        Self {
            factor,
            taps,
            mono: Vec::new(),
        }
    }

    fn take(&mut self, [left, right]: [&[f32]; 2], out: &mut Vec<f32>) {
        self.mono.extend(
            left.iter()
                .zip(right)
                .map(|(left, right)| 0.5 * (left + right)),
        );
        let mut from = 0;
        while from + self.taps.len() <= self.mono.len() {
            out.push(dot(&self.taps, &self.mono[from..from + self.taps.len()]));
            from += self.factor;
        }
        let from = from.min(self.mono.len());
        self.mono.drain(..from);
    }
}

fn dot(taps: &[f32], samples: &[f32]) -> f32 {
    const LANES: usize = 8;
    let mut sums = [0.0f32; LANES];
    let (mut a, mut b) = (taps.chunks_exact(LANES), samples.chunks_exact(LANES));
    for (taps, samples) in (&mut a).zip(&mut b) {
        for lane in 0..LANES {
            sums[lane] += taps[lane] * samples[lane];
        }
    }
    let rest: f32 = a
        .remainder()
        .iter()
        .zip(b.remainder())
        .map(|(tap, sample)| tap * sample)
        .sum();
    sums.iter().sum::<f32>() + rest
}

/// The autocorrelation of the onset curve, averaged over spans that overlap by half.
struct Correlation {
    forward: Arc<dyn RealToComplex<f32>>,
    inverse: Arc<dyn ComplexToReal<f32>>,
    sum: [f64; LAGS],
    /// How many products went into each lag.
    weight: [f64; LAGS],
}

impl Correlation {
    fn new() -> Self {
        let mut planner = RealFftPlanner::<f32>::new();
        Self {
            forward: planner.plan_fft_forward(2 * SPAN),
            inverse: planner.plan_fft_inverse(2 * SPAN),
            sum: [0.0; LAGS],
            weight: [0.0; LAGS],
        }
    }

    fn take(&mut self, flux: &[f32]) {
        let mut padded = self.forward.make_input_vec();
        let mean = flux.iter().sum::<f32>() / flux.len() as f32;
        for (padded, flux) in padded.iter_mut().zip(flux) {
            *padded = flux - mean;
        }
        let mut bins = self.forward.make_output_vec();
        let forward = self.forward.process(&mut padded, &mut bins);
        bins.iter_mut()
            .for_each(|bin| *bin = Complex32::new(bin.norm_sqr(), 0.0));
        let inverse = self.inverse.process(&mut bins, &mut padded);
        debug_assert!(forward.is_ok() && inverse.is_ok());
        let lags = self.sum.iter_mut().zip(&mut self.weight).zip(&padded);
        for (lag, ((sum, weight), product)) in lags.take(flux.len()).enumerate() {
            *sum += f64::from(*product);
            *weight += (flux.len() - lag) as f64;
        }
    }

    fn finish(&self) -> Option<[f64; LAGS]> {
        // Products that only a few samples went into tell nothing.
        let least = self.weight[0] / 8.0;
        let mean = |lag: usize| {
            if self.weight[lag] > least {
                self.sum[lag] / self.weight[lag]
            } else {
                0.0
            }
        };
        let power = mean(0);
        (power > 0.0).then(|| std::array::from_fn(|lag| mean(lag) / power))
    }
}

/// Counts the peaks of the onset curve as they pass.
#[derive(Default)]
struct Picker {
    recent: [f32; 2 * APART + 1],
    /// A slow mean that stands for "nothing happens".
    mean: f32,
    since: usize,
    count: u64,
}

impl Picker {
    fn take(&mut self, flux: f32) {
        self.recent.rotate_left(1);
        self.recent[2 * APART] = flux;
        self.since += 1;
        let at = self.recent[APART];
        let is_peak = self.recent.iter().all(|other| *other <= at);
        // Thresholds by trial on drums, pads and noise (tests/music.rs); a rise of 3 is about 1.3 dB in
        // every band.
        if is_peak && at > 2.0 * self.mean + 3.0 && self.since > APART {
            self.count += 1;
            self.since = 0;
        }
        self.mean += 0.02 * (at - self.mean);
    }
}
