//! What can be wrong with a provider's settings, seen at start and not when somebody connects.

use std::fmt;

use studio::accounts::grants::ProviderSpec;

use crate::outbound::unsafe_because;

/// What the flow itself says, and nobody else.
const OURS: [&str; 8] = [
    "response_type",
    "response_mode",
    "client_id",
    "redirect_uri",
    "state",
    "scope",
    "code_challenge",
    "code_challenge_method",
];
const LONGEST_NAME: usize = 32;
const LONGEST_GRANT_DAYS: u32 = 3_650;

/// One wrong setting, in one line, without its value: a secret may stand in the wrong place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub provider: String,
    pub setting: &'static str,
    pub what: String,
}

impl Problem {
    pub(super) fn new(provider: &str, setting: &'static str, what: impl Into<String>) -> Self {
        let shown = |letter: &char| !letter.is_control();
        Self {
            provider: provider.chars().filter(shown).take(LONGEST_NAME).collect(),
            setting,
            what: what.into(),
        }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "connection {:?}: {} {}",
            self.provider, self.setting, self.what
        )
    }
}

impl std::error::Error for Problem {}

pub fn check(spec: &ProviderSpec) -> Vec<Problem> {
    let found = [
        ("name", name(&spec.name)),
        ("label", label(&spec.label)),
        ("authorize_url", unsafe_because(&spec.authorize_url)),
        ("token_url", unsafe_because(&spec.token_url)),
        (
            "revoke_url",
            spec.revoke_url.as_deref().and_then(unsafe_because),
        ),
        (
            "manage_url",
            spec.manage_url.as_deref().and_then(unsafe_because),
        ),
        (
            "profile_url",
            spec.profile_url.as_deref().and_then(unsafe_because),
        ),
        ("profile_label", pointer(spec)),
        ("client_id", client_id(&spec.client_id)),
        ("scopes", scopes(&spec.scopes)),
        ("extra_authorize", extra(&spec.extra_authorize)),
        ("grant_lasts_days", days(spec.grant_lasts_days)),
    ];
    found
        .into_iter()
        .filter_map(|(setting, what)| Some(Problem::new(&spec.name, setting, what?)))
        .collect()
}

type Wrong = Option<&'static str>;

fn when(wrong: bool, what: &'static str) -> Wrong {
    wrong.then_some(what)
}

fn name(name: &str) -> Wrong {
    let mut letters = name.bytes();
    let good = letters
        .next()
        .is_some_and(|first| first.is_ascii_lowercase())
        && letters.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
        && name.len() <= LONGEST_NAME;
    when(
        !good,
        "must be lower-case letters, digits and hyphens, at most 32, a letter first",
    )
}

fn label(label: &str) -> Wrong {
    let good = !label.trim().is_empty() && label.chars().count() <= 60;
    when(
        !good || label.chars().any(char::is_control),
        "must be a name of at most 60 letters",
    )
}

fn pointer(spec: &ProviderSpec) -> Wrong {
    let good = spec.profile_url.is_none() || spec.profile_label.starts_with('/');
    when(
        !good,
        "must be a JSON pointer into the profile, such as /email",
    )
}

fn client_id(id: &str) -> Wrong {
    let good = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_graphic());
    when(
        !good,
        "must be the id that the provider has given, without spaces",
    )
}

/// RFC 6749, 3.3.
fn scopes(scopes: &[String]) -> Wrong {
    let good = |byte: u8| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\';
    let good = |scope: &String| !scope.is_empty() && scope.bytes().all(good);
    when(
        !scopes.iter().all(good),
        "must be a list of words, each without spaces or quotes",
    )
}

fn extra(extra: &[(String, String)]) -> Wrong {
    let ours = |(name, _): &(String, String)| name.is_empty() || OURS.contains(&name.as_str());
    when(
        extra.iter().any(ours),
        "must not set what the flow itself sets (state, scope, client_id, …)",
    )
}

fn days(days: Option<u32>) -> Wrong {
    let good = days.is_none_or(|days| (1..=LONGEST_GRANT_DAYS).contains(&days));
    when(!good, "must be between 1 and 3650")
}
