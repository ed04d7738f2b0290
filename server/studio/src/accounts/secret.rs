//! Tokens and keys: 256 random bits, handed out once and kept only as a hash.

use argon2::password_hash::rand_core::{OsRng, RngCore};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use sha2::{Digest, Sha256};

/// What is stored and looked up in a secret's place. The secret has 256 bits, so a plain hash is enough:
/// there is nothing to guess.
pub(super) type Hash = [u8; 32];

/// Of a secret as text.
pub(super) const LENGTH: usize = 43;

/// A new secret as text for cookies and links. Always from the operating system: a test that could
/// decide it would be a server that could.
pub(crate) fn fresh() -> String {
    let mut bytes = [0; 32];
    OsRng.fill_bytes(&mut bytes);
    URL_SAFE_NO_PAD.encode(bytes)
}

pub(super) fn hash(secret: &str) -> Hash {
    Sha256::digest(secret.as_bytes()).into()
}

/// What a page of this session sends back to prove that it is ours. It is derived from the token, so it
/// needs no place of its own, and it does not give the token away.
pub(super) fn csrf(token: &str) -> String {
    URL_SAFE_NO_PAD.encode(
        Sha256::new()
            .chain_update("csrf:")
            .chain_update(token)
            .finalize(),
    )
}
