//! The requests of a transfer, by `XMLHttpRequest`: it tells how much of a body has gone out, which
//! `fetch` does not. In the browser only.

use std::{cell::RefCell, rc::Rc};

use contract::{ApiError, ErrorCode, UploadId};
use js_sys::{ArrayBuffer, Promise, Uint8Array};
use leptos::{
    prelude::window,
    wasm_bindgen::{JsCast, JsValue, closure::Closure},
    web_sys,
};
use wasm_bindgen_futures::JsFuture;
use web_sys::{Blob, File, ProgressEvent, XmlHttpRequest};

use super::state::{ENDPOINT, Reply, Step, address, metadata};
use crate::api::{CSRF_HEADER, Failure, csrf_token};

/// The request that is on its way, so that a pause can end it.
pub(crate) type Current = Rc<RefCell<Option<XmlHttpRequest>>>;

/// Makes the request of a step and waits for its answer. `on_sent` hears how many bytes of it are out.
pub(crate) async fn ask(
    step: Step,
    file: &File,
    current: &Current,
    on_sent: impl Fn(u64) + 'static,
) -> Reply {
    let sent = match step {
        Step::Create => {
            let length = fixed_length(file.size());
            let name = metadata(&base64(file.name().as_str()));
            send(
                current,
                "POST",
                ENDPOINT,
                &[("Upload-Length", &length), ("Upload-Metadata", &name)],
                None,
                None,
            )
            .await
        }
        Step::Probe(upload) => send(current, "HEAD", &address(upload), &[], None, None).await,
        Step::Send { upload, from, to } => {
            let Ok(chunk) = file.slice_with_f64_and_f64(from as f64, to as f64) else {
                return Reply::default();
            };
            let offset = from.to_string();
            let mut headers = vec![
                ("Upload-Offset", offset.as_str()),
                ("Content-Type", "application/offset+octet-stream"),
            ];
            let checksum = checksum(&chunk).await;
            if let Some(checksum) = &checksum {
                headers.push(("Upload-Checksum", checksum));
            }
            let on_sent: Box<dyn Fn(u64)> = Box::new(on_sent);
            send(
                current,
                "PATCH",
                &address(upload),
                &headers,
                Some(&chunk),
                Some(on_sent),
            )
            .await
        }
        Step::Finished(_) => return Reply::default(),
    };
    sent.unwrap_or_default()
}

/// Tells the server that nobody wants it any more.
pub(crate) async fn terminate(upload: UploadId) {
    let current = Current::default();
    _ = send(&current, "DELETE", &address(upload), &[], None, None).await;
}

/// Sends a whole file to an address of the API that has no use for pieces, and gives the JSON of its answer.
pub async fn send_file(url: &str, file: &File) -> Result<String, Failure> {
    let current = Current::default();
    let kind = [("Content-Type", "application/octet-stream")];
    let sent = send(&current, "POST", url, &kind, Some(file), None).await;
    let Reply { status, body, .. } = sent.unwrap_or_default();
    match status {
        200 => Ok(body),
        _ => Err(serde_json::from_str::<ApiError>(&body).map_or_else(
            |_| {
                let sentence = "Soundstage did not answer. Try again when you are connected.";
                Failure::new(ErrorCode::Unavailable, sentence)
            },
            Failure,
        )),
    }
}

async fn send(
    current: &Current,
    method: &str,
    url: &str,
    headers: &[(&str, &str)],
    body: Option<&Blob>,
    on_sent: Option<Box<dyn Fn(u64)>>,
) -> Result<Reply, JsValue> {
    let request = XmlHttpRequest::new()?;
    request.open(method, url)?;
    request.set_request_header("Tus-Resumable", "1.0.0")?;
    if let Some(token) = csrf_token() {
        request.set_request_header(CSRF_HEADER, &token)?;
    }
    for (name, value) in headers {
        request.set_request_header(name, value)?;
    }
    // Until the answer is there the closure must live; it is dropped with this scope.
    let progress = on_sent.map(|on_sent| {
        Closure::<dyn Fn(ProgressEvent)>::new(move |event: ProgressEvent| {
            on_sent(event.loaded() as u64);
        })
    });
    if let Some(progress) = &progress {
        request
            .upload()?
            .set_onprogress(Some(progress.as_ref().unchecked_ref()));
    }
    let done = Promise::new(&mut |resolve, _| {
        // `loadend` comes in the end whatever happened: answered, failed or ended by us.
        request.set_onloadend(Some(&resolve));
    });
    match body {
        Some(body) => request.send_with_opt_blob(Some(body))?,
        None => request.send()?,
    }
    *current.borrow_mut() = Some(request.clone());
    _ = JsFuture::from(done).await;
    current.borrow_mut().take();
    request.set_onloadend(None);
    Ok(read(&request))
}

fn read(request: &XmlHttpRequest) -> Reply {
    let status = request.status().unwrap_or(0);
    if status == 0 {
        return Reply::default();
    }
    let header = |name: &str| request.get_response_header(name).ok().flatten();
    Reply {
        status,
        location: header("Location"),
        offset: header("Upload-Offset").and_then(|text| text.parse().ok()),
        asset: header("Soundstage-Asset").and_then(|text| text.parse().ok()),
        body: request.response_text().ok().flatten().unwrap_or_default(),
    }
}

/// SHA-256 of a chunk, where the browser has it (secure origins). Bytes stay outside of wasm.
async fn checksum(chunk: &Blob) -> Option<String> {
    let crypto = window().crypto().ok()?;
    let subtle = js_sys::Reflect::get(&crypto, &"subtle".into())
        .ok()?
        .dyn_into::<web_sys::SubtleCrypto>()
        .ok()?;
    let bytes = JsFuture::from(chunk.array_buffer()).await.ok()?;
    let digest = subtle
        .digest_with_str_and_js_u8_array("SHA-256", &Uint8Array::new(&bytes))
        .ok()?;
    let digest = JsFuture::from(digest)
        .await
        .ok()?
        .dyn_into::<ArrayBuffer>()
        .ok()?;
    let latin1: String = Uint8Array::new(&digest)
        .to_vec()
        .into_iter()
        .map(char::from)
        .collect();
    Some(["sha256 ", &window().btoa(&latin1).ok()?].concat())
}

/// Base64 of the UTF-8 of a text; `btoa` alone takes no more than Latin-1.
fn base64(text: &str) -> String {
    let latin1: String = text.bytes().map(char::from).collect();
    window().btoa(&latin1).unwrap_or_default()
}

fn fixed_length(size: f64) -> String {
    (size.max(0.0) as u64).to_string()
}
