//! `GET /api/health`: for load balancers, containers and people's monitors.
//!
//! ```json
//! {"status":"healthy","timestamp":"2026-11-21T02:35:00Z","responseTime":1.2,
//!  "checks":{"database":{"status":"pass","responseTime":0.3}}}
//! ```
//! `unhealthy` (503): without database or storage nothing can be kept. `degraded`: something else fails.

use std::{collections::BTreeMap, path::PathBuf, time::Instant};

use axum::{
    Json,
    extract::State,
    http::StatusCode,
    response::{IntoResponse, Response},
};
use contract::Timestamp;
use serde::Serialize;
use store::Store;
use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use tokio::sync::Mutex;

use super::AppState;
use crate::checks::{self, Check, Outcome};

/// Anybody may ask, so asking more often than this gets the same answer.
const FRESH_MS: i64 = 1_000;

pub struct Health {
    store: Store,
    data: PathBuf,
    model: Check,
    latest: Mutex<Option<(Timestamp, Document)>>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Document {
    status: Status,
    timestamp: String,
    checks: BTreeMap<&'static str, One>,
    /// In milliseconds.
    response_time: f64,
}

#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct One {
    status: Outcome,
    response_time: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Status {
    Healthy,
    Degraded,
    Unhealthy,
}

impl Health {
    pub fn new(store: Store, data: PathBuf, model: Check) -> Self {
        Self {
            store,
            data,
            model,
            latest: Mutex::default(),
        }
    }

    async fn look(&self, now: Timestamp) -> Document {
        // Held while looking: many who ask at once wait for one look.
        let mut latest = self.latest.lock().await;
        if let Some((at, document)) = &*latest
            && (0..FRESH_MS).contains(&now.millis_since(*at))
        {
            return document.clone();
        }
        let started = Instant::now();
        let (database, storage, disk) = tokio::join!(
            checks::database(&self.store),
            checks::storage(&self.data),
            checks::disk(&self.data)
        );
        let all = [database, storage, disk, self.model.clone()];
        for failed in all.iter().filter(|check| check.outcome == Outcome::Fail) {
            tracing::error!(
                check = failed.name,
                detail = failed.detail,
                "health check failed"
            );
        }
        let document = Document {
            status: status(&all),
            timestamp: rfc3339(now),
            checks: all
                .iter()
                .map(|check| (check.name, One::from(check)))
                .collect(),
            response_time: millis(started.elapsed()),
        };
        *latest = Some((now, document.clone()));
        document
    }
}

impl From<&Check> for One {
    fn from(check: &Check) -> Self {
        Self {
            status: check.outcome,
            response_time: millis(check.took),
        }
    }
}

pub async fn health(State(state): State<AppState>) -> Response {
    let document = state.edge.health.look(state.clock.now()).await;
    let code = if document.status == Status::Unhealthy {
        StatusCode::SERVICE_UNAVAILABLE
    } else {
        StatusCode::OK
    };
    (code, Json(document)).into_response()
}

fn status(all: &[Check]) -> Status {
    let fails = |check: &Check| check.outcome == Outcome::Fail;
    if !all.iter().any(fails) {
        Status::Healthy
    } else if all
        .iter()
        .any(|check| fails(check) && matches!(check.name, "database" | "storage"))
    {
        Status::Unhealthy
    } else {
        Status::Degraded
    }
}

fn millis(took: std::time::Duration) -> f64 {
    (took.as_secs_f64() * 1e6).round() / 1e3
}

fn rfc3339(at: Timestamp) -> String {
    OffsetDateTime::from_unix_timestamp(at.seconds())
        .ok()
        .and_then(|at| at.format(&Rfc3339).ok())
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_status_follows_what_fails() {
        let check = |name, outcome| Check {
            name,
            outcome,
            detail: String::new(),
            took: Duration::ZERO,
        };
        let (good, model) = (
            check("database", Outcome::Pass),
            check("model", Outcome::Unknown),
        );
        assert_eq!(status(&[good.clone(), model.clone()]), Status::Healthy);
        let disk = check("disk", Outcome::Fail);
        assert_eq!(status(&[good, disk.clone(), model]), Status::Degraded);
        assert_eq!(
            status(&[disk, check("database", Outcome::Fail)]),
            Status::Unhealthy
        );
        assert_eq!(
            rfc3339(Timestamp::from_seconds(1_700_000_000)),
            "2023-11-14T22:13:20Z"
        );
    }
}
