//! Who gets through which door: every route and server function, asked by everybody.
//!
//! A route that is missing from the table fails the test; so does a line for a route that is gone.
#![allow(clippy::unwrap_used)]

#[path = "../store/tests/support/mod.rs"]
mod database;
mod support;

use std::{
    collections::BTreeSet,
    path::Path,
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use audio::{Format, synth};
use axum::{
    body::{Body, Bytes},
    http::{Method, Request, header},
};
use contract::{
    accounts::{Role, Scope},
    chat::{Draft, Sent},
};
use database::Database;
use futures::{StreamExt as _, stream};
use leptos::server_fn::axum::server_fn_paths;
use server::http::v1;
use studio::{Actor, Origin};
use support::{Browser, PASSWORD, Site, change, encode};

/// Who asks. What is asked about is the member's.
const ASKERS: [&str; 7] = [
    "nobody",
    "another member",
    "the member",
    "an admin",
    "the owner",
    "an ended session",
    "a token of too little scope",
];

type Expected = [u16; 7];

const OPEN: Expected = [200; 7];
/// Of the API: a member's own, and no one else's, whoever they are.
const OWN: Expected = [401, 404, 200, 404, 404, 401, 403];
const OWN_CREATED: Expected = [401, 404, 201, 404, 404, 401, 403];
const OWN_DONE: Expected = [401, 404, 204, 404, 404, 401, 403];
/// Everybody has their own.
const EACH: Expected = [401, 200, 200, 200, 200, 401, 403];
const ADMINS: Expected = [401, 403, 403, 200, 200, 401, 403];
/// Of our own pages: a token is nobody there.
const OWN_FN: Expected = [401, 404, 200, 404, 404, 401, 401];
const EACH_FN: Expected = [401, 200, 200, 200, 200, 401, 401];
const ADMINS_FN: Expected = [401, 403, 403, 200, 200, 401, 401];
/// A page: who is not signed in is led to where one signs in.
const PAGE: Expected = [303, 200, 200, 200, 200, 303, 303];

/// For what must be somebody's alone: addresses, keys.
static COUNT: AtomicU32 = AtomicU32::new(0);

/// After so long without a failed try nobody is slowed down any more.
const FORGOTTEN_S: i64 = 3_600;

/// What is sent along.
enum Content {
    Nothing,
    Form(&'static [(&'static str, &'static str)]),
    Json(&'static str),
    /// By tus, with these headers.
    Tus(&'static [(&'static str, &'static str)]),
}
use Content::{Form, Json, Nothing, Tus};

impl Content {
    /// All that a line of the table says, to be searched for what it is about.
    fn mentioned(&self, path: &str) -> String {
        let content = match self {
            Nothing | Tus(_) => String::new(),
            Form(fields) => fields.iter().map(|(_, value)| *value).collect(),
            Json(text) => (*text).to_owned(),
        };
        [path, &content].concat()
    }
}

/// `{conversation}` and the like stand for what is the member's.
#[rustfmt::skip] // One line for each, to be read as a table.
const TABLE: &[(&str, &str, Content, Expected)] = &[
    // Pages
    ("GET", "/", Nothing, PAGE),
    ("GET", "/c/{conversation}", Nothing, [303, 404, 200, 404, 404, 303, 303]),
    ("GET", "/facts", Nothing, PAGE),
    ("GET", "/settings", Nothing, PAGE),
    ("GET", "/settings/profile", Nothing, PAGE),
    ("GET", "/settings/sessions", Nothing, PAGE),
    ("GET", "/settings/tokens", Nothing, PAGE),
    ("GET", "/settings/appearance", Nothing, PAGE),
    ("GET", "/settings/people", Nothing, [303, 403, 403, 200, 200, 303, 303]),
    ("GET", "/settings/audit", Nothing, [303, 403, 403, 200, 200, 303, 303]),
    // Who is in already is not asked in again.
    ("GET", "/sign-in", Nothing, [200, 303, 303, 303, 303, 200, 200]),
    ("GET", "/set-up", Nothing, OPEN),
    ("GET", "/join", Nothing, OPEN),
    // The way in
    ("POST", "/api/fn/door", Form(&[]), OPEN),
    ("POST", "/api/fn/me", Form(&[]), OPEN),
    ("POST", "/api/fn/sign_in", Form(&[("email", "eve@example.org"), ("password", "wrong")]), [401; 7]),
    ("POST", "/api/fn/set_up_owner", Form(&[("key", "wrong"), ("name", "Eve"), ("email", "eve@example.org"), ("password", "a low end like wet sand")]), [410; 7]),
    ("POST", "/api/fn/invitation", Form(&[("key", "wrong")]), OPEN),
    ("POST", "/api/fn/join", Form(&[("key", "wrong"), ("name", "Eve"), ("email", "eve@example.org"), ("password", "a low end like wet sand")]), [410; 7]),
    ("POST", "/api/fn/sign_out", Form(&[("csrf", "{csrf}")]), EACH_FN),
    // One's own account
    ("POST", "/api/fn/change_name", Form(&[("name", "Nora")]), EACH_FN),
    // (Let through as far as the new password, which is too short.)
    ("POST", "/api/fn/change_password", Form(&[("current", "a low end like wet sand"), ("new", "short")]), [401, 422, 422, 422, 422, 401, 401]),
    ("POST", "/api/fn/delete_account", Form(&[("password", "not mine at all")]), [401; 7]),
    ("POST", "/api/fn/sessions", Form(&[]), EACH_FN),
    ("POST", "/api/fn/end_session", Form(&[("id", "{session}")]), OWN_FN),
    ("POST", "/api/fn/end_other_sessions", Form(&[]), EACH_FN),
    ("POST", "/api/fn/tokens", Form(&[]), EACH_FN),
    ("POST", "/api/fn/make_token", Json(r#"{"name":"backup","scopes":["chat:read"],"days":7}"#), EACH_FN),
    ("POST", "/api/fn/revoke_token", Form(&[("id", "{token}")]), OWN_FN),
    // The studio's people
    ("POST", "/api/fn/people", Form(&[]), ADMINS_FN),
    ("POST", "/api/fn/invite", Form(&[("role", "member"), ("note", "")]), ADMINS_FN),
    ("POST", "/api/fn/withdraw_invite", Form(&[("id", "{invite}")]), [401, 403, 403, 200, 404, 401, 401]),
    ("POST", "/api/fn/set_role", Form(&[("id", "{person}"), ("role", "member")]), ADMINS_FN),
    ("POST", "/api/fn/suspend", Form(&[("id", "{person}"), ("suspended", "false")]), ADMINS_FN),
    ("POST", "/api/fn/remove_person", Form(&[("id", "{person}")]), [401, 403, 403, 200, 404, 401, 401]),
    ("POST", "/api/fn/audit", Form(&[]), ADMINS_FN),
    // Chat
    ("POST", "/api/fn/conversations", Json(r#"{"search":""}"#), EACH_FN),
    ("POST", "/api/fn/conversation", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/message", Json(r#"{"id":"{message}"}"#), OWN_FN),
    ("POST", "/api/fn/send", Json(r#"{"draft":{"key":"{key}","conversation":"{conversation}","text":"And now?","attachments":[]}}"#), OWN_FN),
    ("POST", "/api/fn/write_message", Form(&[("csrf", "{csrf}"), ("key", "{key}"), ("conversation", "{conversation}"), ("text", "And now?")]), OWN_FN),
    ("POST", "/api/fn/rename_conversation", Json(r#"{"id":"{conversation}","title":"Mine"}"#), OWN_FN),
    ("POST", "/api/fn/delete_conversation", Json(r#"{"id":"{conversation}"}"#), OWN_FN),
    ("POST", "/api/fn/stop_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    ("POST", "/api/fn/retry_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    ("POST", "/api/fn/resume_run", Json(r#"{"run":"{run}"}"#), OWN_FN),
    // Media
    ("POST", "/api/fn/asset", Form(&[("id", "{asset}")]), OWN_FN),
    ("POST", "/api/fn/analysis", Form(&[("mix", "{asset}")]), OWN_FN),
    ("POST", "/api/fn/fact_catalogue", Form(&[]), EACH_FN),
    ("GET", "/api/assets/{asset}/play", Nothing, OWN),
    ("GET", "/api/assets/{asset}/original", Nothing, OWN),
    ("GET", "/api/assets/{asset}/report.json", Nothing, OWN),
    ("OPTIONS", "/api/uploads", Nothing, [401, 204, 204, 204, 204, 401, 204]),
    ("POST", "/api/uploads", Tus(&[("upload-length", "100")]), [401, 201, 201, 201, 201, 401, 403]),
    ("OPTIONS", "/api/uploads/{upload}", Nothing, [401, 204, 204, 204, 204, 401, 204]),
    ("HEAD", "/api/uploads/{upload}", Tus(&[]), OWN),
    ("PATCH", "/api/uploads/{upload}", Tus(&[("content-type", "application/offset+octet-stream"), ("upload-offset", "0")]), OWN_DONE),
    ("POST", "/api/uploads/{upload}", Tus(&[("x-http-method-override", "DELETE")]), OWN_DONE),
    ("DELETE", "/api/uploads/{upload}", Tus(&[]), OWN_DONE),
    // The live channel: stays with a browser. (Without an upgrade it says what it speaks.)
    ("GET", "/api/live", Nothing, [401, 422, 422, 422, 422, 401, 403]),
    ("GET", "/api/live/sse?topics=user:{person}", Nothing, [401, 200, 200, 200, 200, 401, 403]),
    ("GET", "/api/health", Nothing, OPEN),
    ("GET", "/api/{*rest}", Nothing, [401, 404, 404, 404, 404, 401, 404]),
    ("POST", "/api/fn/{*name}", Nothing, [401, 404, 404, 404, 404, 401, 401]),
    // For scripts
    ("GET", "/api/v1/openapi.json", Nothing, [401, 200, 200, 200, 200, 401, 200]),
    ("GET", "/api/v1/me", Nothing, EACH),
    // (Each part asks for its own scope; without any of them there is no archive.)
    ("GET", "/api/v1/me/export", Nothing, EACH),
    ("GET", "/api/v1/me/sessions", Nothing, EACH),
    ("GET", "/api/v1/me/tokens", Nothing, EACH),
    ("GET", "/api/v1/people", Nothing, ADMINS),
    ("GET", "/api/v1/audit", Nothing, ADMINS),
    ("GET", "/api/v1/audit.csv", Nothing, ADMINS),
    ("GET", "/api/v1/conversations", Nothing, EACH),
    ("GET", "/api/v1/conversations/{conversation}", Nothing, OWN),
    ("PATCH", "/api/v1/conversations/{conversation}", Json(r#"{"title":"Mine"}"#), OWN_DONE),
    ("DELETE", "/api/v1/conversations/{conversation}", Nothing, OWN_DONE),
    ("POST", "/api/v1/messages", Json(r#"{"key":"{key}","conversation":"{conversation}","text":"And now?","attachments":[]}"#), OWN_CREATED),
    ("GET", "/api/v1/messages/{message}", Nothing, OWN),
    ("GET", "/api/v1/runs/{run}", Nothing, OWN),
    ("POST", "/api/v1/runs/{run}/stop", Nothing, OWN_DONE),
    ("POST", "/api/v1/runs/{run}/retry", Nothing, OWN),
    ("POST", "/api/v1/runs/{run}/resume", Nothing, OWN),
    ("GET", "/api/v1/assets", Nothing, EACH),
    ("GET", "/api/v1/assets/{asset}", Nothing, OWN),
    ("GET", "/api/v1/analyses/{asset}", Nothing, OWN),
    ("GET", "/api/v1/jobs", Nothing, EACH),
    ("GET", "/api/v1/jobs/{job}", Nothing, OWN),
    ("POST", "/api/v1/jobs/{job}/cancel", Nothing, OWN),
];

#[tokio::test]
async fn everybody_gets_through_their_doors_and_no_others() {
    everybody_asks(Site::new().await).await;
}

/// There a second wall stands behind the first: who may must get through both.
#[tokio::test]
async fn and_on_postgresql_too() {
    if let Some(database) = Database::postgres().await {
        let site = Site::with([("DATABASE_URL", database.url.as_str())]).await;
        everybody_asks(site).await;
        database.drop().await;
    }
}

async fn everybody_asks(site: Site) {
    let owner = site.owner().await;
    let ended = join(&site, &owner, Role::Member).await;
    let (_, session) = actor(&site, &ended).await.in_person().unwrap();
    let admin = join(&site, &owner, Role::Admin).await;
    let other = join(&site, &owner, Role::Member).await;
    site.studio
        .accounts
        .end_session(&actor(&site, &ended).await, &Origin::default(), session)
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
        let tries_a_password = ["sign_in", "change_password", "delete_account"]
            .iter()
            .any(|end| path.ends_with(end));
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
            let status = response.await.unwrap().status().as_u16();
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

#[tokio::test]
async fn the_table_is_complete() {
    let site = Site::new().await;
    let listed: BTreeSet<(String, String)> = TABLE
        .iter()
        .map(|(method, path, ..)| {
            let path = path.split('?').next().unwrap();
            ((*method).to_owned(), generic(path))
        })
        .collect();
    let mut there = BTreeSet::new();
    for (path, method) in server_fn_paths() {
        there.insert((method.to_string(), path.to_owned()));
    }
    for page in leptos_axum::generate_route_list(app::App) {
        there.insert((
            "GET".to_owned(),
            generic(&page.path().replace(":id", "{id}")),
        ));
    }
    for (path, item) in v1::document().paths.paths {
        let operations = [
            ("GET", item.get.is_some()),
            ("POST", item.post.is_some()),
            ("PATCH", item.patch.is_some()),
            ("PUT", item.put.is_some()),
            ("DELETE", item.delete.is_some()),
        ];
        for (method, _) in operations.into_iter().filter(|(_, is_there)| *is_there) {
            there.insert((method.to_owned(), path.clone()));
        }
    }
    there.extend(written(Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/src/http"
    ))));
    let missing: Vec<_> = there.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&there).collect();
    assert!(
        missing.is_empty(),
        "without a line in the table: {missing:#?}"
    );
    assert!(gone.is_empty(), "with a line, but not there: {gone:#?}");
    site.background.shut_down().await;
}

/// What the sources say of routes: `.route("/api/x", get(…).post(…))`. There is no asking the router.
fn written(folder: &Path) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(written(&path));
            continue;
        }
        let source = std::fs::read_to_string(&path).unwrap();
        let source = source.split("#[cfg(test)]").next().unwrap().to_owned();
        for route in source.split(".route(\"").skip(1) {
            let (address, rest) = route.split_once('"').unwrap();
            let end = rest.find(".route(").unwrap_or(rest.len());
            let end = end.min(rest.find(".merge(").unwrap_or(end));
            let handlers = &rest[..end.min(rest.find(".layer(").unwrap_or(end))];
            let mut any = false;
            for (word, method) in [
                ("get(", "GET"),
                ("post(", "POST"),
                ("patch(", "PATCH"),
                ("put(", "PUT"),
                ("delete(", "DELETE"),
                ("head(", "HEAD"),
                ("options(", "OPTIONS"),
            ] {
                if handlers.contains(word) {
                    found.insert((method.to_owned(), address.to_owned()));
                    any = true;
                }
            }
            // A catch-all takes every method; one line stands for it.
            if !any {
                assert!(handlers.contains("any("), "{address}: {handlers}");
                let method = if address.starts_with("/api/fn/") {
                    "POST"
                } else {
                    "GET"
                };
                found.insert((method.to_owned(), address.to_owned()));
            }
        }
    }
    found
}

/// `{conversation}` in the table is `{id}` in the router.
fn generic(path: &str) -> String {
    let part = |part: &str| {
        if part.starts_with('{') && !part.starts_with("{*") {
            "{id}".to_owned()
        } else {
            part.to_owned()
        }
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

async fn actor(site: &Site, browser: &Browser) -> Actor {
    let found = site.studio.accounts.authenticate(&browser.token).await;
    found.unwrap().unwrap().0
}

async fn join(site: &Site, owner: &Browser, role: Role) -> Browser {
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    let accounts = &site.studio.accounts;
    let owner = actor(site, owner).await;
    let origin = Origin::default();
    let key = accounts.invite(&owner, &origin, role, "").await.unwrap();
    let email = format!("person{count}@example.org");
    let made = accounts
        .join(&origin, &key, "Somebody", &email, PASSWORD)
        .await
        .unwrap();
    Browser {
        token: made.token,
        me: made.me,
    }
}

/// The same person at another browser: what one request ends does not end the next.
async fn again(site: &Site, person: &Browser) -> Browser {
    let made = site
        .studio
        .accounts
        .sign_in(&Origin::default(), &person.me.email, PASSWORD)
        .await
        .unwrap();
    Browser {
        token: made.token,
        me: made.me,
    }
}

/// A member with one of everything.
struct Belongings {
    browser: Browser,
    ids: Vec<(&'static str, String)>,
    /// Of the scope `account` alone, and of `chat:read` alone.
    tokens: [String; 2],
}

impl Belongings {
    /// Only what is spoken of: measuring a file and answering a question take their time.
    async fn new(site: &Site, owner: &Browser, spoken_of: &str) -> Self {
        let browser = join(site, owner, Role::Member).await;
        let origin = Origin::default();
        let mine = actor(site, &browser).await;
        let (person, session) = mine.in_person().unwrap();
        let accounts = &site.studio.accounts;
        let mut tokens = Vec::new();
        for scope in [Scope::Account, Scope::ChatRead] {
            let scopes = [scope];
            let made = accounts.make_token(&mine, &origin, "weak", &scopes, Some(7));
            tokens.push(made.await.unwrap());
        }
        let mut ids = vec![
            ("{csrf}", String::new()),
            ("{key}", String::new()),
            ("{*rest}", "nothing".to_owned()),
            ("{*name}", "nothing".to_owned()),
            ("{person}", person.to_string()),
            ("{session}", session.to_string()),
            ("{token}", tokens[0].token.id.to_string()),
        ];
        let speaks_of = |names: &[&str]| names.iter().any(|name| spoken_of.contains(name));
        if speaks_of(&["{invite}"]) {
            let boss = actor(site, owner).await;
            let invited = accounts.invite(&boss, &origin, Role::Member, "").await;
            drop(invited.unwrap());
            let invite = accounts.people(&boss).await.unwrap().invites[0].id;
            ids.push(("{invite}", invite.to_string()));
        }
        if speaks_of(&["{asset}", "{upload}", "{job}"]) {
            ids.extend(files(site, &mine).await);
        }
        if speaks_of(&["{conversation}", "{message}", "{run}"]) {
            ids.extend(answer(site, &mine).await);
        }
        let [account, chat] = [0, 1].map(|at: usize| tokens[at].secret.clone());
        Self {
            browser,
            ids,
            tokens: [account, chat],
        }
    }

    fn weak_token(&self, path: &str) -> &str {
        let of_accounts = ["/v1/me/", "/v1/people", "/v1/audit"];
        let at = path.ends_with("/v1/me") || of_accounts.iter().any(|part| path.contains(part));
        &self.tokens[usize::from(at)]
    }

    fn fill(&self, text: &str, browser: Option<&Browser>) -> String {
        let mut filled = text.to_owned();
        for (name, id) in &self.ids {
            let id = match *name {
                "{csrf}" => browser
                    .map(|browser| browser.me.csrf.clone())
                    .unwrap_or_default(),
                "{key}" => fresh_key(),
                _ => id.clone(),
            };
            filled = filled.replace(name, &id);
        }
        filled
    }
}

/// A file that was measured, its job, and an upload that has not begun.
async fn files(site: &Site, mine: &Actor) -> Vec<(&'static str, String)> {
    let media = &site.studio.media;
    let wav = a_wav();
    let upload = media.begin_upload(mine, "mix.wav", wav.len() as u64);
    let upload = upload.await.unwrap().id;
    let content = stream::iter([Ok(Bytes::from(wav))]).boxed();
    let appended = media.append(mine, upload, 0, None, content).await.unwrap();
    let asset = appended.asset.unwrap();
    let mut watch = media.watch(mine, asset).await.unwrap();
    let over = watch.wait_for(|measuring| measuring.state.is_final());
    drop(over.await.unwrap());
    let open = media.begin_upload(mine, "next.wav", 100).await.unwrap().id;
    let job = site.studio.jobs.list(mine).await.unwrap()[0].id;
    vec![
        ("{asset}", asset.to_string()),
        ("{upload}", open.to_string()),
        ("{job}", job.to_string()),
    ]
}

/// A question whose answer is whole.
async fn answer(site: &Site, mine: &Actor) -> Vec<(&'static str, String)> {
    let chat = &site.studio.chat;
    let draft = Draft {
        key: fresh_key(),
        conversation: None,
        text: "What is a good loudness?".to_owned(),
        attachments: Vec::new(),
    };
    let Sent {
        conversation,
        answer,
        ..
    } = chat.send(mine, draft).await.unwrap();
    let run = answer.run.unwrap().id;
    let over = async {
        while !chat.run(mine, run).await.unwrap().state.is_final() {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(60), over)
        .await
        .unwrap();
    vec![
        ("{conversation}", conversation.to_string()),
        ("{message}", answer.id.to_string()),
        ("{run}", run.to_string()),
    ]
}

fn fresh_key() -> String {
    format!("question {}", COUNT.fetch_add(1, Ordering::Relaxed))
}

fn a_wav() -> Vec<u8> {
    synth::noise(44_100, 2, 1.0, 0.5, false).to_wav(Format::Pcm16)
}
