//! The house engineer over made-up reports: a clean master and a faulty mix.
#![allow(clippy::unwrap_used)]

mod answers;
mod cite;
mod critique;
mod stream;

use std::sync::Arc;

use contract::{
    chat::Author,
    report::{
        Curves, Difference, Fact, FileInfo, Finding, REPORT_VERSION, Report, Severity, Value,
    },
};
use studio::chat::{Prompt, Turn};

use super::compose;

fn fact(id: &str, value: f64, unit: &str) -> Fact {
    Fact {
        id: id.to_owned(),
        value: Some(Value::Number(value)),
        unit: unit.to_owned(),
        reason: None,
        start_s: None,
        end_s: None,
        at_s: None,
        band_hz: None,
        confidence: None,
        events: Vec::new(),
        alternates: Vec::new(),
    }
}

fn finding(
    id: &str,
    severity: Severity,
    place: Option<(f64, f64)>,
    band_hz: Option<[f64; 2]>,
    facts: &[&str],
    advice: &str,
) -> Finding {
    Finding {
        id: id.to_owned(),
        severity,
        title: format!("Title of {id}"),
        start_s: place.map(|place| place.0),
        end_s: place.map(|place| place.1),
        band_hz,
        facts: facts.iter().map(|fact| (*fact).to_owned()).collect(),
        advice: advice.to_owned(),
        source: "test".to_owned(),
    }
}

fn bare(facts: Vec<Fact>) -> Report {
    Report {
        version: REPORT_VERSION,
        file: FileInfo {
            name: "mix.wav".to_owned(),
            container: "wav".to_owned(),
            codec: "pcm_s16le".to_owned(),
            sample_rate: 44_100,
            channels: 2,
            layout: "stereo".to_owned(),
            bits_per_sample: Some(16),
            frames: 44_100 * 48,
            duration_s: 48.0,
            size_bytes: 1,
            truncated: false,
            damaged_packets: 0,
        },
        facts,
        findings: Vec::new(),
        sections: Vec::new(),
        curves: Curves::default(),
        reference: None,
        differences: None,
    }
}

/// A clean master.
fn clean() -> Report {
    bare(vec![
        fact("loudness.integrated", -13.8, "LUFS"),
        fact("loudness.range", 6.2, "LU"),
        fact("peak.true", -1.3, "dBTP"),
        fact("peak.overs", 0.0, ""),
        fact("clipping.runs", 0.0, ""),
        fact("dynamics.plr", 12.5, "dB"),
        fact("spectrum.share.low", -5.1, "dB"),
        fact("spectrum.share.sub", -11.0, "dB"),
        fact("stereo.correlation", 0.71, ""),
        fact("stereo.mono_loss", 0.7, "dB"),
        fact("tempo.bpm", 120.0, "BPM"),
        Fact {
            value: Some(Value::Text("A minor".to_owned())),
            ..fact("key.name", 0.0, "")
        },
        fact("key.tuning", 2.0, "cents"),
    ])
}

/// Too loud, heavy lows from 0:12 to 0:22, a synth that vanishes in mono from 0:28 to 0:40.
fn faulty() -> Report {
    let mut report = bare(vec![
        fact("loudness.integrated", -5.9, "LUFS"),
        fact("peak.true", 1.2, "dBTP"),
        fact("peak.overs", 41.0, ""),
        fact("clipping.runs", 212.0, ""),
        fact("dynamics.plr", 5.4, "dB"),
        fact("spectrum.stretch.1", 7.6, "dB"),
        fact("stereo.stretch.1", 11.0, "dB"),
        fact("stereo.correlation", 0.52, ""),
        fact("stereo.mono_loss", 1.6, "dB"),
        fact("tempo.bpm", 120.0, "BPM"),
        Fact {
            value: Some(Value::Text("A minor".to_owned())),
            ..fact("key.name", 0.0, "")
        },
    ]);
    report.findings = vec![
        finding(
            "clipping.runs",
            Severity::High,
            None,
            None,
            &["clipping.runs"],
            "The waveform is cut flat in 212 places, the first at 0:08. Find the stage that clips, and take 3 dB off before it.",
        ),
        finding(
            "peak.over",
            Severity::High,
            None,
            None,
            &["peak.true", "peak.overs"],
            "The true peak reaches 1.2 dBTP at 0:13. Lower the limiter's ceiling to −1 dBTP.",
        ),
        finding(
            "stereo.mono_incompatible",
            Severity::High,
            Some((28.0, 40.0)),
            Some([500.0, 2000.0]),
            &["stereo.stretch.1"],
            "From 0:28 to 0:40 the sound between 500 Hz and 2 kHz loses 11 dB in mono. Turn the polarity of one side, and check in mono.",
        ),
        finding(
            "loudness.too_high",
            Severity::High,
            None,
            None,
            &["loudness.integrated"],
            "Streaming services turn this down by about 8.1 dB to −14 LUFS. Take 5.1 dB off the limiter's input.",
        ),
        finding(
            "spectrum.low_end_heavy",
            Severity::High,
            Some((12.0, 22.0)),
            Some([45.0, 90.0]),
            &["spectrum.stretch.1"],
            "From 0:12 to 0:22 the lows are 7.6 dB stronger than in the rest of the song. Try −5 dB at 64 Hz, Q 1.4, for that stretch.",
        ),
        finding(
            "dynamics.crushed",
            Severity::High,
            None,
            None,
            &["dynamics.plr"],
            "Only 5.4 dB lie between the peaks and the loudness. Ease the limiter.",
        ),
        finding(
            "noise.high",
            Severity::Low,
            None,
            None,
            &[],
            "Mute what does not play.",
        ),
    ];
    let mut reference = clean();
    reference.findings.clear();
    report.reference = Some(Box::new(reference));
    report.differences = Some(vec![Difference {
        id: "difference.loudness.integrated".to_owned(),
        value: Some(7.9),
        unit: "LU".to_owned(),
        mix: None,
        reference: None,
        start_s: None,
        end_s: None,
        band_hz: None,
    }]);
    report
}

fn prompt(report: Option<Report>, questions: &[&str]) -> Prompt {
    let mut turns = Vec::new();
    for (index, question) in questions.iter().enumerate() {
        if index > 0 {
            turns.push(Turn {
                author: Author::Assistant,
                text: "An answer.".to_owned(),
            });
        }
        turns.push(Turn {
            author: Author::Person,
            text: (*question).to_owned(),
        });
    }
    Prompt {
        turns,
        evidence: report.map(Arc::new),
        ..Prompt::default()
    }
}

fn answer(report: Option<Report>, question: &str) -> String {
    compose(&prompt(report, &[question]))
}
