//! Sections lie between the changes that were made.
#![allow(clippy::unwrap_used)]

mod lab;

use audio::synth::{Fault, Music, Sound, music, noise, song};
use contract::report::Report;
use lab::measure;

#[track_caller]
fn assert_border_near(report: &Report, at: f64) {
    let found = report
        .sections
        .iter()
        .any(|section| (section.start_s - at).abs() <= 1.0);
    assert!(found, "no border near {at} among {:?}", borders(report));
}

fn borders(report: &Report) -> Vec<f64> {
    report
        .sections
        .iter()
        .map(|section| section.start_s)
        .collect()
}

#[test]
fn music_that_only_goes_on_is_one_section() {
    let report = measure(&music(&Music {
        seconds: 60.0,
        ..Music::default()
    }));
    assert_eq!(report.sections.len(), 1, "{:?}", borders(&report));
}

#[test]
fn borders_lie_where_the_lead_comes_and_goes() {
    let report = measure(&song(&[]));
    assert_border_near(&report, 8.0);
    assert_border_near(&report, 44.0);
    assert!(report.sections.len() <= 4, "{:?}", borders(&report));
}

#[test]
fn a_stretch_with_other_lows_is_a_section() {
    let report = measure(&song(&[Fault::LowEnd]));
    assert_border_near(&report, 12.0);
    assert_border_near(&report, 22.0);
}

#[test]
fn sections_that_sound_alike_share_a_letter() {
    let verse = music(&Music {
        seconds: 16.0,
        ..Music::default()
    });
    let chorus = noise(44_100, 2, 16.0, 0.3, false);
    let samples = [&verse, &chorus, &verse, &chorus]
        .iter()
        .flat_map(|part| part.samples.clone())
        .collect();
    let report = measure(&Sound {
        rate: 44_100,
        channels: 2,
        samples,
    });
    let labels: String = report
        .sections
        .iter()
        .map(|section| section.label.as_str())
        .collect();
    assert_eq!(labels, "ABAB", "{:?}", borders(&report));
    let last = report.sections.last().unwrap();
    assert!((last.end_s - report.file.duration_s).abs() < 0.01);
    assert_eq!(
        last.spectrum_db.len(),
        report.curves.spectrum.centre_hz.len()
    );
}
