use contract::{ApiError, ErrorCode};

use super::ObjectError;
use crate::{Denial, jobs::JobsError};

#[derive(Debug, thiserror::Error)]
pub enum MediaError {
    #[error("That file does not exist, or it is not yours.")]
    NotFound,
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error("That upload does not exist, or it is not yours.")]
    UploadNotFound,
    #[error("That upload was left alone for too long and is gone. Choose the file again.")]
    UploadExpired,
    #[error("This file is empty: there is no sound in it to measure.")]
    Empty,
    #[error("This file is larger than {}, which is the most that one file may have here.", bytes(*.limit))]
    TooLarge { limit: u64 },
    #[error("More came than the {} that were announced for this file. Choose the file again.", bytes(*.size))]
    TooMuch { size: u64 },
    #[error("Your files would take more than the {} that you have here. Ask whoever runs this Soundstage for more room.", bytes(*.limit))]
    Quota { limit: u64 },
    #[error("The upload stands at byte {expected}, not at {given}.")]
    Offset { expected: u64, given: u64 },
    /// Another request for the same upload came; the newest goes on.
    #[error("The upload goes on in another request. What had come so far is kept.")]
    Overtaken,
    #[error("A piece of the file was damaged on its way. It is sent again from byte {kept}.")]
    Checksum { kept: u64 },
    #[error("The connection broke off. {} are kept, and the upload goes on from there.", bytes(*.kept))]
    BrokenOff { kept: u64 },
    #[error("The disk of this Soundstage is full. {} of this file are kept: the upload goes on from there once there is room.", bytes(*.kept))]
    DiskFull { kept: u64 },
    #[error(
        "There is no room for this file on the disk of this Soundstage. Whoever runs it can make some."
    )]
    NoRoom,
    /// It is no sound, or none that can be measured: the sentence of the audio crate.
    #[error("{0}")]
    Refused(ApiError),
    #[error("This file is still being measured.")]
    NotMeasured,
    #[error("Browsers cannot play this file as it is, and its playable copy is not ready yet.")]
    NotPlayable,
    #[error("the object store failed: {0}")]
    Objects(#[from] ObjectError),
    #[error("the database failed: {0}")]
    Store(#[from] store::Error),
    #[error(transparent)]
    Jobs(#[from] JobsError),
    /// A task that reads or measures was torn down.
    #[error("a task ended early: {0}")]
    Task(#[from] tokio::task::JoinError),
}

impl From<audio::Error> for MediaError {
    fn from(error: audio::Error) -> Self {
        match error {
            audio::Error::Io(error) => Self::Objects(error.into()),
            error => Self::Refused(ApiError::new(error.code(), error.to_string())),
        }
    }
}

impl From<MediaError> for ApiError {
    fn from(error: MediaError) -> Self {
        let code = match &error {
            // Said by others, in their own words.
            MediaError::Refused(error) => return error.clone(),
            MediaError::Jobs(error) => return error.into(),
            MediaError::Denied(denial) => return (*denial).into(),
            MediaError::NotFound | MediaError::UploadNotFound => ErrorCode::NotFound,
            MediaError::UploadExpired => ErrorCode::UploadGone,
            MediaError::Empty => ErrorCode::EmptyFile,
            MediaError::TooLarge { .. } | MediaError::TooMuch { .. } => ErrorCode::UploadTooLarge,
            MediaError::Quota { .. } => ErrorCode::QuotaReached,
            MediaError::Offset { .. } => ErrorCode::OffsetMismatch,
            MediaError::Checksum { .. } => ErrorCode::ChecksumMismatch,
            MediaError::BrokenOff { .. } => ErrorCode::Interrupted,
            MediaError::DiskFull { .. } | MediaError::NoRoom => ErrorCode::DiskFull,
            MediaError::Overtaken | MediaError::NotMeasured | MediaError::NotPlayable => {
                ErrorCode::Conflict
            }
            MediaError::Objects(ObjectError::Full) => {
                return Self::new(
                    ErrorCode::DiskFull,
                    "The disk of this Soundstage is full. Nothing that was saved is lost.",
                );
            }
            MediaError::Objects(_) | MediaError::Store(_) | MediaError::Task(_) => {
                return Self::internal();
            }
        };
        Self::new(code, error.to_string())
    }
}

/// For a person: "2 GB", "37.5 MB", "812 bytes".
fn bytes(count: u64) -> String {
    const UNITS: [(u64, &str); 3] = [(1 << 30, "GB"), (1 << 20, "MB"), (1 << 10, "KB")];
    match UNITS.iter().find(|(size, _)| count >= *size) {
        Some((size, unit)) => {
            let tenths = u128::from(count) * 10 / u128::from(*size);
            match tenths % 10 {
                0 => format!("{} {unit}", tenths / 10),
                tenth => format!("{}.{tenth} {unit}", tenths / 10),
            }
        }
        None => format!("{count} bytes"),
    }
}

#[cfg(test)]
mod tests {
    use super::bytes;

    #[test]
    fn sizes_read_well() {
        assert_eq!(bytes(2 << 30), "2 GB");
        assert_eq!(bytes(37 * (1 << 20) + (1 << 19)), "37.5 MB");
        assert_eq!(bytes(0), "0 bytes");
        assert_eq!(bytes(1023), "1023 bytes");
    }
}
