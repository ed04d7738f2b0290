//! A provider on loopback that answers as it is told, well or badly.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
};

use axum::{
    Router,
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode, Uri, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;

#[derive(Clone, Debug)]
pub(crate) enum Reply {
    Json(Value),
    /// JSON, and a header that says otherwise.
    As(&'static str, Value),
    Error(u16, Value),
    Garbage,
    /// Headers never come.
    Stall,
    /// Half of it comes, then nothing.
    Half,
    Redirect(String),
    /// More than anybody should read.
    Endless,
}

#[derive(Clone, Debug)]
pub(crate) struct Asked {
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) address: String,
    inner: Arc<Mutex<Inner>>,
}

#[derive(Default)]
struct Inner {
    replies: HashMap<String, Reply>,
    asked: Vec<Asked>,
}

impl Fake {
    pub(crate) async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let fake = Self {
            address: format!("http://{}", listener.local_addr().unwrap()),
            inner: Arc::default(),
        };
        let app = Router::new().fallback(answer).with_state(fake.clone());
        tokio::spawn(async move { axum::serve(listener, app).await.unwrap() });
        fake
    }

    pub(crate) fn at(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    pub(crate) fn set(&self, path: &str, reply: Reply) {
        let mut inner = self.inner.lock().unwrap();
        inner.replies.insert(path.to_owned(), reply);
    }

    pub(crate) fn asked(&self, path: &str) -> Vec<Asked> {
        let inner = self.inner.lock().unwrap();
        let asked = inner.asked.iter().filter(|asked| asked.path == path);
        asked.cloned().collect()
    }

    pub(crate) fn hits(&self, path: &str) -> usize {
        self.asked(path).len()
    }
}

async fn answer(State(fake): State<Fake>, uri: Uri, headers: HeaderMap, body: Bytes) -> Response {
    let path = uri.path().to_owned();
    let reply = {
        let mut inner = fake.inner.lock().unwrap();
        let body = String::from_utf8_lossy(&body).into_owned();
        let reply = inner.replies.get(&path).cloned();
        inner.asked.push(Asked {
            path,
            headers,
            body,
        });
        reply
    };
    let json = "application/json";
    let typed = |status: u16, kind: &'static str, value: Value| {
        let status = StatusCode::from_u16(status).unwrap();
        (status, [(header::CONTENT_TYPE, kind)], value.to_string()).into_response()
    };
    match reply {
        None => StatusCode::NOT_FOUND.into_response(),
        Some(Reply::Json(value)) => typed(200, json, value),
        Some(Reply::As(kind, value)) => typed(200, kind, value),
        Some(Reply::Error(status, value)) => typed(status, json, value),
        Some(Reply::Garbage) => {
            ([(header::CONTENT_TYPE, json)], "{\"keys\": [{\"kty").into_response()
        }
        Some(Reply::Stall) => std::future::pending().await,
        Some(Reply::Half) => {
            use futures::{StreamExt, stream};
            let half = stream::iter([Ok::<_, std::io::Error>("{\"keys\": [")]);
            axum::body::Body::from_stream(half.chain(stream::pending())).into_response()
        }
        Some(Reply::Redirect(to)) => (StatusCode::FOUND, [(header::LOCATION, to)]).into_response(),
        Some(Reply::Endless) => {
            format!("{{\"keys\": [], \"x\": \"{}\"}}", "x".repeat(2 << 20)).into_response()
        }
    }
}
