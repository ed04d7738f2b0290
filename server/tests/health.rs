//! `GET /api/health`, as monitors read it.
#![allow(clippy::unwrap_used)]

mod support;

use axum::http::StatusCode;
use support::{Site, get};

#[tokio::test]
async fn a_whole_server_is_healthy() {
    let site = Site::new().await;
    let answer = site.get("/api/health").await;
    assert_eq!(answer.status, StatusCode::OK);
    assert_eq!(answer.header("content-type"), "application/json");
    let health = answer.json();
    assert_eq!(health["status"], "healthy");
    assert_eq!(health["timestamp"], "2027-01-15T08:00:00Z");
    assert!(health["responseTime"].is_number());
    for name in ["database", "storage", "disk", "model"] {
        assert_eq!(health["checks"][name]["status"], "pass", "{name}");
        assert!(health["checks"][name]["responseTime"].is_number(), "{name}");
    }
}

#[tokio::test]
async fn without_storage_it_is_unhealthy_and_says_so_to_load_balancers() {
    let site = Site::new().await;
    let data = site.folder.path().join("data");
    std::fs::remove_dir_all(data.join("objects")).unwrap();
    std::fs::write(data.join("objects"), "in the way").unwrap();
    let answer = site.get("/api/health").await;
    assert_eq!(answer.status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(answer.json()["status"], "unhealthy");
    assert_eq!(answer.json()["checks"]["storage"]["status"], "fail");
    assert!(
        !answer.body.contains("objects"),
        "what is wrong is for the log: {}",
        answer.body
    );

    std::fs::remove_file(data.join("objects")).unwrap();
    site.dial.pass(1);
    assert_eq!(site.get("/api/health").await.json()["status"], "healthy");
}

#[tokio::test]
async fn it_answers_under_any_name() {
    let site = Site::new().await;
    let mut request = get("/api/health").body(axum::body::Body::empty()).unwrap();
    request
        .headers_mut()
        .insert("host", "10.1.2.3:3000".parse().unwrap());
    assert_eq!(site.call(request).await.status, StatusCode::OK);
}
