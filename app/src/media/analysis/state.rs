//! What stands in the plots: which sections, which pins, and what lies under a cursor.

use contract::media::{LoudnessPlot, Pin, SectionMark, SpectrumPlot};

use super::scale::{hz_x, time_x};
use crate::{
    media::text::{frequency, or_dash},
    ui::{number::signed, time::clock},
};

/// Narrower plots than these are drawn with the short names: the sizes that the labels must fit.
const WIDE_PX: f64 = 600.0;
const NARROW_PX: f64 = 300.0;
/// An average letter of the label face, and what stands around a label.
const LETTER_PX: f64 = 6.1;
const LABEL_PAD_PX: f64 = 10.0;

/// A section in the loudness plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Band {
    pub x: f64,
    pub width: f64,
    pub name: String,
    pub short: String,
    /// The long name fits where there is room, the short one where there is little.
    pub wide: Label,
    pub narrow: Label,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Label {
    Name,
    Short,
    Nothing,
}

pub(crate) fn bands(sections: &[SectionMark], duration_s: f64) -> Vec<Band> {
    sections
        .iter()
        .map(|section| {
            let x = time_x(section.start_s, duration_s);
            let width = (time_x(section.end_s, duration_s) - x).max(0.0);
            #[allow(clippy::cast_precision_loss)]
            let fits = |text: &str, plot_px: f64| {
                text.chars().count() as f64 * LETTER_PX + LABEL_PAD_PX <= width / 100.0 * plot_px
            };
            let label = |plot_px: f64, long: bool| {
                if long && fits(&section.name, plot_px) {
                    Label::Name
                } else if fits(&section.short, plot_px) {
                    Label::Short
                } else {
                    Label::Nothing
                }
            };
            Band {
                x,
                width,
                name: section.name.clone(),
                short: section.short.clone(),
                wide: label(WIDE_PX, true),
                narrow: label(NARROW_PX, false),
            }
        })
        .collect()
}

/// What lies under the cursor of the loudness plot.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Moment {
    pub at_s: f64,
    pub a: String,
    /// Of the reference, and their difference; absent where there is none.
    pub b: Option<(String, String)>,
}

impl Moment {
    pub(crate) fn at(plot: &LoudnessPlot, at_s: f64) -> Self {
        let with_reference = !plot.b.is_empty();
        let a = value_at(&plot.a, plot.step_s, at_s);
        let b = value_at(&plot.b, plot.step_s, at_s);
        Self {
            at_s,
            a: or_dash(a, 1),
            b: with_reference.then(|| (or_dash(b, 1), delta(a, b))),
        }
    }

    /// For those who hear the cursor.
    pub(crate) fn in_words(&self) -> String {
        let moment = clock(self.at_s);
        match &self.b {
            None => format!("{moment}, {} LUFS", self.a),
            Some((b, delta)) => format!(
                "{moment}, mix {}, reference {b}, difference {delta}",
                self.a
            ),
        }
    }
}

fn value_at(values: &[Option<f32>], step_s: f64, at_s: f64) -> Option<f64> {
    if step_s <= 0.0 || at_s < 0.0 {
        return None;
    }
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let index = (at_s / step_s).round() as usize;
    // The end of the file lies half a step behind the last value.
    values
        .get(index.min(values.len().checked_sub(1)?))?
        .map(f64::from)
        .filter(|value| value.is_finite())
}

fn delta(a: Option<f64>, b: Option<f64>) -> String {
    match (a, b) {
        (Some(a), Some(b)) => signed(a - b, 1),
        _ => or_dash(None, 1),
    }
}

/// What lies under the cursor of the spectrum: the nearest band, as it was measured.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct BandReading {
    pub hz: f64,
    pub a: String,
    pub b: Option<(String, String)>,
}

impl BandReading {
    pub(crate) fn at(plot: &SpectrumPlot, index: usize) -> Option<Self> {
        let hz = f64::from(*plot.centre_hz.get(index)?);
        let known = |values: &[Option<f32>]| {
            values
                .get(index)
                .copied()
                .flatten()
                .map(f64::from)
                .filter(|v| v.is_finite())
        };
        let (a, b) = (known(&plot.a), known(&plot.b));
        Some(Self {
            hz,
            a: or_dash(a, 1),
            b: (!plot.b.is_empty()).then(|| (or_dash(b, 1), delta(a, b))),
        })
    }

    pub(crate) fn in_words(&self) -> String {
        let band = frequency(self.hz);
        match &self.b {
            None => format!("{band}, {} dB", self.a),
            Some((b, delta)) => format!(
                "{band}, mix {}, reference {b}, difference {delta} dB",
                self.a
            ),
        }
    }
}

/// The band whose centre is nearest, by octaves.
pub(crate) fn nearest_band(plot: &SpectrumPlot, x: f64) -> Option<usize> {
    let away = |hz: f32| (hz_x(f64::from(hz)) - x).abs();
    (0..plot.centre_hz.len())
        .min_by(|one, other| away(plot.centre_hz[*one]).total_cmp(&away(plot.centre_hz[*other])))
}

/// Where the next or the previous section begins, seen from a moment.
pub(crate) fn section_from(sections: &[SectionMark], at_s: f64, forward: bool) -> Option<f64> {
    let starts = sections.iter().map(|section| section.start_s);
    if forward {
        starts.filter(|start| *start > at_s + 0.05).reduce(f64::min)
    } else {
        starts.filter(|start| *start < at_s - 0.05).reduce(f64::max)
    }
}

/// A pin on the time axis: in the middle of its stretch, and a step higher for each one that would
/// otherwise lie under it.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PlacedPin {
    pub number: u32,
    pub x: f64,
    pub level: u32,
    pub range: Option<(f64, Option<f64>)>,
    pub spoken: String,
}

/// Pins nearer than this stand on each other in a narrow plot.
const PIN_APART: f64 = 8.0;

pub(crate) fn time_pins(pins: &[Pin], duration_s: f64) -> Vec<PlacedPin> {
    let mut placed: Vec<PlacedPin> = Vec::new();
    for pin in pins {
        let Some(start) = pin.start_s else { continue };
        let middle = pin.end_s.map_or(start, |end| f64::midpoint(start, end));
        let x = time_x(middle, duration_s).clamp(1.5, 98.5);
        let level = placed
            .iter()
            .filter(|other| (other.x - x).abs() < PIN_APART)
            .count();
        #[allow(clippy::cast_possible_truncation)]
        placed.push(PlacedPin {
            number: pin.number,
            x,
            level: level as u32,
            range: Some((start, pin.end_s)),
            spoken: spoken_pin(pin),
        });
    }
    placed
}

/// "Fix 1, Low end too heavy, 1:12 to 1:20".
pub(crate) fn spoken_pin(pin: &Pin) -> String {
    let mut words = format!("Fix {}, {}", pin.number, pin.title);
    if let Some(start) = pin.start_s {
        words.push_str(", ");
        words.push_str(&clock(start));
        if let Some(end) = pin.end_s {
            words.push_str(" to ");
            words.push_str(&clock(end));
        }
    }
    if let Some(note) = &pin.note {
        words.push_str(", ");
        words.push_str(note);
    }
    words
}

/// Where the letters A and B stand on their lines: where the lines are furthest apart and neither
/// letter would touch an edge. `(x, y of A, y of B)` in percent.
pub(crate) fn end_labels(plot: &LoudnessPlot, y: impl Fn(f64) -> f64) -> Option<(f64, f64, f64)> {
    let count = plot.a.len().min(plot.b.len());
    let mut best: Option<(f64, (f64, f64, f64))> = None;
    for index in count / 12..count - count / 12 {
        let (Some(a), Some(b)) = (plot.a[index], plot.b[index]) else {
            continue;
        };
        let (ya, yb) = (y(f64::from(a)), y(f64::from(b)));
        if !ya.is_finite() || !yb.is_finite() {
            continue;
        }
        let (upper, lower) = (ya.min(yb), ya.max(yb));
        let inside = upper >= 36.0 && lower <= 64.0;
        let score = (lower - upper).min(40.0) + if inside { 100.0 } else { 0.0 };
        if best.is_none_or(|(most, _)| score > most) {
            #[allow(clippy::cast_precision_loss)]
            let x = time_x(index as f64 * plot.step_s, plot.duration_s);
            best = Some((score, (x, ya.clamp(26.0, 84.0), yb.clamp(26.0, 84.0))));
        }
    }
    best.map(|(_, place)| place)
}

/// Degrees from the middle, left negative.
pub(crate) fn angle(index: usize, count: usize) -> f64 {
    if count < 2 {
        return 0.0;
    }
    #[allow(clippy::cast_precision_loss)]
    let part = index as f64 / (count - 1) as f64;
    part * 180.0 - 90.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn section(name: &str, short: &str, start_s: f64, end_s: f64) -> SectionMark {
        SectionMark {
            name: name.to_owned(),
            short: short.to_owned(),
            start_s,
            end_s,
        }
    }

    fn pin(number: u32, start_s: Option<f64>, end_s: Option<f64>) -> Pin {
        Pin {
            number,
            title: "Low end".to_owned(),
            start_s,
            end_s,
            hz: None,
            note: None,
        }
    }

    #[test]
    fn section_names_shorten_before_they_are_cut() {
        let bands = bands(
            &[
                section("Verse 1", "V1", 0.0, 20.0),
                section("Section 2 (B)", "2B", 20.0, 28.0),
                section("Stop", "St", 28.0, 29.0),
            ],
            100.0,
        );
        assert_eq!(
            (bands[0].wide, bands[0].narrow),
            (Label::Name, Label::Short)
        );
        assert_eq!(
            (bands[1].wide, bands[1].narrow),
            (Label::Short, Label::Short)
        );
        assert_eq!(
            (bands[2].wide, bands[2].narrow),
            (Label::Nothing, Label::Nothing)
        );
        assert!((bands[1].x - 20.0).abs() < 1e-9 && (bands[1].width - 8.0).abs() < 1e-9);
    }

    #[test]
    fn a_moment_reads_both_tracks_and_their_difference() {
        let plot = LoudnessPlot {
            duration_s: 3.0,
            step_s: 1.0,
            a: vec![Some(-11.3), Some(-10.0), None],
            b: vec![Some(-9.8), Some(-10.0), Some(-9.0)],
        };
        let moment = Moment::at(&plot, 0.2);
        assert_eq!(
            moment,
            Moment {
                at_s: 0.2,
                a: "−11.3".into(),
                b: Some(("−9.8".into(), "−1.5".into()))
            }
        );
        assert_eq!(
            moment.in_words(),
            "0:00, mix −11.3, reference −9.8, difference −1.5"
        );
        assert_eq!(Moment::at(&plot, 2.9).b, Some(("−9.0".into(), "–".into())));
    }

    #[test]
    fn without_a_reference_there_is_no_b() {
        let plot = LoudnessPlot {
            duration_s: 1.0,
            step_s: 1.0,
            a: vec![Some(-11.3)],
            b: Vec::new(),
        };
        assert_eq!(Moment::at(&plot, 0.0).in_words(), "0:00, −11.3 LUFS");
        let empty = LoudnessPlot {
            duration_s: 0.0,
            step_s: 0.0,
            a: Vec::new(),
            b: Vec::new(),
        };
        assert_eq!(Moment::at(&empty, 0.0).a, "–");
    }

    #[test]
    fn the_cursor_of_the_spectrum_snaps_to_what_was_measured() {
        let plot = SpectrumPlot {
            centre_hz: vec![63.0, 80.0, 100.0],
            a: vec![Some(-24.6), None, Some(-28.0)],
            b: vec![Some(-28.7), Some(-28.0), Some(-28.0)],
        };
        let index = nearest_band(&plot, hz_x(60.0)).unwrap();
        assert_eq!(
            BandReading::at(&plot, index).unwrap().in_words(),
            "63 Hz, mix −24.6, reference −28.7, difference +4.1 dB"
        );
        assert_eq!(nearest_band(&plot, 100.0), Some(2));
        assert!(BandReading::at(&plot, 3).is_none());
    }

    #[test]
    fn the_cursor_steps_from_section_to_section() {
        let sections = [
            section("Intro", "In", 0.0, 18.0),
            section("Verse", "V", 18.0, 50.0),
            section("Build", "Bd", 50.0, 72.0),
        ];
        assert_eq!(section_from(&sections, 18.0, true), Some(50.0));
        assert_eq!(section_from(&sections, 18.0, false), Some(0.0));
        assert_eq!(section_from(&sections, 60.0, true), None);
    }

    #[test]
    fn pins_at_one_place_stand_above_each_other() {
        let placed = time_pins(
            &[
                pin(1, Some(72.0), Some(80.0)),
                pin(2, None, None),
                pin(3, Some(74.0), None),
            ],
            222.0,
        );
        assert_eq!(placed.len(), 2);
        assert!((placed[0].x - 34.23).abs() < 0.01);
        assert_eq!((placed[0].level, placed[1].level), (0, 1));
        assert_eq!(placed[0].spoken, "Fix 1, Low end, 1:12 to 1:20");
    }

    #[test]
    fn letters_stand_where_the_lines_part() {
        let mut a = vec![Some(-10.0); 24];
        let b = vec![Some(-9.0); 24];
        a[12] = Some(-16.0);
        let plot = LoudnessPlot {
            duration_s: 24.0,
            step_s: 1.0,
            a,
            b,
        };
        let (x, ya, yb) = end_labels(&plot, |db| (-4.0 - db) / 22.0 * 100.0).unwrap();
        assert!((x - 50.0).abs() < 1e-9);
        assert!(ya > yb);
        let empty = LoudnessPlot {
            duration_s: 0.0,
            step_s: 0.0,
            a: Vec::new(),
            b: Vec::new(),
        };
        assert!(end_labels(&empty, |db| db).is_none());
    }
}
