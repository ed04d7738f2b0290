//! Everybody asks at every door.

use axum::{
    body::{Body, to_bytes},
    http::{Method, Request, header},
};
use contract::accounts::Role;
use studio::Origin;

use crate::{
    belongings::{Belongings, somebody},
    database::Database,
    elsewhere,
    support::{Browser, PASSWORD, Site, change, encode},
    table::{ASKERS, Form, Json, Nothing, TABLE, Tus},
};

/// After so long without a failed try nobody is slowed down any more.
const FORGOTTEN_S: i64 = 3_600;

#[tokio::test]
async fn everybody_gets_through_their_doors_and_no_others() {
    everybody_asks(Site::with(elsewhere::SETTINGS).await).await;
}

/// There a second wall stands behind the first: who may must get through both.
#[tokio::test]
async fn and_on_postgresql_too() {
    if let Some(database) = Database::postgres().await {
        let [project, secret, trusted] = elsewhere::SETTINGS;
        let url = ("DATABASE_URL", database.url.as_str());
        let site = Site::with([url, project, secret, trusted]).await;
        everybody_asks(site).await;
        database.drop().await;
    }
}

async fn everybody_asks(site: Site) {
    let owner = site.owner().await;
    let ended = somebody(&site, &owner, Role::Member).await;
    let (_, session) = site.actor(&ended).await.in_person().unwrap();
    let admin = somebody(&site, &owner, Role::Admin).await;
    let other = somebody(&site, &owner, Role::Member).await;
    site.studio
        .accounts
        .end_session(&site.actor(&ended).await, &Origin::default(), session)
        .await
        .unwrap();

    let mut wrong = Vec::new();
    for (method, path, content, expected) in TABLE {
        let member = Belongings::new(&site, &owner, &content.mentioned(path)).await;
        // Whoever may, perhaps ends what it is about: after all who may not.
        let mut order = [0, 1, 5, 6, 3, 4, 2];
        if expected[2] >= 300 {
            order = [0, 1, 2, 5, 6, 3, 4];
        }
        let tries_a_password = content.has_a_password();
        let ends_this_session = path.ends_with("sign_out");
        for place in order {
            let asker = ASKERS[place];
            let person = match place {
                1 => Some(&other),
                2 => Some(&member.browser),
                3 => Some(&admin),
                4 => Some(&owner),
                5 => Some(&ended),
                _ => None,
            };
            let browser = match person {
                Some(person) if ends_this_session && place != 5 => Some(again(&site, person).await),
                person => person.cloned(),
            };
            if tries_a_password {
                site.dial.pass(FORGOTTEN_S);
            }
            let fill = |text: &str| member.fill(text, browser.as_ref());
            let mut request = change(Method::from_bytes(method.as_bytes()).unwrap(), &fill(path));
            if path.starts_with("/api/") {
                request = request.header(header::ACCEPT, "application/json");
            }
            if let Some(browser) = &browser {
                request = request
                    .header(header::COOKIE, browser.cookie())
                    .header("x-csrf-token", &browser.me.csrf);
            }
            if place == 6 {
                let token = format!("Bearer {}", member.weak_token(path));
                request = request.header(header::AUTHORIZATION, token);
            }
            let body = match content {
                Nothing => Body::empty(),
                Form(fields) => {
                    request =
                        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
                    let fields: Vec<_> = fields
                        .iter()
                        .map(|(name, value)| (*name, fill(value)))
                        .collect();
                    let fields: Vec<_> = fields
                        .iter()
                        .map(|(name, value)| (*name, value.as_str()))
                        .collect();
                    Body::from(encode(&fields))
                }
                Json(text) => {
                    request = request.header(header::CONTENT_TYPE, "application/json");
                    Body::from(fill(text))
                }
                Tus(headers) => {
                    request = request.header("tus-resumable", "1.0.0");
                    for (name, value) in *headers {
                        request = request.header(*name, *value);
                    }
                    Body::empty()
                }
            };
            let response = tower::ServiceExt::oneshot(
                site.router.clone(),
                request.body(body).unwrap() as Request<Body>,
            );
            let (head, body) = response.await.unwrap().into_parts();
            // To its end, where it has one: an export makes room for the next when it has been read.
            if head
                .headers
                .get(header::CONTENT_TYPE)
                .is_none_or(|kind| kind != "text/event-stream")
            {
                drop(to_bytes(body, 16 << 20).await.unwrap());
            }
            let status = head.status.as_u16();
            if status != expected[place] {
                wrong.push(format!(
                    "{method} {path}: {asker} got {status}, not {}",
                    expected[place]
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
    site.background.shut_down().await;
}

/// The same person at another browser: what one request ends does not end the next.
async fn again(site: &Site, person: &Browser) -> Browser {
    let made = site
        .studio
        .accounts
        .sign_in(&Origin::default(), &person.me.email, PASSWORD, "")
        .await;
    made.unwrap().into()
}
