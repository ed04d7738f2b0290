//! Signing in elsewhere, as the pages show it. Going there and coming back are the server's: these are
//! links, and what went wrong on the way stands in the address of the page that one comes back to.

use contract::accounts::Way;
use leptos::prelude::*;
use leptos_router::hooks::{use_location, use_query_map};

use super::{
    page::show_address,
    state::{trouble, way_in},
};
use crate::ui::Icon;

/// The links below the form that they stand in for, if there are any.
#[component]
pub(super) fn Ways(
    ways: Vec<Way>,
    /// Between the form and them.
    or: &'static str,
    /// What a link does, up to its label: "Sign in with".
    does: &'static str,
    /// What goes along, as name and value.
    along: Option<(&'static str, String)>,
    /// Before the links.
    #[prop(optional_no_strip)]
    first: Option<AnyView>,
) -> impl IntoView {
    (!ways.is_empty() || first.is_some()).then(|| {
        let along = along.as_ref().map(|(name, value)| (*name, value.as_str()));
        let links = ways
            .into_iter()
            .map(|way| {
                view! {
                    // The server answers it: the router would look for a page of ours.
                    <a
                        class="btn"
                        href=way_in(&way.name, along)
                        rel="external"
                        aria-label=[does, " ", &way.label].concat()
                    >
                        <Icon name=way_icon(&way.name)/>
                        <span>{way.label.clone()}</span>
                    </a>
                }
            })
            .collect_view();
        view! {
            <p class="or">{or}</p>
            <div class="alt">{first}{links}</div>
        }
    })
}

pub(super) fn way_icon(name: &str) -> &'static str {
    match name {
        "google" => "google",
        _ => "building",
    }
}

/// What went wrong with a sign-in elsewhere, in words. The address forgets it: loaded again, the page has
/// nothing to complain of.
pub(super) fn take_trouble() -> Option<&'static str> {
    take_from_address("problem").and_then(|code| trouble(&code))
}

/// What stands there under this name, once.
pub(super) fn take_from_address(name: &str) -> Option<String> {
    let mut query = use_query_map().get_untracked();
    let value = query.remove(name)?.pop();
    let path = use_location().pathname.get_untracked();
    show_address([path, query.to_query_string()].concat());
    value
}
