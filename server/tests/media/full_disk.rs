//! A disk without room refuses an upload before its first byte; one that fills up on the way keeps
//! what it could.

use std::sync::atomic::Ordering;

use studio::media::MediaError;

use crate::{room::Room, support::a_wav};

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
    let id = room.begin("mix.wav", &wav).await;
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
