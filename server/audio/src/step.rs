//! The beat to which everything is measured: a tenth of a second.

use crate::Error;
use crate::decode::Decoder;

/// Gating blocks of BS.1770 advance by 100 ms, so everything does.
pub(crate) const STEPS_PER_SECOND: f64 = 10.0;

/// A tenth of a second of sound, one plane for each channel.
pub(crate) struct Step<'a> {
    pub(crate) planes: &'a [Vec<f32>],
    /// Frames before this one.
    pub(crate) at: u64,
    pub(crate) frames: usize,
    /// Counts up from 0.
    pub(crate) index: u64,
    /// The last step of a file is usually short, and counts in no loudness block.
    pub(crate) whole: bool,
}

/// Cuts what the decoder yields into steps.
pub(crate) struct Steps {
    planes: Vec<Vec<f32>>,
    frames: usize,
    next_at: u64,
    next_index: u64,
}

impl Steps {
    pub(crate) fn new(rate: u32, channels: usize) -> Self {
        let frames = frames_per_step(rate);
        Self {
            planes: vec![Vec::with_capacity(frames); channels],
            frames,
            next_at: 0,
            next_index: 0,
        }
    }

    pub(crate) fn next<'a>(&'a mut self, decoder: &mut Decoder) -> Result<Option<Step<'a>>, Error> {
        let got = decoder.fill(&mut self.planes, self.frames)?;
        if got == 0 {
            return Ok(None);
        }
        let step = Step {
            planes: &self.planes,
            at: self.next_at,
            frames: got,
            index: self.next_index,
            whole: got == self.frames,
        };
        self.next_at += got as u64;
        self.next_index += 1;
        Ok(Some(step))
    }
}

pub(crate) fn frames_per_step(rate: u32) -> usize {
    (f64::from(rate) / STEPS_PER_SECOND).round() as usize
}
