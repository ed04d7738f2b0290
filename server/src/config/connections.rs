//! Accounts that people may connect, from settings that are named as their makers name them.

use std::collections::{BTreeMap, BTreeSet};

use adapters::grants::Settings;
use anyhow::{Result, bail};
use studio::accounts::grants::ClientAuth;

use super::{Environment, list};

/// `SPOTIFY_CLIENT_ID` and `GOOGLE_CLIENT_ID` are enough, with their secrets; `CONNECT_NAME_…` sets up any
/// other, or says something else of these two.
pub(super) fn read(it: &Environment) -> Result<Vec<Settings>> {
    let mut all = Vec::new();
    let mut taken = BTreeSet::new();
    for preset in Settings::presets() {
        let name = preset.to_uppercase().replace('-', "_");
        let its_own = format!("{name}_CLIENT_ID");
        let id = it.get(&its_own);
        if let Some(id) = id.or_else(|| it.get(&format!("CONNECT_{its_own}"))) {
            let secret = it.secret(&format!("{name}_CLIENT_SECRET"));
            let known = Settings::known(&preset, id, secret);
            all.push(further(it, &name, known)?);
            taken.insert(name);
        }
    }
    let mine = it.names().filter_map(|name| Some(split(name)?.0));
    for name in mine.collect::<BTreeSet<_>>() {
        if !taken.insert(name.to_owned()) {
            continue;
        }
        let settings = Settings {
            name: Some(name.to_lowercase().replace('_', "-")),
            ..Settings::default()
        };
        all.push(further(it, name, settings)?);
    }
    let ours = it.names().filter(|name| name.starts_with("CONNECT_"));
    if let Some(unknown) = ours.into_iter().find(|name| split(name).is_none()) {
        bail!(
            "{unknown} is no setting: they are CONNECT_NAME_ and one of {}",
            WORDS.join(", ")
        );
    }
    Ok(all)
}

const WORDS: [&str; 13] = [
    "CLIENT_ID",
    "CLIENT_SECRET",
    "LABEL",
    "AUTHORIZE_URL",
    "AUTHORIZE_EXTRA",
    "TOKEN_URL",
    "REVOKE_URL",
    "PROFILE_URL",
    "PROFILE_LABEL",
    "MANAGE_URL",
    "CLIENT_AUTH",
    "LASTS_DAYS",
    "SCOPES",
];

/// `CONNECT_STUDIO_BOX_TOKEN_URL` is about `STUDIO_BOX`: its `TOKEN_URL`.
fn split(name: &str) -> Option<(&str, &str)> {
    let rest = name.strip_prefix("CONNECT_")?;
    // The longest one: a LABEL ends a PROFILE_LABEL, too.
    let fits = |word: &&&str| rest.ends_with(**word);
    let word = WORDS.iter().filter(fits).max_by_key(|word| word.len())?;
    let name = rest.strip_suffix(word)?.strip_suffix('_')?;
    (!name.is_empty()).then_some((name, *word))
}

/// What `CONNECT_NAME_…` says.
fn further(it: &Environment, name: &str, base: Settings) -> Result<Settings> {
    let setting = |what: &str| format!("CONNECT_{name}_{what}");
    let text = |what: &str| it.text(&setting(what));
    let words = |what: &str| {
        let words = list(it, &setting(what));
        (!words.is_empty()).then_some(words)
    };
    let client_auth = match it.get(&setting("CLIENT_AUTH")) {
        None => None,
        Some("basic") => Some(ClientAuth::Basic),
        Some("body") => Some(ClientAuth::Body),
        Some(other) => bail!(
            "{} is {other:?}; it must be basic or body",
            setting("CLIENT_AUTH")
        ),
    };
    let grant_lasts_days = match it.get(&setting("LASTS_DAYS")) {
        None => None,
        Some(days) => match days.parse() {
            Ok(days) => Some(days),
            Err(_) => bail!(
                "{} is {days:?}; it must be a number of days",
                setting("LASTS_DAYS")
            ),
        },
    };
    Ok(Settings {
        label: text("LABEL"),
        authorize_url: text("AUTHORIZE_URL"),
        token_url: text("TOKEN_URL"),
        revoke_url: text("REVOKE_URL"),
        profile_url: text("PROFILE_URL"),
        profile_label: text("PROFILE_LABEL"),
        manage_url: text("MANAGE_URL"),
        client_id: text("CLIENT_ID").or(base.client_id),
        client_secret: it.secret(&setting("CLIENT_SECRET")).or(base.client_secret),
        scopes: words("SCOPES"),
        extra_authorize: extra(it, &setting("AUTHORIZE_EXTRA"))?,
        client_auth,
        grant_lasts_days,
        ..base
    })
}

/// `access_type=offline prompt=consent`
fn extra(it: &Environment, setting: &str) -> Result<Option<BTreeMap<String, String>>> {
    let mut extra = BTreeMap::new();
    for pair in list(it, setting) {
        let Some((name, value)) = pair.split_once('=') else {
            bail!("{setting} must be pairs such as access_type=offline, with spaces between");
        };
        extra.insert(name.to_owned(), value.to_owned());
    }
    Ok((!extra.is_empty()).then_some(extra))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built<const N: usize>(pairs: [(&str, &str); N]) -> Result<Vec<String>, String> {
        let client = adapters::outbound::client().expect("a client");
        let read = read(&pairs.into()).map_err(|error| format!("{error:#}"))?;
        let built = adapters::grants::build(read, &client);
        let built = built.map_err(|problems| problems[0].to_string())?;
        Ok(built.iter().map(|one| one.spec().name.clone()).collect())
    }

    #[test]
    fn an_id_and_a_secret_are_enough_and_others_are_configuration_alone() {
        let all = built([
            ("SPOTIFY_CLIENT_ID", "id"),
            ("SPOTIFY_CLIENT_SECRET", "hush"),
            ("CONNECT_SPOTIFY_SCOPES", "user-read-email"),
            ("GOOGLE_CLIENT_ID", "id"),
            ("GOOGLE_CLIENT_SECRET", "hush"),
            ("CONNECT_STUDIO_BOX_CLIENT_ID", "id"),
            (
                "CONNECT_STUDIO_BOX_AUTHORIZE_URL",
                "https://box.example.org/authorize",
            ),
            (
                "CONNECT_STUDIO_BOX_TOKEN_URL",
                "https://box.example.org/token",
            ),
            (
                "CONNECT_STUDIO_BOX_PROFILE_URL",
                "https://box.example.org/me",
            ),
            ("CONNECT_STUDIO_BOX_PROFILE_LABEL", "/name"),
            (
                "CONNECT_STUDIO_BOX_AUTHORIZE_EXTRA",
                "access_type=offline prompt=consent",
            ),
        ]);
        let all = all.expect("read");
        assert_eq!(all, ["spotify", "google", "studio-box"]);
        let own = built([("CONNECT_SPOTIFY_CLIENT_ID", "id")]);
        assert_eq!(own.expect("a preset"), ["spotify"]);
        assert_eq!(built([]).expect("none"), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_named_in_one_line() {
        let box_id = ("CONNECT_BOX_CLIENT_ID", "id");
        for (pairs, named) in [
            ([box_id, ("", "")], "authorize_url"),
            (
                [box_id, ("CONNECT_BOX_CLIENT_AUTH", "both")],
                "CONNECT_BOX_CLIENT_AUTH",
            ),
            (
                [("CONNECT_BOX_TOKEN_URL", "https://x"), ("", "")],
                "authorize_url",
            ),
            (
                [("CONNECT_SPOTIFY_SCOPE", "x"), ("", "")],
                "CONNECT_SPOTIFY_SCOPE",
            ),
            (
                [box_id, ("CONNECT_BOX_LASTS_DAYS", "long")],
                "CONNECT_BOX_LASTS_DAYS",
            ),
            (
                [box_id, ("CONNECT_BOX_AUTHORIZE_EXTRA", "offline")],
                "CONNECT_BOX_AUTHORIZE_EXTRA",
            ),
            ([("GOOGLE_CLIENT_ID", "id"), ("", "")], "client_secret"),
        ] {
            let error = built(pairs).expect_err("refused");
            assert!(error.contains(named) && !error.contains('\n'), "{error}");
        }
    }
}
