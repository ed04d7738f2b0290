//! The headers of tus.

use axum::{
    Json,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode},
    response::{IntoResponse, Response},
};
use base64::{Engine, engine::general_purpose::STANDARD};
use contract::{ApiError, ErrorCode, Timestamp};
use studio::media::{Appended, Checksum, ChecksumAlgorithm};
use time::OffsetDateTime;

pub(super) const RESUMABLE: HeaderName = HeaderName::from_static("tus-resumable");
pub(super) const VERSION: HeaderName = HeaderName::from_static("tus-version");
pub(super) const EXTENSION: HeaderName = HeaderName::from_static("tus-extension");
pub(super) const MAX_SIZE: HeaderName = HeaderName::from_static("tus-max-size");
pub(super) const CHECKSUM_ALGORITHM: HeaderName = HeaderName::from_static("tus-checksum-algorithm");
pub(super) const OVERRIDE: HeaderName = HeaderName::from_static("x-http-method-override");
pub(super) const LENGTH: HeaderName = HeaderName::from_static("upload-length");
pub(super) const OFFSET: HeaderName = HeaderName::from_static("upload-offset");
pub(super) const EXPIRES: HeaderName = HeaderName::from_static("upload-expires");
const METADATA: HeaderName = HeaderName::from_static("upload-metadata");
const CHECKSUM: HeaderName = HeaderName::from_static("upload-checksum");
/// Ours: what the upload has become.
const ASSET: HeaderName = HeaderName::from_static("soundstage-asset");

pub(super) const TUS: HeaderValue = HeaderValue::from_static("1.0.0");
/// What `Tus-Version` lists.
pub(super) const VERSIONS: HeaderValue = TUS;
pub(super) const EXTENSIONS: HeaderValue =
    HeaderValue::from_static("creation,creation-with-upload,termination,checksum,expiration");
pub(super) const BYTES: HeaderValue = HeaderValue::from_static("application/offset+octet-stream");

/// How far the upload is, and what it has become.
pub(super) fn say(response: &mut Response, appended: &Appended) {
    let headers = response.headers_mut();
    headers.insert(OFFSET, HeaderValue::from(appended.offset));
    if let Some(at) = appended.expires_at {
        headers.insert(EXPIRES, date(at));
    }
    if let Some(Ok(id)) = appended
        .asset
        .map(|id| HeaderValue::try_from(id.to_string()))
    {
        headers.insert(ASSET, id);
    }
}

/// A request that is no tus request.
pub(super) fn refuse(status: StatusCode, sentence: &str) -> Response {
    (status, Json(ApiError::new(ErrorCode::Invalid, sentence))).into_response()
}

pub(super) fn number(headers: &HeaderMap, name: HeaderName) -> Option<u64> {
    let text = headers.get(name)?.to_str().ok()?;
    // `parse` would take a plus sign.
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    text.parse().ok()
}

/// `filename` of `Upload-Metadata` (pairs of a key and a value in base64), or `name`, as some clients say.
pub(super) fn file_name(headers: &HeaderMap) -> String {
    let pairs = headers
        .get_all(METADATA)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|v| v.split(','));
    let mut name = String::new();
    for pair in pairs {
        let (key, value) = pair.trim().split_once(' ').unwrap_or((pair.trim(), ""));
        if key == "filename" || (key == "name" && name.is_empty()) {
            let bytes = STANDARD.decode(value.trim()).unwrap_or_default();
            name = String::from_utf8_lossy(&bytes).into_owned();
        }
    }
    name
}

pub(super) fn checksum(headers: &HeaderMap) -> Result<Option<Checksum>, Box<Response>> {
    let Some(value) = headers.get(CHECKSUM) else {
        return Ok(None);
    };
    let parsed = value.to_str().ok().and_then(|text| {
        let (algorithm, value) = text.trim().split_once(' ')?;
        Some(Checksum {
            algorithm: ChecksumAlgorithm::parse(algorithm)?,
            value: STANDARD.decode(value.trim()).ok()?,
        })
    });
    parsed.map(Some).ok_or_else(|| {
        let sentence = "Upload-Checksum must be sha1 or sha256, and the digest in base64.";
        Box::new(refuse(StatusCode::BAD_REQUEST, sentence))
    })
}

/// As HTTP writes dates: "Sun, 06 Nov 1994 08:49:37 GMT".
pub(super) fn date(at: Timestamp) -> HeaderValue {
    let date =
        OffsetDateTime::from_unix_timestamp(at.seconds()).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let (weekday, month) = (date.weekday().to_string(), date.month().to_string());
    let text = format!(
        "{}, {:02} {} {:04} {:02}:{:02}:{:02} GMT",
        &weekday[..3],
        date.day(),
        &month[..3],
        date.year(),
        date.hour(),
        date.minute(),
        date.second()
    );
    HeaderValue::try_from(text).unwrap_or(HeaderValue::from_static("0"))
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderMap, HeaderValue};
    use contract::Timestamp;

    use super::{METADATA, OFFSET, date, file_name, number};

    #[test]
    fn dates_are_those_of_http() {
        assert_eq!(
            date(Timestamp::from_seconds(784_111_777)),
            "Sun, 06 Nov 1994 08:49:37 GMT"
        );
    }

    #[test]
    fn names_come_from_the_metadata() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(METADATA, HeaderValue::from_static(value));
            file_name(&headers)
        };
        assert_eq!(
            of("filetype YXVkaW8vd2F2,filename TWl4IDMud2F2"),
            "Mix 3.wav"
        );
        assert_eq!(of("name TWl4IDMud2F2, is_confidential"), "Mix 3.wav");
        assert_eq!(of("filename ???"), "");
        assert_eq!(of(""), "");
    }

    #[test]
    fn numbers_are_digits() {
        let of = |value: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(OFFSET, HeaderValue::from_static(value));
            number(&headers, OFFSET)
        };
        assert_eq!(of("42"), Some(42));
        for wrong in ["", "-1", "+1", "1.0", "99999999999999999999999"] {
            assert_eq!(of(wrong), None);
        }
    }
}
