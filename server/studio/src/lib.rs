//! The services: everything that Soundstage does, one module per domain, and every decision about who
//! may do it.
//!
//! **The rule:** authorisation lives here and nowhere else. Every public method takes an [`Actor`] and
//! decides; whoever calls (server functions, HTTP routes, workers, the live channel, the command line)
//! only makes the actor. What belongs to somebody else is *not found*.
//!
//! A domain touches its own tables only, through [`store`]; it reaches another domain through that
//! domain's service. Traits stand only where the outside world begins ([`chat::LanguageModel`],
//! [`media::ObjectStore`], [`accounts::identity`], [`accounts::grants`], [`commons::Shared`]), and the
//! clock.
//!
//! To add a domain: a module with a service struct (cheap to clone), its error enum (thiserror) with a
//! `From` into [`contract::ApiError`], a repository in `store`, a field in [`Studio`].

pub mod accounts;
pub mod actor;
pub mod chat;
pub mod clock;
pub mod commons;
mod farewell;
pub mod jobs;
pub mod live;
pub mod media;
pub mod secrets;

pub use actor::{Actor, Denial, Origin};
pub use clock::{Clock, SystemClock, Time};
pub use farewell::FarewellError;

use std::sync::Arc;

use contract::{
    ApiError, ErrorCode,
    live::{Cursor, Frame, Topic},
};

/// The one handle that everything above the services holds.
#[derive(Clone)]
pub struct Studio {
    pub accounts: accounts::Accounts,
    pub chat: chat::Chat,
    pub clock: Clock,
    pub commons: commons::Commons,
    pub connections: accounts::Connections,
    pub jobs: jobs::Jobs,
    pub live: live::Hub,
    pub media: media::Media,
    pub vault: accounts::Vault,
    /// For what concerns several domains at once.
    store: store::Store,
}

/// What the services stand on; chosen once, at start.
pub struct Parts {
    pub store: store::Store,
    pub clock: Clock,
    pub commons: commons::Commons,
    pub objects: Arc<dyn media::ObjectStore>,
    pub model: Arc<dyn chat::LanguageModel>,
    pub limits: media::Limits,
    /// Sign-ins elsewhere.
    pub ways: accounts::Ways,
    /// Accounts elsewhere that people may connect, and what their tokens are sealed with.
    pub grants: Vec<Arc<dyn accounts::grants::Grants>>,
    pub keys: secrets::Keys,
}

impl Studio {
    pub fn new(parts: Parts) -> Self {
        let Parts {
            store,
            clock,
            commons,
            objects,
            model,
            limits,
            ways,
            grants,
            keys,
        } = parts;
        let live = live::Hub::new(clock.clone());
        let vault = accounts::Vault::new(store.clone(), clock.clone(), keys);
        let accounts = accounts::Accounts::new(vault.clone(), live.clone(), commons.clone(), ways);
        let connections = accounts::Connections::new(vault.clone(), grants);
        let jobs = jobs::Jobs::new(store.clone(), clock.clone());
        let media = media::Media::new(
            store.clone(),
            clock.clone(),
            live.clone(),
            jobs.clone(),
            objects,
            limits,
        );
        let chat = chat::Chat::new(
            store.clone(),
            clock.clone(),
            live.clone(),
            media.clone(),
            model,
        );
        Self {
            accounts,
            chat,
            clock,
            commons,
            connections,
            jobs,
            live,
            media,
            store,
            vault,
        }
    }

    /// Follows the topic if the actor may; says what hinders it if not. Whether it does.
    pub async fn follow(
        &self,
        actor: &Actor,
        connection: &mut live::Connection,
        topic: Topic,
        after: Option<Cursor>,
    ) -> bool {
        match self.may_follow(actor, topic).await {
            Ok(()) => {
                connection.subscribe(topic, after);
                true
            }
            // It will pass: whoever follows reads anew and asks again.
            Err(error) if error.code.status() >= 500 => {
                connection.tell(&Frame::Gap { topic });
                false
            }
            Err(error) => {
                connection.tell(&Frame::Closed { topic, error });
                false
            }
        }
    }

    /// What is another's is not found.
    pub async fn may_follow(&self, actor: &Actor, topic: Topic) -> Result<(), ApiError> {
        match topic {
            Topic::Run(id) => self
                .chat
                .may_follow_run(actor, id)
                .await
                .map_err(ApiError::from),
            Topic::Conversation(id) => self
                .chat
                .may_follow(actor, id)
                .await
                .map_err(ApiError::from),
            Topic::User(id) if actor.user() == Some(id) => Ok(()),
            Topic::User(_) => Err(ApiError::new(
                ErrorCode::NotFound,
                "There is nothing to follow here.",
            )),
        }
    }
}
