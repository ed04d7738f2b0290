//! The facts as a table for a model: one line for each, so that it costs few tokens and ids can be
//! copied.

use std::fmt::Write;

use contract::report::{Difference, Fact, Report, Severity, Value};
use studio::chat::plan::{Focus, Words, plan};

pub(super) fn table(report: &Report, question: &str) -> String {
    let mut text = String::with_capacity(8 * 1024);
    let reference = report.reference.as_deref();
    let file = &report.file;
    // Writing to a string cannot fail.
    let _ = write!(
        text,
        "The mix is “{}”: {:.1} s, {} Hz, {}, {}.",
        one_line(&file.name),
        file.duration_s,
        file.sample_rate,
        file.layout,
        file.codec
    );
    if file.truncated {
        text.push_str(" The file is cut off: it promises more than it holds.");
    }
    match reference {
        Some(reference) => {
            let _ = write!(
                text,
                " The reference is “{}”.",
                one_line(&reference.file.name)
            );
        }
        None => text.push_str(" There is no reference."),
    }
    text.push_str("\n\nFacts (id | mix");
    text.push_str(if reference.is_some() {
        " | reference | difference"
    } else {
        ""
    });
    text.push_str("):\n");
    for fact in report
        .facts
        .iter()
        .filter(|fact| is_wanted(report, &fact.id))
    {
        line(&mut text, report, fact);
    }
    sections(&mut text, report);
    findings(&mut text, report, question);
    text
}

/// The third-octaves of every section are hundreds of lines; those that a finding rests on stay.
fn is_wanted(report: &Report, id: &str) -> bool {
    !(id.starts_with("section.") && id.contains(".spectrum."))
        || report
            .findings
            .iter()
            .any(|finding| finding.facts.iter().any(|fact| fact.ends_with(id)))
}

fn line(text: &mut String, report: &Report, fact: &Fact) {
    let _ = write!(text, "{} | ", fact.id);
    value(text, fact);
    if let Some(reference) = report.reference.as_deref() {
        // Sections are counted anew in each file: only the difference knows which belong together.
        let other = reference
            .fact(&fact.id)
            .filter(|fact| !fact.id.starts_with("section."));
        let difference = find(report, &fact.id);
        if other.is_some() || difference.is_some() {
            text.push_str(" | ");
            match other {
                Some(fact) => value(text, fact),
                None => text.push('–'),
            }
            text.push_str(" | ");
            match difference.and_then(|difference| Some((difference.value?, &difference.unit))) {
                Some((number, unit)) => {
                    let _ = write!(text, "{:+} {unit}", rounded(number));
                }
                None => text.push('–'),
            }
        }
    }
    text.push('\n');
}

fn find<'a>(report: &'a Report, id: &str) -> Option<&'a Difference> {
    report
        .differences
        .iter()
        .flatten()
        .find(|difference| difference.id.strip_prefix("difference.") == Some(id))
}

fn value(text: &mut String, fact: &Fact) {
    match &fact.value {
        Some(Value::Number(number)) => {
            let _ = write!(text, "{} {}", rounded(*number), fact.unit);
        }
        Some(Value::Text(word)) => text.push_str(word),
        None => {
            let _ = write!(
                text,
                "unknown ({})",
                fact.reason.as_deref().unwrap_or("no reason given")
            );
        }
    }
    if let Some(at) = fact.at_s {
        let _ = write!(text, " at [at:{at:.1}]");
    }
    if let (Some(start), Some(end)) = (fact.start_s, fact.end_s) {
        let _ = write!(text, " [at:{start:.1}-{end:.1}]");
    }
    if let Some([low, high]) = fact.band_hz
        && !fact.id.starts_with("spectrum.band.")
    {
        let _ = write!(text, " ({low:.0}-{high:.0} Hz)");
    }
    if let Some(confidence) = fact.confidence {
        let _ = write!(text, " (confidence {confidence:.2})");
    }
    let alternates: Vec<String> = fact
        .alternates
        .iter()
        .take(3)
        .map(|alternate| match &alternate.value {
            Value::Number(number) => rounded(*number).to_string(),
            Value::Text(word) => word.clone(),
        })
        .collect();
    if !alternates.is_empty() {
        let _ = write!(text, " (or {})", alternates.join(", "));
    }
}

fn sections(text: &mut String, report: &Report) {
    if report.sections.is_empty() {
        return;
    }
    text.push_str("\nSections (equal letters sound alike):\n");
    for section in &report.sections {
        let _ = writeln!(
            text,
            "{} {} [at:{:.1}-{:.1}]",
            section.number, section.label, section.start_s, section.end_s
        );
    }
}

fn findings(text: &mut String, report: &Report, question: &str) {
    if report.findings.is_empty() {
        text.push_str("\nThe rules found no problems.\n");
        return;
    }
    // Numbered as the card's pins are.
    let plan = plan(&report.findings, Focus::of(&Words::of(question)));
    text.push_str(
        "\nProblems that rules found, with the fix that each belongs to. The reader sees these numbers on the plots: \
         in a critique, keep them.\n",
    );
    let fixes = plan.fixes.iter().zip(1..);
    let numbered =
        fixes.flat_map(|(fix, number)| fix.findings.iter().map(move |one| (Some(number), *one)));
    let others = plan
        .left_out
        .iter()
        .flat_map(|fix| fix.findings.iter().map(|one| (None, *one)));
    for (number, finding) in numbered.chain(others) {
        let severity = match finding.severity {
            Severity::High => "high",
            Severity::Medium => "medium",
            Severity::Low => "low",
            Severity::Note => "note",
        };
        let fix = number.map_or_else(|| "later".to_owned(), |number: i32| format!("fix {number}"));
        let _ = write!(text, "- {fix}: {} ({severity})", finding.title);
        if let Some(start) = finding.start_s {
            match finding.end_s {
                Some(end) => {
                    let _ = write!(text, " [at:{start:.1}-{end:.1}]");
                }
                None => {
                    let _ = write!(text, " [at:{start:.1}]");
                }
            }
        }
        if let Some([low, high]) = finding.band_hz {
            let _ = write!(text, " {low:.0}-{high:.0} Hz");
        }
        for id in &finding.facts {
            let _ = write!(text, " [fact:{id}]");
            // Not in the table where the mix alone has no such fact.
            if let Some(difference) = find(report, id.trim_start_matches("difference."))
                .filter(|difference| difference.id == *id)
                && let Some(number) = difference.value
            {
                let _ = write!(text, " ({:+} {})", rounded(number), difference.unit);
            }
        }
        let _ = writeln!(text, ". {}", finding.advice);
    }
}

/// Two decimals at most.
fn rounded(number: f64) -> f64 {
    let rounded = (number * 100.0).round() / 100.0;
    // No minus before nothing.
    if rounded == 0.0 { 0.0 } else { rounded }
}

/// A file's name is the musician's text, not ours: it must not look like a line of the table.
fn one_line(name: &str) -> String {
    name.chars()
        .map(|character| {
            if character.is_control() {
                ' '
            } else {
                character
            }
        })
        .take(120)
        .collect()
}
