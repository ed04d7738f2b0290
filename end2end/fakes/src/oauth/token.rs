//! What is asked without the person: tokens, their end, and whose they are.

use std::collections::HashMap;

use axum::{
    Json,
    extract::{Form, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
};
use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::{
    At, Behaviour, CLIENT_ID, CLIENT_SECRET, Shared,
    book::{Book, Ended, Request},
};

type Fields = HashMap<String, String>;
/// An error code of RFC 6749, 5.2.
type Refused = &'static str;

pub(super) async fn token(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    let behaviour = note(&shared, At::Token, &headers, &form);
    if field(&form, "grant_type") == "refresh_token" {
        let mut book = shared.book();
        if let Some(grant) = book.of_refresh(field(&form, "refresh_token")) {
            grant.refreshes_asked += 1;
        }
    }
    if let Some(behaviour) = &behaviour
        && let Some(response) = behaviour.instead().await
    {
        return response;
    }
    let done = {
        let mut book = shared.book();
        let takes_public = book.settings.takes_public;
        client(&headers, &form, takes_public).and_then(|()| match field(&form, "grant_type") {
            "authorization_code" => exchange(&mut book, &form),
            "refresh_token" => refresh(&mut book, &form),
            _ => Err("unsupported_grant_type"),
        })
    };
    let (status, body) = match done {
        Ok(body) => (StatusCode::OK, body),
        Err(code) => (
            status_of(code),
            json!({"error": code, "error_description": "No (fake)."}),
        ),
    };
    let mut response = match behaviour {
        Some(behaviour) => behaviour.afterwards(status, body).await,
        None => (status, Json(body)).into_response(),
    };
    let headers = response.headers_mut();
    headers.insert(
        header::CACHE_CONTROL,
        header::HeaderValue::from_static("no-store"),
    );
    response
}

pub(super) async fn revoke(
    State(shared): State<Shared>,
    headers: HeaderMap,
    Form(form): Form<Fields>,
) -> Response {
    let behaviour = note(&shared, At::Revoke, &headers, &form);
    if let Some(behaviour) = &behaviour
        && let Some(response) = behaviour.instead().await
    {
        return response;
    }
    let mut book = shared.book();
    if let Err(code) = client(&headers, &form, book.settings.takes_public) {
        return (status_of(code), Json(json!({ "error": code }))).into_response();
    }
    let token = field(&form, "token");
    // One that nobody knows is as good as revoked (RFC 7009, 2.2).
    if let Some(grant) = book.of_refresh(token) {
        grant.end(Ended::Revoked);
    } else if let Some(grant) = book.of_access(token) {
        grant.end(Ended::Revoked);
    }
    StatusCode::OK.into_response()
}

pub(super) async fn profile(State(shared): State<Shared>, headers: HeaderMap) -> Response {
    let behaviour = note(&shared, At::Profile, &headers, &Fields::new());
    if let Some(behaviour) = &behaviour
        && let Some(response) = behaviour.instead().await
    {
        return response;
    }
    let profile = {
        let mut book = shared.book();
        let known = bearer(&headers).is_some_and(|token| book.of_access(token).is_some());
        known.then(|| book.settings.profile.clone())
    };
    let Some(profile) = profile else {
        let body = json!({"error": {"status": 401, "message": "The access token expired"}});
        return (StatusCode::UNAUTHORIZED, Json(body)).into_response();
    };
    match behaviour {
        Some(behaviour) => behaviour.afterwards(StatusCode::OK, profile).await,
        None => Json(profile).into_response(),
    }
}

fn exchange(book: &mut Book, form: &Fields) -> Result<Value, Refused> {
    let code = book
        .codes
        .get_mut(field(form, "code"))
        .ok_or("invalid_grant")?;
    let id = code.grant;
    if std::mem::replace(&mut code.used, true) {
        if let Some(grant) = book.grant(id) {
            grant.end(Ended::CodeShownTwice);
        }
        return Err("invalid_grant");
    }
    let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(field(form, "code_verifier")));
    if challenge != code.challenge || field(form, "redirect_uri") != code.callback {
        return Err("invalid_grant");
    }
    let gets_refresh = code.offline || !book.settings.offline_only;
    let grant = book.grant(id).ok_or("invalid_grant")?;
    if grant.ended.is_some() {
        return Err("invalid_grant");
    }
    let refresh = gets_refresh.then(|| grant.turn_over());
    answer(book, id, refresh)
}

fn refresh(book: &mut Book, form: &Fields) -> Result<Value, Refused> {
    let token = field(form, "refresh_token");
    let rotates = book.settings.rotates;
    let grant = book.of_refresh(token).ok_or("invalid_grant")?;
    if grant.spent.contains(token) {
        grant.end(Ended::ShownTwice);
    }
    if grant.ended.is_some() {
        return Err("invalid_grant");
    }
    grant.refreshes += 1;
    let refresh = rotates.then(|| grant.turn_over());
    let id = grant.id;
    answer(book, id, refresh)
}

fn answer(book: &mut Book, id: usize, refresh: Option<String>) -> Result<Value, Refused> {
    let (expires_in, says_scopes) = (book.settings.expires_in, book.settings.says_scopes);
    let grant = book.grant(id).ok_or("invalid_grant")?;
    let mut body = json!({"access_token": grant.fresh_access(), "token_type": "Bearer"});
    if let Some(seconds) = expires_in {
        body["expires_in"] = seconds.into();
    }
    if let Some(refresh) = refresh {
        body["refresh_token"] = refresh.into();
    }
    if says_scopes {
        body["scope"] = grant.scopes.as_str().into();
    }
    Ok(body)
}

/// RFC 6749, 2.3.1: in the header both parts are encoded as in a form.
fn client(headers: &HeaderMap, form: &Fields, takes_public: bool) -> Result<(), Refused> {
    let right = |id: &str, secret: Option<&str>| {
        id == CLIENT_ID && secret.map_or(takes_public, |secret| secret == CLIENT_SECRET)
    };
    let known = match basic(headers) {
        // Not both.
        Some(_) if form.contains_key("client_secret") => false,
        Some((id, secret)) => right(&id, Some(&secret)),
        None => right(
            field(form, "client_id"),
            form.get("client_secret").map(String::as_str),
        ),
    };
    if known { Ok(()) } else { Err("invalid_client") }
}

fn basic(headers: &HeaderMap) -> Option<(String, String)> {
    let value = headers.get(header::AUTHORIZATION)?.to_str().ok()?;
    let pair = STANDARD.decode(value.strip_prefix("Basic ")?).ok()?;
    let pair = String::from_utf8(pair).ok()?;
    let (id, secret) = pair.split_once(':')?;
    Some((decoded(id)?, decoded(secret)?))
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    headers
        .get(header::AUTHORIZATION)?
        .to_str()
        .ok()?
        .strip_prefix("Bearer ")
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits = [rest.next()?, rest.next()?];
                u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

fn note(shared: &Shared, at: At, headers: &HeaderMap, form: &Fields) -> Option<Behaviour> {
    let auth = if basic(headers).is_some() {
        "basic"
    } else if bearer(headers).is_some() {
        "bearer"
    } else if form.contains_key("client_secret") {
        "body"
    } else {
        "none"
    };
    let mut fields: Vec<String> = form.keys().cloned().collect();
    fields.sort();
    let mut book = shared.book();
    book.requests.push(Request {
        at,
        auth,
        grant_type: form.get("grant_type").cloned(),
        fields,
    });
    book.behaviour(at)
}

fn status_of(code: Refused) -> StatusCode {
    match code {
        "invalid_client" => StatusCode::UNAUTHORIZED,
        _ => StatusCode::BAD_REQUEST,
    }
}

fn field<'a>(form: &'a Fields, name: &str) -> &'a str {
    form.get(name).map_or("", String::as_str)
}
