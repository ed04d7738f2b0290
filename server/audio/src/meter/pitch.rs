//! Which pitches sound, by the peaks of the spectrum.

use realfft::num_complex::Complex32;

/// Ten cents each.
pub(crate) const FINE: usize = 120;
/// Below, one note's peak is as wide as three semitones; above, there are mostly overtones.
const RANGE_HZ: [f64; 2] = [60.0, 2_100.0];
/// Peaks more than 40 dB under the frame's strongest are leakage or noise.
const LEAST_OF_STRONGEST: f32 = 1e-4;
/// Nothing to hear: about −70 dBFS in one bin.
const LEAST_POWER: f32 = 1e-7;

pub(crate) struct PitchMeter {
    first: usize,
    last: usize,
    hz_per_bin: f64,
    power: Vec<f32>,
    /// Weight by pitch class above C in tuning A = 440 Hz, folded into one octave.
    pub(crate) classes: [f64; FINE],
}

impl PitchMeter {
    pub(crate) fn new(hz_per_bin: f64) -> Self {
        let [first, last] = RANGE_HZ.map(|hz| (hz / hz_per_bin) as usize);
        Self {
            first,
            last,
            hz_per_bin,
            power: Vec::with_capacity(last - first + 3),
            classes: [0.0; FINE],
        }
    }

    /// Adds one spectrum, and returns its twelve pitch classes (for telling sections apart).
    pub(crate) fn take(&mut self, left: &[Complex32], right: &[Complex32]) -> [f32; 12] {
        let mut chroma = [0.0; 12];
        let last = (self.last + 1).min(left.len() - 1);
        if last <= self.first {
            return chroma;
        }
        self.power.clear();
        let bins = left[self.first - 1..=last]
            .iter()
            .zip(&right[self.first - 1..=last]);
        self.power
            .extend(bins.map(|(left, right)| (left + right).norm_sqr()));
        let strongest = self.power.iter().copied().fold(0.0, f32::max);
        // Power of a bin grows with the square of the window's length, 1/hz_per_bin.
        if f64::from(strongest) * (self.hz_per_bin / 2.93).powi(2) < f64::from(LEAST_POWER) * 1.6e7
        {
            return chroma;
        }
        let threshold = strongest * LEAST_OF_STRONGEST;
        let mut peaks = [(0.0f64, 0.0f64); MOST_PEAKS];
        let mut count = 0;
        for index in 1..self.power.len() - 1 {
            let [before, at, after] = [
                self.power[index - 1],
                self.power[index],
                self.power[index + 1],
            ];
            if at > threshold && at > before && at >= after && count < MOST_PEAKS {
                peaks[count] = self.peak(index, [before, at, after]);
                count += 1;
            }
        }
        // Each frame counts alike, loud or not: the key of a quiet bridge is as much the song's.
        let total: f64 = peaks[..count].iter().map(|peak| peak.1).sum();
        for (class, weight) in &peaks[..count] {
            let weight = weight / total;
            let place = class * FINE as f64;
            let (index, part) = (place as usize % FINE, place.fract());
            self.classes[index] += weight * (1.0 - part);
            self.classes[(index + 1) % FINE] += weight * part;
            chroma[(class * 12.0).round() as usize % 12] += weight as f32;
        }
        chroma
    }

    /// Pitch class in octaves above C, and weight. The peak of a Hann window's logarithm is nearly a
    /// parabola, which places it within a fiftieth of a bin.
    fn peak(&self, index: usize, [before, at, after]: [f32; 3]) -> (f64, f64) {
        const C_IN_OCTAVES_BELOW_A: f64 = 0.75;
        let [a, b, c] = [before, at, after].map(|power| f64::from(power.max(1e-30)).ln());
        let shift = 0.5 * (a - c) / (a - 2.0 * b + c);
        let hz = ((self.first - 1 + index) as f64 + shift) * self.hz_per_bin;
        let class = ((hz / 440.0).log2() + C_IN_OCTAVES_BELOW_A).rem_euclid(1.0);
        // Square root of the amplitude, so that one loud note does not decide alone; and less for high
        // peaks, which are mostly overtones (their fifths and thirds are of another key).
        let weight = f64::from(at).powf(0.25) / (1.0 + (hz / 700.0).powi(2)).sqrt();
        (class, weight)
    }
}

/// Strong peaks in a spectrum of music are some dozens.
const MOST_PEAKS: usize = 96;
