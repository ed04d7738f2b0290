//! Figures and times as a musician reads them.

/// The true minus sign, as wide as the plus.
pub(super) const MINUS: char = '\u{2212}';

/// A value with its unit: `−9.8 LUFS`, `+0.2 dBTP`, `71%`. `plus` shows the sign of a difference.
pub(super) fn figure(value: f64, unit: &str, id: &str, plus: bool) -> String {
    let size = value.abs();
    let (value, decimals, suffix) = match unit {
        "LUFS" | "LU" | "dBTP" | "dBFS" | "dB" | "dB/oct" => (value, 1, [" ", unit].concat()),
        "BPM" => (
            value,
            usize::from((value - value.round()).abs() >= 0.05),
            " BPM".to_owned(),
        ),
        "Hz" if size >= 1000.0 => {
            let kilo = value / 1000.0;
            (
                kilo,
                usize::from((kilo - kilo.round()).abs() >= 0.05),
                " kHz".to_owned(),
            )
        }
        "Hz" => (
            value,
            usize::from(size < 100.0 && (value - value.round()).abs() >= 0.05),
            " Hz".to_owned(),
        ),
        "s" => (value, if size < 10.0 { 2 } else { 1 }, " s".to_owned()),
        "%" => (value, decimals_of_percent(size), "%".to_owned()),
        "1/s" => (value, 1, " per second".to_owned()),
        "bit" | "cents" => (value, 0, [" ", unit].concat()),
        "" if value.fract() == 0.0 && !id.contains("correlation") => (value, 0, String::new()),
        "" => (value, 2, String::new()),
        _ => (value, 1, [" ", unit].concat()),
    };
    let plus = plus
        || matches!(unit, "LUFS" | "dBTP" | "dBFS" | "dB/oct" | "cents")
        || id.contains("correlation")
        || id.ends_with("balance");
    let mut text = number(value, decimals, plus);
    text.push_str(&suffix);
    text
}

fn decimals_of_percent(size: f64) -> usize {
    match size {
        _ if size >= 9.95 || size == 0.0 => 0,
        _ if size >= 0.995 => 1,
        _ => 2,
    }
}

fn number(value: f64, decimals: usize, plus: bool) -> String {
    let text = format!("{:.decimals$}", value.abs());
    // What rounds to nothing has no sign.
    let is_zero = text.bytes().all(|byte| byte == b'0' || byte == b'.');
    match (is_zero, value < 0.0) {
        (false, true) => format!("{MINUS}{text}"),
        (false, false) if plus => format!("+{text}"),
        _ => text,
    }
}

/// `1:12`, `1:02:03`.
pub(super) fn clock(seconds: f64) -> String {
    // Files are hours long at most; the cast saturates.
    let seconds = seconds.max(0.0).round() as u64;
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{rest:02}")
    } else {
        format!("{minutes}:{rest:02}")
    }
}

/// `1:12–1:20`
pub(super) fn stretch(start: f64, end: Option<f64>) -> String {
    match end {
        Some(end) if clock(end) != clock(start) => [&clock(start), "–", &clock(end)].concat(),
        _ => clock(start),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_read_as_on_a_meter() {
        let cases = [
            (-9.84, "LUFS", "loudness.integrated", false, "−9.8 LUFS"),
            (0.2, "dBTP", "peak.true", false, "+0.2 dBTP"),
            (-0.04, "dBTP", "peak.true", false, "0.0 dBTP"),
            (4.13, "dB", "difference.spectrum.band.63", true, "+4.1 dB"),
            (11.2, "dB", "dynamics.plr", false, "11.2 dB"),
            (124.02, "BPM", "tempo.bpm", false, "124 BPM"),
            (123.5, "BPM", "tempo.bpm", false, "123.5 BPM"),
            (71.4, "%", "stereo.width", false, "71%"),
            (0.021, "%", "dc.offset", false, "0.02%"),
            (0.94, "", "stereo.correlation", false, "+0.94"),
            (-0.31, "", "stereo.correlation.bass", false, "−0.31"),
            (1.0, "", "stereo.correlation", false, "+1.00"),
            (14.0, "", "clipping.runs", false, "14"),
            (2500.0, "Hz", "x", false, "2.5 kHz"),
            (58.27, "Hz", "x", false, "58.3 Hz"),
            (-12.0, "cents", "key.tuning", false, "−12 cents"),
            (24.0, "bit", "depth.effective", false, "24 bit"),
            (3.26, "1/s", "transients.density", false, "3.3 per second"),
        ];
        for (value, unit, id, plus, text) in cases {
            assert_eq!(figure(value, unit, id, plus), text);
        }
    }

    #[test]
    fn times_read_as_on_a_player() {
        assert_eq!(stretch(72.0, Some(80.0)), "1:12–1:20");
        assert_eq!(stretch(71.96, None), "1:12");
        assert_eq!(stretch(5.0, Some(5.2)), "0:05");
        assert_eq!(stretch(3723.0, None), "1:02:03");
    }
}
