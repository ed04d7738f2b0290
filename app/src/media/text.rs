//! Readings as words. Numbers and times themselves are written by `crate::ui`.

use crate::ui::number::fixed;

/// What stands where nothing could be measured.
pub(crate) const UNKNOWN: &str = "–";

pub(crate) fn or_dash(value: Option<f64>, decimals: u32) -> String {
    value.map_or_else(|| UNKNOWN.to_owned(), |value| fixed(value, decimals))
}

/// "63 Hz", "2.5 kHz".
pub(crate) fn frequency(hz: f64) -> String {
    if hz < 1_000.0 {
        let decimals = u32::from(hz < 100.0 && hz.fract() > 0.05);
        return [&fixed(hz, decimals), " Hz"].concat();
    }
    let text = fixed(hz / 1_000.0, 2);
    [text.trim_end_matches('0').trim_end_matches('.'), " kHz"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frequencies_read_as_people_say_them() {
        assert_eq!(frequency(31.5), "31.5 Hz");
        assert_eq!(frequency(60.0), "60 Hz");
        assert_eq!(frequency(1_000.0), "1 kHz");
        assert_eq!(frequency(3_150.0), "3.15 kHz");
        assert_eq!(or_dash(None, 1), UNKNOWN);
    }
}
