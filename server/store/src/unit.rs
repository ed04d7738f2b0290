//! Entering the store: who looks, and what belongs together.

use std::ops::{Deref, DerefMut};

use contract::UserId;
use sqlx::{PgConnection, Postgres, SqliteConnection, Transaction};

use crate::{
    Engine, Result,
    sqlite::{Line, Unit},
};

/// Who looks. On PostgreSQL it becomes the setting `soundstage.viewer` of the transaction, by which the
/// policies of row-level security (`migrations/postgres/0007_walls.sql`) decide what is there at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Viewer {
    User(UserId),
    System,
    Nobody,
}

impl Viewer {
    pub(crate) fn setting(self) -> String {
        match self {
            Self::User(id) => id.to_string(),
            Self::System => "system".to_owned(),
            Self::Nobody => String::new(),
        }
    }
}

/// A connection of either engine, lent by [`Read`] and [`Tx`].
pub struct Conn(pub(crate) Kind);

pub(crate) enum Kind {
    SqliteRead(Line),
    SqliteWrite(Unit),
    Postgres(Transaction<'static, Postgres>),
}

/// What the query macros match on.
#[doc(hidden)]
pub enum Split<'a> {
    Sqlite(&'a mut SqliteConnection),
    Postgres(&'a mut PgConnection),
}

impl Conn {
    #[doc(hidden)]
    pub fn split(&mut self) -> Split<'_> {
        match &mut self.0 {
            Kind::SqliteRead(conn) => Split::Sqlite(conn),
            Kind::SqliteWrite(unit) => Split::Sqlite(unit.line()),
            Kind::Postgres(conn) => Split::Postgres(conn),
        }
    }

    /// For the few statements that the engines spell differently.
    pub fn engine(&self) -> Engine {
        match &self.0 {
            Kind::SqliteRead(_) | Kind::SqliteWrite(_) => Engine::Sqlite,
            Kind::Postgres(_) => Engine::Postgres,
        }
    }
}

/// For looking only. Dropping it gives the connection back.
pub struct Read(pub(crate) Conn);

impl Deref for Read {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.0
    }
}

impl DerefMut for Read {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.0
    }
}

/// A unit of work. Dropped without [`Tx::commit`], nothing of it happened.
pub struct Tx {
    pub(crate) conn: Conn,
    pub(crate) _alone: alone::Guard,
}

impl Tx {
    pub async fn commit(self) -> Result<()> {
        match self.conn.0 {
            Kind::SqliteWrite(unit) => unit.commit().await,
            Kind::Postgres(tx) => tx.commit().await,
            Kind::SqliteRead(_) => Ok(()),
        }
    }
}

impl Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}

/// Sees in debug builds that a task opens one unit at a time.
pub(crate) mod alone {
    #[cfg(debug_assertions)]
    mod watch {
        use std::{
            collections::HashSet,
            sync::{Mutex, PoisonError},
        };

        use tokio::task;

        static OPEN: Mutex<Option<HashSet<task::Id>>> = Mutex::new(None);

        pub(crate) struct Guard(Option<task::Id>);

        impl Guard {
            pub(crate) fn enter() -> Self {
                let task = task::try_id();
                if let Some(id) = task {
                    let fresh = OPEN
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .get_or_insert_default()
                        .insert(id);
                    assert!(
                        fresh,
                        "a unit of work is already open in this task; pass its Tx on instead"
                    );
                }
                Self(task)
            }
        }

        impl Drop for Guard {
            fn drop(&mut self) {
                if let Some(id) = self.0
                    && let Some(open) = OPEN.lock().unwrap_or_else(PoisonError::into_inner).as_mut()
                {
                    open.remove(&id);
                }
            }
        }
    }

    #[cfg(not(debug_assertions))]
    mod watch {
        pub(crate) struct Guard;

        impl Guard {
            pub(crate) fn enter() -> Self {
                Self
            }
        }
    }

    pub(crate) use watch::Guard;
}
