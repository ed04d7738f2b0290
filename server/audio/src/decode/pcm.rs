//! Uncompressed samples, straight from the bytes to planes of f32.

use std::io::{self, Read, Seek, SeekFrom};

use super::depth::Depth;
use super::layout::Layout;
use crate::source::Media;
use crate::{Error, Source};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Encoding {
    U8,
    S8,
    S16Le,
    S16Be,
    S24Le,
    S24Be,
    S32Le,
    S32Be,
    F32Le,
    F32Be,
    F64Le,
    F64Be,
}

impl Encoding {
    /// Bytes of one sample.
    pub(crate) fn width(self) -> usize {
        match self {
            Self::U8 | Self::S8 => 1,
            Self::S16Le | Self::S16Be => 2,
            Self::S24Le | Self::S24Be => 3,
            Self::S32Le | Self::S32Be | Self::F32Le | Self::F32Be => 4,
            Self::F64Le | Self::F64Be => 8,
        }
    }

    /// As in `FileInfo::codec`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::U8 => "pcm_u8",
            Self::S8 => "pcm_s8",
            Self::S16Le => "pcm_s16le",
            Self::S16Be => "pcm_s16be",
            Self::S24Le => "pcm_s24le",
            Self::S24Be => "pcm_s24be",
            Self::S32Le => "pcm_s32le",
            Self::S32Be => "pcm_s32be",
            Self::F32Le => "pcm_f32le",
            Self::F32Be => "pcm_f32be",
            Self::F64Le => "pcm_f64le",
            Self::F64Be => "pcm_f64be",
        }
    }

    pub(crate) fn is_float(self) -> bool {
        matches!(self, Self::F32Le | Self::F32Be | Self::F64Le | Self::F64Be)
    }
}

/// Where the samples lie in the file, and how they are written.
#[derive(Clone, Debug)]
pub(crate) struct Region {
    pub(crate) start: u64,
    /// Bytes that are really there.
    pub(crate) len: u64,
    /// The header promised more.
    pub(crate) truncated: bool,
    pub(crate) encoding: Encoding,
    pub(crate) rate: u32,
    pub(crate) channels: usize,
    pub(crate) layout: Layout,
    pub(crate) bits: u32,
}

impl Region {
    pub(crate) fn frames(&self) -> u64 {
        self.len / (self.channels * self.encoding.width()).max(1) as u64
    }
}

pub(crate) struct PcmReader {
    media: Box<dyn Media>,
    region: Region,
    frames_left: u64,
    bytes: Vec<u8>,
    pub(crate) depth: Depth,
}

impl PcmReader {
    pub(crate) fn new(source: Source, region: Region) -> Result<Self, Error> {
        let mut media = source.media;
        media.seek(SeekFrom::Start(region.start))?;
        let depth = if region.encoding.is_float() {
            Depth::float()
        } else {
            Depth::integer()
        };
        Ok(Self {
            media,
            frames_left: region.frames(),
            region,
            bytes: Vec::new(),
            depth,
        })
    }

    /// Moves on to `frame`, counted from the start.
    pub(crate) fn seek(&mut self, frame: u64) -> Result<(), Error> {
        let frame = frame.min(self.region.frames());
        let offset = frame * (self.region.channels * self.region.encoding.width()) as u64;
        self.media
            .seek(SeekFrom::Start(self.region.start + offset))?;
        self.frames_left = self.region.frames() - frame;
        Ok(())
    }

    /// Fills the planes with up to `want` frames; fewer only at the end.
    pub(crate) fn fill(&mut self, planes: &mut [Vec<f32>], want: usize) -> Result<usize, Error> {
        let width = self.region.encoding.width();
        let frame_bytes = width * self.region.channels;
        let want = self.frames_left.min(want as u64) as usize;
        self.bytes.resize(want * frame_bytes, 0);
        let got = read_fully(&mut self.media, &mut self.bytes)? / frame_bytes;
        self.frames_left = if got < want {
            0
        } else {
            self.frames_left - got as u64
        };
        let bytes = &self.bytes[..got * frame_bytes];
        for (channel, plane) in planes.iter_mut().enumerate() {
            let samples = Lane {
                bytes,
                offset: channel * width,
                stride: frame_bytes,
            };
            let used = samples.convert(self.region.encoding, plane);
            match &mut self.depth {
                Depth::Integer { used: all } => *all |= used,
                depth => depth.take_floats(plane),
            }
        }
        Ok(got)
    }
}

fn read_fully(media: &mut Box<dyn Media>, bytes: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < bytes.len() {
        match media.read(&mut bytes[filled..]) {
            Ok(0) => break,
            Ok(count) => filled += count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

/// One channel among interleaved bytes.
struct Lane<'a> {
    bytes: &'a [u8],
    offset: usize,
    stride: usize,
}

impl Lane<'_> {
    /// Replaces the plane's content, and returns the bits in use (of integers, left-justified).
    fn convert(&self, encoding: Encoding, plane: &mut Vec<f32>) -> u32 {
        match encoding {
            Encoding::U8 => self.integers(plane, |[a]: [u8; 1]| (i32::from(a) - 128) << 24),
            Encoding::S8 => self.integers(plane, |[a]: [u8; 1]| i32::from(a) << 24),
            Encoding::S16Le => self.integers(plane, |b| i32::from(i16::from_le_bytes(b)) << 16),
            Encoding::S16Be => self.integers(plane, |b| i32::from(i16::from_be_bytes(b)) << 16),
            Encoding::S24Le => self.integers(plane, |[a, b, c]| i32::from_le_bytes([0, a, b, c])),
            Encoding::S24Be => self.integers(plane, |[a, b, c]| i32::from_be_bytes([a, b, c, 0])),
            Encoding::S32Le => self.integers(plane, i32::from_le_bytes),
            Encoding::S32Be => self.integers(plane, i32::from_be_bytes),
            Encoding::F32Le => self.floats(plane, f32::from_le_bytes),
            Encoding::F32Be => self.floats(plane, f32::from_be_bytes),
            Encoding::F64Le => self.floats(plane, |b| f64::from_le_bytes(b) as f32),
            Encoding::F64Be => self.floats(plane, |b| f64::from_be_bytes(b) as f32),
        }
    }

    fn integers<const N: usize>(
        &self,
        plane: &mut Vec<f32>,
        decode: impl Fn([u8; N]) -> i32,
    ) -> u32 {
        const SCALE: f32 = 1.0 / 2_147_483_648.0;
        let mut used = 0;
        plane.clear();
        plane.extend(self.samples(|sample| {
            let value = decode(sample);
            used |= value as u32;
            value as f32 * SCALE
        }));
        used
    }

    fn floats<const N: usize>(&self, plane: &mut Vec<f32>, decode: impl Fn([u8; N]) -> f32) -> u32 {
        plane.clear();
        plane.extend(self.samples(decode));
        0
    }

    fn samples<const N: usize>(
        &self,
        mut decode: impl FnMut([u8; N]) -> f32,
    ) -> impl Iterator<Item = f32> {
        self.bytes.chunks_exact(self.stride).map(move |frame| {
            let mut sample = [0; N];
            sample.copy_from_slice(&frame[self.offset..self.offset + N]);
            decode(sample)
        })
    }
}
