//! What a citation stands for.

use std::borrow::Cow;

use contract::report::{Difference, Fact, Report, Severity, Value};

use super::{
    cite::Citation,
    figure::{figure, stretch},
};

/// What is said in place of a figure that does not exist.
pub(super) const NOT_MEASURED: &str = "not measured";

pub(super) enum Resolved {
    /// A figure with its unit, and its name.
    Figure {
        text: String,
        label: String,
        hot: bool,
    },
    /// There is no such figure, or it could not be known.
    Missing { why: String },
}

pub(super) fn resolve(id: &str, report: Option<&Report>) -> Resolved {
    let missing = || Resolved::Missing {
        why: "This figure was not measured.".to_owned(),
    };
    let Some(report) = report else {
        return missing();
    };
    if let Some(difference) = find_difference(report, id) {
        return match difference.value {
            Some(value) => Resolved::Figure {
                text: figure(value, &difference.unit, id, true),
                label: format!("{}, mix minus reference", label(id)),
                hot: is_hot(report, id),
            },
            None => Resolved::Missing {
                why: format!("{} cannot be compared.", label(id)),
            },
        };
    }
    let (fact, of) = match id.strip_prefix("reference.") {
        Some(id) => (
            report
                .reference
                .as_deref()
                .and_then(|reference| reference.fact(id)),
            " of the reference",
        ),
        None => (report.fact(id), ""),
    };
    let Some(fact) = fact else { return missing() };
    let label = [&label(&fact.id), of].concat();
    match text_of(fact) {
        Some(text) => Resolved::Figure {
            text,
            label,
            hot: is_hot(report, id),
        },
        None => Resolved::Missing {
            why: fact
                .reason
                .clone()
                .unwrap_or_else(|| format!("{label} cannot be known.")),
        },
    }
}

fn find_difference<'a>(report: &'a Report, id: &str) -> Option<&'a Difference> {
    report
        .differences
        .as_ref()?
        .iter()
        .find(|difference| difference.id == id)
}

fn text_of(fact: &Fact) -> Option<String> {
    match fact.value.as_ref()? {
        Value::Number(value) => Some(figure(*value, &fact.unit, &fact.id, false)),
        Value::Text(text) if fact.unit.is_empty() => Some(text.clone()),
        Value::Text(text) => Some([text, " ", &fact.unit].concat()),
    }
}

/// A grave problem rests on it.
fn is_hot(report: &Report, id: &str) -> bool {
    let mut grave = report
        .findings
        .iter()
        .filter(|finding| finding.severity == Severity::High);
    grave.any(|finding| finding.facts.iter().any(|fact| fact == id))
}

fn label(id: &str) -> Cow<'static, str> {
    match audio::define(id) {
        Some(definition) => Cow::Borrowed(definition.label),
        None => Cow::Owned(
            id.strip_prefix("difference.")
                .unwrap_or(id)
                .replace(['.', '_'], " "),
        ),
    }
}

/// Whether a time lies in the file, and so can be played.
pub(super) fn is_playable(start: f64, end: Option<f64>, report: Option<&Report>) -> bool {
    // Models round up; half a second past the end is still the end.
    report.is_some_and(|report| {
        start < report.file.duration_s && end.unwrap_or(start) <= report.file.duration_s + 0.5
    })
}

/// A citation as plain text.
pub(super) fn words(citation: &Citation, report: Option<&Report>) -> String {
    match citation {
        Citation::Time { start, end } => stretch(*start, *end),
        Citation::Facts(ids) => {
            let texts = ids.iter().map(|id| match resolve(id, report) {
                Resolved::Figure { text, .. } => text,
                Resolved::Missing { .. } => NOT_MEASURED.to_owned(),
            });
            texts.collect::<Vec<_>>().join(", ")
        }
    }
}
