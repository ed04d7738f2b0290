//! Figures as text, by integers alone: the same on the server and in the browser, and without the
//! float formatting that would come along into wasm.

/// The true minus sign of typography, as wide as the plus.
pub const MINUS: char = '\u{2212}';

/// `-3.25, 1` → `−3.3`; `0.04, 1` → `0.0`. No sign before a value that rounds to nothing.
pub fn fixed(value: f64, decimals: u32) -> String {
    text(value, decimals, false)
}

/// As [`fixed`], with a plus before what is above nothing: for differences.
pub fn signed(value: f64, decimals: u32) -> String {
    text(value, decimals, true)
}

fn text(value: f64, decimals: u32, plus: bool) -> String {
    if !value.is_finite() {
        return String::from("–");
    }
    let scale = 10_i64.pow(decimals.min(6));
    let scaled = (value * scale as f64).round() as i64;
    let (whole, rest) = (
        scaled.unsigned_abs() / scale as u64,
        scaled.unsigned_abs() % scale as u64,
    );
    let mut out = String::with_capacity(12);
    if scaled < 0 {
        out.push(MINUS);
    } else if plus && scaled > 0 {
        out.push('+');
    }
    out.push_str(&whole.to_string());
    if decimals > 0 {
        out.push('.');
        let digits = rest.to_string();
        for _ in digits.len()..decimals.min(6) as usize {
            out.push('0');
        }
        out.push_str(&digits);
    }
    out
}

/// `1536` → `1.5 KB`, by powers of a thousand, as disks and browsers count.
pub fn bytes(count: u64) -> String {
    const UNITS: [&str; 4] = ["KB", "MB", "GB", "TB"];
    if count < 1000 {
        return [&count.to_string(), " B"].concat();
    }
    let mut value = count as f64 / 1000.0;
    let mut unit = 0;
    while value >= 999.95 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    let decimals = u32::from(value < 99.95);
    [&fixed(value, decimals), " ", UNITS[unit]].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn minus_is_a_real_minus_and_zero_has_no_sign() {
        assert_eq!(signed(-3.26, 1), "\u{2212}3.3");
        assert_eq!(signed(4.1, 1), "+4.1");
        assert_eq!(signed(-0.04, 1), "0.0");
        assert_eq!(signed(0.0, 2), "0.00");
        assert_eq!(fixed(12.0, 0), "12");
        assert_eq!(fixed(-9.805, 2), "\u{2212}9.81");
        assert_eq!(fixed(1.05, 2), "1.05");
        assert_eq!(fixed(f64::NAN, 1), "–");
    }

    #[test]
    fn sizes_keep_three_figures() {
        assert_eq!(bytes(999), "999 B");
        assert_eq!(bytes(1500), "1.5 KB");
        assert_eq!(bytes(212_000_000), "212 MB");
        assert_eq!(bytes(2_147_483_648), "2.1 GB");
        assert_eq!(bytes(999_960), "1.0 MB");
    }
}
