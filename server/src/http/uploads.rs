//! Uploads by the tus protocol 1.0.0 (<https://tus.io/protocols/resumable-upload>): any tus client can
//! bring a file, and goes on where it was cut off.
//!
//! Extensions: creation, creation-with-upload, termination, checksum, expiration. The answer to the last
//! byte says in `Soundstage-Asset` what the upload has become; so does `HEAD` from then on. What turns out
//! to be no sound is refused with the last byte, with the audio crate's code and sentence.

mod wire;

use axum::{
    Router,
    body::Body,
    extract::{DefaultBodyLimit, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
    routing::options,
};
use contract::{ApiError, ErrorCode, UploadId};
use futures::{StreamExt, TryStreamExt};
use studio::{
    Actor,
    media::{Appended, ByteStream, ChecksumAlgorithm, Media, MediaError},
};

use super::{AppState, Failure, id::Id, session::Caller};
use wire::{
    BYTES, CHECKSUM_ALGORITHM, EXPIRES, EXTENSION, EXTENSIONS, LENGTH, MAX_SIZE, OFFSET, OVERRIDE,
    RESUMABLE, TUS, VERSION, VERSIONS,
};

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/uploads", options(abilities).post(create))
        .route("/api/uploads/{id}", options(abilities)
                .head(offset)
                .patch(append)
                .delete(terminate)
                .post(overridden))
        // The service holds uploads to their announced size.
        .layer(DefaultBodyLimit::disable())
        .layer(middleware::from_fn(speak_tus))
}

/// Refuses other versions of the protocol, and puts ours on every answer.
async fn speak_tus(request: Request, next: Next) -> Response {
    let speaks_ours = request
        .headers()
        .get(RESUMABLE)
        .is_some_and(|version| version == TUS);
    let mut response = if speaks_ours || request.method() == Method::OPTIONS {
        next.run(request).await
    } else {
        let sentence = "This upload speaks another version of the tus protocol than 1.0.0.";
        let mut response = wire::refuse(StatusCode::PRECONDITION_FAILED, sentence);
        response.headers_mut().insert(VERSION, TUS);
        response
    };
    response.headers_mut().insert(RESUMABLE, TUS);
    response
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

async fn abilities(State(state): State<AppState>) -> Response {
    let headers = [
        (VERSION, VERSIONS),
        (EXTENSION, EXTENSIONS),
        (
            MAX_SIZE,
            HeaderValue::from(state.studio.media.limits().upload_bytes),
        ),
        (
            CHECKSUM_ALGORITHM,
            HeaderValue::from_static(ChecksumAlgorithm::NAMES),
        ),
    ];
    (StatusCode::NO_CONTENT, headers).into_response()
}

async fn create(
    State(state): State<AppState>,
    Caller(actor): Caller,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let media = &state.studio.media;
    let Some(size) = wire::number(&headers, LENGTH) else {
        return Ok(wire::refuse(
            StatusCode::BAD_REQUEST,
            "An upload must say its size in Upload-Length.",
        ));
    };
    let name = wire::file_name(&headers);
    let with_content = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|kind| kind == BYTES);
    let checksum = match wire::checksum(&headers) {
        Ok(checksum) => checksum,
        Err(refusal) => return Ok(*refusal),
    };
    let begun = media.begin_upload(&actor, &name, size).await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::CREATED;
    let place = format!("/api/uploads/{}", begun.id);
    response.headers_mut().insert(
        header::LOCATION,
        HeaderValue::try_from(place).map_err(|_| malformed())?,
    );
    if with_content {
        match media
            .append(&actor, begun.id, 0, checksum, stream(body))
            .await
        {
            Ok(appended) => wire::say(&mut response, &appended),
            // What is known of the upload is known: the client goes on from where HEAD says.
            Err(
                error @ (MediaError::Refused(_)
                | MediaError::Checksum { .. }
                | MediaError::DiskFull { .. }),
            ) => {
                return Err(error.into());
            }
            Err(error) => {
                tracing::debug!(%error, upload = %begun.id, "the first piece of an upload was not taken whole");
                let state = media.upload_state(&actor, begun.id).await?;
                wire::say(
                    &mut response,
                    &Appended {
                        offset: state.offset,
                        expires_at: state.expires_at,
                        asset: state.asset,
                    },
                );
            }
        }
    } else if let Some(at) = begun.expires_at {
        response.headers_mut().insert(EXPIRES, wire::date(at));
    }
    Ok(response)
}

async fn offset(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
) -> Result<Response, Failure> {
    let upload = state.studio.media.upload_state(&actor, id).await?;
    let mut response = Response::new(Body::empty());
    wire::say(
        &mut response,
        &Appended {
            offset: upload.offset,
            expires_at: upload.expires_at,
            asset: upload.asset,
        },
    );
    response
        .headers_mut()
        .insert(LENGTH, HeaderValue::from(upload.size));
    Ok(response)
}

async fn append(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    take(&state.studio.media, &actor, id, &headers, body).await
}

async fn take(
    media: &Media,
    actor: &Actor,
    id: UploadId,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    if headers
        .get(header::CONTENT_TYPE)
        .is_none_or(|kind| kind != BYTES)
    {
        let sentence = "The bytes of an upload come as application/offset+octet-stream.";
        return Ok(wire::refuse(StatusCode::UNSUPPORTED_MEDIA_TYPE, sentence));
    }
    let Some(offset) = wire::number(headers, OFFSET) else {
        return Ok(wire::refuse(
            StatusCode::BAD_REQUEST,
            "A piece must say in Upload-Offset where it belongs.",
        ));
    };
    let checksum = match wire::checksum(headers) {
        Ok(checksum) => checksum,
        Err(refusal) => return Ok(*refusal),
    };
    let appended = media
        .append(actor, id, offset, checksum, stream(body))
        .await?;
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    wire::say(&mut response, &appended);
    Ok(response)
}

async fn terminate(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
) -> Result<StatusCode, Failure> {
    state.studio.media.terminate(&actor, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// For clients behind proxies that know no PATCH and no DELETE.
async fn overridden(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<UploadId>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Failure> {
    let method = headers
        .get(OVERRIDE)
        .and_then(|method| method.to_str().ok())
        .unwrap_or_default();
    let media = &state.studio.media;
    match method.to_ascii_uppercase().as_str() {
        "PATCH" => take(media, &actor, id, &headers, body).await,
        "DELETE" => Ok(terminate(State(state), Caller(actor), Id(id))
            .await
            .into_response()),
        "HEAD" => offset(State(state), Caller(actor), Id(id)).await,
        _ => Ok(wire::refuse(
            StatusCode::METHOD_NOT_ALLOWED,
            "An upload that exists takes PATCH, HEAD and DELETE.",
        )),
    }
}

fn stream(body: Body) -> ByteStream {
    body.into_data_stream()
        .map_err(std::io::Error::other)
        .boxed()
}

fn malformed() -> Failure {
    Failure(ApiError::new(
        ErrorCode::Invalid,
        "Something in what was sent is missing or malformed.",
    ))
}
