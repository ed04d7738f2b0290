//! The bytes of files, and their reports.

mod range;

use axum::{
    Json, Router,
    body::Body,
    extract::{Query, State, rejection::QueryRejection},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
    routing::get,
};
use contract::{ApiError, AssetId, ErrorCode, report::Report};
use serde::Deserialize;
use studio::{
    Actor,
    media::{Content, Media, MediaError},
};

use super::{AppState, Failure, id::Id, session::Caller};
use range::Part;

pub fn routes() -> Router<AppState> {
    Router::new()
        .route("/api/assets/{id}/play", get(play))
        .route("/api/assets/{id}/original", get(original))
        .route("/api/assets/{id}/report.json", get(report))
}

/// For `<audio>`: the original where browsers can play it, else the copy that they can.
async fn play(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<AssetId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = state.studio.media.playable(&actor, id).await?;
    serve(&state.studio.media, &content, &headers, "inline").await
}

/// For keeping: exactly the bytes that were uploaded.
async fn original(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<AssetId>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let content = state.studio.media.original(&actor, id).await?;
    serve(&state.studio.media, &content, &headers, "attachment").await
}

#[derive(Deserialize)]
struct Against {
    reference: Option<String>,
}

/// The document that `soundstage analyze --json` prints.
async fn report(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<AssetId>,
    against: Result<Query<Against>, QueryRejection>,
) -> Result<Response, Failure> {
    let Ok(Query(against)) = against else {
        return Err(Failure(ApiError::new(
            ErrorCode::Invalid,
            "A report is held against one reference: ?reference=ID.",
        )));
    };
    let reference = against.reference.as_deref().map(|id| {
        // An id that is none is as unknown as one that never was.
        id.parse().map_err(|_| MediaError::NotFound)
    });
    let reference = reference.transpose()?;
    let report: Report = read_report(&state.studio.media, &actor, id, reference).await?;
    let name = report
        .file
        .name
        .rsplit_once('.')
        .map_or(report.file.name.as_str(), |(stem, _)| stem);
    let disposition = disposition("attachment", &format!("{name}.report.json"));
    Ok(([(header::CONTENT_DISPOSITION, disposition)], Json(report)).into_response())
}

async fn read_report(
    media: &Media,
    actor: &Actor,
    id: AssetId,
    reference: Option<AssetId>,
) -> Result<Report, MediaError> {
    media.report(actor, id, reference).await
}

async fn serve(
    media: &Media,
    content: &Content,
    asked: &HeaderMap,
    how: &str,
) -> Result<Response, Failure> {
    let tag = format!("\"{}\"", content.tag);
    let mut response = Response::new(Body::empty());
    let headers = response.headers_mut();
    headers.insert(header::ETAG, text(&tag));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // It is somebody's unreleased song: kept by this browser alone.
    headers.insert(
        header::CACHE_CONTROL,
        HeaderValue::from_static("private, max-age=3600"),
    );
    headers.insert(header::CONTENT_TYPE, text(&content.mime));
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers.insert(header::CONTENT_DISPOSITION, disposition(how, &content.name));
    // Opened by itself it may do nothing at all, whatever a browser takes it for.
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; sandbox"),
    );
    if range::is_known(asked, &tag) {
        *response.status_mut() = StatusCode::NOT_MODIFIED;
        return Ok(response);
    }
    let range = match range::asked(asked, &tag, content.size) {
        Part::Whole => 0..content.size,
        Part::Range(range) => {
            *response.status_mut() = StatusCode::PARTIAL_CONTENT;
            let place = format!("bytes {}-{}/{}", range.start, range.end - 1, content.size);
            response
                .headers_mut()
                .insert(header::CONTENT_RANGE, text(&place));
            range
        }
        Part::Beyond => {
            *response.status_mut() = StatusCode::RANGE_NOT_SATISFIABLE;
            let headers = response.headers_mut();
            headers.insert(
                header::CONTENT_RANGE,
                text(&format!("bytes */{}", content.size)),
            );
            headers.remove(header::CONTENT_TYPE);
            headers.remove(header::CONTENT_DISPOSITION);
            return Ok(response);
        }
    };
    response.headers_mut().insert(
        header::CONTENT_LENGTH,
        HeaderValue::from(range.end - range.start),
    );
    *response.body_mut() = Body::from_stream(media.read(content, range).await?);
    Ok(response)
}

/// RFC 6266: a plain name for old clients, and the real one. Neither can end its quotes.
fn disposition(how: &str, name: &str) -> HeaderValue {
    let safe = |c: char| c.is_ascii_graphic() && !matches!(c, '"' | '\\' | '%' | ';') || c == ' ';
    let plain: String = name
        .chars()
        .map(|c| if safe(c) { c } else { '_' })
        .collect();
    let mut coded = String::new();
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' => {
                coded.push(char::from(byte));
            }
            _ => coded.push_str(&format!("%{byte:02X}")),
        }
    }
    text(&format!(
        "{how}; filename=\"{plain}\"; filename*=UTF-8''{coded}"
    ))
}

fn text(value: &str) -> HeaderValue {
    HeaderValue::from_str(value).unwrap_or(HeaderValue::from_static(""))
}

#[cfg(test)]
mod tests {
    use super::disposition;

    #[test]
    fn names_cannot_leave_their_header() {
        let value = disposition("inline", "Ü\"; x=\"%.wav");
        assert_eq!(
            value,
            "inline; filename=\"___ x=__.wav\"; filename*=UTF-8''%C3%9C%22%3B%20x%3D%22%25.wav"
        );
    }
}
