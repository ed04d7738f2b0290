//! The studio for scripts: an API token, `/api/v1`, and the description that it keeps to.
#![allow(clippy::unwrap_used)]

mod support;

use axum::{
    body::Body,
    http::{Method, Request, StatusCode, header, request::Builder},
};
use contract::accounts::Scope;
use serde_json::{Value, json};
use server::http::v1;
use studio::Origin;
use support::{Answer, Browser, HOST, Site, a_wav};

/// A program somewhere: no cookie, no `Origin`, no CSRF token.
struct Script<'a> {
    site: &'a Site,
    token: String,
    description: Value,
}

impl<'a> Script<'a> {
    async fn new(site: &'a Site, owner: &Browser, scopes: &[Scope]) -> Self {
        let actor = site.actor(owner).await;
        let accounts = &site.studio.accounts;
        let made = accounts
            .make_token(&actor, &Origin::default(), "script", scopes, Some(30))
            .await;
        Self {
            site,
            token: made.unwrap().secret,
            description: serde_json::to_value(v1::document()).unwrap(),
        }
    }

    fn request(&self, method: &str, path: &str) -> Builder {
        Request::builder()
            .method(Method::from_bytes(method.as_bytes()).unwrap())
            .uri(path)
            .header(header::HOST, HOST)
            .header(header::AUTHORIZATION, format!("Bearer {}", self.token))
    }

    /// Asks as the description says (`described` is the path in it), and holds the answer to it.
    async fn ask(&self, method: &str, path: &str, described: &str, body: Option<Value>) -> Value {
        let answer = self.call(method, path, body).await;
        let operation = &self.description["paths"][described][method.to_lowercase()];
        let status = answer.status.as_u16().to_string();
        let expected = &operation["responses"][&status];
        assert!(
            expected.is_object(),
            "{method} {described} is not said to answer {status}: {}",
            answer.body
        );
        let Some(schema) = expected.pointer("/content/application~1json/schema") else {
            assert_eq!(answer.body, "", "{method} {described}");
            return Value::Null;
        };
        // References in it lead into the whole description.
        let mut whole = self.description.clone();
        whole
            .as_object_mut()
            .unwrap()
            .extend(schema.as_object().unwrap().clone());
        let validator = jsonschema::validator_for(&whole).unwrap();
        // It refuses what it should.
        assert!(!validator.is_valid(&json!({ "nothing": "of the kind" })));
        let json = answer.json();
        let faults: Vec<_> = validator
            .iter_errors(&json)
            .map(|fault| format!("{} at {}", fault, fault.instance_path()))
            .collect();
        assert!(faults.is_empty(), "{method} {described}: {faults:#?}");
        json
    }

    async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let request = self.request(method, path);
        let request = match body {
            Some(body) => request
                .header(header::CONTENT_TYPE, "application/json")
                .body(Body::from(body.to_string())),
            None => request.body(Body::empty()),
        };
        self.site.call(request.unwrap()).await
    }

    /// Brings a file by tus, as any tus client would.
    async fn upload(&self, wav: Vec<u8>) -> String {
        let request = self
            .request("POST", "/api/uploads")
            .header("tus-resumable", "1.0.0")
            .header("upload-length", wav.len())
            .header("upload-metadata", "filename bWl4Lndhdg==")
            .header("content-type", "application/offset+octet-stream")
            .body(Body::from(wav));
        let answer = self.site.call(request.unwrap()).await;
        assert_eq!(answer.status, StatusCode::CREATED, "{}", answer.body);
        answer.header("soundstage-asset").to_owned()
    }
}

#[tokio::test]
async fn a_script_brings_a_mix_asks_and_reads_the_answer() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let scopes = [Scope::Account, Scope::ChatWrite, Scope::MediaWrite];
    let script = Script::new(&site, &owner, &scopes).await;

    let me = script.ask("GET", "/api/v1/me", "/api/v1/me", None).await;
    assert_eq!(me["email"], support::EMAIL);
    let sessions = "/api/v1/me/sessions";
    let sessions = script.ask("GET", sessions, sessions, None).await;
    assert_eq!(sessions[0]["is_this"], false);
    let tokens = "/api/v1/me/tokens";
    let tokens = script.ask("GET", tokens, tokens, None).await;
    assert_eq!(tokens[0]["name"], "script");

    let asset = script.upload(a_wav(1.0)).await;
    let listed = script
        .ask("GET", "/api/v1/assets", "/api/v1/assets", None)
        .await;
    assert_eq!(listed[0]["id"], asset.as_str());

    let question = json!({
        "key": "0190a0b0-0000-7000-8000-000000000001",
        "conversation": null,
        "text": "What is wrong with my low end?",
        "attachments": [{ "asset": asset, "side": "a" }],
    });
    let messages = "/api/v1/messages";
    let sent = script
        .ask("POST", messages, messages, Some(question.clone()))
        .await;
    // Sent again, it is the same.
    let again = script.ask("POST", messages, messages, Some(question)).await;
    assert_eq!(again["answer"]["id"], sent["answer"]["id"]);

    let run = sent["answer"]["run"]["id"].as_str().unwrap();
    let address = format!("/api/v1/runs/{run}");
    let over = async {
        loop {
            let run = script.ask("GET", &address, "/api/v1/runs/{id}", None).await;
            if run["state"] == "done" {
                return run;
            }
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    let run = tokio::time::timeout(patience, over).await.unwrap();
    assert!(!run["blocks"].as_array().unwrap().is_empty());

    let conversation = sent["conversation"].as_str().unwrap();
    let one = "/api/v1/conversations/{id}";
    let address = one.replace("{id}", conversation);
    let title = json!({ "title": "From a script" });
    script.ask("PATCH", &address, one, Some(title)).await;
    let read = script.ask("GET", &address, one, None).await;
    assert_eq!(read["title"], "From a script");
    assert_eq!(read["messages"][1]["run"]["blocks"], run["blocks"]);
    let message = sent["message"]["id"].as_str().unwrap();
    let message = format!("/api/v1/messages/{message}");
    script
        .ask("GET", &message, "/api/v1/messages/{id}", None)
        .await;
    let list = "/api/v1/conversations";
    let found = script
        .ask("GET", "/api/v1/conversations?search=low+end", list, None)
        .await;
    assert_eq!(found[0]["id"], conversation);

    let analysis = format!("/api/v1/analyses/{asset}");
    let report = script
        .ask("GET", &analysis, "/api/v1/analyses/{id}", None)
        .await;
    assert_eq!(report["file"]["name"], "mix.wav");
    let asset = format!("/api/v1/assets/{asset}");
    script.ask("GET", &asset, "/api/v1/assets/{id}", None).await;
    let jobs = script
        .ask("GET", "/api/v1/jobs", "/api/v1/jobs", None)
        .await;
    let job = format!("/api/v1/jobs/{}", jobs[0]["id"].as_str().unwrap());
    script.ask("GET", &job, "/api/v1/jobs/{id}", None).await;

    script.ask("DELETE", &address, one, None).await;
    let gone = script.call("GET", &address, None).await;
    assert_eq!(
        (gone.status.as_u16(), gone.code().as_str()),
        (404, "not_found")
    );
    site.background.shut_down().await;
}

#[tokio::test]
async fn everything_of_ones_own_comes_in_one_archive() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let scopes = [Scope::Account, Scope::ChatWrite, Scope::MediaWrite];
    let script = Script::new(&site, &owner, &scopes).await;
    let wav = a_wav(1.0);
    let asset = script.upload(wav.clone()).await;
    let question = json!({
        "key": "0190a0b0-0000-7000-8000-000000000002",
        "conversation": null,
        "text": "Is it loud enough?",
        "attachments": [{ "asset": asset, "side": "a" }],
    });
    let messages = "/api/v1/messages";
    let sent = script.ask("POST", messages, messages, Some(question)).await;
    let measured = async {
        let address = format!("/api/v1/analyses/{asset}");
        while script.call("GET", &address, None).await.status != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, measured).await.unwrap();

    let request = script.request("GET", "/api/v1/me/export");
    let request = request.body(Body::empty()).unwrap();
    let response = tower::ServiceExt::oneshot(site.router.clone(), request);
    let response = response.await.unwrap();
    assert_eq!(response.headers()[header::CONTENT_TYPE], "application/zip");
    let bytes = axum::body::to_bytes(response.into_body(), 16 << 20);
    let archive = std::io::Cursor::new(bytes.await.unwrap());
    let mut archive = zip::ZipArchive::new(archive).unwrap();
    let conversation = sent["conversation"].as_str().unwrap();
    let file = format!("files/{asset}-mix.wav");
    let mut names: Vec<_> = archive
        .file_names()
        .map(|name| name.unwrap().into_owned())
        .collect();
    names.sort();
    let mut expected = vec![
        "connections.json".to_owned(),
        "passkeys.json".to_owned(),
        "profile.json".to_owned(),
        "sessions.json".to_owned(),
        "tokens.json".to_owned(),
        "ways_in.json".to_owned(),
        format!("branches/{conversation}.json"),
        format!("conversations/{conversation}.json"),
        format!("analyses/{asset}.json"),
        file.clone(),
    ];
    expected.sort();
    assert_eq!(names, expected);
    let mut read = Vec::new();
    std::io::Read::read_to_end(&mut archive.by_name(&file).unwrap(), &mut read).unwrap();
    assert!(read == wav);
    let profile = archive.by_name("profile.json").unwrap();
    let profile: Value = serde_json::from_reader(profile).unwrap();
    assert_eq!(profile["email"], support::EMAIL);
    site.background.shut_down().await;
}

#[tokio::test]
async fn there_is_room_for_two_exports_and_none_waits_for_who_does_not_read() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let scopes = [Scope::Account, Scope::ChatRead, Scope::MediaWrite];
    let script = Script::new(&site, &owner, &scopes).await;
    // More than lies between a writer and a reader.
    script.upload(a_wav(10.0)).await;
    let begin = async || {
        let request = script.request("GET", "/api/v1/me/export");
        let request = request.body(Body::empty()).unwrap();
        let response = tower::ServiceExt::oneshot(site.router.clone(), request);
        response.await.unwrap()
    };
    let (first, second) = (begin().await, begin().await);
    assert_eq!(
        (first.status(), second.status()),
        (StatusCode::OK, StatusCode::OK)
    );
    let third = script.call("GET", "/api/v1/me/export", None).await;
    assert_eq!(
        (third.status.as_u16(), third.code().as_str()),
        (429, "too_many_requests")
    );
    // Who goes away makes room.
    drop(first);
    let room = async {
        while begin().await.status() != StatusCode::OK {
            tokio::task::yield_now().await;
        }
    };
    let patience = std::time::Duration::from_secs(60);
    tokio::time::timeout(patience, room).await.unwrap();
    drop(second);
    site.background.shut_down().await;
}

#[tokio::test]
async fn the_owner_reads_people_and_the_log_by_script() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let script = Script::new(&site, &owner, &[Scope::Admin]).await;
    let people = script
        .ask("GET", "/api/v1/people", "/api/v1/people", None)
        .await;
    assert_eq!(people["people"][0]["role"], "owner");
    let audit = script
        .ask("GET", "/api/v1/audit", "/api/v1/audit", None)
        .await;
    let acts: Vec<_> = audit.as_array().unwrap().iter().collect();
    assert!(acts.iter().any(|act| act["act"] == "token.make"));
    let csv = script.call("GET", "/api/v1/audit.csv", None).await;
    assert_eq!(csv.header("content-type"), "text/csv; charset=utf-8");
    assert_eq!(csv.body.lines().count(), acts.len() + 1);
    site.background.shut_down().await;
}

#[tokio::test]
async fn a_bad_token_is_refused_even_beside_a_good_cookie() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let mut script = Script::new(&site, &owner, &[Scope::Account]).await;
    script.token.replace_range(10..11, "_");
    let request = script
        .request("GET", "/api/v1/me")
        .header(header::COOKIE, owner.cookie())
        .body(Body::empty());
    let answer = site.call(request.unwrap()).await;
    assert_eq!(
        (answer.status.as_u16(), answer.code().as_str()),
        (401, "token_invalid")
    );
    site.background.shut_down().await;
}

#[tokio::test]
async fn what_is_malformed_is_said_so() {
    let site = Site::new().await;
    let owner = site.owner().await;
    let scopes = [Scope::ChatWrite, Scope::MediaRead];
    let script = Script::new(&site, &owner, &scopes).await;
    for (method, path, body) in [
        ("POST", "/api/v1/messages", json!({ "text": "no key" })),
        ("GET", "/api/v1/assets?before=yesterday", Value::Null),
    ] {
        let body = Some(body).filter(|body| !body.is_null());
        let answer = script.call(method, path, body).await;
        assert_eq!(
            (answer.status.as_u16(), answer.code().as_str()),
            (422, "invalid"),
            "{path}"
        );
    }
    let unknown = script.call("GET", "/api/v1/runs/nonsense", None).await;
    assert_eq!(unknown.code(), "not_found");
    site.background.shut_down().await;
}
