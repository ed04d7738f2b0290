//! What is not taken, and by whom.

use axum::{
    body::Body,
    http::{Method, StatusCode},
};
use contract::accounts::Role;
use studio::media::MediaError;

use crate::{
    asked, begin, creation, id_of, parts, piece,
    support::{Site, change},
    where_is,
};

#[tokio::test]
async fn anothers_upload_is_not_found() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let other = site.join(&owner, Role::Member, "noor@example.org").await;
    let other = site.actor(&other).await;
    let media = &site.studio.media;
    let id = id_of(&place);
    assert!(matches!(
        media.upload_state(&other, id).await,
        Err(MediaError::UploadNotFound)
    ));
    assert!(matches!(
        media.terminate(&other, id).await,
        Err(MediaError::UploadNotFound)
    ));
    let begun = media
        .begin_upload(&other, "theirs.wav", 1000)
        .await
        .unwrap();
    let theirs = format!("/api/uploads/{}", begun.id);
    for request in [
        asked(&owner, Method::HEAD, &theirs),
        asked(&owner, Method::DELETE, &theirs),
        piece(&owner, &theirs, 0, vec![0; 10]),
        asked(&owner, Method::HEAD, "/api/uploads/nonsense"),
    ] {
        assert_eq!(site.call(request).await.status, StatusCode::NOT_FOUND);
    }
    let signed_out = change(Method::HEAD, &place)
        .header("tus-resumable", "1.0.0")
        .body(Body::empty())
        .unwrap();
    assert_eq!(site.call(signed_out).await.status, StatusCode::UNAUTHORIZED);
}

#[tokio::test]
async fn limits_are_said_before_a_byte_is_sent() {
    let site = Site::with([
        ("SOUNDSTAGE_MAX_UPLOAD", "1000"),
        ("SOUNDSTAGE_QUOTA", "2500"),
    ])
    .await;
    let owner = site.owner().await;
    let too_large = site.call(creation(&owner, "mix.wav", 1001)).await;
    assert_eq!(
        (too_large.status.as_u16(), too_large.code().as_str()),
        (413, "upload_too_large")
    );
    let empty = site.call(creation(&owner, "mix.wav", 0)).await;
    assert_eq!(
        (empty.status.as_u16(), empty.code().as_str()),
        (422, "empty_file")
    );
    begin(&site, &owner, "1.wav", 1000).await;
    begin(&site, &owner, "2.wav", 1000).await;
    let full = site.call(creation(&owner, "3.wav", 1000)).await;
    assert_eq!(
        (full.status.as_u16(), full.code().as_str()),
        (413, "quota_reached")
    );
    begin(&site, &owner, "3.wav", 500).await;
}

#[tokio::test]
async fn more_than_announced_is_refused() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let answer = site.call(piece(&owner, &place, 0, vec![0; 1001])).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (413, "upload_too_large")
    );
    assert_eq!(
        where_is(&site, &owner, &place)
            .await
            .header("upload-offset"),
        "0"
    );
}

#[tokio::test]
async fn text_called_wav_is_refused_and_gone() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let text = b"Dear diary, today I recorded the vocals.\n".repeat(50);
    let place = begin(&site, &owner, "vocals.wav", text.len()).await;
    let answer = site.call(piece(&owner, &place, 0, text)).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (415, "not_audio")
    );
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .contains("not audio")
    );
    assert_eq!(parts(&site), 0);
    assert_eq!(
        where_is(&site, &owner, &place).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn other_tongues_are_refused() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let mut request = asked(&owner, Method::HEAD, &place);
    request
        .headers_mut()
        .insert("tus-resumable", "0.2.2".parse().unwrap());
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::PRECONDITION_FAILED);
    assert_eq!(answer.header("tus-version"), "1.0.0");
    let mut request = piece(&owner, &place, 0, vec![0; 10]);
    request
        .headers_mut()
        .insert("content-type", "audio/wav".parse().unwrap());
    assert_eq!(
        site.call(request).await.status,
        StatusCode::UNSUPPORTED_MEDIA_TYPE
    );
    let mut request = creation(&owner, "mix.wav", 10);
    request.headers_mut().remove("upload-length");
    assert_eq!(site.call(request).await.status, StatusCode::BAD_REQUEST);
}
