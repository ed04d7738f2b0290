//! A ZIP: every `.json` in it is read, and its name is only ever shown.
//!
//! What a header says about sizes is not believed. What went in is counted where the archive is read, what
//! comes out where it is handed on, and whoever makes too much out of too little is stopped on the spot.

use std::{
    cell::Cell,
    io::{self, BufReader, Read, Seek, SeekFrom},
};

use zip::ZipArchive;

use super::{ImportError, Reading, stream};

/// The most that one file unpacks to.
const MOST_UNPACKED: u64 = 2 * 1024 * 1024 * 1024;
/// The most that all of them do: many names may lead to the same few bytes.
const MOST_IN_ALL: u64 = 4 * MOST_UNPACKED;
/// How many bytes may come out for each that went in. Conversations come to ten or twenty.
const MOST_RATIO: u64 = 200;
/// Less than this harms nobody, whatever the ratio.
const HARMLESS: u64 = 1024 * 1024;

pub(super) fn is_zip(head: &[u8]) -> bool {
    head == b"PK\x03\x04" || head == b"PK\x05\x06"
}

pub(super) fn read<R: Read + Seek>(file: R, reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let taken = Cell::new(0);
    let counted = Counted {
        file,
        taken: &taken,
    };
    let mut archive = ZipArchive::new(counted).map_err(|_| ImportError::Damaged)?;
    let mut unpacked = 0;
    let mut first = None;
    let mut is_export = false;
    for at in 0..archive.len() {
        let Some(name) = name_of_json(&archive, at) else {
            continue;
        };
        let outcome = match archive.by_index(at) {
            Ok(entry) => {
                let mut guard = Guard::new(entry, &taken, unpacked);
                let outcome =
                    stream::read(BufReader::with_capacity(64 * 1024, &mut guard), reading);
                unpacked += guard.given;
                match outcome {
                    Err(ImportError::Read(_)) if guard.is_bomb => Err(ImportError::TooLarge),
                    Err(ImportError::Read(_)) => Err(ImportError::Damaged),
                    outcome => outcome,
                }
            }
            Err(_) => Err(ImportError::Damaged),
        };
        match outcome {
            Ok(()) => is_export = true,
            // Exports hold lists of other things, too.
            Err(ImportError::Unknown | ImportError::Empty) => {}
            Err(error) => {
                reading.skip(Some(&name), &error.to_string());
                first.get_or_insert(error);
            }
        }
        if reading.stopped {
            break;
        }
        if unpacked > MOST_IN_ALL {
            break;
        }
    }
    match first {
        Some(error) if reading.summary.read == 0 => Err(error),
        None if !is_export => Err(ImportError::Unknown),
        _ => Ok(()),
    }
}

fn name_of_json<R: Read + Seek>(archive: &ZipArchive<R>, at: usize) -> Option<String> {
    let name = archive.name_for_index(at)?.ok()?;
    let (_, ending) = name.rsplit_once('.')?;
    ending
        .eq_ignore_ascii_case("json")
        .then(|| name.into_owned())
}

/// Counts what is read of the archive.
struct Counted<'a, R> {
    file: R,
    taken: &'a Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        self.taken.set(self.taken.get() + count as u64);
        Ok(count)
    }
}

impl<R: Seek> Seek for Counted<'_, R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Counts what comes out of one entry, and stops it.
struct Guard<'a, R> {
    entry: R,
    taken: &'a Cell<u64>,
    taken_before: u64,
    most: u64,
    given: u64,
    is_bomb: bool,
}

impl<'a, R> Guard<'a, R> {
    fn new(entry: R, taken: &'a Cell<u64>, unpacked: u64) -> Self {
        Self {
            entry,
            taken,
            taken_before: taken.get(),
            most: MOST_UNPACKED.min(MOST_IN_ALL.saturating_sub(unpacked)),
            given: 0,
            is_bomb: false,
        }
    }
}

impl<R: Read> Read for Guard<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.entry.read(buffer)?;
        self.given += count as u64;
        let taken = self.taken.get().saturating_sub(self.taken_before);
        let is_thin = self.given > HARMLESS && self.given > taken.saturating_mul(MOST_RATIO);
        self.is_bomb = self.given > self.most || is_thin;
        if self.is_bomb {
            return Err(io::Error::other("a ZIP bomb"));
        }
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As much as anybody wants.
    struct Endless;

    impl Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            Ok(buffer.len())
        }
    }

    #[test]
    fn an_entry_is_stopped_at_its_size_whatever_it_took() {
        let taken = Cell::new(0);
        let mut guard = Guard::new(Endless, &taken, 0);
        taken.set(u64::MAX);
        let given = io::copy(&mut guard, &mut io::sink());
        assert!(given.is_err() && guard.is_bomb);
        assert!(guard.given > MOST_UNPACKED && guard.given < MOST_UNPACKED + 1024 * 1024);
    }

    #[test]
    fn many_entries_share_what_may_be_unpacked() {
        let taken = Cell::new(0);
        let mut guard = Guard::new(Endless, &taken, MOST_IN_ALL - 10 * HARMLESS);
        taken.set(u64::MAX);
        assert!(io::copy(&mut guard, &mut io::sink()).is_err());
        assert!(guard.given < 11 * HARMLESS);
    }
}
