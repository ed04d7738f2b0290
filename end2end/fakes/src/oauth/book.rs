//! What the provider knows.

use std::collections::{HashMap, HashSet, VecDeque};

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{At, Behaviour};

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A refresh brings a new refresh token, and the old one is burnt. Without it, none is brought and the
    /// old one stays.
    pub rotates: bool,
    /// Asks the person; without it, everything is allowed at once.
    pub asks: bool,
    /// Gives a refresh token only to who asks for `access_type=offline`.
    pub offline_only: bool,
    /// Seconds that an access token is said to last; it lasts until it is expired by hand.
    pub expires_in: Option<u64>,
    /// What is granted, whatever is asked for. Without it, what is asked for.
    pub grants_scopes: Option<String>,
    /// Whether it says which scopes it has granted.
    pub says_scopes: bool,
    /// Takes clients without a secret.
    pub takes_public: bool,
    pub profile: Value,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            rotates: true,
            asks: false,
            offline_only: false,
            expires_in: Some(3_600),
            grants_scopes: None,
            says_scopes: true,
            takes_public: true,
            profile: json!({
                "sub": "1017", "id": "nora.l", "email": "nora@example.org", "display_name": "Nora L.",
            }),
        }
    }
}

/// What a person has allowed.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Grant {
    /// Counted from 1.
    pub id: usize,
    pub scopes: String,
    /// How often a refresh was done.
    pub refreshes: usize,
    /// How often one was asked for, done or not.
    pub refreshes_asked: usize,
    pub ended: Option<Ended>,
    /// The one that is good now.
    #[serde(skip)]
    pub refresh: Option<String>,
    #[serde(skip)]
    pub(super) spent: HashSet<String>,
    #[serde(skip)]
    pub(super) access: HashSet<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// By us.
    Revoked,
    /// At the provider's own page.
    TakenBack,
    /// A refresh token came a second time: one of the two who had it had no right to.
    ShownTwice,
    /// The same with a code.
    CodeShownTwice,
}

/// What came, but nothing of what is secret in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    pub at: At,
    /// Who it says it is: `basic`, `body`, `none`; of a profile `bearer`.
    pub auth: &'static str,
    pub grant_type: Option<String>,
    /// The names in the form.
    pub fields: Vec<String>,
}

pub(super) struct Code {
    pub(super) grant: usize,
    pub(super) challenge: String,
    pub(super) callback: String,
    pub(super) offline: bool,
    pub(super) used: bool,
}

#[derive(Default)]
pub(super) struct Book {
    pub(super) settings: Settings,
    pub(super) grants: Vec<Grant>,
    pub(super) codes: HashMap<String, Code>,
    pub(super) requests: Vec<Request>,
    next: HashMap<At, VecDeque<Behaviour>>,
    always: HashMap<At, Behaviour>,
}

impl Book {
    pub(super) fn next(&mut self, at: At, behaviour: Behaviour, times: usize) {
        let queue = self.next.entry(at).or_default();
        queue.extend(std::iter::repeat_n(behaviour, times));
    }

    pub(super) fn always(&mut self, at: At, behaviour: Option<Behaviour>) {
        match behaviour {
            Some(behaviour) => self.always.insert(at, behaviour),
            None => self.always.remove(&at),
        };
    }

    pub(super) fn behaviour(&mut self, at: At) -> Option<Behaviour> {
        let next = self.next.get_mut(&at).and_then(VecDeque::pop_front);
        next.or_else(|| self.always.get(&at).cloned())
    }

    pub(super) fn grant(&mut self, id: usize) -> Option<&mut Grant> {
        self.grants.get_mut(id.checked_sub(1)?)
    }

    pub(super) fn end(&mut self, id: usize) {
        if let Some(grant) = self.grant(id) {
            grant.end(Ended::TakenBack);
        }
    }

    /// A person has said yes.
    pub(super) fn allow(
        &mut self,
        scopes: &str,
        challenge: String,
        callback: String,
        offline: bool,
    ) -> String {
        let id = self.grants.len() + 1;
        let scopes = self.settings.grants_scopes.as_deref().unwrap_or(scopes);
        self.grants.push(Grant {
            id,
            scopes: scopes.to_owned(),
            ..Grant::default()
        });
        let code = format!("code-{id}");
        self.codes.insert(
            code.clone(),
            Code {
                grant: id,
                challenge,
                callback,
                offline,
                used: false,
            },
        );
        code
    }

    /// Without the way there and back.
    pub(super) fn granted(&mut self, scopes: &str) -> (String, String) {
        let mut grant = Grant {
            id: self.grants.len() + 1,
            scopes: scopes.to_owned(),
            ..Grant::default()
        };
        let tokens = (grant.fresh_access(), grant.turn_over());
        self.grants.push(grant);
        tokens
    }

    /// The grant that a refresh token is or was of.
    pub(super) fn of_refresh(&mut self, token: &str) -> Option<&mut Grant> {
        let is_its = |grant: &&mut Grant| {
            grant.refresh.as_deref() == Some(token) || grant.spent.contains(token)
        };
        self.grants.iter_mut().find(is_its)
    }

    pub(super) fn of_access(&mut self, token: &str) -> Option<&mut Grant> {
        self.grants
            .iter_mut()
            .find(|grant| grant.access.contains(token))
    }
}

impl Grant {
    /// The first reason stays.
    pub(super) fn end(&mut self, why: Ended) {
        self.ended = self.ended.or(Some(why));
        self.access.clear();
    }

    /// An access token, counted by the refreshes.
    pub(super) fn fresh_access(&mut self) -> String {
        let token = format!("access-{}-{}", self.id, self.refreshes);
        self.access.insert(token.clone());
        token
    }

    pub(super) fn turn_over(&mut self) -> String {
        let new = format!("refresh-{}-{}", self.id, self.refreshes);
        self.spent.extend(self.refresh.replace(new.clone()));
        new
    }
}
