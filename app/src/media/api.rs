//! Server functions over the studio's media service.

use contract::{
    AssetId,
    media::{AnalysisView, AssetView},
};
use leptos::prelude::*;

use crate::api::Failure;

/// One file, and how far measuring it has come.
#[server(prefix = "/api/fn", endpoint = "asset", client = crate::api::Guarded)]
pub async fn asset(id: AssetId) -> Result<AssetView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.media.asset(&actor, id).await?)
}

/// The card for a mix, and the reference that it is held against.
#[server(prefix = "/api/fn", endpoint = "analysis", client = crate::api::Guarded)]
pub async fn analysis(mix: AssetId, reference: Option<AssetId>) -> Result<AnalysisView, Failure> {
    let (studio, actor) = crate::api::caller()?;
    Ok(studio.media.analysis(&actor, mix, reference).await?)
}
