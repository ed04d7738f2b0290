//! The `{id}` in an address.

use std::str::FromStr;

use axum::{
    extract::{FromRequestParts, Path},
    http::request::Parts,
};
use contract::{AssetId, UploadId};
use studio::media::MediaError;

use super::Failure;

/// What is no id is answered like the id of nothing.
pub struct Id<T>(pub T);

pub trait Named: FromStr {
    const UNKNOWN: MediaError;
}

impl Named for AssetId {
    const UNKNOWN: MediaError = MediaError::NotFound;
}

impl Named for UploadId {
    const UNKNOWN: MediaError = MediaError::UploadNotFound;
}

impl<T: Named, S: Send + Sync> FromRequestParts<S> for Id<T> {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let written = Path::<String>::from_request_parts(parts, state).await;
        let id = written.ok().and_then(|Path(id)| id.parse().ok());
        id.map(Self).ok_or_else(|| T::UNKNOWN.into())
    }
}
