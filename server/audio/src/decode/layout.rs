//! Which loudspeaker each channel is for, and what follows from it: BS.1770's weights and the fold
//! down to stereo.

use symphonia::core::audio::Channels;

// Bits of the WAVE channel mask (Microsoft, WAVEFORMATEXTENSIBLE); symphonia's positions agree.
const FRONT_LEFT: u32 = 1 << 0;
const FRONT_RIGHT: u32 = 1 << 1;
const FRONT_CENTRE: u32 = 1 << 2;
const LFE: u32 = 1 << 3;
const BACK_LEFT: u32 = 1 << 4;
const BACK_RIGHT: u32 = 1 << 5;
const LEFT_OF_CENTRE: u32 = 1 << 6;
const RIGHT_OF_CENTRE: u32 = 1 << 7;
const BACK_CENTRE: u32 = 1 << 8;
const SIDE_LEFT: u32 = 1 << 9;
const SIDE_RIGHT: u32 = 1 << 10;

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Layout {
    pub(crate) name: String,
    /// ITU-R BS.1770-5, table 4: the power of each channel counts times this.
    pub(crate) weights: Vec<f64>,
    /// Gains into a stereo fold-down (ITU-R BS.775-4, table 2), for everything that asks for the
    /// sound as a whole: spectrum, tempo, key.
    pub(crate) fold: Vec<[f32; 2]>,
}

impl Layout {
    /// What a file means that does not say: one channel is mono, two are stereo, more are unknown.
    pub(crate) fn unsaid(channels: usize) -> Self {
        match channels {
            1 => Self::from_mask(FRONT_CENTRE, 1),
            2 => Self::from_mask(FRONT_LEFT | FRONT_RIGHT, 2),
            _ => Self {
                name: "discrete".into(),
                weights: vec![1.0; channels],
                fold: vec![[1.0, 1.0]; channels],
            },
        }
    }

    pub(crate) fn from_mask(mask: u32, channels: usize) -> Self {
        if channels == 1 {
            return Self {
                name: "mono".into(),
                weights: vec![1.0],
                fold: vec![[1.0, 1.0]],
            };
        }
        if mask.count_ones() as usize != channels {
            return Self::unsaid(channels);
        }
        let has_sides = mask & (SIDE_LEFT | SIDE_RIGHT) != 0;
        let speakers = (0..32).map(|bit| 1u32 << bit).filter(|bit| mask & bit != 0);
        let (weights, fold) = speakers
            .map(|bit| (weight(bit, has_sides), fold(bit)))
            .unzip();
        Self {
            name: name(mask, channels),
            weights,
            fold,
        }
    }

    pub(crate) fn from_channels(channels: Option<&Channels>, count: usize) -> Self {
        match channels {
            Some(Channels::Positioned(positions)) => u32::try_from(positions.bits())
                .map_or_else(|_| Self::unsaid(count), |mask| Self::from_mask(mask, count)),
            _ => Self::unsaid(count),
        }
    }
}

/// Surrounds (azimuth 60° to 120°) count 1.41, the LFE nothing, all others 1. Where a file has only
/// *back* channels (5.1 as most programs write it) they are the surrounds; beside *side* channels
/// they are the rear pair of 7.1, at more than 120°.
fn weight(speaker: u32, has_sides: bool) -> f64 {
    match speaker {
        LFE => 0.0,
        SIDE_LEFT | SIDE_RIGHT => 1.41,
        BACK_LEFT | BACK_RIGHT if !has_sides => 1.41,
        _ => 1.0,
    }
}

fn fold(speaker: u32) -> [f32; 2] {
    const HALF_POWER: f32 = std::f32::consts::FRAC_1_SQRT_2;
    match speaker {
        FRONT_LEFT | LEFT_OF_CENTRE => [1.0, 0.0],
        FRONT_RIGHT | RIGHT_OF_CENTRE => [0.0, 1.0],
        SIDE_LEFT | BACK_LEFT => [HALF_POWER, 0.0],
        SIDE_RIGHT | BACK_RIGHT => [0.0, HALF_POWER],
        LFE => [0.0, 0.0],
        BACK_CENTRE => [0.5, 0.5],
        _ => [HALF_POWER, HALF_POWER],
    }
}

fn name(mask: u32, channels: usize) -> String {
    match mask {
        0x3 => "stereo".into(),
        0x7 => "3.0".into(),
        0xB => "2.1".into(),
        0x33 | 0x603 => "quad".into(),
        0x37 | 0x607 => "5.0".into(),
        0x3F | 0x60F => "5.1".into(),
        0x70F | 0x13F => "6.1".into(),
        0x637 => "7.0".into(),
        0x63F | 0xFF => "7.1".into(),
        _ if channels == 2 => "stereo".into(),
        _ => format!("surround, {channels} channels"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_one_counts_its_surrounds_more_and_its_lfe_not_at_all() {
        assert_eq!(
            Layout::from_mask(0x3F, 6).weights,
            [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
        );
        assert_eq!(
            Layout::from_mask(0x60F, 6).weights,
            [1.0, 1.0, 1.0, 0.0, 1.41, 1.41]
        );
    }

    #[test]
    fn in_seven_one_only_the_side_pair_counts_more() {
        assert_eq!(
            Layout::from_mask(0x63F, 8).weights,
            [1.0, 1.0, 1.0, 0.0, 1.0, 1.0, 1.41, 1.41]
        );
    }

    #[test]
    fn a_mask_that_does_not_fit_the_channels_is_not_believed() {
        assert_eq!(Layout::from_mask(0x3F, 8).name, "discrete");
        assert_eq!(Layout::from_mask(0, 2).name, "stereo");
    }
}
