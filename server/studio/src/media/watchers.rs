//! Following the measuring of a file inside the process.

use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

use contract::{AssetId, jobs::JobState, media::Measuring};
use tokio::sync::watch;

#[derive(Default)]
pub(super) struct Watchers(Mutex<HashMap<AssetId, watch::Sender<Measuring>>>);

impl Watchers {
    /// Follows from now on. Read the state behind this and hand it to [`Watchers::tell`]: then nothing
    /// falls between.
    pub(super) fn follow(&self, id: AssetId) -> watch::Receiver<Measuring> {
        let new = || {
            watch::Sender::new(Measuring {
                state: JobState::Queued,
                progress: 0.0,
                stage: None,
                error: None,
                summary: None,
            })
        };
        self.map().entry(id).or_insert_with(new).subscribe()
    }

    /// The end stays: what comes late does not undo it.
    pub(super) fn tell(&self, id: AssetId, measuring: &Measuring) {
        let mut map = self.map();
        let Some(sender) = map.get(&id) else { return };
        sender.send_if_modified(|current| {
            let moves = !current.state.is_final() && current != measuring;
            if moves {
                current.clone_from(measuring);
            }
            moves
        });
        // Receivers keep the last value.
        if measuring.state.is_final() || sender.is_closed() {
            map.remove(&id);
        }
    }

    fn map(&self) -> std::sync::MutexGuard<'_, HashMap<AssetId, watch::Sender<Measuring>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
