#![allow(clippy::unwrap_used)]

use std::{sync::Arc, time::Duration};

use contract::{
    chat::Author,
    report::{
        Curves, Difference, Fact, FileInfo, Finding, REPORT_VERSION, Report, Severity, Value,
    },
};
use futures::StreamExt;
use studio::chat::{LanguageModel, Piece, Prompt, Turn, writer};

use super::{HouseEngineer, behind, compose, next_piece};

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

#[test]
fn the_faults_of_the_song_are_named_at_their_times() {
    let text = answer(Some(faulty()), "What is wrong with my low end?");
    assert!(
        text.starts_with("The low end stands out in the measurements, so that comes first."),
        "{text}"
    );
    let fixes: Vec<&str> = text
        .split("\n\n")
        .filter(|part| part.starts_with(char::is_numeric))
        .collect();
    assert_eq!(
        fixes,
        [
            "1. **Title of spectrum.low_end_heavy**",
            "2. **Pushed too hard into the limiter**",
            "3. **Title of stereo.mono_incompatible**"
        ]
    );
    for expected in [
        "[at:12.0-22.0] The lows around 64 Hz are [fact:spectrum.stretch.1] louder",
        "   Try −5 dB at 64 Hz, Q 1.4, for that stretch.",
        "[at:28.0-40.0] Between 500 Hz and 2 kHz the sound loses [fact:stereo.stretch.1] in mono",
        "The true peak reaches [fact:peak.true], the reference stays at [fact:reference.peak.true].",
        "   Try this: find the stage that clips",
        "For the next round: title of noise.high.",
    ] {
        assert!(text.contains(expected), "{expected} is not in\n{text}");
    }
}

#[test]
fn without_a_focus_the_largest_comes_first() {
    let text = answer(Some(faulty()), "");
    assert!(text.starts_with("Here is what stands out in the measurements against your reference. Three fixes, the largest first.\n\n1. **Pushed"), "{text}");
    let image = answer(Some(faulty()), "Is the stereo image ok?");
    assert!(
        image.contains("1. **Title of stereo.mono_incompatible**"),
        "{image}"
    );
    let stereo = answer(Some(faulty()), "Is it too wide?");
    assert!(
        stereo.contains("1. **Title of stereo.mono_incompatible**"),
        "{stereo}"
    );
}

#[test]
fn nothing_grave_makes_way_for_what_was_asked() {
    let mut report = faulty();
    report.findings.push(finding(
        "spectrum.dull",
        Severity::Low,
        None,
        None,
        &["x"],
        "Try a high shelf of 2 dB at 6 kHz.",
    ));
    report.findings.push(finding(
        "silence.leading",
        Severity::High,
        None,
        None,
        &["silence.leading"],
        "Trim the start.",
    ));
    let text = answer(Some(report), "Is it dull?");
    // Four grave things and the one that was asked for: it leads, and what does not fit is still named.
    assert!(text.contains("1. **Title of spectrum.dull**"), "{text}");
    for id in [
        "stereo.mono_incompatible",
        "spectrum.low_end_heavy",
        "silence.leading",
    ] {
        assert!(
            text.to_lowercase().contains(&format!("title of {id}")),
            "{id} is not in\n{text}"
        );
    }
}

#[test]
fn a_clean_mix_is_told_so_with_figures() {
    let text = answer(Some(clean()), "How is the low end?");
    assert_eq!(
        text,
        "The measurements show nothing that needs fixing. The lows hold [fact:spectrum.share.low], the sub [fact:spectrum.share.sub].\n\n\
         What is fine: the true peak keeps clear of the ceiling at [fact:peak.true], and mono loses [fact:stereo.mono_loss]."
    );
}

#[test]
fn plain_questions_get_figures() {
    for (question, expected) in [
        ("What is the tempo?", "The tempo is about [fact:tempo.bpm]"),
        ("what key is it in", "The key is probably [fact:key.name]"),
        (
            "How loud is my mix?",
            "The mix measures [fact:loudness.integrated]",
        ),
        (
            "Is it mono compatible?",
            "Not everywhere: [at:28.0-40.0] part of the sound drops by [fact:stereo.stretch.1] in mono.",
        ),
        ("Does it clip?", "Yes: [fact:clipping.runs] runs"),
        ("How long is it?", "The file is 0:48 long."),
        ("BPM?", "The tempo is about [fact:tempo.bpm]"),
        (
            "How does it compare to the reference?",
            "| Loudness | [fact:loudness.integrated] | [fact:reference.loudness.integrated] | [fact:difference.loudness.integrated] |",
        ),
    ] {
        let text = compose(&prompt(Some(faulty()), &["Critique?", question]));
        assert!(text.contains(expected), "{question}\n{text}");
        assert!(!text.contains("1. **"), "{question}\n{text}");
    }
    assert!(
        compose(&prompt(Some(clean()), &["x", "is it mono compatible?"]))
            .starts_with("Yes. The correlation is")
    );
    let tempo_and_key = answer(Some(clean()), "What is the tempo and the key?");
    assert!(
        tempo_and_key.contains("[fact:tempo.bpm]") && tempo_and_key.contains("[fact:key.name]")
    );
}

#[test]
fn what_it_cannot_know_it_says() {
    let text = answer(Some(faulty()), "Write me lyrics about the sea");
    assert!(
        text.starts_with("That is beyond me. No language model is connected"),
        "{text}"
    );
    let text = compose(&prompt(Some(clean()), &["Critique?", "thanks mate"]));
    assert!(text.contains("No language model is connected"), "{text}");
    let text = answer(None, "What is wrong with my low end?");
    assert!(
        text.contains("there is no file in this conversation yet")
            && text.contains("No language model is connected"),
        "{text}"
    );
}

#[test]
fn every_citation_resolves_and_every_figure_was_measured() {
    let questions = [
        "",
        "low end?",
        "is it loud enough?",
        "stereo",
        "tempo and key?",
        "write lyrics",
        "how does it compare to the reference",
        "vocals too quiet",
        "mono?",
    ];
    for report in [clean(), faulty()] {
        for question in questions {
            for turns in [vec![question], vec!["first", question]] {
                let text = compose(&prompt(Some(report.clone()), &turns));
                for html in writer::render_whole(&text, Some(Arc::new(report.clone()))) {
                    assert!(!html.contains("not-measured"), "{question}: {html}");
                }
            }
        }
    }
}

#[test]
fn it_goes_on_exactly_where_it_stopped() {
    let prompt = prompt(Some(faulty()), &["What is wrong?"]);
    let whole = compose(&prompt);
    for (at, _) in whole.char_indices() {
        assert_eq!(behind(&whole, &whole[..at]), &whole[at..]);
    }
    assert_eq!(behind(&whole, &whole), "");
    // Written by other rules: on with the next paragraph.
    let second = whole.split("\n\n").nth(1).unwrap();
    assert!(behind(&whole, "Something else.").starts_with(&format!("\n\n{second}")));
    assert!(behind(&whole, "Something else.\n\n").starts_with(second));
}

#[test]
fn pieces_are_small_and_lose_nothing() {
    let whole = answer(Some(faulty()), "");
    let mut at = 0;
    while let Some(piece) = next_piece(&whole[at..]) {
        assert!(piece.len() < 60, "{piece}");
        at += piece.len();
    }
    assert_eq!(at, whole.len());
}

#[tokio::test]
async fn it_streams() {
    let engineer = HouseEngineer::new(Duration::ZERO);
    let mut prompt = prompt(Some(faulty()), &["What is wrong?"]);
    let whole = compose(&prompt);
    prompt.written = whole[..40].to_owned();
    let pieces: Vec<_> = engineer.answer(prompt).collect().await;
    assert!(pieces.len() > 20);
    let text: String = pieces
        .into_iter()
        .map(|piece| match piece {
            Ok(Piece::Text(text)) => text,
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(text, whole[40..]);
    assert_eq!(engineer.name(), "House engineer");
}

#[test]
fn whether_it_is_ready_gets_a_yes_or_a_no() {
    for question in [
        "Is it ready?",
        "is this good enough to release",
        "Ready for streaming?",
    ] {
        let text = compose(&prompt(Some(faulty()), &[question]));
        assert!(text.starts_with("Not yet"), "{question}: {text}");
        assert!(text.contains("\n\n1. **"), "{text}");
        let text = compose(&prompt(Some(clean()), &[question]));
        assert!(
            text.starts_with("Yes, by the measurements"),
            "{question}: {text}"
        );
        assert!(!text.contains("1. **"), "{text}");
    }
}

#[test]
fn courtesies_are_answered_in_kind_and_never_with_the_fixes_again() {
    for question in ["thanks!", "Thank you very much", "great, thanks", "Perfect"] {
        let text = compose(&prompt(Some(faulty()), &["What is wrong?", question]));
        assert!(text.starts_with("You are welcome."), "{question}: {text}");
    }
    let text = compose(&prompt(Some(faulty()), &["What is wrong?", "hi there"]));
    assert!(
        text.starts_with("Hello.") && !text.contains("1. **"),
        "{text}"
    );
    assert!(compose(&prompt(None, &["Hello"])).starts_with("Hello. Drop a mix"));
    // With the first mix it is a request to listen.
    assert!(compose(&prompt(Some(faulty()), &["Hello!"])).contains("1. **"));
    // More than a courtesy is a question.
    assert!(
        compose(&prompt(
            Some(faulty()),
            &["What is wrong?", "thanks, and the low end?"]
        ))
        .contains("low end")
    );
}
