//! What every test here does: make a sound, measure it, read a figure.
#![allow(dead_code, clippy::unwrap_used)]

use std::ops::ControlFlow;
use std::path::Path;
use std::process::Command;

use audio::synth::Sound;
use audio::{Error, Format, Source};
use contract::report::Report;

pub(crate) fn measure_bytes(name: &str, bytes: Vec<u8>) -> Result<Report, Error> {
    audio::measure(Source::from_bytes(name, bytes), &mut |_| {
        ControlFlow::Continue(())
    })
}

pub(crate) fn measure(sound: &Sound) -> Report {
    measure_bytes("sound.wav", sound.to_wav(Format::Float32)).unwrap()
}

#[track_caller]
pub(crate) fn number(report: &Report, id: &str) -> f64 {
    report
        .number(id)
        .unwrap_or_else(|| panic!("{id} is not known: {:?}", report.fact(id)))
}

#[track_caller]
pub(crate) fn assert_near(report: &Report, id: &str, expected: f64, tolerance: f64) {
    let value = number(report, id);
    assert!(
        (value - expected).abs() <= tolerance,
        "{id} is {value}, not {expected} ± {tolerance}"
    );
}

/// Runs ffmpeg, which the project's `./dev` installs; a machine without it fails the test.
pub(crate) fn ffmpeg(arguments: &[&str], input: &Path, output: &Path) {
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-y", "-i"])
        .arg(input)
        .args(arguments)
        .arg(output)
        .output()
        .expect("ffmpeg must be installed for the format tests (apt-get install ffmpeg)");
    assert!(
        done.status.success(),
        "ffmpeg {arguments:?}: {}",
        String::from_utf8_lossy(&done.stderr)
    );
}

/// A WAV of five or more channels that says where its loudspeakers stand.
pub(crate) fn extensible_wav(sound: &Sound, mask: u32) -> Vec<u8> {
    let data = sound.samples.len() as u32 * 4;
    let align = sound.channels * 4;
    let mut bytes = Vec::new();
    bytes.extend_from_slice(b"RIFF");
    bytes.extend_from_slice(&(data + 60).to_le_bytes());
    bytes.extend_from_slice(b"WAVEfmt ");
    bytes.extend_from_slice(&40u32.to_le_bytes());
    bytes.extend_from_slice(&0xFFFEu16.to_le_bytes());
    bytes.extend_from_slice(&sound.channels.to_le_bytes());
    bytes.extend_from_slice(&sound.rate.to_le_bytes());
    bytes.extend_from_slice(&(sound.rate * u32::from(align)).to_le_bytes());
    bytes.extend_from_slice(&align.to_le_bytes());
    bytes.extend_from_slice(&32u16.to_le_bytes());
    bytes.extend_from_slice(&22u16.to_le_bytes());
    bytes.extend_from_slice(&32u16.to_le_bytes());
    bytes.extend_from_slice(&mask.to_le_bytes());
    bytes.extend_from_slice(b"\x03\x00\x00\x00\x00\x00\x10\x00\x80\x00\x00\xAA\x00\x38\x9B\x71");
    bytes.extend_from_slice(b"data");
    bytes.extend_from_slice(&data.to_le_bytes());
    sound
        .samples
        .iter()
        .for_each(|sample| bytes.extend_from_slice(&sample.to_le_bytes()));
    bytes
}
