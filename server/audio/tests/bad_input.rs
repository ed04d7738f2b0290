//! Files that are odd, broken or no sound at all: measured with nulls and reasons, or refused in a
//! sentence; never a panic.
#![allow(clippy::unwrap_used)]

mod lab;

use std::ops::ControlFlow;

use audio::synth::{Sound, noise, tone};
use audio::{Error, Format, Source};
use contract::ErrorCode;
use contract::report::Report;
use lab::{measure, measure_bytes};

#[track_caller]
fn assert_refused(name: &str, bytes: Vec<u8>, code: ErrorCode) {
    let error = measure_bytes(name, bytes).unwrap_err();
    assert_eq!(error.code(), code, "{error}");
    let sentence = error.to_string();
    assert!(sentence.ends_with('.') && sentence.len() > 20, "{sentence}");
}

#[track_caller]
fn assert_unknown(report: &Report, id: &str) {
    let fact = report.fact(id).unwrap();
    assert!(fact.value.is_none(), "{id} is {:?}", fact.value);
    assert!(
        fact.reason
            .as_ref()
            .is_some_and(|reason| reason.ends_with('.')),
        "{id} gives no reason"
    );
}

#[test]
fn nothing_is_no_sound() {
    assert_refused("a.wav", Vec::new(), ErrorCode::EmptyFile);
    let no_frames = Sound {
        rate: 44_100,
        channels: 2,
        samples: Vec::new(),
    };
    assert_refused(
        "a.wav",
        no_frames.to_wav(Format::Pcm16),
        ErrorCode::EmptyFile,
    );
}

#[test]
fn what_is_no_sound_is_named() {
    let text = "Dear mastering engineer,\nplease make it louder.\n"
        .repeat(20)
        .into_bytes();
    let error = measure_bytes("mix.wav", text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "This file is named .wav, but holds text, not audio."
    );
    assert_refused("a.mp3", b"%PDF-1.7 ...".to_vec(), ErrorCode::NotAudio);
    assert_refused(
        "a.mp3",
        b"\x89PNG\r\n\x1a\n0000000000".to_vec(),
        ErrorCode::NotAudio,
    );
    assert_refused("a.wav", vec![0; 10_000], ErrorCode::NotAudio);
    assert_refused("a", vec![0x42], ErrorCode::NotAudio);
    let gibberish: Vec<u8> = (0..100_000u32)
        .map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8 & 0x7F)
        .collect();
    assert_refused("a.flac", gibberish, ErrorCode::NotAudio);
    assert_refused(
        "a.caf",
        b"caff\x00\x01\x00\x00desc".to_vec(),
        ErrorCode::UnsupportedCodec,
    );
}

#[test]
fn headers_without_a_body_are_refused() {
    let wav = tone(&[(-20.0, 0.5)]).to_wav(Format::Pcm16);
    for len in [12, 20, 36, 43] {
        assert_refused("a.wav", wav[..len].to_vec(), ErrorCode::DecodeFailed);
    }
    assert_refused(
        "a.flac",
        b"fLaC\x00\x00\x00\x22".to_vec(),
        ErrorCode::DecodeFailed,
    );
    assert_refused(
        "a.m4a",
        b"\x00\x00\x00\x18ftypM4A \x00\x00\x00\x00M4A mp42".to_vec(),
        ErrorCode::UnsupportedCodec,
    );
}

#[test]
fn values_that_are_not_numbers_are_refused_with_their_place() {
    for bad in [f32::NAN, f32::INFINITY, f32::NEG_INFINITY] {
        let mut sound = tone(&[(-20.0, 2.0)]);
        sound.samples[48_000 * 2 + 1] = bad;
        let error = measure_bytes("a.wav", sound.to_wav(Format::Float32)).unwrap_err();
        assert_eq!(error.code(), ErrorCode::NonFiniteSamples);
        assert!(
            matches!(error, Error::NonFiniteSamples { at_s } if (at_s - 1.0).abs() < 0.001),
            "{error}"
        );
    }
}

#[test]
fn one_sample_is_measured() {
    for value in [0.5, 0.0] {
        let report = measure(&Sound {
            rate: 44_100,
            channels: 1,
            samples: vec![value],
        });
        assert_eq!(report.file.frames, 1);
        for id in [
            "loudness.integrated",
            "loudness.range",
            "loudness.short_term_max",
            "tempo.bpm",
            "key.name",
            "stereo.correlation",
        ] {
            assert_unknown(&report, id);
        }
        assert_eq!(report.number("peak.sample").is_some(), value > 0.0);
    }
}

#[test]
fn silence_is_measured() {
    let report = measure(&Sound {
        rate: 48_000,
        channels: 2,
        samples: vec![0.0; 48_000 * 2 * 20],
    });
    for id in [
        "loudness.integrated",
        "loudness.range",
        "loudness.momentary_max",
        "peak.true",
        "peak.sample",
        "level.rms",
        "dynamics.plr",
        "dynamics.crest",
        "noise.floor",
        "silence.leading",
        "depth.effective",
        "spectrum.tilt",
        "spectrum.band.1000",
        "stereo.correlation",
        "stereo.width",
        "tempo.bpm",
        "key.name",
        "key.tuning",
    ] {
        assert_unknown(&report, id);
    }
    assert_eq!(report.number("clipping.runs"), Some(0.0));
    assert!(report.findings.is_empty(), "{:?}", report.findings);
}

#[test]
fn eight_channels_are_measured_as_what_they_are() {
    let report = measure(&noise(48_000, 8, 5.0, 0.25, false));
    assert_eq!(report.file.layout, "discrete");
    assert!(
        report.number("loudness.integrated").is_some()
            && report.number("spectrum.band.1000").is_some()
    );
    assert_unknown(&report, "stereo.correlation");
}

#[test]
fn rates_from_8_to_192_khz_are_measured() {
    let report = measure(&noise(192_000, 2, 4.0, 0.25, false));
    assert_eq!(report.file.sample_rate, 192_000);
    assert!(
        report.number("loudness.integrated").is_some()
            && report.number("spectrum.band.20000").is_some()
    );
    let report = measure(&noise(8_000, 1, 4.0, 0.25, false));
    assert!(report.number("loudness.integrated").is_some());
    assert_unknown(&report, "spectrum.band.10000");
}

#[test]
fn far_over_full_scale_is_still_a_number() {
    let report = measure(&tone(&[(40.0, 4.0)]));
    assert!((report.number("peak.true").unwrap() - 40.0).abs() < 0.2);
    assert!((report.number("loudness.integrated").unwrap() - 40.0).abs() < 10.1);
}

#[test]
fn damaged_flac_goes_on_after_the_damage() {
    let folder = tempfile::tempdir().unwrap();
    let (wav, flac) = (folder.path().join("a.wav"), folder.path().join("a.flac"));
    noise(44_100, 2, 10.0, 0.25, false)
        .write_wav(&wav, Format::Pcm16)
        .unwrap();
    lab::ffmpeg(&[], &wav, &flac);
    let mut bytes = std::fs::read(&flac).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 3000].fill(0x55);
    let report = measure_bytes("a.flac", bytes).unwrap();
    assert!(report.file.duration_s > 8.0, "{:?}", report.file);
}

#[test]
fn measuring_can_be_stopped() {
    let wav = noise(8_000, 1, 20.0, 0.25, false).to_wav(Format::Pcm16);
    let mut heard = 0;
    let result = audio::measure(Source::from_bytes("a.wav", wav), &mut |progress| {
        assert!((0.0..=1.0).contains(&progress.done));
        heard += 1;
        if heard > 3 {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    });
    assert!(matches!(result, Err(Error::Cancelled)));
    assert_eq!(heard, 4);
}

#[test]
fn progress_only_goes_forward() {
    let wav = noise(8_000, 1, 20.0, 0.25, false).to_wav(Format::Pcm16);
    let mut last = 0.0;
    audio::measure(Source::from_bytes("a.wav", wav), &mut |progress| {
        assert!(progress.done >= last);
        last = progress.done;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(last, 1.0);
}
