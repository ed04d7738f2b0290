//! The player's arithmetic: where it may be, what a key means, how loud each side is, how meters move.

use contract::media::Side;

/// A stretch to listen to.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Region {
    pub start_s: f64,
    pub end_s: f64,
}

impl Region {
    /// Shorter stretches are not heard as a loop but as a buzz.
    const SHORTEST_S: f64 = 0.25;

    pub(crate) fn new(start_s: f64, end_s: f64) -> Option<Self> {
        (start_s.is_finite() && end_s - start_s >= Self::SHORTEST_S).then(|| Self {
            start_s: start_s.max(0.0),
            end_s,
        })
    }
}

/// The nearest place that a file of this length has. Unknown lengths take anything.
pub(crate) fn clamp(at_s: f64, duration_s: f64) -> f64 {
    let at_s = if at_s.is_finite() { at_s.max(0.0) } else { 0.0 };
    // A breath before the end: exactly there, browsers call the file finished.
    if duration_s > 0.0 {
        at_s.min((duration_s - 0.05).max(0.0))
    } else {
        at_s
    }
}

/// Where playing goes on when it has come to `at_s`: `Some` is a jump.
pub(crate) fn jump(at_s: f64, region: Option<Region>, looping: bool) -> Option<f64> {
    let region = region.filter(|_| looping)?;
    // Well before the start somebody has sought there and wants to hear up to it.
    (at_s >= region.end_s).then_some(region.start_s)
}

/// What A and B are turned by so that both are as loud, in dB. Nothing is ever turned up: a reference
/// below the mix would clip, so then the mix comes down to meet it.
pub(crate) fn trims_db(a_lufs: Option<f64>, b_lufs: Option<f64>, matched: bool) -> [f64; 2] {
    match (a_lufs, b_lufs) {
        (Some(a), Some(b)) if matched && a.is_finite() && b.is_finite() => {
            let b_to_a = (a - b).clamp(-40.0, 40.0);
            if b_to_a <= 0.0 {
                [0.0, b_to_a]
            } else {
                [-b_to_a, 0.0]
            }
        }
        _ => [0.0, 0.0],
    }
}

pub(crate) fn gain(db: f64) -> f64 {
    10.0_f64.powf(db / 20.0)
}

pub(crate) const fn index(side: Side) -> usize {
    match side {
        Side::A => 0,
        Side::B => 1,
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Command {
    Toggle,
    Listen(Side),
    Loop,
    Step(f64),
}

/// How far J and K go.
const STEP_S: f64 = 5.0;

/// What a key means to the player. `typing`: somebody writes; `on_control`: the focus is on something
/// that Space works on already.
pub(crate) fn command(
    key: &str,
    modified: bool,
    typing: bool,
    on_control: bool,
) -> Option<Command> {
    if modified || typing {
        return None;
    }
    match key {
        " " if !on_control => Some(Command::Toggle),
        "a" | "A" => Some(Command::Listen(Side::A)),
        "b" | "B" => Some(Command::Listen(Side::B)),
        "l" | "L" => Some(Command::Loop),
        "j" | "J" => Some(Command::Step(-STEP_S)),
        "k" | "K" => Some(Command::Step(STEP_S)),
        _ => None,
    }
}

/// One channel's meter: what is lit, and the highest of the last moments. 0 to 1 along the ladder.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Meter {
    pub level: f64,
    pub peak: f64,
    held_s: f64,
}

const FLOOR_DB: f64 = -60.0;
const ATTACK_S: f64 = 0.020;
const RELEASE_S: f64 = 0.300;
const HOLD_S: f64 = 1.5;

impl Meter {
    /// `sample`: the highest of the last frame, 1 being full scale; `dt_s`: how long that frame was.
    #[must_use]
    pub(crate) fn follow(self, sample: f64, dt_s: f64) -> Self {
        let target = if sample > 0.0 {
            ((20.0 * sample.log10() - FLOOR_DB) / -FLOOR_DB).clamp(0.0, 1.0)
        } else {
            0.0
        };
        let constant = if target > self.level {
            ATTACK_S
        } else {
            RELEASE_S
        };
        let level = self.level + (target - self.level) * (1.0 - (-dt_s / constant).exp());
        let level = if level < 0.002 { 0.0 } else { level };
        if level >= self.peak {
            return Self {
                level,
                peak: level,
                held_s: 0.0,
            };
        }
        let held_s = self.held_s + dt_s;
        if held_s < HOLD_S {
            Self {
                level,
                peak: self.peak,
                held_s,
            }
        } else {
            Self {
                level,
                peak: level,
                held_s: 0.0,
            }
        }
    }

    pub(crate) fn at_rest(self) -> bool {
        self.level <= 0.0 && self.peak <= 0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_stay_inside_the_file() {
        assert_eq!(clamp(-3.0, 100.0), 0.0);
        assert_eq!(clamp(245.0, 222.0), 221.95);
        assert_eq!(clamp(f64::NAN, 222.0), 0.0);
        assert_eq!(clamp(12.0, 0.0), 12.0);
        assert_eq!(clamp(1.0, 0.01), 0.0);
    }

    #[test]
    fn a_loop_jumps_at_its_end_only() {
        let region = Region::new(72.0, 80.0);
        assert_eq!(jump(79.9, region, true), None);
        assert_eq!(jump(80.01, region, true), Some(72.0));
        assert_eq!(jump(80.01, region, false), None);
        assert_eq!(jump(10.0, region, true), None);
        assert_eq!(jump(10.0, None, true), None);
        assert_eq!(Region::new(5.0, 5.1), None);
        assert_eq!(Region::new(5.0, f64::NAN), None);
    }

    #[test]
    fn matching_turns_the_louder_one_down() {
        assert_eq!(trims_db(Some(-10.0), Some(-9.0), true), [0.0, -1.0]);
        assert_eq!(trims_db(Some(-10.0), Some(-14.0), true), [-4.0, 0.0]);
        assert_eq!(trims_db(Some(-10.0), Some(-14.0), false), [0.0, 0.0]);
        assert_eq!(trims_db(Some(-10.0), None, true), [0.0, 0.0]);
        assert!((gain(-6.0206) - 0.5).abs() < 1e-4);
    }

    #[test]
    fn keys_mean_nothing_to_those_who_write() {
        assert_eq!(
            command("b", false, false, true),
            Some(Command::Listen(Side::B))
        );
        assert_eq!(command("b", false, true, false), None);
        assert_eq!(command("a", true, false, false), None);
        assert_eq!(command(" ", false, false, true), None);
        assert_eq!(command(" ", false, false, false), Some(Command::Toggle));
        assert_eq!(command("k", false, false, false), Some(Command::Step(5.0)));
        assert_eq!(command("x", false, false, false), None);
    }

    #[test]
    fn a_meter_rises_at_once_and_falls_slowly() {
        let mut meter = Meter::default();
        for _ in 0..6 {
            meter = meter.follow(1.0, 1.0 / 60.0);
        }
        assert!(meter.level > 0.98 && meter.peak == meter.level);
        let risen = meter;
        for _ in 0..18 {
            meter = meter.follow(0.0, 1.0 / 60.0);
        }
        assert!(
            (0.30..0.45).contains(&(meter.level / risen.level)),
            "one time constant: {}",
            meter.level
        );
        assert_eq!(meter.peak, risen.peak, "the peak holds");
        for _ in 0..240 {
            meter = meter.follow(0.0, 1.0 / 60.0);
        }
        assert!(meter.at_rest());
    }
}
