//! Conversations from elsewhere: the file is put aside, of any length, and then read.

use std::{io::Seek as _, path::PathBuf, sync::Arc, time::Duration};

use axum::{
    Json,
    body::Body,
    extract::{DefaultBodyLimit, State},
};
use contract::{ApiError, ErrorCode, accounts::Scope, chat::ImportSummary};
use futures::StreamExt as _;
use tokio::{io::AsyncWriteExt as _, sync::Semaphore, time::timeout};
use utoipa_axum::{router::OpenApiRouter, routes};

use super::super::{AppState, Failure, session::Caller};

/// What ChatGPT gives somebody who has talked for years, pictures and all.
const MOST_BYTES: u64 = 2 << 30;
/// With a sender who sends nothing.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where files are put aside, and room for so many at once.
pub struct Room {
    places: Arc<Semaphore>,
    folder: PathBuf,
}

impl Room {
    pub fn new(folder: PathBuf) -> Self {
        Self {
            places: Arc::new(Semaphore::new(2)),
            folder,
        }
    }
}

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(import))
        .layer(DefaultBodyLimit::disable())
}

/// Takes in the conversations of an export: of ChatGPT, Claude, Open WebUI, LibreChat or Soundstage, as JSON or as the
/// ZIP that holds it, at most 2 GiB. What is here already is not taken twice. Scope: `chat:write`.
#[utoipa::path(post, path = "/api/v1/import", tag = "chat", request_body(content = [u8], content_type = "application/octet-stream"), responses((status = 200, body = ImportSummary)))]
async fn import(
    State(state): State<AppState>,
    Caller(actor): Caller,
    body: Body,
) -> Result<Json<ImportSummary>, Failure> {
    // Before anything is put aside for them.
    actor.may(Scope::ChatWrite)?;
    let room = &state.edge.imports;
    let Ok(_place) = room.places.clone().try_acquire_owned() else {
        let sentence =
            "Others bring their conversations right now. Wait a few minutes, then try again.";
        return Err(Failure(ApiError::new(ErrorCode::TooManyRequests, sentence)));
    };
    // Without a name: it is gone whenever we are.
    let file = tempfile::tempfile_in(&room.folder).map_err(|error| unstored(&error))?;
    let file = put_aside(body, file).await?;
    Ok(Json(state.studio.chat.import(&actor, file).await?))
}

async fn put_aside(body: Body, file: std::fs::File) -> Result<std::fs::File, Failure> {
    let mut file = tokio::fs::File::from_std(file);
    let mut bytes = body.into_data_stream();
    let mut room = MOST_BYTES;
    while let Some(piece) = timeout(PATIENCE, bytes.next())
        .await
        .map_err(|_| broken_off())?
    {
        let piece = piece.map_err(|_| broken_off())?;
        room = room.checked_sub(piece.len() as u64).ok_or_else(|| {
            let sentence = "That file is larger than 2 GiB. Take its conversations out of the ZIP and send them alone.";
            Failure(ApiError::new(ErrorCode::UploadTooLarge, sentence))
        })?;
        file.write_all(&piece)
            .await
            .map_err(|error| unstored(&error))?;
    }
    file.flush().await.map_err(|error| unstored(&error))?;
    let mut file = file.into_std().await;
    file.rewind().map_err(|error| unstored(&error))?;
    Ok(file)
}

fn broken_off() -> Failure {
    let sentence = "The file did not come through whole. Send it again.";
    Failure(ApiError::new(ErrorCode::Invalid, sentence))
}

fn unstored(error: &std::io::Error) -> Failure {
    tracing::error!(%error, "an export could not be put aside");
    let sentence =
        "The file could not be kept: perhaps the disk is full. Nothing of it was taken in.";
    Failure(ApiError::new(ErrorCode::Internal, sentence))
}
