//! Objects and uploads as files below one folder.
//!
//! `objects/ab/<id>` and `objects/ab/<id>.play`, `ab` being the id's last two digits, which are random;
//! `uploads/<id>.part`. A name appears only when all of its bytes are safe: written under another name,
//! synced, renamed, and the folder synced, since a rename is a change of the folder.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek, SeekFrom, Write},
    ops::Range,
    path::{Path, PathBuf},
    sync::Arc,
};

use bytes::Bytes;
use contract::UploadId;
use futures::{FutureExt, StreamExt, future::BoxFuture, stream};
use studio::media::{ByteStream, LocalFile, ObjectError, ObjectKey, ObjectStore, Part};

/// Large enough that a system call is nothing beside it, small enough for many uploads at once.
const WRITE_BYTES: usize = 512 << 10;
const READ_BYTES: u64 = 128 << 10;

/// A folder on this machine. Cheap to clone.
#[derive(Clone)]
pub struct Disk(Arc<Folders>);

struct Folders {
    objects: PathBuf,
    uploads: PathBuf,
}

impl Disk {
    /// Opens or makes the folders below `root`.
    pub fn open(root: &Path) -> io::Result<Self> {
        let folders = Folders {
            objects: root.join("objects"),
            uploads: root.join("uploads"),
        };
        for folder in [&folders.objects, &folders.uploads] {
            fs::create_dir_all(folder)?;
        }
        sync_folder(root)?;
        Ok(Self(Arc::new(folders)))
    }

    fn object(&self, key: ObjectKey) -> PathBuf {
        let (ObjectKey::Original(id) | ObjectKey::Playable(id)) = key;
        let id = id.to_string();
        self.0
            .objects
            .join(&id[id.len() - 2..])
            .join(key.to_string())
    }

    fn part(&self, id: UploadId) -> PathBuf {
        self.0.uploads.join(format!("{id}.part"))
    }
}

impl ObjectStore for Disk {
    fn put(
        &self,
        key: ObjectKey,
        mut content: ByteStream,
    ) -> BoxFuture<'_, Result<u64, ObjectError>> {
        async move {
            let path = self.object(key);
            // One name per object: what a killed process left is written over.
            let temporary = path.with_file_name(format!(".{key}.new"));
            let opened = blocking({
                let temporary = temporary.clone();
                move || {
                    make_folder_of(&temporary)?;
                    File::create(temporary)
                }
            });
            let mut writer = Writer::new(opened.await?, 0);
            let written = async {
                while let Some(bytes) = content.next().await {
                    writer.take(&bytes?).await?;
                }
                writer.sync().await
            };
            match written.await {
                Ok(size) => {
                    blocking(move || rename(&temporary, &path)).await?;
                    Ok(size)
                }
                Err(error) => {
                    blocking(move || remove(&temporary)).await?;
                    Err(error)
                }
            }
        }
        .boxed()
    }

    fn get(
        &self,
        key: ObjectKey,
        range: Range<u64>,
    ) -> BoxFuture<'_, Result<ByteStream, ObjectError>> {
        async move {
            let path = self.object(key);
            let file = blocking(move || {
                let mut file = File::open(path)?;
                if range.end > file.metadata()?.len() {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
                file.seek(SeekFrom::Start(range.start))?;
                Ok((file, range.end.saturating_sub(range.start)))
            });
            Ok(stream::unfold(Some(file.await?), read_next).boxed())
        }
        .boxed()
    }

    fn size(&self, key: ObjectKey) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        let path = self.object(key);
        blocking(move || match fs::metadata(path) {
            Ok(metadata) => Ok(Some(metadata.len())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .boxed()
    }

    fn delete(&self, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        let path = self.object(key);
        blocking(move || remove(&path)).boxed()
    }

    fn local(&self, key: ObjectKey) -> BoxFuture<'_, Result<LocalFile, ObjectError>> {
        let path = self.object(key);
        blocking(move || open_local(&path)).boxed()
    }

    fn open_part(
        &self,
        id: UploadId,
        offset: u64,
    ) -> BoxFuture<'_, Result<Box<dyn Part>, ObjectError>> {
        let path = self.part(id);
        async move {
            let file = blocking(move || {
                let mut file = OpenOptions::new()
                    .write(true)
                    .create(true)
                    .truncate(false)
                    .open(&path)?;
                if file.metadata()?.len() < offset {
                    return Err(io::Error::other(
                        "bytes of this upload are gone from the disk",
                    ));
                }
                file.set_len(offset)?;
                file.seek(SeekFrom::Start(offset))?;
                if offset == 0 {
                    sync_folder_of(&path)?;
                }
                Ok(file)
            });
            Ok(Box::new(Writer::new(file.await?, offset)) as Box<dyn Part>)
        }
        .boxed()
    }

    fn local_part(&self, id: UploadId) -> BoxFuture<'_, Result<Option<LocalFile>, ObjectError>> {
        let path = self.part(id);
        blocking(move || match open_local(&path) {
            Ok(file) => Ok(Some(file)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        })
        .boxed()
    }

    fn promote(&self, id: UploadId, key: ObjectKey) -> BoxFuture<'_, Result<(), ObjectError>> {
        let (from, to) = (self.part(id), self.object(key));
        blocking(move || {
            make_folder_of(&to)?;
            rename(&from, &to)?;
            sync_folder_of(&from)
        })
        .boxed()
    }

    fn discard(&self, id: UploadId) -> BoxFuture<'_, Result<(), ObjectError>> {
        let path = self.part(id);
        blocking(move || remove(&path)).boxed()
    }

    fn parts(&self) -> BoxFuture<'_, Result<Vec<UploadId>, ObjectError>> {
        let folder = self.0.uploads.clone();
        blocking(move || {
            let mut ids = Vec::new();
            for entry in fs::read_dir(folder)? {
                let name = entry?.file_name();
                let id: Option<UploadId> = name
                    .to_str()
                    .and_then(|name| name.strip_suffix(".part")?.parse().ok());
                ids.extend(id);
            }
            Ok(ids)
        })
        .boxed()
    }

    fn free(&self) -> BoxFuture<'_, Result<Option<u64>, ObjectError>> {
        let path = self.0.uploads.clone();
        blocking(move || free_bytes(&path).map(Some)).boxed()
    }
}

/// Bytes that we may still write on the folder's disk.
pub fn free_bytes(folder: &Path) -> io::Result<u64> {
    let disk = rustix::fs::statvfs(folder)?;
    Ok(disk.f_bavail.saturating_mul(disk.f_frsize))
}

/// Writes in large pieces, off the threads that serve requests.
struct Writer {
    /// Away while a thread writes, and gone when syncing failed.
    file: Option<File>,
    buffer: Vec<u8>,
    /// Bytes of the file that are written, though perhaps not synced.
    end: u64,
}

impl Writer {
    fn new(file: File, end: u64) -> Self {
        Self {
            file: Some(file),
            buffer: Vec::new(),
            end,
        }
    }

    async fn take(&mut self, bytes: &[u8]) -> Result<(), ObjectError> {
        self.buffer.extend_from_slice(bytes);
        if self.buffer.len() >= WRITE_BYTES {
            self.flush(false).await
        } else {
            Ok(())
        }
    }

    async fn flush(&mut self, sync: bool) -> Result<(), ObjectError> {
        let Some(mut file) = self.file.take() else {
            return Err(ObjectError::Io(io::Error::other(
                "an earlier write was not made safe",
            )));
        };
        let mut buffer = std::mem::take(&mut self.buffer);
        let end = self.end;
        let done = tokio::task::spawn_blocking(move || {
            let written = file.write_all(&buffer);
            let end = match &written {
                Ok(()) => end + buffer.len() as u64,
                // Of a write that failed, a part may have got through.
                Err(_) => file.metadata().map_or(end, |metadata| metadata.len()),
            };
            buffer.clear();
            let synced = if sync && written.is_ok() {
                file.sync_all()
            } else {
                Ok(())
            };
            (file, buffer, end, written, synced)
        });
        let (file, buffer, end, written, synced) = done
            .await
            .map_err(|error| ObjectError::Io(io::Error::other(error)))?;
        (self.buffer, self.end) = (buffer, end);
        // After a sync that failed the next one may succeed without the bytes being safe: no more of it.
        synced?;
        self.file = Some(file);
        Ok(written?)
    }
}

impl Part for Writer {
    fn write(&mut self, bytes: Bytes) -> BoxFuture<'_, Result<(), ObjectError>> {
        async move { self.take(&bytes).await }.boxed()
    }

    fn sync(&mut self) -> BoxFuture<'_, Result<u64, ObjectError>> {
        async move {
            self.flush(true).await?;
            Ok(self.end)
        }
        .boxed()
    }
}

type Rest = (File, u64);

async fn read_next(rest: Option<Rest>) -> Option<(io::Result<Bytes>, Option<Rest>)> {
    let (mut file, left) = rest.filter(|(_, left)| *left > 0)?;
    let read = tokio::task::spawn_blocking(move || {
        let mut buffer = vec![0; usize::try_from(left.min(READ_BYTES)).unwrap_or(0)];
        io::Read::read_exact(&mut file, &mut buffer)?;
        let left = left - buffer.len() as u64;
        Ok((Bytes::from(buffer), (file, left)))
    });
    match read.await.map_err(io::Error::other).flatten() {
        Ok((bytes, rest)) => Some((Ok(bytes), Some(rest))),
        Err(error) => Some((Err(error), None)),
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> Result<T, ObjectError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => Ok(result?),
        Err(error) => Err(ObjectError::Io(io::Error::other(error))),
    }
}

fn open_local(path: &Path) -> io::Result<LocalFile> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    Ok(LocalFile::new(file, size))
}

fn make_folder_of(path: &Path) -> io::Result<()> {
    let Some(folder) = path.parent().filter(|folder| !folder.exists()) else {
        return Ok(());
    };
    fs::create_dir_all(folder)?;
    sync_folder_of(folder)
}

fn rename(from: &Path, to: &Path) -> io::Result<()> {
    fs::rename(from, to)?;
    sync_folder_of(to)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn sync_folder_of(path: &Path) -> io::Result<()> {
    path.parent().map_or(Ok(()), sync_folder)
}

fn sync_folder(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests;
