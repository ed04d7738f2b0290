//! What was measured, laid out for comparing.

use contract::report::{Fact, Report, Value};

use super::{
    tokens::Sign,
    words::{Quantity, Unit},
};

/// Every figure that a claim may agree with.
#[derive(Debug, Default)]
pub(in super::super) struct Known {
    values: Vec<(Unit, f64)>,
    /// Pitch class and whether it is minor.
    keys: Vec<(u8, bool)>,
    /// Where problems lie; "a resonance at 212 Hz" must lie in one.
    bands: Vec<[f64; 2]>,
}

impl Known {
    pub(in super::super) fn of(report: Option<&Report>) -> Self {
        let mut known = Self::default();
        let Some(report) = report else { return known };
        known.take_report(report);
        if let Some(reference) = report.reference.as_deref() {
            known.take_report(reference);
        }
        for difference in report
            .differences
            .iter()
            .flatten()
            .filter(|difference| is_told_apart(&difference.id))
        {
            if let (Some(value), Some(unit)) = (difference.value, unit_of(&difference.unit)) {
                // A difference between two loudnesses is one of levels.
                let unit = if matches!(unit, Unit::Lufs | Unit::TruePeak | Unit::FullScale) {
                    Unit::Decibel
                } else {
                    unit
                };
                known.values.push((unit, value));
            }
        }
        known
    }

    fn take_report(&mut self, report: &Report) {
        let file = &report.file;
        self.values.push((Unit::Seconds, file.duration_s));
        self.values.push((Unit::Hertz, f64::from(file.sample_rate)));
        for fact in report.facts.iter().filter(|fact| is_told_apart(&fact.id)) {
            self.take_fact(fact);
        }
        for section in &report.sections {
            self.take_stretch(Some(section.start_s), Some(section.end_s));
            self.values
                .extend(section.loudness_lufs.map(|value| (Unit::Lufs, value)));
        }
        for finding in &report.findings {
            self.take_stretch(finding.start_s, finding.end_s);
            self.bands.extend(finding.band_hz);
        }
    }

    fn take_fact(&mut self, fact: &Fact) {
        self.take_stretch(fact.start_s, fact.end_s);
        self.values.extend(fact.at_s.map(|at| (Unit::Seconds, at)));
        self.values
            .extend(fact.events.iter().map(|event| (Unit::Seconds, event.at_s)));
        self.values.extend(
            fact.confidence
                .map(|confidence| (Unit::Percent, confidence * 100.0)),
        );
        if fact.id.contains("stretch") {
            self.bands.extend(fact.band_hz);
        }
        let alternates = fact.alternates.iter().map(|alternate| &alternate.value);
        for value in fact.value.iter().chain(alternates) {
            match (value, unit_of(&fact.unit)) {
                (Value::Number(value), Some(unit)) => {
                    self.values.push((unit, *value));
                    if fact.id.contains("mono_loss") || fact.id.contains("stretch") {
                        // What is lost is said with either sign.
                        self.values.push((unit, -value));
                    }
                    // "The peak is +0.2 dB": the scale goes without saying.
                    if matches!(unit, Unit::TruePeak | Unit::FullScale)
                        && !fact.id.starts_with("spectrum")
                    {
                        self.values.push((Unit::Decibel, *value));
                    }
                }
                (Value::Number(value), None) if fact.unit.is_empty() && value.abs() <= 1.0 => {
                    self.values.push((Unit::Percent, value * 100.0));
                }
                (Value::Text(text), _) if fact.id == "key.name" => {
                    self.keys.extend(parse_key(text));
                }
                _ => {}
            }
        }
    }

    fn take_stretch(&mut self, start: Option<f64>, end: Option<f64>) {
        self.values.extend(
            [start, end]
                .into_iter()
                .flatten()
                .map(|time| (Unit::Seconds, time)),
        );
        if let (Some(start), Some(end)) = (start, end) {
            self.values.push((Unit::Seconds, end - start));
        }
    }

    /// Whether a measurement agrees with the claim, within the rounding that it shows.
    pub(in super::super) fn agrees(&self, claim: &Quantity) -> bool {
        match claim {
            Quantity::Key { pitch, is_minor } => self.keys.contains(&(*pitch, *is_minor)),
            Quantity::Number {
                unit,
                low,
                high,
                rounding,
                sign,
            } => {
                let tolerance = rounding + 1e-6;
                let is_within = |value: f64| value >= low - tolerance && value <= high + tolerance;
                let agrees = |value: f64| match sign {
                    Sign::Plus | Sign::Minus => is_within(value),
                    // "9.8 LUFS", "4 dB under the reference"
                    Sign::None | Sign::Either => is_within(value) || is_within(-value),
                };
                self.values
                    .iter()
                    .any(|(own, value)| own == unit && agrees(*value))
            }
        }
    }

    /// Whether a problem was found at this frequency.
    pub(in super::super) fn has_problem_at(&self, claim: &Quantity) -> bool {
        matches!(claim, Quantity::Number { unit: Unit::Hertz, low, high, .. }
            if self.bands.iter().any(|[from, to]| *high >= from * 0.89 && *low <= to * 1.12))
    }
}

/// Levels of every third of an octave in every section are hundreds of figures: any claim would agree
/// with one of them by chance.
fn is_told_apart(id: &str) -> bool {
    !(id.contains("section.") && id.contains(".spectrum."))
}

fn unit_of(unit: &str) -> Option<Unit> {
    Some(match unit {
        "LUFS" => Unit::Lufs,
        "LU" | "dB" => Unit::Decibel,
        "dBTP" => Unit::TruePeak,
        "dBFS" => Unit::FullScale,
        "dB/oct" => Unit::Slope,
        "Hz" => Unit::Hertz,
        "BPM" => Unit::Bpm,
        "%" => Unit::Percent,
        "s" => Unit::Seconds,
        _ => return None,
    })
}

fn parse_key(text: &str) -> Option<(u8, bool)> {
    let sentence = super::words::sentences(&format!("in {text}"))
        .into_iter()
        .next()?;
    sentence
        .figures
        .into_iter()
        .find_map(|figure| match figure.quantity {
            Quantity::Key { pitch, is_minor } => Some((pitch, is_minor)),
            Quantity::Number { .. } => None,
        })
}
