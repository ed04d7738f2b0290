//! AIFF and uncompressed AIFF-C (Apple, "Audio Interchange File Format: AIFF-C", 1991).

use super::layout::Layout;
use super::pcm::{Encoding, Region};
use crate::{Error, Source};

const MOST_CHUNKS: usize = 4096;

pub(crate) fn read_header(source: &mut Source, start: u64) -> Result<Region, Error> {
    let compressed = source.peek(start + 8, 4)? == b"AIFC";
    let mut at = start + 12;
    let mut common = None;
    // COMM may follow SSND, so both are looked for before either is used.
    let mut sound: Option<(u64, u64)> = None;
    for _ in 0..MOST_CHUNKS {
        let head = source.peek(at, 8)?;
        let [a, b, c, d, s0, s1, s2, s3] = head[..] else {
            break;
        };
        let len = u64::from(u32::from_be_bytes([s0, s1, s2, s3]));
        let body = at + 8;
        match &[a, b, c, d] {
            b"COMM" => {
                let chunk = source.peek(body, len.min(64) as usize)?;
                common = Some(Common::parse(&chunk, compressed)?);
            }
            b"SSND" => {
                let offset = source.peek(body, 4)?;
                let offset = <[u8; 4]>::try_from(offset).map_or(0, u32::from_be_bytes);
                sound = Some((
                    body + 8 + u64::from(offset),
                    len.saturating_sub(8 + u64::from(offset)),
                ));
            }
            _ => {}
        }
        if common.is_some() && sound.is_some() {
            break;
        }
        at = body + len + (len & 1);
    }
    let (Some(common), Some((start, len))) = (common, sound) else {
        return Err(Error::undecodable("its header ends before any sound"));
    };
    let there = source.size.saturating_sub(start);
    let promised = (common.frames * (common.channels * common.encoding.width()) as u64).max(len);
    Ok(Region {
        start,
        len: len.min(there),
        truncated: promised > there,
        layout: Layout::unsaid(common.channels),
        encoding: common.encoding,
        rate: common.rate,
        channels: common.channels,
        bits: common.bits,
    })
}

struct Common {
    channels: usize,
    frames: u64,
    bits: u32,
    rate: u32,
    encoding: Encoding,
}

impl Common {
    fn parse(body: &[u8], compressed: bool) -> Result<Self, Error> {
        if body.len() < 18 || compressed && body.len() < 22 {
            return Err(Error::undecodable("its header is cut off"));
        }
        let bits = u32::from(u16::from_be_bytes([body[6], body[7]]));
        let width = bits.div_ceil(8);
        let kind: &[u8] = if compressed { &body[18..22] } else { b"NONE" };
        let encoding = match (kind, width) {
            (b"NONE" | b"twos", 1) => Encoding::S8,
            (b"raw ", 1) => Encoding::U8,
            (b"NONE" | b"twos", 2) => Encoding::S16Be,
            (b"NONE" | b"twos" | b"in24", 3) => Encoding::S24Be,
            (b"NONE" | b"twos" | b"in32", 4) => Encoding::S32Be,
            (b"sowt", 2) => Encoding::S16Le,
            (b"sowt", 3) => Encoding::S24Le,
            (b"sowt", 4) => Encoding::S32Le,
            (b"fl32" | b"FL32", _) => Encoding::F32Be,
            (b"fl64" | b"FL64", _) => Encoding::F64Be,
            (b"NONE" | b"twos" | b"sowt" | b"raw " | b"in24" | b"in32", _) => {
                return Err(Error::undecodable(format!(
                    "its header asks for samples of {bits} bits"
                )));
            }
            (other, _) => {
                let what = format!(
                    "the codec \"{}\" in an AIFF file",
                    String::from_utf8_lossy(other).trim()
                );
                return Err(Error::UnsupportedCodec { what });
            }
        };
        Ok(Self {
            channels: usize::from(u16::from_be_bytes([body[0], body[1]])),
            frames: u64::from(u32::from_be_bytes([body[2], body[3], body[4], body[5]])),
            bits,
            rate: extended_to_rate(&body[8..18]),
            encoding,
        })
    }
}

/// An 80-bit IEEE 754 extended number, as AIFF keeps its sample rate; 0 where it is none.
fn extended_to_rate(bytes: &[u8]) -> u32 {
    let exponent = i32::from(u16::from_be_bytes([bytes[0], bytes[1]]) & 0x7FFF) - 16_383;
    let mantissa = bytes[2..10]
        .iter()
        .fold(0u64, |sum, byte| sum << 8 | u64::from(*byte));
    let value = mantissa as f64 * f64::from(exponent - 63).exp2();
    if value.is_finite() && value < f64::from(u32::MAX) {
        value.round() as u32
    } else {
        0
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_sample_rate_is_an_80_bit_float() {
        assert_eq!(
            super::extended_to_rate(&[0x40, 0x0E, 0xAC, 0x44, 0, 0, 0, 0, 0, 0]),
            44_100
        );
        assert_eq!(
            super::extended_to_rate(&[0x40, 0x0F, 0xBB, 0x80, 0, 0, 0, 0, 0, 0]),
            96_000
        );
    }
}
