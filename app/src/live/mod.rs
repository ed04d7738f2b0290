//! The live channel in the browser: one connection per tab carries everything that changes.
//!
//! [`provide_live`] stands once, above the router. A part that shows something which changes calls
//! [`Live::subscribe`] from an effect with the cursor that its server-rendered state covers, and gets
//! every frame after it exactly once, over reconnects too. On `Gap` it reads its state anew and calls
//! [`Subscription::resume`] with the fresh cursor.
//!
//! `state` decides (which events count, what to ask for after a reconnect, when to try again) and
//! knows no browser; `line` is the wire (WebSocket, or SSE where that never opens); `client` joins them.

mod client;
mod line;
pub mod state;

pub use client::{Connection, Live, Outage, Subscription, provide_live, use_live};
