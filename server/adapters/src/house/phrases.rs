//! What was measured, said of each kind of finding.

use contract::report::{Finding, Report};

use super::cite::{at, beside, cite, hertz};

/// Where it lies and what was measured there, with citations.
pub(super) fn statement(report: &Report, finding: &Finding) -> String {
    let first = finding.facts.first().map_or("", String::as_str);
    let fact = |id: &str| cite(report, id).unwrap_or_default();
    let value = fact(first);
    let range = range_of(finding);
    let text = match finding.id.as_str() {
        _ if value.is_empty() => return generic(report, finding),
        "peak.over" => {
            let overs = cite(report, "peak.overs")
                .filter(|_| report.number("peak.overs").is_some_and(|overs| overs > 0.0));
            let overs = overs.map_or_else(String::new, |overs| {
                format!(" It passes full scale in {overs} places.")
            });
            format!(
                "The true peak reaches {value}{}. Streaming encoders want −1 dBTP.{overs}",
                beside(report, first, "stays at")
            )
        }
        "clipping.runs" => format!("The waveform is cut flat in {value} places."),
        "loudness.too_high" => format!(
            "The mix measures {value}{}. Streaming services turn it down to about −14 LUFS.",
            beside(report, first, "measures")
        ),
        "loudness.too_low" => format!(
            "The mix measures {value}{}. Streaming services play at about −14 LUFS.",
            beside(report, first, "measures")
        ),
        "loudness.off_reference" => format!(
            "The mix measures {}{}: {value} apart.",
            fact("loudness.integrated"),
            beside(report, "loudness.integrated", "measures")
        ),
        "dynamics.crushed" => format!(
            "Only {value} lie between the peaks and the loudness{}.",
            beside(report, first, "keeps")
        ),
        "dynamics.flat" => format!(
            "From the quiet parts to the loud ones it is only {value}{}.",
            beside(report, first, "has")
        ),
        "spectrum.low_end_heavy" => format!(
            "The lows{} are {value} louder here than in the rest of the song.",
            around(finding)
        ),
        "spectrum.harsh" => format!(
            "The range{} is {value} louder here than in the rest of the song.",
            around(finding)
        ),
        "spectrum.low_end_off_reference" | "spectrum.low_end_thin" => {
            let most = finding.facts.get(1).and_then(|id| cite(report, id));
            let most = most.map_or_else(String::new, |most| {
                format!(", most{}: {most}", around(finding))
            });
            format!("The share of the lows stands at {value} against the reference here{most}.")
        }
        "spectrum.band_off_reference" => {
            format!("{range} the mix stands at {value} against the reference, at equal loudness.")
        }
        "spectrum.dull" | "spectrum.bright" => {
            format!(
                "The spectrum tilts by {}, {value} against the reference.",
                fact("spectrum.tilt")
            )
        }
        "stereo.mono_incompatible" => {
            format!("{range} the sound loses {value} in mono: left and right cancel.")
        }
        "stereo.mono_loss" => format!(
            "{range} the mix loses {value} in mono{}.",
            beside(report, first, "loses")
        ),
        "stereo.imbalance" => format!(
            "Left against right is {value}{}.",
            beside(report, first, "has")
        ),
        "stereo.width_off_reference" => format!(
            "The side signal holds {} of the energy{}.",
            fact("stereo.width"),
            beside(report, "stereo.width", "has")
        ),
        "dc.offset" => format!("The middle of the waveform lies {value} of full scale off zero."),
        "silence.leading" => format!("The first sound comes after {value}."),
        "silence.trailing" => format!("After the last sound there is {value} of silence."),
        "depth.padded" => format!("Only {value} are ever used, though the file declares more."),
        "noise.high" => format!(
            "In the quietest moment {value} of noise remain{}.",
            beside(report, first, "has")
        ),
        "key.off_pitch" => format!("The song lies {value} from concert pitch."),
        _ => return generic(report, finding),
    };
    placed(finding, &text)
}

/// For rules that have no words here yet.
fn generic(report: &Report, finding: &Finding) -> String {
    let facts: Vec<String> = finding
        .facts
        .iter()
        .filter_map(|id| Some(format!("{} {}", name_of(id), cite(report, id)?)))
        .take(3)
        .collect();
    if facts.is_empty() {
        return placed(finding, &format!("{}.", finding.title));
    }
    placed(finding, &format!("Measured: {}.", facts.join(", ")))
}

fn placed(finding: &Finding, text: &str) -> String {
    match at(finding.start_s, finding.end_s) {
        Some(at) => format!("{at} {text}"),
        None => text.to_owned(),
    }
}

fn name_of(id: &str) -> String {
    id.strip_prefix("difference.")
        .unwrap_or(id)
        .replace(['.', '_'], " ")
}

fn range_of(finding: &Finding) -> String {
    match finding.band_hz {
        Some([low, high]) => format!("Between {} and {}", hertz(low), hertz(high)),
        None => "Overall".to_owned(),
    }
}

fn around(finding: &Finding) -> String {
    match finding.band_hz {
        Some([low, high]) => format!(" around {}", hertz((low * high).sqrt())),
        None => String::new(),
    }
}

/// What to try: the advice without the statement that it may begin with, which the citations have said.
pub(super) fn advice(finding: &Finding) -> String {
    let mut sentences: Vec<&str> = split_sentences(&finding.advice);
    if sentences.len() > 1 && !is_order(sentences[0]) {
        let orders = sentences
            .iter()
            .position(|sentence| is_order(sentence))
            .unwrap_or(0);
        sentences.drain(..orders);
    }
    let text = sentences.join(" ");
    if text.starts_with("Try ") || text.is_empty() {
        return text;
    }
    let mut characters = text.chars();
    let first = characters.next().map(char::to_lowercase);
    let first: String = first.into_iter().flatten().collect();
    format!("Try this: {first}{}", characters.as_str())
}

/// At ends of sentences; a point within a figure is none.
fn split_sentences(text: &str) -> Vec<&str> {
    let mut sentences = Vec::new();
    let mut start = 0;
    for (at, _) in text.match_indices(". ") {
        sentences.push(&text[start..=at]);
        start = at + 2;
    }
    if start < text.len() {
        sentences.push(&text[start..]);
    }
    sentences
}

fn is_order(sentence: &str) -> bool {
    const ORDERS: &[&str] = &[
        "Try", "Lower", "Raise", "Take", "Ease", "Pull", "Push", "Turn", "Find", "Set", "Narrow",
        "Widen", "Look", "Put", "Trim", "Bounce", "Mute", "Check", "Cut", "Boost", "Add", "Use",
        "Move", "Leave", "Adjust", "Reduce", "Remove", "Bring", "Give", "If", "Start", "Export",
        "Flip",
    ];
    let first = sentence.split([' ', ',']).next().unwrap_or_default();
    ORDERS.contains(&first)
}
