//! WAV, WAVE_FORMAT_EXTENSIBLE, RF64 and BW64 (EBU Tech 3306, ITU-R BS.2088).
//!
//! Ours and not symphonia's, because symphonia lacks the ds64 chunk, and because uncompressed files are
//! most of what is measured: reading them straight costs a third.

use super::layout::Layout;
use super::pcm::{Encoding, Region};
use crate::{Error, Source};

const PCM: u16 = 1;
const FLOAT: u16 = 3;
const EXTENSIBLE: u16 = 0xFFFE;
/// Chunks before the sound: plenty for any real file, an end for a crafted one.
const MOST_CHUNKS: usize = 4096;

pub(crate) fn read_header(source: &mut Source, start: u64) -> Result<Region, Error> {
    let mut at = start + 12;
    let mut format = None;
    let mut long_data = None;
    for _ in 0..MOST_CHUNKS {
        let head = source.peek(at, 8)?;
        let [a, b, c, d, s0, s1, s2, s3] = head[..] else {
            return Err(Error::undecodable("its header ends before any sound"));
        };
        let len = u32::from_le_bytes([s0, s1, s2, s3]);
        let body = at + 8;
        match &[a, b, c, d] {
            b"ds64" => {
                let ds64 = source.peek(body, 16)?;
                long_data = ds64
                    .get(8..16)
                    .and_then(|size| size.try_into().ok())
                    .map(u64::from_le_bytes);
            }
            b"fmt " => format = Some(Format::parse(&source.peek(body, len.min(40) as usize)?)?),
            b"data" => {
                let format = format.ok_or_else(|| {
                    Error::undecodable("its header does not say how the sound is stored")
                })?;
                return Ok(format.region(source, body, promised(len, long_data)));
            }
            _ => {}
        }
        // Chunks are padded to even lengths.
        at = body + u64::from(len) + u64::from(len & 1);
    }
    Err(Error::undecodable("its header has no end"))
}

/// The length of the sound in bytes, or `None` where it was never written: programs that stream leave
/// zero or all ones.
fn promised(len: u32, long: Option<u64>) -> Option<u64> {
    match (len, long) {
        (u32::MAX, Some(long)) => Some(long),
        (u32::MAX | 0, None) => None,
        (0, Some(long)) => Some(long),
        (len, _) => Some(u64::from(len)),
    }
}

struct Format {
    encoding: Encoding,
    rate: u32,
    channels: usize,
    layout: Layout,
    bits: u32,
}

impl Format {
    fn parse(body: &[u8]) -> Result<Self, Error> {
        let short = || Error::undecodable("its header is cut off");
        let u16_at = |at: usize| {
            body.get(at..at + 2)
                .map(|b| u16::from_le_bytes([b[0], b[1]]))
                .ok_or_else(short)
        };
        let u32_at = |at: usize| {
            body.get(at..at + 4)
                .map(|b| u32::from_le_bytes([b[0], b[1], b[2], b[3]]))
                .ok_or_else(short)
        };
        let mut tag = u16_at(0)?;
        let channels = usize::from(u16_at(2)?);
        let rate = u32_at(4)?;
        let align = usize::from(u16_at(12)?);
        let mut bits = u32::from(u16_at(14)?);
        let mut layout = Layout::unsaid(channels);
        if tag == EXTENSIBLE {
            let valid = u32::from(u16_at(18)?);
            layout = Layout::from_mask(u32_at(20)?, channels);
            tag = u16_at(24)?;
            if (1..bits).contains(&valid) {
                bits = valid;
            }
        }
        let width = align.checked_div(channels).unwrap_or(0);
        let encoding = match (tag, width) {
            (PCM, 1) => Encoding::U8,
            (PCM, 2) => Encoding::S16Le,
            (PCM, 3) => Encoding::S24Le,
            (PCM, 4) => Encoding::S32Le,
            (FLOAT, 4) => Encoding::F32Le,
            (FLOAT, 8) => Encoding::F64Le,
            (PCM | FLOAT, _) => {
                return Err(Error::undecodable(format!(
                    "its header asks for samples of {width} bytes"
                )));
            }
            (other, _) => {
                return Err(Error::UnsupportedCodec {
                    what: codec_name(other),
                });
            }
        };
        Ok(Self {
            encoding,
            rate,
            channels,
            layout,
            bits,
        })
    }

    fn region(self, source: &Source, start: u64, promised: Option<u64>) -> Region {
        let there = source.size.saturating_sub(start);
        let len = promised.map_or(there, |len| len.min(there));
        Region {
            start,
            len,
            truncated: promised.is_some_and(|len| len > there),
            encoding: self.encoding,
            rate: self.rate,
            channels: self.channels,
            layout: self.layout,
            bits: self.bits,
        }
    }
}

fn codec_name(tag: u16) -> String {
    match tag {
        2 | 0x11 => "ADPCM in a WAV file".into(),
        6 => "A-law in a WAV file".into(),
        7 => "µ-law in a WAV file".into(),
        0x50 | 0x55 => "MP3 wrapped in a WAV file".into(),
        0xFF | 0x1600..=0x1610 => "AAC wrapped in a WAV file".into(),
        _ => format!("an unknown codec (0x{tag:04x}) in a WAV file"),
    }
}
