//! The main job without a language model: the faults of a song are named, at their times.

#![allow(clippy::unwrap_used)]

use std::{ops::ControlFlow, sync::Arc, time::Duration};

use adapters::HouseEngineer;
use audio::{
    Format, Source,
    synth::{Fault, LOW_END, OUT_OF_PHASE, Sound, song},
};
use contract::{chat::Author, report::Report};
use futures::StreamExt;
use studio::chat::{LanguageModel, Piece, Prompt, Turn, writer};

fn measure(sound: &Sound) -> Report {
    let source = Source::from_bytes("song.wav", sound.to_wav(Format::Pcm16));
    audio::measure(source, &mut |_| ControlFlow::Continue(())).unwrap()
}

fn faulty_against_clean() -> Report {
    let mut mix = measure(&song(&[Fault::TooLoud, Fault::LowEnd, Fault::OutOfPhase]));
    audio::compare(&mut mix, &measure(&song(&[])));
    mix
}

async fn ask(report: &Arc<Report>, question: &str) -> String {
    let turns = vec![Turn {
        author: Author::Person,
        text: question.to_owned(),
    }];
    let prompt = Prompt {
        turns,
        evidence: Some(report.clone()),
        ..Prompt::default()
    };
    let mut answer = HouseEngineer::new(Duration::ZERO).answer(prompt);
    let mut text = String::new();
    while let Some(piece) = answer.next().await {
        match piece.unwrap() {
            Piece::Text(piece) => text.push_str(&piece),
            Piece::Usage { .. } => {}
        }
    }
    text
}

/// The times of a block's buttons, in seconds.
fn times(block: &str) -> Vec<(f64, f64)> {
    let attribute = |part: &str, name: &str| {
        part.split_once(name)?
            .1
            .split('"')
            .next()?
            .parse::<f64>()
            .ok()
    };
    block
        .split("<button")
        .filter_map(|part| {
            Some((
                attribute(part, "data-seek=\"")?,
                attribute(part, "data-until=\"")?,
            ))
        })
        .collect()
}

#[tokio::test]
async fn the_house_engineer_names_the_faults_at_their_times() {
    let report = Arc::new(faulty_against_clean());
    let text = ask(&report, "What is wrong with my low end?").await;
    let blocks = writer::render_whole(&text, Some(report.clone()));
    let fixes: Vec<&String> = blocks
        .iter()
        .filter(|block| block.starts_with("<ol class=\"fixes\""))
        .collect();
    assert_eq!(fixes.len(), 3, "{text}");
    let about = |range: &std::ops::Range<f64>| {
        fixes.iter().position(|fix| {
            times(fix).iter().any(|(start, end)| {
                (start - range.start).abs() < 2.0 && (end - range.end).abs() < 2.0
            })
        })
    };
    assert_eq!(
        about(&LOW_END),
        Some(0),
        "the low end was asked for: {text}"
    );
    assert!(about(&OUT_OF_PHASE).is_some(), "{text}");
    assert!(
        text.contains("[fact:loudness.integrated]") && text.contains("[fact:peak.true]"),
        "{text}"
    );
    for block in &blocks {
        assert!(!block.contains("not-measured"), "{block}");
    }
}

#[tokio::test]
async fn a_song_without_faults_is_left_in_peace() {
    let report = Arc::new(measure(&song(&[])));
    let text = ask(&report, "Is anything wrong?").await;
    assert!(
        !text.contains("too strong")
            && !text.contains("Cancels in mono")
            && !text.contains("limiter"),
        "{text}"
    );
    for question in [
        "What is the tempo?",
        "What key is it in?",
        "How loud is it?",
        "Is it mono compatible?",
    ] {
        let text = ask(&report, question).await;
        assert!(text.contains("[fact:"), "{question} {text}");
        for block in writer::render_whole(&text, Some(report.clone())) {
            assert!(!block.contains("not-measured"), "{block}");
        }
    }
}
