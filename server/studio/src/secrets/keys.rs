//! The ring of a running server, which may change under it: `soundstage keys rotate` writes the file.

use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError, RwLock},
};

use contract::Timestamp;
use zeroize::Zeroizing;

use super::{KeyId, KeyRing, OpenError, Place};
use crate::clock::Clock;

/// However many values there are whose key is lost, the file is read for them at most so often.
const AFTER_VAIN_MS: i64 = 1_000;

type Source = Box<dyn Fn() -> Result<KeyRing, String> + Send + Sync>;

/// A shared handle.
#[derive(Clone)]
pub struct Keys(Arc<Inner>);

struct Inner {
    ring: RwLock<Arc<KeyRing>>,
    reload: Option<Reload>,
}

struct Reload {
    source: Source,
    clock: Clock,
    /// When a key was last looked for and not found. Held while reading, so that whoever comes meanwhile
    /// waits for the new ring.
    vain: Mutex<Option<Timestamp>>,
}

impl Keys {
    /// From the environment: it stays as it is.
    pub fn fixed(ring: KeyRing) -> Self {
        Self(Arc::new(Inner {
            ring: RwLock::new(Arc::new(ring)),
            reload: None,
        }))
    }

    /// `source` reads the ring anew. What hinders it comes as one line without anything secret.
    pub fn reloading(
        ring: KeyRing,
        clock: Clock,
        source: impl Fn() -> Result<KeyRing, String> + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            ring: RwLock::new(Arc::new(ring)),
            reload: Some(Reload {
                source: Box::new(source),
                clock,
                vain: Mutex::new(None),
            }),
        }))
    }

    /// As it is now.
    pub fn ring(&self) -> Arc<KeyRing> {
        let ring = self.0.ring.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&ring)
    }

    /// Where the key is unknown, looks whether the file knows it by now.
    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        match self.ring().open(place, sealed) {
            Err(OpenError::UnknownKey(id)) => {
                self.look_for(id);
                self.ring().open(place, sealed)
            }
            opened => opened,
        }
    }

    /// Reads the ring anew. To be called now and then, so that a new key comes into use although nothing
    /// that it sealed was met yet.
    pub fn refresh(&self) {
        let Some(reload) = &self.0.reload else {
            return;
        };
        match (reload.source)() {
            Ok(ring) => self.take(ring),
            // It may be half written, or be gone for a moment: the ring that we have is good.
            Err(reason) => tracing::warn!(reason, "the key ring cannot be read anew"),
        }
    }

    /// Not right after a key was looked for in vain: there may be many values of one that is lost.
    fn look_for(&self, id: KeyId) {
        let Some(reload) = &self.0.reload else {
            return;
        };
        let mut vain = reload.vain.lock().unwrap_or_else(PoisonError::into_inner);
        let now = reload.clock.now();
        // A clock that was set back is no reason to wait.
        let just_now = |last: Timestamp| (0..AFTER_VAIN_MS).contains(&now.millis_since(last));
        if self.ring().has(id) || vain.is_some_and(just_now) {
            return;
        }
        self.refresh();
        *vain = (!self.ring().has(id)).then_some(now);
    }

    fn take(&self, ring: KeyRing) {
        let mut place = self.0.ring.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(id) = ring.contradicts(&place) {
            tracing::error!(%id, "the key ring has another key of the same id now: it is not taken");
            return;
        }
        if !ring.ids().eq(place.ids()) {
            tracing::info!(?ring, "the key ring has changed");
            *place = Arc::new(ring);
        }
    }
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Keys").field(&self.ring()).finish()
    }
}
