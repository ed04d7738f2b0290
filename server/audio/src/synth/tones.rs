//! The signals of EBU Tech 3341 and 3342.

use std::f64::consts::PI;

use super::{Noise, Sound};

const RATE: u32 = 48_000;

/// A level in dBFS (of the peak, per channel) held for a time in seconds.
pub type Tone = (f64, f64);

/// A 1 kHz sine in both channels at 48 kHz, through several levels without a break in phase.
pub fn tone(levels: &[Tone]) -> Sound {
    let mut samples = Vec::new();
    for_each_level(levels, |wave| samples.extend([wave, wave]));
    Sound {
        rate: RATE,
        channels: 2,
        samples,
    }
}

/// Tech 3341, case 6: five channels (left, right, centre, left and right surround) of one tone at levels
/// of their own. The file must say its layout: mask 0x37 in a WAV.
pub fn surround_tone(levels: [f64; 5], seconds: f64) -> Sound {
    let gains = levels.map(|level| 10f64.powf(level / 20.0));
    let mut samples = Vec::new();
    for_each_level(&[(0.0, seconds)], |wave| {
        samples.extend(gains.map(|gain| (f64::from(wave) * gain) as f32));
    });
    Sound {
        rate: RATE,
        channels: 5,
        samples,
    }
}

fn for_each_level(levels: &[Tone], mut take: impl FnMut(f32)) {
    let mut at = 0u64;
    for (level, seconds) in levels {
        let gain = 10f64.powf(level / 20.0);
        for _ in 0..(seconds * f64::from(RATE)).round() as u64 {
            take((gain * (2.0 * PI * 1_000.0 * at as f64 / f64::from(RATE)).sin()) as f32);
            at += 1;
        }
    }
}

/// Tech 3341, cases 15 to 19: a sine at the sample rate over `divisor`, at a phase that misses its own
/// crest, faded over 0.1 s at both ends.
pub fn true_peak_tone(amplitude: f64, divisor: f64, phase_deg: f64) -> Sound {
    let frames = RATE as usize;
    let fade = RATE as usize / 10;
    let samples = (0..frames)
        .flat_map(|n| {
            let edge = n.min(frames - 1 - n);
            let taper = if edge < fade {
                0.5 - 0.5 * (PI * edge as f64 / fade as f64).cos()
            } else {
                1.0
            };
            let wave =
                amplitude * taper * (2.0 * PI * n as f64 / divisor + phase_deg.to_radians()).sin();
            [wave as f32; 2]
        })
        .collect();
    Sound {
        rate: RATE,
        channels: 2,
        samples,
    }
}

/// After Tech 3341, cases 20 to 23: made at four times the rate and thinned out at `offset` 0 to 3, so
/// that the crest of 1.0 lies at a known place between two samples. A sine at a sixth of the rate at
/// amplitude 0.5 that swells to 1.0 for an instant.
pub fn true_peak_burst(offset: usize) -> Sound {
    let frames = RATE as usize / 2;
    let fine = 4 * frames;
    let crest = fine / 2;
    let swell = fine as f64 / 50.0;
    let samples = (0..frames)
        .flat_map(|n| {
            let at = (4 * n + offset) as f64 - crest as f64;
            let fade = ((crest as f64 - at.abs()) / (fine as f64 / 5.0)).clamp(0.0, 1.0);
            let lift = if at.abs() < swell {
                0.5 + 0.5 * (PI * at / swell).cos()
            } else {
                0.0
            };
            let wave = fade * (0.5 + 0.5 * lift) * (2.0 * PI * at / 24.0).cos();
            [wave as f32; 2]
        })
        .collect();
    Sound {
        rate: RATE,
        channels: 2,
        samples,
    }
}

/// White noise of a given peak level, the same or another in each channel.
pub fn noise(rate: u32, channels: u16, seconds: f64, peak: f32, same: bool) -> Sound {
    let mut sources: Vec<Noise> = (0..channels)
        .map(|channel| Noise::new(if same { 1 } else { 1 + u32::from(channel) }))
        .collect();
    let frames = (seconds * f64::from(rate)).round() as usize;
    let samples = (0..frames)
        .flat_map(|_| {
            sources
                .iter_mut()
                .map(|source| source.next() * peak)
                .collect::<Vec<_>>()
        })
        .collect();
    Sound {
        rate,
        channels,
        samples,
    }
}
