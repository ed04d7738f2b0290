//! OAuth 2 connections, to any provider that follows RFC 6749 and PKCE (RFC 7636).
//!
//! [`Settings`] say what a provider is, `presets.toml` has those that are known; [`build`] checks all of
//! them and says everything that is wrong. [`http`] sends, [`answer`] reads what comes back.
//!
//! To add a provider that people use a lot: a table in `presets.toml`. No code.

mod answer;
mod check;
mod http;
mod provider;
mod settings;
mod wait;

use std::sync::Arc;

use studio::accounts::grants::Grants;

use crate::outbound::PATIENCE;

pub use check::{Problem, check};
pub use provider::Provider;
pub use settings::Settings;

/// Every provider that is configured, or one line for everything that is wrong with them.
pub fn build(
    settings: Vec<Settings>,
    client: &reqwest::Client,
) -> Result<Vec<Arc<dyn Grants>>, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut providers: Vec<Arc<dyn Grants>> = Vec::new();
    for settings in settings {
        let built = settings
            .spec()
            .and_then(|spec| Provider::new(spec, client.clone(), PATIENCE));
        match built {
            Ok(provider) if name_is_taken(&providers, &provider) => {
                problems.push(Problem::new(&provider.spec().name, "name", "is used twice"));
            }
            Ok(provider) => providers.push(Arc::new(provider)),
            Err(wrong) => problems.extend(wrong),
        }
    }
    if problems.is_empty() {
        Ok(providers)
    } else {
        Err(problems)
    }
}

fn name_is_taken(providers: &[Arc<dyn Grants>], new: &Provider) -> bool {
    let mut names = providers.iter().map(|provider| &provider.spec().name);
    names.any(|name| *name == new.spec().name)
}
