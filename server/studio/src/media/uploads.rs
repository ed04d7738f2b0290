//! Beginning, watching and ending uploads. Taking bytes in is `append`, becoming an asset is `finish`.

use contract::{AssetId, Timestamp, UploadId, UserId, accounts::Scope};
use store::{media as rows, media::Upload, new_id};

use super::{Media, MediaError, names};
use crate::Actor;

/// Of the disk, for the database and for whatever else lives there.
const KEPT_FREE: u64 = 64 << 20;

/// Where an upload stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadState {
    pub id: UploadId,
    pub size: u64,
    /// Bytes that are safe.
    pub offset: u64,
    /// None once it is whole.
    pub expires_at: Option<Timestamp>,
    /// What it has become.
    pub asset: Option<AssetId>,
}

impl Media {
    /// Announces a file. Its name is cleaned; what it is will be seen from its bytes.
    pub async fn begin_upload(
        &self,
        actor: &Actor,
        name: &str,
        size: u64,
    ) -> Result<UploadState, MediaError> {
        let user = actor.may(Scope::MediaWrite)?;
        let limits = self.0.limits;
        if size == 0 {
            return Err(MediaError::Empty);
        }
        if size > limits.upload_bytes {
            return Err(MediaError::TooLarge {
                limit: limits.upload_bytes,
            });
        }
        // Said before the first byte and not an hour later. (Others may still fill it meanwhile.)
        let free = self.0.objects.free().await?;
        if free.is_some_and(|free| size > free.saturating_sub(KEPT_FREE)) {
            return Err(MediaError::NoRoom);
        }
        let now = self.0.clock.now();
        let expires_at = now.plus_seconds(limits.upload_seconds);
        let upload = Upload {
            id: UploadId(new_id(now)),
            user_id: user,
            name: names::clean(name),
            size: signed(size),
            received: 0,
            created_at: now,
            expires_at,
        };
        let mut tx = self.0.store.begin(actor).await?;
        let taken = unsigned(rows::bytes_of(&mut tx, user).await?);
        if taken.saturating_add(size) > limits.quota_bytes {
            return Err(MediaError::Quota {
                limit: limits.quota_bytes,
            });
        }
        rows::insert_upload(&mut tx, &upload).await?;
        tx.commit().await?;
        Ok(UploadState {
            id: upload.id,
            size,
            offset: 0,
            expires_at: Some(expires_at),
            asset: None,
        })
    }

    /// Where to go on. A request that still writes to the upload is asked to put down what it has, so
    /// that the answer holds.
    pub async fn upload_state(
        &self,
        actor: &Actor,
        id: UploadId,
    ) -> Result<UploadState, MediaError> {
        match self.own_upload(actor, id).await {
            Ok(_) => {}
            Err(MediaError::UploadNotFound) => return self.finished_upload(actor, id).await,
            Err(error) => return Err(error),
        }
        let turn = self.0.lanes.enter(id).await;
        let upload = match self.own_upload(actor, id).await {
            Ok(upload) => upload,
            Err(MediaError::UploadNotFound) => return self.finished_upload(actor, id).await,
            Err(error) => return Err(error),
        };
        let size = unsigned(upload.size);
        if upload.received == upload.size {
            let asset = self.finish(&upload, Some(turn.hash.clone())).await?;
            return Ok(UploadState {
                id,
                size,
                offset: size,
                expires_at: None,
                asset: Some(asset),
            });
        }
        Ok(UploadState {
            id,
            size,
            offset: unsigned(upload.received),
            expires_at: Some(upload.expires_at),
            asset: None,
        })
    }

    /// The person does not want it any more.
    pub async fn terminate(&self, actor: &Actor, id: UploadId) -> Result<(), MediaError> {
        self.own_upload(actor, id).await?;
        let _turn = self.0.lanes.enter(id).await;
        self.own_upload(actor, id).await?;
        self.drop_upload(id).await
    }

    /// Drops uploads that were left alone, and bytes that belong to none. For the sweeper.
    pub async fn sweep_uploads(&self, actor: &Actor) -> Result<usize, MediaError> {
        only_system(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let expired = rows::expired_uploads(&mut read, self.0.clock.now()).await?;
        drop(read);
        let mut dropped = 0;
        for upload in expired {
            let _turn = self.0.lanes.enter(upload.id).await;
            // It may have gone on, or ended, meanwhile.
            let mut read = self.0.store.read(actor).await?;
            let row = rows::upload(&mut read, upload.id).await?;
            drop(read);
            if row.is_some_and(|row| self.is_expired(&row)) {
                self.drop_upload(upload.id).await?;
                dropped += 1;
            }
        }
        for id in self.0.objects.parts().await? {
            let mut read = self.0.store.read(actor).await?;
            let row = rows::upload(&mut read, id).await?;
            drop(read);
            // The row comes before the bytes, so bytes without a row are left over.
            if row.is_none() {
                self.0.objects.discard(id).await?;
                self.0.lanes.forget(id);
            }
        }
        Ok(dropped)
    }

    /// At start: makes assets of uploads whose last byte was safe when the server went away.
    pub async fn reconcile(&self, actor: &Actor) -> Result<usize, MediaError> {
        only_system(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let complete = rows::complete_uploads(&mut read).await?;
        drop(read);
        let count = complete.len();
        for upload in complete {
            let turn = self.0.lanes.enter(upload.id).await;
            let mut read = self.0.store.read(actor).await?;
            let row = rows::upload(&mut read, upload.id).await?;
            drop(read);
            if let Some(upload) = row
                && let Err(error) = self.finish(&upload, Some(turn.hash.clone())).await
            {
                // What is no sound is gone now; whatever else failed is tried again at the next start,
                // or when its client asks.
                tracing::warn!(upload = %upload.id, %error, "an upload could not be finished");
            }
        }
        Ok(count)
    }

    /// The upload, if it is the actor's and may go on.
    pub(super) async fn own_upload(
        &self,
        actor: &Actor,
        id: UploadId,
    ) -> Result<Upload, MediaError> {
        let user = actor.may(Scope::MediaWrite)?;
        let mut read = self.0.store.read(actor).await?;
        let upload = rows::upload(&mut read, id)
            .await?
            .filter(|upload| upload.user_id == user);
        drop(read);
        match upload {
            None => Err(MediaError::UploadNotFound),
            Some(upload) if self.is_expired(&upload) => Err(MediaError::UploadExpired),
            Some(upload) => Ok(upload),
        }
    }

    /// Row first: bytes without a row are swept, a row without bytes would be a promise.
    pub(super) async fn drop_upload(&self, id: UploadId) -> Result<(), MediaError> {
        let mut tx = self.0.store.begin(&Actor::System).await?;
        rows::delete_upload(&mut tx, id).await?;
        tx.commit().await?;
        self.0.objects.discard(id).await?;
        self.0.lanes.forget(id);
        Ok(())
    }

    /// An upload that is an asset by now: its client may not have heard the end.
    async fn finished_upload(
        &self,
        actor: &Actor,
        id: UploadId,
    ) -> Result<UploadState, MediaError> {
        let asset = match self.own_asset(actor, AssetId(id.0)).await {
            Ok(asset) => asset,
            Err(MediaError::NotFound) => return Err(MediaError::UploadNotFound),
            Err(error) => return Err(error),
        };
        let size = unsigned(asset.size);
        Ok(UploadState {
            id,
            size,
            offset: size,
            expires_at: None,
            asset: Some(asset.id),
        })
    }

    fn is_expired(&self, upload: &Upload) -> bool {
        upload.received < upload.size && upload.expires_at <= self.0.clock.now()
    }
}

pub(super) fn only_system(actor: &Actor) -> Result<(), MediaError> {
    if *actor == Actor::System {
        Ok(())
    } else {
        Err(MediaError::NotFound)
    }
}

pub(super) fn permits(actor: &Actor, user: UserId) -> bool {
    *actor == Actor::System || actor.user() == Some(user)
}

/// Sizes are counted unsigned and kept signed, as databases do.
pub(super) fn unsigned(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

pub(super) fn signed(size: u64) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
