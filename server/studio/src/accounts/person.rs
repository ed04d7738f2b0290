//! What people are called and how they are reached.

use contract::accounts::{NAME_MAX_CHARS, Role, Standing};
use store::accounts::UserRow;

use super::AccountsError;

/// RFC 5321: what a server must take.
const EMAIL_BYTES: usize = 254;

#[derive(Debug)]
pub(super) struct Email {
    pub(super) as_typed: String,
    /// What it is looked up by.
    pub(super) key: String,
}

impl Email {
    /// Whether anybody reads there is not ours to know; this only catches slips of the keyboard.
    pub(super) fn parse(text: &str) -> Result<Self, AccountsError> {
        let text = text.trim();
        let looks_right = text.len() <= EMAIL_BYTES
            && !text.chars().any(|c| c.is_whitespace() || c.is_control())
            && text.rsplit_once('@').is_some_and(|(local, domain)| {
                !local.is_empty()
                    && !domain.is_empty()
                    && !domain.starts_with('.')
                    && !domain.ends_with('.')
            });
        if !looks_right {
            return Err(AccountsError::Invalid(
                "That does not look like an email address.",
            ));
        }
        Ok(Self {
            as_typed: text.to_owned(),
            key: Self::key(text),
        })
    }

    pub(super) fn key(text: &str) -> String {
        text.trim().to_lowercase()
    }
}

pub(super) fn name(text: &str) -> Result<String, AccountsError> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err(AccountsError::Invalid("Say what to call you."));
    }
    if name.chars().count() > NAME_MAX_CHARS || name.chars().any(char::is_control) {
        return Err(AccountsError::Invalid(
            "Use a shorter name, of at most 80 letters.",
        ));
    }
    Ok(name)
}

pub(super) fn role_from(text: &str) -> Result<Role, AccountsError> {
    let known = Role::ALL.into_iter().find(|role| role.as_str() == text);
    // Never guess what somebody may do.
    known.ok_or(AccountsError::Forbidden)
}

/// Whatever else is stored keeps its person out.
pub(super) fn standing_from(text: &str) -> Standing {
    if text == standing_text(Standing::Active) {
        Standing::Active
    } else {
        Standing::Suspended
    }
}

pub(super) fn standing_text(standing: Standing) -> &'static str {
    match standing {
        Standing::Active => "active",
        Standing::Suspended => "suspended",
    }
}

/// Who is suspended stays outside, whichever way they come.
pub(super) fn let_in(row: &UserRow) -> Result<(), AccountsError> {
    match standing_from(&row.standing) {
        Standing::Active => Ok(()),
        Standing::Suspended => Err(AccountsError::Suspended),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_kept_as_typed_and_found_in_any_case() {
        let email = Email::parse("  Nora@Example.ORG ").expect("an address");
        assert_eq!(
            (email.as_typed.as_str(), email.key.as_str()),
            ("Nora@Example.ORG", "nora@example.org")
        );
        assert!(Email::parse("nora@studio").is_ok());
        for wrong in [
            "",
            "nora",
            "@example.org",
            "nora@",
            "no ra@example.org",
            "nora@.org",
            "nora@example.org.",
        ] {
            assert!(Email::parse(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn names_lose_their_spare_spaces() {
        assert_eq!(
            name("  Nora   Lindqvist ").expect("a name"),
            "Nora Lindqvist"
        );
        assert!(name(" \t ").is_err());
        assert!(name(&"x".repeat(81)).is_err());
    }
}
