use bytes::Bytes;
use contract::{AssetId, UploadId};
use futures::{StreamExt, TryStreamExt, stream};
use studio::media::{ByteStream, ObjectError, ObjectKey, ObjectStore};

use super::Disk;

const ASSET: &str = "01890000-0000-7000-8000-0000000000ab";

fn asset() -> AssetId {
    ASSET.parse().unwrap()
}

fn upload() -> UploadId {
    ASSET.parse().unwrap()
}

fn pieces(count: usize) -> ByteStream {
    let piece = |n| Ok(Bytes::from(vec![n as u8; 100_000]));
    stream::iter((0..count).map(piece)).boxed()
}

async fn read(disk: &Disk, key: ObjectKey, range: std::ops::Range<u64>) -> Vec<u8> {
    let stream = disk.get(key, range).await.unwrap();
    stream.try_collect::<Vec<_>>().await.unwrap().concat()
}

#[tokio::test]
async fn objects_come_back_whole_and_in_part() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    let key = ObjectKey::Playable(asset());
    assert_eq!(disk.size(key).await.unwrap(), None);
    assert_eq!(disk.put(key, pieces(12)).await.unwrap(), 1_200_000);
    assert_eq!(disk.size(key).await.unwrap(), Some(1_200_000));
    assert!(
        folder
            .path()
            .join(format!("objects/ab/{ASSET}.play"))
            .exists()
    );
    assert_eq!(
        read(&disk, key, 99_998..100_003).await,
        [0, 0, 1, 1, 1],
        "a range crosses pieces"
    );
    assert_eq!(read(&disk, key, 0..1_200_000).await.len(), 1_200_000);
    assert!(disk.get(key, 0..1_200_001).await.is_err());
    disk.delete(key).await.unwrap();
    disk.delete(key).await.unwrap();
    assert!(matches!(disk.local(key).await, Err(ObjectError::NotFound)));
}

#[tokio::test]
async fn half_an_object_is_none() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    let key = ObjectKey::Original(asset());
    let broken = pieces(3).chain(stream::iter([Err(std::io::Error::other("cut"))]));
    assert!(disk.put(key, broken.boxed()).await.is_err());
    assert_eq!(disk.size(key).await.unwrap(), None);
    assert_eq!(
        std::fs::read_dir(folder.path().join("objects/ab"))
            .unwrap()
            .count(),
        0,
        "nothing is left lying about"
    );
}

#[tokio::test]
async fn a_part_goes_on_where_it_is_told_and_becomes_an_object() {
    let folder = tempfile::tempdir().unwrap();
    let disk = Disk::open(folder.path()).unwrap();
    let id = upload();
    assert!(disk.local_part(id).await.unwrap().is_none());
    let mut part = disk.open_part(id, 0).await.unwrap();
    part.write(Bytes::from_static(b"hello, world"))
        .await
        .unwrap();
    assert_eq!(part.sync().await.unwrap(), 12);
    drop(part);
    // Only the first five bytes were acknowledged.
    let mut part = disk.open_part(id, 5).await.unwrap();
    part.write(Bytes::from_static(b" again")).await.unwrap();
    assert_eq!(part.sync().await.unwrap(), 11);
    assert_eq!(disk.local_part(id).await.unwrap().unwrap().size, 11);
    assert_eq!(disk.parts().await.unwrap(), [id]);
    assert!(
        disk.open_part(id, 99).await.is_err(),
        "those bytes are not there"
    );

    let key = ObjectKey::Original(asset());
    disk.promote(id, key).await.unwrap();
    assert_eq!(read(&disk, key, 0..11).await, b"hello again");
    assert!(disk.parts().await.unwrap().is_empty());
    disk.discard(id).await.unwrap();
    assert!(disk.free().await.unwrap() > Some(0));
}
