//! What the processes of one studio know together: how often somebody asked, how often a password was
//! wrong, and which sessions are over.
//!
//! Alone, a process counts in its own bounded memory: a restart forgives. Where the settings name a
//! [`Shared`] place, counts are kept there and an ending is heard everywhere at once. While it does not
//! answer, each process goes on alone: nobody is refused for it. What is true stands in the database
//! either way.

mod failures;
mod rates;

use std::sync::Arc;

use contract::{SessionId, Timestamp};
use futures::future::BoxFuture;
use serde::{Deserialize, Serialize};

use failures::Failures;
use rates::Rates;

pub use failures::{FORGOTTEN_AFTER_S, FREE_TRIES, Try};
pub use rates::{Asker, BURST, PER_SECOND};

/// Taken, or refused for so many seconds.
pub type Verdict = Result<(), i64>;

/// What one process tells the others. (It may hear itself too.)
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum News {
    /// These sessions are over.
    Ended(Vec<SessionId>),
    /// This one goes on, with another token.
    Renewed(SessionId),
}

/// Where all processes of a studio look. Implemented in `adapters`. Nothing of it fails or takes long:
/// `None` stands for a place that does not answer now.
pub trait Shared: Send + Sync + 'static {
    /// As [`Commons::take`].
    fn take(&self, asker: Asker, now: Timestamp) -> BoxFuture<'_, Option<Verdict>>;

    /// As [`Commons::admit`], and all at once: of many who try together none slips through.
    fn admit<'a>(&'a self, tries: &'a [Try], now: Timestamp) -> BoxFuture<'a, Option<Verdict>>;

    fn forgive<'a>(&'a self, tries: &'a [Try]) -> BoxFuture<'a, ()>;

    fn tell(&self, news: News) -> BoxFuture<'_, ()>;

    /// Keeps the line, and hands over what is heard on it, for as long as it is polled. `None`: something
    /// may have been missed.
    fn listen<'a>(&'a self, hear: &'a (dyn Fn(Option<News>) + Send + Sync)) -> BoxFuture<'a, ()>;
}

#[derive(Clone)]
pub struct Commons(Arc<Inner>);

struct Inner {
    shared: Option<Arc<dyn Shared>>,
    rates: Rates,
    failures: Failures,
}

impl Commons {
    /// Of one process.
    pub fn alone() -> Self {
        Self::of(None)
    }

    pub fn shared(shared: Arc<dyn Shared>) -> Self {
        Self::of(Some(shared))
    }

    fn of(shared: Option<Arc<dyn Shared>>) -> Self {
        Self(Arc::new(Inner {
            shared,
            rates: Rates::default(),
            failures: Failures::default(),
        }))
    }

    /// A token from the asker's bucket.
    pub async fn take(&self, asker: Asker, now: Timestamp) -> Verdict {
        if let Some(shared) = &self.0.shared
            && let Some(verdict) = shared.take(asker, now).await
        {
            return verdict;
        }
        self.0.rates.take(asker, now)
    }

    /// A try by all of these at once. It counts as failed until [`Self::forgive`], so that many at once
    /// cannot slip through together.
    pub async fn admit(&self, tries: &[Try], now: Timestamp) -> Verdict {
        if let Some(shared) = &self.0.shared
            && let Some(verdict) = shared.admit(tries, now).await
        {
            return verdict;
        }
        self.0.failures.admit(tries, now)
    }

    pub async fn forgive(&self, tries: &[Try]) {
        // Here as well: they may be from a time alone.
        self.0.failures.forgive(tries);
        if let Some(shared) = &self.0.shared {
            shared.forgive(tries).await;
        }
    }

    /// Returns once it is said.
    pub async fn tell(&self, news: News) {
        if let Some(shared) = self.0.shared.clone() {
            // In a task of its own: whoever caused it may hang up meanwhile.
            let telling = tokio::spawn(async move { shared.tell(news).await });
            if let Err(error) = telling.await {
                tracing::error!(%error, "other processes were not told");
            }
        }
    }

    /// As [`Shared::listen`]; alone there is nothing to hear, and this ends at once.
    pub async fn listen(&self, hear: impl Fn(Option<News>) + Send + Sync) {
        if let Some(shared) = &self.0.shared {
            shared.listen(&hear).await;
        }
    }
}

#[cfg(test)]
mod tests;
