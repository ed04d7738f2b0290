//! What a file is, by its bytes. Names are never asked.

use std::io;

use super::mpeg;
use crate::{Error, Source};

/// How far an MPEG stream may hide behind padding before we stop looking for it.
const SEARCH: usize = 64 * 1024;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Container {
    Wav,
    Rf64,
    Aiff,
    Flac,
    Mp3,
    Adts,
    Mp4,
    Ogg,
}

impl Container {
    /// As in `FileInfo::container`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Rf64 => "rf64",
            Self::Aiff => "aiff",
            Self::Flac => "flac",
            Self::Mp3 => "mp3",
            Self::Adts => "adts",
            Self::Mp4 => "m4a",
            Self::Ogg => "ogg",
        }
    }
}

/// The container and the offset at which it begins (tags may stand before it).
pub(crate) fn sniff(source: &mut Source) -> Result<(Container, u64), Error> {
    if source.size == 0 {
        return Err(Error::EmptyFile);
    }
    let mut start = 0;
    let mut head = source.peek(0, SEARCH)?;
    if head.is_empty() {
        return Err(Error::EmptyFile);
    }
    // ID3v2 stands before MP3 and ADTS, and wrongly but often before FLAC and even WAV.
    while let Some(tag) = id3v2_len(&head) {
        start += tag;
        head = source.peek(start, SEARCH)?;
    }
    let container = match &head[..] {
        [
            b'R',
            b'I',
            b'F',
            b'F',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Container::Wav,
        [
            b'R',
            b'F',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ]
        | [
            b'B',
            b'W',
            b'6',
            b'4',
            _,
            _,
            _,
            _,
            b'W',
            b'A',
            b'V',
            b'E',
            ..,
        ] => Container::Rf64,
        [
            b'F',
            b'O',
            b'R',
            b'M',
            _,
            _,
            _,
            _,
            b'A',
            b'I',
            b'F',
            b'F' | b'C',
            ..,
        ] => Container::Aiff,
        [b'f', b'L', b'a', b'C', ..] => Container::Flac,
        [b'O', b'g', b'g', b'S', ..] => Container::Ogg,
        [_, _, _, _, b'f', b't', b'y', b'p', ..] => Container::Mp4,
        _ => {
            if let Some(what) = known_but_unread(&head) {
                return Err(Error::UnsupportedCodec { what: what.into() });
            }
            if let Some(offset) = mpeg::find_adts(&head) {
                start += offset as u64;
                Container::Adts
            } else if let Some(offset) = mpeg::find_frames(&head) {
                start += offset as u64;
                Container::Mp3
            } else {
                return Err(not_audio(source, &head)?);
            }
        }
    };
    Ok((container, start))
}

/// Length of an ID3v2 tag, header and footer included (id3.org, ID3v2.4 §3).
fn id3v2_len(head: &[u8]) -> Option<u64> {
    let [b'I', b'D', b'3', _, _, flags, a, b, c, d, ..] = *head else {
        return None;
    };
    let size = [a, b, c, d]
        .iter()
        .fold(0u64, |sum, byte| sum << 7 | u64::from(byte & 0x7F));
    Some(10 + size + if flags & 0x10 != 0 { 10 } else { 0 })
}

/// Audio and video that we know and do not read.
fn known_but_unread(head: &[u8]) -> Option<&'static str> {
    let starts: [(&[u8], &str); 9] = [
        (b"caff", "Core Audio (CAF) sound"),
        (b"wvpk", "WavPack sound"),
        (b"MAC ", "Monkey's Audio sound"),
        (b"\x1A\x45\xDF\xA3", "a Matroska or WebM stream"),
        (b"\x30\x26\xB2\x75\x8E\x66\xCF\x11", "Windows Media sound"),
        (b"DSD ", "DSD sound"),
        (b"FRM8", "DSD sound"),
        (b"MThd", "MIDI notes"),
        (b"FLV\x01", "a Flash video"),
    ];
    starts
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, what)| *what)
}

fn not_audio(source: &Source, head: &[u8]) -> io::Result<Error> {
    let named = match source.name.rsplit_once('.') {
        Some((_, ext))
            if !ext.is_empty()
                && ext.len() <= 5
                && ext.bytes().all(|b| b.is_ascii_alphanumeric()) =>
        {
            format!("named .{}", ext.to_ascii_lowercase())
        }
        _ => "offered as sound".to_owned(),
    };
    let starts: [(&[u8], &'static str); 9] = [
        (b"%PDF", "a PDF document"),
        (b"PK\x03\x04", "a ZIP archive or a document"),
        (b"\x89PNG", "a picture"),
        (b"\xFF\xD8\xFF", "a picture"),
        (b"GIF8", "a picture"),
        (b"\x7FELF", "a program"),
        (b"MZ", "a program"),
        (b"\x1F\x8B", "compressed data"),
        (b"RIFF", "something else in a RIFF wrapper"),
    ];
    let holds = starts
        .iter()
        .find(|(magic, _)| head.starts_with(magic))
        .map(|(_, what)| *what);
    let holds = holds.unwrap_or_else(|| {
        let sample = &head[..head.len().min(4096)];
        if head.iter().all(|byte| *byte == 0) {
            "only zero bytes"
        } else if is_text(sample) {
            "text"
        } else {
            "data of an unknown kind"
        }
    });
    Ok(Error::NotAudio { named, holds })
}

fn is_text(bytes: &[u8]) -> bool {
    let valid = match std::str::from_utf8(bytes) {
        Ok(_) => true,
        // A character cut off by the end of the sample is still text.
        Err(error) => error.error_len().is_none(),
    };
    let control = bytes
        .iter()
        .any(|byte| *byte < 32 && !matches!(byte, b'\t' | b'\n' | b'\r' | 0x0C | 0x1B));
    valid && !control
}
