//! Over the router, with its own workers: bytes for players that seek, the report to take along, and
//! nothing for those who are not signed in.

use axum::http::StatusCode;
use contract::AssetId;

use crate::support::{Answer, Browser, Site, a_wav, get};

struct Played {
    site: Site,
    owner: Browser,
    wav: Vec<u8>,
    asset: AssetId,
}

async fn played() -> Played {
    let site = Site::new().await;
    let owner = site.owner().await;
    let wav = a_wav(2.0);
    let actor = site.actor(&owner).await;
    let name = "Übermix \"3\".wav";
    let asset = site.bring(&actor, name, &wav).await;
    Played {
        site,
        owner,
        wav,
        asset,
    }
}

impl Played {
    async fn get(&self, what: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = get(&format!("/api/assets/{}/{what}", self.asset))
            .header("cookie", self.owner.cookie());
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.site
            .call(request.body(axum::body::Body::empty()).unwrap())
            .await
    }
}

#[tokio::test]
async fn workers_measure_and_players_seek() {
    let played = played().await;
    let whole = played.get("play", &[]).await;
    assert_eq!(whole.status, StatusCode::OK);
    assert_eq!(whole.header("content-length"), played.wav.len().to_string());
    assert_eq!(whole.header("content-type"), "audio/wav");
    assert_eq!(whole.header("accept-ranges"), "bytes");
    assert_eq!(whole.header("x-content-type-options"), "nosniff");
    assert!(whole.header("cache-control").starts_with("private"));
    let disposition = whole.header("content-disposition");
    assert!(
        disposition.starts_with("inline; filename=\"_bermix _3_.wav\""),
        "{disposition}"
    );
    let tag = whole.header("etag").to_owned();

    let part = played.get("play", &[("range", "bytes=0-3")]).await;
    assert_eq!(
        (part.status, part.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "RIFF")
    );
    assert_eq!(
        part.header("content-range"),
        format!("bytes 0-3/{}", played.wav.len())
    );
    assert_eq!(part.header("content-length"), "4");
    let fits = played
        .get("play", &[("range", "bytes=8-11"), ("if-range", &tag)])
        .await;
    assert_eq!(
        (fits.status, fits.body.as_str()),
        (StatusCode::PARTIAL_CONTENT, "WAVE")
    );
    let other = played
        .get("play", &[("range", "bytes=8-11"), ("if-range", "\"old\"")])
        .await;
    assert_eq!(other.status, StatusCode::OK);
    let beyond = played.get("play", &[("range", "bytes=99999999-")]).await;
    assert_eq!(beyond.status, StatusCode::RANGE_NOT_SATISFIABLE);
    assert_eq!(
        beyond.header("content-range"),
        format!("bytes */{}", played.wav.len())
    );
    let known = played.get("play", &[("if-none-match", &tag)]).await;
    assert_eq!(
        (known.status, known.body.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert!(
        played
            .get("original", &[])
            .await
            .header("content-disposition")
            .starts_with("attachment")
    );
}

#[tokio::test]
async fn the_report_can_be_taken_along() {
    let played = played().await;
    let report = played.get("report.json", &[]).await;
    assert_eq!(report.status, StatusCode::OK);
    assert_eq!(report.json()["file"]["container"], "wav");
    assert!(report.json()["facts"].as_array().unwrap().len() > 10);
    let itself = played
        .get(&format!("report.json?reference={}", played.asset), &[])
        .await;
    assert!(itself.json()["reference"].is_object());
    assert_eq!(
        played
            .get("report.json?reference=nonsense", &[])
            .await
            .status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn bytes_are_for_those_who_are_signed_in() {
    let played = played().await;
    let path = format!("/api/assets/{}/play", played.asset);
    assert_eq!(
        played.site.get(&path).await.status,
        StatusCode::UNAUTHORIZED
    );
    for path in [
        "/api/assets/nonsense/play",
        "/api/assets/01890000-0000-7000-8000-000000000000/play",
    ] {
        let answer = played.site.get_as(&played.owner, path).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (StatusCode::NOT_FOUND, "not_found")
        );
    }
}
