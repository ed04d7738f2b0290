//! What the word lists are good for: sentences as models write them.

use super::{super::tests::report, Known, check};

/// Compares all sentences of a table before it fails, so that a changed word list shows all it did.
fn compare(cases: &[(&str, &[&str])], known: &Known) {
    let wrong: Vec<String> = cases
        .iter()
        .filter_map(|(text, expected)| {
            let marked = marked(text, known);
            (marked != *expected)
                .then(|| format!("{text}\n    marked {marked:?}, expected {expected:?}"))
        })
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// The figures that are marked, in order.
fn marked(text: &str, known: &Known) -> Vec<String> {
    check(text, None, None, known)
        .unmeasured
        .into_iter()
        .map(|range| text[range].to_owned())
        .collect()
}

#[test]
fn claims_that_were_measured_stay_unmarked() {
    let known = Known::of(Some(&report()));
    let sentences = [
        "The mix sits at −9.8 LUFS.",
        "Integrated loudness is -9.84 LUFS and the true peak reaches +0.2 dBTP.",
        "At −10 LUFS it is loud.",
        "It measures 9.8 LUFS, 2.3 LU louder than the reference at −12.1 LUFS.",
        "The 63 Hz band is 4.1 dB over the reference.",
        "The loudness range is 4.6 LU.",
        "It runs at 124 BPM, or 62 BPM in half time.",
        "The song is in A minor, the reference in F# minor.",
        "Key: A minor",
        "The width is 31%.",
        "The correlation is 71 %.",
        "The air band loses 6.4 dB in mono, −6.4 dB to be exact.",
        "Section 1 lasts 8 s and measures −7.9 LUFS.",
        "The file is 44.1 kHz and 200 s long.",
        "The true peak is +0.2 dB.",
        "Loudness is between −10 and −9 LUFS.",
        "The low end is 4–5 dB over the reference.",
        "The peak reaches 0.2 dB TP.",
        "There is a resonance at 60 Hz.",
    ];
    compare(&sentences.map(|text| (text, &[][..])), &known);
}

#[test]
fn claims_that_were_not_measured_are_marked() {
    let known = Known::of(Some(&report()));
    let cases = [
        ("The mix sits at −8.2 LUFS.", &["−8.2 LUFS"][..]),
        ("The mix sits at +9.8 LUFS.", &["+9.8 LUFS"]),
        ("It is −9.9 LUFS.", &["−9.9 LUFS"]),
        ("The kick is 7 dB too loud.", &["7 dB"]),
        ("It runs at 128 BPM.", &["128 BPM"]),
        ("The song is in C major.", &["C major"]),
        ("Key: B♭ minor.", &["B♭ minor"]),
        ("The width is 80%.", &["80%"]),
        (
            "The mix hits −8.2 LUFS, so cut 3 dB at 250 Hz.",
            &["−8.2 LUFS"],
        ),
        (
            "Cut 3 dB at 250 Hz, where the mix is 7.7 dB over the reference.",
            &["7.7 dB"],
        ),
        ("There is a resonance at 3.1 kHz.", &["3.1 kHz"]),
        ("The fundamental is 148 Hz.", &["148 Hz"]),
        (
            "The drop is at −5.5 LUFS and the verse at −15.5 LUFS.",
            &["−5.5 LUFS", "−15.5 LUFS"],
        ),
        (
            "Your mix is at −8.2 LUFS, Spotify normalises to −14 LUFS.",
            &["−8.2 LUFS"],
        ),
        ("The silence lasts 3 s.", &["3 s"]),
        ("Transients last 12 ms.", &["12 ms"]),
        ("True peak: +1.5 dBTP.", &["+1.5 dBTP"]),
        ("The low end was cut by 8 dB.", &["8 dB"]),
        ("I measured -3.2LUFS", &["-3.2LUFS"]),
        (
            "The crest factor is between 20 and 22 dB.",
            &["20 and 22 dB"],
        ),
    ];
    compare(&cases, &known);
}

#[test]
fn advice_and_common_knowledge_stay_unmarked() {
    let (known, nothing) = (Known::of(Some(&report())), Known::default());
    let sentences = [
        "Cut 3 dB at 250 Hz.",
        "Try −3 dB at 58 Hz, Q 1.4, on the kick, and duck the bass 2 dB from it with a 90 ms release.",
        "High-pass the pads at 30 Hz.",
        "high-pass at 30 Hz",
        "You could lower the master by 2.5 dB.",
        "Set the limiter's ceiling to −1 dBTP and the attack to 12 ms.",
        "A ratio of 4:1 with a threshold at −18 dB and a 30 ms attack.",
        "I would start with a 1.5 dB dip around 3 kHz.",
        "Then bring the vocal up 1.5 dB, wide, at 3 kHz.",
        "Lower the master until it reads −14 LUFS.",
        "By cutting 3 dB there, the bass gets room.",
        "Aim for −14 LUFS.",
        "The master should land around −11 LUFS with peaks below −1 dBTP.",
        "A good start is −2.5 dB at 300 Hz.",
        "If it is over −1 dBTP, lower the limiter.",
        "Is your kick at 45 Hz or is it 7 dB too loud?",
        "Spotify normalises to −14 LUFS.",
        "Apple Music uses −16 LUFS, YouTube −14 LUFS.",
        "−14 LUFS is Spotify's target.",
        "EBU R128 asks for −23 LUFS and at most −1 dBTP.",
        "Humans hear from 20 Hz to 20 kHz.",
        "Most club tracks sit between −9 and −7 LUFS.",
        "Kick and bass share one octave below 120 Hz.",
        "From 2 to 4 kHz the vocal has room.",
        "That is a minor issue, and A major problem it is not.",
        "It gets loud at 1:12.",
        "Add a 2 dB shelf above 10 kHz; widen the pads to 120%.",
        "Use a gentle bell: −2 dB, Q 0.7.",
        "Try two moves. 3 dB off at 58 Hz and 2 dB off at 120 Hz.",
        "Consider pulling the synth back by 3 dB so that it peaks at −6 dBFS.",
        "Next, trim 4 dB of sub below 35 Hz.",
        "The tuning is relative to A = 440 Hz.",
        "A 3 dB cut at 250 Hz would help.",
        "You can safely take out another 5 dB.",
    ];
    compare(&sentences.map(|text| (text, &[][..])), &known);
    compare(&sentences.map(|text| (text, &[][..])), &nothing);
}

#[test]
fn without_evidence_every_claim_about_the_music_is_marked() {
    let nothing = Known::default();
    let cases = [
        ("Your mix is at −9.8 LUFS.", &["−9.8 LUFS"][..]),
        ("It is in A minor.", &["A minor"]),
        ("The tempo is 124 BPM.", &["124 BPM"]),
        ("The low end is 4.1 dB too strong.", &["4.1 dB"]),
    ];
    compare(&cases, &nothing);
}

#[test]
fn a_list_goes_on_with_what_led_up_to_it() {
    let lists =
        "Try these moves:\n\n- −7 dB at 58 Hz\n- 5 dB more at 3 kHz\n\nMeasured:\n\n- −8.2 LUFS\n";
    let html = super::super::tests::blocks(lists, Some(report())).concat();
    assert_eq!(html.matches("not-measured").count(), 1, "{html}");
    let table = "| Band | Now | Setting |\n|---|---|---|\n| Low | 7 dB | −7 dB |\n";
    let html = super::super::tests::blocks(table, Some(report())).concat();
    assert_eq!(html.matches("not-measured").count(), 1, "{html}");
}
