//! Addresses that people choose lead to the public internet, whatever stands behind them. There is no
//! public internet in a test: what may be reached here is exempt, and the rest is on the same machine.
#![allow(clippy::unwrap_used)]

use std::{
    collections::HashMap,
    net::{IpAddr, SocketAddr},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};

use adapters::outbound::{Failure, Private, Public};
use axum::{Router, extract::State, http::Uri, response::Redirect};
use reqwest::{
    Method, Request, Response,
    dns::{Addrs, Name, Resolve, Resolving},
};
use tokio::{net::TcpListener, task::JoinHandle};

/// Counts who comes, and sends them on to what stands behind a `?`.
struct Server {
    address: SocketAddr,
    visits: Arc<AtomicUsize>,
    task: JoinHandle<()>,
}

impl Server {
    async fn at(address: &str) -> Self {
        async fn answer(
            State(visits): State<Arc<AtomicUsize>>,
            uri: Uri,
        ) -> Result<&'static str, Redirect> {
            visits.fetch_add(1, Ordering::Relaxed);
            match uri.query() {
                Some(next) => Err(Redirect::temporary(next)),
                None => Ok("here"),
            }
        }
        let listener = TcpListener::bind((address, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::default();
        let app = Router::new()
            .fallback(answer)
            .with_state(Arc::clone(&visits));
        let task = tokio::spawn(async move {
            // It ends with the task.
            let _ = axum::serve(listener, app).await;
        });
        Self {
            address,
            visits,
            task,
        }
    }

    fn visits(&self) -> usize {
        self.visits.load(Ordering::Relaxed)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// A name server that gives each name its answers in turn, and the last one for ever.
#[derive(Clone, Default)]
struct Names(
    Arc<Mutex<HashMap<String, Vec<Vec<IpAddr>>>>>,
    Arc<AtomicUsize>,
);

impl Names {
    fn with(self, name: &str, answers: &[&[&str]]) -> Self {
        let parse = |answer: &&[&str]| answer.iter().map(|ip| ip.parse().unwrap()).collect();
        let answers = answers.iter().rev().map(parse).collect();
        self.0.lock().unwrap().insert(name.to_owned(), answers);
        self
    }

    fn asked(&self) -> usize {
        self.1.load(Ordering::Relaxed)
    }
}

impl Resolve for Names {
    fn resolve(&self, name: Name) -> Resolving {
        self.1.fetch_add(1, Ordering::Relaxed);
        let mut names = self.0.lock().unwrap();
        let answers = names.get_mut(name.as_str()).unwrap();
        let found = match answers.len() {
            1 => answers[0].clone(),
            _ => answers.pop().unwrap(),
        };
        let found = found.into_iter().map(|ip| SocketAddr::new(ip, 0));
        Box::pin(async move { Ok(Box::new(found) as Addrs) })
    }
}

fn private(entries: &[&str]) -> Private {
    let entries: Vec<_> = entries.iter().map(ToString::to_string).collect();
    Private::parse(&entries).unwrap()
}

async fn get(public: &Public, address: &str) -> Result<Response, Failure> {
    let request = Request::new(Method::GET, address.parse().unwrap());
    public.send(request).await
}

async fn refusal(public: &Public, address: &str) -> Failure {
    get(public, address).await.expect_err(address)
}

#[tokio::test]
async fn an_address_that_is_written_out_is_looked_at_before_anything_is_sent() {
    let server = Server::at("127.0.0.1").await;
    let port = server.address.port();
    let public = Public::new(Private::default()).unwrap();
    for host in [
        "127.0.0.1",
        // As a browser understands them, too.
        "127.1",
        "2130706433",
        "0x7f000001",
        "0177.0.0.1",
        "0.0.0.0",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "169.254.169.254",
        "user:password@127.0.0.1",
    ] {
        let address = format!("http://{host}:{port}/");
        assert_eq!(
            refusal(&public, &address).await,
            Failure::NotPublic,
            "{host}"
        );
    }
    for address in ["ftp://example.com/x", "file:///etc/passwd", "data:,x"] {
        assert_eq!(refusal(&public, address).await, Failure::Unsendable);
    }
    assert_eq!(server.visits(), 0);
}

#[tokio::test]
async fn a_name_is_what_it_leads_to() {
    let server = Server::at("127.0.0.1").await;
    let port = server.address.port();
    let system = Public::new(Private::default()).unwrap();
    let address = format!("http://localhost:{port}/");
    assert_eq!(refusal(&system, &address).await, Failure::NotPublic);

    let names = Names::default()
        .with("inside.test", &[&["127.0.0.1"]])
        .with("both.test", &[&["1.1.1.1", "127.0.0.1"]])
        .with("mapped.test", &[&["::ffff:127.0.0.1"]])
        .with("nowhere.test", &[&[]]);
    let public = Public::with_names(Private::default(), names).unwrap();
    for name in ["inside.test", "both.test", "mapped.test"] {
        let address = format!("http://{name}:{port}/");
        assert_eq!(
            refusal(&public, &address).await,
            Failure::NotPublic,
            "{name}"
        );
    }
    let address = format!("http://nowhere.test:{port}/");
    assert_eq!(refusal(&public, &address).await, Failure::NoConnection);
    assert_eq!(server.visits(), 0);
}

#[tokio::test]
async fn what_the_owner_exempts_is_reached() {
    let (one, two) = (Server::at("127.0.0.1").await, Server::at("127.0.0.2").await);
    let names = Names::default()
        .with("nas.test", &[&["127.0.0.1"]])
        .with("other.test", &[&["127.0.0.1"]]);
    let public = Public::with_names(private(&["nas.test", "127.0.0.2/32"]), names).unwrap();
    let port = one.address.port();
    let answer = get(&public, &format!("http://nas.test:{port}/")).await;
    assert_eq!(answer.unwrap().text().await.unwrap(), "here");
    let answer = get(&public, &format!("http://{}/", two.address)).await;
    assert_eq!(answer.unwrap().text().await.unwrap(), "here");
    for host in ["other.test", "127.0.0.1"] {
        let address = format!("http://{host}:{port}/");
        assert_eq!(
            refusal(&public, &address).await,
            Failure::NotPublic,
            "{host}"
        );
    }
    assert_eq!((one.visits(), two.visits()), (1, 1));
}

#[tokio::test]
async fn a_redirect_is_looked_at_like_the_first_address() {
    let (front, inside) = (Server::at("127.0.0.1").await, Server::at("127.0.0.2").await);
    let names = Names::default()
        .with("front.test", &[&["127.0.0.1"]])
        .with("inside.test", &[&["127.0.0.2"]]);
    let public = Public::with_names(private(&["front.test"]), names).unwrap();
    let (port, hidden) = (front.address.port(), inside.address.port());
    let via = |next: &str| format!("http://front.test:{port}/?{next}");

    let answer = get(&public, &via(&format!("http://front.test:{port}/"))).await;
    assert_eq!(answer.unwrap().text().await.unwrap(), "here");
    for (next, expected) in [
        (format!("http://127.0.0.2:{hidden}/"), Failure::NotPublic),
        (format!("http://inside.test:{hidden}/"), Failure::NotPublic),
        (format!("//127.0.0.2:{hidden}/"), Failure::NotPublic),
        (format!("http://2130706434:{hidden}/"), Failure::NotPublic),
        (
            via(&format!("http://127.0.0.2:{hidden}/")),
            Failure::NotPublic,
        ),
        ("ftp://front.test/x".to_owned(), Failure::Unsendable),
    ] {
        assert_eq!(refusal(&public, &via(&next)).await, expected, "{next}");
    }
    assert_eq!(inside.visits(), 0);
}

#[tokio::test]
async fn redirects_come_to_an_end() {
    let front = Server::at("127.0.0.1").await;
    let public = Public::new(private(&["127.0.0.1"])).unwrap();
    let mut next = format!("http://{}/", front.address);
    for _ in 0..5 {
        next = format!("http://{}/?{next}", front.address);
    }
    assert_eq!(get(&public, &next).await.unwrap().status(), 200);
    assert_eq!(front.visits(), 6);
    let next = format!("http://{}/?{next}", front.address);
    assert_eq!(refusal(&public, &next).await, Failure::Redirected);
    assert_eq!(front.visits(), 12);
}

#[tokio::test]
async fn a_name_that_means_something_else_the_second_time_is_asked_nothing() {
    let (first, second) = (Server::at("127.0.0.1").await, Server::at("127.0.0.2").await);
    let names = Names::default().with("turn.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let public = Public::with_names(private(&["127.0.0.1"]), names.clone()).unwrap();
    // Looked up once, and connected to what was looked at.
    let answer = get(
        &public,
        &format!("http://turn.test:{}/", first.address.port()),
    )
    .await;
    assert_eq!(answer.unwrap().status(), 200);
    assert_eq!((names.asked(), first.visits()), (1, 1));
    // A connection of its own, and so looked up again.
    let address = format!("http://turn.test:{}/", second.address.port());
    assert_eq!(refusal(&public, &address).await, Failure::NotPublic);
    assert_eq!((names.asked(), second.visits()), (2, 0));

    // The same in the middle of a redirect.
    let names = Names::default().with("turn.test", &[&["127.0.0.1"], &["127.0.0.2"]]);
    let public = Public::with_names(private(&["127.0.0.1"]), names).unwrap();
    let (port, hidden) = (first.address.port(), second.address.port());
    let address = format!("http://turn.test:{port}/?http://turn.test:{hidden}/");
    assert_eq!(refusal(&public, &address).await, Failure::NotPublic);
    assert_eq!((first.visits(), second.visits()), (2, 0));
}
