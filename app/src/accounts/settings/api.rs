//! What people settle about their own account, and those who may, about others.

use contract::{
    ActId, IdentityId, InviteId, PasskeyId, SessionId, TokenId, UserId,
    accounts::{
        ActView, ConnectionView, Identities, NewSecondFactor, NewToken, PasskeyQuestion,
        PasskeyView, Passkeys, People, Role, Scope, SessionView, TokenView,
    },
};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::{Failure, Guarded};
#[cfg(feature = "ssr")]
use crate::{accounts::api::origin, api::caller};

// ---- One's own ---------------------------------------------------------------------------------------

#[server(prefix = "/api/fn", endpoint = "change_name", client = Guarded)]
pub async fn change_name(name: String) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.change_name(&actor, &name).await?)
}

/// Every other session ends; this one goes on with a new cookie, so the page must load anew.
#[server(prefix = "/api/fn", endpoint = "change_password", client = Guarded)]
pub async fn change_password(current: String, new: String) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    let renewed = studio
        .accounts
        .change_password(&actor, &origin(), &current, &new)
        .await?;
    expect_context::<crate::api::SessionCookie>().set(&renewed.token);
    Ok(())
}

#[server(prefix = "/api/fn", endpoint = "sessions", client = Guarded)]
pub async fn sessions() -> Result<Vec<SessionView>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.sessions(&actor).await?)
}

#[server(prefix = "/api/fn", endpoint = "end_session", client = Guarded)]
pub async fn end_session(id: SessionId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.end_session(&actor, &origin(), id).await?)
}

#[server(prefix = "/api/fn", endpoint = "end_other_sessions", client = Guarded)]
pub async fn end_other_sessions() -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .end_other_sessions(&actor, &origin())
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "passkeys", client = Guarded)]
pub async fn read_passkeys() -> Result<Passkeys, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.passkeys(&actor).await?)
}

/// What the browser is to make one by.
#[server(prefix = "/api/fn", endpoint = "begin_passkey", client = Guarded)]
pub async fn begin_passkey(password: String) -> Result<PasskeyQuestion, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .begin_passkey(&actor, &origin(), &password)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "finish_passkey", client = Guarded)]
pub async fn finish_passkey(
    ticket: String,
    name: String,
    answer: String,
) -> Result<PasskeyView, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .finish_passkey(&actor, &origin(), &ticket, &name, &answer)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "rename_passkey", client = Guarded)]
pub async fn rename_passkey(id: PasskeyId, name: String) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.rename_passkey(&actor, id, &name).await?)
}

#[server(prefix = "/api/fn", endpoint = "remove_passkey", client = Guarded)]
pub async fn remove_passkey(id: PasskeyId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .remove_passkey(&actor, &origin(), id)
        .await?)
}

/// What an app needs to show the digits; asked for only after [`confirm_second_factor`].
#[server(prefix = "/api/fn", endpoint = "begin_second_factor", client = Guarded)]
pub async fn begin_second_factor(password: String) -> Result<NewSecondFactor, Failure> {
    let (studio, actor) = caller()?;
    let site = use_context::<crate::api::SiteInfo>().unwrap_or_default();
    let called = format!("Soundstage, {}", site.host);
    Ok(studio
        .accounts
        .begin_second_factor(&actor, &origin(), &password, &called)
        .await?)
}

/// Turns it on; gives the recovery codes.
#[server(prefix = "/api/fn", endpoint = "confirm_second_factor", client = Guarded)]
pub async fn confirm_second_factor(code: String) -> Result<Vec<String>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .confirm_second_factor(&actor, &origin(), &code)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "renew_recovery_codes", client = Guarded)]
pub async fn renew_recovery_codes(password: String) -> Result<Vec<String>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .renew_recovery_codes(&actor, &origin(), &password)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "end_second_factor", client = Guarded)]
pub async fn end_second_factor(password: String) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .end_second_factor(&actor, &origin(), &password)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "tokens", client = Guarded)]
pub async fn tokens() -> Result<Vec<TokenView>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.tokens(&actor).await?)
}

/// `days` is one of [`contract::accounts::TOKEN_DAYS`], or none for a token without an end.
#[server(prefix = "/api/fn", endpoint = "make_token", client = Guarded, input = server_fn::codec::Json)]
pub async fn make_token(
    name: String,
    scopes: Vec<Scope>,
    days: Option<u32>,
) -> Result<NewToken, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .make_token(&actor, &origin(), &name, &scopes, days)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "revoke_token", client = Guarded)]
pub async fn revoke_token(id: TokenId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.revoke_token(&actor, &origin(), id).await?)
}

/// One's accounts elsewhere that sign one in here.
#[server(prefix = "/api/fn", endpoint = "identities", client = Guarded)]
pub async fn read_identities() -> Result<Identities, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.identities(&actor).await?)
}

/// The address to go to, whence one comes back with one more way in.
#[server(prefix = "/api/fn", endpoint = "link_identity", client = Guarded)]
pub async fn link_identity(way: String) -> Result<String, Failure> {
    let (studio, actor) = caller()?;
    let site = use_context::<crate::api::SiteInfo>().unwrap_or_default();
    let callback = crate::accounts::callback(&site.url, &way);
    let begun = studio
        .accounts
        .begin_dance(&actor, &way, &callback, "/settings/profile", None)
        .await?;
    expect_context::<crate::api::SessionCookie>().begin_dance(&begun.browser);
    Ok(begun.address)
}

#[server(prefix = "/api/fn", endpoint = "unlink_identity", client = Guarded)]
pub async fn unlink_identity(id: IdentityId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.unlink(&actor, &origin(), id).await?)
}

#[server(prefix = "/api/fn", endpoint = "connections", client = Guarded)]
pub async fn read_connections() -> Result<Vec<ConnectionView>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.connections.list(&actor).await?)
}

/// The address to go to, whence one comes back connected.
#[server(prefix = "/api/fn", endpoint = "connect_account", client = Guarded)]
pub async fn connect_account(provider: String) -> Result<String, Failure> {
    let (studio, actor) = caller()?;
    let site = use_context::<crate::api::SiteInfo>().unwrap_or_default();
    let callback = crate::accounts::connection_callback(&site.url, &provider);
    let begun = studio
        .connections
        .begin(&actor, &provider, &callback)
        .await?;
    expect_context::<crate::api::SessionCookie>().begin_dance(&begun.browser);
    Ok(begun.address)
}

/// Asked there: whether it works, and whose account it is.
#[server(prefix = "/api/fn", endpoint = "check_connection", client = Guarded)]
pub async fn check_connection(provider: String) -> Result<Option<String>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.connections.check(&actor, &provider).await?)
}

/// Whether it is ended there, too.
#[server(prefix = "/api/fn", endpoint = "disconnect_account", client = Guarded)]
pub async fn disconnect_account(provider: String) -> Result<bool, Failure> {
    let (studio, actor) = caller()?;
    let revoked = studio
        .connections
        .disconnect(&actor, &origin(), &provider)
        .await?;
    Ok(revoked == studio::accounts::grants::Revoked::Done)
}

/// Takes the account and all that is in it away, for good. The password proves who asks.
#[server(prefix = "/api/fn", endpoint = "delete_account", client = Guarded)]
pub async fn delete_account(password: String) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    studio.delete_account(&actor, &origin(), &password).await?;
    expect_context::<crate::api::SessionCookie>().clear();
    Ok(())
}

// ---- Others ------------------------------------------------------------------------------------------

#[server(prefix = "/api/fn", endpoint = "people", client = Guarded)]
pub async fn read_people() -> Result<People, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.people(&actor).await?)
}

/// The link for whoever is to come: shown this once, good once, for a week.
#[server(prefix = "/api/fn", endpoint = "invite", client = Guarded)]
pub async fn invite(role: Role, note: String) -> Result<String, Failure> {
    let (studio, actor) = caller()?;
    let key = studio
        .accounts
        .invite(&actor, &origin(), role, &note)
        .await?;
    let site = use_context::<crate::api::SiteInfo>().unwrap_or_default();
    Ok(format!("{}/join?key={key}", site.url))
}

#[server(prefix = "/api/fn", endpoint = "withdraw_invite", client = Guarded)]
pub async fn withdraw_invite(id: InviteId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .withdraw_invite(&actor, &origin(), id)
        .await?)
}

#[server(prefix = "/api/fn", endpoint = "set_role", client = Guarded)]
pub async fn set_role(id: UserId, role: Role) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .set_role(&actor, &origin(), id, role)
        .await?)
}

/// Suspends, or lifts it.
#[server(prefix = "/api/fn", endpoint = "suspend", client = Guarded)]
pub async fn suspend(id: UserId, suspended: bool) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .suspend(&actor, &origin(), id, suspended)
        .await?)
}

/// For somebody who has lost both their app and their recovery codes.
#[server(prefix = "/api/fn", endpoint = "lift_second_factor", client = Guarded)]
pub async fn lift_second_factor(id: UserId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio
        .accounts
        .lift_second_factor(&actor, &origin(), id)
        .await?)
}

/// Takes somebody's account and all that is in it away, for good.
#[server(prefix = "/api/fn", endpoint = "remove_person", client = Guarded)]
pub async fn remove_person(id: UserId) -> Result<(), Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.remove_person(&actor, &origin(), id).await?)
}

/// Newest first, a hundred at a time: `before` is the id of the last line that is there already.
#[server(prefix = "/api/fn", endpoint = "audit", client = Guarded)]
pub async fn audit(before: Option<ActId>) -> Result<Vec<ActView>, Failure> {
    let (studio, actor) = caller()?;
    Ok(studio.accounts.audit(&actor, before).await?)
}

// ---- Coming by an invitation -------------------------------------------------------------------------

/// What the page behind an invitation's link has to know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invitation {
    pub role: Role,
    pub invited_by: String,
}

/// None: the link has been used, withdrawn, or is too old.
#[server(prefix = "/api/fn", endpoint = "invitation", client = Guarded)]
pub async fn read_invitation(key: String) -> Result<Option<Invitation>, Failure> {
    let (studio, _) = caller()?;
    let found = studio.accounts.invitation(&key).await?;
    Ok(found.map(|(role, invited_by)| Invitation { role, invited_by }))
}

/// The address to go on to. The target of a plain form.
#[server(prefix = "/api/fn", endpoint = "join", client = Guarded)]
pub async fn join(
    key: String,
    name: String,
    email: String,
    password: String,
) -> Result<String, Failure> {
    let (studio, _) = caller()?;
    let joined = studio
        .accounts
        .join(&origin(), key.trim(), &name, &email, &password)
        .await?;
    Ok(crate::accounts::api::admit(&joined.token, "/"))
}
