//! Two channels as powers: what is in each, and what they share. Correlation, width, balance and mono
//! loss all follow from these three sums, in any band and over any stretch.

use std::f64::consts::FRAC_PI_4;

use contract::report::StereoField;

/// Sums of left², right² and left·right.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Cross {
    pub(crate) ll: f32,
    pub(crate) rr: f32,
    pub(crate) lr: f32,
}

/// Nothing is told of stereo below this power: dither and rounding are not a stereo image.
const LEAST: f64 = 1e-10;

impl Cross {
    pub(crate) fn add(&mut self, other: Self) {
        self.ll += other.ll;
        self.rr += other.rr;
        self.lr += other.lr;
    }

    /// Mean power of the two channels.
    pub(crate) fn power(self) -> f64 {
        f64::from(self.ll + self.rr) / 2.0
    }

    /// Power of the mono sum (L+R)/2. Equal channels keep theirs.
    pub(crate) fn mono(self) -> f64 {
        (f64::from(self.ll + self.rr + 2.0 * self.lr) / 4.0).max(0.0)
    }

    /// Power of the side signal (L−R)/2.
    fn side(self) -> f64 {
        (f64::from(self.ll + self.rr - 2.0 * self.lr) / 4.0).max(0.0)
    }

    /// Pearson's, without removing the means: −1 to 1.
    pub(crate) fn correlation(self, weight: f64) -> Option<f64> {
        let (ll, rr) = (f64::from(self.ll), f64::from(self.rr));
        let audible = ll.min(rr) > LEAST * weight;
        audible.then(|| (f64::from(self.lr) / (ll * rr).sqrt()).clamp(-1.0, 1.0))
    }

    /// The share of the energy that is in the side signal, in percent: 0 is mono, 50 as much side as
    /// middle (unrelated channels, or one side alone), 100 all out of phase.
    pub(crate) fn width(self, weight: f64) -> Option<f64> {
        let all = self.mono() + self.side();
        (all > LEAST * weight).then(|| 100.0 * self.side() / all)
    }

    /// dB lost in the mono sum against the mean power of the channels: 0 for mono, 3 for unrelated
    /// channels. Held at 60, where nothing is left.
    pub(crate) fn mono_loss(self, weight: f64) -> Option<f64> {
        (self.power() > LEAST * weight).then(|| {
            let loss = 10.0 * (self.power() / self.mono().max(1e-30)).log10();
            loss.clamp(0.0, 60.0)
        })
    }

    /// dB by which the left is louder. Held at ±60.
    pub(crate) fn balance(self, weight: f64) -> Option<f64> {
        (self.power() > LEAST * weight).then(|| {
            let ratio = f64::from(self.ll).max(1e-30) / f64::from(self.rr).max(1e-30);
            (10.0 * ratio.log10()).clamp(-60.0, 60.0)
        })
    }
}

/// Sums over samples.
pub(crate) fn cross(left: &[f32], right: &[f32]) -> Cross {
    const LANES: usize = 8;
    let mut sums = [[0.0f32; LANES]; 3];
    for (left, right) in left.chunks(LANES).zip(right.chunks(LANES)) {
        for (lane, (left, right)) in left.iter().zip(right).enumerate() {
            sums[0][lane] += left * left;
            sums[1][lane] += right * right;
            sums[2][lane] += left * right;
        }
    }
    let [ll, rr, lr] = sums.map(|lanes| lanes.iter().sum());
    Cross { ll, rr, lr }
}

/// Directions told apart by the half-plane plot, five degrees each.
const DIRECTIONS: usize = 37;

/// Energy by direction. Each band of each spectrum counts as one source, at the direction of its
/// principal axis, in pink weighting so that the bass does not hide all else.
pub(crate) struct Field {
    energy: [f64; DIRECTIONS],
}

impl Default for Field {
    fn default() -> Self {
        Self {
            energy: [0.0; DIRECTIONS],
        }
    }
}

impl Field {
    pub(crate) fn take(&mut self, hz: f64, band: Cross) {
        let (ll, rr, lr) = (f64::from(band.ll), f64::from(band.rr), f64::from(band.lr));
        if ll + rr <= 0.0 {
            return;
        }
        // Principal axis of the Lissajous figure: 0 is left alone, π/4 the middle, π/2 right alone;
        // below 0 and above π/2 lie signals out of phase, drawn at the edge they are nearest to.
        let axis = 0.5 * (2.0 * lr).atan2(ll - rr);
        let degrees = ((axis - FRAC_PI_4) * 2.0).to_degrees().clamp(-90.0, 90.0);
        let place = (degrees + 90.0) / 180.0 * (DIRECTIONS - 1) as f64;
        let (index, part) = (place.floor() as usize, place.fract());
        let energy = (ll + rr) * hz;
        self.energy[index] += energy * (1.0 - part);
        if part > 0.0 {
            self.energy[index + 1] += energy * part;
        }
    }

    /// Empty where there was nothing to hear.
    pub(crate) fn finish(&self) -> StereoField {
        let strongest = self.energy.iter().copied().fold(0.0, f64::max);
        if strongest <= 0.0 {
            return StereoField::default();
        }
        StereoField {
            angle_deg: (0..DIRECTIONS)
                .map(|index| index as f64 * 5.0 - 90.0)
                .collect(),
            energy: self
                .energy
                .iter()
                .map(|energy| energy / strongest)
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIGNAL: [f32; 4] = [0.5, -0.25, 0.125, 0.5];

    #[test]
    fn mono_loses_nothing_and_its_inverse_everything() {
        let mono = cross(&SIGNAL, &SIGNAL);
        assert!(mono.mono_loss(4.0).is_some_and(|loss| loss < 1e-6));
        assert_eq!(mono.correlation(4.0), Some(1.0));
        assert_eq!(mono.width(4.0), Some(0.0));
        let inverse = cross(&SIGNAL, &SIGNAL.map(|sample| -sample));
        assert_eq!(inverse.mono_loss(4.0), Some(60.0));
        assert_eq!(inverse.correlation(4.0), Some(-1.0));
        assert_eq!(inverse.width(4.0), Some(100.0));
    }

    #[test]
    fn one_side_alone_loses_three_decibels_and_has_no_correlation() {
        let left = cross(&SIGNAL, &[0.0; 4]);
        assert!(
            left.mono_loss(4.0)
                .is_some_and(|loss| (loss - 3.01).abs() < 0.01)
        );
        assert_eq!(left.correlation(4.0), None);
        assert_eq!(left.balance(4.0), Some(60.0));
        let mut field = Field::default();
        field.take(1_000.0, left);
        assert_eq!(field.finish().energy[0], 1.0);
    }
}
