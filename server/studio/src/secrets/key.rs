//! One key, and the name that it goes by.

use std::{fmt, str::FromStr};

use aes_gcm::{
    Aes256Gcm, Nonce,
    aead::{AeadInOut as _, Generate as _, KeyInit as _},
};
use zeroize::Zeroizing;

pub(super) const NONCE: usize = 12;
pub(super) const TAG: usize = 16;

/// Random, and no secret: it stands in front of everything that the key has sealed. As text, eight
/// hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 4]);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the id of a key is 8 lower-case hexadecimal digits")]
pub struct NotAKeyId;

impl KeyId {
    pub(super) const LENGTH: usize = 4;

    pub(super) const fn from_bytes(bytes: [u8; 4]) -> Self {
        Self(bytes)
    }

    pub(super) const fn bytes(self) -> [u8; 4] {
        self.0
    }
}

impl FromStr for KeyId {
    type Err = NotAKeyId;

    fn from_str(text: &str) -> Result<Self, NotAKeyId> {
        let digits = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if text.len() != 8 || !text.bytes().all(digits) {
            return Err(NotAKeyId);
        }
        u32::from_str_radix(text, 16)
            .map(|number| Self(number.to_be_bytes()))
            .map_err(|_| NotAKeyId)
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:08x}", u32::from_be_bytes(self.0))
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[derive(Clone)]
pub(super) struct Key {
    pub(super) id: KeyId,
    /// Behind a pointer, so that moving a key leaves no copy behind.
    bytes: Box<Zeroizing<[u8; 32]>>,
}

impl Key {
    pub(super) fn new(id: KeyId, bytes: &[u8; 32]) -> Self {
        let mut own = Box::new(Zeroizing::new([0; 32]));
        own.copy_from_slice(bytes);
        Self { id, bytes: own }
    }

    /// Always from the operating system: a test that could decide it would be a server that could.
    pub(super) fn generate() -> Self {
        let bytes = Zeroizing::new(<[u8; 32]>::generate());
        Self::new(KeyId(<[u8; 4]>::generate()), &bytes)
    }

    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.bytes
    }

    /// Without looking at it for longer where more of it is right.
    pub(super) fn same_as(&self, other: &Self) -> bool {
        let differing = self.bytes.iter().zip(other.bytes.iter());
        self.id == other.id && differing.fold(0, |all, (a, b)| all | (a ^ b)) == 0
    }

    /// Nonce, ciphertext and tag, behind what is there. Random nonces of 96 bits are good for some four
    /// billion values a key.
    pub(super) fn seal_onto(&self, sealed: &mut Vec<u8>, bound: &[u8], plain: &[u8]) {
        let nonce = Nonce::generate();
        sealed.extend(nonce);
        let start = sealed.len();
        sealed.reserve_exact(plain.len() + TAG);
        sealed.extend(plain);
        let cipher = Aes256Gcm::new(self.bytes().into());
        let Ok(tag) = cipher.encrypt_inout_detached(&nonce, bound, sealed[start..].as_mut().into())
        else {
            unreachable!("AES-GCM takes up to 64 GiB at a time");
        };
        sealed.extend(tag);
    }

    pub(super) fn open(&self, bound: &[u8], sealed: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let (nonce, rest) = sealed.split_first_chunk::<NONCE>()?;
        let (text, tag) = rest.split_last_chunk::<TAG>()?;
        let mut plain = Zeroizing::new(text.to_vec());
        Aes256Gcm::new(self.bytes().into())
            .decrypt_inout_detached(nonce.into(), bound, plain.as_mut_slice().into(), tag.into())
            .ok()?;
        Some(plain)
    }
}
