//! Sections by novelty: where the sound before differs from the sound after (after J. Foote, "Automatic audio
//! segmentation using a measure of audio novelty", ICME 2000).

use crate::bands::THIRDS;
use crate::slice::Slice;

/// A stretch of slices, and the letter it shares with those that sound alike.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Span {
    pub(crate) from: usize,
    /// Not part of it.
    pub(crate) to: usize,
    pub(crate) label: char,
}

/// Two bars at 120 BPM; shorter ones would be fills.
const SHORTEST_S: f64 = 4.0;
/// What lies on each side of a border, to compare.
const REACH_S: f64 = 8.0;
/// As many as a report can show, and more than most songs have.
const MOST: usize = 16;
/// Features: a level per band, one for loudness, twelve pitch classes.
const FEATURES: usize = THIRDS + 1 + 12;

pub(crate) fn find(slices: &[Slice]) -> Vec<Span> {
    let Some(first) = slices.first() else {
        return Vec::new();
    };
    let whole = vec![Span {
        from: 0,
        to: slices.len(),
        label: 'A',
    }];
    let seconds = first.seconds.max(0.1);
    let shortest = (SHORTEST_S / seconds).ceil().max(1.0) as usize;
    let reach = (REACH_S / seconds).ceil().max(2.0) as usize;
    if slices.len() < 2 * shortest {
        return whole;
    }
    let features: Vec<[f32; FEATURES]> = slices.iter().map(features).collect();
    let novelty = novelty(&features, reach);
    let mut borders = borders(&novelty, shortest);
    borders.sort_unstable();
    let mut spans: Vec<Span> = Vec::with_capacity(borders.len() + 1);
    let edges = std::iter::once(0)
        .chain(borders)
        .chain([slices.len()])
        .collect::<Vec<_>>();
    for edge in edges.windows(2) {
        spans.push(Span {
            from: edge[0],
            to: edge[1],
            label: 'A',
        });
    }
    label(&mut spans, slices);
    spans
}

/// dB are what ears compare; pitch classes count less, since chords change within a section.
fn features(slice: &Slice) -> [f32; FEATURES] {
    let mut features = [0.0; FEATURES];
    let floor = 1e-7;
    for (band, feature) in features[..THIRDS].iter_mut().enumerate() {
        *feature = 10.0 * (slice.band_power(band) + floor).log10() as f32 / 10.0;
    }
    features[THIRDS] = 10.0 * (slice.mean_energy() + floor).log10() as f32 / 5.0;
    let total: f32 = slice.chroma.iter().sum();
    if total > 0.0 {
        for (feature, weight) in features[THIRDS + 1..].iter_mut().zip(slice.chroma) {
            *feature = weight / total;
        }
    }
    features
}

fn distance(a: &[f32; FEATURES], b: &[f32; FEATURES]) -> f32 {
    a.iter()
        .zip(b)
        .map(|(a, b)| (a - b).powi(2))
        .sum::<f32>()
        .sqrt()
}

/// For each border, the distance of the means on both sides against the spread within them: high where
/// a change is greater than what goes on all the time.
fn novelty(features: &[[f32; FEATURES]], reach: usize) -> Vec<f32> {
    let mean = |range: &[[f32; FEATURES]]| {
        let mut mean = [0.0; FEATURES];
        for slice in range {
            mean.iter_mut()
                .zip(slice)
                .for_each(|(mean, value)| *mean += value / range.len() as f32);
        }
        mean
    };
    (0..features.len())
        .map(|at| {
            let before = &features[at.saturating_sub(reach)..at];
            let after = &features[at..(at + reach).min(features.len())];
            if before.len() < 2 || after.len() < 2 {
                return 0.0;
            }
            let (left, right) = (mean(before), mean(after));
            let spread = |range: &[[f32; FEATURES]], mean: &[f32; FEATURES]| {
                range.iter().map(|slice| distance(slice, mean)).sum::<f32>() / range.len() as f32
            };
            let within = 0.5 * (spread(before, &left) + spread(after, &right));
            // Short sides prove less.
            let proof = (before.len().min(after.len()) as f32 / reach as f32).sqrt();
            distance(&left, &right) * proof / (within + 0.3)
        })
        .collect()
}

/// The highest peaks first, none too near to another or to the ends.
fn borders(novelty: &[f32], shortest: usize) -> Vec<usize> {
    // By trial: music that only goes on stays below 0.4, an instrument that enters makes 0.7 to 1.
    const LEAST: f32 = 0.55;
    let mut peaks: Vec<usize> = (1..novelty.len().saturating_sub(1))
        .filter(|at| {
            novelty[*at] >= LEAST
                && novelty[*at] >= novelty[at - 1]
                && novelty[*at] > novelty[at + 1]
        })
        .collect();
    peaks.sort_by(|a, b| novelty[*b].total_cmp(&novelty[*a]));
    let mut borders: Vec<usize> = Vec::new();
    for peak in peaks {
        let far = |other: usize| peak.abs_diff(other) >= shortest;
        if far(0)
            && far(novelty.len())
            && borders.iter().all(|other| far(*other))
            && borders.len() + 1 < MOST
        {
            borders.push(peak);
        }
    }
    borders
}

/// A section takes the letter of the most similar one before it, if that is similar enough.
fn label(spans: &mut [Span], slices: &[Slice]) {
    const ALIKE: f32 = 1.3;
    let means: Vec<[f32; FEATURES]> = spans
        .iter()
        .map(|span| features(&Slice::sum(&slices[span.from..span.to])))
        .collect();
    let mut letters = 0;
    for index in 0..spans.len() {
        let nearest = (0..index)
            .map(|other| (distance(&means[index], &means[other]), spans[other].label))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        spans[index].label = match nearest {
            Some((distance, label)) if distance < ALIKE => label,
            _ => {
                letters += 1;
                char::from(b'A' + (letters - 1).min(25) as u8)
            }
        };
    }
}
