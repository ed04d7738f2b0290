//! A song with known faults: each must be found, where it is; and a clean one must be left in peace.
#![allow(clippy::unwrap_used)]

mod lab;

use std::ops::Range;

use audio::synth::{Fault, LOW_END, Music, OUT_OF_PHASE, Sound, music, noise, song, tone};
use contract::report::{Finding, Report, Severity};
use lab::{measure, measure_bytes};

#[track_caller]
fn finding<'a>(report: &'a Report, id: &str) -> &'a Finding {
    report
        .findings
        .iter()
        .find(|finding| finding.id == id)
        .unwrap_or_else(|| {
            panic!("{id} was not found among {:#?}", report.findings);
        })
}

fn has(report: &Report, id: &str) -> bool {
    report.findings.iter().any(|finding| finding.id == id)
}

#[track_caller]
fn assert_during(finding: &Finding, range: &Range<f64>) {
    let (start, end) = (finding.start_s.unwrap(), finding.end_s.unwrap());
    assert!(
        (start - range.start).abs() <= 1.0 && (end - range.end).abs() <= 1.0,
        "{start} to {end}, not {range:?}"
    );
}

/// Whatever the rules say must stand on what was measured.
#[track_caller]
fn assert_well_founded(report: &Report) {
    for finding in &report.findings {
        assert!(
            !finding.facts.is_empty() && !finding.advice.contains(['{', '}']),
            "{finding:?}"
        );
        for id in &finding.facts {
            let difference = report
                .differences
                .iter()
                .flatten()
                .any(|difference| &difference.id == id);
            assert!(
                difference || report.fact(id).is_some(),
                "{id} does not exist"
            );
        }
    }
    assert!(
        report
            .findings
            .is_sorted_by(|a, b| a.severity >= b.severity),
        "the gravest come first"
    );
}

#[test]
fn the_three_faults_of_the_song_are_found_where_they_are() {
    let report = measure(&song(&[Fault::TooLoud, Fault::LowEnd, Fault::OutOfPhase]));
    assert!(finding(&report, "loudness.too_high").severity >= Severity::Medium);
    assert!(has(&report, "peak.over") && has(&report, "clipping.runs"));
    assert_during(finding(&report, "spectrum.low_end_heavy"), &LOW_END);
    assert_during(finding(&report, "stereo.mono_incompatible"), &OUT_OF_PHASE);
    assert_well_founded(&report);
    // The first three are the three causes; clipping and overs follow from the loudness.
    let first: Vec<_> = report
        .findings
        .iter()
        .take(3)
        .map(|finding| finding.id.as_str())
        .collect();
    for id in [
        "loudness.too_high",
        "spectrum.low_end_heavy",
        "stereo.mono_incompatible",
    ] {
        assert!(first.contains(&id), "{first:?}");
    }
}

#[test]
fn each_fault_is_found_alone() {
    let low = measure(&song(&[Fault::LowEnd]));
    let finding_low = finding(&low, "spectrum.low_end_heavy");
    assert_during(finding_low, &LOW_END);
    assert!(
        finding_low.advice.contains("Hz, Q "),
        "{}",
        finding_low.advice
    );
    assert!(!has(&low, "stereo.mono_incompatible"));
    let phase = measure(&song(&[Fault::OutOfPhase]));
    assert_during(finding(&phase, "stereo.mono_incompatible"), &OUT_OF_PHASE);
    assert!(!has(&phase, "spectrum.low_end_heavy"));
}

#[test]
fn the_clean_song_has_no_grave_faults() {
    let report = measure(&song(&[]));
    let grave: Vec<_> = report
        .findings
        .iter()
        .filter(|finding| finding.severity >= Severity::Medium)
        .collect();
    assert!(grave.is_empty(), "{grave:#?}");
}

#[test]
fn against_the_clean_song_the_low_end_shows_in_its_section() {
    let mut mix = measure(&song(&[Fault::LowEnd]));
    let reference = measure(&song(&[]));
    audio::compare(&mut mix, &reference);
    assert_well_founded(&mix);
    assert_during(finding(&mix, "spectrum.low_end_heavy"), &LOW_END);
    let raised = mix.differences.iter().flatten().any(|difference| {
        difference.id.starts_with("difference.section.")
            && difference.id.ends_with(".low_ratio")
            && difference.value.is_some_and(|value| value > 2.0)
    });
    assert!(
        raised,
        "{:?}",
        mix.sections
            .iter()
            .map(|section| section.start_s)
            .collect::<Vec<_>>()
    );
}

#[test]
fn a_dull_mix_is_duller_than_its_reference() {
    let bright = music(&Music::default());
    let mut dull = bright.clone();
    let mut held = [0.0f32; 2];
    for frame in dull.samples.chunks_exact_mut(2) {
        for (sample, held) in frame.iter_mut().zip(&mut held) {
            *held += 0.1 * (*sample - *held);
            *sample = *held;
        }
    }
    let (mut mix, reference) = (measure(&dull), measure(&bright));
    audio::compare(&mut mix, &reference);
    finding(&mix, "spectrum.dull");
    let (mut mix, reference) = (measure(&bright), measure(&dull));
    audio::compare(&mut mix, &reference);
    finding(&mix, "spectrum.bright");
}

fn change(mut sound: Sound, edit: impl Fn(usize, &mut f32)) -> Sound {
    sound
        .samples
        .iter_mut()
        .enumerate()
        .for_each(|(index, sample)| edit(index, sample));
    sound
}

#[test]
fn offset_and_imbalance_are_found() {
    let offset = change(song(&[]).gain(-6.0), |_, sample| *sample += 0.03);
    finding(&measure(&offset), "dc.offset");
    let leaning = change(song(&[]), |index, sample| {
        *sample *= if index % 2 == 0 { 1.0 } else { 0.5 }
    });
    finding(&measure(&leaning), "stereo.imbalance");
}

#[test]
fn a_late_start_is_found() {
    let mut late = song(&[]);
    late.samples.splice(0..0, vec![0.0; 44_100 * 2 * 3]);
    let report = measure(&late);
    assert!((report.number("silence.leading").unwrap() - 3.0).abs() < 0.05);
    finding(&report, "silence.leading");
}

#[test]
fn sixteen_bits_in_a_24_bit_file_are_found() {
    let coarse = change(song(&[]), |_, sample| {
        *sample = (*sample * 32_768.0).round() / 32_768.0;
    });
    let report = measure_bytes("a.wav", coarse.to_wav(audio::Format::Pcm24)).unwrap();
    assert_eq!(report.number("depth.effective"), Some(16.0));
    finding(&report, "depth.padded");
    let fine = measure_bytes("a.wav", song(&[]).to_wav(audio::Format::Pcm24)).unwrap();
    assert!(!has(&fine, "depth.padded"));
}

#[test]
fn noise_in_the_pauses_is_found() {
    let hiss = noise(44_100, 2, 48.0, 0.008, false);
    let mut pausing = change(song(&[]), |index, sample| {
        if (44_100 * 2 * 10..44_100 * 2 * 12).contains(&index) {
            *sample = 0.0;
        }
    });
    pausing
        .samples
        .iter_mut()
        .zip(&hiss.samples)
        .for_each(|(sample, hiss)| *sample += hiss);
    let report = measure(&pausing);
    finding(&report, "noise.high");
}

#[test]
fn a_crushed_master_has_its_peaks_limited_away() {
    let crushed = change(tone(&[(-12.0, 20.0)]), |_, sample| {
        *sample = (*sample * 40.0).clamp(-0.5, 0.5);
    });
    finding(&measure(&crushed), "dynamics.crushed");
}
