//! Whether what Soundstage stands on is there: asked by `GET /api/health` and by `soundstage doctor`.

use std::{
    path::Path,
    time::{Duration, Instant},
};

use adapters::redis::{Address, PATIENCE, Redis};
use anyhow::{Result, anyhow};
use store::{Engine, Store, Viewer};

use crate::data_folder;

/// Below this the owner is told: the database and what is being uploaded share the disk.
pub const LOW_DISK_BYTES: u64 = 1 << 30;

#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    Pass,
    Fail,
    Unknown,
}

#[derive(Clone, Debug)]
pub struct Check {
    pub name: &'static str,
    pub outcome: Outcome,
    /// For whoever owns the machine; not for the network.
    pub detail: String,
    pub took: Duration,
}

impl Check {
    fn of(name: &'static str, started: Instant, found: Result<String>) -> Self {
        let (outcome, detail) = match found {
            Ok(detail) => (Outcome::Pass, detail),
            Err(error) => (Outcome::Fail, format!("{error:#}")),
        };
        Self {
            name,
            outcome,
            detail,
            took: started.elapsed(),
        }
    }
}

/// Reads a table, which shows that the schema is there too.
pub async fn database(store: &Store) -> Check {
    let started = Instant::now();
    let found = async {
        let owner = store::accounts::owner(&mut *store.read(Viewer::System).await?).await?;
        let engine = match store.engine() {
            Engine::Sqlite => "SQLite",
            Engine::Postgres if store.is_walled().await? => "PostgreSQL",
            Engine::Postgres => {
                "PostgreSQL (its role is a superuser, so its row-level security does not hold; give Soundstage a role of its own)"
            }
        };
        Ok(format!(
            "{engine}, {}",
            if owner.is_some() {
                "with an owner"
            } else {
                "no owner yet"
            }
        ))
    };
    Check::of("database", started, soon(found).await)
}

/// Counts there, as requests do.
pub async fn redis(address: &Address) -> Check {
    let started = Instant::now();
    let found = async {
        Redis::new(address.clone(), PATIENCE).check().await?;
        Ok(format!("{} counts", address.place()))
    };
    Check::of("redis", started, soon(found).await)
}

/// Writes where uploads go.
pub async fn storage(data: &Path) -> Check {
    let started = Instant::now();
    let folder = data_folder::objects(data);
    let found = off_thread(move || {
        data_folder::make(&folder)?;
        data_folder::try_writing(&folder)
            .map_err(|error| anyhow!("{} cannot be written: {error}", folder.display()))?;
        Ok(format!("{} can be written", folder.display()))
    });
    Check::of("storage", started, found.await)
}

pub async fn disk(data: &Path) -> Check {
    let started = Instant::now();
    let data = data.to_owned();
    let found = off_thread(move || {
        let free = adapters::disk::free_bytes(&data)?;
        let in_gib = free as f64 / f64::from(1 << 30);
        if free < LOW_DISK_BYTES {
            Err(anyhow!("only {in_gib:.1} GiB free"))
        } else {
            Ok(format!("{in_gib:.1} GiB free"))
        }
    });
    Check::of("disk", started, found.await)
}

/// The house engineer is always there. What others would answer is not ours to find out every few
/// seconds with somebody's money; an answer that fails says so itself.
pub fn model(provider: &str, name: &str) -> Check {
    let outcome = if provider == "house" {
        Outcome::Pass
    } else {
        Outcome::Unknown
    };
    let detail = format!("{name} ({provider})");
    Check {
        name: "model",
        outcome,
        detail,
        took: Duration::ZERO,
    }
}

/// A disk may be far away, and gone.
async fn off_thread(work: impl FnOnce() -> Result<String> + Send + 'static) -> Result<String> {
    soon(async { tokio::task::spawn_blocking(work).await? }).await
}

async fn soon(found: impl Future<Output = Result<String>>) -> Result<String> {
    let limit = Duration::from_secs(5);
    let in_time = tokio::time::timeout(limit, found).await;
    in_time.unwrap_or_else(|_| Err(anyhow!("no answer within {limit:?}")))
}
