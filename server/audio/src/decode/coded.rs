//! Compressed files, through symphonia.

use std::io::SeekFrom;

use symphonia::core::audio::GenericAudioBufferRef;
use symphonia::core::codecs::CodecParameters;
use symphonia::core::codecs::audio::well_known::{
    CODEC_ID_AAC, CODEC_ID_ALAC, CODEC_ID_FLAC, CODEC_ID_MP1, CODEC_ID_MP2, CODEC_ID_MP3,
    CODEC_ID_OPUS, CODEC_ID_VORBIS,
};
use symphonia::core::codecs::audio::{
    AudioCodecId, AudioCodecParameters, AudioDecoder, AudioDecoderOptions,
};
use symphonia::core::errors::Error as Symphonia;
use symphonia::core::formats::{FormatOptions, FormatReader, TrackType};
use symphonia::core::io::{MediaSourceStream, MediaSourceStreamOptions};
use symphonia::default::formats::{AdtsReader, FlacReader, IsoMp4Reader, MpaReader, OggReader};

use super::depth::Depth;
use super::layout::Layout;
use super::signs::Signs;
use super::sniff::Container;
use crate::source::{Media, Seekable};
use crate::{Error, Source};

/// A stream with more broken packets than this, and nothing sound between them, is not worth going on.
const MOST_DAMAGED_AT_START: u64 = 500;

pub(crate) struct CodedReader {
    format: Box<dyn FormatReader>,
    decoder: Box<dyn AudioDecoder>,
    track: u32,
    pub(crate) stream: Stream,
    pub(crate) depth: Depth,
    pub(crate) damaged: u64,
    /// Set when the packets stop for another reason than the end of the stream.
    pub(crate) broke_off: bool,
    /// Decoded and not yet handed out.
    pending: Vec<Vec<f32>>,
    handed_out: usize,
    integers: Vec<Vec<i32>>,
    decoded_any: bool,
}

/// What the container says of the stream.
pub(crate) struct Stream {
    pub(crate) codec: &'static str,
    pub(crate) rate: u32,
    pub(crate) channels: usize,
    pub(crate) layout: Layout,
    pub(crate) bits: Option<u32>,
    /// As promised; what is there is known at the end.
    pub(crate) frames: Option<u64>,
    /// The container's own signs that its end is missing.
    pub(crate) truncated: bool,
}

impl CodedReader {
    pub(crate) fn open(
        mut source: Source,
        container: Container,
        start: u64,
    ) -> Result<Self, Error> {
        let signs = Signs::look(&mut source, container, start)?;
        // Symphonia reads nothing of an MP4 box that runs over the end, so a cut file is told to be whole:
        // its packets then end where its bytes do.
        let size = signs.promised_end.unwrap_or(source.size) - start;
        let mut media = source.media;
        media.seek(SeekFrom::Start(start))?;
        let seekable = Seekable {
            media: Box::new(Offset { media, start, size }),
            size,
        };
        let stream =
            MediaSourceStream::new(Box::new(seekable), MediaSourceStreamOptions::default());
        let options = FormatOptions::default();
        let format: Result<Box<dyn FormatReader>, Symphonia> = match container {
            Container::Flac => {
                FlacReader::try_new(stream, options).map(|reader| Box::new(reader) as _)
            }
            Container::Mp3 => {
                MpaReader::try_new(stream, options).map(|reader| Box::new(reader) as _)
            }
            Container::Adts => {
                AdtsReader::try_new(stream, options).map(|reader| Box::new(reader) as _)
            }
            Container::Ogg => {
                OggReader::try_new(stream, options).map(|reader| Box::new(reader) as _)
            }
            _ => IsoMp4Reader::try_new(stream, options).map(|reader| Box::new(reader) as _),
        };
        let format = format.map_err(|error| refusal(&error))?;
        let Some(track) = format
            .default_track(TrackType::Audio)
            .or_else(|| format.first_track(TrackType::Audio))
        else {
            return Err(no_track(container, &signs));
        };
        let Some(CodecParameters::Audio(params)) = &track.codec_params else {
            return Err(no_track(container, &signs));
        };
        let codec = codec_name(params.codec)?;
        check_aac(codec, params, &signs)?;
        let decoder = symphonia::default::get_codecs()
            .make_audio_decoder(params, &AudioDecoderOptions::default())
            .map_err(|error| {
                if codec == "aac_lc" {
                    aac_too_complex(params)
                } else {
                    refusal(&error)
                }
            })?;
        // An M4A's own header may be wrong or silent about these; the codec's configuration is not.
        let known = decoder.codec_params();
        let rate = known.sample_rate.or(params.sample_rate).unwrap_or(0);
        let channels = known.channels.as_ref().or(params.channels.as_ref());
        let count = channels.map_or(0, |channels| channels.count());
        let lossless = matches!(codec, "flac" | "alac");
        let stream = Stream {
            codec,
            rate,
            channels: count,
            layout: Layout::from_channels(channels, count),
            bits: if lossless {
                known.bits_per_sample.or(params.bits_per_sample)
            } else {
                None
            },
            frames: signs
                .samples
                .or(track.num_frames)
                .filter(|_| container != Container::Adts),
            truncated: signs.truncated,
        };
        let (track, frames) = (track.id, vec![Vec::new(); count]);
        Ok(Self {
            format,
            decoder,
            track,
            stream,
            depth: if lossless {
                Depth::integer()
            } else {
                Depth::Unknowable
            },
            damaged: 0,
            broke_off: false,
            pending: frames,
            handed_out: 0,
            integers: Vec::new(),
            decoded_any: false,
        })
    }

    /// Fills the planes with up to `want` frames; fewer only at the end.
    pub(crate) fn fill(&mut self, planes: &mut [Vec<f32>], want: usize) -> Result<usize, Error> {
        planes.iter_mut().for_each(Vec::clear);
        let mut got = 0;
        while got < want {
            let there = self.pending[0].len() - self.handed_out;
            if there == 0 {
                if !self.decode_next()? {
                    break;
                }
                continue;
            }
            let take = there.min(want - got);
            for (plane, pending) in planes.iter_mut().zip(&self.pending) {
                plane.extend_from_slice(&pending[self.handed_out..self.handed_out + take]);
            }
            self.handed_out += take;
            got += take;
        }
        Ok(got)
    }

    /// Decodes one packet into `pending`; false at the end of the stream.
    fn decode_next(&mut self) -> Result<bool, Error> {
        self.handed_out = 0;
        self.pending.iter_mut().for_each(Vec::clear);
        loop {
            let packet = match self.format.next_packet() {
                Ok(Some(packet)) => packet,
                Ok(None) => return Ok(false),
                Err(Symphonia::IoError(error))
                    if error.kind() != std::io::ErrorKind::UnexpectedEof =>
                {
                    return Err(Error::Io(error));
                }
                // The end came in mid-packet, or what follows cannot be followed: measure what was there.
                Err(_) => {
                    self.broke_off = true;
                    return Ok(false);
                }
            };
            if packet.track_id != self.track {
                continue;
            }
            match self.decoder.decode(&packet) {
                Ok(decoded) if decoded.frames() == 0 => {}
                Ok(decoded)
                    if decoded.num_planes() != self.pending.len()
                        || decoded.spec().rate() != self.stream.rate =>
                {
                    return Err(Error::undecodable(
                        "its sample rate or its channels change on the way",
                    ));
                }
                Ok(decoded) => {
                    if let (GenericAudioBufferRef::S32(_), Depth::Integer { .. }) =
                        (&decoded, self.depth)
                    {
                        decoded.copy_to_vecs_planar(&mut self.integers);
                        self.integers
                            .iter()
                            .for_each(|plane| self.depth.take_integers(plane));
                    }
                    decoded.copy_to_vecs_planar(&mut self.pending);
                    self.decoded_any = true;
                    return Ok(true);
                }
                Err(Symphonia::DecodeError(_) | Symphonia::IoError(_)) => {
                    self.damaged += 1;
                    if !self.decoded_any && self.damaged > MOST_DAMAGED_AT_START {
                        return Err(Error::undecodable("its packets are damaged"));
                    }
                }
                Err(error) => return Err(refusal(&error)),
            }
        }
    }
}

/// A reader in which `start` is position zero, so that tags before the stream do not shift it.
struct Offset {
    media: Box<dyn Media>,
    start: u64,
    size: u64,
}

impl std::io::Read for Offset {
    fn read(&mut self, buf: &mut [u8]) -> std::io::Result<usize> {
        self.media.read(buf)
    }
}

impl std::io::Seek for Offset {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        let to = match to {
            SeekFrom::Start(at) => SeekFrom::Start(at.saturating_add(self.start)),
            SeekFrom::End(by) => SeekFrom::Start(
                self.start
                    .saturating_add(self.size)
                    .saturating_add_signed(by),
            ),
            current @ SeekFrom::Current(_) => current,
        };
        Ok(self.media.seek(to)?.saturating_sub(self.start))
    }
}

fn codec_name(codec: AudioCodecId) -> Result<&'static str, Error> {
    match codec {
        CODEC_ID_FLAC => Ok("flac"),
        CODEC_ID_MP3 => Ok("mp3"),
        CODEC_ID_AAC => Ok("aac_lc"),
        CODEC_ID_ALAC => Ok("alac"),
        CODEC_ID_VORBIS => Ok("vorbis"),
        CODEC_ID_OPUS => Err(Error::UnsupportedCodec {
            what: "Opus sound".into(),
        }),
        CODEC_ID_MP1 | CODEC_ID_MP2 => Err(Error::UnsupportedCodec {
            what: "MPEG layer I or II sound".into(),
        }),
        _ => Err(Error::UnsupportedCodec {
            what: "a codec".into(),
        }),
    }
}

fn check_aac(codec: &str, params: &AudioCodecParameters, signs: &Signs) -> Result<(), Error> {
    let count = params
        .channels
        .as_ref()
        .map_or(0, |channels| channels.count());
    if codec == "aac_lc" && (count > 2 || signs.adts_channels.is_some_and(|channels| channels > 2))
    {
        return Err(Error::UnsupportedAac {
            what: "AAC with more than two channels",
        });
    }
    Ok(())
}

/// Which AAC the decoder refused (object types: ISO/IEC 14496-3, table 1.17).
fn aac_too_complex(params: &AudioCodecParameters) -> Error {
    let config = params.extra_data.as_deref().unwrap_or(&[]);
    let object_type = config.first().map_or(0, |byte| byte >> 3);
    let channels = config.get(1).map_or(0, |byte| (byte >> 3) & 15);
    let what = match object_type {
        5 | 29 => "HE-AAC",
        2 if channels > 2 => "AAC with more than two channels",
        2 => "HE-AAC",
        _ => "an AAC variant other than AAC-LC",
    };
    Error::UnsupportedAac { what }
}

fn no_track(container: Container, signs: &Signs) -> Error {
    match container {
        Container::Mp4 if signs.truncated => Error::undecodable("the file was cut off"),
        Container::Ogg => Error::UnsupportedCodec {
            what: "a codec other than Vorbis in an OGG file".into(),
        },
        _ => Error::UnsupportedCodec {
            what: "a codec that is not known here".into(),
        },
    }
}

fn refusal(error: &Symphonia) -> Error {
    match error {
        Symphonia::Unsupported(what) => Error::UnsupportedCodec {
            what: format!("a variant of its format ({what})"),
        },
        Symphonia::IoError(_) => Error::undecodable("the file ends before its sound begins"),
        other => Error::undecodable(other.to_string()),
    }
}
