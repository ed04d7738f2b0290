//! What must hold for any sound and any bytes.
#![allow(clippy::unwrap_used)]

mod lab;

use audio::Format;
use audio::synth::{Sound, noise, song};
use lab::{measure, measure_bytes, number};
use proptest::prelude::*;

/// The song's first seconds.
fn start(seconds: usize) -> Sound {
    let mut sound = song(&[]);
    sound.samples.truncate(seconds * 2 * 44_100);
    sound
}

fn few() -> ProptestConfig {
    ProptestConfig {
        cases: 12,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

fn many() -> ProptestConfig {
    ProptestConfig {
        cases: 400,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(few())]

    #[test]
    fn gain_shifts_levels_and_nothing_else(db in -24.0f64..12.0) {
        let sound = start(6);
        let (plain, shifted) = (measure(&sound), measure(&sound.gain(db)));
        for id in ["loudness.integrated", "loudness.momentary_max", "loudness.short_term_max", "peak.true", "peak.sample", "level.rms", "spectrum.band.1000"] {
            let moved = number(&shifted, id) - number(&plain, id);
            prop_assert!((moved - db).abs() < 0.02, "{} moved by {}", id, moved);
        }
        for id in ["dynamics.crest", "dynamics.plr", "spectrum.tilt", "stereo.width", "stereo.mono_loss.mid"] {
            let moved = number(&shifted, id) - number(&plain, id);
            prop_assert!(moved.abs() < 0.15, "{} moved by {}", id, moved);
        }
        // Six seconds tell a tempo within a beat.
        prop_assert!((number(&shifted, "tempo.bpm") - number(&plain, "tempo.bpm")).abs() < 1.5);
    }

    #[test]
    fn sides_exchanged_only_turn_the_balance(seconds in 1usize..6) {
        let sound = start(seconds);
        let (plain, swapped) = (measure(&sound), measure(&sound.swapped()));
        for id in ["loudness.integrated", "peak.true", "level.rms", "stereo.correlation", "stereo.width", "spectrum.band.100"] {
            prop_assert!((number(&plain, id) - number(&swapped, id)).abs() < 1e-3, "{}", id);
        }
        prop_assert!((number(&plain, "stereo.balance") + number(&swapped, "stereo.balance")).abs() < 1e-3);
    }

    #[test]
    fn every_figure_is_finite(rate in 4_000u32..200_000, channels in 1u16..5, frames in 1usize..30_000, peak in 0.0f32..4.0) {
        let mut sound = noise(rate, channels, 1.0, peak, false);
        sound.samples.truncate(frames * usize::from(channels));
        let report = measure(&sound);
        for fact in &report.facts {
            let value = fact.value.as_ref().and_then(contract::report::Value::number);
            prop_assert!(value.is_none_or(f64::is_finite), "{:?}", fact);
        }
        let json = serde_json::to_string(&report).unwrap();
        prop_assert!(serde_json::from_str::<contract::report::Report>(&json).is_ok());
    }
}

proptest! {
    #![proptest_config(many())]

    #[test]
    fn any_bytes_are_measured_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..2_000)) {
        let _ = measure_bytes("a.bin", bytes);
    }

    #[test]
    fn any_bytes_behind_a_known_start_are_measured_or_refused(
        start in prop::sample::select(vec![
            &b"RIFF\xff\xff\x00\x00WAVE"[..], b"RF64\xff\xff\xff\xffWAVEds64", b"FORM\x00\x00\xff\xffAIFF", b"FORM\x00\x00\xff\xffAIFC",
            b"fLaC\x00\x00\x00\x22", b"OggS\x00\x02", b"\x00\x00\x00\x18ftypM4A ", b"ID3\x04\x00\x00\x00\x00\x00\x05", b"\xff\xfb\x90\x64", b"\xff\xf1\x50\x80",
        ]),
        bytes in prop::collection::vec(any::<u8>(), 0..2_000),
    ) {
        let _ = measure_bytes("a.bin", [start, &bytes].concat());
    }

    #[test]
    fn a_header_with_any_bytes_changed_is_measured_or_refused(changes in prop::collection::vec((0usize..44, any::<u8>()), 1..6)) {
        let mut sound = noise(8_000, 2, 0.3, 0.5, false);
        sound.samples.truncate(4_000);
        let mut wav = sound.to_wav(Format::Pcm16);
        for (at, byte) in changes {
            wav[at] = byte;
        }
        let _ = measure_bytes("a.wav", wav);
    }
}

/// Encoded files with bytes changed anywhere.
#[test]
fn damaged_streams_are_measured_or_refused() {
    let folder = tempfile::tempdir().unwrap();
    let wav = folder.path().join("a.wav");
    start(2).write_wav(&wav, Format::Pcm16).unwrap();
    let encodings: [(&str, &[&str]); 5] = [
        ("a.flac", &[]),
        ("a.mp3", &[]),
        ("a.m4a", &["-c:a", "aac"]),
        ("b.m4a", &["-c:a", "alac"]),
        ("a.ogg", &["-c:a", "libvorbis"]),
    ];
    for (name, options) in encodings {
        let path = folder.path().join(name);
        lab::ffmpeg(options, &wav, &path);
        let bytes = std::fs::read(&path).unwrap();
        let config = ProptestConfig {
            cases: 40,
            failure_persistence: None,
            ..ProptestConfig::default()
        };
        let changes = prop::collection::vec((0..bytes.len(), any::<u8>()), 1..30);
        proptest!(config, |(changes in changes, len in bytes.len() / 8..bytes.len())| {
            let mut bytes = bytes[..len].to_vec();
            for (at, byte) in changes {
                if let Some(place) = bytes.get_mut(at) {
                    *place = byte;
                }
            }
            let _ = measure_bytes(name, bytes);
        });
    }
}
