//! Answers that are no critique: figures for plain questions, courtesies in kind, and a plain word
//! about what it cannot know.

use super::{answer, clean, compose, faulty, prompt};

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
