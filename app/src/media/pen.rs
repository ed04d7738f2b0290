//! Writes SVG path data with one decimal at most, without the float formatter.

use std::fmt::Write as _;

#[derive(Default)]
pub(crate) struct Pen(String);

impl Pen {
    pub(crate) fn move_to(&mut self, x: f64, y: f64) {
        self.0.push('M');
        self.point(x, y);
    }

    pub(crate) fn line_to(&mut self, x: f64, y: f64) {
        self.0.push('L');
        self.point(x, y);
    }

    /// A quadratic curve towards `(x, y)`, bent by the control point.
    pub(crate) fn bend_to(&mut self, control: (f64, f64), x: f64, y: f64) {
        self.0.push('Q');
        self.point(control.0, control.1);
        self.0.push(' ');
        self.point(x, y);
    }

    /// One upright line.
    pub(crate) fn stroke(&mut self, x: f64, from: f64, to: f64) {
        self.move_to(x, from);
        self.0.push('V');
        self.tenths(to);
    }

    pub(crate) fn horizontal(&mut self, y: f64, from: f64, to: f64) {
        self.move_to(from, y);
        self.0.push('H');
        self.tenths(to);
    }

    pub(crate) fn rectangle(&mut self, from: f64, to: f64) {
        self.move_to(from, 0.0);
        self.0.push('H');
        self.tenths(to);
        self.0.push_str("V100H");
        self.tenths(from);
        self.0.push('Z');
    }

    pub(crate) fn close(&mut self) {
        self.0.push('Z');
    }

    pub(crate) fn finish(self) -> String {
        self.0
    }

    fn point(&mut self, x: f64, y: f64) {
        self.tenths(x);
        self.0.push(' ');
        self.tenths(y);
    }

    fn tenths(&mut self, value: f64) {
        #[allow(clippy::cast_possible_truncation)]
        let tenths = (value * 10.0).round() as i64;
        if tenths < 0 {
            self.0.push('-');
        }
        let tenths = tenths.unsigned_abs();
        let _ = write!(self.0, "{}", tenths / 10);
        if !tenths.is_multiple_of(10) {
            let _ = write!(self.0, ".{}", tenths % 10);
        }
    }
}

/// A percentage for a custom property: `--x:12.34%`.
pub(crate) fn percent(value: f64) -> String {
    #[allow(clippy::cast_possible_truncation)]
    let hundredths = (value * 100.0).round() as i64;
    let sign = if hundredths < 0 { "-" } else { "" };
    let hundredths = hundredths.unsigned_abs();
    let (whole, part) = (hundredths / 100, hundredths % 100);
    if part == 0 {
        format!("{sign}{whole}%")
    } else {
        format!("{sign}{whole}.{part:02}%")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_says_no_more_than_it_must() {
        let mut pen = Pen::default();
        pen.move_to(0.0, 73.52);
        pen.line_to(4.2, -0.04);
        pen.line_to(8.0, -12.31);
        assert_eq!(pen.finish(), "M0 73.5L4.2 0L8 -12.3");
    }

    #[test]
    fn percentages_are_short() {
        assert_eq!(percent(32.432), "32.43%");
        assert_eq!(percent(-0.5), "-0.50%");
        assert_eq!(percent(100.0), "100%");
    }
}
