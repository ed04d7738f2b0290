//! From a cookie to who is asking.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};

use app::api::SessionCookie;
use axum::{
    extract::{ConnectInfo, FromRequestParts, Request, State},
    http::{HeaderMap, Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Response},
};
use contract::{ApiError, ErrorCode, accounts::Me};
use studio::{Actor, Origin, accounts::SignedIn};

use super::{AppState, Edge, Failure};

/// Who asks and from where. Every request behind [`resolve`] has one in its extensions.
#[derive(Clone, Debug)]
pub struct Visitor {
    pub actor: Actor,
    pub me: Option<Me>,
    /// Of the session, for those who look again later whether it still holds.
    pub token: Option<Arc<str>>,
    pub origin: Origin,
}

pub async fn resolve(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let origin = origin(&state.edge, &request);
    let mut visitor = Visitor {
        actor: Actor::Anonymous,
        me: None,
        token: None,
        origin,
    };
    if let Some(token) = bearer(&request) {
        // Who brings one means it: a cookie that came along does not step in for a bad one.
        let accounts = &state.studio.accounts;
        match accounts.authenticate_bearer(&visitor.origin, token).await {
            Ok(actor) => visitor.actor = actor,
            Err(error) => return Failure::from(error).into_response(),
        }
    } else if let Some(token) = token(request.headers(), cookie(&state.edge)) {
        match state.studio.accounts.authenticate(token).await {
            Ok(Some((actor, me))) => {
                (visitor.actor, visitor.me, visitor.token) = (actor, Some(me), Some(token.into()));
            }
            Ok(None) => {}
            Err(error) => return Failure::from(error).into_response(),
        }
    }
    if visitor.actor == Actor::Anonymous && is_page(&request) {
        // (A request as a whole cannot be lent across threads: its body.)
        let (headers, wanted) = (request.headers(), request.uri());
        if let Some(begun) = from_elsewhere(&state, &visitor.origin, headers, wanted).await {
            return begun;
        }
    }
    request.extensions_mut().insert(visitor);
    next.run(request).await
}

/// A page behind the door. (In front of it, whoever signed out on purpose stays out.)
fn is_page(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::GET && !path.starts_with("/api/") && !super::door::is_open(path)
}

/// Whoever is signed in at another site of the studio's, and comes to a page of ours, gets a session and
/// the page anew.
async fn from_elsewhere(
    state: &AppState,
    origin: &Origin,
    headers: &HeaderMap,
    wanted: &Uri,
) -> Option<Response> {
    let cookies: Vec<_> = cookies(headers).collect();
    match state.studio.accounts.welcome(origin, &cookies).await {
        Ok(session) => {
            let wanted = wanted.path_and_query()?.as_str();
            Some(admitted(&state.edge, &session?, wanted))
        }
        // They may still come in another way.
        Err(error) => {
            tracing::warn!(%error, "nobody by the session of another site");
            None
        }
    }
}

/// With the session in its cookie. The page asks for `next` itself: to a request that another site caused
/// a browser adds no Strict cookie.
pub fn admitted(edge: &Edge, session: &SignedIn, next: &str) -> Response {
    let cookie = cookie(edge).header(&session.token, SessionCookie::MAX_AGE_S);
    ([(header::SET_COOKIE, cookie)], super::door::step_to(next)).into_response()
}

/// The end of a way there and back: its cookie goes.
pub fn after_dance(edge: &Edge, mut response: Response) -> Response {
    if let Ok(over) = cookie(edge).dance_header("").parse() {
        response.headers_mut().append(header::SET_COOKIE, over);
    }
    response
}

/// What the browser that began it shows.
pub fn dance<'a>(edge: &Edge, headers: &'a HeaderMap) -> Option<&'a str> {
    named(headers, cookie(edge).dance_name())
}

/// An API token, where one counts: not for pages, nor for the functions that only our own pages call.
pub fn bearer(request: &Request) -> Option<&str> {
    let path = request.uri().path();
    if !path.starts_with("/api/") || path.starts_with("/api/fn/") {
        return None;
    }
    let (scheme, token) = request
        .headers()
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Plain http keeps sessions on loopback, and elsewhere only by the owner's word (`Config` sees to it);
/// behind a proxy it is the address that people type that counts, not the one that the proxy uses.
pub fn cookie(edge: &Edge) -> SessionCookie {
    if edge.url.is_https() {
        SessionCookie::HTTPS
    } else {
        SessionCookie::PLAIN
    }
}

fn token(headers: &HeaderMap, cookie: SessionCookie) -> Option<&str> {
    named(headers, cookie.name)
}

/// The first of that name with something in it.
pub fn named<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    cookies(headers)
        .find_map(|(found, value)| (found == name && !value.is_empty()).then_some(value))
}

fn cookies(headers: &HeaderMap) -> impl Iterator<Item = (&str, &str)> {
    let lines = headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    lines
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
}

fn origin(edge: &Edge, request: &Request) -> Origin {
    let agent = request
        .headers()
        .get(header::USER_AGENT)
        .and_then(|value| value.to_str().ok());
    Origin {
        address: client(edge, request).to_string(),
        user_agent: agent.unwrap_or_default().to_owned(),
    }
}

/// Whose address it is, in front of our [proxies](super::proxies).
pub fn client(edge: &Edge, request: &Request) -> IpAddr {
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    // Tests call the router without a connection.
    let peer = peer.map_or(IpAddr::V4(Ipv4Addr::LOCALHOST), |info| {
        info.0.ip().to_canonical()
    });
    edge.proxies.client(peer, request.headers())
}

/// The person who asks, or their script; nobody else gets further.
pub struct Caller(pub Actor);

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Failure> {
        match parts.extensions.get::<Visitor>() {
            Some(Visitor {
                actor: actor @ (Actor::User { .. } | Actor::Token { .. }),
                ..
            }) => Ok(Self(actor.clone())),
            _ => Err(signed_out()),
        }
    }
}

/// The person at the screen: for what stays with a browser.
pub struct Person(pub Actor);

impl<S: Sync> FromRequestParts<S> for Person {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Failure> {
        let Caller(actor) = Caller::from_request_parts(parts, state).await?;
        actor.in_person().map_err(Failure::from)?;
        Ok(Self(actor))
    }
}

pub fn signed_out() -> Failure {
    Failure(ApiError::new(
        ErrorCode::SignedOut,
        "You are signed out. Sign in again to go on.",
    ))
}
