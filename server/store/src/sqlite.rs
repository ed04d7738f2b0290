//! Connections to a SQLite file, kept open.
//!
//! Not by sqlx's own pool, which asks each connection whether it is still there whenever it is given back:
//! every question to SQLite is a trip to another thread, and a file does not go away as a network does.

use std::{
    ops::{Deref, DerefMut},
    time::Duration,
};

use deadpool::managed::{self, Metrics, Object, PoolError, QueueMode, RecycleResult};
use sqlx::{
    ConnectOptions as _, Connection as _,
    sqlite::{SqliteConnectOptions, SqliteConnection},
};
use tokio::{runtime::Handle, time::timeout};

use crate::{Error, Result};

/// Longer than SQLite's own, which says better what it waited for.
const PATIENCE: Duration = Duration::from_secs(30);

/// So many connections, each opened when it is first needed. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Lines(managed::Pool<Opener>);

/// One connection; given back when it is dropped.
pub(crate) struct Line(Object<Opener>);

struct Opener(SqliteConnectOptions);

struct Opened {
    connection: SqliteConnection,
    /// A unit of work was begun and not ended.
    in_unit: bool,
}

impl managed::Manager for Opener {
    type Type = Opened;
    type Error = Error;

    async fn create(&self) -> Result<Opened> {
        let connection = self.0.connect().await?;
        Ok(Opened {
            connection,
            in_unit: false,
        })
    }

    /// What cannot be undone, or was ended after all, takes its connection with it.
    async fn recycle(&self, opened: &mut Opened, _: &Metrics) -> RecycleResult<Error> {
        if opened.in_unit {
            sqlx::query("ROLLBACK")
                .execute(&mut opened.connection)
                .await?;
            opened.in_unit = false;
        }
        Ok(())
    }
}

impl Lines {
    pub(crate) fn new(options: SqliteConnectOptions, most: usize) -> Result<Self> {
        let lines = managed::Pool::builder(Opener(options))
            .max_size(most)
            // The one that was used last has most of the file in its cache.
            .queue_mode(QueueMode::Lifo)
            .build();
        lines
            .map(Self)
            .map_err(|error| Error::Configuration(error.into()))
    }

    pub(crate) async fn take(&self) -> Result<Line> {
        match timeout(PATIENCE, self.0.get()).await {
            Ok(Ok(opened)) => Ok(Line(opened)),
            Ok(Err(PoolError::Backend(error))) => Err(error),
            Ok(Err(_)) => Err(Error::PoolClosed),
            Err(_) => Err(Error::PoolTimedOut),
        }
    }

    /// Waits for those that are in use.
    pub(crate) async fn close(&self) {
        let mut all = Vec::new();
        for _ in 0..self.0.status().max_size {
            match self.take().await {
                Ok(line) => all.push(line),
                Err(error) => {
                    tracing::warn!(%error, "a connection to the database is still in use");
                }
            }
        }
        self.0.close();
        for Line(opened) in all {
            if let Err(error) = Object::take(opened).connection.close().await {
                tracing::warn!(%error, "a connection to the database did not close");
            }
        }
    }
}

impl Deref for Line {
    type Target = SqliteConnection;
    fn deref(&self) -> &SqliteConnection {
        &self.0.connection
    }
}

impl DerefMut for Line {
    fn deref_mut(&mut self) -> &mut SqliteConnection {
        &mut self.0.connection
    }
}

/// A unit of work. Dropped, it is undone.
pub(crate) struct Unit {
    lines: Lines,
    line: Line,
}

impl Unit {
    pub(crate) async fn begin(lines: &Lines) -> Result<Self> {
        let mut unit = Self {
            lines: lines.clone(),
            line: lines.take().await?,
        };
        // Said first, in case its caller goes away while it begins.
        unit.line.0.in_unit = true;
        sqlx::query("BEGIN IMMEDIATE")
            .execute(&mut *unit.line)
            .await?;
        Ok(unit)
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        sqlx::query("COMMIT").execute(&mut *self.line).await?;
        self.line.0.in_unit = false;
        Ok(())
    }

    pub(crate) fn line(&mut self) -> &mut Line {
        &mut self.line
    }
}

impl Drop for Unit {
    /// Whoever takes the connection next undoes the unit. That may be long after, so somebody does now.
    fn drop(&mut self) {
        if self.line.0.in_unit
            && let Ok(runtime) = Handle::try_current()
        {
            let lines = self.lines.clone();
            runtime.spawn(async move { lines.take().await.map(drop) });
        }
    }
}
