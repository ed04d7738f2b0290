//! What arrived is what was sent.

use axum::{body::Body, http::StatusCode};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};

use crate::{
    begin, dropped, piece,
    support::{Site, a_wav},
    where_is,
};

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
