//! Where the bytes come from.

use std::io::{self, Cursor, Read, Seek, SeekFrom};
use std::path::Path;

use symphonia::core::io::MediaSource;

/// Anything that can be read and sought.
pub trait Media: Read + Seek + Send + Sync {}

impl<T: Read + Seek + Send + Sync> Media for T {}

/// A file, an object in a store or bytes in memory, under the name that a person gave it.
pub struct Source {
    /// Shown in reports and errors. Never decides what the file is.
    pub name: String,
    pub media: Box<dyn Media>,
    /// In bytes.
    pub size: u64,
}

impl Source {
    pub fn new(name: impl Into<String>, media: impl Media + 'static, size: u64) -> Self {
        Self {
            name: name.into(),
            media: Box::new(media),
            size,
        }
    }

    pub fn from_bytes(name: impl Into<String>, bytes: Vec<u8>) -> Self {
        let size = bytes.len() as u64;
        Self::new(name, Cursor::new(bytes), size)
    }

    /// A file on disk, named without its folders.
    pub fn open(path: impl AsRef<Path>) -> io::Result<Self> {
        let path = path.as_ref();
        let file = std::fs::File::open(path)?;
        let size = file.metadata()?.len();
        let name = path
            .file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy();
        Ok(Self::new(name, file, size))
    }

    /// Reads up to `len` bytes at `offset`.
    pub(crate) fn peek(&mut self, offset: u64, len: usize) -> io::Result<Vec<u8>> {
        self.media.seek(SeekFrom::Start(offset))?;
        let mut bytes = Vec::new();
        (&mut self.media).take(len as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Lets symphonia read a [`Source`].
pub(crate) struct Seekable {
    pub(crate) media: Box<dyn Media>,
    pub(crate) size: u64,
}

impl Read for Seekable {
    fn read(&mut self, buf: &mut [u8]) -> io::Result<usize> {
        self.media.read(buf)
    }
}

impl Seek for Seekable {
    fn seek(&mut self, pos: SeekFrom) -> io::Result<u64> {
        self.media.seek(pos)
    }
}

impl MediaSource for Seekable {
    fn is_seekable(&self) -> bool {
        true
    }

    fn byte_len(&self) -> Option<u64> {
        Some(self.size)
    }
}
