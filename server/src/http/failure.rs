//! What leaves when something went wrong: `{"code","message"}` with the status of the code.

use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::ApiError;

#[derive(Debug)]
pub struct Failure(pub ApiError);

/// Every service's error. Logged here, once, where it is our fault.
impl<E: std::error::Error + Into<ApiError>> From<E> for Failure {
    fn from(error: E) -> Self {
        let cause = error.to_string();
        let error: ApiError = error.into();
        let code = error.code.as_str();
        if error.code.status() >= 500 {
            tracing::error!(code, cause, "request failed");
        } else {
            tracing::debug!(code, cause, "request refused");
        }
        Self(error)
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let status =
            StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        (status, Json(self.0)).into_response()
    }
}
