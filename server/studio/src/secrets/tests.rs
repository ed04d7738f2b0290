#![allow(clippy::unwrap_used)]

mod live;
mod properties;
mod words;

use uuid::Uuid;

use super::{KeyId, KeyRing, Place};

const HERE: Place = Place {
    table: "connections",
    column: "refresh",
    row: Uuid::from_u128(7),
};

/// A key of one byte over and over, so that its text is known.
fn line(id: &str, byte: u8) -> String {
    use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
    format!("{id}:{}", URL_SAFE_NO_PAD.encode([byte; 32]))
}

fn ring(lines: &[String]) -> KeyRing {
    KeyRing::parse(&lines.join("\n")).unwrap()
}

fn id(text: &str) -> KeyId {
    text.parse().unwrap()
}

fn is_current(ring: &KeyRing, sealed: &[u8]) -> bool {
    KeyRing::key_of(sealed) == Some(ring.current())
}
