//! Signing in, setting up, joining, signing out; and the settings.

pub mod api;
mod art;
mod form;
pub mod join;
pub mod page;
pub mod settings;
pub mod state;
mod ways;

/// Where a sign-in elsewhere sends the browser back to. Providers are told this address, exactly.
pub fn callback(site: &str, way: &str) -> String {
    [site, "/sign-in/with/", way, "/callback"].concat()
}
