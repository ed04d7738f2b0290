//! Language models: the endpoints of OpenAI (and all that are compatible), Anthropic, Gemini and Ollama.
//!
//! What it does is chosen by the model's name, or by the header `x-fake`; see [`Behaviour`].

mod script;
mod text;
mod wire;

use std::{
    collections::HashSet,
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use axum::{
    Json, Router,
    body::Body,
    extract::{DefaultBodyLimit, Path, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;
use futures::{Stream, StreamExt, stream};
use serde_json::{Value, json};

use crate::served::Served;
pub use script::Behaviour;
use script::Script;
pub use text::NEVER_MEASURED;
use wire::Wire;

/// A fake that runs until it is dropped.
pub struct Fake {
    pub address: SocketAddr,
    shared: Shared,
    _served: Served,
}

impl Fake {
    /// On a free port of the loopback.
    pub async fn start() -> std::io::Result<Self> {
        let shared = Shared::default();
        let served = Served::start(router(shared.clone())).await?;
        Ok(Self {
            address: served.address,
            shared,
            _served: served,
        })
    }

    /// What `LLM_BASE_URL` would be for a provider of Soundstage's.
    pub fn base_url(&self, provider: &str) -> String {
        let path = match provider {
            "gemini" => "/v1beta/",
            "ollama" => "/",
            _ => "/v1/",
        };
        format!("http://{}{path}", self.address)
    }

    /// The bodies of all requests so far.
    pub fn requests(&self) -> Vec<Value> {
        self.shared
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// What all requests share.
#[derive(Clone, Default)]
pub struct Shared {
    requests: Arc<Mutex<Vec<Value>>>,
    /// Questions that were turned away once.
    turned_away: Arc<Mutex<HashSet<String>>>,
    /// One line of JSON per request on standard output, in place of keeping the requests.
    log: bool,
}

impl Shared {
    pub fn logging(log: bool) -> Self {
        Self {
            log,
            ..Self::default()
        }
    }

    fn note(&self, wire: Wire, behaviour: Behaviour, request: &Request, body: &Value) {
        if self.log {
            let line = json!({
                "wire": wire.name(),
                "model": request.model,
                "behaviour": behaviour.name(),
                "stream": request.stream,
                "prompt_chars": request.prompt.chars().count(),
                "goes_on": !request.written.is_empty(),
            });
            // A reader that has gone away is no reason to stop.
            let _ = writeln!(std::io::stdout().lock(), "{line}");
        } else {
            self.requests
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push(body.clone());
        }
    }

    /// True the first time that a question comes.
    fn turns_away(&self, prompt: &str) -> bool {
        self.turned_away
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(prompt.to_owned())
    }
}

/// What the wire formats have in common.
pub(crate) struct Request {
    model: String,
    stream: bool,
    /// All that the model gets to read.
    prompt: String,
    /// The answer so far, where it is to be continued.
    written: String,
    include_usage: bool,
}

pub fn router(shared: Shared) -> Router {
    Router::new()
        .route("/health", get(|| async { "ok" }))
        .route(
            "/v1/models",
            get(|| async {
                Json(json!({"object": "list", "data": [{"id": "normal", "object": "model"}]}))
            }),
        )
        .route("/v1/chat/completions", post(openai))
        .route("/v1/messages", post(anthropic))
        .route("/v1beta/models/{call}", post(gemini))
        .route("/api/chat", post(ollama))
        .layer(DefaultBodyLimit::max(64 * 1024 * 1024))
        .with_state(shared)
}

async fn openai(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let request = wire::read_openai(&body);
    answer(&shared, Wire::OpenAi, &headers, &request, &body)
}

async fn anthropic(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let request = wire::read_anthropic(&body);
    answer(&shared, Wire::Anthropic, &headers, &request, &body)
}

async fn gemini(
    State(shared): State<Shared>,
    Path(call): Path<String>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let Some((model, method)) = call.split_once(':') else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let request = wire::read_gemini(model, method == "streamGenerateContent", &body);
    answer(&shared, Wire::Gemini, &headers, &request, &body)
}

async fn ollama(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Json(body): Json<Value>,
) -> Response {
    let request = wire::read_ollama(&body);
    answer(&shared, Wire::Ollama, &headers, &request, &body)
}

fn answer(
    shared: &Shared,
    wire: Wire,
    headers: &HeaderMap,
    request: &Request,
    body: &Value,
) -> Response {
    let named = headers
        .get("x-fake")
        .and_then(|value| value.to_str().ok())
        .unwrap_or(&request.model);
    let behaviour = Behaviour::named(named);
    shared.note(wire, behaviour, request, body);
    let refuse =
        |status: StatusCode, message: &str| (status, Json(wire.error(status.as_u16(), message)));
    match behaviour {
        Behaviour::Broken => {
            return refuse(
                StatusCode::INTERNAL_SERVER_ERROR,
                "The server had an error (fake).",
            )
            .into_response();
        }
        Behaviour::BadKey => {
            return refuse(
                StatusCode::UNAUTHORIZED,
                "Incorrect API key provided (fake).",
            )
            .into_response();
        }
        Behaviour::BadRequest => {
            return refuse(StatusCode::BAD_REQUEST, "Unsupported parameter (fake).")
                .into_response();
        }
        Behaviour::BusyOnce if shared.turns_away(&request.prompt) => {
            return (
                [(header::RETRY_AFTER, "1")],
                refuse(StatusCode::TOO_MANY_REQUESTS, "Rate limit reached (fake)."),
            )
                .into_response();
        }
        Behaviour::Busy => {
            return (
                [(header::RETRY_AFTER, "3600")],
                refuse(StatusCode::TOO_MANY_REQUESTS, "Rate limit reached (fake)."),
            )
                .into_response();
        }
        _ => {}
    }
    let script = Script::new(behaviour, request);
    if !request.stream {
        return Json(wire.whole(request, &script)).into_response();
    }
    let body = Body::from_stream(chunks(wire, script, request));
    (
        [
            (header::CONTENT_TYPE, wire.content_type()),
            (header::CACHE_CONTROL, "no-cache"),
        ],
        body,
    )
        .into_response()
}

fn chunks(
    wire: Wire,
    script: Script,
    request: &Request,
) -> impl Stream<Item = std::io::Result<Bytes>> + use<> {
    let opening = wire.opening(request, &script);
    let ending = wire.ending(request, &script);
    let behaviour = script.behaviour;
    let pause = script.pause;
    let stamped = matches!(behaviour, Behaviour::Clock(_));
    let model: Arc<str> = request.model.as_str().into();
    // By the clock and not from piece to piece, so that the rate holds on a busy machine.
    let began = tokio::time::Instant::now();
    let pieces = stream::iter(script.pieces)
        .zip(stream::iter(0..))
        .then(move |(piece, index)| {
            let model = model.clone();
            async move {
                if !pause.is_zero() && index > 0 {
                    tokio::time::sleep_until(began + pause * index).await;
                }
                if !stamped {
                    return Ok(wire.chunk(&model, &piece));
                }
                #[expect(
                    clippy::disallowed_methods,
                    reason = "the time of leaving, for another process to subtract from its own"
                )]
                let now = SystemTime::now();
                Ok(wire.chunk(&model, &text::stamp(&piece, now)))
            }
        });
    let body: stream::BoxStream<'static, std::io::Result<Bytes>> = match behaviour {
        Behaviour::Stall => stream::pending().boxed(),
        Behaviour::StallMidway => stream::iter([Ok(opening)])
            .chain(pieces)
            .chain(stream::pending())
            .boxed(),
        Behaviour::Garbage => stream::iter([Ok(Bytes::from_static(
            b"data: <html>{not json\xff\xfe\n\n\n",
        ))])
        .boxed(),
        Behaviour::Cut => {
            let cut = stream::once(async {
                // What was written has to leave before the line goes dead.
                tokio::time::sleep(Duration::from_millis(30)).await;
                Err(std::io::Error::other("cut (fake)"))
            });
            stream::iter([Ok(opening)]).chain(pieces).chain(cut).boxed()
        }
        _ => stream::iter([Ok(opening)])
            .chain(pieces)
            .chain(stream::iter([Ok(ending)]))
            .boxed(),
    };
    body.filter(|chunk| {
        futures::future::ready(chunk.as_ref().map_or(true, |chunk| !chunk.is_empty()))
    })
}
