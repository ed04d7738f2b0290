//! Where values lie in a plot: percent from the left and from the top.

/// Decibels from top to bottom, with a line at every sixth.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Window {
    pub top: f64,
    pub bottom: f64,
}

const LINE_EVERY_DB: f64 = 6.0;
const AIR_DB: f64 = 3.0;

impl Window {
    /// Percent from the top.
    pub(crate) fn y(&self, db: f64) -> f64 {
        (self.top - db) / (self.top - self.bottom) * 100.0
    }

    /// The lines that lie inside, highest first.
    pub(crate) fn lines(&self) -> impl Iterator<Item = f64> + use<> {
        let Self { top, bottom } = *self;
        let first = (top / LINE_EVERY_DB).floor() * LINE_EVERY_DB;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let count = ((first - bottom) / LINE_EVERY_DB).floor().max(0.0) as u32;
        (0..=count)
            .map(move |n| first - f64::from(n) * LINE_EVERY_DB)
            .filter(move |line| *line < top && *line > bottom)
    }

    /// −4 to −26 LUFS, where almost all music lies; moved by whole lines for what is louder or quieter,
    /// and deeper for what is wide. Quiet beginnings and ends may run out at the bottom.
    pub(crate) fn of_loudness(values: impl Iterator<Item = f64>) -> Self {
        let mut known: Vec<f64> = values.filter(|value| value.is_finite()).collect();
        let mut window = Self {
            top: -4.0,
            bottom: -26.0,
        };
        known.sort_by(f64::total_cmp);
        let (Some(&loudest), Some(&low)) = (known.last(), known.get(known.len() / 10)) else {
            return window;
        };
        // The names of the sections stand above the curve, not on it.
        while window.top < loudest + AIR_DB && window.top < 20.0 {
            window.shift(LINE_EVERY_DB);
        }
        while loudest < window.top - 2.0 * LINE_EVERY_DB && window.bottom > -80.0 {
            window.shift(-LINE_EVERY_DB);
        }
        while low < window.bottom && window.bottom > -76.0 {
            window.bottom -= LINE_EVERY_DB;
        }
        window
    }

    /// Thirty decibels, with air above the highest point for a pin.
    pub(crate) fn of_spectrum(values: impl Iterator<Item = f64>) -> Self {
        let highest = values
            .filter(|value| value.is_finite())
            .fold(f64::NEG_INFINITY, f64::max);
        let highest = if highest.is_finite() { highest } else { -24.0 };
        let top = ((highest + LINE_EVERY_DB) / LINE_EVERY_DB).ceil() * LINE_EVERY_DB - 2.0;
        Self {
            top,
            bottom: top - 30.0,
        }
    }

    fn shift(&mut self, db: f64) {
        self.top += db;
        self.bottom += db;
    }
}

pub(crate) const LOWEST_HZ: f64 = 20.0;
pub(crate) const HIGHEST_HZ: f64 = 20_000.0;

/// Percent from the left, 20 Hz to 20 kHz, by octaves.
pub(crate) fn hz_x(hz: f64) -> f64 {
    (hz / LOWEST_HZ).log10() / (HIGHEST_HZ / LOWEST_HZ).log10() * 100.0
}

/// Percent from the left of a moment.
pub(crate) fn time_x(at_s: f64, duration_s: f64) -> f64 {
    if duration_s > 0.0 {
        (at_s / duration_s * 100.0).clamp(0.0, 100.0)
    } else {
        0.0
    }
}

/// Moments to write under a plot: four to nine of them, at round distances.
pub(crate) fn time_ticks(duration_s: f64) -> Vec<f64> {
    const STEPS: [f64; 14] = [
        1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1_800.0, 3_600.0,
        7_200.0,
    ];
    let step = STEPS
        .into_iter()
        .find(|step| duration_s / step <= 8.0)
        .unwrap_or((duration_s / 8.0).ceil());
    let mut ticks = vec![0.0];
    let mut at = step;
    // The last centimetre stays free: the word would hang over the edge.
    while at < duration_s * 0.985 && ticks.len() < 16 {
        ticks.push(at);
        at += step;
    }
    ticks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usual_mix_gets_the_usual_window() {
        let window = Window::of_loudness(
            [
                -20.0, -9.0, -7.2, -30.0, -8.0, -8.0, -9.0, -10.0, -9.0, -12.0,
            ]
            .into_iter(),
        );
        assert_eq!(
            window,
            Window {
                top: -4.0,
                bottom: -26.0
            }
        );
        assert_eq!(
            window.lines().collect::<Vec<_>>(),
            [-6.0, -12.0, -18.0, -24.0]
        );
        assert!((window.y(-6.0) - 9.09).abs() < 0.01);
        assert!((window.y(-24.0) - 90.91).abs() < 0.01);
    }

    #[test]
    fn quieter_and_louder_material_moves_it_by_lines() {
        let quiet = Window::of_loudness([-24.0, -23.0, -25.0].into_iter());
        assert_eq!(
            quiet,
            Window {
                top: -16.0,
                bottom: -38.0
            }
        );
        let crushed = Window::of_loudness([-1.0, -2.0].into_iter());
        assert_eq!(crushed.top, 2.0);
        let orchestra = Window::of_loudness((0..100).map(|n| -8.0 - f64::from(n) * 0.4));
        assert!(
            orchestra.bottom <= -43.0 && orchestra.top == -4.0,
            "{orchestra:?}"
        );
    }

    #[test]
    fn silence_has_a_window_too() {
        assert_eq!(Window::of_loudness(std::iter::empty()).top, -4.0);
        assert_eq!(
            Window::of_spectrum(std::iter::empty()),
            Window {
                top: -20.0,
                bottom: -50.0
            }
        );
    }

    #[test]
    fn the_spectrum_leaves_room_for_a_pin() {
        for tenth in -900..0 {
            let highest = f64::from(tenth) / 10.0;
            let window = Window::of_spectrum(std::iter::once(highest));
            assert!(
                (4.0..=10.0).contains(&(window.top - highest)),
                "{highest}: {window:?}"
            );
        }
    }

    #[test]
    fn octaves_are_even() {
        assert!((hz_x(60.0) - 15.9).abs() < 0.01);
        assert!((hz_x(20_000.0) - 100.0).abs() < 1e-9);
        assert!((hz_x(400.0) - hz_x(200.0) - (hz_x(8_000.0) - hz_x(4_000.0))).abs() < 1e-9);
    }

    #[test]
    fn ticks_are_round_and_few() {
        assert_eq!(
            time_ticks(222.0),
            [0.0, 30.0, 60.0, 90.0, 120.0, 150.0, 180.0, 210.0]
        );
        assert_eq!(time_ticks(0.0), [0.0]);
        for seconds in [0.4, 3.0, 61.0, 400.0, 3_601.0, 39_600.0, 200_000.0] {
            assert!(time_ticks(seconds).len() <= 9, "{seconds}");
        }
    }
}
