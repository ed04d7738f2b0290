//! Points in time, in any of the ways that exports write them.

use contract::Timestamp;

const SECOND: i64 = 1_000_000;
/// The year 2000.
const FIRST: i64 = 946_684_800 * SECOND;
/// The year 2100. What lies outside is a mistake or a joke, and better unknown than believed.
const END: i64 = 4_102_444_800 * SECOND;

/// Seconds, milliseconds, microseconds or nanoseconds: in our century only one of them fits.
pub(super) fn whole(number: i64) -> Option<Timestamp> {
    [
        number.checked_mul(SECOND),
        number.checked_mul(1_000),
        Some(number),
        Some(number / 1_000),
    ]
    .into_iter()
    .flatten()
    .find_map(believed)
}

pub(super) fn real(number: f64) -> Option<Timestamp> {
    // A cast of what is out of range, or not a number, ends outside of our century.
    [1e6, 1e3, 1.0, 1e-3]
        .into_iter()
        .find_map(|scale| believed((number * scale).round() as i64))
}

pub(super) fn text(text: &str) -> Option<Timestamp> {
    let text = text.trim();
    if let Ok(number) = text.parse() {
        whole(number)
    } else if let Ok(number) = text.parse() {
        real(number)
    } else {
        rfc3339(text).and_then(believed)
    }
}

fn believed(micros: i64) -> Option<Timestamp> {
    (FIRST..END).contains(&micros).then_some(Timestamp(micros))
}

/// RFC 3339, and what Python writes when it is not asked: a space for the T, no zone (which is UTC).
fn rfc3339(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    let mut date = date.split('-');
    let year = digits(date.next()?, 4)?;
    let month = digits(date.next()?, 2)?;
    let day = digits(date.next()?, 2)?;
    let fits = date.next().is_none()
        && (1..=12).contains(&month)
        && (1..=days_in(year, month)).contains(&day);
    if !fits {
        return None;
    }
    let midnight = days_since_1970(year, month, day) * 86_400;
    let Some(rest) = rest.strip_prefix(['T', 't', ' ']) else {
        return rest.is_empty().then_some(midnight * SECOND);
    };
    let zone_at = rest
        .find(|c: char| !(c.is_ascii_digit() || c == ':' || c == '.'))
        .unwrap_or(rest.len());
    let (clock, zone) = rest.split_at_checked(zone_at)?;
    Some((midnight - offset(zone.trim())?) * SECOND + time_of_day(clock)?)
}

fn time_of_day(clock: &str) -> Option<i64> {
    let mut clock = clock.split(':');
    let hour = digits(clock.next()?, 2)?;
    let minute = digits(clock.next()?, 2)?;
    let seconds = clock.next().unwrap_or("00");
    let (second, fraction) = seconds.split_once('.').unwrap_or((seconds, ""));
    let second = digits(second, 2)?;
    if clock.next().is_some() || hour > 23 || minute > 59 || second > 60 {
        return None;
    }
    let micros = fraction
        .chars()
        .chain("000000".chars())
        .take(6)
        .try_fold(0, |sum, c| Some(sum * 10 + i64::from(c.to_digit(10)?)))?;
    Some((hour * 3_600 + minute * 60 + second) * SECOND + micros)
}

/// In seconds, east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    let (sign, zone) = match zone.split_at_checked(1) {
        None => return Some(0),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        Some(_) => {
            let is_utc = ["z", "utc", "gmt"].contains(&zone.to_ascii_lowercase().as_str());
            return is_utc.then_some(0);
        }
    };
    let plain: String = zone.chars().filter(|&c| c != ':').collect();
    let (hours, minutes) = plain.split_at_checked(2)?;
    let minutes = if minutes.is_empty() {
        0
    } else {
        digits(minutes, 2)?
    };
    Some(sign * (digits(hours, 2)? * 3_600 + minutes * 60))
}

fn digits(text: &str, count: usize) -> Option<i64> {
    let plain = text.len() == count && text.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

const fn days_in(year: i64, month: i64) -> i64 {
    match month {
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Howard Hinnant's `days_from_civil`: years begin in March, so that a leap day is a year's last.
const fn days_since_1970(year: i64, month: i64, day: i64) -> i64 {
    let year = if month <= 2 { year - 1 } else { year };
    let era = year.div_euclid(400);
    let of_era = year.rem_euclid(400);
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468
}
