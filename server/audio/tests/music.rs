//! Tempo and key on music whose answers are known.
#![allow(clippy::unwrap_used)]

mod lab;

use audio::synth::{Music, Sound, music, noise, tone};
use contract::report::{Report, Value};
use lab::{measure, number};

fn with_tempo(bpm: f64) -> Report {
    measure(&music(&Music {
        bpm,
        seconds: 30.0,
        ..Music::default()
    }))
}

#[test]
fn usual_tempi_are_told_within_half_a_beat() {
    for bpm in [88.0, 96.0, 100.0, 110.0, 120.0, 124.0, 128.0, 140.0, 150.0] {
        let report = with_tempo(bpm);
        let told = number(&report, "tempo.bpm");
        assert!(
            (told - bpm).abs() <= 0.5,
            "{bpm} was told as {told}: {:?}",
            report.fact("tempo.bpm")
        );
    }
}

#[test]
fn far_tempi_are_told_at_least_among_the_alternates() {
    for bpm in [70.0, 78.0, 160.0, 174.0] {
        let report = with_tempo(bpm);
        let fact = report.fact("tempo.bpm").unwrap();
        let others = fact.alternates.iter().map(|other| &other.value);
        let mut answers = fact.value.iter().chain(others).filter_map(Value::number);
        assert!(
            answers.any(|told| (told / bpm - 1.0).abs() < 0.01),
            "{bpm}: {fact:?}"
        );
    }
}

#[test]
fn every_tempo_comes_with_half_and_double() {
    let report = with_tempo(120.0);
    let fact = report.fact("tempo.bpm").unwrap();
    for other in [60.0, 240.0] {
        let known = fact
            .alternates
            .iter()
            .filter_map(|alternate| alternate.value.number());
        assert!(
            known.into_iter().any(|bpm| (bpm - other).abs() < 1.0),
            "{other}: {fact:?}"
        );
    }
    let confidence = fact.confidence.unwrap();
    assert!(confidence > fact.alternates[0].confidence && confidence <= 1.0);
}

#[test]
fn keys_are_told_in_major_and_minor() {
    let cases = [
        (9, true, "A minor", "8A"),
        (6, true, "F♯ minor", "11A"),
        (0, true, "C minor", "5A"),
        (4, true, "E minor", "9A"),
        (2, true, "D minor", "7A"),
        (0, false, "C major", "8B"),
        (7, false, "G major", "9B"),
        (3, false, "E♭ major", "5B"),
        (11, false, "B major", "1B"),
        (5, false, "F major", "7B"),
    ];
    for (tonic, minor, name, camelot) in cases {
        let report = measure(&music(&Music {
            tonic,
            minor,
            seconds: 20.0,
            ..Music::default()
        }));
        let text = |id: &str| {
            report
                .fact(id)
                .unwrap()
                .value
                .as_ref()
                .and_then(Value::text)
                .map(str::to_owned)
        };
        assert_eq!(
            text("key.name").as_deref(),
            Some(name),
            "{:?}",
            report.fact("key.name")
        );
        assert_eq!(text("key.camelot").as_deref(), Some(camelot));
        assert_eq!(
            report.fact("key.name").unwrap().alternates.len(),
            1,
            "the runner-up is told"
        );
    }
}

#[test]
fn a_detuned_song_keeps_its_key_and_tells_its_tuning() {
    for cents in [-35.0, 30.0] {
        let report = measure(&music(&Music {
            cents,
            seconds: 20.0,
            ..Music::default()
        }));
        assert_eq!(
            report.fact("key.name").unwrap().value,
            Some(Value::Text("A minor".into()))
        );
        let told = number(&report, "key.tuning");
        assert!((told - cents).abs() <= 5.0, "{cents} was told as {told}");
    }
}

#[test]
fn noise_and_a_lone_tone_have_neither_beat_nor_key() {
    let report = measure(&noise(44_100, 2, 12.0, 0.5, false));
    for id in ["tempo.bpm", "key.name", "key.camelot"] {
        let fact = report.fact(id).unwrap();
        assert!(fact.value.is_none() && fact.reason.is_some(), "{fact:?}");
    }
    let report = measure(&tone(&[(-20.0, 12.0)]));
    assert!(
        report.fact("tempo.bpm").unwrap().value.is_none(),
        "{:?}",
        report.fact("tempo.bpm")
    );
}

#[test]
fn transients_are_counted_as_they_are_played() {
    // Hats on the eighths at 120: four onsets a second.
    let report = with_tempo(120.0);
    let density = number(&report, "transients.density");
    assert!((3.0..=5.0).contains(&density), "{density}");
    let still = measure(&tone(&[(-20.0, 12.0)]));
    assert!(number(&still, "transients.density") < 0.2);
}

#[test]
fn the_same_music_at_another_rate_is_the_same() {
    let at = |rate: u32| -> Sound {
        music(&Music {
            rate,
            seconds: 20.0,
            ..Music::default()
        })
    };
    for rate in [32_000, 48_000, 96_000] {
        let report = measure(&at(rate));
        assert_eq!(
            report.fact("key.name").unwrap().value,
            Some(Value::Text("A minor".into())),
            "{rate}"
        );
        assert!(
            (number(&report, "tempo.bpm") - 120.0).abs() <= 0.5,
            "{rate}"
        );
    }
}
