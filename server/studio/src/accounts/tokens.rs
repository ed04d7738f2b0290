//! API tokens: what scripts show for themselves.

use contract::{
    TokenId,
    accounts::{NAME_MAX_CHARS, NewToken, Scope, TOKEN_DAYS, TokenView},
};
use store::{
    Json, Time, Viewer,
    accounts::{self as table, TokenRow},
    new_id,
};

use super::{
    Accounts, AccountsError,
    audit::{Deed, record},
    person::role_from,
    secret,
};
use crate::{Actor, Origin};

/// So that people, and programs that look for leaked secrets, know one when they see it.
const PREFIX: &str = "ss_";
const MOST: usize = 50;
/// A token's last use is written down no more often than this.
const USED_EVERY_S: i64 = 60;

impl Accounts {
    pub async fn tokens(&self, actor: &Actor) -> Result<Vec<TokenView>, AccountsError> {
        let user = actor.may(Scope::Account)?;
        let mut read = self.0.store.read(actor).await?;
        let rows = table::tokens_of(&mut read, user).await?;
        Ok(rows.into_iter().map(view).collect())
    }

    /// Only a person at the screen makes one: a token that could make others would outlive its end.
    pub async fn make_token(
        &self,
        actor: &Actor,
        origin: &Origin,
        name: &str,
        scopes: &[Scope],
        days: Option<u32>,
    ) -> Result<NewToken, AccountsError> {
        let (user, _) = actor.in_person()?;
        let name = name.split_whitespace().collect::<Vec<_>>().join(" ");
        if name.is_empty()
            || name.chars().count() > NAME_MAX_CHARS
            || name.contains(char::is_control)
        {
            return Err(AccountsError::Invalid(
                "Give the token a name, of at most 80 letters.",
            ));
        }
        if scopes.is_empty() {
            return Err(AccountsError::Invalid(
                "Choose at least one thing that the token is for.",
            ));
        }
        if days.is_some_and(|days| !TOKEN_DAYS.contains(&days)) {
            return Err(AccountsError::Invalid(
                "Choose one of the lives that are offered.",
            ));
        }
        let mut scopes = scopes.to_vec();
        scopes.sort_unstable();
        scopes.dedup();
        let token = format!("{PREFIX}{}", secret::fresh());
        let now = self.0.clock.now();
        let mut tx = self.0.store.begin(actor).await?;
        if table::tokens_of(&mut tx, user).await?.len() >= MOST {
            return Err(AccountsError::TooManyTokens(MOST));
        }
        let row = TokenRow {
            id: TokenId(new_id(now)),
            user_id: user,
            role: String::new(),
            name,
            ends_in: token[token.len() - 4..].to_owned(),
            scopes: Json(scopes),
            created_at: Time(now),
            expires_at: days.map(|days| Time(now.plus_seconds(i64::from(days) * 24 * 3_600))),
            used_at: None,
        };
        table::add_token(&mut tx, &row, &secret::hash(&token)).await?;
        let deed = Deed::new("token.make", row.id).noting(&row.name);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(NewToken {
            secret: token,
            token: view(row),
        })
    }

    pub async fn revoke_token(
        &self,
        actor: &Actor,
        origin: &Origin,
        id: TokenId,
    ) -> Result<(), AccountsError> {
        let (user, _) = actor.in_person()?;
        let mut tx = self.0.store.begin(actor).await?;
        if !table::delete_token(&mut tx, user, id).await? {
            return Err(AccountsError::NotFound);
        }
        let now = self.0.clock.now();
        let deed = Deed::new("token.revoke", id);
        record(&mut tx, now, Some(user), deed, origin).await?;
        Ok(tx.commit().await?)
    }

    /// Looked up each time, so that a revoked one is refused at once.
    pub(super) async fn authenticate_token(&self, token: &str) -> Result<Actor, AccountsError> {
        let random = token.strip_prefix(PREFIX);
        if random.is_none_or(|random| random.len() != secret::LENGTH) {
            return Err(AccountsError::TokenInvalid);
        }
        let now = self.0.clock.now();
        let mut read = self.0.store.read(Viewer::System).await?;
        let row = table::token_by_hash(&mut read, &secret::hash(token)).await?;
        drop(read);
        let good = |row: &TokenRow| row.expires_at.is_none_or(|end| now < end.into());
        let row = row.filter(good).ok_or(AccountsError::TokenInvalid)?;
        let is_new = |used: Time| now >= contract::Timestamp::from(used).plus_seconds(USED_EVERY_S);
        if row.used_at.is_none_or(is_new) {
            let used = async {
                let mut tx = self.0.store.begin(Viewer::System).await?;
                table::touch_token(&mut tx, row.id, now).await?;
                tx.commit().await
            };
            // It is a good token even when the disk is full.
            if let Err(error) = used.await {
                tracing::warn!(%error, "a token's last use could not be stored");
            }
        }
        Ok(Actor::Token {
            id: row.user_id,
            role: role_from(&row.role)?,
            scopes: row.scopes.0,
        })
    }
}

pub(super) fn is_ours(token: &str) -> bool {
    token.starts_with(PREFIX)
}

fn view(row: TokenRow) -> TokenView {
    TokenView {
        id: row.id,
        name: row.name,
        ends_in: row.ends_in,
        scopes: row.scopes.0,
        created_at: row.created_at.into(),
        expires_at: row.expires_at.map(Into::into),
        used_at: row.used_at.map(Into::into),
    }
}
