//! The key ring and this database: whether they belong together, and sealing everything anew.

use store::{
    Viewer,
    accounts::{self as table, KeyRow, SealedIn, SealedRow},
};

use super::{Vault, connection_token, totp_seed};
use crate::{
    Actor,
    secrets::{CheckError, KeyId, KeyRing, OpenError, Place},
};

/// Sealed anew in one unit of work: others want to write, too.
const PAGE: i64 = 50;

/// What sealing anew has done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rotated {
    pub anew: usize,
    /// What does not open. It is kept as it was, and so is what may be its key.
    pub unreadable: usize,
    /// Keys that nothing needs any more.
    pub retired: Vec<KeyId>,
}

#[derive(Debug, thiserror::Error)]
pub enum KeysError {
    #[error(transparent)]
    Check(#[from] CheckError),
    #[error("the database names a key {0:?}, which is no key's name")]
    Unknown(String),
    #[error("Soundstage alone turns its keys over.")]
    Forbidden,
    #[error("keys: {0}")]
    Store(#[from] store::Error),
}

impl Vault {
    /// At start: every key that something here is sealed with must be in the ring, and be the same.
    pub async fn check_keys(&self, actor: &Actor) -> Result<(), KeysError> {
        system(actor)?;
        let ring = self.keys.ring();
        let mut tx = self.store.begin(Viewer::System).await?;
        for row in table::keys(&mut tx).await? {
            let id = id_of(&row)?;
            // One that nothing is sealed with is no loss.
            if ring.has(id) || !table::delete_key(&mut tx, &row.id).await? {
                ring.verify(id, &row.value)?;
            }
        }
        self.note_current(&mut tx, &ring).await?;
        Ok(tx.commit().await?)
    }

    /// Whether this is the database that the ring's keys seal in. What another database needs must not be
    /// taken from a ring because this one does not.
    pub async fn belongs(&self, actor: &Actor) -> Result<bool, KeysError> {
        system(actor)?;
        let ring = self.keys.ring();
        let mut read = self.store.read(Viewer::System).await?;
        let rows = table::keys(&mut read).await?;
        drop(read);
        let mut belongs = false;
        for row in rows {
            let id = id_of(&row)?;
            if ring.has(id) {
                ring.verify(id, &row.value)?;
                belongs = true;
            }
        }
        Ok(belongs)
    }

    /// Seals everything with the ring's current key and lets go of the keys that nothing needs any more.
    /// Broken off, it goes on where it was: what is done is told by the values themselves.
    ///
    /// Servers may run meanwhile. One that has not seen the new ring yet seals with the old key, and then
    /// that key is not let go, or finds that the database does not take it any more, and reads the ring.
    pub async fn seal_anew(&self, actor: &Actor) -> Result<Rotated, KeysError> {
        system(actor)?;
        self.know_key().await?;
        let ring = self.keys.ring();
        let mut anew = 0;
        loop {
            let (sealed, unreadable) = self.seal_anew_once(&ring).await?;
            anew += sealed;
            let kept = self.let_go(&ring).await?;
            // If something old came in meanwhile, once more.
            if sealed == 0 || kept.is_empty() {
                let is_retired = |id: &KeyId| *id != ring.current() && !kept.contains(id);
                return Ok(Rotated {
                    anew,
                    unreadable,
                    retired: ring.ids().filter(is_retired).collect(),
                });
            }
        }
    }

    /// How many were sealed anew, and how many do not open.
    async fn seal_anew_once(&self, ring: &KeyRing) -> Result<(usize, usize), KeysError> {
        let current = ring.current().to_string();
        let (mut sealed, mut unreadable, mut after) = (0, 0, None);
        loop {
            let mut read = self.store.read(Viewer::System).await?;
            let rows = table::sealed_otherwise(&mut read, &current, after, PAGE).await?;
            drop(read);
            let Some(last) = rows.last() else {
                return Ok((sealed, unreadable));
            };
            after = Some(last.id);
            let mut tx = self.store.begin(Viewer::System).await?;
            for row in &rows {
                match sealed_with(ring, row) {
                    Ok((first, second)) => {
                        let (first, second) = (first.as_slice(), second.as_deref());
                        // (Or whoever changed it meanwhile has sealed it.)
                        if table::reseal(&mut tx, row, &current, first, second).await? {
                            sealed += 1;
                        }
                    }
                    Err(error) => {
                        tracing::error!(%error, row = %row.id, stands_in = ?row.stands_in, "what is sealed does not open; it is kept");
                        unreadable += 1;
                    }
                }
            }
            tx.commit().await?;
        }
    }

    /// The keys that are still needed.
    async fn let_go(&self, ring: &KeyRing) -> Result<Vec<KeyId>, KeysError> {
        let mut kept = Vec::new();
        let mut read = self.store.read(Viewer::System).await?;
        let rows = table::keys(&mut read).await?;
        drop(read);
        for row in rows {
            let id = id_of(&row)?;
            if id == ring.current() {
                continue;
            }
            let mut tx = self.store.begin(Viewer::System).await?;
            match table::delete_key(&mut tx, &row.id).await {
                Ok(true) => tx.commit().await?,
                Ok(false) => kept.push(id),
                // Somebody has just sealed with it.
                Err(error) if store::is_dangling(&error) => kept.push(id),
                Err(error) => return Err(error.into()),
            }
        }
        Ok(kept)
    }
}

fn sealed_with(ring: &KeyRing, row: &SealedRow) -> Result<(Vec<u8>, Option<Vec<u8>>), OpenError> {
    let anew = |place: &Place, sealed: &[u8]| {
        let plain = ring.open(place, sealed)?;
        Ok(ring.seal(place, &plain))
    };
    match row.stands_in {
        SealedIn::Connections => {
            let place = |column| connection_token(column, row.id.into());
            let refresh = row.second.as_deref();
            let refresh = refresh.map(|sealed| anew(&place("refresh"), sealed));
            Ok((anew(&place("access"), &row.first)?, refresh.transpose()?))
        }
        SealedIn::Totp => Ok((anew(&totp_seed(row.id.into()), &row.first)?, None)),
    }
}

fn id_of(row: &KeyRow) -> Result<KeyId, KeysError> {
    row.id
        .parse()
        .map_err(|_| KeysError::Unknown(row.id.clone()))
}

fn system(actor: &Actor) -> Result<(), KeysError> {
    match actor {
        Actor::System => Ok(()),
        _ => Err(KeysError::Forbidden),
    }
}
