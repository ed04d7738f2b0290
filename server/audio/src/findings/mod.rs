//! Problems, found by rules that are data ([`rules`]): a figure, its limits, words, and where the limits
//! come from. To add one, add a row there and a case to `tests/findings.rs`.

mod advice;
pub(crate) mod rules;

use contract::report::{Finding, Report, Severity};

use self::rules::{About, Guard, Limits, RULES, Rule};
use crate::bands::{span, thirds};
use crate::catalogue::define;

/// A figure that a rule looks at, with its place.
#[derive(Clone, Debug, Default)]
pub(crate) struct Figure {
    pub(crate) value: f64,
    pub(crate) start_s: Option<f64>,
    pub(crate) end_s: Option<f64>,
    pub(crate) at_s: Option<f64>,
    pub(crate) band_hz: Option<[f64; 2]>,
    /// What it rests on, the figure itself first.
    pub(crate) facts: Vec<String>,
}

struct Found {
    finding: Finding,
    /// How far beyond its limits, to sort equals by.
    weight: f64,
}

/// All that the rules find, the gravest first.
pub(crate) fn derive(report: &Report) -> Vec<Finding> {
    let mut all: Vec<Found> = Vec::new();
    for rule in RULES {
        if !guarded(rule.guard, report) {
            continue;
        }
        for figure in figures(rule, report) {
            let Some((severity, weight)) = judge(rule.limits, figure.value) else {
                continue;
            };
            if all.iter().any(|other| {
                rule.unless.contains(&other.finding.id.as_str())
                    && overlaps(&other.finding, &figure)
            }) {
                continue;
            }
            let follows = |other: &Found| rule.follows.contains(&other.finding.id.as_str());
            let severity = if all.iter().any(follows) {
                severity.min(Severity::Low)
            } else {
                severity
            };
            all.push(Found {
                finding: write(rule, report, figure, severity),
                weight,
            });
        }
    }
    all.sort_by(|a, b| {
        b.finding
            .severity
            .cmp(&a.finding.severity)
            .then(b.weight.total_cmp(&a.weight))
    });
    all.into_iter().map(|found| found.finding).collect()
}

fn guarded(guard: Guard, report: &Report) -> bool {
    match guard {
        Guard::Always => true,
        Guard::DeclaresMoreThan(bits) => report
            .file
            .bits_per_sample
            .is_some_and(|declared| declared > bits),
        Guard::LongerThan(seconds) => report.file.duration_s > seconds,
        Guard::LouderThan(lufs) => is_louder(report, lufs),
        Guard::StereoLouderThan(lufs) => report.file.channels <= 2 && is_louder(report, lufs),
    }
}

fn is_louder(report: &Report, lufs: f64) -> bool {
    let loudness = report.number("loudness.integrated");
    loudness.is_some_and(|loudness| loudness > lufs)
}

fn figures(rule: &Rule, report: &Report) -> Vec<Figure> {
    let of_facts = |wanted: &dyn Fn(&str) -> bool| -> Vec<Figure> {
        let facts = report.facts.iter().filter(|fact| wanted(&fact.id));
        facts
            .filter_map(|fact| {
                let value = fact.value.as_ref()?.number()?;
                // Only the first hundred places are listed: with more, the last of them is no end.
                let listed = value <= fact.events.len() as f64;
                let (first, last) = (fact.events.first(), fact.events.last());
                Some(Figure {
                    value,
                    start_s: fact
                        .start_s
                        .or(first.filter(|_| listed).map(|event| event.at_s)),
                    end_s: fact
                        .end_s
                        .or(last.filter(|_| listed).map(|event| event.at_s)),
                    at_s: fact.at_s.or(first.map(|event| event.at_s)),
                    band_hz: fact.band_hz,
                    facts: vec![fact.id.clone()],
                })
            })
            .collect()
    };
    let of_differences = |wanted: &dyn Fn(&str) -> bool| -> Vec<Figure> {
        let differences = report.differences.iter().flatten();
        differences
            .filter(|difference| wanted(&difference.id))
            .filter_map(|difference| {
                Some(Figure {
                    value: difference.value?,
                    start_s: difference.start_s,
                    end_s: difference.end_s,
                    at_s: None,
                    band_hz: difference.band_hz,
                    facts: vec![difference.id.clone()],
                })
            })
            .collect()
    };
    let of_kind =
        |id: &str, pattern: &str| define(id).is_some_and(|definition| definition.id == pattern);
    match rule.about {
        About::Fact(id) => of_facts(&|other| other == id),
        About::Each { pattern, within } => {
            let mut figures = of_facts(&|id| of_kind(id, pattern));
            figures.retain(|figure| inside(figure.band_hz, within));
            figures
        }
        About::Difference(id) => {
            of_differences(&|other| other.strip_prefix("difference.") == Some(id))
        }
        About::SectionLows => {
            let mut figures = of_differences(&|id| of_kind(id, "section.{n}.low_ratio"));
            figures
                .iter_mut()
                .for_each(|figure| name_loudest_low(figure, report));
            figures
        }
        About::Bands => neighbours(
            of_differences(&|id| of_kind(id, "spectrum.band.{hz}")),
            rule.limits,
        ),
    }
}

fn inside(band: Option<[f64; 2]>, within: [f64; 2]) -> bool {
    band.is_none_or(|[low, high]| {
        low * high >= within[0].powi(2) && low * high <= within[1].powi(2)
    })
}

/// The third-octave below 224 Hz in which a section differs the most is where to turn the knob.
fn name_loudest_low(figure: &mut Figure, report: &Report) {
    let Some(prefix) = figure.facts[0]
        .strip_suffix("low_ratio")
        .map(|prefix| format!("{prefix}spectrum."))
    else {
        return;
    };
    let of_band = |nominal: &str| {
        let id = format!("{prefix}{nominal}");
        report
            .differences
            .iter()
            .flatten()
            .find(|difference| difference.id == id)
    };
    let known = thirds()
        .take(10)
        .filter_map(|band| Some((band, of_band(band.nominal)?, of_band(band.nominal)?.value?)));
    let sign = figure.value.signum();
    if let Some((band, difference, _)) = known.max_by(|a, b| (a.2 * sign).total_cmp(&(b.2 * sign)))
    {
        figure.band_hz = Some(span(band.index.saturating_sub(1), band.index + 1));
        figure.facts.push(difference.id.clone());
    }
}

/// Third-octaves side by side that differ in the same direction are one figure: the greatest of them.
fn neighbours(figures: Vec<Figure>, limits: Limits) -> Vec<Figure> {
    let mut runs: Vec<Figure> = Vec::new();
    let mut open = false;
    for figure in figures {
        if judge(limits, figure.value).is_none() {
            open = false;
            continue;
        }
        match runs.last_mut() {
            Some(run) if open && run.value.signum() == figure.value.signum() => {
                run.band_hz = run
                    .band_hz
                    .zip(figure.band_hz)
                    .map(|(run, band)| [run[0], band[1]]);
                if figure.value.abs() > run.value.abs() {
                    run.value = figure.value;
                    run.facts.insert(0, figure.facts[0].clone());
                } else {
                    run.facts.extend(figure.facts);
                }
            }
            _ => runs.push(figure),
        }
        open = true;
    }
    runs.iter_mut().for_each(|run| run.facts.truncate(4));
    runs
}

/// The severity of the farthest limit that is passed, and how far the value is beyond the first, in
/// parts of the way from the first to the last.
fn judge(limits: Limits, value: f64) -> Option<(Severity, f64)> {
    let (steps, value, sign) = match limits {
        Limits::Above(steps) => (steps, value, 1.0),
        Limits::Below(steps) => (steps, value, -1.0),
        Limits::Beyond(steps) => (steps, value.abs(), 1.0),
    };
    let (_, severity) = steps
        .iter()
        .rev()
        .find(|(limit, _)| (value - limit) * sign > 0.0)?;
    let (first, last) = (steps.first()?.0, steps.last()?.0);
    let reach = (last - first).abs().max(first.abs() * 0.5).max(1e-6);
    Some((*severity, (value - first).abs() / reach))
}

fn overlaps(finding: &Finding, figure: &Figure) -> bool {
    let apart = |a: Option<[f64; 2]>, b: Option<[f64; 2]>| {
        a.zip(b).is_some_and(|(a, b)| a[1] <= b[0] || b[1] <= a[0])
    };
    let times =
        |start: Option<f64>, end: Option<f64>| start.zip(end).map(|(start, end)| [start, end]);
    !apart(finding.band_hz, figure.band_hz)
        && !apart(
            times(finding.start_s, finding.end_s),
            times(figure.start_s, figure.end_s),
        )
}

fn write(rule: &Rule, report: &Report, figure: Figure, severity: Severity) -> Finding {
    let advice = advice::fill(rule.advice, rule.limits, &figure, report);
    let mut facts = figure.facts;
    for id in rule.cites {
        let known = report.fact(id).is_some_and(|fact| fact.value.is_some());
        if known && !facts.iter().any(|fact| fact == id) {
            facts.push((*id).to_owned());
        }
    }
    Finding {
        id: rule.id.into(),
        severity,
        title: rule.title.into(),
        start_s: figure.start_s,
        end_s: figure.end_s,
        band_hz: figure.band_hz,
        facts,
        advice,
        source: rule.source.into(),
    }
}
