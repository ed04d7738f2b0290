//! An upload becomes an asset.
//!
//! The order makes every crash recoverable: the bytes are safe and complete in the row; the file is
//! recognised; it is renamed to its place among the objects; one unit of work writes the asset, queues
//! its jobs and drops the upload. Killed in between, [`Media::reconcile`] or the client's next question
//! goes through the same steps again, wherever they stopped.

use std::io::Read;

use contract::{AssetId, UploadId, report::FileInfo};
use serde_json::Value;
use sha2::{Digest, Sha256};
use store::{
    media as rows,
    media::{Asset, Upload},
};

use super::{
    LocalFile, MEASURE, Media, MediaError, ObjectKey, RENDER, lanes::Hash, playable,
    uploads::unsigned,
};
use crate::{Actor, jobs::NewJob};

/// What is waited for goes before what is nice to have.
const MEASURE_PRIORITY: i64 = 0;
const RENDER_PRIORITY: i64 = 10;
/// A killed server costs an attempt, so there are more than a stubborn disk would need.
const ATTEMPTS: i64 = 12;

impl Media {
    /// Whoever calls has the upload's turn.
    pub(super) async fn finish(
        &self,
        upload: &Upload,
        hash: Option<Hash>,
    ) -> Result<AssetId, MediaError> {
        let id = AssetId(upload.id.0);
        let key = ObjectKey::Original(id);
        let promoted = match self.0.objects.local_part(upload.id).await? {
            Some(part) => !is_whole(&part, upload),
            None => true,
        };
        if promoted && self.0.objects.size(key).await? != Some(unsigned(upload.size)) {
            tracing::error!(upload = %upload.id, "the bytes of a complete upload are gone");
            self.drop_upload(upload.id).await?;
            return Err(MediaError::UploadNotFound);
        }
        let info = match self.recognise(upload, promoted).await {
            Err(MediaError::Refused(error)) => {
                self.drop_upload(upload.id).await?;
                if promoted {
                    self.0.objects.delete(key).await?;
                }
                return Err(MediaError::Refused(error));
            }
            other => other?,
        };
        let digest = match hash.filter(|hash| hash.bytes == unsigned(upload.size)) {
            Some(hash) => hash.digest,
            None => read_digest(self.bytes_of(upload.id, promoted).await?).await?,
        };
        if !promoted {
            self.0.objects.promote(upload.id, key).await?;
        }
        let asset = Asset {
            id,
            user_id: upload.user_id,
            name: upload.name.clone(),
            size: upload.size,
            sha256: digest.finalize().to_vec(),
            mime: playable::mime(&info).to_owned(),
            container: info.container,
            rendition_mime: None,
            rendition_size: None,
            created_at: self.0.clock.now(),
        };
        self.keep(upload.id, &asset).await?;
        Ok(id)
    }

    async fn keep(&self, upload: UploadId, asset: &Asset) -> Result<(), MediaError> {
        let mut tx = self.0.store.begin(&Actor::System).await?;
        rows::insert_asset(&mut tx, asset).await?;
        self.0
            .jobs
            .enqueue(&mut tx, job(MEASURE, asset, ""))
            .await?;
        if !playable::by_browsers(&asset.mime) {
            self.0.jobs.enqueue(&mut tx, job(RENDER, asset, "")).await?;
        }
        rows::delete_upload(&mut tx, upload).await?;
        tx.commit().await?;
        self.0.lanes.forget(upload);
        self.0.jobs.wake();
        self.announce(asset.id).await
    }

    /// Opens the file as sound, which refuses what is none.
    async fn recognise(&self, upload: &Upload, promoted: bool) -> Result<FileInfo, MediaError> {
        let file = self.bytes_of(upload.id, promoted).await?;
        let source = audio::Source::new(upload.name.clone(), file, unsigned(upload.size));
        Ok(tokio::task::spawn_blocking(move || audio::probe(source)).await??)
    }

    async fn bytes_of(&self, id: UploadId, promoted: bool) -> Result<LocalFile, MediaError> {
        if promoted {
            return Ok(self
                .0
                .objects
                .local(ObjectKey::Original(AssetId(id.0)))
                .await?);
        }
        self.0
            .objects
            .local_part(id)
            .await?
            .ok_or(MediaError::UploadNotFound)
    }
}

/// A leftover of a part beside its object is no part: promoting it again must not lose the object.
fn is_whole(part: &LocalFile, upload: &Upload) -> bool {
    part.size >= unsigned(upload.size)
}

/// The hash is kept in memory while the upload goes on; after a restart the file is read once more.
async fn read_digest(mut file: LocalFile) -> Result<Sha256, MediaError> {
    let read = tokio::task::spawn_blocking(move || {
        let mut digest = Sha256::new();
        let mut buffer = vec![0; 256 << 10];
        loop {
            match file.read(&mut buffer)? {
                0 => return Ok(digest),
                count => digest.update(&buffer[..count]),
            }
        }
    });
    let digest: std::io::Result<Sha256> = read.await?;
    digest.map_err(|error| MediaError::Objects(error.into()))
}

/// `after` tells another try from the first.
pub(super) fn job(kind: &'static str, asset: &Asset, after: &str) -> NewJob {
    NewJob {
        kind,
        user: asset.user_id,
        subject: asset.id.0,
        payload: Value::Object(serde_json::Map::new()),
        priority: if kind == MEASURE {
            MEASURE_PRIORITY
        } else {
            RENDER_PRIORITY
        },
        max_attempts: ATTEMPTS,
        key: format!("{kind}:{}{after}", asset.id),
    }
}
