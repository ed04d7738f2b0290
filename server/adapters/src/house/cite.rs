//! Citing what a report holds, and nothing else.

use contract::report::{Report, Value};

/// `[fact:ID]`, where the report has a value for it.
pub(super) fn cite(report: &Report, id: &str) -> Option<String> {
    has(report, id).then(|| format!("[fact:{id}]"))
}

pub(super) fn has(report: &Report, id: &str) -> bool {
    let is_known =
        |report: &Report, id: &str| report.fact(id).is_some_and(|fact| fact.value.is_some());
    if id.starts_with("difference.") {
        return report
            .differences
            .iter()
            .flatten()
            .any(|difference| difference.id == id && difference.value.is_some());
    }
    match id.strip_prefix("reference.") {
        Some(id) => report
            .reference
            .as_deref()
            .is_some_and(|reference| is_known(reference, id)),
        None => is_known(report, id),
    }
}

/// `, the reference VERB [fact:reference.ID]`, where there is one.
pub(super) fn beside(report: &Report, id: &str, verb: &str) -> String {
    cite(report, &format!("reference.{id}"))
        .map_or_else(String::new, |fact| format!(", the reference {verb} {fact}"))
}

/// `[at:72.0-80.0]`
pub(super) fn at(start: Option<f64>, end: Option<f64>) -> Option<String> {
    let start = start?;
    Some(match end {
        Some(end) if end > start => format!("[at:{start:.1}-{end:.1}]"),
        _ => format!("[at:{start:.1}]"),
    })
}

pub(super) fn text<'a>(report: &'a Report, id: &str) -> Option<&'a str> {
    report.fact(id)?.value.as_ref().and_then(Value::text)
}

/// `58 Hz`, `2.2 kHz`
pub(super) fn hertz(hz: f64) -> String {
    if hz < 995.0 {
        format!("{hz:.0} Hz")
    } else {
        let kilo = format!("{:.1}", hz / 1000.0);
        format!("{} kHz", kilo.strip_suffix(".0").unwrap_or(&kilo))
    }
}
