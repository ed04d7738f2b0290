//! Curves as path data in a box of 1000 by 100.

use super::{super::pen::Pen, scale::Window};

/// The longest that a curve may leave the box; the rest is cut off by the picture anyway.
const OUTSIDE: f64 = 20.0;

/// One value per step, joined; a gap wherever there was nothing to measure.
pub(crate) fn line(values: &[Option<f32>], window: Window, x: impl Fn(usize) -> f64) -> String {
    let mut pen = Pen::default();
    let mut drawing = false;
    for (index, value) in values.iter().enumerate() {
        let Some(y) = place(*value, window) else {
            drawing = false;
            continue;
        };
        if drawing {
            pen.line_to(x(index), y);
        } else {
            pen.move_to(x(index), y);
        }
        drawing = true;
    }
    pen.finish()
}

/// The same, filled down to the floor, each stretch by itself.
pub(crate) fn area(values: &[Option<f32>], window: Window, x: impl Fn(usize) -> f64) -> String {
    let mut pen = Pen::default();
    let mut index = 0;
    while index < values.len() {
        let run = values[index..]
            .iter()
            .take_while(|value| place(**value, window).is_some())
            .count();
        if run >= 2 {
            pen.move_to(x(index), 100.0);
            for (at, value) in values.iter().enumerate().skip(index).take(run) {
                pen.line_to(x(at), place(*value, window).unwrap_or(100.0));
            }
            pen.line_to(x(index + run - 1), 100.0);
            pen.close();
        }
        index += run.max(1);
    }
    pen.finish()
}

fn place(value: Option<f32>, window: Window) -> Option<f64> {
    let value = f64::from(value?);
    // Digital silence is a fall to the floor, not a gap.
    let y = if value == f64::NEG_INFINITY {
        100.0 + OUTSIDE
    } else {
        window.y(value)
    };
    y.is_finite().then(|| y.clamp(-OUTSIDE, 100.0 + OUTSIDE))
}

/// A smooth curve through points with rising x, which never swings beyond them (Fritsch and Carlson's
/// monotone cubic): third-octave bands must not grow humps that nobody measured.
pub(crate) struct Smooth {
    points: Vec<(f64, f64)>,
    slopes: Vec<f64>,
}

impl Smooth {
    pub(crate) fn through(points: Vec<(f64, f64)>) -> Self {
        let count = points.len();
        let mut slopes = vec![0.0; count];
        let secant = |index: usize| {
            let (from, to) = (points[index], points[index + 1]);
            (to.1 - from.1) / (to.0 - from.0)
        };
        for (index, slope) in slopes
            .iter_mut()
            .enumerate()
            .take(count.saturating_sub(1))
            .skip(1)
        {
            let (before, after) = (secant(index - 1), secant(index));
            // The harmonic mean is zero at every turn, which is what keeps the curve inside.
            *slope = if before * after > 0.0 {
                2.0 * before * after / (before + after)
            } else {
                0.0
            };
        }
        if count >= 2 {
            slopes[0] = secant(0);
            slopes[count - 1] = secant(count - 2);
        }
        Self { points, slopes }
    }

    pub(crate) fn at(&self, x: f64) -> Option<f64> {
        let (first, last) = (self.points.first()?, self.points.last()?);
        if x < first.0 || x > last.0 {
            return None;
        }
        let after = self.points.partition_point(|point| point.0 < x);
        if after == 0 {
            return Some(first.1);
        }
        let (from, to) = (self.points[after - 1], self.points[after]);
        let width = to.0 - from.0;
        let t = (x - from.0) / width;
        let (t2, t3) = (t * t, t * t * t);
        Some(
            (2.0 * t3 - 3.0 * t2 + 1.0) * from.1
                + (t3 - 2.0 * t2 + t) * width * self.slopes[after - 1]
                + (3.0 * t2 - 2.0 * t3) * to.1
                + (t3 - t2) * width * self.slopes[after],
        )
    }
}

/// The space between two curves, where the first is higher (`sign` 1) or lower (−1) by more than
/// `past`. Values are `(x, a, b)`; unknown points end a stretch.
pub(crate) fn between(
    points: &[(f64, Option<f64>, Option<f64>)],
    window: Window,
    past: f64,
    sign: f64,
) -> String {
    let apart = |index: usize| {
        let (_, a, b) = points[index];
        matches!((a, b), (Some(a), Some(b)) if (a - b) * sign > past)
    };
    let mut pen = Pen::default();
    let mut index = 0;
    while index < points.len() {
        if !apart(index) {
            index += 1;
            continue;
        }
        let run = (index..points.len()).take_while(|at| apart(*at)).count();
        let y = |value: Option<f64>| {
            value.map_or(100.0, |value| {
                window.y(value).clamp(-OUTSIDE, 100.0 + OUTSIDE)
            })
        };
        pen.move_to(points[index].0, y(points[index].1));
        for point in &points[index + 1..index + run] {
            pen.line_to(point.0, y(point.1));
        }
        for point in points[index..index + run].iter().rev() {
            pen.line_to(point.0, y(point.2));
        }
        pen.close();
        index += run;
    }
    pen.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WINDOW: Window = Window {
        top: 0.0,
        bottom: -100.0,
    };

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn gaps_part_a_line() {
        let values = [Some(-10.0), Some(-20.0), None, Some(-30.0), Some(-40.0)];
        let x = |index: usize| index as f64;
        assert_eq!(line(&values, WINDOW, x), "M0 10L1 20M3 30L4 40");
        assert_eq!(
            area(&values, WINDOW, x),
            "M0 100L0 10L1 20L1 100ZM3 100L3 30L4 40L4 100Z"
        );
    }

    #[test]
    #[allow(clippy::cast_precision_loss)]
    fn silence_falls_through_the_floor() {
        let values = [Some(-10.0), Some(f32::NEG_INFINITY), Some(f32::NAN)];
        assert_eq!(line(&values, WINDOW, |index| index as f64), "M0 10L1 120");
    }

    #[test]
    fn a_smooth_curve_keeps_between_its_points() {
        let points = vec![
            (0.0, 0.0),
            (1.0, 0.0),
            (2.0, 10.0),
            (3.0, 10.0),
            (4.0, -5.0),
        ];
        let curve = Smooth::through(points.clone());
        for (x, y) in points {
            assert!((curve.at(x).unwrap() - y).abs() < 1e-9);
        }
        for step in 0..=300 {
            let y = curve.at(f64::from(step) / 100.0).unwrap();
            assert!((0.0..=10.0).contains(&y), "{step}: {y}");
        }
        assert!(curve.at(4.1).is_none());
        assert!(Smooth::through(Vec::new()).at(0.0).is_none());
        assert_eq!(Smooth::through(vec![(1.0, 2.0)]).at(1.0), Some(2.0));
    }

    #[test]
    fn only_what_is_apart_is_filled() {
        let points = [
            (0.0, Some(-10.0), Some(-10.2)),
            (1.0, Some(-10.0), Some(-12.0)),
            (2.0, Some(-10.0), Some(-13.0)),
            (3.0, Some(-10.0), None),
            (4.0, Some(-14.0), Some(-13.0)),
        ];
        assert_eq!(between(&points, WINDOW, 0.5, 1.0), "M1 10L2 10L2 13L1 12Z");
        assert_eq!(between(&points, WINDOW, 0.5, -1.0), "M4 14L4 13Z");
    }
}
