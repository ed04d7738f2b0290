//! The process dies while an upload comes in or becomes an asset; the next one loses nothing.

use std::sync::atomic::Ordering;

use contract::AssetId;
use sha2::{Digest, Sha256};
use studio::{Actor, media::MEASURE};

use crate::{room::Room, support::a_wav};

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
        let id = room.begin("mix.wav", &wav).await;
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
    let id = room.begin("mix.wav", &wav).await;
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
    let id = room.begin("mix.wav", &wav).await;
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
