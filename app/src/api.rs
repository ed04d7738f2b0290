//! What every server function stands on: the one error, who is asking, and the client that proves that
//! a request comes from our own page.
//!
//! A server function is written like this, and is three to ten lines long:
//!
//! ```ignore
//! #[server(prefix = "/api/fn", endpoint = "rename_conversation", client = crate::api::Guarded)]
//! pub async fn rename_conversation(id: ConversationId, title: String) -> Result<(), Failure> {
//!     let (studio, actor) = crate::api::caller()?;
//!     Ok(studio.chat.rename(&actor, id, &title).await?)
//! }
//! ```

use std::fmt;

use contract::{ApiError, ErrorCode};
use leptos::{
    prelude::{FromServerFnError, ServerFnErrorErr},
    server_fn::codec::JsonEncoding,
};
use serde::{Deserialize, Serialize};

mod client;
#[cfg(feature = "ssr")]
mod server;

pub use client::{CSRF_HEADER, Guarded, csrf_token};
#[cfg(feature = "ssr")]
pub use server::{
    SessionCookie, SiteInfo, arrive, caller, content_security_policy, log, set_status,
};

/// The server functions that plain HTML forms post to before wasm has come, and which therefore carry
/// no `X-CSRF-Token`. The first three begin a session (a same-origin check guards them); the others take
/// the token as a form field and check it themselves.
pub const PLAIN_FORM_FNS: [&str; 5] = [
    "/api/fn/sign_in",
    "/api/fn/set_up_owner",
    "/api/fn/join",
    "/api/fn/sign_out",
    "/api/fn/write_message",
];

/// The error of every server function: a stable code and a sentence for a musician.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Failure(pub ApiError);

impl Failure {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self(ApiError::new(code, message))
    }

    pub fn code(&self) -> ErrorCode {
        self.0.code
    }

    pub fn message(&self) -> &str {
        &self.0.message
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.message)
    }
}

impl std::error::Error for Failure {}

impl FromServerFnError for Failure {
    type Encoder = JsonEncoding;

    /// What went wrong between the browser and the function: the network, or a body that does not
    /// parse. Details are for us and go to the log, not to a person.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let failure = match error {
            ServerFnErrorErr::Request(_) => Self::new(
                ErrorCode::Unavailable,
                "Soundstage does not answer. Check the connection and try again.",
            ),
            // Here it is the request that does not parse; in the browser, the answer.
            #[cfg(feature = "ssr")]
            ServerFnErrorErr::Deserialization(_) => Self::new(
                ErrorCode::Invalid,
                "Something in what was sent is missing or malformed.",
            ),
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Serialization(_) => Self::new(
                ErrorCode::Invalid,
                "Something in what was sent is missing or malformed.",
            ),
            _ => Self(ApiError::internal()),
        };
        #[cfg(feature = "ssr")]
        server::answer_with_status_of(failure.0.code);
        failure
    }
}

impl From<ApiError> for Failure {
    fn from(error: ApiError) -> Self {
        // Where a response is being made, it gets the status that belongs to the code.
        #[cfg(feature = "ssr")]
        server::answer_with_status_of(error.code);
        Self(error)
    }
}

/// Each service's error becomes a failure, and is logged here, once, if it is our fault.
#[cfg(feature = "ssr")]
macro_rules! failures {
    ($($error:ty),* $(,)?) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                told(error)
            }
        }
    )*};
}

#[cfg(feature = "ssr")]
failures!(
    studio::FarewellError,
    studio::chat::ChatError,
    studio::media::MediaError
);

#[cfg(feature = "ssr")]
impl From<studio::accounts::AccountsError> for Failure {
    fn from(error: studio::accounts::AccountsError) -> Self {
        if let studio::accounts::AccountsError::TooManyTries(wait_s) = error {
            server::ask_again_after(wait_s);
        }
        told(error)
    }
}

#[cfg(feature = "ssr")]
fn told<E: std::error::Error + Into<ApiError>>(error: E) -> Failure {
    let cause = error.to_string();
    let error = error.into();
    log(&error, &cause);
    error.into()
}
