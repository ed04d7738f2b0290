//! The headline figures of the card.

use contract::{
    media::Figure,
    report::{Report, Severity},
};

/// How a figure is written.
#[derive(Clone, Copy)]
enum Form {
    Plain,
    /// Always with its sign: what crosses zero.
    Signed,
    Text,
}

struct Row {
    fact: &'static str,
    label: &'static str,
    unit: &'static str,
    form: Form,
    decimals: usize,
}

const ROWS: [Row; 7] = [
    Row {
        fact: "loudness.integrated",
        label: "Integrated",
        unit: "LUFS",
        form: Form::Plain,
        decimals: 1,
    },
    Row {
        fact: TRUE_PEAK,
        label: "True peak",
        unit: "dBTP",
        form: Form::Signed,
        decimals: 1,
    },
    Row {
        fact: "loudness.range",
        label: "LRA",
        unit: "LU",
        form: Form::Plain,
        decimals: 1,
    },
    Row {
        fact: "dynamics.plr",
        label: "PLR",
        unit: "dB",
        form: Form::Plain,
        decimals: 1,
    },
    Row {
        fact: "stereo.correlation",
        label: "Correlation",
        unit: "",
        form: Form::Signed,
        decimals: 2,
    },
    Row {
        fact: "tempo.bpm",
        label: "Tempo",
        unit: "BPM",
        form: Form::Plain,
        decimals: 1,
    },
    Row {
        fact: "key.name",
        label: "Key",
        unit: "",
        form: Form::Text,
        decimals: 0,
    },
];

const TRUE_PEAK: &str = "peak.true";

pub(super) fn figures(report: &Report) -> Vec<Figure> {
    ROWS.iter().map(|row| figure(report, row)).collect()
}

fn figure(report: &Report, row: &Row) -> Figure {
    let reference = report.reference.as_deref();
    let delta = reference.and_then(|reference| match row.form {
        Form::Text => semitones(text(report, row.fact)?, text(reference, row.fact)?),
        Form::Plain | Form::Signed => Some(number::signed(
            report.number(row.fact)? - reference.number(row.fact)?,
            row.decimals,
        )),
    });
    Figure {
        fact: row.fact.to_owned(),
        label: row.label.to_owned(),
        unit: row.unit.to_owned(),
        a: shown(report, row),
        b: reference.and_then(|reference| shown(reference, row)),
        delta,
        over: row.fact == TRUE_PEAK && is_over(report),
    }
}

fn shown(report: &Report, row: &Row) -> Option<String> {
    Some(match row.form {
        Form::Plain => number::plain(report.number(row.fact)?, row.decimals),
        Form::Signed => number::signed(report.number(row.fact)?, row.decimals),
        Form::Text => text(report, row.fact)?
            .replace("minor", "min")
            .replace("major", "maj"),
    })
}

fn text<'a>(report: &'a Report, fact: &str) -> Option<&'a str> {
    report.fact(fact)?.value.as_ref()?.text()
}

fn is_over(report: &Report) -> bool {
    let found = |finding: &contract::report::Finding| {
        finding.severity == Severity::High && finding.id.starts_with("peak.")
    };
    report.number(TRUE_PEAK).is_some_and(|peak| peak > 0.0) || report.findings.iter().any(found)
}

/// The shorter way from the reference's tonic to the mix's.
fn semitones(mix: &str, reference: &str) -> Option<String> {
    let up = (tonic(mix)? - tonic(reference)?).rem_euclid(12);
    let way = if up > 6 { up - 12 } else { up };
    Some(format!("{} st", number::signed(f64::from(way), 0)))
}

fn tonic(key: &str) -> Option<i32> {
    let mut letters = key.chars();
    let natural = match letters.next()? {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    Some(match letters.next() {
        Some('♯' | '#') => natural + 1,
        Some('♭' | 'b') => natural - 1,
        _ => natural,
    })
}

/// Numbers for reading: rounded, with real minus signs.
pub(super) mod number {
    pub(crate) fn plain(value: f64, decimals: usize) -> String {
        let text = format!("{value:.decimals$}");
        match text.strip_prefix('-') {
            // What rounds to nothing has no sign.
            Some(rest) if rest.bytes().all(|byte| matches!(byte, b'0' | b'.')) => rest.to_owned(),
            Some(rest) => format!("−{rest}"),
            None => text,
        }
    }

    pub(crate) fn signed(value: f64, decimals: usize) -> String {
        let text = plain(value, decimals);
        let is_nothing = text.bytes().all(|byte| matches!(byte, b'0' | b'.'));
        if value > 0.0 && !is_nothing {
            format!("+{text}")
        } else {
            text
        }
    }

    /// With as many decimals as the unit deserves.
    pub(crate) fn by_unit(value: f64, unit: &str) -> String {
        match unit {
            "dBTP" | "dB" => signed(value, 1),
            "" if value.fract() == 0.0 => plain(value, 0),
            "" => signed(value, 2),
            "%" | "bit" | "cents" | "Hz" => plain(value, 0),
            _ => plain(value, 1),
        }
    }

    /// "60 Hz", "3.2 kHz".
    pub(crate) fn hertz(hz: f64) -> String {
        if hz < 1_000.0 {
            return format!("{hz:.0} Hz");
        }
        let thousands = format!("{:.1}", hz / 1_000.0);
        format!("{} kHz", thousands.trim_end_matches(".0"))
    }
}

#[cfg(test)]
mod tests {
    use super::{number, semitones};

    #[test]
    fn numbers_read_well() {
        assert_eq!(number::plain(-9.84, 1), "−9.8");
        assert_eq!(number::plain(-0.04, 1), "0.0");
        assert_eq!(number::signed(0.24, 1), "+0.2");
        assert_eq!(number::signed(0.04, 1), "0.0");
        assert_eq!(number::signed(-0.09, 2), "−0.09");
        assert_eq!(number::hertz(63.0), "63 Hz");
        assert_eq!(number::hertz(3_000.0), "3 kHz");
        assert_eq!(number::hertz(2_828.4), "2.8 kHz");
    }

    #[test]
    fn keys_are_apart_by_the_shorter_way() {
        assert_eq!(semitones("F♯ minor", "A minor").as_deref(), Some("−3 st"));
        assert_eq!(semitones("B major", "C major").as_deref(), Some("−1 st"));
        assert_eq!(semitones("E♭ minor", "E♭ major").as_deref(), Some("0 st"));
        assert_eq!(semitones("?", "A minor"), None);
    }
}
