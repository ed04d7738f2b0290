//! There and back: a person lets us use their account elsewhere.

use contract::{ConnectionId, SessionId, UserId};
use store::{
    Json, Time, Uuid, Viewer,
    accounts::{self as table, ConnectionRow, DanceRow},
    new_id,
};

use super::{Connections, access::ends, troubled};
use crate::{
    Actor, Origin,
    accounts::{
        AccountsError,
        audit::{Deed, record},
        dances::{self, Begin, Begun, Return},
        grants::{Grant, ProviderSpec},
        secret,
    },
};

/// A dance to connect is no dance to sign in.
fn dance_of(provider: &str) -> String {
    ["connect:", provider].concat()
}

impl Connections {
    /// Where to send the person.
    pub async fn begin(
        &self,
        actor: &Actor,
        provider: &str,
        callback: &str,
    ) -> Result<Begun, AccountsError> {
        let (_, session) = actor.in_person()?;
        let grants = self.grants(provider)?;
        let (state, verifier) = (secret::fresh(), secret::fresh());
        let address = grants.authorize_url(&state, &verifier, callback);
        let address = address.map_err(|error| troubled(grants.as_ref(), &error))?;
        let begin = Begin {
            provider: &dance_of(provider),
            state: &state,
            dance: serde_json::json!({ "verifier": verifier, "callback": callback }),
            session: Some(session),
            invite: None,
            next: "",
        };
        let browser = dances::remember(&self.0.store, &self.0.clock, begin).await?;
        Ok(Begun { address, browser })
    }

    /// Ends it, well or not: what it began with is used up by then. What there was of this person with this
    /// provider gives way.
    pub async fn finish(
        &self,
        origin: &Origin,
        provider: &str,
        back: Return<'_>,
    ) -> Result<(), AccountsError> {
        self.grants(provider)?;
        let (store, clock) = (&self.0.store, &self.0.clock);
        let dance = dances::take(
            store,
            clock,
            origin,
            &dance_of(provider),
            (back.state, back.browser),
        )
        .await?;
        // Whoever waits may go away: a grant that we were given is kept, or given back.
        let (this, origin, provider) = (self.clone(), origin.clone(), provider.to_owned());
        let code = back.answer.code;
        let finished = self.0.tasks.spawn(async move {
            let took = this.exchange(&origin, &provider, &dance, &code).await?;
            this.settle_down(&origin, &provider, dance.session_id, &took)
                .await
        });
        finished
            .await
            .unwrap_or_else(|panicked| std::panic::resume_unwind(panicked.into_panic()))
    }

    async fn exchange(
        &self,
        origin: &Origin,
        provider: &str,
        dance: &DanceRow,
        code: &str,
    ) -> Result<Grant, AccountsError> {
        let grants = self.grants(provider)?;
        let part = |name: &str| dance.dance.0[name].as_str().unwrap_or_default();
        let (verifier, callback) = (part("verifier"), part("callback"));
        let grant = grants.exchange(code, verifier, callback).await;
        grant.map_err(|error| {
            tracing::warn!(address = origin.address, provider, %error, "a connection failed");
            troubled(grants.as_ref(), &error)
        })
    }

    /// Stored before anything else is asked.
    async fn settle_down(
        &self,
        origin: &Origin,
        provider: &str,
        session: Option<Uuid>,
        grant: &Grant,
    ) -> Result<(), AccountsError> {
        let grants = self.grants(provider)?;
        let put = || self.store_new(origin, grants.spec(), session, grant);
        let stored = self.0.vault.knowing_key(put).await?;
        let Some(user) = stored else {
            self.give_back(provider, grant).await;
            return Err(AccountsError::SignInRefused);
        };
        // For the eye only: without it the connection is as good.
        let label = grants.who(&grant.access).await.unwrap_or_default();
        let mut tx = self.0.store.begin(Viewer::System).await?;
        table::name_connection(&mut tx, user, provider, label.as_deref()).await?;
        Ok(tx.commit().await?)
    }

    /// Whose it is. None: they signed out meanwhile, or were kept out.
    async fn store_new(
        &self,
        origin: &Origin,
        spec: &ProviderSpec,
        session: Option<Uuid>,
        grant: &Grant,
    ) -> Result<Option<UserId>, AccountsError> {
        let now = self.0.clock.now();
        let id = ConnectionId(new_id(now));
        let sealed = self.sealed(id, grant);
        let mut tx = self.0.store.begin(Viewer::System).await?;
        let user = match session {
            Some(session) => table::user_of_session(&mut tx, SessionId(session)).await?,
            None => None,
        };
        let Some(user) = user else {
            return Ok(None);
        };
        let lasts = |days: u32| Time(now.plus_seconds(i64::from(days) * 24 * 3_600));
        let row = ConnectionRow {
            id,
            user_id: user,
            provider: spec.name.clone(),
            label: None,
            scopes: Json(grant.scopes.clone().unwrap_or_else(|| spec.scopes.clone())),
            key_id: sealed.key_id,
            access: sealed.access,
            refresh: sealed.refresh,
            expires_at: ends(grant, now),
            ends_at: spec.grant_lasts_days.map(lasts),
            ended_at: None,
            connected_at: Time(now),
            refreshed_at: None,
            trouble: None,
            retry_at: None,
        };
        table::put_connection(&mut tx, &row).await?;
        let deed = Deed::new("connection.make", id).noting(&spec.name);
        record(&mut tx, now, Some(user), deed, origin).await?;
        tx.commit().await?;
        Ok(Some(user))
    }
}
