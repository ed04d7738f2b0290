//! The spectrum of both channels, once, and everything that is read from it: third-octave bands with
//! what the channels share in each, pitch classes, the stereo field.

use std::sync::Arc;

use realfft::num_complex::Complex32;
use realfft::{RealFftPlanner, RealToComplex};

use super::pitch::PitchMeter;
use super::stereo::{Cross, Field};
use crate::bands::{THIRDS, thirds};

/// About a third of a second: 2.7 Hz apart, so that the 25 Hz band has bins of its own and semitones are
/// told apart from 180 Hz. Scales with the sample rate.
const WINDOW_AT_48K: usize = 16_384;

/// One look at the spectrum.
pub(crate) struct Look {
    /// The frame at the window's middle.
    pub(crate) at: u64,
    /// How much of the window held sound: less than 1 at the file's ends.
    pub(crate) weight: f32,
    /// Mean squares times `weight`.
    pub(crate) bands: [Cross; THIRDS],
    pub(crate) chroma: [f32; 12],
}

pub(crate) struct SpectrumMeter {
    fft: Arc<dyn RealToComplex<f32>>,
    window: Vec<f32>,
    /// Sum of the squared window up to each sample, to know the weight of a part.
    window_energy: Vec<f64>,
    stereo: bool,
    channels: [Channel; 2],
    input: Vec<f32>,
    scratch: Vec<Complex32>,
    filled: usize,
    /// Frame number of the first sample in the buffers; negative for the padding before the file.
    first_at: i64,
    frames: u64,
    edges: [[usize; 2]; THIRDS],
    pub(crate) pitch: PitchMeter,
    pub(crate) field: Field,
}

struct Channel {
    samples: Vec<f32>,
    bins: Vec<Complex32>,
}

impl SpectrumMeter {
    pub(crate) fn new(rate: u32, stereo: bool) -> Self {
        let scale = (f64::from(rate) / 48_000.0).log2().round();
        let size = (WINDOW_AT_48K as f64 * scale.exp2()) as usize;
        let fft = RealFftPlanner::<f32>::new().plan_fft_forward(size);
        let window = hann(size);
        let window_energy = std::iter::once(0.0)
            .chain(window.iter().scan(0.0, |sum, weight| {
                *sum += f64::from(*weight).powi(2);
                Some(*sum)
            }))
            .collect();
        let channel = || Channel {
            samples: vec![0.0; size],
            bins: fft.make_output_vec(),
        };
        let hz_per_bin = f64::from(rate) / size as f64;
        let edges = std::array::from_fn(|index| {
            let Some(band) = thirds().nth(index) else {
                return [0, 0];
            };
            band.edges()
                .map(|hz| ((hz / hz_per_bin).round() as usize).min(size / 2))
        });
        Self {
            window,
            window_energy,
            stereo,
            channels: [channel(), channel()],
            input: fft.make_input_vec(),
            scratch: fft.make_scratch_vec(),
            fft,
            // The file begins in the middle of the first window, so that its first note counts.
            filled: size / 2,
            first_at: -(size as i64 / 2),
            frames: 0,
            edges,
            pitch: PitchMeter::new(hz_per_bin),
            field: Field::default(),
        }
    }

    pub(crate) fn take(&mut self, planes: [&[f32]; 2], look: &mut impl FnMut(Look)) {
        let mut from = 0;
        let frames = planes[0].len();
        self.frames += frames as u64;
        while from < frames {
            let size = self.window.len();
            let count = (size - self.filled).min(frames - from);
            for (channel, plane) in self.channels.iter_mut().zip(planes) {
                channel.samples[self.filled..self.filled + count]
                    .copy_from_slice(&plane[from..from + count]);
            }
            self.filled += count;
            from += count;
            if self.filled == size {
                look(self.look());
                self.advance();
            }
        }
    }

    /// Pads the end as the beginning was, so that the last note counts.
    pub(crate) fn finish(&mut self, look: &mut impl FnMut(Look)) {
        while self.first_at + (self.window.len() as i64 / 2) < self.frames as i64 {
            for channel in &mut self.channels {
                channel.samples[self.filled..].fill(0.0);
            }
            look(self.look());
            self.advance();
        }
    }

    /// Windows overlap by half: with Hann's window every sample then counts the same.
    fn advance(&mut self) {
        let hop = self.window.len() / 2;
        for channel in &mut self.channels {
            channel.samples.copy_within(hop.., 0);
        }
        self.filled = self.filled.saturating_sub(hop);
        self.first_at += hop as i64;
    }

    fn look(&mut self) -> Look {
        let size = self.window.len();
        let used = if self.stereo { 2 } else { 1 };
        for channel in &mut self.channels[..used] {
            for ((input, sample), weight) in self
                .input
                .iter_mut()
                .zip(&channel.samples)
                .zip(&self.window)
            {
                *input = sample * weight;
            }
            // Lengths are the plan's own, so this cannot fail.
            let done = self.fft.process_with_scratch(
                &mut self.input,
                &mut channel.bins,
                &mut self.scratch,
            );
            debug_assert!(done.is_ok());
        }
        let start = (-self.first_at).clamp(0, size as i64) as usize;
        let end = (self.frames as i64 - self.first_at).clamp(0, size as i64) as usize;
        let energy = self.window_energy[end] - self.window_energy[start];
        let all = self.window_energy[size];
        // Parseval: one-sided power over the window's energy gives the mean square.
        let scale = (2.0 / size as f64 / all) as f32;
        let [left, right] = &self.channels;
        let right = if self.stereo { &right.bins } else { &left.bins };
        let mut bands = [Cross::default(); THIRDS];
        for ((band, [low, high]), third) in bands.iter_mut().zip(self.edges).zip(thirds()) {
            if low < high {
                *band = band_cross(&left.bins[low..high], &right[low..high], scale);
                self.field.take(third.hz, *band);
            }
        }
        let chroma = self.pitch.take(&left.bins, right);
        let at = (self.first_at + size as i64 / 2).max(0) as u64;
        Look {
            at,
            weight: (energy / all) as f32,
            bands,
            chroma,
        }
    }
}

fn band_cross(left: &[Complex32], right: &[Complex32], scale: f32) -> Cross {
    const LANES: usize = 4;
    let mut sums = [[0.0f32; LANES]; 3];
    let mut lefts = left.chunks_exact(LANES);
    let mut rights = right.chunks_exact(LANES);
    for (left, right) in (&mut lefts).zip(&mut rights) {
        for lane in 0..LANES {
            let (l, r) = (left[lane], right[lane]);
            sums[0][lane] += l.re * l.re + l.im * l.im;
            sums[1][lane] += r.re * r.re + r.im * r.im;
            sums[2][lane] += l.re * r.re + l.im * r.im;
        }
    }
    for (l, r) in lefts.remainder().iter().zip(rights.remainder()) {
        sums[0][0] += l.norm_sqr();
        sums[1][0] += r.norm_sqr();
        sums[2][0] += l.re * r.re + l.im * r.im;
    }
    let [ll, rr, lr] = sums.map(|lanes| lanes.iter().sum::<f32>() * scale);
    Cross { ll, rr, lr }
}

/// The periodic Hann window.
pub(crate) fn hann(size: usize) -> Vec<f32> {
    let turn = 2.0 * std::f64::consts::PI / size as f64;
    (0..size)
        .map(|n| (0.5 - 0.5 * (turn * n as f64).cos()) as f32)
        .collect()
}
