//! Files, what was measured of them, and the jobs that measure. Files come by tus: `/api/uploads`.

use axum::{Json, extract::State};
use contract::{AssetId, JobId, jobs::JobView, media::AssetView, report::Report};
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{AppState, Failure, id::Id, session::Caller},
    Asked,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(assets))
        .routes(routes!(asset))
        .routes(routes!(analysis))
        .routes(routes!(jobs))
        .routes(routes!(job))
        .routes(routes!(cancel))
}

#[derive(Deserialize, IntoParams)]
struct Page {
    /// The id of the last file that is there already.
    before: Option<AssetId>,
}

/// One's files, newest first, a hundred at a time. Scope: `media:read`.
#[utoipa::path(get, path = "/api/v1/assets", tag = "media", params(Page), responses((status = 200, body = Vec<AssetView>)))]
async fn assets(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Vec<AssetView>>, Failure> {
    Ok(Json(state.studio.media.list(&actor, page.before).await?))
}

/// One file and how far measuring is. Its bytes: `/api/assets/ID/original`. Scope: `media:read`.
#[utoipa::path(get, path = "/api/v1/assets/{id}", tag = "media", params(("id" = AssetId, Path)), responses((status = 200, body = AssetView)))]
async fn asset(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<AssetId>,
) -> Result<Json<AssetView>, Failure> {
    Ok(Json(state.studio.media.asset(&actor, id).await?))
}

#[derive(Deserialize, IntoParams)]
struct Against {
    /// The file to hold it against.
    reference: Option<AssetId>,
}

/// All that was measured of a file: the document that `soundstage analyze --json` prints. Scope: `media:read`.
#[utoipa::path(get, path = "/api/v1/analyses/{id}", tag = "media", params(("id" = AssetId, Path), Against), responses((status = 200, body = Report)))]
async fn analysis(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<AssetId>,
    Asked(against): Asked<Against>,
) -> Result<Json<Report>, Failure> {
    let report = state.studio.media.report(&actor, id, against.reference);
    Ok(Json(report.await?))
}

/// One's newest jobs, at most a hundred. Scope: `media:read`.
#[utoipa::path(get, path = "/api/v1/jobs", tag = "media", responses((status = 200, body = Vec<JobView>)))]
async fn jobs(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<Vec<JobView>>, Failure> {
    Ok(Json(state.studio.jobs.list(&actor).await?))
}

/// One job. Scope: `media:read`.
#[utoipa::path(get, path = "/api/v1/jobs/{id}", tag = "media", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn job(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<JobId>,
) -> Result<Json<JobView>, Failure> {
    Ok(Json(state.studio.jobs.view(&actor, id).await?))
}

/// Cancels what waits; tells what runs to stop. Scope: `media:write`.
#[utoipa::path(post, path = "/api/v1/jobs/{id}/cancel", tag = "media", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn cancel(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Id(id): Id<JobId>,
) -> Result<Json<JobView>, Failure> {
    Ok(Json(state.studio.jobs.cancel(&actor, id).await?))
}
