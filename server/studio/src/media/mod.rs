//! Files: taken in, kept, measured, shown.
//!
//! An upload ([`Media::begin_upload`], [`Media::append`]) becomes an asset when its last byte is safe and
//! its content has been recognised as sound; the asset has the upload's id. In the same unit of work a
//! job is queued that measures it ([`Media::measure`]), and, where browsers cannot play the format, one
//! that makes a copy they can ([`Media::make_playable`]).

mod analysis;
mod append;
mod assets;
mod error;
mod figures;
mod finish;
mod lanes;
mod measure;
mod names;
mod objects;
mod playable;
mod plots;
mod remains;
mod uploads;
mod watchers;

use std::sync::Arc;

use store::Store;

use self::{analysis::Cards, lanes::Lanes, watchers::Watchers};
use crate::{Clock, jobs::Jobs, live::Hub};

pub use analysis::pins;
pub use append::{Appended, Checksum, ChecksumAlgorithm};
pub use assets::Content;
pub use error::MediaError;
pub use objects::{ByteStream, LocalFile, ObjectError, ObjectKey, ObjectStore, Part};
pub use uploads::UploadState;

/// Every fact that a report may hold, for the page that explains them.
pub use audio::{Definition, catalogue};

/// The kinds of job that belong here.
pub const MEASURE: &str = "measure";
pub const RENDER: &str = "render";

/// What a person may bring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// One file.
    pub upload_bytes: u64,
    /// All files of one person, open uploads included.
    pub quota_bytes: u64,
    /// How long an upload waits for its next byte.
    pub upload_seconds: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            upload_bytes: 2 << 30,
            quota_bytes: 50 << 30,
            upload_seconds: 24 * 60 * 60,
        }
    }
}

/// The files' service. Cheap to clone.
#[derive(Clone)]
pub struct Media(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    hub: Hub,
    jobs: Jobs,
    objects: Arc<dyn ObjectStore>,
    limits: Limits,
    lanes: Lanes,
    watchers: Watchers,
    cards: Cards,
}

impl Media {
    pub fn new(
        store: Store,
        clock: Clock,
        hub: Hub,
        jobs: Jobs,
        objects: Arc<dyn ObjectStore>,
        limits: Limits,
    ) -> Self {
        Self(Arc::new(Inner {
            store,
            clock,
            hub,
            jobs,
            objects,
            limits,
            lanes: Lanes::default(),
            watchers: Watchers::default(),
            cards: Cards::default(),
        }))
    }

    pub fn limits(&self) -> Limits {
        self.0.limits
    }
}
