//! What the owner says about a provider, and what is known of it already.

use std::collections::BTreeMap;

use serde::Deserialize;
use studio::{
    accounts::grants::{ClientAuth, ProviderSpec},
    secrets::Secret,
};

use super::Problem;

const PRESETS: &str = include_str!("presets.toml");

/// Everything may be missing: [`Settings::spec`] says what is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// A provider that is known, for what is not said here.
    pub preset: Option<String>,
    /// Without it, the preset's.
    pub name: Option<String>,
    pub label: Option<String>,
    pub authorize_url: Option<String>,
    pub token_url: Option<String>,
    pub revoke_url: Option<String>,
    pub client_id: Option<String>,
    #[serde(skip)]
    pub client_secret: Option<Secret>,
    /// This provider takes no public clients.
    pub needs_secret: Option<bool>,
    pub scopes: Option<Vec<String>>,
    pub extra_authorize: Option<BTreeMap<String, String>>,
    pub client_auth: Option<ClientAuth>,
    pub profile_url: Option<String>,
    pub profile_label: Option<String>,
    pub manage_url: Option<String>,
    pub grant_lasts_days: Option<u32>,
}

#[derive(Deserialize)]
struct Presets {
    provider: Vec<Settings>,
}

impl Settings {
    /// A provider that is known, and who we are there: for what comes from the environment.
    pub fn known(preset: &str, client_id: &str, client_secret: Option<Secret>) -> Self {
        Self {
            preset: Some(preset.to_owned()),
            client_id: Some(client_id.to_owned()),
            client_secret,
            ..Self::default()
        }
    }

    /// The names that [`Settings::preset`] takes.
    pub fn presets() -> Vec<String> {
        presets().into_iter().filter_map(|it| it.name).collect()
    }

    /// All that is wrong, one line each.
    pub fn spec(self) -> Result<ProviderSpec, Vec<Problem>> {
        let named = |name: &Option<String>| name.as_deref().map(str::trim).map(str::to_owned);
        let given = named(&self.name).or_else(|| named(&self.preset));
        let known = match &self.preset {
            None => Self::default(),
            Some(preset) => match presets()
                .into_iter()
                .find(|it| it.name == named(&self.preset))
            {
                Some(known) => known,
                None => {
                    let what = format!("is none of: {}", Self::presets().join(", "));
                    let name = given.as_deref().unwrap_or(preset);
                    return Err(vec![Problem::new(name, "preset", what)]);
                }
            },
        };
        let Some(name) = given.filter(|name| !name.is_empty()) else {
            return Err(vec![Problem::new("?", "name", "is missing")]);
        };
        let mut problems = Vec::new();
        let mut needed = |setting, value: Option<String>| {
            value.unwrap_or_else(|| {
                problems.push(Problem::new(&name, setting, "is missing"));
                String::new()
            })
        };
        let label = text(self.label, known.label).unwrap_or_else(|| name.clone());
        let authorize_url = needed(
            "authorize_url",
            text(self.authorize_url, known.authorize_url),
        );
        let token_url = needed("token_url", text(self.token_url, known.token_url));
        let client_id = needed("client_id", text(self.client_id, known.client_id));
        let client_secret = self
            .client_secret
            .filter(|secret| !secret.reveal().trim().is_empty());
        if client_secret.is_none() && self.needs_secret.or(known.needs_secret) == Some(true) {
            let what = "is missing: this provider asks for one";
            problems.push(Problem::new(&name, "client_secret", what));
        }
        let spec = ProviderSpec {
            label,
            authorize_url,
            token_url,
            client_id,
            client_secret,
            revoke_url: text(self.revoke_url, known.revoke_url),
            scopes: self.scopes.or(known.scopes).unwrap_or_default(),
            extra_authorize: self
                .extra_authorize
                .or(known.extra_authorize)
                .unwrap_or_default()
                .into_iter()
                .collect(),
            client_auth: self.client_auth.or(known.client_auth).unwrap_or_default(),
            profile_url: text(self.profile_url, known.profile_url),
            profile_label: text(self.profile_label, known.profile_label).unwrap_or_default(),
            manage_url: text(self.manage_url, known.manage_url),
            grant_lasts_days: self.grant_lasts_days.or(known.grant_lasts_days),
            name,
        };
        let said = |found: &Problem| problems.iter().any(|it| it.setting == found.setting);
        let more: Vec<Problem> = super::check(&spec)
            .into_iter()
            .filter(|it| !said(it))
            .collect();
        problems.extend(more);
        if problems.is_empty() {
            Ok(spec)
        } else {
            Err(problems)
        }
    }
}

/// (A test reads it.)
fn presets() -> Vec<Settings> {
    let read: Result<Presets, _> = toml::from_str(PRESETS);
    read.map(|presets| presets.provider).unwrap_or_default()
}

/// Set to nothing is not set: compose files and systemd units like to do that.
fn text(own: Option<String>, known: Option<String>) -> Option<String> {
    let own = own.map(|text| text.trim().to_owned());
    own.filter(|text| !text.is_empty()).or(known)
}

#[cfg(test)]
mod tests;
