//! The server functions of chat. Each makes the actor and calls the service, which decides.

use contract::{
    ConversationId, MessageId, RunId,
    chat::{ConversationView, Draft, MessageView, Sent, ShareView, SharedView, Shelf},
};
use leptos::{prelude::*, server_fn::codec::Json};

use super::state::{Asked, Listing};
use crate::api::{Failure, Guarded};

#[server(prefix = "/api/fn", endpoint = "conversations", input = Json, client = Guarded)]
pub async fn conversations(asked: Asked) -> Result<Listing, Failure> {
    let (studio, actor) = crate::api::caller()?;
    let cursor = studio.chat.cursor(&actor)?;
    let items = match &asked {
        Asked::All => studio.chat.list(&actor, None).await?,
        Asked::Words(words) => studio.chat.list(&actor, Some(words)).await?,
        Asked::Archive => studio.chat.archived(&actor).await?,
    };
    Ok(Listing {
        now: studio.clock.now(),
        cursor,
        items,
    })
}

#[server(prefix = "/api/fn", endpoint = "conversation", input = Json, client = Guarded)]
pub async fn conversation(id: ConversationId) -> Result<ConversationView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    studio.chat.open(&actor, id).await.map_err(|error| {
        let failure = Failure::from(error);
        // The page of a conversation that is not there is not there either.
        crate::api::set_status(failure.code().status());
        failure
    })
}

#[server(prefix = "/api/fn", endpoint = "message", input = Json, client = Guarded)]
pub async fn message(id: MessageId) -> Result<MessageView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.message(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "send", input = Json, client = Guarded)]
pub async fn send_message(draft: Draft) -> Result<Sent, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.send(&actor, draft).await?)
}

/// The composer as a plain form, before wasm runs: text only. It cannot carry a header, so the CSRF
/// token comes as a field and is checked here.
#[server(prefix = "/api/fn", endpoint = "write_message", client = Guarded)]
pub async fn write_message(
    csrf: String,
    key: String,
    conversation: Option<ConversationId>,
    text: String,
) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    if use_context::<contract::accounts::Me>().is_none_or(|me| me.csrf != csrf) {
        return Err(Failure::new(
            contract::ErrorCode::CrossOrigin,
            "This page is out of date. Reload it and send again.",
        ));
    }
    // Forms write line ends as CR LF.
    let draft = Draft {
        key,
        conversation,
        text: text.replace("\r\n", "\n"),
        attachments: Vec::new(),
        replaces: None,
    };
    let sent = studio.chat.send(&actor, draft).await?;
    crate::api::arrive(&format!("/c/{}", sent.conversation));
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "choose_branch", input = Json, client = Guarded)]
pub async fn choose(message: MessageId) -> Result<ConversationView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.choose(&actor, message).await?)
}

#[server(prefix = "/api/fn", endpoint = "rename_conversation", input = Json, client = Guarded)]
pub async fn rename(id: ConversationId, title: String) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.rename(&actor, id, &title).await?)
}

#[server(prefix = "/api/fn", endpoint = "shelve_conversation", input = Json, client = Guarded)]
pub async fn shelve(id: ConversationId, shelf: Shelf) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.shelve(&actor, id, shelf).await?)
}

#[server(prefix = "/api/fn", endpoint = "sharing", input = Json, client = Guarded)]
pub async fn sharing(id: ConversationId) -> Result<Option<ShareView>, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.sharing(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "share", input = Json, client = Guarded)]
pub async fn share(id: ConversationId) -> Result<ShareView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    let signed = use_context::<contract::accounts::Me>().map_or_else(String::new, |me| me.name);
    Ok(studio.chat.share(&actor, id, &signed).await?)
}

#[server(prefix = "/api/fn", endpoint = "unshare", input = Json, client = Guarded)]
pub async fn unshare(id: ConversationId) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.unshare(&actor, id).await?)
}

/// What a link shows, to anybody.
#[server(prefix = "/api/fn", endpoint = "shared", input = Json, client = Guarded)]
pub async fn shared(key: String) -> Result<SharedView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    studio.chat.shared(&actor, &key).await.map_err(|error| {
        let failure = Failure::from(error);
        crate::api::set_status(failure.code().status());
        failure
    })
}

#[server(prefix = "/api/fn", endpoint = "delete_conversation", input = Json, client = Guarded)]
pub async fn delete(id: ConversationId) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.delete(&actor, id).await?)
}

#[server(prefix = "/api/fn", endpoint = "stop_run", input = Json, client = Guarded)]
pub async fn stop(run: RunId) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.stop(&actor, run).await?)
}

#[server(prefix = "/api/fn", endpoint = "retry_run", input = Json, client = Guarded)]
pub async fn retry(run: RunId) -> Result<MessageView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.retry(&actor, run).await?)
}

#[server(prefix = "/api/fn", endpoint = "resume_run", input = Json, client = Guarded)]
pub async fn resume(run: RunId) -> Result<MessageView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.chat.resume(&actor, run).await?)
}
