//! Text that nobody may read in a log.

use std::fmt;

use zeroize::Zeroizing;

/// A token, a key of the owner's. Overwritten when it is dropped.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// As a setting has it. None where there is nothing in it: compose files and systemd units like to set
    /// things to nothing.
    pub fn given(text: &str) -> Option<Self> {
        let text = text.trim();
        (!text.is_empty()).then(|| Self::new(text))
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Others repeat what they were sent, and what they say is logged.
    pub fn redact(&self, text: &str) -> String {
        text.replace(self.reveal(), "[secret]")
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown() {
        let key = Secret::given(" sk-secret ").expect("not empty");
        assert_eq!(format!("{key:?}"), "[secret]");
        assert_eq!(
            key.redact("Incorrect key sk-secret."),
            "Incorrect key [secret]."
        );
        assert_eq!(Secret::given(" "), None);
    }
}
