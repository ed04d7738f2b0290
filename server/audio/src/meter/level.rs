//! Samples as numbers: peak, RMS, direct current, clipped runs, silence, noise floor.

use std::collections::VecDeque;

use contract::report::Event;

use super::true_peak::MOST_EVENTS;
use crate::step::Step;

/// 32767/32768 is 0.99997, so this is full scale in any format.
const FULL_SCALE: f32 = 0.9999;
/// Three full-scale samples in a row do not happen by chance; it is what meters count as clipping
/// (CD mastering practice; Bob Katz, *Mastering Audio*).
const CLIPPED_RUN: u64 = 3;
/// Quieter than this counts as silence at the ends of a file: −60 dBFS.
const SILENCE: f32 = 0.001;
/// Steps in the stretch of 0.4 s in which the noise floor is looked for.
const FLOOR_STEPS: usize = 4;

pub(crate) struct LevelMeter {
    rate: f64,
    channels: Vec<Lane>,
    frames: u64,
    pub(crate) peak: f32,
    pub(crate) peak_at: u64,
    first_sound: Option<u64>,
    last_sound: Option<u64>,
    pub(crate) clipped_runs: u64,
    pub(crate) clipped_samples: u64,
    pub(crate) clips: Vec<Event>,
    recent: VecDeque<f64>,
    quietest: Option<f64>,
}

#[derive(Clone, Default)]
struct Lane {
    sum: f64,
    squares: f64,
    /// Full-scale samples of one sign up to here.
    run: u64,
    run_positive: bool,
}

/// What a step's samples come to.
#[derive(Clone, Copy)]
pub(crate) struct Level {
    pub(crate) peak: f32,
}

impl LevelMeter {
    pub(crate) fn new(rate: u32, channels: usize) -> Self {
        Self {
            rate: f64::from(rate),
            channels: vec![Lane::default(); channels],
            frames: 0,
            peak: 0.0,
            peak_at: 0,
            first_sound: None,
            last_sound: None,
            clipped_runs: 0,
            clipped_samples: 0,
            clips: Vec::new(),
            recent: VecDeque::with_capacity(FLOOR_STEPS),
            quietest: None,
        }
    }

    pub(crate) fn take(&mut self, step: &Step<'_>) -> Level {
        let mut step_peak = 0.0f32;
        let mut step_squares = 0.0;
        for (channel, plane) in step.planes.iter().enumerate() {
            let (sum, squares, peak) = sums(plane);
            let lane = &mut self.channels[channel];
            lane.sum += sum;
            lane.squares += squares;
            step_squares += squares;
            step_peak = step_peak.max(peak);
            if peak > self.peak {
                self.peak = peak;
                let place = plane
                    .iter()
                    .position(|sample| sample.abs() == peak)
                    .unwrap_or(0);
                self.peak_at = step.at + place as u64;
            }
            if peak >= FULL_SCALE || lane.run > 0 {
                self.count_clips(channel, plane, step.at);
            }
        }
        if step_peak >= SILENCE {
            self.find_sound(step);
        }
        self.frames += step.frames as u64;
        if step.whole {
            self.find_floor(step_squares / (step.frames * step.planes.len()) as f64);
        }
        Level { peak: step_peak }
    }

    fn count_clips(&mut self, channel: usize, plane: &[f32], at: u64) {
        for (index, sample) in plane.iter().enumerate() {
            let full = sample.abs() >= FULL_SCALE;
            let lane = &mut self.channels[channel];
            if full && lane.run > 0 && lane.run_positive == (*sample > 0.0) {
                lane.run += 1;
            } else {
                self.end_run(channel, at + index as u64);
                let lane = &mut self.channels[channel];
                lane.run = u64::from(full);
                lane.run_positive = *sample > 0.0;
            }
        }
    }

    fn end_run(&mut self, channel: usize, at: u64) {
        let run = std::mem::take(&mut self.channels[channel].run);
        if run < CLIPPED_RUN {
            return;
        }
        self.clipped_runs += 1;
        self.clipped_samples += run;
        if self.clips.len() < MOST_EVENTS {
            let at_s = (at - run) as f64 / self.rate;
            self.clips.push(Event {
                at_s,
                value: run as f64,
                channel: channel as u16,
            });
        }
    }

    fn find_sound(&mut self, step: &Step<'_>) {
        let loud = |index: &usize| {
            step.planes
                .iter()
                .any(|plane| plane[*index].abs() >= SILENCE)
        };
        if self.first_sound.is_none() {
            self.first_sound = (0..step.frames)
                .find(loud)
                .map(|index| step.at + index as u64);
        }
        if let Some(last) = (0..step.frames).rev().find(loud) {
            self.last_sound = Some(step.at + last as u64);
        }
    }

    /// Digital silence is no floor: it says nothing about the noise under the music.
    fn find_floor(&mut self, mean_square: f64) {
        if self.recent.len() == FLOOR_STEPS {
            self.recent.pop_front();
        }
        self.recent.push_back(mean_square);
        if self.recent.len() == FLOOR_STEPS && self.recent.iter().all(|power| *power > 0.0) {
            let mean = self.recent.iter().sum::<f64>() / FLOOR_STEPS as f64;
            self.quietest = Some(self.quietest.map_or(mean, |least| least.min(mean)));
        }
    }

    pub(crate) fn finish(&mut self) {
        for channel in 0..self.channels.len() {
            self.end_run(channel, self.frames);
        }
    }

    /// Mean square over all channels, full scale being 1.
    pub(crate) fn mean_square(&self) -> f64 {
        let squares: f64 = self.channels.iter().map(|lane| lane.squares).sum();
        squares / (self.frames.max(1) as f64 * self.channels.len() as f64)
    }

    /// The mean of each channel, full scale being 1.
    pub(crate) fn offsets(&self) -> impl Iterator<Item = f64> {
        self.channels
            .iter()
            .map(|lane| lane.sum / self.frames.max(1) as f64)
    }

    /// Seconds before the first sound and after the last; `None` if there is none.
    pub(crate) fn silences(&self) -> Option<(f64, f64)> {
        let (first, last) = (self.first_sound?, self.last_sound?);
        Some((
            first as f64 / self.rate,
            (self.frames - 1 - last) as f64 / self.rate,
        ))
    }

    /// Mean square of the quietest 0.4 s that is not digital silence.
    pub(crate) fn quietest(&self) -> Option<f64> {
        self.quietest
    }
}

/// Sum, sum of squares and greatest magnitude, eight lanes side by side.
fn sums(plane: &[f32]) -> (f64, f64, f32) {
    const LANES: usize = 8;
    let (mut total, mut total_squares, mut total_peak) = (0.0, 0.0, 0.0f32);
    // f32 lanes are emptied into f64 often enough that nothing is rounded away.
    for chunk in plane.chunks(512) {
        let (mut sum, mut squares, mut peak) = ([0.0f32; LANES], [0.0f32; LANES], [0.0f32; LANES]);
        let mut blocks = chunk.chunks_exact(LANES);
        for block in &mut blocks {
            for lane in 0..LANES {
                sum[lane] += block[lane];
                squares[lane] += block[lane] * block[lane];
                peak[lane] = peak[lane].max(block[lane].abs());
            }
        }
        for (lane, sample) in blocks.remainder().iter().enumerate() {
            sum[lane] += sample;
            squares[lane] += sample * sample;
            peak[lane] = peak[lane].max(sample.abs());
        }
        total += sum.iter().map(|value| f64::from(*value)).sum::<f64>();
        total_squares += squares.iter().map(|value| f64::from(*value)).sum::<f64>();
        total_peak = peak.iter().fold(total_peak, |max, value| max.max(*value));
    }
    (total, total_squares, total_peak)
}
