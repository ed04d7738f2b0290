//! Where the person is sent, and says yes or no.

use std::collections::HashMap;

use axum::{
    extract::{Form, Query, State},
    http::{StatusCode, header},
    response::{Html, IntoResponse, Response},
};

use super::{At, Behaviour, CLIENT_ID, Shared, book::Request};

type Fields = HashMap<String, String>;

pub(super) async fn ask(State(shared): State<Shared>, Query(asked): Query<Fields>) -> Response {
    let behaviour = note(&shared, &asked);
    if let Some(refused) = refusal(&asked) {
        return refused;
    }
    match behaviour {
        Some(Behaviour::Refuse(code)) => return answer(&asked, &[("error", &code)]),
        Some(behaviour) => {
            if let Some(response) = behaviour.instead().await {
                return response;
            }
        }
        None => {}
    }
    if shared.book().settings.asks {
        return Html(consent(&asked)).into_response();
    }
    allow(&shared, &asked)
}

/// From the form of [`consent`].
pub(super) async fn decide(State(shared): State<Shared>, Form(asked): Form<Fields>) -> Response {
    if let Some(refused) = refusal(&asked) {
        return refused;
    }
    if field(&asked, "decision") == "allow" {
        allow(&shared, &asked)
    } else {
        answer(&asked, &[("error", "access_denied")])
    }
}

fn note(shared: &Shared, asked: &Fields) -> Option<Behaviour> {
    let mut fields: Vec<String> = asked.keys().cloned().collect();
    fields.sort();
    let mut book = shared.book();
    book.requests.push(Request {
        at: At::Authorize,
        auth: "none",
        grant_type: None,
        fields,
    });
    book.behaviour(At::Authorize)
}

/// A wrong client or address is told to the person and not to that address.
fn refusal(asked: &Fields) -> Option<Response> {
    let is = |name: &str, value: &str| field(asked, name) == value;
    let page =
        |what: &str| (StatusCode::BAD_REQUEST, Html(format!("<p>{what} (fake)."))).into_response();
    let callback = field(asked, "redirect_uri");
    if !is("client_id", CLIENT_ID) {
        return Some(page("INVALID_CLIENT: Invalid client"));
    }
    if !(callback.starts_with("https://") || callback.starts_with("http://"))
        || callback.contains('#')
    {
        return Some(page("INVALID_CLIENT: Invalid redirect URI"));
    }
    if !is("response_type", "code") {
        return Some(answer(asked, &[("error", "unsupported_response_type")]));
    }
    let challenge = field(asked, "code_challenge");
    if !is("code_challenge_method", "S256") || challenge.len() != 43 {
        return Some(answer(asked, &[("error", "invalid_request")]));
    }
    None
}

fn allow(shared: &Shared, asked: &Fields) -> Response {
    let code = shared.book().allow(
        field(asked, "scope"),
        field(asked, "code_challenge").to_owned(),
        field(asked, "redirect_uri").to_owned(),
        field(asked, "access_type") == "offline",
    );
    answer(asked, &[("code", &code)])
}

fn answer(asked: &Fields, said: &[(&str, &str)]) -> Response {
    let callback = field(asked, "redirect_uri");
    let mut address = callback.to_owned();
    let state = asked.get("state").map(|state| ("state", state.as_str()));
    for (index, (name, value)) in said.iter().copied().chain(state).enumerate() {
        let between = if index == 0 && !callback.contains('?') {
            '?'
        } else {
            '&'
        };
        address.push(between);
        address.push_str(name);
        address.push('=');
        address.push_str(&encoded(value));
    }
    (StatusCode::FOUND, [(header::LOCATION, address)]).into_response()
}

fn encoded(text: &str) -> String {
    let one = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            char::from(byte).to_string()
        }
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(one).collect()
}

/// Readable by a person and by Playwright: two buttons, by their names.
fn consent(asked: &Fields) -> String {
    let mut fields: Vec<_> = asked.iter().collect();
    fields.sort();
    let hidden: String = fields
        .iter()
        .map(|(name, value)| {
            let (name, value) = (escaped(name), escaped(value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">")
        })
        .collect();
    let scopes = escaped(field(asked, "scope"));
    format!(
        "<!doctype html><html lang=\"en\"><title>Allow Soundstage?</title><h1>Allow Soundstage?</h1>\
         <p>It asks for: {scopes}</p><form method=\"post\" action=\"/authorize\">{hidden}\
         <button name=\"decision\" value=\"allow\">Allow</button> \
         <button name=\"decision\" value=\"deny\">Deny</button></form></html>"
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;")
}

fn field<'a>(asked: &'a Fields, name: &str) -> &'a str {
    asked.get(name).map_or("", String::as_str)
}
