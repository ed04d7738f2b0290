//! Which passwords are taken: long ones (NIST SP 800-63B-4) that are not the first that anybody would try.

use contract::accounts::{PASSWORD_MAX_CHARS, PASSWORD_MIN_CHARS};

use super::AccountsError;

/// Long enough for the rule and still among the first that anybody would try (most of the public lists'
/// entries are shorter than [`PASSWORD_MIN_CHARS`]; what repeats itself is refused by rule).
const COMMONEST: &[&str] = &[
    "123456789012345",
    "1234567890123456",
    "12345678901234567890",
    "123456789123456789",
    "1q2w3e4r5t6y7u8i",
    "1q2w3e4r5t6y7u8i9o0p",
    "1qaz2wsx3edc4rfv",
    "abcdefghijklmno",
    "abcdefghijklmnop",
    "abcdefghijklmnopqrstuvwxyz",
    "correct horse battery staple",
    "correcthorsebatterystaple",
    "iloveyouforever",
    "letmeinletmeinplease",
    "passwordpassword1",
    "qazwsxedcrfvtgb",
    "qwertyuiop[]asdfghjkl",
    "qwertyuiop123456",
    "qwertyuiop1234567890",
    "qwertyuiopasdfg",
    "qwertyuiopasdfgh",
    "qwertyuiopasdfghjkl",
    "qwertyuiopasdfghjklzxcvbnm",
    "thisismypassword",
    "zxcvbnmasdfghjkl",
];

pub(super) fn check(password: &str, email_key: &str, name: &str) -> Result<(), AccountsError> {
    let chars = password.chars().count();
    if chars < PASSWORD_MIN_CHARS {
        return Err(AccountsError::WeakPassword(
            "Use at least 15 characters. Three or four words are easy to keep.",
        ));
    }
    if chars > PASSWORD_MAX_CHARS {
        return Err(AccountsError::WeakPassword("Use at most 256 characters."));
    }
    let lower = password.to_lowercase();
    if lower.trim() == email_key || lower.trim() == name.trim().to_lowercase() {
        return Err(AccountsError::WeakPassword(
            "Use something other than your name or email.",
        ));
    }
    if COMMONEST.contains(&lower.as_str()) || repeats_itself(&lower) {
        return Err(AccountsError::WeakPassword(
            "That one is among the first that anybody would try. Use another.",
        ));
    }
    Ok(())
}

/// `passwordpassword`, `aaaaaaaaaaaaaaa`: at most eight characters, over and over.
fn repeats_itself(text: &str) -> bool {
    let chars: Vec<char> = text.chars().collect();
    (1..=8).any(|period| {
        chars
            .iter()
            .zip(chars.iter().skip(period))
            .all(|(one, next)| one == next)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(password: &str) -> bool {
        check(password, "nora@example.org", "Nora Lindqvist Berg").is_err()
    }

    #[test]
    fn long_unusual_passwords_are_taken() {
        assert!(!refused("a low end like wet sand"));
        assert!(!refused("überlänge mit ümläuten"));
        assert!(!refused("TapeDelay-1973-echo"));
    }

    #[test]
    fn short_common_repeating_and_own_ones_are_not() {
        for password in [
            "short",
            "fourteen chars",
            "passwordpassword",
            "PASSWORDPASSWORD",
            "aaaaaaaaaaaaaaaaaaaa",
            "abcabcabcabcabcabc",
            "qwertyuiopasdfghjkl",
            "nora@example.org",
            "nora lindqvist berg",
            " Nora Lindqvist Berg ",
        ] {
            assert!(refused(password), "{password}");
        }
        assert!(refused(&"long unusual ".repeat(30)));
    }
}
