//! Files, uploads under way, and what was measured.

use contract::{AssetId, Timestamp, UploadId, UserId, media::Summary, report::Report};
use sqlx::FromRow;

use crate::{
    Conn, Engine, Json, Result, Time, Tx, Uuid, execute, fetch_all, fetch_one, fetch_optional,
};

#[derive(Clone, Debug, FromRow)]
pub struct Upload {
    #[sqlx(try_from = "Uuid")]
    pub id: UploadId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub name: String,
    pub size: i64,
    /// Bytes that are synced to disk.
    pub received: i64,
    #[sqlx(try_from = "Time")]
    pub created_at: Timestamp,
    #[sqlx(try_from = "Time")]
    pub expires_at: Timestamp,
}

#[derive(Clone, Debug, FromRow)]
pub struct Asset {
    #[sqlx(try_from = "Uuid")]
    pub id: AssetId,
    #[sqlx(try_from = "Uuid")]
    pub user_id: UserId,
    pub name: String,
    pub size: i64,
    pub sha256: Vec<u8>,
    pub container: String,
    pub mime: String,
    pub rendition_mime: Option<String>,
    pub rendition_size: Option<i64>,
    #[sqlx(try_from = "Time")]
    pub created_at: Timestamp,
}

pub async fn insert_upload(tx: &mut Tx, upload: &Upload) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO media_uploads (id, user_id, name, size, received, created_at, expires_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
        upload.id.0,
        upload.user_id.0,
        &upload.name,
        upload.size,
        upload.received,
        Time(upload.created_at),
        Time(upload.expires_at),
    )?;
    Ok(())
}

pub async fn upload(conn: &mut Conn, id: UploadId) -> Result<Option<Upload>> {
    fetch_optional!(
        Upload,
        conn,
        "SELECT * FROM media_uploads WHERE id = $1",
        id.0
    )
}

/// Notes that bytes up to `to` are safe; false when somebody else moved it on from `from`.
pub async fn advance_upload(
    tx: &mut Tx,
    id: UploadId,
    from: i64,
    to: i64,
    expires_at: Timestamp,
) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE media_uploads SET received = $3, expires_at = $4 WHERE id = $1 AND received = $2",
        id.0,
        from,
        to,
        Time(expires_at),
    )?;
    Ok(rows == 1)
}

pub async fn delete_upload(tx: &mut Tx, id: UploadId) -> Result<bool> {
    Ok(execute!(tx, "DELETE FROM media_uploads WHERE id = $1", id.0)? == 1)
}

/// Uploads that hold all of their bytes and have not become assets: something came in between.
pub async fn complete_uploads(conn: &mut Conn) -> Result<Vec<Upload>> {
    fetch_all!(
        Upload,
        conn,
        "SELECT * FROM media_uploads WHERE received = size ORDER BY id"
    )
}

pub async fn expired_uploads(conn: &mut Conn, now: Timestamp) -> Result<Vec<Upload>> {
    fetch_all!(
        Upload,
        conn,
        "SELECT * FROM media_uploads WHERE expires_at <= $1 AND received < size ORDER BY id",
        Time(now),
    )
}

/// Newest first; only those older than `before`, where it is given.
pub async fn assets_of(
    conn: &mut Conn,
    user: UserId,
    before: Option<AssetId>,
    limit: i64,
) -> Result<Vec<AssetId>> {
    let rows = fetch_all!(
        (Uuid,),
        conn,
        "SELECT id FROM media_assets WHERE user_id = $1 AND id < $2 ORDER BY id DESC LIMIT $3",
        user.0,
        before.map_or(Uuid::max(), |before| before.0),
        limit
    )?;
    Ok(rows.into_iter().map(|(id,)| AssetId(id)).collect())
}

/// Notes that a person's files are to go; their rows go with the person's.
pub async fn leave_remains(tx: &mut Tx, user: UserId, now: Timestamp) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO media_remains (asset_id, created_at) SELECT id, $2 FROM media_assets WHERE user_id = $1",
        user.0,
        Time(now)
    )?;
    Ok(())
}

pub async fn remains(conn: &mut Conn) -> Result<Vec<AssetId>> {
    let rows = fetch_all!(
        (Uuid,),
        conn,
        "SELECT asset_id FROM media_remains ORDER BY asset_id"
    )?;
    Ok(rows.into_iter().map(|(id,)| AssetId(id)).collect())
}

pub async fn forget_remains(tx: &mut Tx, id: AssetId) -> Result<()> {
    execute!(tx, "DELETE FROM media_remains WHERE asset_id = $1", id.0)?;
    Ok(())
}

/// Bytes that a person's files take up, and those that their open uploads will.
pub async fn bytes_of(conn: &mut Conn, user: UserId) -> Result<i64> {
    // PostgreSQL sums bigints to numeric.
    let (bytes,) = fetch_one!(
        (i64,),
        conn,
        "SELECT CAST( \
             (SELECT coalesce(sum(size + coalesce(rendition_size, 0)), 0) FROM media_assets WHERE user_id = $1) + \
             (SELECT coalesce(sum(size), 0) FROM media_uploads WHERE user_id = $1) AS BIGINT)",
        user.0,
    )?;
    Ok(bytes)
}

pub async fn insert_asset(tx: &mut Tx, asset: &Asset) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO media_assets (id, user_id, name, size, sha256, container, mime, rendition_mime, \
         rendition_size, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        asset.id.0,
        asset.user_id.0,
        &asset.name,
        asset.size,
        &asset.sha256,
        &asset.container,
        &asset.mime,
        asset.rendition_mime.as_deref(),
        asset.rendition_size,
        Time(asset.created_at),
    )?;
    Ok(())
}

pub async fn asset(conn: &mut Conn, id: AssetId) -> Result<Option<Asset>> {
    fetch_optional!(
        Asset,
        conn,
        "SELECT * FROM media_assets WHERE id = $1",
        id.0
    )
}

/// Those of the files that are there, in no order.
pub async fn assets(conn: &mut Conn, ids: &[AssetId]) -> Result<Vec<Asset>> {
    // A list of ids has no form that both engines take.
    let sql = match conn.engine() {
        Engine::Sqlite => {
            "SELECT * FROM media_assets WHERE id IN (SELECT unhex(value, '-') FROM json_each($1))"
        }
        Engine::Postgres => {
            "SELECT * FROM media_assets WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1))"
        }
    };
    fetch_all!(Asset, conn, sql, Json(ids))
}

/// Notes the copy that browsers can play.
pub async fn set_rendition(tx: &mut Tx, id: AssetId, mime: &str, size: i64) -> Result<bool> {
    let rows = execute!(
        tx,
        "UPDATE media_assets SET rendition_mime = $2, rendition_size = $3 WHERE id = $1",
        id.0,
        mime,
        size,
    )?;
    Ok(rows == 1)
}

/// Keeps what was measured, in place of what was measured before.
pub async fn save_analysis(
    tx: &mut Tx,
    id: AssetId,
    report: &Report,
    summary: &Summary,
    measured_at: Timestamp,
) -> Result<()> {
    execute!(
        tx,
        "INSERT INTO media_analyses (asset_id, version, report, summary, measured_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (asset_id) DO UPDATE SET version = excluded.version, report = excluded.report, \
         summary = excluded.summary, measured_at = excluded.measured_at",
        id.0,
        i64::from(report.version),
        Json(report),
        Json(summary),
        Time(measured_at),
    )?;
    Ok(())
}

#[derive(Debug, FromRow)]
pub struct Analysis {
    pub report: Json<Report>,
    pub summary: Json<Summary>,
}

/// What was measured of a file. A report of another version cannot be read and counts as none.
pub async fn analysis(conn: &mut Conn, id: AssetId, version: u32) -> Result<Option<Analysis>> {
    fetch_optional!(
        Analysis,
        conn,
        "SELECT report, summary FROM media_analyses WHERE asset_id = $1 AND version = $2",
        id.0,
        i64::from(version),
    )
}

#[derive(Debug, FromRow)]
pub struct AssetSummary {
    #[sqlx(try_from = "Uuid")]
    pub asset_id: AssetId,
    pub summary: Json<Summary>,
}

/// The little that lists need, without reading the reports.
pub async fn summaries(conn: &mut Conn, ids: &[AssetId]) -> Result<Vec<AssetSummary>> {
    // A list of ids has no form that both engines take.
    let sql = match conn.engine() {
        Engine::Sqlite => {
            "SELECT asset_id, summary FROM media_analyses \
             WHERE asset_id IN (SELECT unhex(value, '-') FROM json_each($1))"
        }
        Engine::Postgres => {
            "SELECT asset_id, summary FROM media_analyses \
             WHERE asset_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1))"
        }
    };
    fetch_all!(AssetSummary, conn, sql, Json(ids))
}
