//! Files from their last byte to their card: measuring, crashes in between, bytes for players.
#![allow(clippy::unwrap_used)]

mod support;

use std::{
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering},
    },
};

use adapters::disk::Disk;
use audio::{
    Format,
    synth::{self, Fault},
};
use axum::http::StatusCode;
use bytes::Bytes;
use contract::{
    AssetId, ErrorCode, JobId, SessionId, Timestamp, UploadId, UserId,
    accounts::Role,
    jobs::JobState,
    live::{Frame, Topic},
};
use futures::{FutureExt, StreamExt, TryStreamExt, future::BoxFuture, stream};
use sha2::{Digest, Sha256};
use store::{Store, accounts::UserRow, jobs as rows, new_id};
use studio::{
    Actor, Clock, Time,
    jobs::{Jobs, Stop},
    live::Hub,
    media::{
        ByteStream, Limits, LocalFile, MEASURE, Media, MediaError, ObjectError, ObjectKey,
        ObjectStore, Part, RENDER,
    },
};
use support::{Answer, Site, get};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;

#[derive(Clone)]
struct Dial(Arc<AtomicI64>);

impl Time for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

/// The services without a server: the test is the worker.
struct Room {
    folder: TempDir,
    store: Store,
    dial: Dial,
    hub: Hub,
    jobs: Jobs,
    media: Media,
    trouble: Trouble,
    mara: Actor,
    noor: Actor,
}

impl Room {
    async fn open() -> Self {
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
    fn restart(&mut self) {
        self.trouble = Trouble::default();
        (self.hub, self.jobs, self.media) =
            services(&self.folder, &self.store, &self.dial, &self.trouble);
    }

    async fn bring(&self, name: &str, bytes: &[u8]) -> AssetId {
        let begun = self
            .media
            .begin_upload(&self.mara, name, bytes.len() as u64)
            .await
            .unwrap();
        let appended = self.append(begun.id, 0, bytes).await.unwrap();
        appended.asset.unwrap()
    }

    async fn append(
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

    /// Does one job of the kind, as a worker would.
    async fn work(&self, kind: &str) -> JobId {
        let claimed = self
            .jobs
            .claim(&Actor::System, "test/1/0", &[kind], 1)
            .await
            .unwrap()
            .pop()
            .unwrap();
        let id = claimed.job.id;
        let lease = self.jobs.hold(claimed, &CancellationToken::new());
        match kind {
            MEASURE => self.media.measure(&lease).await.unwrap(),
            _ => self.media.make_playable(&lease).await.unwrap(),
        }
        id
    }

    async fn job(&self, id: JobId) -> rows::Job {
        rows::find(&mut self.store.read(&Actor::System).await.unwrap(), id)
            .await
            .unwrap()
            .unwrap()
    }

    async fn read(&self, id: AssetId) -> Vec<u8> {
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
    };
    let mut tx = store.begin(&Actor::System).await.unwrap();
    store::accounts::add_user(&mut tx, &user, &user.email, now)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    Actor::User {
        id: UserId(id),
        role: Role::Member,
        session: SessionId(id),
    }
}

/// What goes wrong with the disk.
#[derive(Clone, Default)]
struct Trouble {
    /// The process dies right before an upload becomes an object.
    before_promote: Arc<AtomicBool>,
    /// And right behind.
    after_promote: Arc<AtomicBool>,
    /// So many bytes still fit; zero is no limit.
    room: Arc<AtomicU64>,
}

struct Troubled {
    disk: Disk,
    trouble: Trouble,
}

fn broken() -> ObjectError {
    ObjectError::Io(io::Error::other("the process died here"))
}

impl ObjectStore for Troubled {
    fn put(&self, key: ObjectKey, content: ByteStream) -> BoxFuture<'_, Result<u64, ObjectError>> {
        self.disk.put(key, content)
    }
    fn get(
        &self,
        key: ObjectKey,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<ByteStream, ObjectError>> {
        self.disk.get(key, range)
    }
    fn size(&self, key: ObjectKey) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        self.disk.size(key)
    }
    fn delete(&self, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        self.disk.delete(key)
    }
    fn local(&self, key: ObjectKey) -> BoxFuture<'_, Result<LocalFile, ObjectError>> {
        self.disk.local(key)
    }
    fn open_part(
        &self,
        id: UploadId,
        offset: u64,
    ) -> BoxFuture<'_, Result<Box<dyn Part>, ObjectError>> {
        async move {
            let part = self.disk.open_part(id, offset).await?;
            Ok(Box::new(Narrow {
                part,
                room: self.trouble.room.clone(),
            }) as Box<dyn Part>)
        }
        .boxed()
    }
    fn local_part(&self, id: UploadId) -> BoxFuture<'_, Result<Option<LocalFile>, ObjectError>> {
        self.disk.local_part(id)
    }
    fn promote(&self, id: UploadId, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        async move {
            if self.trouble.before_promote.load(Ordering::Relaxed) {
                return Err(broken());
            }
            self.disk.promote(id, key).await?;
            if self.trouble.after_promote.load(Ordering::Relaxed) {
                Err(broken())
            } else {
                Ok(())
            }
        }
        .boxed()
    }
    fn discard(&self, id: UploadId) -> BoxFuture<'_, Result<(), ObjectError>> {
        self.disk.discard(id)
    }
    fn parts(&self) -> BoxFuture<'_, Result<Vec<UploadId>, ObjectError>> {
        self.disk.parts()
    }
    fn free(&self) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        let room = self.trouble.room.load(Ordering::Relaxed);
        async move { Ok((room > 0).then_some(room)) }.boxed()
    }
    fn check(&self) -> BoxFuture<'_, Result<(), ObjectError>> {
        self.disk.check()
    }
}

/// A disk that fills up.
struct Narrow {
    part: Box<dyn Part>,
    room: Arc<AtomicU64>,
}

impl Part for Narrow {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), ObjectError>> {
        let room = self.room.load(Ordering::Relaxed);
        if room > 0 && (bytes.len() as u64) >= room {
            return async { Err(ObjectError::Full) }.boxed();
        }
        if room > 0 {
            self.room.fetch_sub(bytes.len() as u64, Ordering::Relaxed);
        }
        self.part.write(bytes)
    }
    fn sync(&mut self) -> BoxFuture<'_, Result<u64, ObjectError>> {
        self.part.sync()
    }
}

fn a_wav(seconds: f64) -> Vec<u8> {
    synth::noise(44_100, 2, seconds, 0.5, false).to_wav(Format::Pcm16)
}

/// Big-endian, as browsers cannot play it.
fn an_aiff(frames: u32) -> Vec<u8> {
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

#[tokio::test]
async fn measured_watched_and_shown() {
    let room = Room::open().await;
    let user = room.mara.user().unwrap();
    let mut live = room.hub.connect(&room.mara);
    live.subscribe(Topic::User(user), Some(room.hub.cursor(Topic::User(user))));
    let mix = room
        .bring(
            "Mix 3.wav",
            &synth::song(&[Fault::TooLoud]).to_wav(Format::Pcm16),
        )
        .await;
    let watch = room.media.watch(&room.mara, mix).await.unwrap();
    assert_eq!(watch.borrow().state, JobState::Queued);
    assert!(matches!(
        room.media.analysis(&room.mara, mix, None).await,
        Err(MediaError::NotMeasured)
    ));

    room.work(MEASURE).await;

    assert_eq!(watch.borrow().state, JobState::Done);
    let view = room.media.asset(&room.mara, mix).await.unwrap();
    let summary = view.measuring.summary.unwrap();
    assert!((47.0..49.0).contains(&summary.duration_s));
    assert_eq!(summary.waveform.len(), 120);
    assert_eq!(view.play_url.unwrap(), format!("/api/assets/{mix}/play"));

    let card = room.media.analysis(&room.mara, mix, None).await.unwrap();
    let labels: Vec<_> = card
        .figures
        .iter()
        .map(|figure| figure.label.as_str())
        .collect();
    assert_eq!(
        labels,
        [
            "Integrated",
            "True peak",
            "LRA",
            "PLR",
            "Correlation",
            "Tempo",
            "Key"
        ]
    );
    assert!(card.figures[0].a.as_ref().unwrap().starts_with('−'));
    assert!(card.figures[1].over);
    assert!(
        card.figures
            .iter()
            .all(|figure| figure.b.is_none() && figure.delta.is_none())
    );
    assert!(card.loudness.a.len() <= 240 && card.loudness.b.is_empty());

    let mut states = Vec::new();
    while let Ok(Some(frame)) =
        tokio::time::timeout(std::time::Duration::from_millis(200), live.next()).await
    {
        if let Frame::Event { event, .. } = serde_json::from_str(&frame).unwrap()
            && let contract::live::Event::Asset { state, .. } = *event
        {
            states.push(state);
        }
    }
    assert_eq!(states.first(), Some(&JobState::Queued));
    assert!(states.contains(&JobState::Running));
    assert_eq!(states.last(), Some(&JobState::Done));
}

#[tokio::test]
async fn held_against_a_reference() {
    let room = Room::open().await;
    let mix = room
        .bring(
            "mix.wav",
            &synth::song(&[Fault::TooLoud, Fault::LowEnd]).to_wav(Format::Pcm16),
        )
        .await;
    let reference = room
        .bring("ref.wav", &synth::song(&[]).to_wav(Format::Pcm16))
        .await;
    room.work(MEASURE).await;
    room.work(MEASURE).await;
    let card = room
        .media
        .analysis(&room.mara, mix, Some(reference))
        .await
        .unwrap();
    assert_eq!(card.b.as_ref().unwrap().name, "ref.wav");
    assert!(
        card.figures[0].delta.as_ref().unwrap().starts_with('+'),
        "{:?}",
        card.figures[0]
    );
    assert_eq!(card.loudness.a.len(), card.loudness.b.len());
    assert_eq!(card.spectrum.a.len(), card.spectrum.b.len());
    // From the cache it is the same.
    assert_eq!(
        room.media
            .analysis(&room.mara, mix, Some(reference))
            .await
            .unwrap(),
        card
    );
    let evidence = room
        .media
        .evidence(&room.mara, mix, Some(reference))
        .await
        .unwrap();
    assert!(
        evidence
            .differences
            .as_ref()
            .is_some_and(|differences| !differences.is_empty())
    );
    assert!(evidence.reference.is_some());
    let excerpt = room.media.excerpt(&Actor::System, mix).await.unwrap();
    assert!(excerpt.starts_with(b"RIFF"));
}

#[tokio::test]
async fn anothers_file_is_not_found() {
    let room = Room::open().await;
    let id = room.bring("mix.wav", &a_wav(1.0)).await;
    let job = room.work(MEASURE).await;
    let (media, noor) = (&room.media, &room.noor);
    assert!(matches!(
        media.asset(noor, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(media.assets(noor, &[id]).await.unwrap().is_empty());
    assert!(matches!(
        media.analysis(noor, id, None).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.evidence(noor, id, None).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.watch(noor, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.original(noor, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.playable(noor, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.excerpt(noor, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(matches!(
        media.asset(&Actor::Anonymous, id).await,
        Err(MediaError::NotFound)
    ));
    assert!(room.jobs.view(noor, job).await.is_err());
    assert!(room.jobs.cancel(noor, job).await.is_err());
    assert_eq!(
        room.jobs.view(&room.mara, job).await.unwrap().state,
        JobState::Done
    );
    // A reference that is another's is as little found.
    let theirs = media.begin_upload(noor, "theirs.wav", 10).await.unwrap();
    assert!(matches!(
        media
            .analysis(&room.mara, id, Some(AssetId(theirs.id.0)))
            .await,
        Err(MediaError::NotFound)
    ));
}

#[tokio::test]
async fn what_can_never_be_measured_fails_at_once() {
    let room = Room::open().await;
    let mut sound = synth::noise(44_100, 2, 1.0, 0.5, false);
    sound.samples[30_000] = f32::NAN;
    let id = room
        .bring("broken.wav", &sound.to_wav(Format::Float32))
        .await;
    let watch = room.media.watch(&room.mara, id).await.unwrap();
    let job = room.work(MEASURE).await;
    let job = room.job(job).await;
    assert_eq!((job.state.0, job.attempt), (JobState::Failed, 1));
    let error = watch.borrow().error.clone().unwrap();
    assert_eq!(error.code, ErrorCode::NonFiniteSamples);
    assert_eq!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .measuring
            .error
            .unwrap(),
        error
    );
    // It stays, and can be heard.
    assert!(room.media.playable(&room.mara, id).await.is_ok());
}

#[tokio::test]
async fn a_copy_is_made_of_what_browsers_cannot_play() {
    let room = Room::open().await;
    let aiff = an_aiff(44_100);
    let id = room.bring("Mix 3.aiff", &aiff).await;
    assert!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .play_url
            .is_none()
    );
    assert!(matches!(
        room.media.playable(&room.mara, id).await,
        Err(MediaError::NotPlayable)
    ));
    room.work(MEASURE).await;
    room.work(RENDER).await;
    assert!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .play_url
            .is_some()
    );
    let content = room.media.playable(&room.mara, id).await.unwrap();
    assert_eq!(
        (content.mime.as_str(), content.name.as_str()),
        ("audio/wav", "Mix 3.wav")
    );
    let stream = room.media.read(&content, 0..content.size).await.unwrap();
    let wav = stream.try_collect::<Vec<_>>().await.unwrap().concat();
    assert_eq!(wav.len() as u64, content.size);
    assert!(wav.starts_with(b"RIFF"));
    assert_eq!(room.read(id).await, aiff);
}

#[tokio::test]
async fn a_crash_around_the_rename_loses_nothing() {
    for after in [false, true] {
        let mut room = Room::open().await;
        let wav = a_wav(1.0);
        let trouble = if after {
            &room.trouble.after_promote
        } else {
            &room.trouble.before_promote
        };
        trouble.store(true, Ordering::Relaxed);
        let id = room
            .media
            .begin_upload(&room.mara, "mix.wav", wav.len() as u64)
            .await
            .unwrap()
            .id;
        assert!(room.append(id, 0, &wav).await.is_err());
        room.restart();
        assert_eq!(room.media.reconcile(&Actor::System).await.unwrap(), 1);
        assert_eq!(room.read(AssetId(id.0)).await, wav);
        let content = room
            .media
            .original(&room.mara, AssetId(id.0))
            .await
            .unwrap();
        let digest: String = Sha256::digest(&wav)
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        assert_eq!(content.tag, digest);
        room.work(MEASURE).await;
        assert_eq!(room.media.reconcile(&Actor::System).await.unwrap(), 0);
        let state = room.media.upload_state(&room.mara, id).await.unwrap();
        assert_eq!(
            (state.offset, state.asset),
            (wav.len() as u64, Some(AssetId(id.0)))
        );
    }
}

#[tokio::test]
async fn a_client_that_asks_after_a_crash_finds_its_asset() {
    let mut room = Room::open().await;
    let wav = a_wav(1.0);
    room.trouble.after_promote.store(true, Ordering::Relaxed);
    let id = room
        .media
        .begin_upload(&room.mara, "mix.wav", wav.len() as u64)
        .await
        .unwrap()
        .id;
    assert!(room.append(id, 0, &wav).await.is_err());
    room.restart();
    assert_eq!(
        room.media.upload_state(&room.mara, id).await.unwrap().asset,
        Some(AssetId(id.0))
    );
}

#[tokio::test]
async fn an_upload_goes_on_in_another_process() {
    let mut room = Room::open().await;
    let wav = a_wav(2.0);
    let id = room
        .media
        .begin_upload(&room.mara, "mix.wav", wav.len() as u64)
        .await
        .unwrap()
        .id;
    room.append(id, 0, &wav[..100_000]).await.unwrap();
    // What was written but not acknowledged is cut off.
    let part = room.folder.path().join(format!("uploads/{id}.part"));
    let mut bytes = std::fs::read(&part).unwrap();
    bytes.extend([0xff; 5_000]);
    std::fs::write(&part, bytes).unwrap();
    room.restart();
    assert_eq!(
        room.media
            .upload_state(&room.mara, id)
            .await
            .unwrap()
            .offset,
        100_000
    );
    let appended = room.append(id, 100_000, &wav[100_000..]).await.unwrap();
    assert_eq!(room.read(appended.asset.unwrap()).await, wav);
}

#[tokio::test]
async fn what_the_disk_has_no_room_for_is_refused_before_its_first_byte() {
    let room = Room::open().await;
    room.trouble.room.store(1 << 30, Ordering::Relaxed);
    let begin = |size| room.media.begin_upload(&room.mara, "mix.wav", size);
    assert!(matches!(begin(1 << 30).await, Err(MediaError::NoRoom)));
    begin(900 << 20).await.unwrap();
}

#[tokio::test]
async fn a_full_disk_keeps_what_it_could() {
    let room = Room::open().await;
    let wav = a_wav(3.0);
    let id = room
        .media
        .begin_upload(&room.mara, "mix.wav", wav.len() as u64)
        .await
        .unwrap()
        .id;
    room.trouble.room.store(200_000, Ordering::Relaxed);
    let Err(MediaError::DiskFull { kept }) = room.append(id, 0, &wav).await else {
        panic!("it did not fill up")
    };
    assert_eq!(kept, 3 * (64 << 10));
    assert_eq!(
        room.media
            .upload_state(&room.mara, id)
            .await
            .unwrap()
            .offset,
        kept
    );
    room.trouble.room.store(0, Ordering::Relaxed);
    let appended = room.append(id, kept, &wav[kept as usize..]).await.unwrap();
    assert_eq!(room.read(appended.asset.unwrap()).await, wav);
}

#[tokio::test]
async fn cancelled_by_its_person() {
    let room = Room::open().await;
    let id = room.bring("mix.wav", &a_wav(5.0)).await;
    let claimed = room
        .jobs
        .claim(&Actor::System, "test/1/0", &[MEASURE], 1)
        .await
        .unwrap()
        .pop()
        .unwrap();
    let job = claimed.job.id;
    let lease = room.jobs.hold(claimed, &CancellationToken::new());
    room.jobs.cancel(&room.mara, job).await.unwrap();
    assert_eq!(lease.stopped(), Some(Stop::Cancelled));
    room.media.measure(&lease).await.unwrap();
    assert_eq!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .measuring
            .state,
        JobState::Cancelled
    );
    // And once more, because it was a mistake. (Of two jobs the later is the newest.)
    room.dial.0.fetch_add(1, Ordering::Relaxed);
    room.media.measure_again(&room.mara, id).await.unwrap();
    room.work(MEASURE).await;
    assert_eq!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .measuring
            .state,
        JobState::Done
    );
    room.media.measure_again(&room.mara, id).await.unwrap();
    assert_eq!(
        room.media
            .asset(&room.mara, id)
            .await
            .unwrap()
            .measuring
            .state,
        JobState::Done,
        "it is done"
    );
}

#[tokio::test]
async fn a_server_that_stops_gives_its_job_back() {
    let room = Room::open().await;
    room.bring("mix.wav", &a_wav(5.0)).await;
    let claimed = room
        .jobs
        .claim(&Actor::System, "test/1/0", &[MEASURE], 1)
        .await
        .unwrap()
        .pop()
        .unwrap();
    let job = claimed.job.id;
    let shutdown = CancellationToken::new();
    let lease = room.jobs.hold(claimed, &shutdown);
    shutdown.cancel();
    room.media.measure(&lease).await.unwrap();
    let row = room.job(job).await;
    assert_eq!((row.state.0, row.attempt), (JobState::Queued, 0));
}

#[tokio::test]
async fn a_lost_lease_keeps_nothing() {
    let room = Room::open().await;
    let id = room.bring("mix.wav", &a_wav(1.0)).await;
    let slow = room
        .jobs
        .claim(&Actor::System, "test/1/0", &[MEASURE], 1)
        .await
        .unwrap()
        .pop()
        .unwrap();
    let slow = room.jobs.hold(slow, &CancellationToken::new());
    room.dial.0.fetch_add(31, Ordering::Relaxed);
    let quick = room
        .jobs
        .claim(&Actor::System, "test/1/1", &[MEASURE], 1)
        .await
        .unwrap()
        .pop()
        .unwrap();
    room.media.measure(&slow).await.unwrap();
    assert!(matches!(
        room.media.analysis(&room.mara, id, None).await,
        Err(MediaError::NotMeasured)
    ));
    let quick = room.jobs.hold(quick, &CancellationToken::new());
    room.media.measure(&quick).await.unwrap();
    assert!(room.media.analysis(&room.mara, id, None).await.is_ok());
}

#[tokio::test]
async fn claiming_is_for_soundstage_itself() {
    let room = Room::open().await;
    assert!(
        room.jobs
            .claim(&room.mara, "w", &[MEASURE], 1)
            .await
            .is_err()
    );
    assert!(room.jobs.reclaim(&room.mara, "").await.is_err());
    assert!(room.jobs.give_up(&room.mara).await.is_err());
    assert!(room.media.sweep_uploads(&room.mara).await.is_err());
    assert!(room.media.reconcile(&room.mara).await.is_err());
}

// ---- Over the router, with its own workers ----------------------------------------------------------

struct Played {
    site: Site,
    owner: support::Browser,
    wav: Vec<u8>,
    asset: AssetId,
}

async fn played() -> Played {
    let site = Site::new().await;
    let owner = site.owner().await;
    let (actor, _) = site
        .studio
        .accounts
        .authenticate(&owner.token)
        .await
        .unwrap()
        .unwrap();
    let wav = a_wav(2.0);
    let media = &site.studio.media;
    let id = media
        .begin_upload(&actor, "Übermix \"3\".wav", wav.len() as u64)
        .await
        .unwrap()
        .id;
    let content = stream::iter([Ok(Bytes::copy_from_slice(&wav))]).boxed();
    let asset = media
        .append(&actor, id, 0, None, content)
        .await
        .unwrap()
        .asset
        .unwrap();
    let mut watch = media.watch(&actor, asset).await.unwrap();
    watch
        .wait_for(|measuring| measuring.state.is_final())
        .await
        .unwrap();
    Played {
        site,
        owner,
        wav,
        asset,
    }
}

impl Played {
    async fn get(&self, what: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = get(&format!("/api/assets/{}/{what}", self.asset))
            .header("cookie", self.owner.cookie());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site
            .call(request.body(axum::body::Body::empty()).unwrap())
            .await
    }
}

#[tokio::test]
async fn workers_measure_and_players_seek() {
    let played = played().await;
    let whole = played.get("play", &[]).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header("content-length"), played.wav.len().to_string());
    assert_eq!(whole.header("content-type"), "audio/wav");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("cache-control").starts_with("private"));
    let disposition = whole.header("content-disposition");
    assert!(
        disposition.starts_with("inline; filename=\"_bermix _3_.wav\""),
        "{disposition}"
    );
    let tag = whole.header("etag").to_owned();

    let part = played.get("play", &[("range", "bytes=0-3")]).await;
    assert_eq!(
        (part.status, part.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "RIFF")
    );
    assert_eq!(
        part.header("content-range"),
        format!("bytes 0-3/{}", played.wav.len())
    );
    assert_eq!(part.header("content-length"), "4");
    let fits = played
        .get("play", &[("range", "bytes=8-11"), ("if-range", &tag)])
        .await;
    assert_eq!(
        (fits.status, fits.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "WAVE")
    );
    let other = played
        .get("play", &[("range", "bytes=8-11"), ("if-range", "\"old\"")])
        .await;
    assert_eq!(other.status, StatusCode::OK);
    let beyond = played.get("play", &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", played.wav.len())
    );
    let known = played.get("play", &[("if-none-match", &tag)]).await;
    assert_eq!(
        (known.status, known.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert!(
        played
            .get("original", &[])
            .await
            .header("content-disposition")
            .starts_with("attachment")
    );
}

#[tokio::test]
async fn the_report_can_be_taken_along() {
    let played = played().await;
    let report = played.get("report.json", &[]).await;
    assert_eq!(report.status, StatusCode::OK);
    assert_eq!(report.json()["file"]["container"], "wav");
    assert!(report.json()["facts"].as_array().unwrap().len() > 10);
    let itself = played
        .get(&format!("report.json?reference={}", played.asset), &[])
        .await;
    assert!(itself.json()["reference"].is_object());
    assert_eq!(
        played
            .get("report.json?reference=nonsense", &[])
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn bytes_are_for_those_who_are_signed_in() {
    let played = played().await;
    let path = format!("/api/assets/{}/play", played.asset);
    assert_eq!(
        played.site.get(&path).await.status,
        StatusCode::UNAUTHORIZED
    );
    for path in [
        "/api/assets/nonsense/play",
        "/api/assets/01890000-0000-7000-8000-000000000000/play",
    ] {
        let answer = played.site.get_as(&played.owner, path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found")
        );
    }
}
