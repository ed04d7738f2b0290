//! Half a second of the song as sums. Sections, stretches and everything else that has a place in time
//! are made by adding slices up, so they cost nothing more to measure.

use crate::bands::{Broad, THIRDS};
use crate::meter::spectrum::Look;
use crate::meter::stereo::Cross;
use crate::series::Merge;

/// A song of eight minutes at half-second slices; longer files have longer slices.
pub(crate) const MOST_SLICES: usize = 1024;
/// Steps in the shortest slice.
pub(crate) const STEPS: u64 = 5;

#[derive(Clone, Default)]
pub(crate) struct Slice {
    pub(crate) seconds: f64,
    /// Sum over steps of K-weighted energy, for loudness; and the steps it is of.
    pub(crate) energy: f64,
    pub(crate) steps: f64,
    /// Sums over samples, and how many.
    pub(crate) time: Cross,
    pub(crate) frames: f64,
    /// Sums of mean squares of looks at the spectrum, and of their weights.
    pub(crate) bands: [Cross; THIRDS],
    pub(crate) looks: f64,
    pub(crate) chroma: [f32; 12],
}

impl Merge for Slice {
    fn merge(&mut self, next: &Self) {
        self.seconds += next.seconds;
        self.energy += next.energy;
        self.steps += next.steps;
        self.time.add(next.time);
        self.frames += next.frames;
        for (band, other) in self.bands.iter_mut().zip(&next.bands) {
            band.add(*other);
        }
        self.looks += next.looks;
        for (class, other) in self.chroma.iter_mut().zip(&next.chroma) {
            *class += other;
        }
    }
}

impl Slice {
    pub(crate) fn sum(slices: &[Self]) -> Self {
        slices.iter().fold(Self::default(), |mut sum, slice| {
            sum.merge(slice);
            sum
        })
    }

    pub(crate) fn look(&mut self, look: &Look) {
        for (band, other) in self.bands.iter_mut().zip(&look.bands) {
            band.add(*other);
        }
        self.looks += f64::from(look.weight);
        for (class, other) in self.chroma.iter_mut().zip(&look.chroma) {
            *class += other;
        }
    }

    /// Mean K-weighted energy.
    pub(crate) fn mean_energy(&self) -> f64 {
        if self.steps > 0.0 {
            self.energy / self.steps
        } else {
            0.0
        }
    }

    /// What two channels share in the third-octave bands from `first` to `last`.
    pub(crate) fn cross(&self, first: usize, last: usize) -> Cross {
        self.bands[first..=last]
            .iter()
            .fold(Cross::default(), |mut sum, band| {
                sum.add(*band);
                sum
            })
    }

    pub(crate) fn broad(&self, band: Broad) -> Cross {
        self.cross(band.thirds[0], band.thirds[1])
    }

    /// Mean square in one third-octave band.
    pub(crate) fn band_power(&self, index: usize) -> f64 {
        if self.looks > 0.0 {
            self.bands[index].power() / self.looks
        } else {
            0.0
        }
    }
}
