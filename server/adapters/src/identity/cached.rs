//! A provider's document: fetched once for all who wait for it, kept for a while, and for longer while
//! nothing newer can be had.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use futures::future::BoxFuture;
use studio::accounts::identity::IdentityError;

type Fetch<T> = Box<dyn Fn() -> BoxFuture<'static, Result<T, IdentityError>> + Send + Sync>;

pub(crate) struct Cached<T> {
    fetch: Fetch<T>,
    /// Seconds after which it is fetched anew.
    fresh_for: i64,
    state: Mutex<State<T>>,
    /// Held while one fetches.
    flight: Arc<tokio::sync::Mutex<()>>,
}

struct State<T> {
    held: Option<Held<T>>,
    /// When a fetch was last tried, well or not.
    tried_at: Option<i64>,
    /// Fetches that ended.
    tries: u64,
    /// Of the last one that failed.
    reason: Option<(String, String)>,
}

struct Held<T> {
    value: Arc<T>,
    since: i64,
}

/// How long something old is better than nothing: a provider that is down for a night locks nobody out.
const USABLE_FOR: i64 = 24 * 3600;
/// Between two fetches: who sends tokens with invented key ids must not make us a hammer.
const PAUSE: i64 = 60;
/// The same as long as there is nothing at all, which is when somebody is waiting.
const PAUSE_WITHOUT: i64 = 5;

/// All times are seconds of one clock, whichever: the caller's.
impl<T: Send + Sync + 'static> Cached<T> {
    pub(crate) fn new(fresh_for: i64, fetch: Fetch<T>) -> Arc<Self> {
        Arc::new(Self {
            fetch,
            fresh_for,
            state: Mutex::new(State {
                held: None,
                tried_at: None,
                tries: 0,
                reason: None,
            }),
            flight: Arc::default(),
        })
    }

    pub(crate) async fn get(self: &Arc<Self>, at: i64) -> Result<Arc<T>, IdentityError> {
        if let Some(fresh) = self.state().fresh(at, self.fresh_for) {
            return Ok(fresh);
        }
        let flight = match self.flight.clone().try_lock_owned() {
            Ok(flight) => flight,
            // Another is at it. Who has something meanwhile does not stand in that queue.
            Err(_) => {
                let (old, tries) = self.state().with_tries(at);
                if let Some(old) = old {
                    return Ok(old);
                }
                let flight = self.flight.clone().lock_owned().await;
                // What those ahead were told holds for everybody who waited with them.
                if self.state().tries != tries {
                    return self.state().best(at);
                }
                flight
            }
        };
        if let Some(fresh) = self.state().fresh(at, self.fresh_for) {
            return Ok(fresh);
        }
        self.fetch_in(flight, at).await
    }

    /// Something newer than `old`, which lacks what is looked for; or `old`, when that was asked for a moment ago.
    pub(crate) async fn newer_than(
        self: &Arc<Self>,
        old: &Arc<T>,
        at: i64,
    ) -> Result<Arc<T>, IdentityError> {
        let flight = self.flight.clone().lock_owned().await;
        let held = self.state().usable(at);
        if let Some(newer) = held.filter(|held| !Arc::ptr_eq(held, old)) {
            return Ok(newer);
        }
        self.fetch_in(flight, at).await
    }

    async fn fetch_in(
        self: &Arc<Self>,
        flight: tokio::sync::OwnedMutexGuard<()>,
        at: i64,
    ) -> Result<Arc<T>, IdentityError> {
        if self.state().may_try(at) {
            let cached = self.clone();
            // On its own: whoever hangs up meanwhile must not make the next one begin again.
            let task = tokio::spawn(async move {
                let got = (cached.fetch)().await;
                cached.state().keep(got, at);
                drop(flight);
            });
            if let Err(error) = task.await {
                tracing::error!(%error, "fetching a provider's document");
            }
        }
        self.state().best(at)
    }

    fn state(&self) -> MutexGuard<'_, State<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> State<T> {
    /// A clock that was set back makes it old, not eternal.
    fn fresh(&self, at: i64, fresh_for: i64) -> Option<Arc<T>> {
        let held = self.held.as_ref()?;
        (0..fresh_for)
            .contains(&(at - held.since))
            .then(|| held.value.clone())
    }

    fn usable(&self, at: i64) -> Option<Arc<T>> {
        let held = self.held.as_ref()?;
        // (Who came a moment before it was fetched may have it, too.)
        (-PAUSE..USABLE_FOR)
            .contains(&(at - held.since))
            .then(|| held.value.clone())
    }

    fn with_tries(&self, at: i64) -> (Option<Arc<T>>, u64) {
        (self.usable(at), self.tries)
    }

    fn may_try(&self, at: i64) -> bool {
        let pause = if self.usable(at).is_some() {
            PAUSE
        } else {
            PAUSE_WITHOUT
        };
        self.tried_at
            .is_none_or(|tried| !(0..pause).contains(&(at - tried)))
    }

    fn keep(&mut self, got: Result<T, IdentityError>, at: i64) {
        self.tried_at = Some(at);
        self.tries += 1;
        match got {
            Ok(value) => {
                let value = Arc::new(value);
                self.held = Some(Held { value, since: at });
                self.reason = None;
            }
            Err(IdentityError::Unreachable { provider, reason }) => {
                tracing::warn!(
                    provider,
                    reason,
                    held = self.held.is_some(),
                    "no newer document"
                );
                self.reason = Some((provider, reason));
            }
            Err(IdentityError::Refused(code)) => {
                self.reason = Some(("the provider".to_owned(), code.to_owned()));
            }
        }
    }

    fn best(&self, at: i64) -> Result<Arc<T>, IdentityError> {
        self.usable(at).ok_or_else(|| {
            let (provider, reason) = self.reason.clone().unwrap_or_default();
            IdentityError::Unreachable { provider, reason }
        })
    }
}
