//! `/connect/NAME/callback`: where a browser comes back to from a provider at which somebody has connected
//! their account. (It goes there from Settings, by a call that only our own pages can make.)

use axum::{
    Extension, Router,
    extract::{Path, Query, State},
    http::{HeaderMap, Uri, header},
    response::{IntoResponse, Redirect, Response},
    routing::get,
};
use studio::accounts::AccountsError;

use super::{
    AppState,
    door::step_to,
    session::{self, Visitor},
    ways::{Back, failed},
};
use crate::site_url::host_of;

/// All of it stands open: the session's cookie does not come along from another site.
pub const BELOW: &str = "/connect/";
/// Where one's connections are shown.
const SETTINGS: &str = "/settings/connections";

pub fn routes() -> Router<AppState> {
    Router::new().route("/connect/{provider}/callback", get(finish))
}

async fn finish(
    State(state): State<AppState>,
    Path(provider): Path<String>,
    Query(back): Query<Back>,
    Extension(visitor): Extension<Visitor>,
    headers: HeaderMap,
    wanted: Uri,
) -> Response {
    let browser = session::dance(&state.edge, &headers);
    // (Who typed the number has the cookie there.)
    if browser.is_none()
        && let Some(home) = home(&state, &headers, &wanted)
    {
        return Redirect::to(&home).into_response();
    }
    if let Some(code) = back.refused() {
        // Our settings do not suit it there: nothing that the person could mend.
        tracing::warn!(provider, code, "a connection was refused there");
        return failed(SETTINGS, AccountsError::ConnectionSilent(provider));
    }
    let Some(back) = back.with(browser) else {
        // They said no there, or somebody else made this link.
        return failed(SETTINGS, AccountsError::SignInRefused);
    };
    let finished = state
        .studio
        .connections
        .finish(&visitor.origin, &provider, back);
    let response = match finished.await {
        Ok(()) => step_to(&format!("{SETTINGS}?connected={provider}")),
        Err(error) => failed(SETTINGS, error),
    };
    session::after_dance(&state.edge, response)
}

/// Providers know a studio at home by its number, and its cookies are kept under its name.
fn home(state: &AppState, headers: &HeaderMap, wanted: &Uri) -> Option<String> {
    let url = &state.edge.url;
    let asked = headers.get(header::HOST)?.to_str().ok()?;
    let is_other = host_of(asked) == "127.0.0.1" && url.host() == "localhost";
    is_other.then(|| {
        format!(
            "{url}{}",
            wanted.path_and_query().map_or("", |it| it.as_str())
        )
    })
}
