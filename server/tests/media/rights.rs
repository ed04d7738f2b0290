//! Whose files and jobs they are: another's are not found, and the workers' own doings are for
//! Soundstage alone.

use contract::{AssetId, jobs::JobState};
use studio::{
    Actor, Denial,
    media::{MEASURE, MediaError},
};

use crate::{room::Room, support::a_wav};

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
        Err(MediaError::Denied(Denial::SignedOut))
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
