//! Files, uploads and analyses, on both engines.
#![allow(clippy::unwrap_used)]

mod support;

use contract::{
    AssetId, UploadId, UserId,
    media::Summary,
    report::{Curves, FileInfo, REPORT_VERSION, Report},
};
use store::{
    Store, Viewer, is_duplicate,
    media::{self, Asset, Upload},
};
use support::{NOW, on_every_engine, person, some_id};

fn an_upload(user: UserId, size: i64) -> Upload {
    Upload {
        id: UploadId(some_id()),
        user_id: user,
        name: "Mix 3.wav".into(),
        size,
        received: 0,
        created_at: NOW,
        expires_at: NOW.plus_seconds(60),
    }
}

fn an_asset(user: UserId, size: i64) -> Asset {
    Asset {
        id: AssetId(some_id()),
        user_id: user,
        name: "Mix 3.aiff".into(),
        size,
        sha256: vec![7; 32],
        container: "aiff".into(),
        mime: "audio/aiff".into(),
        rendition_mime: None,
        rendition_size: None,
        created_at: NOW,
    }
}

async fn keep_upload(store: &Store, upload: &Upload) {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    media::insert_upload(&mut tx, upload).await.unwrap();
    tx.commit().await.unwrap();
}

async fn keep_asset(store: &Store, asset: &Asset) {
    let mut tx = store.begin(Viewer::System).await.unwrap();
    media::insert_asset(&mut tx, asset).await.unwrap();
    tx.commit().await.unwrap();
}

#[tokio::test]
async fn an_upload_moves_on_only_from_where_it_stands() {
    on_every_engine(|store| async move {
        let upload = an_upload(person(&store, "ada").await, 100);
        keep_upload(&store, &upload).await;
        let later = NOW.plus_seconds(120);
        let mut tx = store.begin(Viewer::System).await.unwrap();
        assert!(
            media::advance_upload(&mut tx, upload.id, 0, 40, later)
                .await
                .unwrap()
        );
        assert!(
            !media::advance_upload(&mut tx, upload.id, 0, 60, later)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let mut read = store.read(Viewer::System).await.unwrap();
        let found = media::upload(&mut read, upload.id).await.unwrap().unwrap();
        assert_eq!(
            (found.received, found.expires_at, found.name.as_str()),
            (40, later, "Mix 3.wav")
        );
    })
    .await;
}

#[tokio::test]
async fn only_unfinished_uploads_expire() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let (open, whole) = (an_upload(user, 100), an_upload(user, 50));
        keep_upload(&store, &open).await;
        keep_upload(&store, &whole).await;
        let mut tx = store.begin(Viewer::System).await.unwrap();
        media::advance_upload(&mut tx, whole.id, 0, 50, NOW.plus_seconds(60))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut read = store.read(Viewer::System).await.unwrap();
        assert!(
            media::expired_uploads(&mut read, NOW)
                .await
                .unwrap()
                .is_empty()
        );
        let expired = media::expired_uploads(&mut read, NOW.plus_seconds(60))
            .await
            .unwrap();
        assert_eq!(
            expired.iter().map(|upload| upload.id).collect::<Vec<_>>(),
            [open.id]
        );
        let complete = media::complete_uploads(&mut read).await.unwrap();
        assert_eq!(
            complete.iter().map(|upload| upload.id).collect::<Vec<_>>(),
            [whole.id]
        );
    })
    .await;
}

#[tokio::test]
async fn bytes_count_files_renditions_and_open_uploads() {
    on_every_engine(|store| async move {
        let (ada, bob) = (person(&store, "ada").await, person(&store, "bob").await);
        keep_upload(&store, &an_upload(ada, 5_000_000_000)).await;
        keep_upload(&store, &an_upload(bob, 1)).await;
        let asset = an_asset(ada, 20);
        keep_asset(&store, &asset).await;
        let mut tx = store.begin(Viewer::System).await.unwrap();
        assert!(
            media::set_rendition(&mut tx, asset.id, "audio/flac", 3)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        let mut read = store.read(Viewer::System).await.unwrap();
        assert_eq!(
            media::bytes_of(&mut read, ada).await.unwrap(),
            5_000_000_023
        );
        assert_eq!(
            media::bytes_of(&mut read, UserId(some_id())).await.unwrap(),
            0
        );
        let found = media::asset(&mut read, asset.id).await.unwrap().unwrap();
        assert_eq!(found.rendition_mime.as_deref(), Some("audio/flac"));
        assert_eq!(found.sha256, vec![7; 32]);
    })
    .await;
}

#[tokio::test]
async fn an_asset_is_kept_once() {
    on_every_engine(|store| async move {
        let asset = an_asset(person(&store, "ada").await, 20);
        keep_asset(&store, &asset).await;
        let mut tx = store.begin(Viewer::System).await.unwrap();
        assert!(is_duplicate(
            &media::insert_asset(&mut tx, &asset).await.unwrap_err()
        ));
    })
    .await;
}

#[tokio::test]
async fn the_newest_analysis_replaces_the_older() {
    on_every_engine(|store| async move {
        let user = person(&store, "ada").await;
        let (asset, bare) = (an_asset(user, 20), an_asset(user, 21));
        keep_asset(&store, &asset).await;
        keep_asset(&store, &bare).await;
        for measured_in_ms in [10, 20] {
            let mut tx = store.begin(Viewer::System).await.unwrap();
            let summary = Summary {
                duration_s: 3.5,
                integrated_lufs: Some(-14.25),
                waveform: vec![0.5],
                measured_in_ms,
            };
            media::save_analysis(&mut tx, asset.id, &a_report(), &summary, NOW)
                .await
                .unwrap();
            tx.commit().await.unwrap();
        }
        let mut read = store.read(Viewer::System).await.unwrap();
        let found = media::analysis(&mut read, asset.id, REPORT_VERSION)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(found.report.0, a_report());
        assert_eq!(found.summary.measured_in_ms, 20);
        assert!(
            media::analysis(&mut read, asset.id, REPORT_VERSION + 1)
                .await
                .unwrap()
                .is_none()
        );
        let ids = [asset.id, bare.id];
        assert_eq!(media::assets(&mut read, &ids).await.unwrap().len(), 2);
        let summaries = media::summaries(&mut read, &ids).await.unwrap();
        assert_eq!(summaries.len(), 1);
        assert_eq!(
            (summaries[0].asset_id, summaries[0].summary.integrated_lufs),
            (asset.id, Some(-14.25))
        );
    })
    .await;
}

fn a_report() -> Report {
    Report {
        version: REPORT_VERSION,
        file: FileInfo {
            name: "Mix “3”.wav".into(),
            container: "wav".into(),
            codec: "pcm_s24le".into(),
            sample_rate: 48_000,
            channels: 2,
            layout: "stereo".into(),
            bits_per_sample: Some(24),
            frames: 168_000,
            duration_s: 3.5,
            size_bytes: 20,
            truncated: false,
            damaged_packets: 0,
        },
        facts: Vec::new(),
        findings: Vec::new(),
        sections: Vec::new(),
        curves: Curves::default(),
        reference: None,
        differences: None,
    }
}
