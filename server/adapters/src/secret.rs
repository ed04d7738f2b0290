use std::fmt;

/// A key or password of the owner's. Never shown, not even by `{:?}`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// None where there is nothing in it.
    pub fn new(text: impl Into<String>) -> Option<Self> {
        let text = text.into().trim().to_owned();
        (!text.is_empty()).then_some(Self(text))
    }

    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Others repeat what they were sent, and what they say is logged.
    pub(crate) fn redact(&self, text: &str) -> String {
        text.replace(&self.0, "[key]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let key = Secret::new(" sk-secret ").expect("not empty");
        assert_eq!(format!("{key:?}"), "Secret(…)");
        assert_eq!(
            key.redact("Incorrect key sk-secret."),
            "Incorrect key [key]."
        );
        assert!(Secret::new(" ").is_none());
    }
}
