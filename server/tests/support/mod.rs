//! The real router over a temporary database, with a clock that the test turns.
#![allow(
    dead_code,
    unreachable_pub,
    clippy::unwrap_used,
    reason = "each test file that takes this in uses its own part of it"
)]

use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
};

use audio::{Format, synth};
use axum::{
    Router,
    body::{Body, Bytes, to_bytes},
    extract::ConnectInfo,
    http::{HeaderMap, Method, Request, StatusCode, header, request::Builder},
};
use contract::{
    AssetId, Timestamp, UserId,
    accounts::{Me, Role},
};
use futures::{StreamExt as _, stream};
use server::{
    Background, build,
    config::{Config, Environment},
};
use studio::{Actor, Clock, Origin, Studio, accounts::SignedIn};
use tempfile::TempDir;
use tower::ServiceExt as _;

pub const HOST: &str = "localhost:3000";
pub const ORIGIN: &str = "http://localhost:3000";
pub const EMAIL: &str = "mara@example.org";
pub const PASSWORD: &str = "a low end like wet sand";
pub const DAY_S: i64 = 24 * 3_600;

#[derive(Clone)]
pub struct Dial(Arc<AtomicI64>);

impl Dial {
    pub fn pass(&self, seconds: i64) {
        self.0.fetch_add(seconds, Ordering::Relaxed);
    }
}

impl studio::Time for Dial {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.load(Ordering::Relaxed))
    }
}

pub struct Site {
    pub router: Router,
    pub studio: Studio,
    pub dial: Dial,
    pub background: Background,
    pub folder: Arc<TempDir>,
}

/// A browser that is signed in.
#[derive(Clone)]
pub struct Browser {
    pub token: String,
    pub me: Me,
}

impl Browser {
    pub fn cookie(&self) -> String {
        format!("soundstage={}", self.token)
    }

    pub fn user(&self) -> UserId {
        self.me.id
    }
}

impl From<SignedIn> for Browser {
    fn from(SignedIn { token, me }: SignedIn) -> Self {
        Self { token, me }
    }
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }

    /// The secret in the cookie that it sets.
    pub fn token(&self) -> &str {
        let cookie = self.header("set-cookie").strip_prefix("soundstage=");
        cookie.and_then(|rest| rest.split(';').next()).unwrap()
    }
}

impl Site {
    pub async fn new() -> Self {
        Self::with([]).await
    }

    pub async fn with<const N: usize>(settings: [(&str, &str); N]) -> Self {
        let dial = Dial(Arc::new(AtomicI64::new(1_800_000_000)));
        Self::start(Arc::new(tempfile::tempdir().unwrap()), dial, settings).await
    }

    /// Another process over the same data.
    pub async fn beside<const N: usize>(&self, settings: [(&str, &str); N]) -> Self {
        Self::start(self.folder.clone(), self.dial.clone(), settings).await
    }

    async fn start<const N: usize>(
        folder: Arc<TempDir>,
        dial: Dial,
        settings: [(&str, &str); N],
    ) -> Self {
        let environment = Environment::from(settings);
        let config = Config::read(&environment, Some(folder.path().join("data")), None).unwrap();
        let built = build(&config, Clock::new(dial.clone()), 3000)
            .await
            .unwrap();
        Self {
            router: built.router,
            studio: built.studio,
            dial,
            background: built.background,
            folder,
        }
    }

    pub async fn owner(&self) -> Browser {
        let key = self
            .studio
            .accounts
            .owner_link(&Actor::System)
            .await
            .unwrap();
        let made = self
            .studio
            .accounts
            .set_up_owner(&Origin::default(), &key, "Mara", EMAIL, PASSWORD)
            .await;
        made.unwrap().into()
    }

    /// Kim, who was invited by the host and comes through the form.
    pub async fn join(&self, host: &Browser, role: Role, email: &str) -> Browser {
        let accounts = &self.studio.accounts;
        let host = self.actor(host).await;
        let key = accounts.invite(&host, &Origin::default(), role, "").await;
        let key = key.unwrap();
        let fields = [
            ("key", key.as_str()),
            ("name", "Kim"),
            ("email", email),
            ("password", PASSWORD),
        ];
        let answer = self.post_form("/api/fn/join", &fields).await;
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let token = answer.token().to_owned();
        let (_, me) = accounts.authenticate(&token).await.unwrap().unwrap();
        Browser { token, me }
    }

    /// Whose requests the browser's are.
    pub async fn actor(&self, browser: &Browser) -> Actor {
        let found = self.studio.accounts.authenticate(&browser.token).await;
        found.unwrap().unwrap().0
    }

    /// A file of theirs, which the workers have measured.
    pub async fn bring(&self, actor: &Actor, name: &str, wav: &[u8]) -> AssetId {
        let media = &self.studio.media;
        let upload = media.begin_upload(actor, name, wav.len() as u64);
        let upload = upload.await.unwrap().id;
        let content = stream::iter([Ok(Bytes::copy_from_slice(wav))]).boxed();
        let appended = media.append(actor, upload, 0, None, content).await.unwrap();
        let asset = appended.asset.unwrap();
        let mut watch = media.watch(actor, asset).await.unwrap();
        let over = watch.wait_for(|measuring| measuring.state.is_final());
        drop(over.await.unwrap());
        asset
    }

    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, 16 << 20).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(get(path).body(Body::empty()).unwrap()).await
    }

    pub async fn get_as(&self, browser: &Browser, path: &str) -> Answer {
        self.call(
            get(path)
                .header(header::COOKIE, browser.cookie())
                .body(Body::empty())
                .unwrap(),
        )
        .await
    }

    /// As a server function is called by wasm, signed out.
    pub async fn post_form(&self, path: &str, fields: &[(&str, &str)]) -> Answer {
        self.call(form(path, fields)).await
    }

    /// On a port of its own, for what needs a connection.
    pub async fn listen(&self) -> SocketAddr {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let service = self
            .router
            .clone()
            .into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(listener, service).await });
        address
    }
}

pub fn a_wav(seconds: f64) -> Vec<u8> {
    synth::noise(44_100, 2, seconds, 0.5, false).to_wav(Format::Pcm16)
}

pub fn get(path: &str) -> Builder {
    Request::get(path).header(header::HOST, HOST)
}

/// A change that a page of ours makes.
pub fn change(method: Method, path: &str) -> Builder {
    Request::builder()
        .method(method)
        .uri(path)
        .header(header::HOST, HOST)
        .header(header::ORIGIN, ORIGIN)
}

pub fn form(path: &str, fields: &[(&str, &str)]) -> Request<Body> {
    let request = change(Method::POST, path)
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
    request
        .header(header::ACCEPT, "application/json")
        .body(Body::from(encode(fields)))
        .unwrap()
}

pub fn encode(fields: &[(&str, &str)]) -> String {
    let escape = |text: &str| {
        let one = |byte: u8| {
            if byte.is_ascii_alphanumeric() {
                char::from(byte).to_string()
            } else {
                format!("%{byte:02X}")
            }
        };
        text.bytes().map(one).collect::<String>()
    };
    fields
        .iter()
        .map(|(name, value)| format!("{name}={}", escape(value)))
        .collect::<Vec<_>>()
        .join("&")
}

/// From another machine.
pub fn from_address(mut request: Request<Body>, address: &str) -> Request<Body> {
    request.extensions_mut().insert(ConnectInfo(SocketAddr::new(
        address.parse().unwrap(),
        50_000,
    )));
    request
}
