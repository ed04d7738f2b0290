//! Tempo from the autocorrelation of the onset curve: a comb of its first beats, weighed by how likely
//! people are to tap at that rate.

use crate::meter::onset::LAGS;

pub(crate) struct Tempo {
    pub(crate) bpm: f64,
    pub(crate) confidence: f64,
    /// Other rates that fit, best first: half, double, triple, and the like.
    pub(crate) alternates: Vec<(f64, f64)>,
}

const SLOWEST: f64 = 50.0;
const FASTEST: f64 = 220.0;
/// One candidate is 0.3 % from the next.
const RATIO: f64 = 1.003;
/// Less than this of the onset curve's power in a beat is no beat.
const LEAST_PULSE: f64 = 0.06;

/// `rate` is of the onset curve, a second.
pub(crate) fn estimate(correlation: &[f64; LAGS], rate: f64) -> Option<Tempo> {
    let candidates = std::iter::successors(Some(SLOWEST), |bpm| Some(bpm * RATIO))
        .take_while(|bpm| *bpm <= FASTEST);
    let (rough, _) = candidates
        .map(|bpm| (bpm, score(correlation, rate, bpm)))
        .max_by(|a, b| a.1.total_cmp(&b.1))?;
    let bpm = refine(correlation, rate, rough);
    let pulse = comb(correlation, rate, bpm);
    if pulse < LEAST_PULSE {
        return None;
    }
    // Half and double, and what triplets and dotted rhythms suggest.
    let relatives = [0.5, 2.0, 3.0, 1.0 / 3.0, 1.5, 2.0 / 3.0].map(|ratio| bpm * ratio);
    let scored: Vec<(f64, f64)> = relatives
        .into_iter()
        .filter(|other| (35.0..=300.0).contains(other))
        .map(|other| (other, score(correlation, rate, other).max(0.0)))
        .collect();
    let best = score(correlation, rate, bpm).max(1e-9);
    // Squared, so that what fits half as well gets a quarter of the trust.
    let total = best.powi(2) + scored.iter().map(|(_, score)| score.powi(2)).sum::<f64>();
    // A weak pulse lowers the trust in all answers alike.
    let clarity = (pulse / 0.3).min(1.0);
    let trust = |score: f64| score.powi(2) / total * clarity;
    let mut alternates: Vec<(f64, f64)> = scored
        .iter()
        .map(|(bpm, score)| (*bpm, trust(*score)))
        .collect();
    alternates.sort_by(|a, b| b.1.total_cmp(&a.1));
    Some(Tempo {
        bpm,
        confidence: trust(best),
        alternates,
    })
}

fn score(correlation: &[f64; LAGS], rate: f64, bpm: f64) -> f64 {
    comb(correlation, rate, bpm) * preference(bpm)
}

/// How strongly the curve repeats after one, two, three and four beats, less how strongly it does half
/// a beat off them: a true beat beats what lies between.
fn comb(correlation: &[f64; LAGS], rate: f64, bpm: f64) -> f64 {
    let beat = 60.0 * rate / bpm;
    let beats = 4;
    let on: f64 = (1..=beats)
        .map(|count| at(correlation, beat * f64::from(count)))
        .sum();
    let off: f64 = (1..=beats)
        .map(|count| at(correlation, beat * (f64::from(count) - 0.5)).max(0.0))
        .sum();
    (on - 0.2 * off) / f64::from(beats)
}

/// People tap most readily a little under 120 a minute (D. Moelants, "Preferred tempo reconsidered", 2002); a
/// log-normal weight after D. Ellis, "Beat tracking by dynamic programming", 2007.
fn preference(bpm: f64) -> f64 {
    (-0.5 * ((bpm / 118.0).log2() / 0.75).powi(2)).exp()
}

/// The longest multiple of the beat that the correlation still shows places it most exactly.
fn refine(correlation: &[f64; LAGS], rate: f64, rough: f64) -> f64 {
    let mut beat = 60.0 * rate / rough;
    for count in [1.0, 2.0, 4.0, 8.0] {
        let around = beat * count;
        if around + beat / 4.0 + 2.0 >= LAGS as f64 {
            break;
        }
        // No farther than the error that the step before may have left.
        let reach = (around * 0.02).clamp(2.0, beat / 4.0);
        let (low, high) = (
            (around - reach).ceil() as usize,
            (around + reach).floor() as usize,
        );
        let Some(peak) =
            (low.max(1)..=high).max_by(|a, b| correlation[*a].total_cmp(&correlation[*b]))
        else {
            break;
        };
        if peak == low || peak == high || correlation[peak] < 0.3 * at(correlation, beat) {
            continue;
        }
        let [a, b, c] = [
            correlation[peak - 1],
            correlation[peak],
            correlation[peak + 1],
        ];
        let bend = a - 2.0 * b + c;
        let shift = if bend < 0.0 {
            0.5 * (a - c) / bend
        } else {
            0.0
        };
        beat = (peak as f64 + shift) / count;
    }
    60.0 * rate / beat
}

/// Between lags, along a straight line.
fn at(correlation: &[f64; LAGS], lag: f64) -> f64 {
    let index = lag as usize;
    match correlation.get(index..index + 2) {
        Some([a, b]) => a + (b - a) * lag.fract(),
        _ => 0.0,
    }
}
