//! Asking this browser for a passkey (WebAuthn). Questions and answers pass through as the server's own JSON.

use contract::{ErrorCode, accounts::PasskeyQuestion};
use js_sys::{Function, JSON, Object, Promise, Reflect};
use leptos::{prelude::*, web_sys};
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::api::Failure;

/// What the browser is to do with its devices.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Errand {
    Make,
    Find,
}

/// Whether this browser can be asked at all. Only behind a secure address, and not the oldest (WebAuthn level 3).
pub(super) fn can_ask() -> bool {
    window().is_secure_context() && parser(Errand::Find).is_ok()
}

/// The answer, to be sent back.
pub(super) async fn ask(errand: Errand, question: &PasskeyQuestion) -> Result<String, Failure> {
    asked(errand, &question.options)
        .await
        .map_err(|error| Failure::new(ErrorCode::PasskeyRefused, in_words(&error)))
}

async fn asked(errand: Errand, options: &str) -> Result<String, JsValue> {
    let (kind, parse) = parser(errand)?;
    let options = parse.call1(&kind, &JSON::parse(options)?)?;
    let request = Object::new();
    Reflect::set(&request, &"publicKey".into(), &options)?;
    let credentials = Reflect::get(&window().navigator(), &"credentials".into())?;
    let name = match errand {
        Errand::Make => "create",
        Errand::Find => "get",
    };
    let promise = method(&credentials, name)?.call1(&credentials, &request)?;
    let answer = JsFuture::from(promise.dyn_into::<Promise>()?).await?;
    let json = method(&answer, "toJSON")?.call0(&answer)?;
    Ok(JSON::stringify(&json)?.into())
}

/// The browser's own reader of the server's JSON, and what it belongs to.
fn parser(errand: Errand) -> Result<(JsValue, Function), JsValue> {
    let name = match errand {
        Errand::Make => "parseCreationOptionsFromJSON",
        Errand::Find => "parseRequestOptionsFromJSON",
    };
    let kind = Reflect::get(&window(), &"PublicKeyCredential".into())?;
    let parse = method(&kind, name)?;
    Ok((kind, parse))
}

fn method(of: &JsValue, name: &str) -> Result<Function, JsValue> {
    Reflect::get(of, &name.into())?.dyn_into()
}

/// Browsers do not say more, so that no site learns what devices somebody has.
fn in_words(error: &JsValue) -> &'static str {
    let name = error
        .dyn_ref::<web_sys::DomException>()
        .map(web_sys::DomException::name);
    match name.as_deref() {
        Some("InvalidStateError") => {
            "This device holds a passkey of yours for this studio already."
        }
        Some("SecurityError") => {
            "Browsers take passkeys at the studio’s own address only. Open it there and try again."
        }
        _ => "Your device was told no, or it took too long. Nothing has changed.",
    }
}
