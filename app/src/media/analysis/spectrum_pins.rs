//! Where the fixes stand in the spectrum: on the curve, with their notes, none over another.

use contract::media::Pin;

use super::{
    scale::{HIGHEST_HZ, LOWEST_HZ, Window, hz_x},
    state::spoken_pin,
};

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BandPin {
    pub number: u32,
    pub x: f64,
    pub y: f64,
    pub note: Option<String>,
    /// The note stands left of the pin.
    pub left: bool,
    pub range: Option<(f64, Option<f64>)>,
    pub spoken: String,
}

/// A pin with its surroundings, in percent of a plot of usual size.
const PIN_HIGH: f64 = 22.0;
const PIN_WIDE: f64 = 6.0;
const NOTE_WIDE: f64 = 30.0;

/// `level` gives both curves' values at a frequency.
pub(crate) fn band_pins(
    pins: &[Pin],
    window: Window,
    level: impl Fn(f64) -> (Option<f64>, Option<f64>),
) -> Vec<BandPin> {
    let mut taken: Vec<(f64, f64, f64)> = Vec::new();
    let mut placed = Vec::new();
    for pin in pins {
        let Some(hz) = pin.hz.filter(|hz| (LOWEST_HZ..=HIGHEST_HZ).contains(hz)) else {
            continue;
        };
        let x = hz_x(hz);
        let (a, b) = level(hz);
        let y_of = |value: Option<f64>| value.map(|value| window.y(value));
        let (a, b) = (y_of(a), y_of(b));
        let upper = a.into_iter().chain(b).fold(f64::INFINITY, f64::min);
        let lower = a.into_iter().chain(b).fold(f64::NEG_INFINITY, f64::max);
        // Too much stands above the curve, too little below it.
        let dip = matches!((a, b), (Some(a), Some(b)) if a > b);
        let on_curve = if !upper.is_finite() {
            0.0
        } else if dip {
            lower + 4.0
        } else {
            upper - PIN_HIGH
        };
        let first = on_curve.clamp(0.0, 100.0 - PIN_HIGH);
        let prefer_left = x > 55.0;
        let steps = [0.0, PIN_HIGH, -PIN_HIGH, 2.0 * PIN_HIGH, -2.0 * PIN_HIGH];
        let spot = steps
            .into_iter()
            .map(|step| first + step)
            .filter(|y| (0.0..=100.0 - PIN_HIGH).contains(y))
            .flat_map(|y| [(y, prefer_left), (y, !prefer_left)])
            .find(|(y, left)| {
                let (from, to) = extent(x, *left, pin.note.is_some());
                (0.0..=100.0).contains(&from)
                    && to <= 100.0 + PIN_WIDE
                    && taken
                        .iter()
                        .all(|(f, t, at)| to < *f || from > *t || (y - at).abs() >= PIN_HIGH)
            })
            .unwrap_or((first, prefer_left));
        let (from, to) = extent(x, spot.1, pin.note.is_some());
        taken.push((from, to, spot.0));
        placed.push(BandPin {
            number: pin.number,
            x: x.clamp(2.0, 98.0),
            y: spot.0,
            note: pin.note.clone(),
            left: spot.1,
            range: pin.start_s.map(|start| (start, pin.end_s)),
            spoken: spoken_pin(pin),
        });
    }
    placed
}

fn extent(x: f64, left: bool, note: bool) -> (f64, f64) {
    let note = if note { NOTE_WIDE } else { 0.0 };
    let (before, after) = if left { (note, 0.0) } else { (0.0, note) };
    (
        (x - PIN_WIDE / 2.0 - before).max(if left { -1.0 } else { 0.0 }),
        x + PIN_WIDE / 2.0 + after,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window {
        top: -20.0,
        bottom: -50.0,
    };

    fn pin(number: u32, hz: f64, note: &str) -> Pin {
        Pin {
            number,
            title: "Band".into(),
            start_s: None,
            end_s: None,
            hz: Some(hz),
            note: Some(note.into()),
        }
    }

    #[test]
    fn a_peak_is_marked_above_and_a_dip_below() {
        let level = |hz: f64| {
            if hz < 500.0 {
                (Some(-28.0), Some(-32.0))
            } else {
                (Some(-32.0), Some(-29.0))
            }
        };
        let placed = band_pins(
            &[
                pin(1, 60.0, "+4.1 dB at 60 Hz"),
                pin(2, 3_000.0, "−2.6 dB at 3 kHz"),
            ],
            WINDOW,
            level,
        );
        assert!(placed[0].y < WINDOW.y(-28.0) && !placed[0].left);
        assert!(placed[1].y > WINDOW.y(-32.0) && placed[1].left);
        assert_eq!(placed[0].spoken, "Fix 1, Band, +4.1 dB at 60 Hz");
    }

    #[test]
    fn neighbours_do_not_cover_each_other() {
        let level = |_: f64| (Some(-30.0), Some(-31.0));
        let placed = band_pins(
            &[
                pin(1, 60.0, "one"),
                pin(2, 63.0, "two"),
                pin(3, 70.0, "three"),
            ],
            WINDOW,
            level,
        );
        for (index, one) in placed.iter().enumerate() {
            for other in &placed[..index] {
                assert!(
                    (one.y - other.y).abs() >= PIN_HIGH || one.left != other.left,
                    "{one:?} {other:?}"
                );
            }
        }
    }

    #[test]
    fn what_is_no_place_in_the_spectrum_gets_no_pin() {
        let mut silent = pin(1, 60.0, "note");
        silent.hz = None;
        assert!(band_pins(&[silent, pin(2, 5.0, "sub")], WINDOW, |_| (None, None)).is_empty());
    }
}
