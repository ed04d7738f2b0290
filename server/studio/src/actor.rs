//! Who acts. Made at the edge, checked by the services.

use contract::{
    ApiError, ErrorCode, SessionId, UserId,
    accounts::{Role, Scope},
};

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A signed-in person.
    User {
        id: UserId,
        role: Role,
        session: SessionId,
    },
    /// A script of a person: may what the person may, as far as its scopes go.
    Token {
        id: UserId,
        role: Role,
        scopes: Vec<Scope>,
    },
    /// Soundstage itself: workers, start-up, the command line of whoever owns the machine.
    System,
    /// Nobody yet: may sign in, set up, and ask how the server is.
    Anonymous,
}

/// Why somebody may not do something at all, whatever it would be done to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Denial {
    #[error("You are signed out. Sign in again to go on.")]
    SignedOut,
    #[error("This API token is not for that: it lacks the scope {}.", .0.as_str())]
    Scope(Scope),
    #[error("You may not do that. {} may.", who(*.0))]
    Role(Role),
    /// The person's own presence is asked for.
    #[error("An API token is not enough for that: sign in yourself.")]
    NotByToken,
}

impl Actor {
    /// Whose things the actor sees as their own. Says nothing of what may be done to them.
    pub fn user(&self) -> Option<UserId> {
        match self {
            Self::User { id, .. } | Self::Token { id, .. } => Some(*id),
            Self::System | Self::Anonymous => None,
        }
    }

    /// The person, if the actor may do what the scope stands for.
    pub fn may(&self, scope: Scope) -> Result<UserId, Denial> {
        match self {
            Self::User { id, .. } => Ok(*id),
            Self::Token { id, scopes, .. } if scopes.iter().any(|has| has.includes(scope)) => {
                Ok(*id)
            }
            Self::Token { .. } => Err(Denial::Scope(scope)),
            Self::System | Self::Anonymous => Err(Denial::SignedOut),
        }
    }

    /// The person and their role, if it is at least this one.
    pub fn govern(&self, least: Role) -> Result<(UserId, Role), Denial> {
        let user = self.may(Scope::Admin)?;
        match self {
            Self::User { role, .. } | Self::Token { role, .. } if *role >= least => {
                Ok((user, *role))
            }
            _ => Err(Denial::Role(least)),
        }
    }

    /// The person at the screen: for what no script should do.
    pub fn in_person(&self) -> Result<(UserId, SessionId), Denial> {
        match self {
            Self::User { id, session, .. } => Ok((*id, *session)),
            Self::Token { .. } => Err(Denial::NotByToken),
            Self::System | Self::Anonymous => Err(Denial::SignedOut),
        }
    }
}

impl From<Denial> for ApiError {
    fn from(denial: Denial) -> Self {
        let code = match denial {
            Denial::SignedOut => ErrorCode::SignedOut,
            Denial::Scope(_) => ErrorCode::ScopeMissing,
            Denial::Role(_) | Denial::NotByToken => ErrorCode::Forbidden,
        };
        Self::new(code, denial.to_string())
    }
}

fn who(least: Role) -> &'static str {
    match least {
        Role::Member => "Members",
        Role::Admin => "Admins and owners",
        Role::Owner => "Owners",
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
            Actor::User { id, .. } | Actor::Token { id, .. } => Self::User(*id),
            Actor::System => Self::System,
            Actor::Anonymous => Self::Nobody,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(role: Role, scopes: &[Scope]) -> Actor {
        Actor::Token {
            id: UserId(store::Uuid::nil()),
            role,
            scopes: scopes.to_vec(),
        }
    }

    #[test]
    fn a_token_may_what_both_its_scopes_and_its_person_may() {
        let reader = token(Role::Owner, &[Scope::ChatRead]);
        assert!(reader.may(Scope::ChatRead).is_ok());
        assert_eq!(
            reader.may(Scope::ChatWrite),
            Err(Denial::Scope(Scope::ChatWrite))
        );
        assert_eq!(reader.govern(Role::Admin), Err(Denial::Scope(Scope::Admin)));
        assert!(
            token(Role::Admin, &[Scope::Admin])
                .govern(Role::Admin)
                .is_ok()
        );
        assert_eq!(
            token(Role::Member, &[Scope::Admin]).govern(Role::Admin),
            Err(Denial::Role(Role::Admin))
        );
        assert_eq!(
            token(Role::Owner, &Scope::ALL).in_person(),
            Err(Denial::NotByToken)
        );
        assert_eq!(
            Actor::Anonymous.may(Scope::ChatRead),
            Err(Denial::SignedOut)
        );
    }
}
