//! Our loudness meter beside the ebur128 crate: the same figures for the same sound.
#![allow(clippy::unwrap_used)]

mod lab;

use audio::synth::{Fault, Sound, noise, song};
use ebur128::{EbuR128, Mode};
use lab::{assert_near, measure};

/// The crate samples the range once a second, we ten times; so that may differ a little.
fn assert_agrees(sound: &Sound, true_peak_tolerance: f64) {
    let report = measure(sound);
    let mut yardstick = EbuR128::new(u32::from(sound.channels), sound.rate, Mode::all()).unwrap();
    yardstick.add_frames_f32(&sound.samples).unwrap();
    assert_near(
        &report,
        "loudness.integrated",
        yardstick.loudness_global().unwrap(),
        0.02,
    );
    assert_near(
        &report,
        "loudness.range",
        yardstick.loudness_range().unwrap(),
        0.3,
    );
    let peak = (0..u32::from(sound.channels))
        .map(|channel| yardstick.true_peak(channel).unwrap())
        .fold(0.0, f64::max);
    assert_near(
        &report,
        "peak.true",
        20.0 * peak.log10(),
        true_peak_tolerance,
    );
}

#[test]
fn a_song_measures_the_same() {
    assert_agrees(&song(&[]), 0.2);
    assert_agrees(&song(&[Fault::TooLoud]), 0.3);
}

#[test]
fn noise_measures_the_same_at_every_usual_rate() {
    for rate in [22_050, 32_000, 44_100, 48_000, 88_200, 96_000, 192_000] {
        // White noise reaches to half the rate, where the crate's shorter interpolator falls off.
        assert_agrees(&noise(rate, 2, 6.0, 0.4, false), 0.8);
    }
}
