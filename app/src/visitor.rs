//! Who looks at this page. Known on the server when the document is written, and carried in it, so that
//! the browser draws the same page without asking again.

use contract::accounts::Me;
use leptos::{prelude::*, server::SharedValue};

use crate::frame::theme::Theme;

#[derive(Clone, Debug, Default, serde::Serialize, serde::Deserialize)]
pub struct Visitor {
    pub me: Option<Me>,
    pub theme: Theme,
}

/// Once, in the app's root.
pub fn provide_visitor() -> Visitor {
    let visitor = SharedValue::new(on_server).into_inner();
    provide_context(visitor.clone());
    visitor
}

pub fn use_visitor() -> Visitor {
    expect_context::<Visitor>()
}

#[cfg(feature = "ssr")]
fn on_server() -> Visitor {
    Visitor {
        me: use_context::<Me>(),
        theme: crate::frame::theme::of_request(),
    }
}

/// In the browser the document always has it.
#[cfg(not(feature = "ssr"))]
fn on_server() -> Visitor {
    Visitor::default()
}
