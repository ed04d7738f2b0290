//! True peak: the greatest value between the samples too (ITU-R BS.1770-5 annex 2).
//!
//! Four-fold oversampling by a windowed-sinc interpolator of sixteen taps a phase: the annex's own has
//! twelve. The phase that falls on the samples is the samples. A block that cannot reach the greatest
//! value so far is not interpolated at all.

use contract::report::Event;

use crate::step::Step;

const TAPS: usize = 16;
/// Frames handled at once: short enough that quiet blocks are often found between loud ones.
const BLOCK: usize = 64;
/// Overs nearer than this are one event, in seconds.
const APART_S: f64 = 0.01;
/// The report lists this many places.
pub(crate) const MOST_EVENTS: usize = 100;

pub(crate) struct TruePeakMeter {
    phases: Vec<[f32; TAPS]>,
    /// The most that interpolation can make of the largest sample.
    bound: f32,
    rate: f64,
    channels: Vec<Lane>,
    pub(crate) max: f32,
    pub(crate) max_at: u64,
    pub(crate) overs: u64,
    pub(crate) events: Vec<Event>,
}

struct Lane {
    /// The last `TAPS − 1` samples of the step before, then this step's.
    samples: Vec<f32>,
    last_over: Option<u64>,
}

impl TruePeakMeter {
    pub(crate) fn new(rate: u32, channels: usize) -> Self {
        let phases = interpolator(rate);
        let bound = phases
            .iter()
            .map(|taps| taps.iter().map(|tap| tap.abs()).sum::<f32>())
            .fold(1.0, f32::max);
        let lane = || Lane {
            samples: vec![0.0; TAPS - 1],
            last_over: None,
        };
        Self {
            phases,
            bound,
            rate: f64::from(rate),
            channels: (0..channels).map(|_| lane()).collect(),
            max: 0.0,
            max_at: 0,
            overs: 0,
            events: Vec::new(),
        }
    }

    /// The greatest true peak of the step, over all channels.
    pub(crate) fn take(&mut self, step: &Step<'_>) -> f32 {
        let mut step_max = 0.0f32;
        for channel in 0..self.channels.len() {
            let lane = &mut self.channels[channel];
            lane.samples.truncate(TAPS - 1);
            lane.samples.extend_from_slice(&step.planes[channel]);
            let mut from = 0;
            while from < step.frames {
                let count = BLOCK.min(step.frames - from);
                let window = &self.channels[channel].samples[from..from + count + TAPS - 1];
                let loudest = window
                    .iter()
                    .fold(0.0f32, |max, sample| max.max(sample.abs()));
                let reach = loudest * self.bound;
                if reach > step_max || reach > 1.0 {
                    let peak = peak_of(window, &self.phases);
                    step_max = step_max.max(peak);
                    self.note(channel, step.at + from as u64, peak);
                }
                from += count;
            }
            let lane = &mut self.channels[channel];
            let keep = lane.samples.len() - (TAPS - 1);
            lane.samples.copy_within(keep.., 0);
        }
        step_max
    }

    /// The filter's delay puts a peak half its length back.
    fn note(&mut self, channel: usize, block_at: u64, peak: f32) {
        let at = (block_at + BLOCK as u64 / 2).saturating_sub(TAPS as u64 / 2);
        if peak > self.max {
            self.max = peak;
            self.max_at = at;
        }
        if peak <= 1.0 {
            return;
        }
        let last = self.channels[channel].last_over.replace(at);
        if last.is_some_and(|last| (at - last) as f64 <= APART_S * self.rate) {
            return;
        }
        self.overs += 1;
        if self.events.len() < MOST_EVENTS {
            let value = 20.0 * f64::from(peak).log10();
            self.events.push(Event {
                at_s: at as f64 / self.rate,
                value,
                channel: channel as u16,
            });
        }
    }

    /// The tail: what the filter still holds once the sound has ended.
    pub(crate) fn finish(&mut self) {
        for channel in 0..self.channels.len() {
            let lane = &mut self.channels[channel];
            lane.samples.truncate(TAPS - 1);
            lane.samples.resize(2 * TAPS - 2, 0.0);
            let peak = peak_of(&lane.samples, &self.phases);
            if peak > self.max {
                self.max = peak;
            }
        }
    }
}

/// The greatest absolute value of the samples and of all phases between them.
fn peak_of(window: &[f32], phases: &[[f32; TAPS]]) -> f32 {
    const LANES: usize = 8;
    let mut peak = window
        .iter()
        .fold(0.0f32, |max, sample| max.max(sample.abs()));
    let count = window.len() + 1 - TAPS;
    for taps in phases {
        let mut from = 0;
        let mut peaks = [0.0f32; LANES];
        // Eight outputs side by side: sixteen multiply-adds of vectors, and no dependence between lanes.
        while from + LANES <= count {
            let mut sums = [0.0f32; LANES];
            for (tap, weight) in taps.iter().enumerate() {
                let samples = &window[from + tap..from + tap + LANES];
                for lane in 0..LANES {
                    sums[lane] += weight * samples[lane];
                }
            }
            for lane in 0..LANES {
                peaks[lane] = peaks[lane].max(sums[lane].abs());
            }
            from += LANES;
        }
        for at in from..count {
            let sum: f32 = taps
                .iter()
                .zip(&window[at..])
                .map(|(weight, sample)| weight * sample)
                .sum();
            peak = peak.max(sum.abs());
        }
        peak = peaks.iter().fold(peak, |max, value| max.max(*value));
    }
    peak
}

/// Windowed-sinc taps for the places between two samples. By annex 2, four-fold at 48 kHz; rates that
/// already hold the oversampling need less.
fn interpolator(rate: u32) -> Vec<[f32; TAPS]> {
    let places: &[f64] = match rate {
        0..=95_999 => &[0.25, 0.5, 0.75],
        96_000..=191_999 => &[0.5],
        _ => &[],
    };
    places.iter().map(|place| taps_for(*place)).collect()
}

fn taps_for(place: f64) -> [f32; TAPS] {
    // Kaiser, β = 5: flat within 0.1 dB to 0.42 of the sample rate.
    let half = TAPS as f64 / 2.0;
    let mut taps = [0.0; TAPS];
    for (index, tap) in taps.iter_mut().enumerate() {
        // Distance from the wanted place, which lies `place` after sample `half − 1`.
        let distance = index as f64 - (half - 1.0) - place;
        let sinc = (std::f64::consts::PI * distance).sin() / (std::f64::consts::PI * distance);
        *tap = sinc * kaiser(distance / half, 5.0);
    }
    // A constant must stay what it is.
    let sum: f64 = taps.iter().sum();
    taps.map(|tap| (tap / sum) as f32)
}

fn kaiser(x: f64, beta: f64) -> f64 {
    let bessel = |x: f64| {
        // I₀ by its power series.
        let (mut sum, mut term) = (1.0, 1.0);
        for k in 1..30 {
            term *= (x / 2.0 / f64::from(k)).powi(2);
            sum += term;
        }
        sum
    };
    if x.abs() >= 1.0 {
        0.0
    } else {
        bessel(beta * (1.0 - x * x).sqrt()) / bessel(beta)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn interpolation_is_flat_to_18_khz_at_44_1() {
        for taps in interpolator(44_100) {
            for hz in [20.0, 1_000.0, 10_000.0, 16_000.0, 18_000.0] {
                let w = 2.0 * std::f64::consts::PI * hz / 44_100.0;
                let (re, im) = taps
                    .iter()
                    .enumerate()
                    .fold((0.0, 0.0), |(re, im), (n, tap)| {
                        (
                            re + f64::from(*tap) * (w * n as f64).cos(),
                            im + f64::from(*tap) * (w * n as f64).sin(),
                        )
                    });
                let db = 20.0 * f64::hypot(re, im).log10();
                assert!(db.abs() < 0.15, "{hz} Hz: {db} dB");
            }
        }
    }
}
