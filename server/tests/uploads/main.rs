//! tus over the real router: what any client may rely on.
#![allow(clippy::unwrap_used)]

mod checksums;
mod refused;
#[path = "../support/mod.rs"]
mod support;

use std::io;

use axum::{
    body::{Body, Bytes},
    http::{Method, Request, StatusCode, request::Builder},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use contract::UploadId;
use futures::stream;
use sha2::{Digest as _, Sha256};
use studio::Actor;
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
