//! Stretches of time in which a band stands out from the rest of the song, or vanishes in mono.

use crate::bands::{THIRDS, third};
use crate::slice::Slice;

/// From slice `from` to slice `to` (not part of it), in third-octave bands `first` to `last`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Stretch {
    pub(crate) from: usize,
    pub(crate) to: usize,
    pub(crate) first: usize,
    pub(crate) last: usize,
    /// dB.
    pub(crate) value: f64,
}

/// A register that may be too strong for a while.
struct Register {
    thirds: [usize; 2],
    /// What it is weighed against.
    against: [usize; 2],
    /// dB above the song's own usual that begin a stretch: arrangements vary more in the middle than in
    /// the bass, so the middle must stand out more.
    least_db: f64,
}

/// Lows to 224 Hz; and the harsh register, where the ear is most sensitive (ISO 226).
const REGISTERS: [Register; 2] = [
    Register {
        thirds: [0, 9],
        against: [10, 25],
        least_db: 3.5,
    },
    Register {
        thirds: [20, 23],
        against: [6, 19],
        least_db: 8.0,
    },
];
/// Shorter ones are fills and accents.
const SHORTEST_S: f64 = 3.0;
/// As many of a kind as a report can show.
const MOST: usize = 8;

/// Where a register is louder, against the rest, than it usually is while it plays.
pub(crate) fn standing_out(slices: &[Slice]) -> Vec<Stretch> {
    let mut found: Vec<Stretch> = REGISTERS
        .iter()
        .flat_map(|register| find(slices, register))
        .collect();
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found.truncate(MOST);
    found.sort_by_key(|stretch| stretch.from);
    found
}

fn find(slices: &[Slice], register: &Register) -> Vec<Stretch> {
    let [first, last] = register.thirds;
    let level = |slice: &Slice, [first, last]: [usize; 2]| {
        let power = slice.cross(first, last).power() / slice.looks.max(1e-9);
        10.0 * (power + 1e-12).log10()
    };
    let reach = half_width(slices, 1.5);
    let smooth = |index: usize| {
        let range = index.saturating_sub(reach)..(index + reach + 1).min(slices.len());
        Slice::sum(&slices[range])
    };
    // One (absolute, relative) level per slice, over about three seconds.
    let levels: Vec<(f64, f64)> = (0..slices.len())
        .map(|index| {
            let slice = smooth(index);
            let own = level(&slice, register.thirds);
            (own, own - level(&slice, register.against))
        })
        .collect();
    // An intro without bass says nothing about how loud the bass is when it plays.
    let loud = percentile(levels.iter().map(|level| level.0).collect(), 0.95);
    let playing: Vec<usize> = (0..slices.len())
        .filter(|index| levels[*index].0 > loud - 15.0 && loud > -80.0)
        .collect();
    if playing.len() < 8 {
        return Vec::new();
    }
    let usual_level = percentile(playing.iter().map(|index| levels[*index].0).collect(), 0.5);
    let usual_ratio = percentile(playing.iter().map(|index| levels[*index].1).collect(), 0.5);
    // The lesser of both rises: when everything else stops, the ratio rises and the level does not.
    let excess: Vec<f64> = levels
        .iter()
        .map(|(level, ratio)| (level - usual_level).min(ratio - usual_ratio))
        .collect();
    runs(&excess, register.least_db, register.least_db / 2.0)
        .into_iter()
        .filter(|(from, to)| {
            seconds(&slices[*from..*to]) >= SHORTEST_S && (to - from) * 10 < slices.len() * 7
        })
        .map(|(from, to)| {
            let (from, to) = sharpen(slices, from, to, reach, |slice| {
                level(slice, register.thirds)
            });
            let part = Slice::sum(&slices[from..to]);
            let rest = rest_of(slices, &playing, from, to);
            let rise = |band: usize| level(&part, [band, band]) - level(&rest, [band, band]);
            let value = (level(&part, register.thirds) - level(&rest, register.thirds))
                .min(level(&part, register.thirds) - level(&part, register.against) - usual_ratio);
            let (first, last) = widest(first, last, rise);
            Stretch {
                from,
                to,
                first,
                last,
                value,
            }
        })
        .filter(|stretch| stretch.value >= register.least_db)
        .collect()
}

/// Where sound in a band is mostly out of phase, so that a mono loudspeaker loses it.
pub(crate) fn lost_in_mono(slices: &[Slice]) -> Vec<Stretch> {
    /// dB lost: 3 is what unrelated channels lose, so 6 is half of the power beyond that.
    const LEAST_DB: f64 = 6.0;
    /// Part of the (pink-weighted) energy that must be lost before anyone would hear it.
    const LEAST_SHARE: f64 = 0.08;
    let reach = half_width(slices, 1.0);
    let bad_bands = |slice: &Slice| -> [bool; THIRDS] {
        std::array::from_fn(|band| {
            slice.bands[band]
                .mono_loss(slice.looks)
                .is_some_and(|loss| loss >= LEAST_DB)
        })
    };
    let share = |slice: &Slice| {
        let bad = bad_bands(slice);
        let pink = |band: usize| slice.bands[band].power() * third(band).hz;
        let all: f64 = (0..THIRDS).map(pink).sum();
        let lost: f64 = (0..THIRDS).filter(|band| bad[*band]).map(pink).sum();
        if all > 0.0 && slice.mean_energy() > 1e-7 {
            lost / all
        } else {
            0.0
        }
    };
    let smooth: Vec<f64> = (0..slices.len())
        .map(|index| {
            let range = index.saturating_sub(reach)..(index + reach + 1).min(slices.len());
            share(&Slice::sum(&slices[range]))
        })
        .collect();
    let mut found: Vec<Stretch> = runs(&smooth, LEAST_SHARE, LEAST_SHARE / 2.0)
        .into_iter()
        .map(|(from, to)| {
            let lost = |slice: &Slice| 10.0 * (share(slice) + 1e-3).log10();
            let (mut from, mut to) = sharpen(slices, from, to, reach, lost);
            // A rest makes a jump, too: what is lost beyond it still belongs to the stretch.
            while from > 0 && share(&slices[from - 1]) >= LEAST_SHARE {
                from -= 1;
            }
            while to < slices.len() && share(&slices[to]) >= LEAST_SHARE {
                to += 1;
            }
            (from, to)
        })
        .filter(|(from, to)| seconds(&slices[*from..*to]) >= SHORTEST_S)
        .filter_map(|(from, to)| {
            let part = Slice::sum(&slices[from..to]);
            let bad = bad_bands(&part);
            // The strongest of the lost bands, and what is lost next to it.
            let pink = |band: &usize| part.bands[*band].power() * third(*band).hz;
            let core = (0..THIRDS)
                .filter(|band| bad[*band])
                .max_by(|a, b| pink(a).total_cmp(&pink(b)))?;
            let first = (0..core)
                .rev()
                .take_while(|band| bad[*band])
                .last()
                .unwrap_or(core);
            let last = (core + 1..THIRDS)
                .take_while(|band| bad[*band])
                .last()
                .unwrap_or(core);
            let value = part.cross(first, last).mono_loss(part.looks)?;
            Some(Stretch {
                from,
                to,
                first,
                last,
                value,
            })
        })
        .collect();
    found.sort_by(|a, b| b.value.total_cmp(&a.value));
    found.truncate(MOST);
    found.sort_by_key(|stretch| stretch.from);
    found
}

/// Slices to each side that make up `seconds`.
fn half_width(slices: &[Slice], seconds: f64) -> usize {
    let each = slices.first().map_or(1.0, |slice| slice.seconds.max(0.1));
    (seconds / each).round() as usize
}

fn seconds(slices: &[Slice]) -> f64 {
    slices.iter().map(|slice| slice.seconds).sum()
}

/// Runs that reach `high` somewhere and stay above `low`.
fn runs(values: &[f64], high: f64, low: f64) -> Vec<(usize, usize)> {
    let mut runs = Vec::new();
    let mut from = None;
    for (index, value) in values.iter().chain([&f64::NEG_INFINITY]).enumerate() {
        match (from, *value >= low) {
            (None, true) => from = Some(index),
            (Some(start), false) => {
                if values[start..index].iter().any(|value| *value >= high) {
                    runs.push((start, index));
                }
                from = None;
            }
            _ => {}
        }
    }
    runs
}

/// Smoothing moved and blurred the edges: finds, near each, where the unsmoothed level jumps the most.
fn sharpen(
    slices: &[Slice],
    from: usize,
    to: usize,
    reach: usize,
    level: impl Fn(&Slice) -> f64,
) -> (usize, usize) {
    let near = reach + 2;
    let jump = |at: usize| {
        let before = Slice::sum(&slices[at.saturating_sub(near)..at]);
        let after = Slice::sum(&slices[at..(at + near).min(slices.len())]);
        level(&after) - level(&before)
    };
    let around = |at: usize| at.saturating_sub(near).max(1)..(at + near + 1).min(slices.len());
    let start = if from == 0 {
        0
    } else {
        around(from)
            .max_by(|a, b| jump(*a).total_cmp(&jump(*b)))
            .unwrap_or(from)
    };
    let end = if to == slices.len() {
        to
    } else {
        around(to)
            .min_by(|a, b| jump(*a).total_cmp(&jump(*b)))
            .unwrap_or(to)
    };
    if start < end {
        (start, end)
    } else {
        (from, to)
    }
}

/// The song without the stretch, while the register plays.
fn rest_of(slices: &[Slice], playing: &[usize], from: usize, to: usize) -> Slice {
    let rest: Vec<Slice> = playing
        .iter()
        .filter(|index| **index < from || **index >= to)
        .map(|index| slices[*index].clone())
        .collect();
    Slice::sum(&rest)
}

/// The bands around the one that rose the most that rose at least half as much.
fn widest(first: usize, last: usize, rise: impl Fn(usize) -> f64) -> (usize, usize) {
    let core = (first..=last)
        .max_by(|a, b| rise(*a).total_cmp(&rise(*b)))
        .unwrap_or(first);
    let enough = rise(core) / 2.0;
    let low = (first..core)
        .rev()
        .take_while(|band| rise(*band) >= enough)
        .last()
        .unwrap_or(core);
    let high = (core + 1..=last)
        .take_while(|band| rise(*band) >= enough)
        .last()
        .unwrap_or(core);
    (low, high)
}

fn percentile(mut values: Vec<f64>, part: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let index = (values.len().saturating_sub(1) as f64 * part).round() as usize;
    values.get(index).copied().unwrap_or(0.0)
}
