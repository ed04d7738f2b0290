//! From bytes to planes of f32, whatever the format.

mod aiff;
mod coded;
mod depth;
mod layout;
mod mpeg;
mod pcm;
mod riff;
mod signs;
mod sniff;

use contract::report::FileInfo;

use self::coded::CodedReader;
pub(crate) use self::depth::Depth;
pub(crate) use self::layout::Layout;
use self::pcm::PcmReader;
use self::sniff::Container;
use crate::{Error, Source};

/// Outside of these rates the filters of BS.1770 have no meaning (its shelf lies at 1.7 kHz).
const RATES: std::ops::RangeInclusive<u32> = 4_000..=768_000;
/// More than any file of music; keeps a crafted header from asking for all memory.
const MOST_CHANNELS: usize = 64;

pub(crate) struct Decoder {
    pub(crate) info: FileInfo,
    pub(crate) layout: Layout,
    reader: Reader,
    /// Frames handed out so far.
    position: u64,
    /// Integers cannot be infinite, so only floats are looked at.
    check_finite: bool,
    promised: Option<u64>,
}

enum Reader {
    Pcm(Box<PcmReader>),
    Coded(Box<CodedReader>),
}

impl Decoder {
    pub(crate) fn open(mut source: Source) -> Result<Self, Error> {
        let (container, start) = sniff::sniff(&mut source)?;
        let (name, size) = (source.name.clone(), source.size);
        match container {
            Container::Wav | Container::Rf64 | Container::Aiff => {
                let region = match container {
                    Container::Aiff => aiff::read_header(&mut source, start)?,
                    _ => riff::read_header(&mut source, start)?,
                };
                check_shape(region.rate, region.channels)?;
                let frames = region.frames();
                if frames == 0 {
                    return Err(Error::EmptyFile);
                }
                let info = FileInfo {
                    name,
                    container: container.name().into(),
                    codec: region.encoding.name().into(),
                    sample_rate: region.rate,
                    channels: region.channels as u16,
                    layout: region.layout.name.clone(),
                    bits_per_sample: Some(region.bits),
                    frames,
                    duration_s: frames as f64 / f64::from(region.rate),
                    size_bytes: size,
                    truncated: region.truncated,
                    damaged_packets: 0,
                };
                let (layout, check_finite) = (region.layout.clone(), region.encoding.is_float());
                let reader = Reader::Pcm(Box::new(PcmReader::new(source, region)?));
                Ok(Self {
                    info,
                    layout,
                    reader,
                    position: 0,
                    check_finite,
                    promised: Some(frames),
                })
            }
            _ => {
                let reader = CodedReader::open(source, container, start)?;
                let stream = &reader.stream;
                check_shape(stream.rate, stream.channels)?;
                let frames = stream.frames.unwrap_or(0);
                let info = FileInfo {
                    name,
                    container: container.name().into(),
                    codec: stream.codec.into(),
                    sample_rate: stream.rate,
                    channels: stream.channels as u16,
                    layout: stream.layout.name.clone(),
                    bits_per_sample: stream.bits,
                    frames,
                    duration_s: frames as f64 / f64::from(stream.rate),
                    size_bytes: size,
                    truncated: stream.truncated,
                    damaged_packets: 0,
                };
                let (layout, promised) = (stream.layout.clone(), stream.frames);
                Ok(Self {
                    info,
                    layout,
                    reader: Reader::Coded(Box::new(reader)),
                    position: 0,
                    check_finite: true,
                    promised,
                })
            }
        }
    }

    pub(crate) fn rate(&self) -> u32 {
        self.info.sample_rate
    }

    pub(crate) fn channels(&self) -> usize {
        usize::from(self.info.channels)
    }

    /// How many frames there will be, as far as the container knows.
    pub(crate) fn promised(&self) -> Option<u64> {
        self.promised
    }

    /// Fills the planes with exactly `want` frames, or fewer at the end.
    pub(crate) fn fill(&mut self, planes: &mut [Vec<f32>], want: usize) -> Result<usize, Error> {
        let got = match &mut self.reader {
            Reader::Pcm(reader) => reader.fill(planes, want)?,
            Reader::Coded(reader) => reader.fill(planes, want)?,
        };
        if self.check_finite {
            self.refuse_non_finite(planes)?;
        }
        self.position += got as u64;
        Ok(got)
    }

    fn refuse_non_finite(&self, planes: &[Vec<f32>]) -> Result<(), Error> {
        // Zero times anything finite is zero: one sum tells for the whole block, without branches.
        let sound = planes
            .iter()
            .all(|plane| plane.iter().map(|sample| sample * 0.0).sum::<f32>() == 0.0);
        if sound {
            return Ok(());
        }
        let first = planes
            .iter()
            .filter_map(|plane| plane.iter().position(|sample| !sample.is_finite()))
            .min();
        let frame = self.position + first.unwrap_or(0) as u64;
        Err(Error::NonFiniteSamples {
            at_s: frame as f64 / f64::from(self.rate()),
        })
    }

    /// Leaves out everything before `frame`.
    pub(crate) fn skip_to(&mut self, frame: u64) -> Result<(), Error> {
        if let Reader::Pcm(reader) = &mut self.reader {
            reader.seek(frame)?;
            self.position = frame;
            return Ok(());
        }
        // Decoding up to the place is exact for every codec; seeking is not.
        let mut planes = vec![Vec::new(); self.channels()];
        while self.position < frame {
            let want = (frame - self.position).min(65_536) as usize;
            if self.fill(&mut planes, want)? == 0 {
                break;
            }
        }
        Ok(())
    }

    /// What is known once all has been read: the true length, and what was wrong on the way.
    pub(crate) fn finish(self) -> Result<(FileInfo, Depth), Error> {
        let mut info = self.info;
        info.frames = self.position;
        info.duration_s = self.position as f64 / f64::from(info.sample_rate);
        let depth = match self.reader {
            Reader::Pcm(reader) => reader.depth,
            Reader::Coded(reader) => {
                info.damaged_packets = reader.damaged;
                // Encoders round the promise to whole packets: only more than one missing is a loss.
                let short = self
                    .promised
                    .is_some_and(|promised| promised > self.position + 4608);
                info.truncated |= reader.broke_off || short && reader.damaged == 0;
                reader.depth
            }
        };
        if info.frames > 0 {
            return Ok((info, depth));
        }
        Err(if info.damaged_packets > 0 || info.truncated {
            Error::undecodable("nothing in it could be decoded")
        } else {
            Error::EmptyFile
        })
    }
}

fn check_shape(rate: u32, channels: usize) -> Result<(), Error> {
    if channels == 0 || rate == 0 {
        return Err(Error::undecodable(
            "its header promises no channels or no sample rate",
        ));
    }
    if channels > MOST_CHANNELS {
        return Err(Error::UnsupportedCodec {
            what: format!("{channels} channels, more than {MOST_CHANNELS}"),
        });
    }
    if !RATES.contains(&rate) {
        return Err(Error::UnsupportedCodec {
            what: format!("sound at {rate} samples a second"),
        });
    }
    Ok(())
}
