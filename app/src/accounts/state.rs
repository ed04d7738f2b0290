//! What can be said about a form without asking the server.

use contract::{
    ErrorCode,
    accounts::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS},
};

/// Where to go after signing in: the page that was asked for, if it is one of ours.
///
/// Only a path on this site counts. `//host` and `/\host` are other sites to a browser, and going back
/// to the sign-in page would be a circle.
pub fn next_or_home(next: Option<&str>) -> &str {
    next.filter(|next| {
        let mut chars = next.chars();
        chars.next() == Some('/')
            && !matches!(chars.next(), Some('/' | '\\'))
            && !next.contains(|c: char| c.is_control() || c == '\\' || !c.is_ascii())
            && !next.starts_with("/sign-in")
            && !next.starts_with("/set-up")
            && !next.starts_with("/join")
            && !next.starts_with("/api/")
    })
    .unwrap_or("/")
}

/// The link to a sign-in elsewhere, with what goes along: its name and value.
pub fn way_in(way: &str, along: Option<(&str, &str)>) -> String {
    let mut link = ["/sign-in/with/", way].concat();
    if let Some((name, value)) = along {
        link.extend(["?", name, "=", &in_query(value)]);
    }
    link
}

/// As one value of a query (RFC 3986, 3.4; slashes may stand there).
pub fn in_query(value: &str) -> String {
    let mut coded = String::with_capacity(value.len());
    for byte in value.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                coded.push(char::from(byte));
            }
            _ => coded.push_str(&format!("%{byte:02X}")),
        }
    }
    coded
}

/// Why a sign-in elsewhere came back with nothing, by the code in the address. The server's own sentence
/// does not come along: an address can be made up by anybody.
pub fn trouble(code: &str) -> Option<&'static str> {
    let code = ErrorCode::ALL.iter().find(|known| known.as_str() == code)?;
    Some(match code {
        ErrorCode::SignInRefused => "That sign-in broke off or took too long. Try it again.",
        ErrorCode::IdentityUnknown => {
            "That account is not linked to anybody here. Sign in with your password and link it in Settings, or \
             ask the studio’s owner for an invitation."
        }
        ErrorCode::IdentityTaken => {
            "That account already signs in somebody else here. They would have to unlink it first."
        }
        ErrorCode::ProviderUnreachable => {
            "That sign-in does not answer as it should right now. Nothing has changed; try again in a moment."
        }
        ErrorCode::Suspended => {
            "This account is suspended. An owner or admin of this studio can let you in again."
        }
        ErrorCode::Conflict => {
            "Somebody here already uses that account’s email. If it is you, sign in as usual and link the \
             account in Settings."
        }
        ErrorCode::LinkInvalid => {
            "This invitation has been used, withdrawn, or is too old. Ask for a fresh one."
        }
        ErrorCode::Invalid => {
            "That account gave no email that can be used here, and everybody here needs one."
        }
        ErrorCode::NotFound => "That way to sign in is no longer offered here.",
        ErrorCode::Internal => {
            "Something went wrong here. Nothing has changed; try again in a moment."
        }
        _ => return None,
    })
}

/// A form's fields that are not right yet, in the order in which they stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Problems(Vec<(&'static str, String)>);

impl Problems {
    pub fn of(&self, field: &str) -> Option<String> {
        self.0
            .iter()
            .find(|(name, _)| *name == field)
            .map(|(_, text)| text.clone())
    }

    pub fn first(&self) -> Option<&'static str> {
        self.0.first().map(|(name, _)| *name)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, field: &'static str, text: impl Into<String>) {
        self.0.push((field, text.into()));
    }

    /// The line above the form.
    pub fn summary(&self, before: &str) -> Option<String> {
        let count = match self.0.len() {
            0 => return None,
            1 => "One thing",
            2 => "Two things",
            3 => "Three things",
            _ => "A few things",
        };
        Some([count, " to put right before ", before, "."].concat())
    }
}

pub fn check_sign_in(email: &str, password: &str) -> Problems {
    let mut problems = Problems::default();
    check_email(email, &mut problems);
    if password.is_empty() {
        problems.add("password", "Your password is missing");
    }
    problems
}

/// Without `who` (name and email) an owner exists already and only gets a new password.
pub fn check_set_up(key: &str, who: Option<(&str, &str)>, password: &str) -> Problems {
    let mut problems = Problems::default();
    if key.trim().is_empty() {
        problems.add("key", "The key is in the link that the server printed");
    }
    if let Some((name, email)) = who {
        if name.trim().is_empty() {
            problems.add("name", "What should we call you?");
        }
        check_email(email, &mut problems);
    }
    check_new_password("password", password, &mut problems);
    problems
}

pub fn check_join(name: &str, email: &str, password: &str) -> Problems {
    let mut problems = Problems::default();
    if name.trim().is_empty() {
        problems.add("name", "What should we call you?");
    }
    check_email(email, &mut problems);
    check_new_password("password", password, &mut problems);
    problems
}

pub(super) fn check_new_password(field: &'static str, password: &str, problems: &mut Problems) {
    let length = password.chars().count();
    if length < PASSWORD_MIN_CHARS {
        problems.add(
            field,
            format!("At least {PASSWORD_MIN_CHARS} characters, this has {length}"),
        );
    } else if length > PASSWORD_MAX_CHARS {
        problems.add(field, format!("At most {PASSWORD_MAX_CHARS} characters"));
    }
}

fn check_email(email: &str, problems: &mut Problems) {
    let email = email.trim();
    let whole = email
        .split_once('@')
        .is_some_and(|(name, host)| !name.is_empty() && host.len() > 2);
    if !whole || email.contains(char::is_whitespace) {
        problems.add("email", "An address like name@example.org");
    }
}

/// How hard a password is to guess, as far as its length and variety tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Strength {
    pub percent: u32,
    pub word: &'static str,
}

pub fn strength(password: &str) -> Strength {
    let length = password.chars().count();
    let mut seen: Vec<char> = password.chars().collect();
    seen.sort_unstable();
    seen.dedup();
    // A long row of few different characters is worth little.
    let worth = length.min(seen.len() * 3);
    let word = match worth {
        _ if length == 0 => "",
        _ if length < PASSWORD_MIN_CHARS => "Too short",
        0..15 => "Weak",
        15..20 => "Good",
        _ => "Strong",
    };
    Strength {
        percent: (worth as u32 * 100 / 30).min(100),
        word,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn next_stays_on_this_site() {
        assert_eq!(next_or_home(Some("/c/0190")), "/c/0190");
        assert_eq!(next_or_home(Some("/facts?x=1")), "/facts?x=1");
        for bad in [
            "//evil.example",
            "/\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "",
            "c/1",
            "/sign-in?next=/",
            "/api/fn/sign_out",
            "/a\nb",
            "/\t/evil.example",
        ] {
            assert_eq!(next_or_home(Some(bad)), "/", "{bad:?}");
        }
        assert_eq!(next_or_home(None), "/");
    }

    #[test]
    fn what_goes_along_stays_one_value() {
        assert_eq!(way_in("google", None), "/sign-in/with/google");
        assert_eq!(
            way_in("oidc", Some(("next", "/c/0190?a=b&c=ü#x"))),
            "/sign-in/with/oidc?next=/c/0190%3Fa%3Db%26c%3D%C3%BC%23x"
        );
        assert_eq!(
            way_in("google", Some(("key", "Ab-_9"))),
            "/sign-in/with/google?key=Ab-_9"
        );
    }

    #[test]
    fn trouble_has_words_and_made_up_trouble_has_none() {
        for code in [
            "sign_in_refused",
            "identity_unknown",
            "identity_taken",
            "provider_unreachable",
            "suspended",
            "conflict",
            "link_invalid",
            "invalid",
            "not_found",
            "internal",
        ] {
            let words = trouble(code).unwrap_or_default();
            assert!(words.ends_with('.') && !words.contains('_'), "{code}");
        }
        for code in ["", "disk_full", "Sign_in_refused", "<b>you won</b>"] {
            assert_eq!(trouble(code), None, "{code:?}");
        }
    }

    #[test]
    fn problems_come_in_the_order_of_the_fields() {
        let problems = check_set_up("", Some(("Mara", "mara")), "short");
        assert_eq!(problems.first(), Some("key"));
        assert_eq!(problems.of("name"), None);
        assert_eq!(
            problems.of("password").as_deref(),
            Some("At least 15 characters, this has 5")
        );
        assert_eq!(
            problems.summary("the account can be made").as_deref(),
            Some("Three things to put right before the account can be made.")
        );
        assert!(
            check_set_up(
                "k",
                Some(("Mara", "mara@northlight.studio")),
                "a long enough phrase"
            )
            .is_empty()
        );
        assert!(check_set_up("k", None, "a long enough phrase").is_empty());
        assert!(check_sign_in("mara@northlight.studio", "x").is_empty());
        assert!(check_join("Juno", "juno@northlight.studio", "a long enough phrase").is_empty());
        let problems = check_join(" ", "juno@northlight.studio", "short");
        assert_eq!(problems.first(), Some("name"));
        assert_eq!(
            problems.summary("you can join").as_deref(),
            Some("Two things to put right before you can join.")
        );
    }

    #[test]
    fn length_makes_strength_and_repetition_does_not() {
        assert_eq!(strength("short").word, "Too short");
        assert_eq!(strength("aaaaaaaaaaaaaaaaaaaaaaaaaa").word, "Weak");
        assert_eq!(strength("a long enough phrase").word, "Strong");
        assert_eq!(
            strength(""),
            Strength {
                percent: 0,
                word: ""
            }
        );
    }
}
