//! What a compressed file's bytes tell that symphonia does not pass on: how long it promises to be, and
//! whether its end is missing.

use super::mpeg;
use super::sniff::Container;
use crate::{Error, Source};

pub(super) struct Signs {
    pub(super) samples: Option<u64>,
    pub(super) truncated: bool,
    /// Where the file would end if it were whole, for MP4.
    pub(super) promised_end: Option<u64>,
    pub(super) adts_channels: Option<u8>,
}

impl Signs {
    pub(super) fn look(
        source: &mut Source,
        container: Container,
        start: u64,
    ) -> Result<Self, Error> {
        const TAIL: u64 = 64 * 1024;
        let mut signs = Self {
            samples: None,
            truncated: false,
            promised_end: None,
            adts_channels: None,
        };
        let tail_at = start.max(source.size.saturating_sub(TAIL));
        match container {
            Container::Mp3 => {
                signs.samples = mpeg::promised_samples(&source.peek(start, 4096)?);
                let tail_at = start.max(source.size.saturating_sub(8 * 1024));
                signs.truncated = mpeg::is_cut_off(&source.peek(tail_at, 8 * 1024)?);
            }
            Container::Adts => signs.adts_channels = mpeg::adts_channels(&source.peek(start, 8)?),
            Container::Ogg => {
                // The last page of a whole stream carries the end-of-stream flag (RFC 3533 §6).
                let tail = source.peek(tail_at, TAIL as usize)?;
                let last = tail
                    .windows(6)
                    .rposition(|window| window.starts_with(b"OggS"));
                signs.truncated = last.is_some_and(|at| tail[at + 5] & 4 == 0);
            }
            Container::Mp4 => {
                signs.promised_end =
                    end_of_last_box(source, start)?.filter(|end| *end > source.size);
                signs.truncated = signs.promised_end.is_some();
            }
            _ => {}
        }
        Ok(signs)
    }
}

/// Walks an MP4 file's outermost boxes (ISO/IEC 14496-12 §4.2) to where the last one ends.
fn end_of_last_box(source: &mut Source, start: u64) -> Result<Option<u64>, Error> {
    let mut at = start;
    for _ in 0..4096 {
        let head = source.peek(at, 16)?;
        if head.len() < 8 {
            return Ok(None);
        }
        let len = match u32::from_be_bytes([head[0], head[1], head[2], head[3]]) {
            0 => return Ok(None),
            1 if head.len() == 16 => head[8..]
                .iter()
                .fold(0, |sum, byte| sum << 8 | u64::from(*byte)),
            len => u64::from(len),
        };
        at = at.saturating_add(len.max(8));
        if at >= source.size {
            return Ok(Some(at));
        }
    }
    Ok(None)
}
