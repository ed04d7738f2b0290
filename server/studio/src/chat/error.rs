use contract::{
    ApiError, ErrorCode,
    chat::{MESSAGE_MAX_CHARS, TITLE_MAX_CHARS},
};

use crate::{Denial, media::MediaError};

#[derive(Debug, thiserror::Error)]
pub enum ChatError {
    #[error("That conversation does not exist, or it is not yours.")]
    NotFound,
    #[error("Write a question or add a file first.")]
    Empty,
    #[error(
        "That message is longer than {MESSAGE_MAX_CHARS} characters. Shorten it, or send it in parts."
    )]
    TooLong,
    #[error("One message takes one mix and one reference.")]
    TooManyFiles,
    #[error("A title needs at least one character, and at most {TITLE_MAX_CHARS}.")]
    BadTitle,
    #[error("The message came without a usable key, so it was not sent.")]
    BadKey,
    #[error("This answer is still being written.")]
    StillWriting,
    #[error(transparent)]
    NoImport(import::ImportError),
    #[error(transparent)]
    Denied(#[from] Denial),
    #[error(transparent)]
    Media(#[from] MediaError),
    #[error("the database failed: {0}")]
    Store(#[from] store::Error),
}

impl From<ChatError> for ApiError {
    fn from(error: ChatError) -> Self {
        let code = match error {
            ChatError::NotFound => ErrorCode::NotFound,
            ChatError::Empty
            | ChatError::TooLong
            | ChatError::TooManyFiles
            | ChatError::BadTitle
            | ChatError::BadKey
            | ChatError::NoImport(_) => ErrorCode::Invalid,
            ChatError::StillWriting => ErrorCode::Conflict,
            ChatError::Denied(denial) => return denial.into(),
            ChatError::Media(error) => return error.into(),
            ChatError::Store(_) => {
                return Self::new(
                    ErrorCode::Internal,
                    "The conversation could not be read or stored.",
                );
            }
        };
        Self::new(code, error.to_string())
    }
}
