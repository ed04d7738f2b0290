//! Times as text, by integers alone. [`super::moment`] draws them.

use contract::Timestamp;

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];
const WEEKDAYS: [&str; 7] = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"];

/// A moment in a file: `1:12`, `1:02:03`. Whole seconds, never rounded up to a moment not yet reached.
pub fn clock(seconds: f64) -> String {
    let total = if seconds.is_finite() && seconds > 0.0 {
        seconds as u64
    } else {
        0
    };
    let (hours, minutes, seconds) = (total / 3600, total / 60 % 60, total % 60);
    if hours > 0 {
        [&hours.to_string(), ":", &two(minutes), ":", &two(seconds)].concat()
    } else {
        [&minutes.to_string(), ":", &two(seconds)].concat()
    }
}

/// As [`clock`], with tenths: `1:16.6`.
pub fn clock_tenths(seconds: f64) -> String {
    let seconds = if seconds.is_finite() && seconds > 0.0 {
        seconds
    } else {
        0.0
    };
    [
        &clock(seconds),
        ".",
        &((seconds * 10.0) as u64 % 10).to_string(),
    ]
    .concat()
}

fn two(value: u64) -> String {
    let mut text = value.to_string();
    if value < 10 {
        text.insert(0, '0');
    }
    text
}

/// A day and a time of day, in whatever zone it was made for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Civil {
    pub year: i64,
    /// 1 to 12
    pub month: u32,
    pub day: u32,
    pub hour: u32,
    pub minute: u32,
    pub second: u32,
    /// 0 is Sunday.
    pub weekday: u32,
    /// Days since 1970-01-01: to tell today from yesterday.
    pub day_number: i64,
}

impl Civil {
    pub fn utc(at: Timestamp) -> Self {
        Self::shifted(at, 0)
    }

    /// `offset_min` east of Greenwich.
    pub fn shifted(at: Timestamp, offset_min: i64) -> Self {
        let seconds = at.seconds() + offset_min * 60;
        let day_number = seconds.div_euclid(86_400);
        let of_day = seconds.rem_euclid(86_400) as u32;
        // Howard Hinnant's civil_from_days: years begin in March, eras have 400 years.
        let shifted = day_number + 719_468;
        let era = shifted.div_euclid(146_097);
        let day_of_era = shifted.rem_euclid(146_097);
        let year_of_era =
            (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = (day_of_year - (153 * month_from_march + 2) / 5 + 1) as u32;
        let month = if month_from_march < 10 {
            month_from_march + 3
        } else {
            month_from_march - 9
        } as u32;
        let year = year_of_era + era * 400 + i64::from(month <= 2);
        Self {
            year,
            month,
            day,
            hour: of_day / 3600,
            minute: of_day / 60 % 60,
            second: of_day % 60,
            weekday: (day_number + 4).rem_euclid(7) as u32,
            day_number,
        }
    }

    pub fn clock(&self) -> String {
        [&two(self.hour.into()), ":", &two(self.minute.into())].concat()
    }

    /// `14 Nov`
    pub fn day_month(&self) -> String {
        [
            &self.day.to_string(),
            " ",
            MONTHS[(self.month as usize).saturating_sub(1) % 12],
        ]
        .concat()
    }

    pub fn weekday_name(&self) -> &'static str {
        WEEKDAYS[self.weekday as usize % 7]
    }

    /// The shortest text that still tells the day, seen from `now`.
    pub fn near(&self, now: &Self) -> String {
        match now.day_number - self.day_number {
            0 => self.clock(),
            1..7 => self.weekday_name().to_owned(),
            _ if self.year == now.year => self.day_month(),
            _ => self.date(),
        }
    }

    /// `14 Nov 2026`
    pub fn date(&self) -> String {
        [&self.day_month(), " ", &self.year.to_string()].concat()
    }

    /// As one says it, seen from `now`: `today 21:04`, `yesterday 18:20`, `Fri`, `14 Nov`.
    pub fn said(&self, now: &Self) -> String {
        let day = match now.day_number - self.day_number {
            0 => "today ",
            1 => "yesterday ",
            -1 => "tomorrow ",
            _ => return self.near(now),
        };
        [day, &self.clock()].concat()
    }
}

/// For machines: `2026-11-21T02:47:21Z`.
pub fn iso(at: Timestamp) -> String {
    let civil = Civil::utc(at);
    [
        &civil.year.to_string(),
        "-",
        &two(civil.month.into()),
        "-",
        &two(civil.day.into()),
        "T",
        &civil.clock(),
        ":",
        &two(civil.second.into()),
        "Z",
    ]
    .concat()
}

/// Minutes that this browser's zone was east of Greenwich at that moment. In the browser only.
pub fn zone_offset_min(at: Timestamp) -> i64 {
    let date = js_sys::Date::new(&wasm_bindgen::JsValue::from_f64(at.0 as f64 / 1000.0));
    -(date.get_timezone_offset() as i64)
}

/// Now, by the browser's clock. In the browser only.
pub fn browser_now() -> Timestamp {
    Timestamp((js_sys::Date::now() * 1000.0) as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_in_a_file() {
        assert_eq!(clock(0.0), "0:00");
        assert_eq!(clock(72.9), "1:12");
        assert_eq!(clock(3723.0), "1:02:03");
        assert_eq!(clock(f64::NAN), "0:00");
        assert_eq!(clock_tenths(76.64), "1:16.6");
    }

    #[test]
    fn civil_dates() {
        let at = Timestamp::from_seconds(1_795_229_241);
        assert_eq!(iso(at), "2026-11-21T02:47:21Z");
        assert_eq!(Civil::utc(at).weekday_name(), "Sat");
        assert_eq!(iso(Timestamp(0)), "1970-01-01T00:00:00Z");
        assert_eq!(
            iso(Timestamp::from_seconds(951_782_400)),
            "2000-02-29T00:00:00Z"
        );
        assert_eq!(Civil::shifted(at, -180).day, 20);
    }

    #[test]
    fn near_tells_the_day_as_shortly_as_it_can() {
        let now = Civil::utc(Timestamp::from_seconds(1_795_229_241));
        let earlier =
            |seconds: i64| Civil::utc(Timestamp::from_seconds(1_795_229_241 - seconds)).near(&now);
        assert_eq!(earlier(60), "02:46");
        assert_eq!(earlier(86_400), "Fri");
        assert_eq!(earlier(86_400 * 7), "14 Nov");
        assert_eq!(earlier(86_400 * 400), "17 Oct 2025");
    }

    #[test]
    fn said_knows_the_days_around_today() {
        let now = Timestamp::from_seconds(1_795_229_241);
        let at = |seconds: i64| Civil::utc(now.plus_seconds(seconds)).said(&Civil::utc(now));
        assert_eq!(at(-60), "today 02:46");
        assert_eq!(at(-86_400), "yesterday 02:47");
        assert_eq!(at(-86_400 * 2), "Thu");
        assert_eq!(at(86_400), "tomorrow 02:47");
        assert_eq!(at(86_400 * 7), "28 Nov");
        assert_eq!(at(86_400 * 90), "19 Feb 2027");
    }
}
