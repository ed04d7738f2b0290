//! Pages, many at once.
#![allow(clippy::unwrap_used)]

mod support;

use std::{sync::Arc, time::Duration};

use axum::http::StatusCode;
use contract::chat::Draft;
use futures::future::try_join_all;
use studio::Actor;
use support::{Browser, Site};
use tokio::time::timeout;

const QUESTION: &str = "Why do kick and bass fight?";
/// A bound for hangs.
const PATIENCE: Duration = Duration::from_secs(120);

async fn conversation(site: &Site, browser: &Browser) -> String {
    let actor = Actor::User {
        id: browser.me.id,
        role: browser.me.role,
        session: contract::SessionId(browser.me.id.0),
    };
    let draft = Draft {
        key: "one".to_owned(),
        conversation: None,
        text: QUESTION.to_owned(),
        attachments: Vec::new(),
        replaces: None,
    };
    let sent = site.studio.chat.send(&actor, draft).await.unwrap();
    site.studio.chat.idle().await;
    format!("/c/{}", sent.conversation)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 8)]
async fn at_once_each_is_whole_and_shows_its_own_visitor() {
    let site = Arc::new(Site::new().await);
    let mara = site.owner().await;
    let path = conversation(&site, &mara).await;
    let readers = (0..16).map(|reader| {
        let (site, mara, path) = (site.clone(), mara.clone(), path.clone());
        tokio::spawn(async move {
            for _ in 0..40 {
                if reader % 4 == 0 {
                    let page = site.get("/sign-in").await;
                    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
                    assert!(page.body.contains("</html>"), "{}", page.body);
                    assert!(!page.body.contains("Mara"), "a stranger reads her name");
                } else {
                    let page = site.get_as(&mara, &path).await;
                    assert_eq!(page.status, StatusCode::OK, "{}", page.body);
                    assert!(page.body.contains("</html>"), "{}", page.body);
                    assert!(page.body.contains(QUESTION) && page.body.contains("Mara"));
                }
            }
        })
    });
    let all = timeout(PATIENCE, try_join_all(readers));
    all.await.expect("a page never ended").unwrap();
}
