//! Asking identity providers.

use std::sync::Arc;

use futures::future::BoxFuture;
use http::{HeaderValue, header::CONTENT_TYPE};
use reqwest::StatusCode;
use serde::de::DeserializeOwned;
use studio::accounts::identity::IdentityError;

use crate::outbound::{self, Answer, Outbound, PATIENCE};

#[derive(Clone)]
pub(crate) struct Http {
    outbound: Outbound,
    /// For errors.
    provider: Arc<str>,
}

/// Why there is no answer that could be read. None of it repeats an address, a header or a body.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error(transparent)]
    Unanswered(#[from] outbound::Failure),
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("its answer is not what was asked for")]
    Garbled,
}

impl Http {
    pub(crate) fn new(provider: &str, client: reqwest::Client) -> Self {
        Self {
            outbound: Outbound::new(client, PATIENCE),
            provider: provider.into(),
        }
    }

    /// Whatever its Content-Type: some serve their keys as text.
    pub(crate) async fn get_json<T: DeserializeOwned>(
        &self,
        address: &str,
        bearer: Option<&str>,
    ) -> Result<T, IdentityError> {
        let answer = self.get(address, bearer).await;
        let read = answer.and_then(|answer| {
            serde_json::from_slice(answer.body()).map_err(
                // serde repeats what it stumbled over.
                |_| Failure::Garbled,
            )
        });
        read.map_err(|failure| self.unreachable(&failure))
    }

    async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Answer, Failure> {
        let address = address.parse().map_err(|_| Failure::Garbled)?;
        let mut request = reqwest::Request::new(reqwest::Method::GET, address);
        let headers = request.headers_mut();
        headers.insert("accept", HeaderValue::from_static("application/json"));
        if let Some(bearer) = bearer {
            let value = format!("Bearer {bearer}").parse();
            headers.insert("authorization", value.map_err(|_| Failure::Garbled)?);
        }
        let answer = self.outbound.send(request).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer),
            other => Err(Failure::Status(other.as_u16())),
        }
    }

    pub(crate) fn unreachable(&self, failure: &Failure) -> IdentityError {
        self.unreachable_because(failure.to_string())
    }

    pub(crate) fn unreachable_because(&self, reason: impl Into<String>) -> IdentityError {
        IdentityError::Unreachable {
            provider: self.provider.as_ref().to_owned(),
            reason: reason.into(),
        }
    }
}

/// It reads 200 and the errors that are the client's; of the others it would only say that they could
/// not be read.
impl<'c> oauth2::AsyncHttpClient<'c> for Http {
    type Error = Failure;
    type Future = BoxFuture<'c, Result<oauth2::HttpResponse, Failure>>;

    fn call(&'c self, request: oauth2::HttpRequest) -> Self::Future {
        Box::pin(async move {
            let request = request.try_into().map_err(|_| Failure::Garbled)?;
            let mut answer = self.outbound.send(request).await?;
            let status = answer.status();
            let transient = [StatusCode::TOO_MANY_REQUESTS, StatusCode::REQUEST_TIMEOUT];
            let theirs = !status.is_client_error() || transient.contains(&status);
            if status != StatusCode::OK && theirs {
                return Err(Failure::Status(status.as_u16()));
            }
            if status == StatusCode::OK && is_json_object(answer.body()) {
                // The code is burnt: a wrong Content-Type must not lose what it bought.
                answer.headers_mut().remove(CONTENT_TYPE);
            }
            Ok(answer.map(|mut body| std::mem::take(&mut *body)))
        })
    }
}

fn is_json_object(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok()
}
