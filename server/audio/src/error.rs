//! Why a file could not be measured, in words for the person who made it.

use contract::ErrorCode;

/// One variant for each audio [`ErrorCode`], and what can go wrong around them.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("This file is empty: there is no sound in it to measure.")]
    EmptyFile,
    /// `holds` says what the bytes look like: "text", "a picture".
    #[error("This file is {named}, but holds {holds}, not audio.")]
    NotAudio { named: String, holds: &'static str },
    #[error("This file holds {what}, which Soundstage cannot read. Export it as WAV or FLAC.")]
    UnsupportedCodec { what: String },
    #[error(
        "This file holds {what}; of AAC, Soundstage reads AAC-LC in mono or stereo. Export it as WAV or FLAC."
    )]
    UnsupportedAac { what: &'static str },
    #[error(
        "The sound holds values that are not numbers (first at {at_s:.3} s). A plug-in has probably failed there: bounce the song again."
    )]
    NonFiniteSamples { at_s: f64 },
    #[error("The sound in this file could not be decoded: {why}.")]
    DecodeFailed { why: String },
    /// The reader failed, not the file's content.
    #[error("The file could not be read: {0}.")]
    Io(#[from] std::io::Error),
    #[error("Measuring was stopped.")]
    Cancelled,
}

impl Error {
    /// The stable code for programs.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::EmptyFile => ErrorCode::EmptyFile,
            Self::NotAudio { .. } => ErrorCode::NotAudio,
            Self::UnsupportedCodec { .. } => ErrorCode::UnsupportedCodec,
            Self::UnsupportedAac { .. } => ErrorCode::UnsupportedAac,
            Self::NonFiniteSamples { .. } => ErrorCode::NonFiniteSamples,
            Self::DecodeFailed { .. } => ErrorCode::DecodeFailed,
            Self::Io(_) => ErrorCode::Internal,
            Self::Cancelled => ErrorCode::Interrupted,
        }
    }

    pub(crate) fn undecodable(why: impl Into<String>) -> Self {
        Self::DecodeFailed { why: why.into() }
    }
}
