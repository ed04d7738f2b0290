//! Where the bytes lie. The outside world begins here: a local disk now, a bucket later.

use std::{
    fmt,
    io::{self, Read, Seek, SeekFrom},
    ops::Range,
};

use bytes::Bytes;
use contract::{AssetId, UploadId};
use futures::{future::BoxFuture, stream::BoxStream};

pub type ByteStream = BoxStream<'static, io::Result<Bytes>>;

/// Objects by key, and uploads while they grow. What a method has returned `Ok` for survives a power cut.
pub trait ObjectStore: Send + Sync + 'static {
    /// Stores all of the stream or nothing, in place of what was there. Returns the size.
    fn put(&self, key: ObjectKey, content: ByteStream) -> BoxFuture<'_, Result<u64, ObjectError>>;

    /// Streams the bytes of the range, which must lie within the object.
    fn get(
        &self,
        key: ObjectKey,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<ByteStream, ObjectError>>;

    /// `None` when there is no such object.
    fn size(&self, key: ObjectKey) -> BoxFuture<'_, Result<Option<u64>, ObjectError>>;

    /// Deleting what is not there is no error.
    fn delete(&self, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>>;

    /// The object as a file to read and to seek in; a store far away fetches it first.
    fn local(&self, key: ObjectKey) -> BoxFuture<'_, Result<LocalFile, ObjectError>>;

    /// Opens an upload for writing behind its first `offset` bytes; whatever lies there already is cut
    /// off.
    fn open_part(
        &self,
        id: UploadId,
        offset: u64,
    ) -> BoxFuture<'_, Result<Box<dyn Part>, ObjectError>>;

    /// What is there of an upload, as a file to read; `None` when there is nothing.
    fn local_part(&self, id: UploadId) -> BoxFuture<'_, Result<Option<LocalFile>, ObjectError>>;

    /// The upload becomes the object, at once and whole.
    fn promote(&self, id: UploadId, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>>;

    /// Drops an upload; one that is not there is no error.
    fn discard(&self, id: UploadId) -> BoxFuture<'_, Result<(), ObjectError>>;

    /// The uploads of which there are bytes.
    fn parts(&self) -> BoxFuture<'_, Result<Vec<UploadId>, ObjectError>>;

    /// Bytes that there is still room for; `None` where there is no end to it.
    fn free(&self) -> BoxFuture<'_, Result<Option<u64>, ObjectError>>;
}

/// An upload that is being written. Dropped, it keeps what was synced, and perhaps more.
pub trait Part: Send {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), ObjectError>>;

    /// Makes safe what was written, and says up to which byte of the upload that is. After a failed
    /// write it is what got through before.
    fn sync(&mut self) -> BoxFuture<'_, Result<u64, ObjectError>>;
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ObjectKey {
    /// As it was uploaded.
    Original(AssetId),
    /// A copy that browsers can play.
    Playable(AssetId),
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Original(id) => write!(f, "{id}"),
            Self::Playable(id) => write!(f, "{id}.play"),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ObjectError {
    #[error("there is no such object")]
    NotFound,
    #[error("the disk is full")]
    Full,
    #[error("the files cannot be reached: {0}")]
    Io(io::Error),
}

impl From<io::Error> for ObjectError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound => Self::NotFound,
            // A full disk, a user's quota, the largest file that the system takes.
            io::ErrorKind::StorageFull
            | io::ErrorKind::QuotaExceeded
            | io::ErrorKind::FileTooLarge => Self::Full,
            _ => Self::Io(error),
        }
    }
}

/// Something to read and to seek in, gone when dropped if it was only fetched.
pub struct LocalFile {
    pub size: u64,
    file: std::fs::File,
}

impl LocalFile {
    pub fn new(file: std::fs::File, size: u64) -> Self {
        Self { size, file }
    }
}

impl Read for LocalFile {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.file.read(buf)
    }
}

impl Seek for LocalFile {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}
