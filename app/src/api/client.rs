//! The browser's side: requests that carry the CSRF token.

use std::future::Future;

use futures::{Sink, Stream};
use leptos::server_fn::{
    Bytes,
    client::{Client, browser::BrowserClient},
    error::FromServerFnError,
    request::browser::BrowserRequest,
    response::browser::BrowserResponse,
};

/// The header that every state-changing request of a signed-in browser carries.
pub const CSRF_HEADER: &str = "X-CSRF-Token";

/// The token of this session, as the document's head has it; absent when signed out.
pub fn csrf_token() -> Option<String> {
    leptos::prelude::document()
        .query_selector("meta[name=csrf-token]")
        .ok()
        .flatten()?
        .get_attribute("content")
}

/// The usual `fetch` client, with the CSRF token added to each request.
pub struct Guarded;

impl<E, I, O> Client<E, I, O> for Guarded
where
    E: FromServerFnError,
    I: FromServerFnError,
    O: FromServerFnError,
{
    type Request = BrowserRequest;
    type Response = BrowserResponse;

    fn send(request: Self::Request) -> impl Future<Output = Result<Self::Response, E>> + Send {
        if let Some(token) = csrf_token() {
            request.headers().set(CSRF_HEADER, &token);
        }
        <BrowserClient as Client<E, I, O>>::send(request)
    }

    // Not used: everything live goes over the one channel of `crate::live`.
    fn open_websocket(
        path: &str,
    ) -> impl Future<
        Output = Result<
            (
                impl Stream<Item = Result<Bytes, Bytes>> + Send + 'static,
                impl Sink<Bytes> + Send + 'static,
            ),
            E,
        >,
    > + Send {
        <BrowserClient as Client<E, I, O>>::open_websocket(path)
    }

    fn spawn(future: impl Future<Output = ()> + Send + 'static) {
        <BrowserClient as Client<E, I, O>>::spawn(future);
    }
}
