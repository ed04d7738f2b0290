//! One type per kind of id, so that an asset's id cannot be passed where a run's is meant.
//! All are UUIDs of version 7, made by the store: they sort by the time of their making.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use uuid::Uuid;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),* $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(utoipa::ToSchema))]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Uuid {
                id.0
            }
        }
    )*};
}

ids! {
    UserId,
    SessionId,
    /// Of an API token, which is not the token.
    TokenId,
    InviteId,
    PasskeyId,
    /// Of somebody's account elsewhere, as a way in here.
    IdentityId,
    /// Of somebody's account elsewhere that they let Soundstage use.
    ConnectionId,
    /// Of a line in the audit log.
    ActId,
    ConversationId,
    MessageId,
    /// One answer being written, from the question to its last token.
    RunId,
    /// A file that somebody uploaded, and all that was made of it.
    AssetId,
    /// An upload that is under way; the asset it becomes has the same UUID.
    UploadId,
    JobId,
}
