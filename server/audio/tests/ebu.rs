//! EBU Tech 3341 and 3342: the minimum requirements on a loudness meter.
#![allow(clippy::unwrap_used)]

mod lab;

use audio::synth::{Tone, surround_tone, tone, true_peak_burst, true_peak_tone};
use lab::{assert_near, extensible_wav, measure, measure_bytes, number};

/// ±0.1 LU, as Tech 3341 demands.
const LU: f64 = 0.1;

#[test]
fn cases_1_and_2_steady_tones() {
    for level in [-23.0, -33.0] {
        let report = measure(&tone(&[(level, 20.0)]));
        for id in [
            "loudness.integrated",
            "loudness.momentary_max",
            "loudness.short_term_max",
        ] {
            assert_near(&report, id, level, LU);
        }
    }
}

#[test]
fn cases_3_to_5_gates() {
    let programmes: [&[Tone]; 3] = [
        &[(-36.0, 10.0), (-23.0, 60.0), (-36.0, 10.0)],
        &[
            (-72.0, 10.0),
            (-36.0, 10.0),
            (-23.0, 60.0),
            (-36.0, 10.0),
            (-72.0, 10.0),
        ],
        &[(-26.0, 20.0), (-20.0, 20.1), (-26.0, 20.0)],
    ];
    for levels in programmes {
        assert_near(&measure(&tone(levels)), "loudness.integrated", -23.0, LU);
    }
}

#[test]
fn case_6_surround_by_the_channel_weights() {
    let sound = surround_tone([-28.0, -28.0, -24.0, -30.0, -30.0], 20.0);
    let report = measure_bytes("surround.wav", extensible_wav(&sound, 0x37)).unwrap();
    assert_eq!(report.file.layout, "5.0");
    assert_near(&report, "loudness.integrated", -23.0, LU);
}

#[test]
fn case_9_short_term_stays_when_bursts_fill_its_window() {
    let levels = [(-20.0, 1.34), (-30.0, 1.66)].repeat(5);
    let report = measure(&tone(&levels));
    assert_near(&report, "loudness.short_term_max", -23.0, LU);
    let curve = &report.curves.loudness_short_term;
    assert!(
        (curve.start_s - 1.5).abs() < 1e-9,
        "the first value is of the first three seconds"
    );
    for value in curve.values.iter().flatten() {
        assert!((f64::from(*value) + 23.0).abs() <= LU, "{value}");
    }
}

#[test]
fn case_12_momentary_stays_when_bursts_fill_its_window() {
    let levels = [(-20.0, 0.18), (-30.0, 0.22)].repeat(25);
    let report = measure(&tone(&levels));
    assert_near(&report, "loudness.momentary_max", -23.0, LU);
    for value in report
        .curves
        .loudness_momentary
        .values
        .iter()
        .skip(6)
        .flatten()
    {
        assert!((f64::from(*value) + 23.0).abs() <= LU, "{value}");
    }
}

/// +0.2, −0.4 dB.
#[track_caller]
fn assert_true_peak(report: &contract::report::Report, expected: f64) {
    let value = number(report, "peak.true");
    assert!(
        (expected - 0.4..=expected + 0.2).contains(&value),
        "true peak {value}, not {expected}"
    );
}

#[test]
fn cases_15_to_19_true_peaks_between_samples() {
    for (divisor, phase) in [(4.0, 0.0), (4.0, 45.0), (6.0, 60.0), (8.0, 67.5)] {
        assert_true_peak(&measure(&true_peak_tone(0.50, divisor, phase)), -6.0);
    }
    let report = measure(&true_peak_tone(1.41, 4.0, 45.0));
    assert_true_peak(&report, 3.0);
    assert!(
        number(&report, "peak.sample") < 0.1,
        "no sample itself is over full scale by more than rounding"
    );
    assert!(number(&report, "peak.overs") >= 1.0);
}

#[test]
fn cases_20_to_23_true_peaks_at_every_quarter_of_a_sample() {
    for offset in 0..4 {
        assert_true_peak(&measure(&true_peak_burst(offset)), 0.0);
    }
}

#[test]
fn tech_3342_loudness_ranges() {
    let programmes: [(&[Tone], f64); 4] = [
        (&[(-20.0, 20.0), (-30.0, 20.0)], 10.0),
        (&[(-20.0, 20.0), (-15.0, 20.0)], 5.0),
        (&[(-40.0, 20.0), (-20.0, 20.0)], 20.0),
        (
            &[
                (-50.0, 20.0),
                (-35.0, 20.0),
                (-20.0, 20.0),
                (-35.0, 20.0),
                (-50.0, 20.0),
            ],
            15.0,
        ),
    ];
    for (levels, range) in programmes {
        assert_near(&measure(&tone(levels)), "loudness.range", range, 1.0);
    }
}

#[test]
fn the_loudest_moments_are_where_they_are() {
    let report = measure(&tone(&[(-30.0, 20.0), (-10.0, 4.0), (-30.0, 20.0)]));
    let loudest = report
        .fact("loudness.short_term_max")
        .unwrap()
        .at_s
        .unwrap();
    assert!((21.0..=23.0).contains(&loudest), "{loudest}");
    let peak = report.fact("peak.true").unwrap().at_s.unwrap();
    assert!((20.0..=24.0).contains(&peak), "{peak}");
    let psr = report.fact("dynamics.psr_min").unwrap();
    assert!(psr.at_s.is_some());
}
