//! One writer per upload.
//!
//! Whoever comes last goes first: a client that lost its connection comes back before the server notices
//! that the old request is dead. The old one puts down what it has, makes it safe and leaves.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
};

use contract::UploadId;
use sha2::Sha256;
use tokio::sync::{OwnedMutexGuard, watch};

#[derive(Default)]
pub(super) struct Lanes(Mutex<HashMap<UploadId, Lane>>);

#[derive(Clone)]
struct Lane {
    hash: Arc<tokio::sync::Mutex<Hash>>,
    /// How many wait to get in.
    waiting: watch::Sender<usize>,
}

/// The digest of the first `bytes` of an upload. Lost when the process ends; then the file is read again.
#[derive(Clone, Default)]
pub(super) struct Hash {
    pub bytes: u64,
    pub digest: Sha256,
}

/// The right to write to an upload.
pub(super) struct Turn {
    pub hash: OwnedMutexGuard<Hash>,
    waiting: watch::Receiver<usize>,
}

impl Lanes {
    /// Asks whoever is writing to make way, and waits for it.
    pub(super) async fn enter(&self, id: UploadId) -> Turn {
        let lane = self.lane(id);
        let waiting = Waiting::new(lane.waiting.clone());
        let hash = lane.hash.lock_owned().await;
        drop(waiting);
        Turn {
            hash,
            waiting: lane.waiting.subscribe(),
        }
    }

    /// The upload is over.
    pub(super) fn forget(&self, id: UploadId) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(&id);
    }

    fn lane(&self, id: UploadId) -> Lane {
        let mut lanes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || Lane {
            hash: Arc::default(),
            waiting: watch::Sender::new(0),
        };
        lanes.entry(id).or_insert_with(new).clone()
    }
}

impl Turn {
    /// Resolves when another wants to write.
    pub(super) async fn asked_to_leave(&mut self) {
        // The sender lives in the lane; without it nobody can ask.
        if self.waiting.wait_for(|count| *count > 0).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Counts itself among those that wait, also when its future is dropped.
struct Waiting(watch::Sender<usize>);

impl Waiting {
    fn new(count: watch::Sender<usize>) -> Self {
        count.send_modify(|count| *count += 1);
        Self(count)
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.send_modify(|count| *count = count.saturating_sub(1));
    }
}
