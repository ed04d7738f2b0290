use oauth2::http::header;
use proptest::prelude::*;

use super::*;

fn answer(status: u16, body: &str) -> Answer {
    let mut answer = Answer::new(body.as_bytes().to_vec().into());
    *answer.status_mut() = StatusCode::from_u16(status).expect("a status");
    let wait = header::HeaderValue::from_static("9");
    answer.headers_mut().insert(header::RETRY_AFTER, wait);
    answer
}

/// As the adapter reads it, without the library's own part where there is a token.
fn read(status: u16, body: &str) -> Result<Grant, GrantError> {
    let tidied = tidy(&answer(status, body)).map_err(|trouble| troubled(&trouble))?;
    if tidied.status() != StatusCode::OK {
        return Err(error_code(tidied.body()));
    }
    let told: BasicTokenResponse =
        serde_json::from_slice(tidied.body()).map_err(|_| GrantError::Garbled)?;
    grant(&told, Some(&Secret::new("kept")))
}

fn refused(code: &str) -> Result<Grant, GrantError> {
    Err(GrantError::Refused(code.to_owned()))
}

#[test]
fn a_token_is_taken_however_it_is_dressed() {
    let plain = r#"{"access_token":"a","token_type":"Bearer","expires_in":3600,"refresh_token":"r","scope":"one two"}"#;
    let whole = read(200, plain).expect("a grant");
    assert_eq!(whole.access.reveal(), "a");
    assert_eq!(whole.refresh.as_ref().map(Secret::reveal), Some("r"));
    assert_eq!(whole.expires_in_s, Some(3_600));
    assert_eq!(whole.scopes, Some(vec!["one".to_owned(), "two".to_owned()]));
    for same in [
        r#"{"access_token":"a","token_type":"mac","expires_in":3600,"refresh_token":"r","scope":"one two"}"#,
        r#"{"access_token":"a","expires_in":"3600","refresh_token":"r","scope":["one","two"]}"#,
        r#"{"access_token":"a","token_type":null,"expires_in":3600.9,"refresh_token":"r","scope":" one  two ","extra":{"x":[]}}"#,
    ] {
        for status in [200, 201, 203] {
            assert_eq!(read(status, same).as_ref(), Ok(&whole), "{same}");
        }
    }
}

#[test]
fn what_is_missing_or_senseless_is_left_out_and_the_old_token_kept() {
    for sparse in [
        r#"{"access_token":"a","token_type":"Bearer"}"#,
        r#"{"access_token":"a","expires_in":null,"refresh_token":null,"scope":null}"#,
        r#"{"access_token":"a","expires_in":-5,"refresh_token":"","scope":7}"#,
        r#"{"access_token":"a","expires_in":"soon","refresh_token":["r"]}"#,
        r#"{"access_token":"a","expires_in":1e300}"#,
    ] {
        let grant = read(200, sparse).expect(sparse);
        assert_eq!(grant.refresh.as_ref().map(Secret::reveal), Some("kept"));
        assert_eq!((grant.expires_in_s, grant.scopes), (None, None), "{sparse}");
    }
}

#[test]
fn what_went_wrong_has_one_meaning() {
    let later = |retry_after_s, reason: &str| {
        Err(GrantError::Later {
            retry_after_s,
            reason: reason.to_owned(),
        })
    };
    let cases = [
        (400, r#"{"error":"invalid_grant"}"#, Err(GrantError::Ended)),
        (401, r#"{"error":"invalid_grant"}"#, Err(GrantError::Ended)),
        (200, r#"{"error":"invalid_grant"}"#, Err(GrantError::Ended)),
        // Whatever else it says, and however.
        (
            400,
            r#"{"error":"invalid_grant","error_description":{"a":1},"error_uri":7}"#,
            Err(GrantError::Ended),
        ),
        // Not when the server is in trouble: then its words mean nothing.
        (
            500,
            r#"{"error":"invalid_grant"}"#,
            later(Some(9), "status 500 Internal Server Error"),
        ),
        (
            429,
            r#"{"error":"invalid_grant"}"#,
            later(Some(9), "status 429 Too Many Requests"),
        ),
        (503, "", later(Some(9), "status 503 Service Unavailable")),
        (408, "", later(Some(9), "status 408 Request Timeout")),
        (
            400,
            r#"{"error":"temporarily_unavailable"}"#,
            later(None, "temporarily_unavailable"),
        ),
        (
            401,
            r#"{"error":"invalid_client"}"#,
            refused("invalid_client"),
        ),
        (
            400,
            r#"{"error":"redirect_uri_mismatch"}"#,
            refused("redirect_uri_mismatch"),
        ),
        (400, r#"{"error":"BQDj-4f8"}"#, refused("unnamed")),
        (400, r#"{"error":""}"#, refused("unnamed")),
        (401, "", refused("status_401")),
        (404, "<html>", refused("status_404")),
        (307, "", refused("status_307")),
        (400, "", Err(GrantError::Garbled)),
        (400, r#"{"error":{"status":400}}"#, Err(GrantError::Garbled)),
        (200, "", Err(GrantError::Garbled)),
        (200, "[]", Err(GrantError::Garbled)),
        (200, "{}", Err(GrantError::Garbled)),
        (200, r#"{"access_token":""}"#, Err(GrantError::Garbled)),
        (200, r#"{"access_token":7}"#, Err(GrantError::Garbled)),
    ];
    for (status, body, expected) in cases {
        assert_eq!(read(status, body), expected, "{status} {body}");
    }
}

proptest! {
    #[test]
    fn nothing_of_a_body_is_ever_shown(
        status in prop::sample::select(vec![200_u16, 201, 302, 400, 401, 403, 404, 429, 500]),
        token in "[A-Za-z0-9_-]{16,60}[0-9]",
        shape in 0..6,
    ) {
        let body = match shape {
            0 => format!(r#"{{"access_token":"{token}","refresh_token":"{token}"}}"#),
            1 => format!(r#"{{"error":"{token}"}}"#),
            2 => format!(r#"{{"error":"invalid_client","error_description":"{token}"}}"#),
            3 => format!(r#"{{"access_token":["{token}"]}}"#),
            4 => format!(r#"{{"access_token":"{token}"#),
            _ => token.clone(),
        };
        let shown = match read(status, &body) {
            Ok(grant) => format!("{grant:?}"),
            Err(error) => format!("{error} {error:?}"),
        };
        prop_assert!(!shown.contains(&token), "{}", shown);
    }
}
