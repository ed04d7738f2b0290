//! A disk that does what the test wants of it: dies around the rename, or fills up.

use std::{
    io,
    ops::Range,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
};

use adapters::disk::Disk;
use bytes::Bytes;
use contract::UploadId;
use futures::{FutureExt, future::BoxFuture};
use studio::media::{ByteStream, LocalFile, ObjectError, ObjectKey, ObjectStore, Part};

/// What goes wrong with the disk.
#[derive(Clone, Default)]
pub(crate) struct Trouble {
    /// The process dies right before an upload becomes an object.
    pub(crate) before_promote: Arc<AtomicBool>,
    /// And right behind.
    pub(crate) after_promote: Arc<AtomicBool>,
    /// So many bytes still fit; zero is no limit.
    pub(crate) room: Arc<AtomicU64>,
}

pub(crate) struct Troubled {
    pub(crate) disk: Disk,
    pub(crate) trouble: Trouble,
}

fn broken() -> ObjectError {
    ObjectError::Io(io::Error::other("the process died here"))
}

impl ObjectStore for Troubled {
    fn put(&self, key: ObjectKey, content: ByteStream) -> BoxFuture<'_, Result<u64, ObjectError>> {
        self.disk.put(key, content)
    }
    fn get(
        &self,
        key: ObjectKey,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<ByteStream, ObjectError>> {
        self.disk.get(key, range)
    }
    fn size(&self, key: ObjectKey) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        self.disk.size(key)
    }
    fn delete(&self, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        self.disk.delete(key)
    }
    fn local(&self, key: ObjectKey) -> BoxFuture<'_, Result<LocalFile, ObjectError>> {
        self.disk.local(key)
    }
    fn open_part(
        &self,
        id: UploadId,
        offset: u64,
    ) -> BoxFuture<'_, Result<Box<dyn Part>, ObjectError>> {
        async move {
            let part = self.disk.open_part(id, offset).await?;
            Ok(Box::new(Narrow {
                part,
                room: self.trouble.room.clone(),
            }) as Box<dyn Part>)
        }
        .boxed()
    }
    fn local_part(&self, id: UploadId) -> BoxFuture<'_, Result<Option<LocalFile>, ObjectError>> {
        self.disk.local_part(id)
    }
    fn promote(&self, id: UploadId, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        async move {
            if self.trouble.before_promote.load(Ordering::Relaxed) {
                return Err(broken());
            }
            self.disk.promote(id, key).await?;
            if self.trouble.after_promote.load(Ordering::Relaxed) {
                Err(broken())
            } else {
                Ok(())
            }
        }
        .boxed()
    }
    fn discard(&self, id: UploadId) -> BoxFuture<'_, Result<(), ObjectError>> {
        self.disk.discard(id)
    }
    fn parts(&self) -> BoxFuture<'_, Result<Vec<UploadId>, ObjectError>> {
        self.disk.parts()
    }
    fn free(&self) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        let room = self.trouble.room.load(Ordering::Relaxed);
        async move { Ok((room > 0).then_some(room)) }.boxed()
    }
}

/// A disk that fills up.
struct Narrow {
    part: Box<dyn Part>,
    room: Arc<AtomicU64>,
}

impl Part for Narrow {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), ObjectError>> {
        let room = self.room.load(Ordering::Relaxed);
        if room > 0 && (bytes.len() as u64) >= room {
            return async { Err(ObjectError::Full) }.boxed();
        }
        if room > 0 {
            self.room.fetch_sub(bytes.len() as u64, Ordering::Relaxed);
        }
        self.part.write(bytes)
    }
    fn sync(&mut self) -> BoxFuture<'_, Result<u64, ObjectError>> {
        self.part.sync()
    }
}
