//! Holding a job while working on it.

use std::{
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::{Claimed, Jobs};

/// Three beats fit into a lease, so that one slow write does not lose it.
const BEAT: Duration = Duration::from_secs(10);

/// Why a worker must put a job down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// Somebody asked for it.
    Cancelled,
    /// The lease ran out and another worker has the job: keep nothing.
    Lost,
    /// The server stops: give the job back.
    ShuttingDown,
}

/// Renews a job's lease for as long as it lives, and knows when to stop.
pub struct Lease {
    pub claimed: Claimed,
    jobs: Jobs,
    signal: Signal,
    beat: JoinHandle<()>,
}

impl Jobs {
    /// Starts the heartbeat. When `shutdown` is cancelled, so is the lease's token.
    pub fn hold(&self, claimed: Claimed, shutdown: &CancellationToken) -> Lease {
        let signal = Signal {
            token: shutdown.child_token(),
            why: Arc::default(),
        };
        if claimed.job.cancel_asked {
            signal.give(Stop::Cancelled);
        }
        self.held().insert(claimed.job.id, signal.clone());
        let beat = tokio::spawn(beat(self.clone(), claimed.clone(), signal.clone()));
        Lease {
            claimed,
            jobs: self.clone(),
            signal,
            beat,
        }
    }
}

impl Lease {
    /// Cancelled when the work must stop.
    pub fn token(&self) -> &CancellationToken {
        &self.signal.token
    }

    /// Why it must stop, if it must.
    pub fn stopped(&self) -> Option<Stop> {
        self.signal.reason()
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        self.beat.abort();
        self.jobs.held().remove(&self.claimed.job.id);
    }
}

async fn beat(jobs: Jobs, claimed: Claimed, signal: Signal) {
    loop {
        tokio::select! {
            () = tokio::time::sleep(BEAT) => {}
            () = signal.token.cancelled() => return,
        }
        match jobs.heartbeat(&claimed).await {
            Ok(Some(stop)) => signal.give(stop),
            Ok(None) => {}
            // The next beat may get through; if none does, the lease runs out and a later beat says so.
            Err(error) => tracing::warn!(job = %claimed.job.id, %error, "a heartbeat failed"),
        }
    }
}

/// Tells the work to stop, once, with a reason.
#[derive(Clone)]
pub(super) struct Signal {
    token: CancellationToken,
    why: Arc<OnceLock<Stop>>,
}

impl Signal {
    pub(super) fn give(&self, stop: Stop) {
        // The first reason stands.
        let _ = self.why.set(stop);
        self.token.cancel();
    }

    fn reason(&self) -> Option<Stop> {
        self.token
            .is_cancelled()
            .then(|| self.why.get().copied().unwrap_or(Stop::ShuttingDown))
    }
}
