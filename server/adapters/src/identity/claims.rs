//! What a proven token says, and whether that holds: for us, from them, now.

use contract::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Number, Value};
use studio::accounts::identity::{
    Identity,
    IdentityError::{self, Refused},
};

/// Between their clock and ours, seconds.
const LEEWAY: i64 = 60;
/// OpenID Connect Core, 2.
const LONGEST_SUBJECT: usize = 255;
/// RFC 5321: 64 + @ + 255.
const LONGEST_EMAIL: usize = 320;
const LONGEST_NAME: usize = 200;

/// What is of the wrong type makes the token unreadable; twice the same claim too.
#[derive(Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: Option<String>,
    pub(crate) sub: Option<String>,
    #[serde(default)]
    aud: Audience,
    exp: Option<Number>,
    nbf: Option<Number>,
    iat: Option<Number>,
    pub(crate) azp: Option<String>,
    pub(crate) nonce: Option<String>,
    #[serde(flatten)]
    pub(crate) more: Map<String, Value>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
    Null(()),
}

impl Default for Audience {
    fn default() -> Self {
        Self::Null(())
    }
}

impl Claims {
    /// Who does not say until when has not said enough.
    pub(crate) fn check_time(&self, now: Timestamp) -> Result<(), IdentityError> {
        let now = now.seconds();
        let exp = seconds(self.exp.as_ref())?.ok_or(Refused("no_exp"))?;
        if now >= exp.saturating_add(LEEWAY) {
            return Err(Refused("expired"));
        }
        let begins = [
            (&self.nbf, "not_yet_valid"),
            (&self.iat, "issued_in_future"),
        ];
        for (begin, code) in begins {
            if seconds(begin.as_ref())?.is_some_and(|begin| begin > now.saturating_add(LEEWAY)) {
                return Err(Refused(code));
            }
        }
        Ok(())
    }

    pub(crate) fn check_issuer<'a>(
        &self,
        mut ours: impl Iterator<Item = &'a str>,
    ) -> Result<(), IdentityError> {
        let said = self.iss.as_deref();
        if ours.any(|issuer| said == Some(issuer)) {
            Ok(())
        } else {
            Err(Refused("issuer"))
        }
    }

    pub(crate) fn check_audience(&self, ours: &str) -> Result<(), IdentityError> {
        if self.audience().iter().any(|one| one == ours) {
            Ok(())
        } else {
            Err(Refused("audience"))
        }
    }

    pub(crate) fn audience(&self) -> &[String] {
        match &self.aud {
            Audience::One(one) => std::slice::from_ref(one),
            Audience::Many(many) => many,
            Audience::Null(()) => &[],
        }
    }

    pub(crate) fn text(&self, claim: &str) -> Option<&str> {
        self.more.get(claim)?.as_str()
    }

    /// The e-mail is verified if the token says so.
    pub(crate) fn identity(&self, provider: &str) -> Result<Identity, IdentityError> {
        let subject = subject(self.sub.as_deref())?;
        let email = email(&self.more);
        Ok(Identity {
            provider: provider.to_owned(),
            subject,
            email_verified: email.is_some() && email_verified(&self.more),
            email,
            name: name(&self.more),
        })
    }
}

pub(crate) fn subject(sub: Option<&str>) -> Result<String, IdentityError> {
    match sub {
        Some(sub)
            if (1..=LONGEST_SUBJECT).contains(&sub.len()) && !sub.contains(char::is_control) =>
        {
            Ok(sub.to_owned())
        }
        _ => Err(Refused("subject")),
    }
}

pub(crate) fn email(claims: &Map<String, Value>) -> Option<String> {
    let email = claims.get("email")?.as_str()?.trim();
    let plausible = email.contains('@') && !email.chars().any(char::is_control);
    (plausible && email.len() <= LONGEST_EMAIL).then(|| email.to_owned())
}

/// Some say it in quotes.
pub(crate) fn email_verified(claims: &Map<String, Value>) -> bool {
    matches!(claims.get("email_verified"), Some(word) if *word == true || *word == "true")
}

pub(crate) fn name(claims: &Map<String, Value>) -> Option<String> {
    let name = claims.get("name")?.as_str()?.trim();
    let name: String = name
        .chars()
        .filter(|c| !c.is_control())
        .take(LONGEST_NAME)
        .collect();
    (!name.is_empty()).then_some(name)
}

/// RFC 7519 allows fractions.
#[expect(
    clippy::cast_possible_truncation,
    reason = "it saturates, which is far enough away"
)]
fn seconds(number: Option<&Number>) -> Result<Option<i64>, IdentityError> {
    let Some(number) = number else {
        return Ok(None);
    };
    let whole = number.as_i64().or_else(|| {
        let fraction = number.as_f64().filter(|n| n.is_finite())?;
        Some(fraction.floor() as i64)
    });
    whole.map(Some).ok_or(Refused("time"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn claims(value: Value) -> Claims {
        serde_json::from_value(value).unwrap()
    }

    fn time(value: Value) -> Result<(), String> {
        let checked = claims(value).check_time(Timestamp::from_seconds(NOW));
        checked.map_err(|error| error.to_string())
    }

    #[test]
    fn a_minute_is_forgiven_and_no_more() {
        assert_eq!(time(json!({"exp": NOW - 59})), Ok(()));
        assert_eq!(time(json!({"exp": 1_799_999_941.5})), Ok(()));
        for exp in [NOW - 60, NOW - 61, 0, i64::MIN] {
            assert_eq!(
                time(json!({"exp": exp})),
                Err("refused: expired".into()),
                "{exp}"
            );
        }
        assert_eq!(time(json!({"exp": i64::MAX})), Ok(()));
        assert_eq!(time(json!({"exp": u64::MAX})), Ok(()));
        assert_eq!(time(json!({})), Err("refused: no_exp".into()));
        assert_eq!(time(json!({"exp": null})), Err("refused: no_exp".into()));
        for (claim, code) in [("nbf", "not_yet_valid"), ("iat", "issued_in_future")] {
            assert_eq!(time(json!({"exp": NOW, claim: NOW + 60})), Ok(()));
            let refused = Err(format!("refused: {code}"));
            assert_eq!(time(json!({"exp": NOW, claim: NOW + 61})), refused);
        }
    }

    #[test]
    fn what_is_of_the_wrong_type_is_unreadable() {
        for text in [
            r#"{"iss": ["a"]}"#,
            r#"{"sub": 5}"#,
            r#"{"exp": "1800000000"}"#,
            r#"{"aud": {"a": 1}}"#,
            r#"{"aud": [1]}"#,
            r#"{"sub": "a", "sub": "b"}"#,
        ] {
            assert!(serde_json::from_str::<Claims>(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_audience_is_one_or_many() {
        assert!(claims(json!({"aud": "a"})).check_audience("a").is_ok());
        assert!(
            claims(json!({"aud": ["b", "a"]}))
                .check_audience("a")
                .is_ok()
        );
        for aud in [json!("ab"), json!(["b"]), json!([]), json!(null), json!("")] {
            assert!(claims(json!({"aud": aud})).check_audience("a").is_err());
        }
        assert!(claims(json!({})).check_audience("a").is_err());
    }

    #[test]
    fn an_email_is_verified_by_explicit_word() {
        let verified = |value: Value| {
            let claims = claims(json!({"sub": "x", "email": "a@b.c", "email_verified": value}));
            claims.identity("p").unwrap().email_verified
        };
        assert!(verified(json!(true)));
        assert!(verified(json!("true")));
        for value in [
            json!(false),
            json!("false"),
            json!("True"),
            json!(1),
            json!(null),
        ] {
            assert!(!verified(value));
        }
        let without = claims(json!({"sub": "x", "email_verified": true}));
        assert!(!without.identity("p").unwrap().email_verified);
    }

    #[test]
    fn a_subject_is_there_and_not_endless() {
        for sub in [
            json!(null),
            json!(""),
            json!("a\0b"),
            json!("x".repeat(256)),
        ] {
            assert!(claims(json!({"sub": sub})).identity("p").is_err());
        }
        assert!(
            claims(json!({"sub": "x".repeat(255)}))
                .identity("p")
                .is_ok()
        );
    }
}
