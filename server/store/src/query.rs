//! One statement, either engine. The macros bind their arguments in order to `$1`, `$2`, … and are
//! awaited by their caller like any future.

/// Runs a statement and gives the number of rows that it touched.
#[macro_export]
macro_rules! execute {
    ($conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        async {
            match $conn.split() {
                $crate::unit::Split::Sqlite(conn) => sqlx::query::<sqlx::Sqlite>($sql)
                    $(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected()),
                $crate::unit::Split::Postgres(conn) => sqlx::query::<sqlx::Postgres>($sql)
                    $(.bind($arg))*.execute(conn).await.map(|done| done.rows_affected()),
            }
        }.await
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! fetch {
    ($method:ident, $row:ty, $conn:expr, $sql:expr $(, $arg:expr)* $(,)?) => {
        async {
            match $conn.split() {
                $crate::unit::Split::Sqlite(conn) => sqlx::query_as::<sqlx::Sqlite, $row>($sql)
                    $(.bind($arg))*.$method(conn).await,
                $crate::unit::Split::Postgres(conn) => sqlx::query_as::<sqlx::Postgres, $row>($sql)
                    $(.bind($arg))*.$method(conn).await,
            }
        }.await
    };
}

/// All rows: `fetch_all!(UserRow, conn, "SELECT …", id)`. Single columns are read as one-tuples.
#[macro_export]
macro_rules! fetch_all {
    ($row:ty, $conn:expr, $($rest:tt)*) => { $crate::fetch!(fetch_all, $row, $conn, $($rest)*) };
}

/// Exactly one row; `RowNotFound` otherwise.
#[macro_export]
macro_rules! fetch_one {
    ($row:ty, $conn:expr, $($rest:tt)*) => { $crate::fetch!(fetch_one, $row, $conn, $($rest)*) };
}

/// One row or none.
#[macro_export]
macro_rules! fetch_optional {
    ($row:ty, $conn:expr, $($rest:tt)*) => { $crate::fetch!(fetch_optional, $row, $conn, $($rest)*) };
}
