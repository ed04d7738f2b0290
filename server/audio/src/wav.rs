//! Writes the head of a WAV file: the one format that everything plays.

use std::io::{self, Write};

/// Samples of a WAV file that is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 16 bits, rounded with triangular dither where the sound has more.
    Pcm16,
    Pcm24,
    Float32,
}

impl Format {
    pub(crate) fn width(self) -> u32 {
        match self {
            Self::Pcm16 => 2,
            Self::Pcm24 => 3,
            Self::Float32 => 4,
        }
    }
}

/// `data` is the length of the samples in bytes; what passes 4 GiB is written as unknown, which players
/// take to mean "to the end".
pub(crate) fn write_header(
    out: &mut dyn Write,
    format: Format,
    rate: u32,
    channels: u16,
    data: Option<u64>,
) -> io::Result<()> {
    let width = format.width();
    let align = u32::from(channels) * width;
    let data = data
        .and_then(|len| u32::try_from(len).ok())
        .filter(|len| *len <= u32::MAX - 36)
        .unwrap_or(u32::MAX);
    let tag: u16 = if format == Format::Float32 { 3 } else { 1 };
    out.write_all(b"RIFF")?;
    out.write_all(&data.saturating_add(36).to_le_bytes())?;
    out.write_all(b"WAVEfmt ")?;
    out.write_all(&16u32.to_le_bytes())?;
    out.write_all(&tag.to_le_bytes())?;
    out.write_all(&channels.to_le_bytes())?;
    out.write_all(&rate.to_le_bytes())?;
    out.write_all(&rate.saturating_mul(align).to_le_bytes())?;
    out.write_all(&(align as u16).to_le_bytes())?;
    out.write_all(&(width as u16 * 8).to_le_bytes())?;
    out.write_all(b"data")?;
    out.write_all(&data.to_le_bytes())
}
