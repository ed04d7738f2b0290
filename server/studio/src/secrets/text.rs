//! The ring as text, in its file and in `SOUNDSTAGE_KEYS`: `ID:KEY`, one a line or with commas between,
//! the current key first. A line that begins with `#` is a remark.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use zeroize::Zeroizing;

use super::{KeyId, KeyRing, key::Key};

/// 32 bytes in base64url.
const KEY_LENGTH: usize = 43;
/// `01234567:`, a key, a line break.
const LINE_LENGTH: usize = 8 + 1 + KEY_LENGTH + 1;

/// Says which key by its number, since what stands in the place of an id may be a key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RingError {
    #[error("the key ring is empty: it needs at least one line ID:KEY")]
    Empty,
    #[error("key {0} of the ring is not of the form ID:KEY")]
    Form(usize),
    #[error("key {0} of the ring: the id before the colon must be 8 lower-case hexadecimal digits")]
    Id(usize),
    #[error(
        "key {0} of the ring: behind the colon must stand 32 bytes in base64url (43 characters, no padding)"
    )]
    Key(usize),
    #[error("key {0} of the ring has the id {1}, which another has before it")]
    Twice(usize, KeyId),
}

impl KeyRing {
    pub fn parse(text: &str) -> Result<Self, RingError> {
        let entries = text
            .lines()
            .filter(|line| !line.trim_start().starts_with('#'))
            .flat_map(|line| line.split(','))
            .map(str::trim)
            .filter(|entry| !entry.is_empty());
        let mut keys: Vec<Key> = Vec::new();
        for (number, entry) in (1..).zip(entries) {
            let key = parse_key(number, entry)?;
            if keys.iter().any(|earlier| earlier.id == key.id) {
                return Err(RingError::Twice(number, key.id));
            }
            keys.push(key);
        }
        Self::of(keys).ok_or(RingError::Empty)
    }

    pub fn to_text(&self) -> Zeroizing<String> {
        // Asked for at once: a string that grows leaves its beginnings behind.
        let length = self.keys().count() * LINE_LENGTH;
        let mut text = Zeroizing::new(String::with_capacity(length));
        for key in self.keys() {
            text.push_str(&key.id.to_string());
            text.push(':');
            URL_SAFE_NO_PAD.encode_string(key.bytes(), &mut text);
            text.push('\n');
        }
        text
    }
}

fn parse_key(number: usize, entry: &str) -> Result<Key, RingError> {
    let (id, key) = entry.split_once(':').ok_or(RingError::Form(number))?;
    let id = id.trim().parse().map_err(|_| RingError::Id(number))?;
    let key = key.trim();
    // Decoding asks for room for whole groups of three bytes.
    let mut bytes = Zeroizing::new([0; 33]);
    let written = (key.len() == KEY_LENGTH)
        .then(|| URL_SAFE_NO_PAD.decode_slice(key, bytes.as_mut_slice()).ok())
        .flatten();
    match (written, bytes.first_chunk()) {
        (Some(32), Some(bytes)) => Ok(Key::new(id, bytes)),
        _ => Err(RingError::Key(number)),
    }
}
