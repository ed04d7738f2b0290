//! The sender's side of tus 1.0 as a plan: what to ask next, and what an answer means. No browser in
//! here, so that lost connections, moved offsets and vanished uploads can be tested.
//! <https://tus.io/protocols/resumable-upload>

use contract::{ApiError, AssetId, ErrorCode, UploadId};

use crate::ui::{
    number::{bytes, fixed},
    time::clock,
};

pub(crate) const ENDPOINT: &str = "/api/uploads";
/// What a lost connection costs at most.
pub(crate) const CHUNK: u64 = 8 * 1024 * 1024;

/// One file on its way.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Transfer {
    size: u64,
    upload: Option<UploadId>,
    /// How much the server has; unknown after anything went wrong.
    offset: Option<u64>,
    asset: Option<AssetId>,
    /// Failures in a row.
    failures: u32,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Step {
    /// POST: an upload for a file of this size.
    Create,
    /// HEAD: how much is there?
    Probe(UploadId),
    /// PATCH: these bytes.
    Send {
        upload: UploadId,
        from: u64,
        to: u64,
    },
    Finished(AssetId),
}

/// An answer; status 0 is none at all.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Reply {
    pub status: u16,
    pub location: Option<String>,
    pub offset: Option<u64>,
    pub asset: Option<AssetId>,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Next {
    Go,
    /// Try again after about so many milliseconds.
    After(u32),
    Stop(ApiError),
}

impl Transfer {
    /// `upload`: one that was begun before with the same file.
    pub(crate) fn new(size: u64, upload: Option<UploadId>) -> Self {
        Self {
            size,
            upload,
            offset: None,
            asset: None,
            failures: 0,
        }
    }

    pub(crate) fn step(&self) -> Step {
        match (self.asset, self.upload, self.offset) {
            (Some(asset), _, _) => Step::Finished(asset),
            (None, None, _) => Step::Create,
            (None, Some(upload), None) => Step::Probe(upload),
            (None, Some(upload), Some(from)) => Step::Send {
                upload,
                from,
                to: self.size.min(from + CHUNK),
            },
        }
    }

    pub(crate) fn upload(&self) -> Option<UploadId> {
        self.upload
    }

    /// What the server surely has.
    pub(crate) fn stored(&self) -> u64 {
        self.offset.unwrap_or(0)
    }

    /// Takes the answer to the step that was due.
    pub(crate) fn take(&mut self, reply: &Reply) -> Next {
        let step = self.step();
        match (step, reply.status) {
            (Step::Finished(_), _) => Next::Go,
            (Step::Create, 200..=299) => {
                let Some(upload) = reply.location.as_deref().and_then(upload_of) else {
                    return Next::Stop(unexpected());
                };
                self.upload = Some(upload);
                self.moved_to(reply.offset.unwrap_or(0), reply);
                Next::Go
            }
            (Step::Probe(_), 200..=299) => match reply.offset {
                Some(offset) => {
                    self.moved_to(offset, reply);
                    Next::Go
                }
                None => Next::Stop(unexpected()),
            },
            (Step::Send { from, .. }, 200..=299) => {
                let offset = reply.offset.unwrap_or(from);
                // An answer that takes nothing would be asked forever.
                if offset <= from && self.size > 0 {
                    self.offset = None;
                    return self.again();
                }
                self.moved_to(offset, reply);
                Next::Go
            }
            // It is gone or never was ours: from the beginning, but not for ever.
            (Step::Probe(_) | Step::Send { .. }, 404 | 410) => {
                self.upload = None;
                self.offset = None;
                self.failures += 1;
                if self.failures > 3 {
                    Next::Stop(refusal(reply))
                } else {
                    Next::Go
                }
            }
            // Its last byte came and it is no sound: nothing is kept of it.
            (Step::Send { .. }, 415 | 422) => {
                self.upload = None;
                self.offset = None;
                Next::Stop(refusal(reply))
            }
            // Somebody else holds it, we disagree about how far it is, or bytes were damaged on the way.
            (Step::Send { .. }, 409 | 423 | 460)
            | (_, 0 | 408 | 425 | 429 | 500..=506 | 508..=599) => {
                self.offset = None;
                self.again()
            }
            _ => Next::Stop(refusal(reply)),
        }
    }

    /// Forgets what went wrong, for another try.
    pub(crate) fn resume(&mut self) {
        self.offset = None;
        self.failures = 0;
    }

    fn moved_to(&mut self, offset: u64, reply: &Reply) {
        self.offset = Some(offset.min(self.size));
        self.failures = 0;
        if offset >= self.size || reply.asset.is_some() {
            // The asset has the upload's id, so a lost last answer loses nothing.
            self.asset = reply.asset.or(self.upload.map(|upload| AssetId(upload.0)));
        }
    }

    fn again(&mut self) -> Next {
        self.failures += 1;
        Next::After(backoff_ms(self.failures))
    }
}

/// Half a second, doubling, up to half a minute.
pub(crate) fn backoff_ms(failures: u32) -> u32 {
    (500_u32 << failures.saturating_sub(1).min(6)).min(30_000)
}

/// Between half and all of a pause, so that clients do not come back all at once. `random`: 0 to 1.
pub(crate) fn jittered(pause_ms: u32, random: f64) -> u32 {
    let half = pause_ms / 2;
    half + (f64::from(pause_ms - half) * random.clamp(0.0, 1.0)) as u32
}

pub(crate) fn address(upload: UploadId) -> String {
    [ENDPOINT, "/", &upload.to_string()].concat()
}

/// The id at the end of a `Location`. Nothing else of it is used: we never send a file elsewhere.
fn upload_of(location: &str) -> Option<UploadId> {
    let path = location.split(['?', '#']).next()?;
    path.trim_end_matches('/')
        .rsplit_once("/api/uploads/")?
        .1
        .parse()
        .ok()
}

fn refusal(reply: &Reply) -> ApiError {
    serde_json::from_str(&reply.body).unwrap_or_else(|_| {
        let (code, text) = match reply.status {
            413 => (
                ErrorCode::UploadTooLarge,
                "This file is larger than Soundstage takes.",
            ),
            507 => (
                ErrorCode::DiskFull,
                "The disk is full. What was sent is kept.",
            ),
            401 | 403 => (
                ErrorCode::SignedOut,
                "Sign in again to go on. What was sent is kept.",
            ),
            _ => return unexpected(),
        };
        ApiError::new(code, text)
    })
}

fn unexpected() -> ApiError {
    ApiError::new(
        ErrorCode::Internal,
        "The upload was answered in a way that makes no sense. Try it again.",
    )
}

/// Where the address of a begun upload is kept: the same file on the same disk, as far as a browser tells.
pub(crate) fn fingerprint(name: &str, size: u64, modified_ms: f64) -> String {
    [
        "soundstage.upload:",
        &size.to_string(),
        ":",
        &fixed(modified_ms, 0),
        ":",
        name,
    ]
    .concat()
}

/// `Upload-Metadata`: each value in base64, which the browser makes.
pub(crate) fn metadata(name_base64: &str) -> String {
    ["filename ", name_base64].concat()
}

/// Speed over the last seconds: a running mean that forgets.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Pace {
    per_second: Option<f64>,
    last: Option<(f64, u64)>,
}

impl Pace {
    /// Over so many seconds a change shows.
    const MEMORY_S: f64 = 3.0;

    pub(crate) fn note(&mut self, at_ms: f64, sent: u64) {
        let Some((before_ms, before)) = self.last else {
            self.last = Some((at_ms, sent));
            return;
        };
        let seconds = (at_ms - before_ms) / 1_000.0;
        if seconds < 0.2 {
            return;
        }
        self.last = Some((at_ms, sent));
        // After a lost chunk it goes back; that is no speed.
        let now = sent.saturating_sub(before) as f64 / seconds;
        let weight = 1.0 - (-seconds / Self::MEMORY_S).exp();
        self.per_second = Some(
            self.per_second
                .map_or(now, |mean| mean + (now - mean) * weight),
        );
    }

    pub(crate) fn per_second(self) -> Option<f64> {
        self.per_second.filter(|speed| *speed > 1.0)
    }
}

/// "64%, 12 MB/s, 0:09 left"
pub(crate) fn progress_text(sent: u64, size: u64, per_second: Option<f64>) -> String {
    let percent = [&fixed(share(sent, size).floor(), 0), "%"].concat();
    match per_second {
        Some(speed) if sent < size => {
            let left = size.saturating_sub(sent) as f64 / speed;
            [
                &percent,
                ", ",
                &bytes(speed as u64),
                "/s, ",
                &clock(left.ceil()),
                " left",
            ]
            .concat()
        }
        _ => percent,
    }
}

/// Percent.
pub(crate) fn share(sent: u64, size: u64) -> f64 {
    if size == 0 {
        0.0
    } else {
        (sent as f64 / size as f64 * 100.0).min(100.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "0198c000-0000-7000-8000-000000000001";

    fn upload() -> UploadId {
        ID.parse().unwrap()
    }

    fn asset() -> AssetId {
        ID.parse().unwrap()
    }

    fn created() -> Reply {
        Reply {
            status: 201,
            location: Some(format!("http://localhost:3000/api/uploads/{ID}")),
            ..Reply::default()
        }
    }

    fn moved(status: u16, offset: u64) -> Reply {
        Reply {
            status,
            offset: Some(offset),
            ..Reply::default()
        }
    }

    #[test]
    fn a_file_goes_in_chunks() {
        let size = CHUNK + 10;
        let mut transfer = Transfer::new(size, None);
        assert_eq!(transfer.step(), Step::Create);
        assert_eq!(transfer.take(&created()), Next::Go);
        assert_eq!(
            transfer.step(),
            Step::Send {
                upload: upload(),
                from: 0,
                to: CHUNK
            }
        );
        assert_eq!(transfer.take(&moved(204, CHUNK)), Next::Go);
        assert_eq!(
            transfer.step(),
            Step::Send {
                upload: upload(),
                from: CHUNK,
                to: size
            }
        );
        assert_eq!(
            transfer.take(&Reply {
                asset: Some(asset()),
                ..moved(204, size)
            }),
            Next::Go
        );
        assert_eq!(transfer.step(), Step::Finished(asset()));
    }

    #[test]
    fn a_lost_connection_asks_how_far_it_came() {
        let mut transfer = Transfer::new(100, None);
        transfer.take(&created());
        assert_eq!(transfer.take(&Reply::default()), Next::After(500));
        assert_eq!(transfer.step(), Step::Probe(upload()));
        assert_eq!(transfer.take(&moved(503, 0)), Next::After(1_000));
        assert_eq!(transfer.take(&moved(200, 40)), Next::Go);
        assert_eq!(
            transfer.step(),
            Step::Send {
                upload: upload(),
                from: 40,
                to: 100
            }
        );
        assert_eq!(
            transfer.take(&Reply {
                status: 0,
                ..Reply::default()
            }),
            Next::After(500),
            "failures start anew"
        );
    }

    #[test]
    fn a_lost_last_answer_loses_nothing() {
        let mut transfer = Transfer::new(100, Some(upload()));
        assert_eq!(transfer.step(), Step::Probe(upload()));
        transfer.take(&moved(200, 100));
        assert_eq!(transfer.step(), Step::Finished(asset()));
    }

    #[test]
    fn damage_and_disagreement_are_sent_again_from_what_is_there() {
        for status in [409, 423, 460] {
            let mut transfer = Transfer::new(100, Some(upload()));
            transfer.take(&moved(200, 10));
            assert!(
                matches!(transfer.take(&moved(status, 0)), Next::After(_)),
                "{status}"
            );
            assert_eq!(transfer.step(), Step::Probe(upload()));
        }
    }

    #[test]
    fn what_is_gone_begins_again_but_not_for_ever() {
        let mut transfer = Transfer::new(100, Some(upload()));
        assert_eq!(transfer.take(&moved(410, 0)), Next::Go);
        assert_eq!(transfer.step(), Step::Create);
        transfer.upload = Some(upload());
        transfer.failures = 3;
        assert!(matches!(transfer.take(&moved(404, 0)), Next::Stop(_)));
    }

    #[test]
    fn an_answer_that_takes_nothing_is_a_failure() {
        let mut transfer = Transfer::new(100, Some(upload()));
        transfer.take(&moved(200, 10));
        assert!(matches!(transfer.take(&moved(204, 10)), Next::After(_)));
    }

    #[test]
    fn refusals_stop_with_their_sentence() {
        let mut transfer = Transfer::new(100, None);
        let body = r#"{"code":"quota_reached","message":"Your space is full."}"#.to_owned();
        let Next::Stop(error) = transfer.take(&Reply {
            status: 413,
            body,
            ..Reply::default()
        }) else {
            panic!()
        };
        assert_eq!(
            (error.code, error.message.as_str()),
            (ErrorCode::QuotaReached, "Your space is full.")
        );
        let Next::Stop(error) = transfer.take(&Reply {
            status: 507,
            ..Reply::default()
        }) else {
            panic!()
        };
        assert_eq!(error.code, ErrorCode::DiskFull);
    }

    #[test]
    fn files_are_sent_to_our_own_server_only() {
        assert_eq!(upload_of(&format!("/api/uploads/{ID}")), Some(upload()));
        assert_eq!(
            upload_of(&format!("https://a.example/api/uploads/{ID}/?x=1")),
            Some(upload())
        );
        assert_eq!(upload_of("https://a.example/elsewhere"), None);
        assert_eq!(address(upload()), format!("/api/uploads/{ID}"));
    }

    #[test]
    fn pauses_double_and_scatter() {
        assert_eq!(
            [1, 2, 3, 7, 40].map(backoff_ms),
            [500, 1_000, 2_000, 30_000, 30_000]
        );
        assert_eq!((jittered(1_000, 0.0), jittered(1_000, 1.0)), (500, 1_000));
    }

    #[test]
    fn the_same_file_has_the_same_fingerprint() {
        let one = fingerprint("Mix.wav", 10, 1_700_000_000_000.0);
        assert_eq!(one, "soundstage.upload:10:1700000000000:Mix.wav");
        assert_ne!(one, fingerprint("Mix.wav", 11, 1_700_000_000_000.0));
    }

    #[test]
    fn progress_reads_with_speed_and_time_left() {
        assert_eq!(progress_text(64, 100, None), "64%");
        assert_eq!(
            progress_text(61_000_000, 169_000_000, Some(12_000_000.0)),
            "36%, 12.0 MB/s, 0:09 left"
        );
        assert_eq!(progress_text(0, 0, None), "0%");
        let mut pace = Pace::default();
        pace.note(0.0, 0);
        pace.note(1_000.0, 5_000_000);
        assert_eq!(pace.per_second(), Some(5_000_000.0));
        pace.note(2_000.0, 0);
        assert!(pace.per_second().is_some_and(|speed| speed < 5_000_000.0));
    }
}
