//! The services over a temporary folder, with the sounds that the tests bring.

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use adapters::disk::Disk;
use bytes::Bytes;
use contract::{
    AssetId, JobId, SessionId, Timestamp, UploadId, UserId, accounts::Role, media::AssetView,
};
use futures::{StreamExt, TryStreamExt, stream};
use store::{Store, accounts::UserRow, jobs as rows, new_id};
use studio::{
    Actor, Clock, Time,
    jobs::{Claimed, Jobs},
    live::Hub,
    media::{Limits, MEASURE, Media, MediaError},
};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

use crate::trouble::{Trouble, Troubled};

#[derive(Clone)]
pub(crate) struct Dial(pub(crate) Arc<AtomicI64>);

impl Time for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

/// The services without a server: the test is the worker.
pub(crate) struct Room {
    pub(crate) folder: TempDir,
    store: Store,
    pub(crate) dial: Dial,
    pub(crate) hub: Hub,
    pub(crate) jobs: Jobs,
    pub(crate) media: Media,
    pub(crate) trouble: Trouble,
    pub(crate) mara: Actor,
    pub(crate) noor: Actor,
}

impl Room {
    pub(crate) async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("soundstage.db"))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let dial = Dial(Arc::new(AtomicI64::new(1_800_000_000)));
        let (mara, noor) = (person(&store, "mara").await, person(&store, "noor").await);
        let trouble = Trouble::default();
        let (hub, jobs, media) = services(&folder, &store, &dial, &trouble);
        Self {
            folder,
            store,
            dial,
            hub,
            jobs,
            media,
            trouble,
            mara,
            noor,
        }
    }

    /// The process is gone; another one starts over the same data.
    pub(crate) fn restart(&mut self) {
        self.trouble = Trouble::default();
        (self.hub, self.jobs, self.media) =
            services(&self.folder, &self.store, &self.dial, &self.trouble);
    }

    pub(crate) async fn bring(&self, name: &str, bytes: &[u8]) -> AssetId {
        let id = self.begin(name, bytes).await;
        let appended = self.append(id, 0, bytes).await.unwrap();
        appended.asset.unwrap()
    }

    pub(crate) async fn begin(&self, name: &str, bytes: &[u8]) -> UploadId {
        let size = bytes.len() as u64;
        let begun = self.media.begin_upload(&self.mara, name, size).await;
        begun.unwrap().id
    }

    pub(crate) async fn append(
        &self,
        id: UploadId,
        offset: u64,
        bytes: &[u8],
    ) -> Result<studio::media::Appended, MediaError> {
        let pieces: Vec<_> = bytes
            .chunks(64 << 10)
            .map(|piece| Ok(Bytes::copy_from_slice(piece)))
            .collect();
        self.media
            .append(&self.mara, id, offset, None, stream::iter(pieces).boxed())
            .await
    }

    pub(crate) async fn claim(&self, worker: &str, kind: &str) -> Claimed {
        let claimed = self.jobs.claim(&Actor::System, worker, &[kind], 1).await;
        claimed.unwrap().pop().unwrap()
    }

    /// Does one job of the kind, as a worker would.
    pub(crate) async fn work(&self, kind: &str) -> JobId {
        let claimed = self.claim("test/1/0", kind).await;
        let id = claimed.job.id;
        let lease = self.jobs.hold(claimed, &CancellationToken::new());
        match kind {
            MEASURE => self.media.measure(&lease).await.unwrap(),
            _ => self.media.make_playable(&lease).await.unwrap(),
        }
        id
    }

    pub(crate) async fn job(&self, id: JobId) -> rows::Job {
        rows::find(&mut self.store.read(&Actor::System).await.unwrap(), id)
            .await
            .unwrap()
            .unwrap()
    }

    pub(crate) async fn asset(&self, id: AssetId) -> AssetView {
        self.media.asset(&self.mara, id).await.unwrap()
    }

    pub(crate) async fn read(&self, id: AssetId) -> Vec<u8> {
        let content = self.media.original(&self.mara, id).await.unwrap();
        let stream = self.media.read(&content, 0..content.size).await.unwrap();
        stream.try_collect::<Vec<_>>().await.unwrap().concat()
    }
}

fn services(folder: &TempDir, store: &Store, dial: &Dial, trouble: &Trouble) -> (Hub, Jobs, Media) {
    let clock = Clock::new(dial.clone());
    let hub = Hub::new(clock.clone());
    let jobs = Jobs::new(store.clone(), clock.clone());
    let disk = Disk::open(folder.path()).unwrap();
    let objects = Arc::new(Troubled {
        disk,
        trouble: trouble.clone(),
    });
    let media = Media::new(
        store.clone(),
        clock,
        hub.clone(),
        jobs.clone(),
        objects,
        Limits::default(),
    );
    (hub, jobs, media)
}

async fn person(store: &Store, name: &str) -> Actor {
    let now = Timestamp::from_seconds(1_800_000_000);
    let id = new_id(now);
    let user = UserRow {
        id,
        name: name.into(),
        email: format!("{name}@example.org"),
        role: "member".into(),
        password_hash: String::new(),
        standing: "active".into(),
        created_at: now,
    };
    let mut tx = store.begin(&Actor::System).await.unwrap();
    store::accounts::add_user(&mut tx, &user, &user.email)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Actor::User {
        id: UserId(id),
        role: Role::Member,
        session: SessionId(id),
    }
}

/// Big-endian, as browsers cannot play it.
pub(crate) fn an_aiff(frames: u32) -> Vec<u8> {
    let data: Vec<u8> = (0..frames)
        .flat_map(|frame| {
            let sample = ((f64::from(frame) * 0.06).sin() * 12_000.0) as i16;
            [sample.to_be_bytes(), sample.to_be_bytes()].concat()
        })
        .collect();
    let mut comm = Vec::new();
    comm.extend(2_u16.to_be_bytes());
    comm.extend(frames.to_be_bytes());
    comm.extend(16_u16.to_be_bytes());
    // 44,100 as an 80-bit float.
    comm.extend([0x40, 0x0e, 0xac, 0x44, 0, 0, 0, 0, 0, 0]);
    let mut aiff = b"FORM".to_vec();
    aiff.extend((4 + 8 + comm.len() as u32 + 8 + 8 + data.len() as u32).to_be_bytes());
    aiff.extend(b"AIFFCOMM");
    aiff.extend((comm.len() as u32).to_be_bytes());
    aiff.extend(comm);
    aiff.extend(b"SSND");
    aiff.extend((8 + data.len() as u32).to_be_bytes());
    aiff.extend([0; 8]);
    aiff.extend(data);
    aiff
}
