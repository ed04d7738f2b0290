//! Fills the numbers into a rule's advice.

use contract::report::Report;

use super::Figure;
use super::rules::Limits;

/// Replaces each `{name}`:
/// `value`, its `size` without sign, `excess` over the first limit; `start`, `end` and `at` as minutes and
/// seconds; `low` and `high` edge, `hz` centre and `q` of the band; `cut`, a careful first correction; `count`, the value as a
/// whole number; `target:N`, how many dB the value lies above N.
pub(super) fn fill(template: &str, limits: Limits, figure: &Figure, report: &Report) -> String {
    let mut text = String::with_capacity(template.len() + 32);
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let Some((name, tail)) = after.split_once('}') else {
            break;
        };
        text.push_str(&word(name, limits, figure, report));
        rest = tail;
    }
    text.push_str(rest);
    text
}

fn word(name: &str, limits: Limits, figure: &Figure, report: &Report) -> String {
    let first = match limits {
        Limits::Above(steps) | Limits::Below(steps) | Limits::Beyond(steps) => {
            steps.first().map_or(0.0, |step| step.0)
        }
    };
    let band = figure.band_hz.unwrap_or([20.0, 20_000.0]);
    let centre = (band[0] * band[1]).sqrt();
    match name {
        "value" => number(figure.value),
        "size" => number(figure.value.abs()),
        "excess" => number(match limits {
            Limits::Beyond(_) => figure.value.abs() - first,
            _ => (figure.value - first).abs(),
        }),
        "count" => format!("{:.0}", figure.value),
        "start" => clock(figure.start_s.unwrap_or(0.0)),
        "end" => clock(figure.end_s.unwrap_or(report.file.duration_s)),
        "at" => clock(figure.at_s.or(figure.start_s).unwrap_or(0.0)),
        "low" => hertz(band[0]),
        "high" => hertz(band[1]),
        "hz" => hertz(centre),
        "q" => format!(
            "{:.1}",
            (centre / (band[1] - band[0]).max(1.0)).clamp(0.5, 4.3)
        ),
        "cut" => number(correction(figure.value)),
        other => match other
            .strip_prefix("target:")
            .and_then(|target| target.parse::<f64>().ok())
        {
            Some(target) => number((figure.value - target).abs()),
            None => String::new(),
        },
    }
}

/// Two thirds of what is off, against it, in half decibels from 1 to 6: what is left is judged by ear.
fn correction(value: f64) -> f64 {
    let half_steps = (value.abs() * 2.0 / 3.0 * 2.0).round() / 2.0;
    -value.signum() * half_steps.clamp(1.0, 6.0)
}

/// One decimal, and none where it is zero; with a true minus sign.
fn number(value: f64) -> String {
    let text = format!("{:.1}", value.abs());
    let text = text.strip_suffix(".0").unwrap_or(&text);
    if value < 0.0 && text != "0" {
        format!("−{text}")
    } else {
        text.to_owned()
    }
}

fn hertz(hz: f64) -> String {
    if hz < 100.0 {
        return format!("{hz:.0} Hz");
    }
    let step = 10f64.powf(hz.log10().floor() - 1.0);
    let hz = (hz / step).round() * step;
    if hz < 1_000.0 {
        format!("{hz:.0} Hz")
    } else {
        format!("{} kHz", number(hz / 1_000.0))
    }
}

fn clock(seconds: f64) -> String {
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_as_people_write_them() {
        assert_eq!(number(-3.04), "−3");
        assert_eq!(number(1.25), "1.2");
        assert_eq!(hertz(57.6), "58 Hz");
        assert_eq!(hertz(12_345.0), "12 kHz");
        assert_eq!(hertz(2_240.0), "2.2 kHz");
        assert_eq!(clock(83.4), "1:23");
        assert_eq!(clock(3_723.0), "1:02:03");
        assert_eq!(correction(4.5), -3.0);
        assert_eq!(correction(-30.0), 6.0);
    }
}
