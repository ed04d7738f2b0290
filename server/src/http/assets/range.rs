//! Which bytes were asked for (RFC 9110, sections 13 and 14).

use std::ops::Range;

use axum::http::{HeaderMap, header};

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Part {
    Whole,
    Range(Range<u64>),
    /// Nothing of it is there.
    Beyond,
}

/// The client has it already.
pub(super) fn is_known(headers: &HeaderMap, tag: &str) -> bool {
    let Some(known) = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
    else {
        return false;
    };
    known
        .split(',')
        .map(|one| one.trim().trim_start_matches("W/"))
        .any(|one| one == tag || one == "*")
}

/// One range is served; several at once, and what cannot be read, are answered with the whole, as the
/// RFC allows.
pub(super) fn asked(headers: &HeaderMap, tag: &str, size: u64) -> Part {
    // A range of another version of the bytes would not fit.
    if headers
        .get(header::IF_RANGE)
        .is_some_and(|known| known != tag)
    {
        return Part::Whole;
    }
    let asked = headers
        .get(header::RANGE)
        .and_then(|value| value.to_str().ok());
    let Some(asked) = asked.and_then(|value| value.strip_prefix("bytes=")) else {
        return Part::Whole;
    };
    let Some((first, last)) = asked
        .split_once('-')
        .filter(|(_, last)| !last.contains(','))
    else {
        return Part::Whole;
    };
    let range = match (first.trim(), last.trim()) {
        ("", count) => match count.parse::<u64>() {
            Ok(count) => size.saturating_sub(count)..size,
            Err(_) => return Part::Whole,
        },
        (first, "") => match first.parse() {
            Ok(first) => first..size,
            Err(_) => return Part::Whole,
        },
        (first, last) => match (first.parse::<u64>(), last.parse::<u64>()) {
            (Ok(first), Ok(last)) if first <= last => first..last.saturating_add(1).min(size),
            _ => return Part::Whole,
        },
    };
    if range.start < range.end {
        Part::Range(range)
    } else {
        Part::Beyond
    }
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue, header};

    use super::{Part, asked, is_known};

    const TAG: &str = "\"abc\"";

    fn headers(pairs: &[(header::HeaderName, &'static str)]) -> HeaderMap {
        pairs
            .iter()
            .map(|(name, value)| (name.clone(), HeaderValue::from_static(value)))
            .collect()
    }

    #[test]
    fn ranges_are_read() {
        let of = |range: &'static str| asked(&headers(&[(header::RANGE, range)]), TAG, 100);
        assert_eq!(of("bytes=0-"), Part::Range(0..100));
        assert_eq!(of("bytes=10-19"), Part::Range(10..20));
        assert_eq!(of("bytes=90-500"), Part::Range(90..100));
        assert_eq!(of("bytes=-5"), Part::Range(95..100));
        assert_eq!(of("bytes=-500"), Part::Range(0..100));
        assert_eq!(of("bytes=100-"), Part::Beyond);
        assert_eq!(of("bytes=-0"), Part::Beyond);
        for whole in [
            "bytes=5-2",
            "bytes=a-b",
            "bytes=0-1,5-6",
            "lines=0-1",
            "bytes=7",
        ] {
            assert_eq!(of(whole), Part::Whole, "{whole}");
        }
    }

    #[test]
    fn a_range_of_other_bytes_is_the_whole() {
        let of = |tag| {
            asked(
                &headers(&[(header::RANGE, "bytes=1-2"), (header::IF_RANGE, tag)]),
                TAG,
                100,
            )
        };
        assert_eq!(of("\"abc\""), Part::Range(1..3));
        assert_eq!(of("\"old\""), Part::Whole);
        assert!(is_known(
            &headers(&[(header::IF_NONE_MATCH, "\"x\", W/\"abc\"")]),
            TAG
        ));
        assert!(!is_known(&headers(&[]), TAG));
    }
}
