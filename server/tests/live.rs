//! The live channel over real connections.
#![allow(clippy::unwrap_used)]

mod support;

use std::{net::SocketAddr, time::Duration};

use axum::{body::Body, http::StatusCode};
use contract::{
    ConversationId, UserId,
    live::{Cursor, Event, Frame, Request, Topic},
};
use futures::{SinkExt as _, StreamExt as _};
use support::{Browser, Site, get};
use tokio::{net::TcpStream, time::timeout};
use tokio_tungstenite::{
    MaybeTlsStream, WebSocketStream, connect_async,
    tungstenite::{self, Message, client::IntoClientRequest as _},
};
use tower::ServiceExt as _;
use uuid::Uuid;

type Socket = WebSocketStream<MaybeTlsStream<TcpStream>>;

async fn knock(
    at: SocketAddr,
    browser: &Browser,
    origin: &str,
) -> Result<Socket, tungstenite::Error> {
    let mut request = format!("ws://{at}/api/live").into_client_request().unwrap();
    request
        .headers_mut()
        .insert("cookie", browser.cookie().parse().unwrap());
    request
        .headers_mut()
        .insert("origin", origin.parse().unwrap());
    connect_async(request).await.map(|(socket, _)| socket)
}

struct Tab(Socket);

impl Tab {
    async fn open(at: SocketAddr, browser: &Browser) -> Self {
        Self(knock(at, browser, &format!("http://{at}")).await.unwrap())
    }

    async fn say(&mut self, request: &Request) {
        self.0
            .send(Message::text(serde_json::to_string(request).unwrap()))
            .await
            .unwrap();
    }

    async fn follow(&mut self, topic: Topic, after: Option<Cursor>) {
        self.say(&Request::Subscribe { topic, after }).await;
    }

    /// The next frame, or `None` when the server has closed.
    async fn next(&mut self) -> Option<Frame> {
        loop {
            match timeout(Duration::from_secs(10), self.0.next())
                .await
                .expect("an answer in time")
            {
                Some(Ok(Message::Text(text))) => return Some(serde_json::from_str(&text).unwrap()),
                Some(Ok(Message::Close(_)) | Err(_)) | None => return None,
                Some(Ok(_)) => {}
            }
        }
    }

    async fn seq(&mut self) -> u64 {
        match self.next().await {
            Some(Frame::Event { seq, .. }) => seq,
            other => panic!("{other:?}"),
        }
    }

    async fn caught_up(&mut self) -> Cursor {
        match self.next().await {
            Some(Frame::CaughtUp { cursor, .. }) => cursor,
            other => panic!("{other:?}"),
        }
    }
}

fn event(number: u128) -> Event {
    Event::ConversationDeleted {
        id: ConversationId(Uuid::from_u128(number)),
    }
}

#[tokio::test]
async fn who_comes_back_gets_exactly_what_was_missed() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let topic = Topic::User(mara.user());

    let mut tab = Tab::open(at, &mara).await;
    tab.follow(topic, None).await;
    let start = tab.caught_up().await;
    site.studio.live.publish(topic, event(1));
    assert_eq!(tab.seq().await, start.seq + 1);
    drop(tab);
    for number in 2..=400 {
        site.studio.live.publish(topic, event(number));
    }

    let mut again = Tab::open(at, &mara).await;
    again
        .follow(
            topic,
            Some(Cursor {
                seq: start.seq + 1,
                ..start
            }),
        )
        .await;
    for expected in 2..=400 {
        assert_eq!(again.seq().await, start.seq + expected);
    }
    assert_eq!(again.caught_up().await.seq, start.seq + 400);
    site.studio.live.publish(topic, event(401));
    assert_eq!(again.seq().await, start.seq + 401);
}

#[tokio::test]
async fn a_cursor_of_another_log_gets_a_gap() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let topic = Topic::User(mara.user());
    let mut tab = Tab::open(at, &mara).await;
    tab.follow(topic, Some(Cursor { epoch: 1, seq: 5 })).await;
    assert_eq!(tab.next().await, Some(Frame::Gap { topic }));
}

#[tokio::test]
async fn topics_of_others_are_closed_and_pings_answered() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let mut tab = Tab::open(at, &mara).await;
    let anothers = Topic::User(UserId(Uuid::from_u128(9)));
    tab.follow(anothers, None).await;
    match tab.next().await {
        Some(Frame::Closed { topic, error }) => {
            assert_eq!((topic, error.code.as_str()), (anothers, "not_found"));
        }
        other => panic!("{other:?}"),
    }
    tab.say(&Request::Ping).await;
    assert_eq!(tab.next().await, Some(Frame::Pong));
}

#[tokio::test]
async fn other_sites_and_strangers_do_not_get_in() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let stranger = Browser {
        token: "made-up".to_owned(),
        ..mara.clone()
    };
    for (browser, origin, expected) in [
        (
            &mara,
            "http://evil.example".to_owned(),
            StatusCode::FORBIDDEN,
        ),
        (&mara, "null".to_owned(), StatusCode::FORBIDDEN),
        (&stranger, format!("http://{at}"), StatusCode::UNAUTHORIZED),
    ] {
        match knock(at, browser, &origin).await {
            Err(tungstenite::Error::Http(response)) => {
                assert_eq!(response.status(), expected, "{origin}");
            }
            other => panic!("{origin}: {other:?}"),
        }
    }
}

#[tokio::test]
async fn signing_out_ends_the_connection_and_says_why() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let mut tab = Tab::open(at, &mara).await;
    tab.follow(Topic::User(mara.user()), None).await;
    tab.caught_up().await;
    let actor = site.actor(&mara).await;
    site.studio
        .accounts
        .sign_out(&actor, &studio::Origin::default())
        .await
        .unwrap();
    match tab.next().await {
        Some(Frame::Bye { error }) => assert_eq!(error.code.as_str(), "signed_out"),
        other => panic!("{other:?}"),
    }
    assert_eq!(tab.next().await, None);
}

#[tokio::test]
async fn nonsense_ends_the_connection_politely() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    for nonsense in ["", "{}", r#"{"type":"subscribe","topic":"nothing"}"#, "[1"] {
        let mut tab = Tab::open(at, &mara).await;
        tab.0.send(Message::text(nonsense)).await.unwrap();
        assert!(
            matches!(tab.next().await, Some(Frame::Bye { .. })),
            "{nonsense}"
        );
        assert_eq!(tab.next().await, None);
    }
    let mut flood = Tab::open(at, &mara).await;
    let _ = flood.0.send(Message::text("x".repeat(1 << 20))).await;
    assert_eq!(flood.next().await, None);
}

#[tokio::test]
async fn closing_the_server_closes_the_connections() {
    let site = Site::new().await;
    let (mara, at) = (site.owner().await, site.listen().await);
    let mut tab = Tab::open(at, &mara).await;
    site.background.closing().cancel();
    assert_eq!(tab.next().await, None);
}

/// What arrives until the text holds what is waited for.
async fn read_until(body: &mut axum::body::BodyDataStream, wanted: &str) -> String {
    let mut text = String::new();
    while !text.contains(wanted) {
        let part = timeout(Duration::from_secs(10), body.next())
            .await
            .expect("in time")
            .expect("more")
            .unwrap();
        text.push_str(std::str::from_utf8(&part).unwrap());
    }
    text
}

#[tokio::test]
async fn server_sent_events_carry_the_same_frames_and_resume() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let topic = Topic::User(mara.user());
    let path = format!("/api/live/sse?topics={topic}");
    let open = async |last: Option<&str>| {
        let request = get(&path).header("cookie", mara.cookie());
        let request = last
            .into_iter()
            .fold(request, |request, id| request.header("last-event-id", id));
        let response = site
            .router
            .clone()
            .oneshot(request.body(Body::empty()).unwrap())
            .await
            .unwrap();
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        response.into_body().into_data_stream()
    };
    let mut first = open(None).await;
    read_until(&mut first, "caught_up").await;
    site.studio.live.publish(topic, event(1));
    let text = read_until(&mut first, "\n\n").await;
    let id = text
        .lines()
        .find_map(|line| {
            line.strip_prefix("id: ")
                .or_else(|| line.strip_prefix("id:"))
        })
        .unwrap()
        .to_owned();
    drop(first);
    site.studio.live.publish(topic, event(2));
    site.studio.live.publish(topic, event(3));

    let text = read_until(&mut open(Some(&id)).await, "caught_up").await;
    let seqs: Vec<&str> = text
        .split("\"seq\":")
        .skip(1)
        .map(|rest| &rest[..1])
        .collect();
    assert_eq!(
        seqs,
        ["2", "3", "3"],
        "two events, then where it stands: {text}"
    );
}

#[tokio::test]
async fn server_sent_events_check_what_they_are_asked() {
    let site = Site::new().await;
    let mara = site.owner().await;
    let topic = Topic::User(mara.user());
    for path in [
        "/api/live/sse",
        "/api/live/sse?topics=nothing:1",
        &format!("/api/live/sse?topics={topic}&after=x"),
    ] {
        assert_eq!(
            site.get_as(&mara, path).await.status.as_u16(),
            422,
            "{path}"
        );
    }
    let request = get(&format!("/api/live/sse?topics={topic}"))
        .header("cookie", mara.cookie())
        .header("sec-fetch-site", "cross-site");
    assert_eq!(
        site.call(request.body(Body::empty()).unwrap()).await.code(),
        "cross_origin"
    );
}
