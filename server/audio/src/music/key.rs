//! Key from the weight of the twelve pitch classes, against profiles of how often each is heard in a
//! key.

use crate::meter::pitch::FINE;

pub(crate) struct Key {
    pub(crate) name: &'static str,
    pub(crate) camelot: &'static str,
    pub(crate) confidence: f64,
    pub(crate) runner_up: (&'static str, f64),
    pub(crate) runner_up_camelot: &'static str,
}

/// Tonic C and up, as musicians write them: the name with fewer accidentals in its signature.
const MAJOR: [(&str, &str); 12] = [
    ("C major", "8B"),
    ("D♭ major", "3B"),
    ("D major", "10B"),
    ("E♭ major", "5B"),
    ("E major", "12B"),
    ("F major", "7B"),
    ("F♯ major", "2B"),
    ("G major", "9B"),
    ("A♭ major", "4B"),
    ("A major", "11B"),
    ("B♭ major", "6B"),
    ("B major", "1B"),
];
const MINOR: [(&str, &str); 12] = [
    ("C minor", "5A"),
    ("C♯ minor", "12A"),
    ("D minor", "7A"),
    ("E♭ minor", "2A"),
    ("E minor", "9A"),
    ("F minor", "4A"),
    ("F♯ minor", "11A"),
    ("G minor", "6A"),
    ("A♭ minor", "1A"),
    ("A minor", "8A"),
    ("B♭ minor", "3A"),
    ("B minor", "10A"),
];

/// D. Temperley's revision of Krumhansl and Kessler's probe-tone profiles (*The Cognition of Basic
/// Musical Structures*, 2001): they hold tonic and leading note apart from the dominant better
/// than the originals, which take relative keys for one another.
const MAJOR_PROFILE: [f64; 12] = [5.0, 2.0, 3.5, 2.0, 4.5, 4.0, 2.0, 4.5, 2.0, 3.5, 1.5, 4.0];
const MINOR_PROFILE: [f64; 12] = [5.0, 2.0, 3.5, 4.5, 2.0, 4.0, 2.0, 4.5, 3.5, 2.0, 1.5, 4.0];
/// Popular music in minor mostly keeps the seventh natural, which the profile above (of classical
/// harmony) counts little: this one is natural minor.
const NATURAL_PROFILE: [f64; 12] = [5.0, 1.5, 3.5, 4.5, 1.5, 4.0, 1.5, 4.5, 3.5, 1.5, 4.0, 1.5];

/// A correlation below this is no key: unpitched drums, noise, or a chord cluster.
const LEAST_FIT: f64 = 0.45;
/// Each of the twelve must stand out by this much from even weight for there to be pitches at all.
const LEAST_SPREAD: f64 = 0.015;

/// Cents by which the tuning lies above A = 440 Hz, from −50 to 50; with how sharply the pitches agree
/// on it, 0 to 1.
pub(crate) fn tuning(classes: &[f64; FINE]) -> Option<(f64, f64)> {
    const STEPS: usize = FINE / 12;
    let total: f64 = classes.iter().sum();
    if total <= 0.0 {
        return None;
    }
    // Mean direction on the circle that one semitone makes.
    let (x, y) = classes
        .iter()
        .enumerate()
        .fold((0.0, 0.0), |(x, y), (index, weight)| {
            let angle = (index % STEPS) as f64 / STEPS as f64 * std::f64::consts::TAU;
            (x + weight * angle.cos(), y + weight * angle.sin())
        });
    let agreement = f64::hypot(x, y) / total;
    Some((y.atan2(x) / std::f64::consts::TAU * 100.0, agreement))
}

pub(crate) fn estimate(classes: &[f64; FINE], tuning_cents: f64) -> Option<Key> {
    let weights = fold(classes, tuning_cents)?;
    let even = 1.0 / 12.0;
    let spread = (weights
        .iter()
        .map(|weight| (weight - even).powi(2))
        .sum::<f64>()
        / 12.0)
        .sqrt();
    if spread < LEAST_SPREAD {
        return None;
    }
    let mut fits: Vec<(f64, (&str, &str))> = (0..12)
        .flat_map(|tonic| {
            let minor =
                fit(&weights, &MINOR_PROFILE, tonic).max(fit(&weights, &NATURAL_PROFILE, tonic));
            [
                (fit(&weights, &MAJOR_PROFILE, tonic), MAJOR[tonic]),
                (minor, MINOR[tonic]),
            ]
        })
        .collect();
    fits.sort_by(|a, b| b.0.total_cmp(&a.0));
    let best = fits[0].0;
    if best < LEAST_FIT {
        return None;
    }
    // Softmax over all keys; at this sharpness a lead of 0.1 in correlation is three to one.
    let weight = |fit: f64| (11.0 * (fit - best)).exp();
    let total: f64 = fits.iter().map(|(fit, _)| weight(*fit)).sum();
    let [(_, (name, camelot)), (second, (other, other_camelot)), ..] = fits[..] else {
        return None;
    };
    Some(Key {
        name,
        camelot,
        confidence: best * weight(best) / total,
        runner_up: (other, best * weight(second) / total),
        runner_up_camelot: other_camelot,
    })
}

/// Twelve shares that add up to one. What lies halfway between two notes belongs to neither.
fn fold(classes: &[f64; FINE], tuning_cents: f64) -> Option<[f64; 12]> {
    const STEPS: f64 = (FINE / 12) as f64;
    let mut weights = [0.0; 12];
    for (index, weight) in classes.iter().enumerate() {
        let semitones = (index as f64 / STEPS - tuning_cents / 100.0).rem_euclid(12.0);
        let nearest = semitones.round();
        let closeness = 1.0 - 2.0 * (semitones - nearest).abs();
        weights[nearest as usize % 12] += weight * closeness;
    }
    let total: f64 = weights.iter().sum();
    (total > 0.0).then(|| weights.map(|weight| weight / total))
}

/// Pearson's correlation of the weights with a profile that starts at `tonic`.
fn fit(weights: &[f64; 12], profile: &[f64; 12], tonic: usize) -> f64 {
    let mean = |values: &[f64; 12]| values.iter().sum::<f64>() / 12.0;
    let (of_weights, of_profile) = (mean(weights), mean(profile));
    let (mut both, mut first, mut second) = (0.0, 0.0, 0.0);
    for class in 0..12 {
        let a = weights[(class + tonic) % 12] - of_weights;
        let b = profile[class] - of_profile;
        both += a * b;
        first += a * a;
        second += b * b;
    }
    both / (first * second).sqrt().max(1e-30)
}
