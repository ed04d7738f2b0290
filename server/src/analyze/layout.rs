//! Figures and lines as a terminal shows them, 80 columns wide.

use contract::report::Value;

pub(super) const WIDTH: usize = 80;

/// With the decimals that the unit deserves, a real minus sign, and the unit.
pub(super) fn figure(value: Option<&Value>, unit: &str) -> String {
    match value {
        Some(Value::Number(number)) => with_unit(&decimal(*number, unit), unit),
        Some(Value::Text(text)) => with_unit(text, unit),
        None => "–".to_owned(),
    }
}

/// A difference says which way it goes. A ratio of levels differs by decibels or loudness units.
pub(super) fn signed(number: f64, unit: &str) -> String {
    let text = decimal(number, unit);
    let is_zero = text.chars().all(|c| !c.is_ascii_digit() || c == '0');
    let sign = if number > 0.0 && !is_zero { "+" } else { "" };
    let unit = match unit {
        "LUFS" => "LU",
        "dBFS" | "dBTP" => "dB",
        unit => unit,
    };
    with_unit(&format!("{sign}{text}"), unit)
}

fn decimal(number: f64, unit: &str) -> String {
    let decimals = match unit {
        "bit" | "Hz" | "cents" => 0,
        "s" => 2,
        "" if number.fract() == 0.0 => 0,
        "" => 2,
        _ => 1,
    };
    let text = format!("{number:.decimals$}");
    match text.strip_prefix('-') {
        // Minus nothing is nothing.
        Some(rest) if rest.chars().all(|c| matches!(c, '0' | '.')) => rest.to_owned(),
        Some(rest) => format!("−{rest}"),
        None => text,
    }
}

fn with_unit(text: &str, unit: &str) -> String {
    if unit.is_empty() {
        text.to_owned()
    } else {
        format!("{text} {unit}")
    }
}

/// `1:02`, `1:00:02`.
pub(super) fn clock(seconds: f64) -> String {
    let whole = seconds.max(0.0).round() as u64;
    match (whole / 3_600, whole / 60 % 60, whole % 60) {
        (0, minutes, seconds) => format!("{minutes}:{seconds:02}"),
        (hours, minutes, seconds) => format!("{hours}:{minutes:02}:{seconds:02}"),
    }
}

pub(super) fn stretch(start_s: Option<f64>, end_s: Option<f64>) -> Option<String> {
    match (start_s, end_s) {
        (Some(start), Some(end)) => Some(format!("{} to {}", clock(start), clock(end))),
        (Some(start), None) => Some(clock(start)),
        _ => None,
    }
}

pub(super) fn bytes(count: u64) -> String {
    let count = count as f64;
    let (amount, unit) = match count {
        _ if count < 1024.0 => return format!("{count} bytes"),
        _ if count < f64::from(1 << 20) => (count / 1024.0, "KB"),
        _ if count < f64::from(1 << 30) => (count / f64::from(1 << 20), "MB"),
        _ => (count / f64::from(1 << 30), "GB"),
    };
    format!("{amount:.1} {unit}")
}

/// One row of blocks from low to high; a gap where there is nothing.
pub(super) fn sparkline(values: &[Option<f32>], columns: usize) -> String {
    const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let columns = columns.min(values.len());
    let highest = |part: &[Option<f32>]| part.iter().flatten().copied().reduce(f32::max);
    let cells: Vec<Option<f32>> = (0..columns)
        .map(|column| {
            highest(&values[column * values.len() / columns..(column + 1) * values.len() / columns])
        })
        .collect();
    let Some(top) = highest(&cells) else {
        return String::new();
    };
    // Thirty units below the loudest is as good as silence on so few rows.
    let bottom = cells
        .iter()
        .flatten()
        .copied()
        .fold(top, f32::min)
        .max(top - 30.0)
        .min(top - 1.0);
    let block = |value: f32| {
        BLOCKS[(((value - bottom) / (top - bottom)).clamp(0.0, 1.0) * 7.0).round() as usize]
    };
    cells
        .into_iter()
        .map(|cell| cell.map_or(' ', block))
        .collect()
}

/// Lines of at most `WIDTH`, each behind `indent` spaces.
pub(super) fn wrap(text: &str, indent: usize) -> String {
    let mut lines = String::new();
    let mut column = WIDTH;
    for word in text.split_whitespace() {
        let length = word.chars().count();
        if column + 1 + length > WIDTH {
            if !lines.is_empty() {
                lines.push('\n');
            }
            lines.push_str(&" ".repeat(indent));
            column = indent;
        } else {
            lines.push(' ');
            column += 1;
        }
        lines.push_str(word);
        column += length;
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_have_a_real_minus_and_no_minus_zero() {
        assert_eq!(figure(Some(&Value::Number(-14.04)), "LUFS"), "−14.0 LUFS");
        assert_eq!(figure(Some(&Value::Number(-0.04)), "dB"), "0.0 dB");
        assert_eq!(
            figure(Some(&Value::Text("A minor".to_owned())), ""),
            "A minor"
        );
        assert_eq!(figure(None, "BPM"), "–");
        assert_eq!(
            (
                signed(1.26, "LUFS"),
                signed(-1.2, "dBTP"),
                signed(0.01, "dB")
            ),
            ("+1.3 LU".into(), "−1.2 dB".into(), "0.0 dB".into())
        );
    }

    #[test]
    fn clocks_and_sizes_read_like_a_players() {
        assert_eq!(
            (clock(62.4), clock(3_602.0)),
            ("1:02".to_owned(), "1:00:02".to_owned())
        );
        assert_eq!(
            (bytes(12), bytes(61_131_980)),
            ("12 bytes".to_owned(), "58.3 MB".to_owned())
        );
    }

    #[test]
    fn lines_stay_within_the_width() {
        let text = wrap(&"word ".repeat(60), 5);
        assert!(
            text.lines()
                .all(|line| line.chars().count() <= WIDTH && line.starts_with("     word"))
        );
        assert_eq!(text.split_whitespace().count(), 60);
    }

    #[test]
    fn sparklines_rise_and_leave_gaps() {
        assert_eq!(sparkline(&[Some(-30.0), None, Some(-10.0)], 10), "▁ █");
        assert_eq!(sparkline(&[], 10), "");
        assert_eq!(sparkline(&[None, None], 10), "");
        assert_eq!(sparkline(&vec![Some(-10.0); 600], 60).chars().count(), 60);
    }
}
