//! Conversations, messages, runs.

use axum::{Json, extract::State, http::StatusCode};
use contract::{
    ConversationId, MessageId, RunId,
    chat::{ConversationSummary, ConversationView, Draft, MessageView, RunView, Sent},
};
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{AppState, Failure, id::Id, session::Caller},
    Asked, Body,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(open, rename, delete))
        .routes(routes!(send))
        .routes(routes!(message))
        .routes(routes!(choose))
        .routes(routes!(run))
        .routes(routes!(stop))
        .routes(routes!(retry))
        .routes(routes!(resume))
}

#[derive(Deserialize, IntoParams)]
struct Search {
    /// Words in titles, questions and answers.
    search: Option<String>,
}

/// One's conversations, newest first, at most 200. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "chat", params(Search), responses((status = 200, body = Vec<ConversationSummary>)))]
async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Asked(asked): Asked<Search>,
) -> Result<Json<Vec<ConversationSummary>>, Failure> {
    let found = state.studio.chat.list(&actor, asked.search.as_deref());
    Ok(Json(found.await?))
}

/// A conversation with the messages of the branch that is shown. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/conversations/{id}", tag = "chat", params(("id" = ConversationId, Path)), responses((status = 200, body = ConversationView)))]
async fn open(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<ConversationId>,
) -> Result<Json<ConversationView>, Failure> {
    Ok(Json(state.studio.chat.open(&actor, id).await?))
}

#[derive(Deserialize, ToSchema)]
struct Title {
    /// 1 to 120 characters.
    title: String,
}

/// Gives a conversation another title. Scope: `chat:write`.
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "chat", params(("id" = ConversationId, Path)), request_body = Title, responses((status = 204)))]
async fn rename(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<ConversationId>,
    Body(body): Body<Title>,
) -> Result<StatusCode, Failure> {
    state.studio.chat.rename(&actor, id, &body.title).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Deletes a conversation; its files stay. Scope: `chat:write`.
#[utoipa::path(delete, path = "/api/v1/conversations/{id}", tag = "chat", params(("id" = ConversationId, Path)), responses((status = 204)))]
async fn delete(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<ConversationId>,
) -> Result<StatusCode, Failure> {
    state.studio.chat.delete(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks something, with files or without. The answer goes on being written after this has answered: read
/// its run until it is over. The same `key` again sends nothing twice. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/messages", tag = "chat", request_body = Draft, responses((status = 201, body = Sent)))]
async fn send(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Body(draft): Body<Draft>,
) -> Result<(StatusCode, Json<Sent>), Failure> {
    let sent = state.studio.chat.send(&actor, draft).await?;
    Ok((StatusCode::CREATED, Json(sent)))
}

/// One message. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/messages/{id}", tag = "chat", params(("id" = MessageId, Path)), responses((status = 200, body = MessageView)))]
async fn message(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<MessageId>,
) -> Result<Json<MessageView>, Failure> {
    Ok(Json(state.studio.chat.message(&actor, id).await?))
}

/// Shows the branch of the conversation that leads through this message, as far as it went last. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/messages/{id}/choose", tag = "chat", params(("id" = MessageId, Path)), responses((status = 200, body = ConversationView)))]
async fn choose(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<MessageId>,
) -> Result<Json<ConversationView>, Failure> {
    Ok(Json(state.studio.chat.choose(&actor, id).await?))
}

/// How far an answer is, or what became of it. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/runs/{id}", tag = "chat", params(("id" = RunId, Path)), responses((status = 200, body = RunView)))]
async fn run(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<RunId>,
) -> Result<Json<RunView>, Failure> {
    Ok(Json(state.studio.chat.run(&actor, id).await?))
}

/// Ends an answer where it is. Stopping what is over does nothing. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/stop", tag = "chat", params(("id" = RunId, Path)), responses((status = 204)))]
async fn stop(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<RunId>,
) -> Result<StatusCode, Failure> {
    state.studio.chat.stop(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks for another answer, once this one is over. What has words is kept: the new one is another message then,
/// which is shown from now on. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/retry", tag = "chat", params(("id" = RunId, Path)), responses((status = 200, body = MessageView)))]
async fn retry(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<RunId>,
) -> Result<Json<MessageView>, Failure> {
    Ok(Json(state.studio.chat.retry(&actor, id).await?))
}

/// Goes on behind the partial text of an answer that was cut off. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/runs/{id}/resume", tag = "chat", params(("id" = RunId, Path)), responses((status = 200, body = MessageView)))]
async fn resume(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<RunId>,
) -> Result<Json<MessageView>, Failure> {
    Ok(Json(state.studio.chat.resume(&actor, id).await?))
}
