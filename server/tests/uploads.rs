//! tus over the real router: what any client may rely on.
#![allow(clippy::unwrap_used)]

mod support;

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, request::Builder},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use contract::{SessionId, UploadId, UserId, accounts::Role};
use futures::stream;
use sha2::{Digest, Sha256};
use store::{Store, accounts::UserRow, new_id};
use studio::{Actor, media::MediaError};
use support::{Answer, Browser, DAY_S, Site, a_wav, change};

const BYTES: &str = "application/offset+octet-stream";

fn tus(browser: &Browser, method: Method, path: &str) -> Builder {
    change(method, path)
        .header("cookie", browser.cookie())
        .header("x-csrf-token", &browser.me.csrf)
        .header("tus-resumable", "1.0.0")
}

fn creation(browser: &Browser, name: &str, size: usize) -> Request<Body> {
    tus(browser, Method::POST, "/api/uploads")
        .header("upload-length", size)
        .header(
            "upload-metadata",
            format!("filename {},filetype YXVkaW8vd2F2", STANDARD.encode(name)),
        )
        .body(Body::empty())
        .unwrap()
}

fn piece(browser: &Browser, place: &str, offset: usize, body: impl Into<Body>) -> Request<Body> {
    tus(browser, Method::PATCH, place)
        .header("upload-offset", offset)
        .header("content-type", BYTES)
        .body(body.into())
        .unwrap()
}

fn asked(browser: &Browser, method: Method, place: &str) -> Request<Body> {
    tus(browser, method, place).body(Body::empty()).unwrap()
}

/// A body that ends as a lost connection does.
fn dropped(bytes: &[u8]) -> Body {
    let sent = Bytes::copy_from_slice(bytes);
    Body::from_stream(stream::iter([
        Ok(sent),
        Err(io::Error::from(io::ErrorKind::ConnectionReset)),
    ]))
}

async fn begin(site: &Site, browser: &Browser, name: &str, size: usize) -> String {
    let answer = site.call(creation(browser, name, size)).await;
    assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
    answer.header("location").to_owned()
}

async fn where_is(site: &Site, browser: &Browser, place: &str) -> Answer {
    site.call(asked(browser, Method::HEAD, place)).await
}

fn id_of(place: &str) -> UploadId {
    place.rsplit('/').next().unwrap().parse().unwrap()
}

/// Files in the folder of uploads.
fn parts(site: &Site) -> usize {
    std::fs::read_dir(site.folder.path().join("data/uploads"))
        .unwrap()
        .count()
}

#[tokio::test]
async fn says_what_it_can() {
    let site = Site::with([("SOUNDSTAGE_MAX_UPLOAD", "1000")]).await;
    let owner = site.owner().await;
    let request = change(Method::OPTIONS, "/api/uploads").header("cookie", owner.cookie());
    let answer = site.call(request.body(Body::empty()).unwrap()).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(answer.header("tus-version"), "1.0.0");
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
    assert_eq!(
        answer.header("tus-extension"),
        "creation,creation-with-upload,termination,checksum,expiration"
    );
    assert_eq!(answer.header("tus-max-size"), "1000");
    assert_eq!(answer.header("tus-checksum-algorithm"), "sha1,sha256");
}

#[tokio::test]
async fn a_file_in_two_pieces_becomes_an_asset() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let place = begin(&site, &owner, "../Songs/Mix 3.wav", wav.len()).await;

    let head = where_is(&site, &owner, &place).await;
    assert_eq!(head.status, StatusCode::OK);
    assert_eq!(head.header("upload-offset"), "0");
    assert_eq!(head.header("upload-length"), wav.len().to_string());
    assert_eq!(head.header("cache-control"), "no-store");
    assert!(head.header("upload-expires").ends_with(" GMT"));

    let first = site
        .call(piece(&owner, &place, 0, wav[..1000].to_vec()))
        .await;
    assert_eq!(first.status, StatusCode::NO_CONTENT);
    assert_eq!(first.header("upload-offset"), "1000");
    assert_eq!(first.header("soundstage-asset"), "");
    let last = site
        .call(piece(&owner, &place, 1000, wav[1000..].to_vec()))
        .await;
    assert_eq!(last.status, StatusCode::NO_CONTENT);
    assert_eq!(last.header("upload-offset"), wav.len().to_string());
    let asset = last.header("soundstage-asset");
    assert_eq!(asset, id_of(&place).to_string());

    // The client may not have heard the end: it is still told.
    let head = where_is(&site, &owner, &place).await;
    assert_eq!(head.header("upload-offset"), head.header("upload-length"));
    assert_eq!(head.header("soundstage-asset"), asset);

    let original = site
        .get_as(&owner, &format!("/api/assets/{asset}/original"))
        .await;
    let digest: String = Sha256::digest(&wav)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    assert_eq!(original.header("etag"), format!("\"{digest}\""));
    assert!(
        original
            .header("content-disposition")
            .contains("filename=\"Mix 3.wav\"")
    );
    assert_eq!(parts(&site), 0);
}

#[tokio::test]
async fn a_dropped_connection_resumes() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let place = begin(&site, &owner, "mix.wav", wav.len()).await;
    let broken = site
        .call(piece(&owner, &place, 0, dropped(&wav[..70_000])))
        .await;
    assert_eq!(
        (broken.status, broken.code().as_str()),
        (StatusCode::CONFLICT, "interrupted")
    );
    let head = where_is(&site, &owner, &place).await;
    assert_eq!(head.header("upload-offset"), "70000");
    let rest = site
        .call(piece(&owner, &place, 70_000, wav[70_000..].to_vec()))
        .await;
    assert_eq!(rest.status, StatusCode::NO_CONTENT);
    assert!(!rest.header("soundstage-asset").is_empty());
}

#[tokio::test]
async fn the_newest_request_goes_on() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let place = begin(&site, &owner, "mix.wav", wav.len()).await;
    // A connection that is dead, without anybody having noticed.
    let (say, hear) = futures::channel::mpsc::unbounded::<io::Result<Bytes>>();
    say.unbounded_send(Ok(Bytes::copy_from_slice(&wav[..5_000])))
        .unwrap();
    let router = site.router.clone();
    let stuck = piece(&owner, &place, 0, Body::from_stream(hear));
    let stuck =
        tokio::spawn(async move { tower::ServiceExt::oneshot(router, stuck).await.unwrap() });
    // Until its bytes are on their way, HEAD may come first and find nothing.
    let mut offset = String::new();
    while offset != "5000" {
        tokio::task::yield_now().await;
        if stuck.is_finished() {
            break;
        }
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        offset = where_is(&site, &owner, &place)
            .await
            .header("upload-offset")
            .to_owned();
    }
    let old = stuck.await.unwrap();
    assert_eq!(old.status(), StatusCode::CONFLICT);
    drop(say);
    let kept: usize = where_is(&site, &owner, &place)
        .await
        .header("upload-offset")
        .parse()
        .unwrap();
    let rest = site
        .call(piece(&owner, &place, kept, wav[kept..].to_vec()))
        .await;
    assert_eq!(rest.status, StatusCode::NO_CONTENT);
    assert!(!rest.header("soundstage-asset").is_empty());
}

#[tokio::test]
async fn a_wrong_offset_is_a_conflict() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let place = begin(&site, &owner, "mix.wav", wav.len()).await;
    let answer = site
        .call(piece(&owner, &place, 10, wav[10..20].to_vec()))
        .await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (StatusCode::CONFLICT, "offset_mismatch")
    );
    assert_eq!(answer.header("tus-resumable"), "1.0.0");
}

#[tokio::test]
async fn checksums_hold_or_nothing_is_kept() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let place = begin(&site, &owner, "mix.wav", wav.len()).await;
    let with = |offset: usize, sum: String, body: Body| {
        let mut request = piece(&owner, &place, offset, body);
        request
            .headers_mut()
            .insert("upload-checksum", sum.parse().unwrap());
        request
    };
    let sha256 = |bytes: &[u8]| format!("sha256 {}", STANDARD.encode(Sha256::digest(bytes)));

    let wrong = site
        .call(with(0, sha256(b"other"), wav[..5000].to_vec().into()))
        .await;
    assert_eq!(
        (wrong.status.as_u16(), wrong.code().as_str()),
        (460, "checksum_mismatch")
    );
    assert_eq!(
        where_is(&site, &owner, &place)
            .await
            .header("upload-offset"),
        "0"
    );
    let cut_off = site
        .call(with(0, sha256(&wav[..5000]), dropped(&wav[..4000])))
        .await;
    assert_eq!(cut_off.code(), "interrupted");
    assert_eq!(
        where_is(&site, &owner, &place)
            .await
            .header("upload-offset"),
        "0"
    );
    let unknown = site
        .call(with(0, "crc32 AAAA".into(), wav[..5000].to_vec().into()))
        .await;
    assert_eq!(unknown.status, StatusCode::BAD_REQUEST);

    let right = site
        .call(with(0, sha256(&wav[..5000]), wav[..5000].to_vec().into()))
        .await;
    assert_eq!(right.header("upload-offset"), "5000");
    let rest = site
        .call(with(
            5000,
            sha256(&wav[5000..]),
            wav[5000..].to_vec().into(),
        ))
        .await;
    assert_eq!(rest.status, StatusCode::NO_CONTENT);
    // The digest of the whole was not spoilt by the pieces that were thrown away.
    let digest: String = Sha256::digest(&wav)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    let path = format!("/api/assets/{}/original", rest.header("soundstage-asset"));
    assert_eq!(
        site.get_as(&owner, &path).await.header("etag"),
        format!("\"{digest}\"")
    );
}

#[tokio::test]
async fn sha1_is_spoken_too() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let mut request = piece(&owner, &place, 0, "hello world");
    // From the protocol's own example.
    request.headers_mut().insert(
        "upload-checksum",
        "sha1 Kq5sNclPz7QV2+lfQIuc6R7oRu0=".parse().unwrap(),
    );
    assert_eq!(site.call(request).await.header("upload-offset"), "11");
}

#[tokio::test]
async fn creation_takes_bytes_along() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(1.0);
    let mut request = creation(&owner, "mix.wav", wav.len());
    request
        .headers_mut()
        .insert("content-type", BYTES.parse().unwrap());
    *request.body_mut() = wav[..2000].to_vec().into();
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert_eq!(answer.header("upload-offset"), "2000");

    let mut request = creation(&owner, "whole.wav", wav.len());
    request
        .headers_mut()
        .insert("content-type", BYTES.parse().unwrap());
    *request.body_mut() = wav.clone().into();
    let answer = site.call(request).await;
    assert_eq!(answer.status, StatusCode::CREATED);
    assert!(!answer.header("soundstage-asset").is_empty());
}

#[tokio::test]
async fn terminated_is_gone() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    site.call(piece(&owner, &place, 0, vec![0; 500])).await;
    assert_eq!(parts(&site), 1);
    let answer = site.call(asked(&owner, Method::DELETE, &place)).await;
    assert_eq!(answer.status, StatusCode::NO_CONTENT);
    assert_eq!(parts(&site), 0);
    assert_eq!(
        where_is(&site, &owner, &place).await.status,
        StatusCode::NOT_FOUND
    );
    assert_eq!(
        site.call(asked(&owner, Method::DELETE, &place))
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn left_alone_it_expires() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    site.dial.pass(DAY_S - 10);
    // A piece prolongs it.
    assert_eq!(
        site.call(piece(&owner, &place, 0, vec![0; 500]))
            .await
            .status,
        StatusCode::NO_CONTENT
    );
    site.dial.pass(DAY_S - 10);
    assert_eq!(where_is(&site, &owner, &place).await.status, StatusCode::OK);
    site.dial.pass(20);
    let gone = site.call(piece(&owner, &place, 500, vec![0; 500])).await;
    assert_eq!(
        (gone.status, gone.code().as_str()),
        (StatusCode::GONE, "upload_gone")
    );
    assert_eq!(
        site.studio
            .media
            .sweep_uploads(&Actor::System)
            .await
            .unwrap(),
        1
    );
    assert_eq!(parts(&site), 0);
    assert_eq!(
        where_is(&site, &owner, &place).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn anothers_upload_is_not_found() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let other = another(&site).await;
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

#[tokio::test]
async fn methods_may_be_overridden() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let place = begin(&site, &owner, "mix.wav", 1000).await;
    let mut request = piece(&owner, &place, 0, vec![0; 10]);
    *request.method_mut() = Method::POST;
    request
        .headers_mut()
        .insert("x-http-method-override", "PATCH".parse().unwrap());
    assert_eq!(site.call(request).await.header("upload-offset"), "10");
    let mut request = asked(&owner, Method::POST, &place);
    request
        .headers_mut()
        .insert("x-http-method-override", "DELETE".parse().unwrap());
    assert_eq!(site.call(request).await.status, StatusCode::NO_CONTENT);
    assert_eq!(
        where_is(&site, &owner, &place).await.status,
        StatusCode::NOT_FOUND
    );
}

/// A second person, as later invitations will make them.
async fn another(site: &Site) -> Actor {
    let store = Store::open(&site.folder.path().join("data/soundstage.db"))
        .await
        .unwrap();
    let now = contract::Timestamp::from_seconds(1_800_000_000);
    let id = new_id(now);
    let mut tx = store.begin(&Actor::System).await.unwrap();
    let user = UserRow {
        id,
        name: "Noor".into(),
        email: "noor@example.org".into(),
        role: "member".into(),
        password_hash: String::new(),
        standing: "active".into(),
        created_at: now,
    };
    store::accounts::add_user(&mut tx, &user, "noor@example.org")
        .await
        .unwrap();
    tx.commit().await.unwrap();
    store.close().await;
    Actor::User {
        id: UserId(id),
        role: Role::Member,
        session: SessionId(id),
    }
}
