//! Opening what Auth.js seals: compact JWE with a key of its own (`"alg": "dir"`).

use aes::Aes256;
use aes_gcm::{
    Aes256Gcm, KeyInit, Nonce,
    aead::{Aead, Payload},
};
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use cbc::cipher::{BlockModeDecrypt, KeyIvInit, block_padding::Pkcs7};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use serde::Deserialize;
use sha2::{Sha256, Sha512};

use super::authjs::Version;

/// The keys that follow from one secret, for one cookie.
pub(crate) struct Opener {
    gcm: [u8; 32],
    /// The first half authenticates, the second decrypts. Version 4 does not have it.
    cbc: Option<[u8; 64]>,
}

#[derive(Deserialize)]
struct Header {
    alg: String,
    enc: String,
    /// What we would have to understand, and Auth.js never uses.
    zip: Option<serde_json::Value>,
    crit: Option<serde_json::Value>,
}

impl Opener {
    pub(crate) fn new(version: Version, secret: &[u8], cookie: &str) -> Self {
        match version {
            Version::V4 => Self {
                gcm: derive(secret, "", "NextAuth.js Generated Encryption Key"),
                cbc: None,
            },
            Version::V5 => {
                let info = format!("Auth.js Generated Encryption Key ({cookie})");
                Self {
                    gcm: derive(secret, cookie, &info),
                    cbc: Some(derive(secret, cookie, &info)),
                }
            }
        }
    }

    /// None for what was sealed by another key, was changed, or is nothing of the sort. `kid` is not
    /// asked: the seal says the same.
    pub(crate) fn open(&self, token: &str) -> Option<Vec<u8>> {
        let parts: Vec<&str> = token.splitn(6, '.').collect();
        let [head, "", iv, text, tag] = parts[..] else {
            return None;
        };
        let header: Header = serde_json::from_slice(&decode(head)?).ok()?;
        if header.alg != "dir" || header.zip.is_some() || header.crit.is_some() {
            return None;
        }
        let (iv, text, tag) = (decode(iv)?, decode(text)?, decode(tag)?);
        match header.enc.as_str() {
            "A256GCM" => open_gcm(&self.gcm, head, &iv, text, &tag),
            "A256CBC-HS512" => open_cbc(self.cbc.as_ref()?, head, &iv, &text, &tag),
            _ => None,
        }
    }
}

fn decode(part: &str) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(part).ok()
}

fn derive<const N: usize>(secret: &[u8], salt: &str, info: &str) -> [u8; N] {
    // RFC 5869, 2.3: 255 hashes at most, and that is the only way in which expanding fails.
    const { assert!(N <= 255 * 32) }
    let mut key = [0; N];
    let hkdf = Hkdf::<Sha256>::new(Some(salt.as_bytes()), secret);
    let expanded = hkdf.expand(info.as_bytes(), &mut key);
    debug_assert!(expanded.is_ok());
    key
}

fn open_gcm(
    key: &[u8; 32],
    head: &str,
    iv: &[u8],
    mut text: Vec<u8>,
    tag: &[u8],
) -> Option<Vec<u8>> {
    let iv: [u8; 12] = iv.try_into().ok()?;
    let tag: [u8; 16] = tag.try_into().ok()?;
    text.extend(tag);
    let sealed = Payload {
        msg: &text,
        aad: head.as_bytes(),
    };
    Aes256Gcm::new(key.into())
        .decrypt(&Nonce::from(iv), sealed)
        .ok()
}

/// RFC 7518, 5.2: nothing is decrypted before the tag is proven.
fn open_cbc(key: &[u8; 64], head: &str, iv: &[u8], text: &[u8], tag: &[u8]) -> Option<Vec<u8>> {
    let (mac_key, text_key) = key.split_at(32);
    let iv: [u8; 16] = iv.try_into().ok()?;
    // The comparison below takes any length.
    let tag: [u8; 32] = tag.try_into().ok()?;
    let mut mac = Hmac::<Sha512>::new_from_slice(mac_key).ok()?;
    mac.update(head.as_bytes());
    mac.update(&iv);
    mac.update(text);
    mac.update(&(head.len() as u64 * 8).to_be_bytes());
    mac.verify_truncated_left(&tag).ok()?;
    cbc::Decryptor::<Aes256>::new_from_slices(text_key, &iv)
        .ok()?
        .decrypt_padded_vec::<Pkcs7>(text)
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECRET: &[u8] = b"0123456789abcdef0123456789abcdef";

    fn hex(bytes: &[u8]) -> String {
        bytes.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// Computed by node:crypto, apart from next-auth and @auth/core, which agree.
    #[test]
    fn keys_follow_from_secret_and_cookie() {
        let v4 = Opener::new(Version::V4, SECRET, "next-auth.session-token");
        assert_eq!(
            hex(&v4.gcm),
            "0b77c2310f642c7ec884b0b52096ae1555583d199b320d2b12573b153dccfd64"
        );
        assert_eq!(v4.cbc, None);
        let v5 = Opener::new(Version::V5, SECRET, "authjs.session-token");
        let whole = concat!(
            "4efa9fd285d4a49f0b0bf752d5b944a60e8884e86cec3c036b79ccf479c2d12f",
            "ba514fed042805b8d2ae44787afe8e3d676d6bd9149c166e8f56a61ae6984ee8"
        );
        assert_eq!(v5.cbc.map(|key| hex(&key)).as_deref(), Some(whole));
        assert_eq!(hex(&v5.gcm), whole[..64]);
        let secure = Opener::new(Version::V5, SECRET, "__Secure-authjs.session-token");
        assert_eq!(
            secure.cbc.map(|key| hex(&key[..8])).as_deref(),
            Some("a58afe99ee500ec2")
        );
    }

    #[test]
    fn only_five_parts_are_opened() {
        let opener = Opener::new(Version::V5, SECRET, "authjs.session-token");
        for token in [
            "",
            ".",
            "....",
            "a.b.c",
            "e30....",
            "e30..a.b.c.d",
            "e30.x.a.b.c",
        ] {
            assert_eq!(opener.open(token), None, "{token}");
        }
    }
}
