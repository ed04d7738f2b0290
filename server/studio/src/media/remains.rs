//! What a person who goes leaves behind: rows go at once, bytes after them.

use contract::UserId;
use store::{Tx, media as rows};

use super::{Media, MediaError, ObjectKey, uploads::only_system};
use crate::Actor;

impl Media {
    /// Notes, in the unit that takes the person away, which bytes are nobody's from now on.
    pub(crate) async fn leave_remains(&self, tx: &mut Tx, user: UserId) -> Result<(), MediaError> {
        Ok(rows::leave_remains(tx, user, self.0.clock.now()).await?)
    }

    /// Drops such bytes. Killed half-way, it goes on the next time. (Those of unfinished uploads are
    /// dropped by [`Self::sweep_uploads`].)
    pub async fn sweep_remains(&self, actor: &Actor) -> Result<(), MediaError> {
        only_system(actor)?;
        let mut read = self.0.store.read(actor).await?;
        let remains = rows::remains(&mut read).await?;
        drop(read);
        for id in remains {
            self.0.objects.delete(ObjectKey::Original(id)).await?;
            self.0.objects.delete(ObjectKey::Playable(id)).await?;
            let mut tx = self.0.store.begin(actor).await?;
            rows::forget_remains(&mut tx, id).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}
