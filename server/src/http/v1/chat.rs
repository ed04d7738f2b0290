//! Conversations, messages, runs.

use axum::{
    Json,
    extract::State,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use contract::{
    ConversationId, MessageId, RunId,
    chat::{
        ConversationSummary, ConversationView, Draft, Exported, MessageView, RunView, Sent, Shelf,
    },
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
        .routes(routes!(open, change, delete))
        .routes(routes!(export))
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
    /// What was put away instead.
    #[serde(default)]
    archived: bool,
}

/// One's conversations, newest first, at most 200. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/conversations", tag = "chat", params(Search), responses((status = 200, body = Vec<ConversationSummary>)))]
async fn list(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Asked(asked): Asked<Search>,
) -> Result<Json<Vec<ConversationSummary>>, Failure> {
    let chat = &state.studio.chat;
    let found = match asked.archived {
        true => chat.archived(&actor).await?,
        false => chat.list(&actor, asked.search.as_deref()).await?,
    };
    Ok(Json(found))
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
struct Change {
    /// 1 to 120 characters.
    title: Option<String>,
    shelf: Option<Shelf>,
}

/// Gives a conversation another title, or another place. Scope: `chat:write`.
#[utoipa::path(patch, path = "/api/v1/conversations/{id}", tag = "chat", params(("id" = ConversationId, Path)), request_body = Change, responses((status = 204)))]
async fn change(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<ConversationId>,
    Body(body): Body<Change>,
) -> Result<StatusCode, Failure> {
    if let Some(title) = &body.title {
        state.studio.chat.rename(&actor, id, title).await?;
    }
    if let Some(shelf) = body.shelf {
        state.studio.chat.shelve(&actor, id, shelf).await?;
    }
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Deserialize, IntoParams)]
struct Form {
    /// `json` holds every branch and can be imported, `markdown` the one that is shown.
    #[serde(default, rename = "as")]
    form: ExportForm,
}

#[derive(Clone, Copy, Default, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
enum ExportForm {
    #[default]
    Json,
    Markdown,
}

/// A conversation as a file. Scope: `chat:read`.
#[utoipa::path(get, path = "/api/v1/conversations/{id}/export", tag = "chat", params(("id" = ConversationId, Path), Form), responses((status = 200, body = Exported)))]
async fn export(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<ConversationId>,
    Asked(asked): Asked<Form>,
) -> Result<Response, Failure> {
    let chat = &state.studio.chat;
    Ok(match asked.form {
        ExportForm::Json => {
            let exported = chat.export(&actor, id).await?;
            (attachment(&format!("{id}.json")), Json(exported)).into_response()
        }
        ExportForm::Markdown => {
            let text = chat.markdown(&actor, id).await?;
            let kind = [(header::CONTENT_TYPE, "text/markdown; charset=utf-8")];
            (attachment(&format!("{id}.md")), kind, text).into_response()
        }
    })
}

fn attachment(name: &str) -> [(header::HeaderName, String); 1] {
    let disposition = format!("attachment; filename=\"soundstage-{name}\"");
    [(header::CONTENT_DISPOSITION, disposition)]
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
