//! Looking at files: what they are, how far measuring is, their bytes.

use std::{collections::HashMap, ops::Range};

use contract::{
    AssetId,
    accounts::Scope,
    jobs::JobState,
    live::{Event, Topic},
    media::{AssetView, Measuring, Summary},
};
use store::{
    jobs::{self, Job},
    media as rows,
    media::Asset,
};
use tokio::sync::watch;

use super::{
    ByteStream, MEASURE, Media, MediaError, ObjectKey, playable,
    uploads::{permits, unsigned},
};
use crate::{Actor, jobs::error_of};

/// Files that are listed at once.
const PAGE: i64 = 100;

/// A file's bytes, and how to present them.
#[derive(Clone, Debug)]
pub struct Content {
    pub name: String,
    pub mime: String,
    pub size: u64,
    /// Changes whenever the bytes do.
    pub tag: String,
    key: ObjectKey,
}

impl Media {
    pub async fn asset(&self, actor: &Actor, id: AssetId) -> Result<AssetView, MediaError> {
        if *actor != Actor::System {
            actor.may(Scope::MediaRead)?;
        }
        self.assets(actor, &[id])
            .await?
            .pop()
            .ok_or(MediaError::NotFound)
    }

    /// The person's files, newest first; only those older than `before`, where it is given.
    pub async fn list(
        &self,
        actor: &Actor,
        before: Option<AssetId>,
    ) -> Result<Vec<AssetView>, MediaError> {
        let user = actor.may(Scope::MediaRead)?;
        let mut read = self.0.store.read(actor).await?;
        let ids = rows::assets_of(&mut read, user, before, PAGE).await?;
        drop(read);
        self.assets(actor, &ids).await
    }

    /// Those of the files that are there and the actor's, in the order asked for.
    pub async fn assets(
        &self,
        actor: &Actor,
        ids: &[AssetId],
    ) -> Result<Vec<AssetView>, MediaError> {
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let mut read = self.0.store.read(actor).await?;
        let assets = rows::assets(&mut read, ids).await?;
        let summaries = rows::summaries(&mut read, ids).await?;
        let subjects: Vec<_> = ids.iter().map(|id| id.0).collect();
        let jobs = jobs::by_subjects(&mut read, MEASURE, &subjects).await?;
        drop(read);
        let assets: HashMap<_, _> = assets
            .into_iter()
            .filter(|asset| permits(actor, asset.user_id))
            .map(|asset| (asset.id, asset))
            .collect();
        let mut summaries: HashMap<_, _> = summaries
            .into_iter()
            .map(|row| (row.asset_id, row.summary.0))
            .collect();
        // Oldest first, so the newest of each remains.
        let jobs: HashMap<_, _> = jobs.iter().map(|job| (job.subject, job)).collect();
        let view_of = |id: &AssetId| {
            let asset = assets.get(id)?;
            Some(view(
                asset,
                measuring(jobs.get(&id.0).copied(), summaries.remove(id)),
            ))
        };
        Ok(ids.iter().filter_map(view_of).collect())
    }

    /// Follows how far measuring is. The state at the time of asking is there at once; the last one is
    /// final.
    pub async fn watch(
        &self,
        actor: &Actor,
        id: AssetId,
    ) -> Result<watch::Receiver<Measuring>, MediaError> {
        self.own_asset(actor, id).await?;
        let receiver = self.0.watchers.follow(id);
        let now = self.asset(actor, id).await?.measuring;
        self.0.watchers.tell(id, &now);
        Ok(receiver)
    }

    /// The file as it was uploaded.
    pub async fn original(&self, actor: &Actor, id: AssetId) -> Result<Content, MediaError> {
        let asset = self.own_asset(actor, id).await?;
        let (tag, size) = (hex(&asset.sha256), unsigned(asset.size));
        Ok(Content {
            name: asset.name,
            mime: asset.mime,
            size,
            tag,
            key: ObjectKey::Original(id),
        })
    }

    /// The file as browsers can play it.
    pub async fn playable(&self, actor: &Actor, id: AssetId) -> Result<Content, MediaError> {
        let asset = self.own_asset(actor, id).await?;
        if playable::by_browsers(&asset.mime) {
            return self.original(actor, id).await;
        }
        let (Some(mime), Some(size)) = (asset.rendition_mime, asset.rendition_size) else {
            return Err(MediaError::NotPlayable);
        };
        let name = asset
            .name
            .rsplit_once('.')
            .map_or(asset.name.as_str(), |(stem, _)| stem);
        Ok(Content {
            name: format!("{name}.wav"),
            mime,
            size: unsigned(size),
            tag: format!("{}-play", hex(&asset.sha256)),
            key: ObjectKey::Playable(id),
        })
    }

    /// The bytes of something that was looked up for an actor.
    pub async fn read(
        &self,
        content: &Content,
        range: Range<u64>,
    ) -> Result<ByteStream, MediaError> {
        Ok(self.0.objects.get(content.key, range).await?)
    }

    pub(super) async fn own_asset(&self, actor: &Actor, id: AssetId) -> Result<Asset, MediaError> {
        if *actor != Actor::System {
            actor.may(Scope::MediaRead)?;
        }
        let mut read = self.0.store.read(actor).await?;
        let asset = rows::asset(&mut read, id).await?;
        asset
            .filter(|asset| permits(actor, asset.user_id))
            .ok_or(MediaError::NotFound)
    }

    /// Tells everybody who follows how things stand with a file.
    pub(super) async fn announce(&self, id: AssetId) -> Result<(), MediaError> {
        let asset = self.own_asset(&Actor::System, id).await?;
        let view = self.asset(&Actor::System, id).await?;
        self.publish(&asset, view);
        Ok(())
    }

    pub(super) fn publish(&self, asset: &Asset, view: AssetView) {
        self.0.watchers.tell(asset.id, &view.measuring);
        let state = view.measuring.state;
        self.0.hub.publish(
            Topic::User(asset.user_id),
            Event::Asset {
                asset: Box::new(view),
                state,
            },
        );
    }
}

pub(super) fn view(asset: &Asset, measuring: Measuring) -> AssetView {
    let playable = playable::by_browsers(&asset.mime) || asset.rendition_mime.is_some();
    AssetView {
        id: asset.id,
        name: asset.name.clone(),
        size_bytes: unsigned(asset.size),
        created_at: asset.created_at,
        play_url: playable.then(|| format!("/api/assets/{}/play", asset.id)),
        measuring,
    }
}

fn measuring(job: Option<&Job>, summary: Option<Summary>) -> Measuring {
    match job {
        Some(job) => Measuring {
            state: job.state.0,
            progress: job.progress as f32,
            stage: job.stage.clone(),
            error: error_of(job),
            summary,
        },
        // The job's row may have been cleared away long after.
        None => {
            let state = if summary.is_some() {
                JobState::Done
            } else {
                JobState::Queued
            };
            Measuring {
                state,
                progress: 0.0,
                stage: None,
                error: None,
                summary,
            }
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
