//! Signing in, setting up, joining, signing out; and the settings.

pub mod api;
mod art;
mod form;
pub mod join;
pub mod page;
mod passkey;
pub mod settings;
pub mod state;
mod ways;

/// Where a sign-in elsewhere sends the browser back to. Providers are told this address, exactly.
pub fn callback(site: &str, way: &str) -> String {
    [site, "/sign-in/with/", way, "/callback"].concat()
}

/// Where a provider sends the browser back to once somebody has connected their account. By number where we
/// are at home: Spotify refuses `localhost`. (From there the browser is handed over to where its cookies are.)
pub fn connection_callback(site: &str, provider: &str) -> String {
    let site = site.replacen("http://localhost", "http://127.0.0.1", 1);
    [&site, "/connect/", provider, "/callback"].concat()
}
