//! Joins the reducer and the wire: dials, listens, keeps the line alive, hands frames over.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc, time::Duration};

use contract::{
    ApiError, ErrorCode, Timestamp,
    live::{Cursor, Frame, Request, Topic},
};
use leptos::{
    ev,
    leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle, window_event_listener_untyped},
    prelude::*,
    web_sys,
};

use super::{
    line::{Heard, Line},
    state::{Channel, Key, Redial, Wire, refetch_delay_ms},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Connection {
    Connecting,
    Online,
    /// More than one attempt in a row has failed.
    Offline {
        since: Timestamp,
    },
}

/// The line was lost and is back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Outage {
    pub seconds: u32,
    /// Tells one outage from the next of the same length.
    pub number: u32,
}

/// The handle to the live channel; from [`use_live`].
#[derive(Clone, Copy)]
pub struct Live {
    connection: RwSignal<Connection>,
    outage: RwSignal<Option<Outage>>,
    ended: RwSignal<Option<ApiError>>,
}

/// One subscription. It ends with the owner (component, effect) that it was made under.
#[derive(Clone, Copy, Debug)]
pub struct Subscription(Key);

const PING_EVERY: Duration = Duration::from_secs(15);
const PONG_WITHIN: Duration = Duration::from_secs(10);
/// After a hint that the line may be gone (the tab woke up, the system says offline).
const PONG_WITHIN_DOUBT: Duration = Duration::from_secs(4);
const OPEN_WITHIN: Duration = Duration::from_secs(10);
/// Subscriptions of one render come together; an SSE line is opened anew once for all of them.
const GATHER: Duration = Duration::from_millis(50);

type Handler = Rc<dyn Fn(Frame)>;

/// What this tab has: one, because a tab has one line. Nothing of it exists on the server.
#[derive(Default)]
struct Tab {
    live: Option<Live>,
    channel: Channel,
    redial: Redial,
    line: Option<Line>,
    is_open: bool,
    handlers: BTreeMap<Key, (Handler, bool)>,
    /// When the line was lost, in this tab's milliseconds.
    lost_at: Option<f64>,
    outages: u32,
    /// The one timer that matters in each state: to redial, to give up opening, to ping, to give up
    /// waiting for the pong.
    timer: Option<TimeoutHandle>,
    pong_due: Option<TimeoutHandle>,
    gathering: bool,
    over: bool,
}

thread_local! {
    static TAB: RefCell<Tab> = RefCell::new(Tab::default());
}

fn tab<T>(act: impl FnOnce(&mut Tab) -> T) -> T {
    TAB.with(|tab| act(&mut tab.borrow_mut()))
}

/// Once, above everything that listens. The line opens in the browser, after hydration.
pub fn provide_live() -> Live {
    let live = Live {
        connection: RwSignal::new(Connection::Connecting),
        outage: RwSignal::new(None),
        ended: RwSignal::new(None),
    };
    provide_context(live);
    Effect::new(move || {
        tab(|tab| tab.live = Some(live));
        let waking = [
            window_event_listener(ev::online, |_| redial_now()),
            window_event_listener(ev::offline, |_| doubt()),
        ];
        // The event goes to the document and bubbles to the window.
        let visible = window_event_listener_untyped("visibilitychange", |_| {
            if document().visibility_state() == web_sys::VisibilityState::Visible {
                if tab(|tab| tab.is_open) {
                    doubt();
                } else {
                    redial_now();
                }
            }
        });
        on_cleanup(move || {
            waking.into_iter().for_each(|listener| listener.remove());
            visible.remove();
            tab(|tab| *tab = Tab::default());
        });
        dial();
    });
    live
}

pub fn use_live() -> Live {
    expect_context::<Live>()
}

impl Live {
    pub fn connection(self) -> Signal<Connection> {
        self.connection.into()
    }

    pub fn is_offline(self) -> bool {
        matches!(self.connection.get(), Connection::Offline { .. })
    }

    /// The last time that the line was lost and came back.
    pub fn outage(self) -> Signal<Option<Outage>> {
        self.outage.into()
    }

    /// Why the server ended the channel for good: signed out.
    pub fn ended(self) -> Signal<Option<ApiError>> {
        self.ended.into()
    }

    /// "Try now".
    pub fn retry(self) {
        redial_now();
    }

    /// Hears everything on `topic` behind `after` (None: from now on), each frame once and in order:
    /// `Event`, `CaughtUp`, `Gap` (read the state anew, then [`Subscription::resume`]), `Closed`.
    /// In the browser only: call it from an effect or an event handler.
    pub fn subscribe(
        self,
        topic: Topic,
        after: Option<Cursor>,
        on_frame: impl Fn(Frame) + 'static,
    ) -> Subscription {
        let handler: Handler = Rc::new(on_frame);
        let key = tab(|tab| {
            let (key, requests) = tab.channel.subscribe(topic, after);
            tab.handlers.insert(key, (handler, after.is_none()));
            tab.say(&requests);
            key
        });
        let subscription = Subscription(key);
        on_cleanup(move || subscription.end());
        subscription
    }
}

impl Subscription {
    /// The state has been read anew and covers everything up to `after`.
    pub fn resume(self, after: Option<Cursor>) {
        tab(|tab| {
            let requests = tab.channel.resume(self.0, after);
            tab.say(&requests);
        });
    }

    pub fn end(self) {
        tab(|tab| {
            tab.handlers.remove(&self.0);
            let requests = tab.channel.unsubscribe(self.0);
            tab.say(&requests);
        });
    }
}

impl Tab {
    fn say(&mut self, requests: &[Request]) {
        if requests.is_empty() || !self.is_open {
            return;
        }
        match &self.line {
            Some(line) if line.wire() == Wire::Socket => line.send(requests),
            // The address carries the topics: another line, but not one for each change.
            Some(_) if !self.gathering => {
                self.gathering = true;
                set_timeout(reopen, GATHER);
            }
            _ => {}
        }
    }

    fn wait(&mut self, time: Duration, then: impl FnOnce() + 'static) {
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
        self.timer = set_timeout_with_handle(then, time).ok();
    }

    fn hang_up(&mut self) {
        self.line = None;
        self.is_open = false;
        for timer in [self.timer.take(), self.pong_due.take()]
            .into_iter()
            .flatten()
        {
            timer.clear();
        }
    }
}

fn dial() {
    tab(|tab| {
        if tab.over || tab.line.is_some() || tab.live.is_none() {
            return;
        }
        tab.line = Line::open(tab.redial.wire(), &tab.channel.topics(), heard);
        tab.wait(OPEN_WITHIN, lost);
    });
    if tab(|tab| tab.line.is_none()) {
        lost();
    }
}

fn redial_now() {
    let idle = tab(|tab| !tab.is_open && tab.live.is_some());
    if idle {
        tab(Tab::hang_up);
        dial();
    }
}

/// An SSE line whose topics have changed.
fn reopen() {
    let open = tab(|tab| {
        tab.gathering = false;
        tab.is_open
            && tab
                .line
                .as_ref()
                .is_some_and(|line| line.wire() == Wire::Events)
    });
    if open {
        tab(Tab::hang_up);
        dial();
    }
}

fn heard(what: Heard) {
    match what {
        Heard::Opened => opened(),
        Heard::Frame(frame) => frame_came(frame),
        Heard::Closed => lost(),
    }
}

fn opened() {
    let Some((live, outage)) = tab(|tab| {
        let wire = tab.line.as_ref()?.wire();
        tab.redial.opened(wire);
        tab.is_open = true;
        let requests = tab.channel.opened();
        if let Some(line) = &tab.line {
            line.send(&requests);
        }
        if wire == Wire::Socket {
            tab.wait(PING_EVERY, ping);
        } else if let Some(timer) = tab.timer.take() {
            timer.clear();
        }
        let outage = tab.lost_at.take().map(|lost_at| {
            tab.outages += 1;
            Outage {
                seconds: ((js_sys::Date::now() - lost_at) / 1_000.0).round() as u32,
                number: tab.outages,
            }
        });
        Some((tab.live?, outage))
    }) else {
        return;
    };
    live.connection.set(Connection::Online);
    if outage.is_some() {
        live.outage.set(outage);
    }
}

/// The line is gone, or never opened, or is silent for too long.
fn lost() {
    let Some((live, connection)) = tab(|tab| {
        let live = tab.live?;
        let was_open = tab.is_open;
        tab.hang_up();
        if tab.over {
            return None;
        }
        let lost_at = *tab.lost_at.get_or_insert_with(js_sys::Date::now);
        tab.redial.failed();
        let delay = tab.redial.delay_ms(js_sys::Math::random());
        tab.wait(Duration::from_millis(delay.into()), dial);
        let since = Timestamp((lost_at * 1_000.0) as i64);
        Some((
            live,
            if was_open {
                Connection::Connecting
            } else {
                Connection::Offline { since }
            },
        ))
    }) else {
        return;
    };
    live.connection.set(connection);
}

fn ping() {
    ask_for_pong(PONG_WITHIN);
    tab(|tab| tab.wait(PING_EVERY, ping));
}

/// Something says that the line may be dead although nobody closed it.
fn doubt() {
    if tab(|tab| {
        tab.is_open
            && tab
                .line
                .as_ref()
                .is_some_and(|line| line.wire() == Wire::Socket)
    }) {
        ask_for_pong(PONG_WITHIN_DOUBT);
    }
}

fn ask_for_pong(within: Duration) {
    tab(|tab| {
        if let Some(line) = &tab.line {
            line.send(&[Request::Ping]);
        }
        if tab.pong_due.is_none() {
            tab.pong_due = set_timeout_with_handle(lost, within).ok();
        }
    });
}

fn frame_came(frame: Frame) {
    let (outcome, handlers) = tab(|tab| {
        // Whatever comes proves that the line is alive.
        if let Some(due) = tab.pong_due.take() {
            due.clear();
        }
        let outcome = tab.channel.receive(&frame);
        tab.say(&outcome.send);
        let of = |keys: &[Key], tab: &Tab| -> Vec<(Key, Handler, bool, u32)> {
            keys.iter()
                .filter_map(|key| {
                    let (handler, from_now) = tab.handlers.get(key)?;
                    Some((*key, handler.clone(), *from_now, tab.channel.gaps(*key)))
                })
                .collect()
        };
        let handlers = (of(&outcome.deliver, tab), of(&outcome.stale, tab));
        (outcome, handlers)
    });
    if let Frame::Bye { error } = &frame {
        bye(error.clone());
        return;
    }
    let (deliver, stale) = handlers;
    let is_gap = matches!(frame, Frame::Gap { .. });
    for (key, handler, from_now, gaps) in deliver {
        if is_gap {
            gap(key, handler, frame.clone(), from_now, gaps);
        } else {
            handler(frame.clone());
        }
    }
    if let (false, Some(topic)) = (outcome.stale.is_empty(), topic_of(&frame)) {
        for (key, handler, from_now, gaps) in stale {
            gap(key, handler, Frame::Gap { topic }, from_now, gaps);
        }
    }
}

/// Tells a subscriber to read its state anew: at once the first time, later where that does not help.
fn gap(key: Key, handler: Handler, frame: Frame, from_now: bool, gaps: u32) {
    let tell = move || {
        if !tab(|tab| tab.handlers.contains_key(&key)) {
            return;
        }
        handler(frame);
        // Who never had a place in the log has none to name now.
        if from_now {
            Subscription(key).resume(None);
        }
    };
    match refetch_delay_ms(gaps) {
        0 => tell(),
        delay => set_timeout(tell, Duration::from_millis(delay.into())),
    }
}

fn bye(error: ApiError) {
    let live = tab(|tab| {
        tab.over = error.code == ErrorCode::SignedOut;
        tab.live
    });
    lost();
    if let Some(live) = live
        && error.code == ErrorCode::SignedOut
    {
        live.ended.set(Some(error));
    }
}

fn topic_of(frame: &Frame) -> Option<Topic> {
    match frame {
        Frame::Event { topic, .. }
        | Frame::CaughtUp { topic, .. }
        | Frame::Gap { topic }
        | Frame::Closed { topic, .. } => Some(*topic),
        Frame::Bye { .. } | Frame::Pong => None,
    }
}
