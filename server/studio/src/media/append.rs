//! Taking bytes in: streamed to disk in bounded memory, made safe before they are acknowledged.

use std::time::Duration;

use contract::{AssetId, Timestamp, UploadId};
use futures::StreamExt;
use sha1::Sha1;
use sha2::{Digest, Sha256};
use store::{media as rows, media::Upload};
use tracing::Instrument;

use super::{
    ByteStream, Media, MediaError, ObjectError,
    lanes::{Hash, Turn},
    uploads::{signed, unsigned},
};
use crate::Actor;

/// What a broken connection or a killed server costs at most.
const CHECKPOINT_BYTES: u64 = 32 << 20;
/// A client that says nothing for so long is taken to be gone.
const PATIENCE: Duration = Duration::from_secs(60);

/// Where an upload stands after more of it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Appended {
    pub offset: u64,
    /// None once it is whole.
    pub expires_at: Option<Timestamp>,
    /// What it has become, with its last byte.
    pub asset: Option<AssetId>,
}

/// What a piece must add up to.
#[derive(Clone, Debug)]
pub struct Checksum {
    pub algorithm: ChecksumAlgorithm,
    pub value: Vec<u8>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChecksumAlgorithm {
    Sha1,
    Sha256,
}

impl ChecksumAlgorithm {
    /// As the tus protocol spells them.
    pub const NAMES: &'static str = "sha1,sha256";

    pub fn parse(name: &str) -> Option<Self> {
        match name {
            "sha1" => Some(Self::Sha1),
            "sha256" => Some(Self::Sha256),
            _ => None,
        }
    }
}

impl Media {
    /// Adds a piece at `offset`. A piece with a checksum is kept whole or not at all; of one without,
    /// whatever arrived is kept. With the last byte the upload becomes an asset.
    pub async fn append(
        &self,
        actor: &Actor,
        id: UploadId,
        offset: u64,
        checksum: Option<Checksum>,
        content: ByteStream,
    ) -> Result<Appended, MediaError> {
        self.own_upload(actor, id).await?;
        // A task of its own: when the client goes away its request is dropped, but what it sent is not.
        let (media, actor) = (self.clone(), actor.clone());
        let task = async move {
            media
                .append_now(&actor, id, offset, checksum, content)
                .await
        };
        tokio::spawn(task.in_current_span()).await?
    }

    async fn append_now(
        &self,
        actor: &Actor,
        id: UploadId,
        offset: u64,
        checksum: Option<Checksum>,
        content: ByteStream,
    ) -> Result<Appended, MediaError> {
        let mut turn = self.0.lanes.enter(id).await;
        let upload = self.own_upload(actor, id).await?;
        let size = unsigned(upload.size);
        if offset != unsigned(upload.received) {
            return Err(MediaError::Offset {
                expected: unsigned(upload.received),
                given: offset,
            });
        }
        let mut intake = Intake::new(self, &upload, checksum, &turn);
        let end = if offset < size {
            intake.take(&mut turn, content).await?
        } else {
            End::Whole
        };
        let kept = intake.keep(&end).await?;
        let hash = intake.hash();
        match &hash {
            Some(hash) => *turn.hash = hash.clone(),
            None => *turn.hash = Hash::default(),
        }
        if kept == size && !matches!(end, End::TooMuch | End::Damaged) {
            let asset = self.finish(&upload, hash).await?;
            return Ok(Appended {
                offset: size,
                expires_at: None,
                asset: Some(asset),
            });
        }
        match end {
            End::Whole => {
                let expires_at = Some(
                    self.0
                        .clock
                        .now()
                        .plus_seconds(self.0.limits.upload_seconds),
                );
                Ok(Appended {
                    offset: kept,
                    expires_at,
                    asset: None,
                })
            }
            End::Overtaken => Err(MediaError::Overtaken),
            End::BrokenOff => Err(MediaError::BrokenOff { kept }),
            End::TooMuch => Err(MediaError::TooMuch { size }),
            End::Damaged => Err(MediaError::Checksum { kept }),
            End::Failed(ObjectError::Full) => Err(MediaError::DiskFull { kept }),
            End::Failed(error) => Err(error.into()),
        }
    }
}

/// Why no more is taken.
enum End {
    /// The client said all that it wanted to say in this request.
    Whole,
    BrokenOff,
    Overtaken,
    /// More than was announced.
    TooMuch,
    /// It does not add up to the checksum.
    Damaged,
    Failed(ObjectError),
}

/// One request's share of an upload.
struct Intake<'a> {
    media: &'a Media,
    upload: &'a Upload,
    check: Option<Check>,
    /// Of everything up to `at`, where the beginning is known.
    hash: Option<Hash>,
    /// The same as it was before this request.
    hash_before: Option<Hash>,
    part: Option<Box<dyn super::Part>>,
    /// Taken up to here.
    at: u64,
    /// Safe, and noted in the database, up to here.
    safe: u64,
}

impl<'a> Intake<'a> {
    fn new(media: &'a Media, upload: &'a Upload, checksum: Option<Checksum>, turn: &Turn) -> Self {
        let at = unsigned(upload.received);
        let hash = (turn.hash.bytes == at).then(|| turn.hash.clone());
        let check = checksum.map(Check::new);
        Self {
            media,
            upload,
            check,
            hash_before: hash.clone(),
            hash,
            part: None,
            at,
            safe: at,
        }
    }

    async fn take(&mut self, turn: &mut Turn, mut content: ByteStream) -> Result<End, MediaError> {
        let size = unsigned(self.upload.size);
        let mut part = match self
            .media
            .0
            .objects
            .open_part(self.upload.id, self.at)
            .await
        {
            Ok(part) => part,
            Err(error) => return Ok(End::Failed(error)),
        };
        let end = loop {
            let chunk = tokio::select! {
                biased;
                () = turn.asked_to_leave() => break End::Overtaken,
                chunk = tokio::time::timeout(PATIENCE, content.next()) => chunk,
            };
            let bytes = match chunk {
                Ok(Some(Ok(bytes))) => bytes,
                Ok(None) => break End::Whole,
                Ok(Some(Err(_))) | Err(_) => break End::BrokenOff,
            };
            let after = self.at + bytes.len() as u64;
            if after > size {
                break End::TooMuch;
            }
            if let Some(check) = &mut self.check {
                check.update(&bytes);
            }
            if let Some(hash) = &mut self.hash {
                hash.digest.update(&bytes);
                hash.bytes = after;
            }
            if let Err(error) = part.write(bytes).await {
                break End::Failed(error);
            }
            self.at = after;
            if self.check.is_none() && self.at < size && self.at - self.safe >= CHECKPOINT_BYTES {
                let to = match part.sync().await {
                    Ok(to) => to,
                    Err(error) => break End::Failed(error),
                };
                self.note(to).await?;
            }
        };
        self.part = Some(part);
        let damaged =
            matches!(end, End::Whole) && self.check.as_ref().is_some_and(|check| !check.holds());
        Ok(if damaged { End::Damaged } else { end })
    }

    /// Makes safe what may be kept, and says up to where that is.
    async fn keep(&mut self, end: &End) -> Result<u64, MediaError> {
        let all_or_nothing = self.check.is_some() && !matches!(end, End::Whole);
        let Some(mut part) = self.part.take() else {
            return Ok(self.safe);
        };
        if all_or_nothing {
            self.at = self.safe;
            self.hash = self.hash_before.take();
            return Ok(self.safe);
        }
        let first = part.sync().await;
        let synced = match &first {
            // The last bytes did not fit, but those before them did.
            Err(ObjectError::Full) => part.sync().await.ok(),
            first => first.as_ref().ok().copied(),
        };
        if let Some(to) = synced {
            self.note(to.min(self.at)).await?;
        }
        if let (Err(error), End::Whole) = (first, end) {
            return Err(self.not_kept(error));
        }
        if self.safe != self.at {
            self.at = self.safe;
            self.hash = None;
        }
        Ok(self.safe)
    }

    fn hash(&mut self) -> Option<Hash> {
        self.hash.take().filter(|hash| hash.bytes == self.safe)
    }

    async fn note(&mut self, to: u64) -> Result<(), MediaError> {
        if to <= self.safe {
            return Ok(());
        }
        let expires_at = self
            .media
            .0
            .clock
            .now()
            .plus_seconds(self.media.0.limits.upload_seconds);
        let mut tx = self.media.0.store.begin(&Actor::System).await?;
        let moved = rows::advance_upload(
            &mut tx,
            self.upload.id,
            signed(self.safe),
            signed(to),
            expires_at,
        )
        .await?;
        tx.commit().await?;
        // Another process had it, or it was terminated.
        if !moved {
            return Err(MediaError::Overtaken);
        }
        self.safe = to;
        Ok(())
    }

    fn not_kept(&self, error: ObjectError) -> MediaError {
        match error {
            ObjectError::Full => MediaError::DiskFull { kept: self.safe },
            error => error.into(),
        }
    }
}

/// A checksum on its way.
struct Check {
    digest: Running,
    expected: Vec<u8>,
}

#[derive(Clone)]
enum Running {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl Check {
    fn new(checksum: Checksum) -> Self {
        let digest = match checksum.algorithm {
            ChecksumAlgorithm::Sha1 => Running::Sha1(Sha1::new()),
            ChecksumAlgorithm::Sha256 => Running::Sha256(Sha256::new()),
        };
        Self {
            digest,
            expected: checksum.value,
        }
    }

    fn update(&mut self, bytes: &[u8]) {
        match &mut self.digest {
            Running::Sha1(digest) => digest.update(bytes),
            Running::Sha256(digest) => digest.update(bytes),
        }
    }

    fn holds(&self) -> bool {
        match self.digest.clone() {
            Running::Sha1(digest) => digest.finalize().as_slice() == self.expected,
            Running::Sha256(digest) => digest.finalize().as_slice() == self.expected,
        }
    }
}
