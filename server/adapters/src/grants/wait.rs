//! `Retry-After`, in seconds from now.

use oauth2::http::{HeaderMap, header::RETRY_AFTER};

/// Nobody is kept waiting for longer: a day is as good as no answer.
const LONGEST: i64 = 86_400;

/// A date in its place says nothing to us, who have no clock here.
pub(super) fn seconds(headers: &HeaderMap) -> Option<i64> {
    let value = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    let whole = !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit());
    whole.then(|| value.parse().unwrap_or(LONGEST).min(LONGEST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seconds_only_and_no_more_than_a_day() {
        let read = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(RETRY_AFTER, value.parse().expect("a value"));
            seconds(&headers)
        };
        assert_eq!(read("7"), Some(7));
        assert_eq!(read(" 0 "), Some(0));
        assert_eq!(read("99999999999999999999"), Some(LONGEST));
        for other in ["", "-1", "1.5", "soon", "Fri, 31 Dec 1999 23:59:59 GMT"] {
            assert_eq!(read(other), None, "{other}");
        }
        assert_eq!(seconds(&HeaderMap::new()), None);
    }
}
