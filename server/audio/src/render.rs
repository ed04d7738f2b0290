//! Sound for others: a WAV that every browser plays, and short excerpts for models that listen.

use std::io::Write;
use std::ops::ControlFlow;

use contract::report::FileInfo;

use crate::decode::Decoder;
use crate::step::Steps;
use crate::wav::{Format, write_header};
use crate::{Error, Progress, Source, Stage};

/// What a file is, by its bytes. The length is as the header promises it, and 0 where it does not;
/// [`measure`](crate::measure) counts.
pub fn probe(source: Source) -> Result<FileInfo, Error> {
    Ok(Decoder::open(source)?.info)
}

/// What a file is, with the frames that are really in it: a header may promise days of sound.
pub fn count(
    source: Source,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<FileInfo, Error> {
    let mut decoder = Decoder::open(source)?;
    let (info, promised) = (decoder.info.clone(), decoder.promised());
    let mut steps = Steps::new(decoder.rate(), decoder.channels());
    let mut frames = 0;
    while let Some(step) = steps.next(&mut decoder)? {
        listening(step.at, promised, progress)?;
        frames += step.frames as u64;
    }
    decoder.finish()?;
    Ok(FileInfo { frames, ..info })
}

/// Writes so many frames of the sound, which [`count`] has counted, as WAV, step by step, for players that
/// cannot decode the original (AIFF, ALAC).
pub fn render(
    source: Source,
    frames: u64,
    out: &mut dyn Write,
    format: Format,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), Error> {
    let mut decoder = Decoder::open(source)?;
    let (rate, channels) = (decoder.rate(), decoder.channels());
    let frame_bytes = channels as u64 * u64::from(format.width());
    write_header(
        out,
        format,
        rate,
        channels as u16,
        Some(frames.saturating_mul(frame_bytes)),
    )?;
    let mut steps = Steps::new(rate, channels);
    let mut encoder = Encoder::new(format);
    let mut left = frames;
    while let Some(step) = steps.next(&mut decoder)? {
        listening(step.at, Some(frames), progress)?;
        let some = (step.frames as u64).min(left) as usize;
        out.write_all(encoder.encode(step.planes, some))?;
        left -= some as u64;
    }
    decoder.finish()?;
    if left > 0 {
        // It was counted: the file has changed since.
        return Err(Error::Io(std::io::ErrorKind::UnexpectedEof.into()));
    }
    Ok(())
}

fn listening(
    at: u64,
    frames: Option<u64>,
    progress: &mut dyn FnMut(Progress) -> ControlFlow<()>,
) -> Result<(), Error> {
    let done = frames.map_or(0.5, |frames| at as f64 / frames.max(1) as f64);
    let progress = progress(Progress {
        done: done.min(1.0),
        stage: Stage::Listening,
    });
    if progress.is_break() {
        Err(Error::Cancelled)
    } else {
        Ok(())
    }
}

/// A stretch as a 16-bit WAV in memory, for models that take audio: at most `MOST_EXCERPT_S` long, in
/// one or two channels, at the file's own sample rate.
pub fn excerpt(
    source: Source,
    start_s: f64,
    duration_s: f64,
    mono: bool,
) -> Result<Vec<u8>, Error> {
    let mut decoder = Decoder::open(source)?;
    let rate = decoder.rate();
    let frames_of = |seconds: f64| (seconds.max(0.0) * f64::from(rate)).round() as u64;
    decoder.skip_to(frames_of(start_s.min(1e9)))?;
    let want = frames_of(duration_s.min(MOST_EXCERPT_S));
    let channels: u16 = if mono || decoder.channels() == 1 {
        1
    } else {
        2
    };
    let fold = decoder.layout.fold.clone();
    let mut steps = Steps::new(rate, decoder.channels());
    let mut encoder = Encoder::new(Format::Pcm16);
    let mut data = Vec::new();
    let mut folded = vec![Vec::new(); usize::from(channels)];
    let mut got = 0;
    while got < want {
        let Some(step) = steps.next(&mut decoder)? else {
            break;
        };
        let frames = (step.frames as u64).min(want - got) as usize;
        for (side, out) in folded.iter_mut().enumerate() {
            out.clear();
            out.extend((0..frames).map(|index| mix(step.planes, &fold, index, side, channels)));
        }
        data.extend_from_slice(encoder.encode(&folded, frames));
        got += frames as u64;
    }
    let mut wav = Vec::with_capacity(data.len() + 44);
    write_header(
        &mut wav,
        Format::Pcm16,
        rate,
        channels,
        Some(data.len() as u64),
    )?;
    wav.extend_from_slice(&data);
    Ok(wav)
}

/// Two minutes of stereo are 21 MB as 16-bit WAV: more than any model takes.
pub const MOST_EXCERPT_S: f64 = 120.0;

fn mix(planes: &[Vec<f32>], fold: &[[f32; 2]], index: usize, side: usize, channels: u16) -> f32 {
    match (planes, channels) {
        ([mono], _) => mono[index],
        ([left, right], 1) => 0.5 * (left[index] + right[index]),
        (both @ [_, _], _) => both[side][index],
        (many, 1) => 0.5 * sum(many, fold, index, |gains| gains[0] + gains[1]),
        (many, _) => sum(many, fold, index, |gains| gains[side]),
    }
}

fn sum(
    planes: &[Vec<f32>],
    fold: &[[f32; 2]],
    index: usize,
    gain: impl Fn(&[f32; 2]) -> f32,
) -> f32 {
    planes
        .iter()
        .zip(fold)
        .map(|(plane, gains)| gain(gains) * plane[index])
        .sum()
}

/// Planes to interleaved bytes.
struct Encoder {
    format: Format,
    bytes: Vec<u8>,
    /// The dither's noise: the same for the same file, so that renditions can be compared.
    noise: u32,
}

impl Encoder {
    fn new(format: Format) -> Self {
        Self {
            format,
            bytes: Vec::new(),
            noise: 0x9E37_79B9,
        }
    }

    fn encode(&mut self, planes: &[Vec<f32>], frames: usize) -> &[u8] {
        self.bytes.clear();
        for index in 0..frames {
            for plane in planes {
                let sample = plane[index];
                match self.format {
                    Format::Pcm16 => {
                        let value = self.dither_to_16(sample);
                        self.bytes.extend_from_slice(&value.to_le_bytes());
                    }
                    Format::Pcm24 => {
                        let value = (f64::from(sample) * 8_388_608.0)
                            .round()
                            .clamp(-8_388_608.0, 8_388_607.0)
                            as i32;
                        self.bytes.extend_from_slice(&value.to_le_bytes()[..3]);
                    }
                    Format::Float32 => self.bytes.extend_from_slice(&sample.to_le_bytes()),
                }
            }
        }
        &self.bytes
    }

    /// What already is of 16 bits stays as it is; the rest is dithered (triangular, two bits wide:
    /// Lipshitz, Wannamaker, Vanderkooy, "Quantization and Dither", JAES 1992).
    fn dither_to_16(&mut self, sample: f32) -> i16 {
        let scaled = sample * 32_768.0;
        let exact = scaled == scaled.round();
        let dither = if exact {
            0.0
        } else {
            self.random() - self.random()
        };
        (scaled + dither).round().clamp(-32_768.0, 32_767.0) as i16
    }

    /// xorshift32, 0 to 1.
    fn random(&mut self) -> f32 {
        self.noise ^= self.noise << 13;
        self.noise ^= self.noise >> 17;
        self.noise ^= self.noise << 5;
        (self.noise >> 8) as f32 / 16_777_216.0
    }
}
