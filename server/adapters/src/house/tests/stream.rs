//! How the text goes out: in small pieces that lose nothing, and on from where it stopped.

use std::time::Duration;

use futures::StreamExt;
use studio::chat::{LanguageModel, Piece};

use super::{
    super::{HouseEngineer, behind, next_piece},
    answer, compose, faulty, prompt,
};

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
