//! Points in time on the wire: microseconds since the Unix epoch, UTC.

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
#[serde(transparent)]
pub struct Timestamp(pub i64);

impl Timestamp {
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds * 1_000_000)
    }

    pub const fn seconds(self) -> i64 {
        self.0.div_euclid(1_000_000)
    }

    pub const fn plus_seconds(self, seconds: i64) -> Self {
        Self(self.0 + seconds * 1_000_000)
    }

    pub const fn plus_millis(self, millis: i64) -> Self {
        Self(self.0 + millis * 1_000)
    }

    /// How much later than `earlier`, in milliseconds; negative when it is not.
    pub const fn millis_since(self, earlier: Self) -> i64 {
        (self.0 - earlier.0) / 1_000
    }
}
