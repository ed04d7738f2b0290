//! The keys, and what they do.
//!
//! A sealed value is: version (1) | key id (4 bytes) | nonce (12) | AES-256-GCM ciphertext | tag (16).

use std::fmt;

use zeroize::Zeroizing;

use super::{
    KeyId, Place,
    key::{Key, NONCE, TAG},
};

const VERSION: u8 = 1;
const HEAD: usize = 1 + KeyId::LENGTH;

/// At least one key. The first is the current one: it seals.
#[derive(Clone)]
pub struct KeyRing {
    current: Key,
    older: Vec<Key>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    #[error("sealed with key {0}, which is not in the key ring")]
    UnknownKey(KeyId),
    /// Which of them cannot be told.
    #[error("it is damaged, or stood elsewhere, or its key is another of the same id")]
    Broken,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("key {0} is the current one: it seals, and cannot be taken from the ring")]
pub struct InUse(pub KeyId);

impl KeyRing {
    /// A ring of one new key.
    pub fn generate() -> Self {
        Self {
            current: Key::generate(),
            older: Vec::new(),
        }
    }

    /// The first is the current one. `None` without any.
    pub(super) fn of(keys: impl IntoIterator<Item = Key>) -> Option<Self> {
        let mut keys = keys.into_iter();
        Some(Self {
            current: keys.next()?,
            older: keys.collect(),
        })
    }

    /// A new key seals from now on; all that there are still open.
    #[must_use]
    pub fn with_new_key(&self) -> Self {
        let mut current = Key::generate();
        while self.has(current.id) {
            current = Key::generate();
        }
        Self {
            current,
            older: self.keys().cloned().collect(),
        }
    }

    /// What these keys have sealed opens no more, so see first that there is nothing.
    pub fn without(&self, ids: &[KeyId]) -> Result<Self, InUse> {
        if ids.contains(&self.current.id) {
            return Err(InUse(self.current.id));
        }
        let kept = |key: &&Key| !ids.contains(&key.id);
        Ok(Self {
            current: self.current.clone(),
            older: self.older.iter().filter(kept).cloned().collect(),
        })
    }

    /// Of the key that seals.
    pub fn current(&self) -> KeyId {
        self.current.id
    }

    /// The current one first.
    pub fn ids(&self) -> impl Iterator<Item = KeyId> {
        self.keys().map(|key| key.id)
    }

    pub fn has(&self, id: KeyId) -> bool {
        self.find(id).is_some()
    }

    pub fn seal(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        seal(&self.current, place, plain)
    }

    pub fn open(&self, place: &Place, sealed: &[u8]) -> Result<Zeroizing<Vec<u8>>, OpenError> {
        let id = Self::key_of(sealed).ok_or(OpenError::Broken)?;
        let key = self.find(id).ok_or(OpenError::UnknownKey(id))?;
        key.open(&place.bound(VERSION, id), &sealed[HEAD..])
            .ok_or(OpenError::Broken)
    }

    /// Which key a value says it was sealed with; `None` where it is no sealed value at all.
    pub fn key_of(sealed: &[u8]) -> Option<KeyId> {
        let (&VERSION, rest) = sealed.split_first()? else {
            return None;
        };
        let (id, rest) = rest.split_first_chunk()?;
        (rest.len() >= NONCE + TAG).then_some(KeyId::from_bytes(*id))
    }

    /// With a key of one's choice, for [`KeyRing::check`].
    pub(super) fn seal_with(&self, id: KeyId, place: &Place, plain: &[u8]) -> Option<Vec<u8>> {
        Some(seal(self.find(id)?, place, plain))
    }

    /// The id of a key that both have and that is not the same in both: one of the rings is wrong.
    pub(super) fn contradicts(&self, other: &Self) -> Option<KeyId> {
        let differs = |key: &&Key| {
            let there = other.find(key.id);
            there.is_some_and(|there| !there.same_as(key))
        };
        self.keys().find(differs).map(|key| key.id)
    }

    pub(super) fn keys(&self) -> impl Iterator<Item = &Key> {
        std::iter::once(&self.current).chain(&self.older)
    }

    fn find(&self, id: KeyId) -> Option<&Key> {
        self.keys().find(|key| key.id == id)
    }
}

/// Ids only.
impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("KeyRing ")?;
        f.debug_list().entries(self.ids()).finish()
    }
}

fn seal(key: &Key, place: &Place, plain: &[u8]) -> Vec<u8> {
    let mut sealed = Vec::with_capacity(HEAD + NONCE + plain.len() + TAG);
    sealed.push(VERSION);
    sealed.extend(key.id.bytes());
    key.seal_onto(&mut sealed, &place.bound(VERSION, key.id), plain);
    sealed
}
