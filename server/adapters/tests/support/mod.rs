//! What the tests ask, and how.

use std::{sync::Arc, time::Duration};

use adapters::LlmConfig;
use contract::{
    chat::Author,
    report::{
        Curves, Difference, Fact, FileInfo, Finding, REPORT_VERSION, Report, Severity, Value,
    },
};
use fakes::model::Fake;
use futures::StreamExt;
use studio::chat::{ModelError, Piece, Prompt, Turn};
use studio::secrets::Secret;

pub(crate) fn config(fake: &Fake, provider: &str, model: &str) -> LlmConfig {
    let mut config = LlmConfig {
        provider: provider.to_owned(),
        model: Some(model.to_owned()),
        base_url: Some(fake.base_url(provider)),
        api_key: Secret::given("sk-test"),
        seed: 1,
        ..LlmConfig::default()
    };
    config.timeouts.first_token = Duration::from_secs(10);
    config.timeouts.stall = Duration::from_secs(10);
    config
}

pub(crate) fn prompt(question: &str) -> Prompt {
    let turns = vec![Turn {
        author: Author::Person,
        text: question.to_owned(),
    }];
    Prompt {
        turns,
        evidence: Some(Arc::new(report())),
        ..Prompt::default()
    }
}

/// All that came.
#[derive(Debug, Default)]
pub(crate) struct Answer {
    pub text: String,
    pub pieces: usize,
    pub usage: Option<(i64, i64)>,
    pub error: Option<ModelError>,
}

pub(crate) async fn ask(config: LlmConfig, prompt: Prompt) -> Answer {
    let model = adapters::models(config).expect("a valid configuration");
    let mut stream = model.answer(prompt);
    let mut answer = Answer::default();
    while let Some(piece) = stream.next().await {
        assert_eq!(answer.error, None, "nothing comes after an error");
        match piece {
            Ok(Piece::Text(text)) => {
                answer.text.push_str(&text);
                answer.pieces += 1;
            }
            Ok(Piece::Usage {
                tokens_in,
                tokens_out,
            }) => answer.usage = Some((tokens_in, tokens_out)),
            Err(error) => answer.error = Some(error),
        }
    }
    answer
}

fn fact(id: &str, value: Option<f64>, unit: &str) -> Fact {
    Fact {
        id: id.to_owned(),
        value: value.map(Value::Number),
        unit: unit.to_owned(),
        reason: value
            .is_none()
            .then(|| "There is no silence in it.".to_owned()),
        start_s: None,
        end_s: None,
        at_s: None,
        band_hz: None,
        confidence: None,
        events: Vec::new(),
        alternates: Vec::new(),
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

fn report() -> Report {
    let stretch = Fact {
        start_s: Some(12.0),
        end_s: Some(22.0),
        ..fact("spectrum.stretch.1", Some(7.6), "dB")
    };
    let mut report = bare(vec![
        fact("loudness.integrated", Some(-9.84), "LUFS"),
        fact("peak.true", Some(0.23), "dBTP"),
        fact("dynamics.plr", Some(10.1), "dB"),
        fact("stereo.correlation", Some(0.52), ""),
        fact("noise.floor", None, "dBFS"),
        stretch,
    ]);
    report.findings.push(Finding {
        id: "spectrum.low_end_heavy".to_owned(),
        severity: Severity::High,
        title: "Low end too strong for a while".to_owned(),
        start_s: Some(12.0),
        end_s: Some(22.0),
        band_hz: Some([45.0, 90.0]),
        facts: vec!["spectrum.stretch.1".to_owned()],
        advice: "Try −5 dB at 64 Hz, Q 1.4.".to_owned(),
        source: "test".to_owned(),
    });
    report.reference = Some(Box::new(bare(vec![fact(
        "loudness.integrated",
        Some(-12.1),
        "LUFS",
    )])));
    report.differences = Some(vec![Difference {
        id: "difference.loudness.integrated".to_owned(),
        value: Some(2.26),
        unit: "LU".to_owned(),
        mix: None,
        reference: None,
        start_s: None,
        end_s: None,
        band_hz: None,
    }]);
    report
}
