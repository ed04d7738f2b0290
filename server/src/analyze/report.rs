//! The report as a person reads it at a terminal. `--json` has the rest: bands, stretches, curves.

use std::fmt::Write as _;

use contract::report::{Difference, Fact, FileInfo, Finding, Report, Severity, Value};

use super::layout::{WIDTH, bytes, clock, figure, signed, sparkline, stretch, wrap};

/// In the order of the catalogue; an id's first word says where it belongs.
const GROUPS: [(&str, &[&str]); 7] = [
    ("Loudness", &["loudness", "level"]),
    ("Peaks and dynamics", &["peak", "clipping", "dynamics"]),
    ("Spectrum", &["spectrum"]),
    ("Stereo", &["stereo"]),
    ("Music", &["tempo", "key", "transients", "section"]),
    ("Recording", &["depth", "noise", "dc", "silence"]),
    ("Other", &[]),
];

pub(super) fn text(report: &Report) -> String {
    let mut out = String::new();
    file(&mut out, "", &report.file);
    if let Some(reference) = &report.reference {
        file(&mut out, "against ", &reference.file);
    }
    loudness_over_time(&mut out, report);
    facts(&mut out, report);
    sections(&mut out, report);
    findings(&mut out, report);
    out
}

// Writing to a string cannot fail.
macro_rules! line {
    ($out:expr) => { $out.push('\n') };
    ($out:expr, $($rest:tt)*) => { let _ = writeln!($out, $($rest)*); };
}

fn file(out: &mut String, before: &str, file: &FileInfo) {
    line!(out, "{before}{}", file.name.replace(char::is_control, "?"));
    let bits = file
        .bits_per_sample
        .map(|bits| format!("{bits} bit, "))
        .unwrap_or_default();
    line!(
        out,
        "  {} ({}), {bits}{:.1} kHz, {}, {}, {}",
        file.container,
        file.codec,
        f64::from(file.sample_rate) / 1_000.0,
        file.layout,
        clock(file.duration_s),
        bytes(file.size_bytes),
    );
    if file.truncated {
        line!(
            out,
            "  The file is cut short: it promises more than it holds."
        );
    }
    if file.damaged_packets > 0 {
        line!(
            out,
            "  Damaged: {} packets could not be decoded and were left out.",
            file.damaged_packets
        );
    }
}

fn loudness_over_time(out: &mut String, report: &Report) {
    let curve = &report.curves.loudness_short_term;
    let drawn = sparkline(&curve.values, WIDTH - 16);
    if !drawn.trim().is_empty() {
        line!(out);
        line!(out, "  0:00 {drawn} {}", clock(report.file.duration_s));
    }
}

fn facts(out: &mut String, report: &Report) {
    let compared = report.reference.is_some();
    if compared {
        line!(
            out,
            "\n{:<34}{:>14}{:>16}{:>16}",
            "",
            "mix",
            "reference",
            "difference"
        );
    }
    for (at, (heading, words)) in GROUPS.into_iter().enumerate() {
        let is_here = |fact: &&Fact| {
            let word = fact.id.split('.').next().unwrap_or_default();
            let known = GROUPS.iter().any(|(_, words)| words.contains(&word));
            is_of_the_whole_file(fact)
                && if at + 1 == GROUPS.len() {
                    !known
                } else {
                    words.contains(&word)
                }
        };
        let mut here = report.facts.iter().filter(is_here).peekable();
        if here.peek().is_some() {
            line!(out, "\n{heading}");
        }
        for fact in here {
            row(out, report, fact, compared);
        }
    }
}

/// Bands, stretches and sections are for the curves, and for `--json`.
fn is_of_the_whole_file(fact: &Fact) -> bool {
    audio::define(&fact.id).is_none_or(|definition| !definition.id.contains('{'))
}

fn row(out: &mut String, report: &Report, fact: &Fact, compared: bool) {
    let ours = figure(fact.value.as_ref(), &fact.unit);
    let mut line = format!("  {:<32}{ours:>14}", label(&fact.id));
    if compared {
        let theirs = report
            .reference
            .as_ref()
            .and_then(|reference| reference.fact(&fact.id));
        let theirs =
            theirs.map_or_else(String::new, |fact| figure(fact.value.as_ref(), &fact.unit));
        let difference = difference(report, &fact.id)
            .and_then(|difference| Some(signed(difference.value?, &difference.unit)));
        let _ = write!(line, "{theirs:>16}{:>16}", difference.unwrap_or_default());
    } else {
        let remark = match (fact.at_s, fact.confidence) {
            (Some(at), _) => format!("at {}", clock(at)),
            (_, Some(confidence)) => format!("{:.0} % sure", confidence * 100.0),
            _ => String::new(),
        };
        let _ = write!(line, "   {remark}");
    }
    line!(out, "{}", line.trim_end());
    if let Some(reason) = fact.reason.as_deref().filter(|_| !compared) {
        line!(out, "{}", wrap(reason, 6));
    }
}

fn difference<'a>(report: &'a Report, fact: &str) -> Option<&'a Difference> {
    let wanted = format!("difference.{fact}");
    report
        .differences
        .as_deref()?
        .iter()
        .find(|difference| difference.id == wanted)
}

fn label(id: &str) -> &str {
    audio::define(id).map_or(id, |definition| definition.label)
}

fn sections(out: &mut String, report: &Report) {
    if report.sections.len() < 2 {
        return;
    }
    line!(out, "\nSections");
    for section in &report.sections {
        let loudness = section.loudness_lufs.map_or_else(
            || "–".to_owned(),
            |lufs| figure(Some(&Value::Number(lufs)), "LUFS"),
        );
        let times = stretch(Some(section.start_s), Some(section.end_s)).unwrap_or_default();
        line!(
            out,
            "  {:>2} {:<3}{times:<28}{loudness:>14}",
            section.number,
            section.label
        );
    }
}

fn findings(out: &mut String, report: &Report) {
    line!(out, "\nFindings");
    if report.findings.is_empty() {
        line!(out, "  Nothing stands out.");
    }
    for (at, finding) in report.findings.iter().enumerate() {
        if at > 0 {
            line!(out);
        }
        one_finding(out, at + 1, finding, report);
    }
}

fn one_finding(out: &mut String, number: usize, finding: &Finding, report: &Report) {
    let severity = match finding.severity {
        Severity::High => "high",
        Severity::Medium => "medium",
        Severity::Low => "low",
        Severity::Note => "note",
    };
    let place = stretch(finding.start_s, finding.end_s)
        .map(|place| format!(", {place}"))
        .unwrap_or_default();
    line!(out, "  {number}. {} ({severity}{place})", finding.title);
    line!(out, "{}", wrap(&finding.advice, 5));
    let grounds: Vec<String> = finding
        .facts
        .iter()
        .filter_map(|id| ground(report, id))
        .collect();
    if !grounds.is_empty() {
        line!(
            out,
            "{}",
            wrap(&format!("Measured: {}", grounds.join("; ")), 5)
        );
    }
    line!(out, "{}", wrap(&format!("Source: {}", finding.source), 5));
}

fn ground(report: &Report, id: &str) -> Option<String> {
    if let Some(fact) = report.fact(id) {
        return Some(format!(
            "{} {}",
            label(id),
            figure(fact.value.as_ref(), &fact.unit)
        ));
    }
    let difference = report
        .differences
        .as_deref()?
        .iter()
        .find(|difference| difference.id == id)?;
    Some(format!(
        "{}, {} against the reference",
        label(id),
        signed(difference.value?, &difference.unit)
    ))
}

#[cfg(test)]
mod tests {
    use audio::synth::{Fault, song};

    use super::*;

    fn measured(faults: &[Fault]) -> Report {
        let wav = song(faults).to_wav(audio::Format::Pcm24);
        let source = audio::Source::from_bytes("mix.wav", wav);
        audio::measure(source, &mut |_| std::ops::ControlFlow::Continue(())).expect("measured")
    }

    #[test]
    fn a_report_reads_well_alone_and_against_a_reference() {
        let mut mix = measured(&[Fault::TooLoud]);
        let alone = text(&mix);
        for expected in [
            "mix.wav",
            "Integrated loudness",
            "LUFS",
            "Tempo",
            "Findings",
        ] {
            assert!(alone.contains(expected), "{expected}\n{alone}");
        }
        audio::compare(&mut mix, &measured(&[]));
        let compared = text(&mix);
        assert!(
            compared.contains("reference") && compared.contains("difference"),
            "{compared}"
        );
        for line in alone.lines().chain(compared.lines()) {
            assert!(
                line.chars().count() <= WIDTH && line == line.trim_end(),
                "{line}"
            );
        }
    }
}
