//! A small band: drums, bass, chords and a lead, in any key and tempo.

use std::f64::consts::TAU;

use super::{Noise, Sound};

/// What is played.
#[derive(Clone, Debug)]
pub struct Music {
    pub rate: u32,
    pub bpm: f64,
    /// Semitones above C.
    pub tonic: u32,
    pub minor: bool,
    /// Cents above A = 440 Hz.
    pub cents: f64,
    pub seconds: f64,
}

impl Default for Music {
    fn default() -> Self {
        Self {
            rate: 44_100,
            bpm: 120.0,
            tonic: 9,
            minor: true,
            cents: 0.0,
            seconds: 30.0,
        }
    }
}

/// The whole band, as a decent rough mix.
pub fn music(music: &Music) -> Sound {
    let parts = Parts::play(music);
    let mut mix = parts.silence();
    parts.add(&mut mix, &parts.drums, 0.5);
    parts.add(&mut mix, &parts.bass, 0.35);
    parts.add(&mut mix, &parts.chords, 0.4);
    parts.add(&mut mix, &parts.lead, 0.22);
    parts.into_sound(mix)
}

/// One stereo track for each instrument, as frames.
pub(super) struct Parts {
    rate: u32,
    frames: usize,
    pub(super) drums: Vec<[f32; 2]>,
    pub(super) bass: Vec<[f32; 2]>,
    pub(super) chords: Vec<[f32; 2]>,
    pub(super) lead: Vec<[f32; 2]>,
}

/// Scale degrees in semitones of the roots of four bars, and whether each chord is minor.
const MINOR_BARS: [(u32, bool); 4] = [(0, true), (8, false), (3, false), (10, false)];
const MAJOR_BARS: [(u32, bool); 4] = [(0, false), (5, false), (7, false), (0, false)];
/// A tune of the scale, one note an eighth; `None` is a rest.
const MINOR_TUNE: [Option<u32>; 16] = [
    Some(12),
    None,
    Some(7),
    Some(10),
    Some(12),
    None,
    Some(15),
    None,
    Some(14),
    Some(12),
    None,
    Some(10),
    Some(7),
    None,
    Some(3),
    None,
];
const MAJOR_TUNE: [Option<u32>; 16] = [
    Some(12),
    None,
    Some(7),
    Some(9),
    Some(12),
    None,
    Some(16),
    None,
    Some(14),
    Some(12),
    None,
    Some(11),
    Some(7),
    None,
    Some(4),
    None,
];

impl Parts {
    pub(super) fn play(music: &Music) -> Self {
        let frames = (music.seconds * f64::from(music.rate)).round() as usize;
        let silence = vec![[0.0; 2]; frames];
        let mut parts = Self {
            rate: music.rate,
            frames,
            drums: silence.clone(),
            bass: silence.clone(),
            chords: silence.clone(),
            lead: silence,
        };
        let eighth = 30.0 / music.bpm;
        let count = (music.seconds / eighth).ceil() as usize;
        let (bars, tune) = if music.minor {
            (MINOR_BARS, MINOR_TUNE)
        } else {
            (MAJOR_BARS, MAJOR_TUNE)
        };
        for step in 0..count {
            let at = step as f64 * eighth;
            let (root, minor_chord) = bars[step / 8 % 4];
            parts.drum(step, at);
            // Roots from F1 (43.65 Hz) up: the register of a bass.
            let bass_note = 29 + (music.tonic + root + 12 - 5) % 12;
            parts.note(Part::Bass, hz(bass_note, music.cents), at, eighth * 0.9);
            if step.is_multiple_of(8) {
                let third = if minor_chord { 3 } else { 4 };
                for (index, interval) in [0, third, 7, 12].into_iter().enumerate() {
                    let note = 48 + (music.tonic + root) % 12 + interval;
                    parts.note(Part::Chord(index), hz(note, music.cents), at, eighth * 7.8);
                }
            }
            if let Some(degree) = tune[step % 16] {
                parts.note(
                    Part::Lead,
                    hz(60 + music.tonic % 12 + degree - 12, music.cents),
                    at,
                    eighth * 1.6,
                );
            }
        }
        parts
    }

    pub(super) fn silence(&self) -> Vec<[f32; 2]> {
        vec![[0.0; 2]; self.frames]
    }

    pub(super) fn add(&self, mix: &mut [[f32; 2]], part: &[[f32; 2]], gain: f32) {
        for (mix, part) in mix.iter_mut().zip(part) {
            mix[0] += gain * part[0];
            mix[1] += gain * part[1];
        }
    }

    pub(super) fn into_sound(self, mix: Vec<[f32; 2]>) -> Sound {
        Sound {
            rate: self.rate,
            channels: 2,
            samples: mix.into_iter().flatten().collect(),
        }
    }

    /// Kick on every beat, snare on two and four, hats on the eighths.
    fn drum(&mut self, step: usize, at: f64) {
        let mut noise = Noise::new(7 + step as u32);
        if step.is_multiple_of(2) {
            let mut phase = 0.0;
            self.hit(at, 0.25, |t, step| {
                phase += TAU * (48.0 + 110.0 * (-t * 45.0).exp()) * step;
                (phase.sin() * (-t * 14.0).exp()) as f32
            });
        }
        if step % 4 == 2 {
            self.hit(at, 0.2, |t, _| {
                let body = (TAU * 190.0 * t).sin() * (-t * 28.0).exp();
                (0.35 * body) as f32 + 0.4 * noise.next() * (-t * 22.0).exp() as f32
            });
        }
        let mut last = 0.0;
        let accent = if step.is_multiple_of(2) { 0.3 } else { 0.22 };
        self.hit(at, 0.06, |t, _| {
            // The difference of neighbours takes the lows out of the noise.
            let now = noise.next();
            let high = now - std::mem::replace(&mut last, now);
            accent * high * 0.5 * (-t * 70.0).exp() as f32
        });
    }

    fn hit(&mut self, at: f64, seconds: f64, mut wave: impl FnMut(f64, f64) -> f32) {
        let step = 1.0 / f64::from(self.rate);
        let start = (at / step).round() as usize;
        let count = (seconds / step) as usize;
        for (index, frame) in self.drums.iter_mut().skip(start).take(count).enumerate() {
            let value = wave(index as f64 * step, step);
            frame[0] += value;
            frame[1] += value;
        }
    }

    fn note(&mut self, part: Part, hz: f64, at: f64, seconds: f64) {
        let step = 1.0 / f64::from(self.rate);
        let start = (at / step).round() as usize;
        let count = (seconds / step) as usize;
        let (harmonics, gain): (usize, f64) = match part {
            Part::Bass => (5, 0.8),
            Part::Chord(_) => (6, 0.18),
            Part::Lead => (9, 0.6),
        };
        // Voices of a chord stand side by side; bass and lead in the middle.
        let pan = match part {
            Part::Chord(index) => [0.25, 0.75, 0.4, 0.6][index % 4],
            _ => 0.5f64,
        };
        let sides =
            [(1.0 - pan).sqrt(), pan.sqrt()].map(|side| (side * std::f64::consts::SQRT_2) as f32);
        let track = match part {
            Part::Bass => &mut self.bass,
            Part::Chord(_) => &mut self.chords,
            Part::Lead => &mut self.lead,
        };
        let harmonics = harmonics.min((f64::from(self.rate) * 0.45 / hz) as usize);
        let cycle = cycle(harmonics);
        let (mut phase, turn) = (0.0f64, hz * step * (CYCLE - 1) as f64);
        let (mut decay, fall) = (1.0, (-3.0 * step).exp());
        for (index, frame) in track.iter_mut().skip(start).take(count).enumerate() {
            let t = index as f64 * step;
            let left = seconds - t;
            let envelope =
                (t / 0.008).min(1.0) * (left / 0.02).clamp(0.0, 1.0) * (0.4 + 0.6 * decay);
            decay *= fall;
            let at = phase as usize;
            let wave = cycle[at] + (cycle[at + 1] - cycle[at]) * phase.fract();
            phase += turn;
            while phase >= (CYCLE - 1) as f64 {
                phase -= (CYCLE - 1) as f64;
            }
            let value = (gain * envelope * wave) as f32;
            frame[0] += value * sides[0];
            frame[1] += value * sides[1];
        }
    }
}

#[derive(Clone, Copy)]
enum Part {
    Bass,
    Chord(usize),
    Lead,
}

const CYCLE: usize = 2049;

/// One period of a softened sawtooth, its last point being its first again.
fn cycle(harmonics: usize) -> Vec<f64> {
    let point = |index: usize| {
        let phase = TAU * index as f64 / (CYCLE - 1) as f64;
        (1..=harmonics)
            .map(|harmonic| (phase * harmonic as f64).sin() / (harmonic as f64).powf(1.3))
            .sum()
    };
    (0..CYCLE).map(point).collect()
}

/// By MIDI number; 69 is A = 440 Hz.
fn hz(note: u32, cents: f64) -> f64 {
    440.0 * ((f64::from(note) - 69.0) / 12.0 + cents / 1200.0).exp2()
}
