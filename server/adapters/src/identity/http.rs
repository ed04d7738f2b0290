//! What leaves for an identity provider: bounded in time and size, never redirected, and silent about
//! what was sent when it fails.

use std::{
    net::{Ipv4Addr, Ipv6Addr},
    sync::Arc,
    time::Duration,
};

use futures::future::BoxFuture;
use http::header::CONTENT_TYPE;
use reqwest::{StatusCode, Url};
use serde::de::DeserializeOwned;
use studio::accounts::identity::IdentityError;

/// From asking to the last byte. A client that is less patient stays so.
const PATIENCE: Duration = Duration::from_secs(10);
/// Google's largest document has 2 KB.
const LONGEST: usize = 1 << 20;

#[derive(Clone)]
pub(crate) struct Http {
    /// The caller's, so that there is one set of connections. It must not follow redirects: an answer
    /// from elsewhere is thrown away, but by then a secret has travelled.
    client: reqwest::Client,
    /// For errors.
    provider: Arc<str>,
}

/// Why there is no answer. None of it repeats an address, a header or a body: they may hold secrets.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    #[error("it did not answer in time")]
    TimedOut,
    #[error("no connection")]
    NoConnection,
    #[error("the connection broke")]
    Broken,
    #[error("it redirected")]
    Redirected,
    #[error("it answered more than {LONGEST} bytes")]
    TooLong,
    #[error("it answered with status {0}")]
    Status(u16),
    #[error("its answer is not what was asked for")]
    Garbled,
}

impl Http {
    pub(crate) fn new(provider: &str, client: reqwest::Client) -> Self {
        Self {
            client,
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
        let read = answer.and_then(|body| {
            serde_json::from_slice(&body).map_err(
                // serde repeats what it stumbled over.
                |_| Failure::Garbled,
            )
        });
        read.map_err(|failure| self.unreachable(&failure))
    }

    async fn get(&self, address: &str, bearer: Option<&str>) -> Result<Vec<u8>, Failure> {
        let mut request = self
            .client
            .get(address)
            .header("accept", "application/json");
        if let Some(bearer) = bearer {
            request = request.bearer_auth(bearer);
        }
        let request = request.build().map_err(|_| Failure::Garbled)?;
        let answer = self.send(request).await?;
        match answer.status() {
            StatusCode::OK => Ok(answer.into_body()),
            other => Err(Failure::Status(other.as_u16())),
        }
    }

    async fn send(&self, request: reqwest::Request) -> Result<http::Response<Vec<u8>>, Failure> {
        tokio::time::timeout(PATIENCE, self.send_patiently(request))
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    async fn send_patiently(
        &self,
        request: reqwest::Request,
    ) -> Result<http::Response<Vec<u8>>, Failure> {
        let asked = request.url().clone();
        let mut answer = self.client.execute(request).await.map_err(Failure::of)?;
        if *answer.url() != asked || answer.status().is_redirection() {
            return Err(Failure::Redirected);
        }
        let mut whole = http::Response::new(Vec::new());
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = answer.headers().clone();
        while let Some(part) = answer.chunk().await.map_err(Failure::of)? {
            if whole.body().len() + part.len() > LONGEST {
                return Err(Failure::TooLong);
            }
            whole.body_mut().extend_from_slice(&part);
        }
        Ok(whole)
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
            let mut answer = self.send(request).await?;
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
            Ok(answer)
        })
    }
}

impl Failure {
    #[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
    fn of(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::NoConnection
        } else if error.is_redirect() {
            Self::Redirected
        } else {
            Self::Broken
        }
    }
}

fn is_json_object(body: &[u8]) -> bool {
    serde_json::from_slice::<serde_json::Map<String, serde_json::Value>>(body).is_ok()
}

/// Where secrets may travel and keys be believed: over TLS, or without leaving this machine.
pub(crate) fn is_safe_address(address: &str) -> bool {
    let Ok(url) = Url::parse(address) else {
        return false;
    };
    let bare = url.username().is_empty() && url.password().is_none() && url.fragment().is_none();
    let host = url.host_str().unwrap_or_default();
    bare && match url.scheme() {
        "https" => !host.is_empty(),
        "http" => is_loopback(host),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    let v6 = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost"
        || host.parse().is_ok_and(|ip: Ipv4Addr| ip.is_loopback())
        || v6.parse().is_ok_and(|ip: Ipv6Addr| ip.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_encrypted_or_of_this_machine() {
        for address in [
            "https://accounts.google.com",
            "https://id.example.org:8443/realms/x?a=b",
            "http://127.0.0.1:3000/x",
            "http://[::1]:3000/x",
            "http://localhost",
        ] {
            assert!(is_safe_address(address), "{address}");
        }
        for address in [
            "http://id.example.org",
            "http://127.0.0.1.example.org",
            "http://localhost.example.org",
            "https://user:pass@example.org",
            "https://example.org/#x",
            "ftp://example.org",
            "example.org",
            "",
        ] {
            assert!(!is_safe_address(address), "{address}");
        }
    }
}
