//! The key ring: from `SOUNDSTAGE_KEYS`, or from a file of the data folder that the first start makes.

use std::{
    fs::{self, File, OpenOptions},
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context as _, Result, bail};
use studio::{
    Actor, Clock,
    accounts::{Rotated, Vault},
    secrets::{KeyRing, Keys},
};

use crate::{cli::say, config::Config, data_folder, parts};

/// The ring of a running server, and the new one that is to be [`written`](write) once the database has
/// not said that another belongs to it.
pub fn open(config: &Config, clock: &Clock) -> Result<(Keys, Option<KeyRing>)> {
    if let Some(ring) = &config.keys {
        return Ok((Keys::fixed(ring.clone()), None));
    }
    let path = data_folder::keys(&config.data);
    let (ring, fresh) = match read(&path)? {
        Some(ring) => (ring, None),
        None => {
            let ring = KeyRing::generate();
            (ring.clone(), Some(ring))
        }
    };
    let source = move || {
        let found = read(&path).map_err(|error| format!("{error:#}"))?;
        found.ok_or_else(|| format!("{} is gone", path.display()))
    };
    Ok((Keys::reloading(ring, clock.clone(), source), fresh))
}

/// None before the first start.
pub fn there(config: &Config) -> Result<Option<KeyRing>> {
    match &config.keys {
        Some(ring) => Ok(Some(ring.clone())),
        None => read(&data_folder::keys(&config.data)),
    }
}

fn read(path: &Path) -> Result<Option<KeyRing>> {
    let text = match fs::read_to_string(path) {
        Ok(text) => zeroize::Zeroizing::new(text),
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(error).with_context(|| path.display().to_string()),
    };
    let ring = KeyRing::parse(&text).with_context(|| path.display().to_string())?;
    Ok(Some(ring))
}

/// Whole or not at all: whoever reads meanwhile finds the old ring or the new one.
pub fn write(path: &Path, ring: &KeyRing) -> Result<()> {
    let place = || format!("{} cannot be written", path.display());
    let beside = path.with_extension("new");
    let written = || {
        let mut options = OpenOptions::new();
        options.create(true).truncate(true).write(true).mode(0o600);
        let mut file = options.open(&beside)?;
        file.write_all(ring.to_text().as_bytes())?;
        file.sync_all()?;
        fs::rename(&beside, path)?;
        File::open(path.parent().unwrap_or(path))?.sync_all()
    };
    written().with_context(place)
}

/// `soundstage keys rotate`: a new key, everything sealed anew with it, and the old ones gone. A server may
/// run meanwhile. Broken off, it is run again: until the end the ring opens what any of its keys has sealed.
pub async fn rotate(config: &Config) -> Result<()> {
    data_folder::make(&config.data)?;
    // One at a time: the other's key would be written over.
    let _lock = data_folder::lock_keys(&config.data)?;
    let found = there(config)?.context("there is no key ring yet; the first start makes one")?;
    let store = parts::store(config).await?;
    store.migrate().await?;
    let with = |ring: &KeyRing| {
        let keys = Keys::fixed(ring.clone());
        Vault::new(store.clone(), Clock::system(), keys)
    };
    if !with(&found).belongs(&Actor::System).await? {
        bail!(
            "nothing in this database is sealed with these keys: run it with the settings that the server has \
             (DATABASE_URL, SOUNDSTAGE_DATA)"
        );
    }
    let path = data_folder::keys(&config.data);
    let ring = if config.keys.is_some() {
        found
    } else {
        let ring = found.with_new_key();
        write(&path, &ring)?;
        ring
    };
    let done = with(&ring).seal_anew(&Actor::System).await?;
    store.close().await;
    if config.keys.is_none() {
        write(&path, &ring.without(&done.retired)?)?;
    }
    say(&report(&ring, &done, config.keys.is_some()));
    Ok(())
}

fn report(ring: &KeyRing, done: &Rotated, is_setting: bool) -> String {
    let mut lines = vec![format!(
        "Sealed with key {}: {} values anew.",
        ring.current(),
        done.anew
    )];
    if done.unreadable > 0 {
        lines.push(format!(
            "{} values do not open. They are kept as they were, and so are the keys that they name.",
            done.unreadable
        ));
    }
    let retired: Vec<_> = done.retired.iter().map(ToString::to_string).collect();
    if !retired.is_empty() {
        let gone = if is_setting {
            "Nothing needs these keys any more, take them out of SOUNDSTAGE_KEYS"
        } else {
            "Gone"
        };
        lines.push(format!("{gone}: {}.", retired.join(", ")));
    }
    lines.join("\n")
}
