//! A mix against a reference.
#![allow(clippy::unwrap_used)]

mod lab;

use std::collections::HashSet;

use audio::synth::song;
use lab::measure;

#[test]
fn a_song_does_not_differ_from_itself() {
    let mut mix = measure(&song(&[]));
    let reference = mix.clone();
    audio::compare(&mut mix, &reference);
    let differences = mix.differences.as_ref().unwrap();
    assert!(differences.len() > 60);
    for difference in differences {
        assert!(
            difference.value.is_none_or(|value| value.abs() < 0.011),
            "{difference:?}"
        );
    }
    assert!(
        mix.findings
            .iter()
            .all(|finding| !finding.id.contains("reference")),
        "{:?}",
        mix.findings
    );
}

#[test]
fn a_quieter_copy_differs_in_loudness_alone() {
    let mut mix = measure(&song(&[]).gain(-6.0));
    let reference = measure(&song(&[]));
    audio::compare(&mut mix, &reference);
    for difference in mix.differences.as_ref().unwrap() {
        let value = difference.value.unwrap_or(0.0);
        let levels = [
            "difference.loudness.integrated",
            "difference.loudness.momentary_max",
            "difference.loudness.short_term_max",
        ];
        let peaks = [
            "difference.peak.true",
            "difference.peak.sample",
            "difference.level.rms",
            "difference.noise.floor",
        ];
        let expected = if levels.contains(&difference.id.as_str())
            || peaks.contains(&difference.id.as_str())
        {
            -6.0
        } else {
            0.0
        };
        // Weak bands vary with rounding; all others are the same after matching.
        assert!(
            (value - expected).abs() < 0.1 || difference.value.is_none(),
            "{difference:?}"
        );
    }
}

#[test]
fn ids_are_unique_and_sections_have_their_times() {
    let mut mix = measure(&song(&[]));
    let reference = mix.clone();
    audio::compare(&mut mix, &reference);
    let mut seen = HashSet::new();
    assert!(mix.facts.iter().all(|fact| seen.insert(fact.id.clone())));
    for difference in mix.differences.iter().flatten() {
        assert!(
            seen.insert(difference.id.clone()),
            "{} twice",
            difference.id
        );
        assert_eq!(
            difference.id.contains(".section."),
            difference.start_s.is_some()
        );
    }
    assert!(
        mix.reference
            .is_some_and(|reference| reference.reference.is_none())
    );
}

#[test]
fn the_report_is_the_documented_json() {
    let mut mix = measure(&song(&[]));
    let reference = mix.clone();
    audio::compare(&mut mix, &reference);
    let text = serde_json::to_string(&mix).unwrap();
    let json: serde_json::Value = serde_json::from_str(&text).unwrap();
    for key in [
        "version",
        "file",
        "facts",
        "findings",
        "curves",
        "reference",
        "differences",
    ] {
        assert!(json.get(key).is_some(), "{key}");
    }
    let back: contract::report::Report = serde_json::from_str(&text).unwrap();
    assert_eq!(back.facts, mix.facts);
}
