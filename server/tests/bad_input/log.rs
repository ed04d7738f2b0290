//! What is left of all that.

use std::{
    io::Write,
    sync::{Arc, Mutex, OnceLock, PoisonError},
};

use axum::http::StatusCode;
use contract::accounts::Scope;
use studio::Origin;
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    net::TcpStream,
};

use crate::{
    SIGN_IN,
    support::{self, EMAIL, PASSWORD, Site, form, from_address},
};

/// Everything that these tests make the server log.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn all() -> Self {
        static LOG: OnceLock<Log> = OnceLock::new();
        let begin = || {
            let log = Self::default();
            let writer = log.clone();
            let subscriber = tracing_subscriber::fmt()
                .with_max_level(tracing::Level::TRACE)
                .with_ansi(false)
                .with_writer(move || writer.clone());
            tracing::subscriber::set_global_default(subscriber.finish()).unwrap();
            log
        };
        LOG.get_or_init(begin).clone()
    }

    fn text(&self) -> String {
        let bytes = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let mut log = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        log.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn the_log_says_what_happened_and_no_secret() {
    let log = Log::all();
    let site = Site::new().await;
    let mara = site.owner().await;
    let address = site.listen().await;
    let actor = site.actor(&mara).await;
    let accounts = &site.studio.accounts;
    let token = accounts
        .make_token(
            &actor,
            &Origin::default(),
            "script",
            &[Scope::Account],
            None,
        )
        .await;
    let token = token.unwrap().secret;

    let wrong_password = "the wrong words, thirteen times";
    let fields = [("email", EMAIL), ("password", wrong_password)];
    let wrong = from_address(form(SIGN_IN, &fields), "192.0.2.77");
    assert_eq!(site.call(wrong).await.code(), "wrong_credentials");
    let fields = [("email", EMAIL), ("password", PASSWORD)];
    let right = site.post_form(SIGN_IN, &fields).await;
    assert_eq!(right.status, StatusCode::OK);
    let made_up = "ss_made-up-but-somebodys-perhaps";
    let key = "a-key-that-was-sent-to-somebody";
    for line in [
        format!("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer {token}"),
        format!("GET /api/v1/me HTTP/1.1\r\nAuthorization: Bearer {made_up}"),
        format!("GET /api/v1/me HTTP/1.1\r\nCookie: {}", mara.cookie()),
        format!("GET /set-up?key={key} HTTP/1.1\r\nAccept: text/html"),
        format!("GET /join?key={key} HTTP/1.1\r\nAccept: text/html"),
        format!("GET /sign-in/with/oidc/callback?code={key}&state={key} HTTP/1.1\r\nAccept: */*"),
    ] {
        let mut stream = TcpStream::connect(address).await.unwrap();
        let request = format!("{line}\r\nHost: localhost:3000\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 "), "{answer}");
    }
    let log = log.text();
    assert!(log.contains("sign-in refused") && log.contains("192.0.2.77"));
    let encoded = support::encode(&[("", wrong_password)]);
    for secret in [
        wrong_password,
        encoded.trim_start_matches('='),
        PASSWORD,
        &token,
        made_up,
        key,
        &mara.token,
        &mara.me.csrf,
        right.token(),
    ] {
        let found = log.find(secret).map(|at| &log[at.saturating_sub(300)..at]);
        assert_eq!(found, None, "a secret stands in the log after this");
    }
}
