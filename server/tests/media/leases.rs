//! Measuring that is cut short: by its person, by a server that stops, by a lease that was lost.

use std::sync::atomic::Ordering;

use contract::jobs::JobState;
use studio::{
    jobs::Stop,
    media::{MEASURE, MediaError},
};
use tokio_util::sync::CancellationToken;

use crate::{room::Room, support::a_wav};

#[tokio::test]
async fn cancelled_by_its_person() {
    let room = Room::open().await;
    let id = room.bring("mix.wav", &a_wav(5.0)).await;
    let claimed = room.claim("test/1/0", MEASURE).await;
    let job = claimed.job.id;
    let lease = room.jobs.hold(claimed, &CancellationToken::new());
    room.jobs.cancel(&room.mara, job).await.unwrap();
    assert_eq!(lease.stopped(), Some(Stop::Cancelled));
    room.media.measure(&lease).await.unwrap();
    assert_eq!(room.asset(id).await.measuring.state, JobState::Cancelled);
    // And once more, because it was a mistake. (Of two jobs the later is the newest.)
    room.dial.0.fetch_add(1, Ordering::Relaxed);
    room.media.measure_again(&room.mara, id).await.unwrap();
    room.work(MEASURE).await;
    assert_eq!(room.asset(id).await.measuring.state, JobState::Done);
    room.media.measure_again(&room.mara, id).await.unwrap();
    assert_eq!(
        room.asset(id).await.measuring.state,
        JobState::Done,
        "it is done"
    );
}

#[tokio::test]
async fn a_server_that_stops_gives_its_job_back() {
    let room = Room::open().await;
    room.bring("mix.wav", &a_wav(5.0)).await;
    let claimed = room.claim("test/1/0", MEASURE).await;
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
    let slow = room.claim("test/1/0", MEASURE).await;
    let slow = room.jobs.hold(slow, &CancellationToken::new());
    room.dial.0.fetch_add(31, Ordering::Relaxed);
    let quick = room.claim("test/1/1", MEASURE).await;
    room.media.measure(&slow).await.unwrap();
    assert!(matches!(
        room.media.analysis(&room.mara, id, None).await,
        Err(MediaError::NotMeasured)
    ));
    let quick = room.jobs.hold(quick, &CancellationToken::new());
    room.media.measure(&quick).await.unwrap();
    assert!(room.media.analysis(&room.mara, id, None).await.is_ok());
}
