//! A song of 48 seconds, 120 BPM, A minor; as it should be, or with known faults at known times.

use std::ops::Range;

use super::Sound;
use super::music::{Music, Parts};

/// Seconds in which the lows (below some 120 Hz) are 9 dB too strong.
pub const LOW_END: Range<f64> = 12.0..22.0;
/// Seconds in which the lead synth's right channel is turned over, so that it vanishes in mono.
pub const OUT_OF_PHASE: Range<f64> = 28.0..40.0;

/// What is wrong with the song.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The whole master is driven into clipping: about −6 LUFS, over 0 dBTP.
    TooLoud,
    /// During [`LOW_END`].
    LowEnd,
    /// During [`OUT_OF_PHASE`].
    OutOfPhase,
}

/// Without faults: a clean master near −14 LUFS with a true peak below −1 dBTP.
pub fn song(faults: &[Fault]) -> Sound {
    let music = Music {
        rate: 44_100,
        seconds: 48.0,
        ..Music::default()
    };
    let rate = f64::from(music.rate);
    let mut parts = Parts::play(&music);
    let within = |range: &Range<f64>, frame: usize| range.contains(&(frame as f64 / rate));
    // Without the lead at the start and the end, so that there are sections to be found.
    let silent_lead = |frame: usize| !(8.0..44.0).contains(&(frame as f64 / rate));
    for (frame, sample) in parts.lead.iter_mut().enumerate() {
        if silent_lead(frame) {
            *sample = [0.0; 2];
        }
        if faults.contains(&Fault::OutOfPhase) && within(&OUT_OF_PHASE, frame) {
            sample[1] = -sample[1];
        }
    }
    let mut mix = parts.silence();
    parts.add(&mut mix, &parts.drums, 0.32);
    parts.add(&mut mix, &parts.bass, 0.19);
    parts.add(&mut mix, &parts.chords, 0.37);
    parts.add(&mut mix, &parts.lead, 0.22);
    if faults.contains(&Fault::LowEnd) {
        boost_lows(&mut mix, rate, &LOW_END, 9.0);
    }
    let drive = if faults.contains(&Fault::TooLoud) {
        3.0
    } else {
        1.0
    };
    for sample in mix.iter_mut().flatten() {
        *sample = if drive > 1.0 {
            clip(*sample * drive)
        } else {
            *sample
        };
    }
    parts.into_sound(mix)
}

/// Adds what a low-pass at 120 Hz (12 dB per octave) lets through once more, as a shelf does; fades over
/// 20 ms at the edges.
fn boost_lows(mix: &mut [[f32; 2]], rate: f64, range: &Range<f64>, db: f64) {
    let coefficient = 1.0 - (-std::f64::consts::TAU * 120.0 / rate).exp();
    let extra = 10f64.powf(db / 20.0) - 1.0;
    let mut state = [[0.0f64; 2]; 2];
    for (frame, sample) in mix.iter_mut().enumerate() {
        let at = frame as f64 / rate;
        let edge = (at - range.start).min(range.end - at);
        let fade = (edge / 0.02).clamp(0.0, 1.0);
        for (value, [first, second]) in sample.iter_mut().zip(&mut state) {
            *first += coefficient * (f64::from(*value) - *first);
            *second += coefficient * (*first - *second);
            *value += (extra * fade * *second) as f32;
        }
    }
}

/// A knee, then the wall: what a limiter that is pushed too far leaves.
fn clip(sample: f32) -> f32 {
    let knee = 0.7;
    let magnitude = sample.abs();
    let bent = if magnitude <= knee {
        magnitude
    } else {
        knee + (magnitude - knee) * 0.6
    };
    bent.min(1.0).copysign(sample)
}
