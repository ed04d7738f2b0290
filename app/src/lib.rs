//! The web app: pages, components and the server functions behind them, rendered on the server and
//! brought to life in the browser.
//!
//! **The rule:** with `ssr` this crate reaches the studio through the context of the request and in no
//! other way; with `hydrate` it knows `contract` and the browser. Views hold no `cfg!`: what differs
//! between the two sides lives in effects, event handlers and `api`.
//!
//! One folder per domain (`accounts`, `chat`, `media`, `live`): `page.rs`, `api.rs` (server functions),
//! `state.rs` (logic without a browser, tested natively) and parts. `ui` knows no domain. To add a page:
//! a component in its domain and a `<Route>` in `routes.rs`.

// The component macro makes its props `pub` even where the component is not.
#![allow(unreachable_pub)]
// Props are handed over by value, whatever a component does with them.
#![allow(clippy::needless_pass_by_value)]

pub mod accounts;
pub mod api;
pub mod chat;
pub mod facts;
pub mod frame;
pub mod live;
pub mod media;
pub mod missing;
pub mod pwa;
pub mod routes;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod ui;
pub mod visitor;

pub use routes::App;
#[cfg(feature = "ssr")]
pub use shell::shell;
