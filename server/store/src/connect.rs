//! Opening the database and bringing it up to date.

use std::{path::Path, str::FromStr, time::Duration};

use sqlx::{
    ConnectOptions as _, Connection as _, PgConnection, PgPool, Postgres,
    migrate::{MigrateError, Migrator},
    pool::PoolOptions,
    postgres::PgConnectOptions,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use tokio::runtime::Handle;

use crate::{
    Error, Result, chat,
    sqlite::{Lines, Unit},
    unit::{Conn, Kind, Read, Tx, Viewer, alone},
};

static SQLITE: Migrator = sqlx::migrate!("../../migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("../../migrations/postgres");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    #[error("DATABASE_URL is no address of a database")]
    Address(#[source] Error),
    #[error("the database cannot be opened")]
    Open(#[source] Error),
    #[error("the database cannot be brought up to date")]
    Migrate(#[from] MigrateError),
    #[error(
        "DATABASE_URL must begin with postgres:// or sqlite:// (or be left out, for SQLite in the data folder)"
    )]
    Scheme,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Store(Pools);

/// PostgreSQL gives it back when the connection ends, even to a killed process.
pub struct Hold(#[expect(dead_code, reason = "held, not read")] Option<PgConnection>);

/// The advisory lock of a database that is served: "soundst" in ASCII.
const SERVING: i64 = 0x73_6f_75_6e_64_73_74;

#[derive(Clone)]
enum Pools {
    Sqlite {
        /// One connection: SQLite has one writer, and waiting here is fairer than `SQLITE_BUSY`.
        writer: Lines,
        readers: Lines,
    },
    Postgres(Pool),
}

/// A connection is woken by the runtime that opened it. Pages are made on threads of their own, each with
/// a runtime that may be busy or gone when another wants that connection: all are opened at home.
#[derive(Clone)]
struct Pool {
    pool: PgPool,
    home: Handle,
}

impl Pool {
    async fn begin(&self) -> Result<sqlx::Transaction<'static, Postgres>> {
        if Handle::current().id() == self.home.id() {
            return self.pool.begin().await;
        }
        let pool = self.pool.clone();
        let begun = self.home.spawn(async move { pool.begin().await }).await;
        begun.unwrap_or(Err(Error::PoolClosed))
    }
}

impl Store {
    /// Opens by URL: `postgres://…` or `sqlite://PATH`.
    pub async fn connect(url: &str) -> std::result::Result<Self, ConnectError> {
        if let Some(path) = url.strip_prefix("sqlite://") {
            Self::open(Path::new(path)).await
        } else if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url).map_err(ConnectError::Address)?;
            // Says what is wrong; the pool would say, after a while, that it timed out.
            let first = options.connect().await.map_err(ConnectError::Open)?;
            first.close().await.map_err(ConnectError::Open)?;
            let pool = PoolOptions::new()
                .max_connections(16)
                .acquire_timeout(Duration::from_secs(10))
                .connect_with(options)
                .await
                .map_err(ConnectError::Open)?;
            let home = Handle::current();
            Ok(Self(Pools::Postgres(Pool { pool, home })))
        } else {
            Err(ConnectError::Scheme)
        }
    }

    /// Opens or makes the SQLite database at `path`.
    pub async fn open(path: &Path) -> std::result::Result<Self, ConnectError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            // What was acknowledged survives a power cut, not only a killed process.
            .synchronous(SqliteSynchronous::Full)
            .foreign_keys(true)
            .busy_timeout(Duration::from_secs(10));
        let writer = Lines::new(options.clone(), 1).map_err(ConnectError::Open)?;
        // Makes the file, which readers do not.
        drop(writer.take().await.map_err(ConnectError::Open)?);
        let readers = Lines::new(options.create_if_missing(false).read_only(true), 4)
            .map_err(ConnectError::Open)?;
        Ok(Self(Pools::Sqlite { writer, readers }))
    }

    pub fn engine(&self) -> Engine {
        match &self.0 {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// Brings the schema up to date; safe to run at every start, by several processes at once.
    pub async fn migrate(&self) -> std::result::Result<(), ConnectError> {
        match &self.0 {
            Pools::Sqlite { writer, .. } => {
                let mut line = writer.take().await.map_err(MigrateError::Execute)?;
                SQLITE.run(&mut *line).await?;
            }
            Pools::Postgres(Pool { pool, .. }) => POSTGRES.run(pool).await?,
        }
        chat::fold_rest(self).await.map_err(MigrateError::Execute)?;
        Ok(())
    }

    /// Whether the database holds viewers apart by itself, should a service forget to. SQLite cannot; a
    /// PostgreSQL does for every role but a superuser.
    pub async fn is_walled(&self) -> Result<bool> {
        let Pools::Postgres(Pool { pool, .. }) = &self.0 else {
            return Ok(false);
        };
        sqlx::query_scalar(
            "SELECT NOT (rolsuper OR rolbypassrls) FROM pg_roles WHERE rolname = current_user",
        )
        .fetch_one(pool)
        .await
    }

    /// For the one process that serves: runs live in its memory, and a second would take them for left
    /// behind. `None` while another holds it. (A SQLite database is held by a file in its folder.)
    pub async fn hold(&self) -> Result<Option<Hold>> {
        let Pools::Postgres(Pool { pool, .. }) = &self.0 else {
            return Ok(Some(Hold(None)));
        };
        // Outside the pool, which may close a connection that is idle, and the lock with it.
        let mut connection = pool.acquire().await?.detach();
        let held: bool = sqlx::query_scalar("SELECT pg_try_advisory_lock($1)")
            .bind(SERVING)
            .fetch_one(&mut connection)
            .await?;
        Ok(held.then_some(Hold(Some(connection))))
    }

    /// For looking only.
    pub async fn read(&self, viewer: impl Into<Viewer>) -> Result<Read> {
        let kind = match &self.0 {
            Pools::Sqlite { readers, .. } => Kind::SqliteRead(readers.take().await?),
            Pools::Postgres(pool) => Kind::Postgres(enter(pool, viewer.into()).await?),
        };
        Ok(Read(Conn(kind)))
    }

    /// Starts a unit of work.
    pub async fn begin(&self, viewer: impl Into<Viewer>) -> Result<Tx> {
        let alone = alone::Guard::enter();
        let kind = match &self.0 {
            Pools::Sqlite { writer, .. } => Kind::SqliteWrite(Unit::begin(writer).await?),
            Pools::Postgres(pool) => Kind::Postgres(enter(pool, viewer.into()).await?),
        };
        Ok(Tx {
            conn: Conn(kind),
            _alone: alone,
        })
    }

    /// Lets the connections go; the SQLite log is folded into the database file.
    pub async fn close(&self) {
        match &self.0 {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(Pool { pool, .. }) => pool.close().await,
        }
    }
}

async fn enter(pool: &Pool, viewer: Viewer) -> Result<sqlx::Transaction<'static, Postgres>> {
    let mut tx = pool.begin().await?;
    sqlx::query("SELECT set_config('soundstage.viewer', $1, true)")
        .bind(viewer.setting())
        .execute(&mut *tx)
        .await?;
    Ok(tx)
}
