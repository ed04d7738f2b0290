//! How many bits of each sample are ever used.

/// Gathers, sample by sample, which bits are in use. Integers are left-justified in 32 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) enum Depth {
    /// A lossy codec has no bit depth.
    #[default]
    Unknowable,
    /// All bits that were ever set.
    Integer { used: u32 },
    /// Floating point; `finer` once a value was seen that 24 bits cannot hold.
    Float { used: u32, finer: bool },
}

impl Depth {
    pub(crate) fn integer() -> Self {
        Self::Integer { used: 0 }
    }

    pub(crate) fn float() -> Self {
        Self::Float {
            used: 0,
            finer: false,
        }
    }

    /// The bits in use; `None` where that cannot be known, or where all samples are zero.
    pub(crate) fn bits(self) -> Option<u32> {
        match self {
            Self::Unknowable
            | Self::Integer { used: 0 }
            | Self::Float {
                used: 0,
                finer: false,
            } => None,
            Self::Integer { used } => Some(32 - used.trailing_zeros()),
            Self::Float { finer: true, .. } => Some(32),
            Self::Float { used, finer: false } => Some(24 - used.trailing_zeros().min(23)),
        }
    }

    pub(crate) fn take_integers(&mut self, samples: &[i32]) {
        if let Self::Integer { used } = self {
            *used |= samples.iter().fold(0, |bits, sample| bits | *sample as u32);
        }
    }

    /// A float file is often a 16 or 24-bit one in disguise: then every sample is a multiple of 2⁻²³.
    pub(crate) fn take_floats(&mut self, samples: &[f32]) {
        let Self::Float { used, finer } = self else {
            return;
        };
        if *finer {
            return;
        }
        for sample in samples {
            let scaled = sample * 8_388_608.0;
            let whole = scaled as i32;
            if whole as f32 != scaled {
                *finer = true;
                return;
            }
            *used |= whole as u32;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sixteen_bits_padded_to_24_or_float_are_still_16() {
        let mut padded = Depth::integer();
        padded.take_integers(&[0x1234 << 16, -(0x0101 << 16)]);
        assert_eq!(padded.bits(), Some(16));
        let mut float = Depth::float();
        float.take_floats(&[0.5, -3.0 / 32_768.0]);
        assert_eq!(float.bits(), Some(16));
        float.take_floats(&[1e-9]);
        assert_eq!(float.bits(), Some(32));
    }

    #[test]
    fn silence_uses_no_bits_that_could_be_counted() {
        let mut depth = Depth::integer();
        depth.take_integers(&[0, 0]);
        assert_eq!(depth.bits(), None);
    }
}
