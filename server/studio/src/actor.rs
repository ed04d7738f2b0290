//! Who acts. Made at the edge, checked by the services.

use contract::{SessionId, UserId, accounts::Role};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User {
        id: UserId,
        role: Role,
        session: SessionId,
    },
    /// Soundstage itself: workers, start-up, the command line of whoever owns the machine.
    System,
    /// Nobody yet: may sign in, set up, and ask how the server is.
    Anonymous,
}

impl Actor {
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } => Some(*id),
            Self::System | Self::Anonymous => None,
        }
    }
}

/// From where a request came, for rate limits and the audit log.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    pub address: String,
    pub user_agent: String,
}

impl From<&Actor> for store::Viewer {
    fn from(actor: &Actor) -> Self {
        match actor {
            Actor::User { id, .. } => Self::User(*id),
            Actor::System => Self::System,
            Actor::Anonymous => Self::Nobody,
        }
    }
}
