//! Asking a provider of grants.

use std::time::Duration;

use futures::{FutureExt as _, future::BoxFuture};
use oauth2::{AsyncHttpClient, HttpRequest, HttpResponse, http::StatusCode};

use super::answer;
use crate::outbound::{Answer, Failure, Outbound};

/// Why there is no answer that could be read. In our words: the library's hold addresses.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error(transparent)]
    Unanswered(#[from] Failure),
    /// An answer, but none of those that the protocol has.
    #[error("status {status}")]
    Status {
        status: StatusCode,
        retry_after_s: Option<i64>,
    },
}

pub(super) struct Http(Outbound);

impl Http {
    pub(super) fn new(client: reqwest::Client, patience: Duration) -> Self {
        Self(Outbound::new(client, patience))
    }

    pub(super) async fn send(&self, request: HttpRequest) -> Result<Answer, Failure> {
        let request = request.try_into().map_err(|_| Failure::Unsendable)?;
        self.0.send(request).await
    }
}

/// What the library asks its token endpoint through. (A closure would do, but what it returns is `Send`
/// for one lifetime only.)
impl<'c> AsyncHttpClient<'c> for Http {
    type Error = Trouble;
    type Future = BoxFuture<'c, Result<HttpResponse, Trouble>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        async move { answer::tidy(&self.send(request).await?) }.boxed()
    }
}
