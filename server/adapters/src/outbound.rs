//! What leaves. For providers that the owner names, with secrets in it: bounded in time and size, never
//! redirected, and silent about what was sent when it fails ([`client`]). For addresses that people
//! choose: [`Public`], and nothing else.

mod address;
mod public;

use std::{
    error::Error as _,
    net::{Ipv4Addr, Ipv6Addr},
    time::Duration,
};

use http::header::AUTHORIZATION;
use reqwest::Url;
use zeroize::Zeroizing;

pub use address::{Private, network};
pub use public::Public;

/// From asking to the last byte.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// Of an answer. Google's largest document has 2 KB; a profile with pictures in it may be larger.
const LONGEST: usize = 1 << 20;
const USER_AGENT: &str = concat!("soundstage/", env!("CARGO_PKG_VERSION"));

/// What speaks to providers, with one set of connections. It follows no redirect: an answer from elsewhere
/// would be thrown away, but by then a secret has travelled.
pub fn client() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .user_agent(USER_AGENT)
        .build()
}

#[derive(Clone)]
pub(crate) struct Outbound {
    client: reqwest::Client,
    patience: Duration,
}

/// Overwritten when it is dropped: there may be tokens in it.
pub(crate) type Answer = http::Response<Zeroizing<Vec<u8>>>;

/// Why there is no answer. None of it repeats an address, a header or a body: they may hold secrets.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
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
    #[error("the request cannot be made")]
    Unsendable,
    #[error("it is not on the public internet")]
    NotPublic,
}

impl Outbound {
    pub(crate) fn new(client: reqwest::Client, patience: Duration) -> Self {
        Self { client, patience }
    }

    pub(crate) async fn send(&self, request: reqwest::Request) -> Result<Answer, Failure> {
        tokio::time::timeout(self.patience, self.send_patiently(request))
            .await
            .unwrap_or(Err(Failure::TimedOut))
    }

    async fn send_patiently(&self, mut request: reqwest::Request) -> Result<Answer, Failure> {
        if let Some(secret) = request.headers_mut().get_mut(AUTHORIZATION) {
            // Not even in a trace of the connection.
            secret.set_sensitive(true);
        }
        let asked = request.url().clone();
        let mut answer = self.client.execute(request).await.map_err(Failure::of)?;
        if *answer.url() != asked || answer.status().is_redirection() {
            return Err(Failure::Redirected);
        }
        let mut whole = http::Response::new(Zeroizing::new(Vec::new()));
        *whole.status_mut() = answer.status();
        *whole.headers_mut() = std::mem::take(answer.headers_mut());
        while let Some(part) = answer.chunk().await.map_err(Failure::of)? {
            if whole.body().len() + part.len() > LONGEST {
                return Err(Failure::TooLong);
            }
            whole.body_mut().extend_from_slice(&part);
        }
        Ok(whole)
    }
}

impl Failure {
    #[expect(clippy::needless_pass_by_value, reason = "as map_err hands it over")]
    fn of(error: reqwest::Error) -> Self {
        let mut causes = std::iter::successors(error.source(), |cause| (**cause).source());
        if let Some(ours) = causes.find_map(|cause| cause.downcast_ref::<Self>()) {
            *ours
        } else if error.is_timeout() {
            Self::TimedOut
        } else if error.is_connect() {
            Self::NoConnection
        } else if error.is_redirect() {
            Self::Redirected
        } else if error.is_builder() {
            Self::Unsendable
        } else {
            Self::Broken
        }
    }
}

/// Where secrets may travel and keys be believed: over TLS, or without leaving this machine.
pub(crate) fn is_safe_address(address: &str) -> bool {
    unsafe_because(address).is_none()
}

/// What is wrong with an address, for whoever has written it.
pub(crate) fn unsafe_because(address: &str) -> Option<&'static str> {
    let Ok(url) = Url::parse(address) else {
        return Some("must be an address, https://…");
    };
    let host = url.host_str().unwrap_or_default();
    let is_safe = match url.scheme() {
        "https" => !host.is_empty(),
        "http" => is_loopback(host),
        _ => false,
    };
    if !is_safe {
        return Some("must be https (plain http only on this machine)");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Some("must have no user name or password in it");
    }
    url.fragment().map(|_| "must have no # in it")
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
