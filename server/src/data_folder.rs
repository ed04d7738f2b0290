//! The one folder that everything is kept in.

use std::{
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use anyhow::{Context as _, Result, bail};

/// Files 0600 and folders 0700 from here on, whoever makes them: the database's log included.
pub fn keep_private() {
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o077));
}

/// Makes the folder, readable for its owner only.
pub fn make(path: &Path) -> Result<()> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .with_context(|| format!("the data folder {} cannot be made", path.display()))
}

pub fn database(path: &Path) -> PathBuf {
    path.join("soundstage.db")
}

pub fn objects(path: &Path) -> PathBuf {
    path.join("objects")
}

/// The key ring.
pub fn keys(path: &Path) -> PathBuf {
    path.join("keys")
}

/// Held as long as the server runs; the system gives it back even to a killed one.
#[derive(Debug)]
pub struct Lock(#[expect(dead_code, reason = "held, not read")] File);

/// Two servers on one SQLite database would each think that they alone run its jobs.
pub fn lock(path: &Path) -> Result<Lock> {
    let taken = || {
        format!(
            "another Soundstage is running on {}; stop it first, or give this one its own folder with --data",
            path.display()
        )
    };
    lock_file(&path.join("soundstage.lock"), taken)
}

/// For whoever writes the key ring.
pub fn lock_keys(path: &Path) -> Result<Lock> {
    let taken = || "the keys are being turned over already".to_owned();
    lock_file(&path.join("keys.lock"), taken)
}

fn lock_file(name: &Path, taken: impl FnOnce() -> String) -> Result<Lock> {
    let open = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .mode(0o600)
        .open(name);
    let file = open.with_context(|| format!("{} cannot be opened", name.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(Lock(file)),
        Err(TryLockError::WouldBlock) => bail!(taken()),
        Err(TryLockError::Error(error)) => {
            Err(error).with_context(|| format!("{} cannot be locked", name.display()))
        }
    }
}

/// Writes, syncs and removes a small file: what the first upload would find out.
pub fn try_writing(path: &Path) -> std::io::Result<()> {
    // `doctor` and the server may ask at the same time.
    let name = path.join(format!(".probe-{}", std::process::id()));
    let file = File::create(&name)?;
    let written = std::io::Write::write_all(&mut &file, b"probe").and_then(|()| file.sync_data());
    fs::remove_file(&name)?;
    written
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn one_server_at_a_time_has_a_folder_and_nobody_else_reads_it() {
        let outer = tempfile::tempdir().expect("a folder");
        let path = outer.path().join("deep/data");
        make(&path).expect("made");
        make(&path).expect("there already");
        assert_eq!(
            fs::metadata(&path).expect("there").permissions().mode() & 0o777,
            0o700
        );
        let held = lock(&path).expect("locked");
        assert!(
            lock(&path)
                .expect_err("taken")
                .to_string()
                .contains("another Soundstage")
        );
        drop(held);
        lock(&path).expect("free again");
        try_writing(&path).expect("writable");
    }
}
