//! The `{id}` in an address.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use contract::{ApiError, AssetId, ConversationId, JobId, MessageId, RunId, UploadId};
use studio::{chat::ChatError, jobs::JobsError, media::MediaError};

use super::Failure;

/// What is no id is answered like the id of nothing.
pub struct Id<T>(pub T);

pub trait Named: FromStr {
    fn unknown() -> ApiError;
}

macro_rules! named {
    ($($id:ty => $error:expr),* $(,)?) => {$(
        impl Named for $id {
            fn unknown() -> ApiError {
                $error.into()
            }
        }
    )*};
}

named! {
    AssetId => MediaError::NotFound,
    UploadId => MediaError::UploadNotFound,
    ConversationId => ChatError::NotFound,
    MessageId => ChatError::NotFound,
    RunId => ChatError::NotFound,
    JobId => JobsError::NotFound,
}

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let written = Path::<String>::from_request_parts(parts, state).await;
        let id = written.ok().and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or_else(|| Failure(T::unknown()))
    }
}
