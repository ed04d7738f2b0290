//! The wire itself: a WebSocket, or an EventSource where no WebSocket gets through. Dropping a line
//! closes it, and nothing more is heard of it.

use contract::live::{Cursor, Frame, Request, Topic};
use leptos::{prelude::window, web_sys};
use wasm_bindgen::{JsCast, closure::Closure};
use web_sys::{EventSource, MessageEvent, WebSocket};

use super::state::Wire;

pub(super) enum Heard {
    Opened,
    Frame(Frame),
    Closed,
}

pub(super) struct Line {
    wire: Ends,
    _on_open: Closure<dyn FnMut()>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
    _on_close: Closure<dyn FnMut()>,
}

enum Ends {
    Socket(WebSocket),
    Events(EventSource),
}

impl Line {
    /// Begins to connect; `heard` is called with what happens, never before this returns.
    pub(super) fn open(
        wire: Wire,
        topics: &[(Topic, Option<Cursor>)],
        heard: impl Fn(Heard) + Clone + 'static,
    ) -> Option<Self> {
        let on_open = Closure::<dyn FnMut()>::new({
            let heard = heard.clone();
            move || heard(Heard::Opened)
        });
        let on_message = Closure::<dyn FnMut(MessageEvent)>::new({
            let heard = heard.clone();
            move |event: MessageEvent| {
                // A frame that a newer server speaks and this page does not know is passed over; the
                // hole that it leaves is noticed by its number.
                if let Some(text) = event.data().as_string()
                    && let Ok(frame) = serde_json::from_str(&text)
                {
                    heard(Heard::Frame(frame));
                }
            }
        });
        let on_close = Closure::<dyn FnMut()>::new(move || heard(Heard::Closed));
        let (open, message, close) = (
            on_open.as_ref().unchecked_ref(),
            on_message.as_ref().unchecked_ref(),
            on_close.as_ref().unchecked_ref(),
        );
        let wire = match wire {
            Wire::Socket => {
                let socket = WebSocket::new(&socket_address()?).ok()?;
                socket.set_onopen(Some(open));
                socket.set_onmessage(Some(message));
                socket.set_onclose(Some(close));
                Ends::Socket(socket)
            }
            Wire::Events => {
                let events = EventSource::new(&events_address(topics)).ok()?;
                events.set_onopen(Some(open));
                events.set_onmessage(Some(message));
                // It would try again by itself, but knows neither cursors nor our patience.
                events.set_onerror(Some(close));
                Ends::Events(events)
            }
        };
        Some(Self {
            wire,
            _on_open: on_open,
            _on_message: on_message,
            _on_close: on_close,
        })
    }

    pub(super) fn wire(&self) -> Wire {
        match self.wire {
            Ends::Socket(_) => Wire::Socket,
            Ends::Events(_) => Wire::Events,
        }
    }

    /// What cannot be sent is asked for again when the next line opens.
    pub(super) fn send(&self, requests: &[Request]) {
        let Ends::Socket(socket) = &self.wire else {
            return;
        };
        if socket.ready_state() != WebSocket::OPEN {
            return;
        }
        for request in requests {
            if let Ok(text) = serde_json::to_string(request) {
                _ = socket.send_with_str(&text);
            }
        }
    }
}

impl Drop for Line {
    fn drop(&mut self) {
        match &self.wire {
            Ends::Socket(socket) => {
                socket.set_onopen(None);
                socket.set_onmessage(None);
                socket.set_onclose(None);
                _ = socket.close();
            }
            Ends::Events(events) => {
                events.set_onopen(None);
                events.set_onmessage(None);
                events.set_onerror(None);
                events.close();
            }
        }
    }
}

fn socket_address() -> Option<String> {
    let location = window().location();
    let scheme = if location.protocol().ok()? == "https:" {
        "wss://"
    } else {
        "ws://"
    };
    Some([scheme, &location.host().ok()?, "/api/live"].concat())
}

/// `?topics=run:ID,user:ID&after=EPOCH.SEQ,-`: a topic without a place is heard from now on.
fn events_address(topics: &[(Topic, Option<Cursor>)]) -> String {
    let mut address = String::from("/api/live/sse?topics=");
    let mut places = String::from("&after=");
    for (index, (topic, after)) in topics.iter().enumerate() {
        if index > 0 {
            address.push(',');
            places.push(',');
        }
        address.push_str(&topic.to_string());
        match after {
            Some(Cursor { epoch, seq }) => {
                places.push_str(&epoch.to_string());
                places.push('.');
                places.push_str(&seq.to_string());
            }
            None => places.push('-'),
        }
    }
    address + &places
}
