//! Who is asking, as far as the browser needs to know.

use serde::{Deserialize, Serialize};

use crate::UserId;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Member,
    Admin,
    Owner,
}

/// The signed-in person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Me {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub role: Role,
    /// Sent back in `X-CSRF-Token` with every request that changes something.
    pub csrf: String,
}

impl Me {
    /// At most two capitals for the avatar.
    pub fn initials(&self) -> String {
        self.name
            .split_whitespace()
            .filter_map(|word| word.chars().next())
            .take(2)
            .flat_map(char::to_uppercase)
            .collect()
    }
}

/// The shortest password that is taken (NIST SP 800-63B-4, 3.1.1.2: fifteen where it stands alone).
pub const PASSWORD_MIN_CHARS: usize = 15;
/// The longest: argon2 takes more, but nobody types it, and hashing it costs us.
pub const PASSWORD_MAX_CHARS: usize = 256;
