//! Who one is, one's sessions and tokens, the people, the audit log.

use axum::{
    Json,
    body::Body,
    extract::State,
    http::header,
    response::{IntoResponse, Response},
};
use contract::{
    ActId,
    accounts::{ActView, ConnectionView, People, Profile, SessionView, TokenView},
};
use serde::Deserialize;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use utoipa::IntoParams;
use utoipa_axum::{router::OpenApiRouter, routes};

use super::{
    super::{AppState, Failure, session::Caller},
    Asked,
};

pub(super) fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(me))
        .routes(routes!(sessions))
        .routes(routes!(tokens))
        .routes(routes!(connections))
        .routes(routes!(people))
        .routes(routes!(audit))
        .routes(routes!(audit_csv))
}

/// Whose token or session this is. Scope: `account`.
#[utoipa::path(get, path = "/api/v1/me", tag = "accounts", responses((status = 200, body = Profile)))]
async fn me(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<Profile>, Failure> {
    Ok(Json(state.studio.accounts.profile(&actor).await?))
}

/// Where one is signed in, newest use first. Scope: `account`.
#[utoipa::path(get, path = "/api/v1/me/sessions", tag = "accounts", responses((status = 200, body = Vec<SessionView>)))]
async fn sessions(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<Vec<SessionView>>, Failure> {
    Ok(Json(state.studio.accounts.sessions(&actor).await?))
}

/// One's API tokens, newest first. Scope: `account`.
#[utoipa::path(get, path = "/api/v1/me/tokens", tag = "accounts", responses((status = 200, body = Vec<TokenView>)))]
async fn tokens(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<Vec<TokenView>>, Failure> {
    Ok(Json(state.studio.accounts.tokens(&actor).await?))
}

/// Accounts elsewhere that could be connected, and how those stand that are. Scope: `account`.
#[utoipa::path(get, path = "/api/v1/me/connections", tag = "accounts", responses((status = 200, body = Vec<ConnectionView>)))]
async fn connections(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<Vec<ConnectionView>>, Failure> {
    Ok(Json(state.studio.connections.list(&actor).await?))
}

/// Who belongs to the studio, and who is invited. Scope: `admin`, of an admin or owner.
#[utoipa::path(get, path = "/api/v1/people", tag = "accounts", responses((status = 200, body = People)))]
async fn people(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Json<People>, Failure> {
    Ok(Json(state.studio.accounts.people(&actor).await?))
}

#[derive(Deserialize, IntoParams)]
struct Page {
    /// The id of the last line that is there already.
    before: Option<ActId>,
}

/// A hundred lines of the audit log, newest first. Scope: `admin`, of an admin or owner.
#[utoipa::path(get, path = "/api/v1/audit", tag = "accounts", params(Page), responses((status = 200, body = Vec<ActView>)))]
async fn audit(
    State(state): State<AppState>,
    Caller(actor): Caller,
    Asked(page): Asked<Page>,
) -> Result<Json<Vec<ActView>>, Failure> {
    Ok(Json(
        state.studio.accounts.audit(&actor, page.before).await?,
    ))
}

/// The whole audit log for a spreadsheet, newest first. Scope: `admin`, of an admin or owner.
#[utoipa::path(get, path = "/api/v1/audit.csv", tag = "accounts", responses((status = 200, body = String, content_type = "text/csv")))]
async fn audit_csv(
    State(state): State<AppState>,
    Caller(actor): Caller,
) -> Result<Response, Failure> {
    let accounts = state.studio.accounts.clone();
    // The first page before the answer begins: by it the actor is let in or not.
    let first = accounts.audit(&actor, None).await?;
    let head = "at,user,name,act,target,note,address,user_agent\n".to_owned();
    let pages = futures::stream::try_unfold(Some(first), move |page| {
        let (accounts, actor) = (accounts.clone(), actor.clone());
        async move {
            let Some(page) = page else {
                return Ok(None);
            };
            let next = match page.last() {
                Some(last) => Some(accounts.audit(&actor, Some(last.id)).await?),
                None => None,
            };
            Ok::<_, studio::accounts::AccountsError>(Some((lines(&page), next)))
        }
    });
    let body = futures::StreamExt::chain(futures::stream::once(async { Ok(head) }), pages);
    Ok((
        [
            (header::CONTENT_TYPE, "text/csv; charset=utf-8"),
            (
                header::CONTENT_DISPOSITION,
                "attachment; filename=\"soundstage-audit.csv\"",
            ),
        ],
        Body::from_stream(body),
    )
        .into_response())
}

fn lines(page: &[ActView]) -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    for act in page {
        let at = OffsetDateTime::from_unix_timestamp_nanos(i128::from(act.at.0) * 1_000)
            .ok()
            .and_then(|at| at.format(&Rfc3339).ok())
            .unwrap_or_default();
        let user = act.user.map(|user| user.to_string()).unwrap_or_default();
        let said = [
            &at,
            &user,
            act.name.as_deref().unwrap_or_default(),
            &act.act,
            &act.target,
            &act.note,
            &act.address,
            &act.user_agent,
        ];
        // Into memory: it cannot fail.
        let _ = writer.write_record(said.map(harmless));
    }
    let bytes = writer.into_inner().unwrap_or_default();
    String::from_utf8(bytes).unwrap_or_default()
}

/// A spreadsheet runs what begins like a formula, and names and browsers' words come from outside.
fn harmless(text: &str) -> String {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        format!("'{text}")
    } else {
        text.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use contract::Timestamp;

    use super::*;

    #[test]
    fn a_name_is_no_formula() {
        let act = ActView {
            id: ActId(uuid::Uuid::nil()),
            at: Timestamp::from_seconds(1_800_000_000),
            user: None,
            name: Some("=cmd|' /C calc'!A0".to_owned()),
            act: "session.begin".to_owned(),
            target: "a,\"b\"".to_owned(),
            address: "192.0.2.1".to_owned(),
            user_agent: String::new(),
            note: String::new(),
        };
        assert_eq!(
            lines(&[act]),
            "2027-01-15T08:00:00Z,,'=cmd|' /C calc'!A0,session.begin,\"a,\"\"b\"\"\",,192.0.2.1,\n"
        );
    }
}
