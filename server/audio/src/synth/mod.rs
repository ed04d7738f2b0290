//! Signals with known answers, for tests here and in other crates (feature `synth`).
//!
//! Everything is computed, nothing is random that is not seeded: the same call gives the same samples.
//! Sound is interleaved f32 at full scale 1.0.

mod music;
mod song;
mod tones;

use std::io::{self, Write};
use std::path::Path;

pub use self::music::{Music, music};
pub use self::song::{Fault, LOW_END, OUT_OF_PHASE, song};
pub use self::tones::{Tone, noise, surround_tone, tone, true_peak_burst, true_peak_tone};
use crate::wav::{Format, write_header};

/// Interleaved samples, and what they mean.
#[derive(Clone, Debug, PartialEq)]
pub struct Sound {
    pub rate: u32,
    pub channels: u16,
    pub samples: Vec<f32>,
}

impl Sound {
    pub fn seconds(&self) -> f64 {
        self.samples.len() as f64 / f64::from(self.channels) / f64::from(self.rate)
    }

    /// All samples times 10^(db/20).
    pub fn gain(mut self, db: f64) -> Self {
        let factor = 10f64.powf(db / 20.0) as f32;
        self.samples.iter_mut().for_each(|sample| *sample *= factor);
        self
    }

    /// Left and right exchanged.
    pub fn swapped(mut self) -> Self {
        self.samples
            .chunks_exact_mut(usize::from(self.channels))
            .for_each(<[f32]>::reverse);
        self
    }

    /// The bytes of a WAV file.
    pub fn to_wav(&self, format: Format) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.samples.len() * 4 + 44);
        // Writing to memory cannot fail.
        let _ = self.write_to(&mut bytes, format);
        bytes
    }

    pub fn write_wav(&self, path: impl AsRef<Path>, format: Format) -> io::Result<()> {
        let mut file = io::BufWriter::new(std::fs::File::create(path)?);
        self.write_to(&mut file, format)?;
        file.flush()
    }

    fn write_to(&self, out: &mut dyn Write, format: Format) -> io::Result<()> {
        let len = self.samples.len() as u64 * u64::from(format.width());
        write_header(out, format, self.rate, self.channels, Some(len))?;
        for sample in &self.samples {
            match format {
                Format::Pcm16 => {
                    let value = (sample * 32_768.0).round().clamp(-32_768.0, 32_767.0) as i16;
                    out.write_all(&value.to_le_bytes())?;
                }
                Format::Pcm24 => {
                    let value = (f64::from(*sample) * 8_388_608.0)
                        .round()
                        .clamp(-8_388_608.0, 8_388_607.0) as i32;
                    out.write_all(&value.to_le_bytes()[..3])?;
                }
                Format::Float32 => out.write_all(&sample.to_le_bytes())?,
            }
        }
        Ok(())
    }
}

/// White noise from −1 to 1, always the same.
#[derive(Clone)]
pub(crate) struct Noise(u32);

impl Noise {
    pub(crate) fn new(seed: u32) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9) | 1)
    }

    pub(crate) fn next(&mut self) -> f32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 8) as f32 / 8_388_608.0 - 1.0
    }
}
