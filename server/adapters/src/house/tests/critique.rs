//! The critique of a mix: what comes first, what makes way, and whether it is ready.

use contract::report::Severity;

use super::{answer, clean, compose, faulty, finding, prompt};

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
fn a_question_about_one_thing_does_not_repeat_what_was_told() {
    let first = answer(Some(faulty()), "What is wrong with it?");
    let mut follow_up = prompt(
        Some(faulty()),
        &["What is wrong with it?", "And the low end?"],
    );
    follow_up.turns[1].text = first.clone();
    let second = compose(&follow_up);
    assert!(
        second.contains("1. **Title of spectrum.low_end_heavy**"),
        "{second}"
    );
    assert!(!second.contains("2. **"), "{second}");
    assert!(
        second.contains("What I said before still stands: title of clipping.runs"),
        "{second}"
    );

    follow_up.brings_file = true;
    let of_another_mix = compose(&follow_up);
    assert!(of_another_mix.contains("3. **"), "{of_another_mix}");

    follow_up.brings_file = false;
    follow_up.turns[2].text = "So what is wrong with it?".to_owned();
    assert_eq!(
        compose(&follow_up),
        first,
        "asked for all of it, all of it is told"
    );
}
