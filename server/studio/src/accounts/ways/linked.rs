//! One's own accounts elsewhere, as Settings show them.

use contract::{
    IdentityId,
    accounts::{Identities, IdentityView, Scope},
};
use store::accounts::{self as table, IdentityRow};

use crate::{
    Actor, Origin,
    accounts::{
        Accounts, AccountsError,
        audit::{Deed, record},
    },
};

impl Accounts {
    pub async fn identities(&self, actor: &Actor) -> Result<Identities, AccountsError> {
        let user = actor.may(Scope::Account)?;
        let mut read = self.0.store.read(actor).await?;
        let own = table::user(&mut read, user).await?;
        let own = own.ok_or(AccountsError::NotFound)?;
        let rows = table::identities_of(&mut read, user).await?;
        let second_factor = self.second_factor(&mut read, user).await?;
        let ways = self.ways();
        let view = |row: IdentityRow| {
            let way = ways.iter().find(|way| way.name == row.provider);
            IdentityView {
                id: row.id,
                label: way.map_or_else(|| row.provider.clone(), |way| way.label.clone()),
                way: row.provider,
                email: row.email,
                linked_at: row.created_at.into(),
                used_at: row.used_at.map(Into::into),
            }
        };
        let linked = rows.into_iter().map(view).collect();
        Ok(Identities {
            has_password: !own.password_hash.is_empty(),
            second_factor,
            linked,
            ways,
        })
    }

    /// The last way in stays.
    pub async fn unlink(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: IdentityId,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        let linked = table::identities_of(&mut tx, user).await?;
        let identity = linked.iter().find(|identity| identity.id == id);
        let identity = identity.ok_or(AccountsError::NotFound)?;
        table::delete_identity(&mut tx, user, id).await?;
        self.spare_last_way(&mut tx, user).await?;
        let deed = Deed::new("identity.unlink", id).noting(&identity.provider);
        record(&mut tx, now, Some(user), deed, origin).await?;
        Ok(tx.commit().await?)
    }
}
