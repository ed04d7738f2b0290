//! The endpoints in front of the door. Three of them are the targets of plain HTML forms, and work before
//! wasm runs: they answer those with a redirect.

use contract::accounts::{Me, PasskeyQuestion, Way};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::api::{Failure, Guarded};

/// What the pages in front of the door have to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// No owner yet: only set-up is open.
    pub needs_setup: bool,
    /// Whether the key of the link, if one came along, still opens.
    pub key_is_valid: bool,
    pub host: String,
    pub version: String,
    /// Beside the password.
    pub ways: Vec<Way>,
    /// Browsers take passkeys for the studio's address.
    pub passkeys: bool,
}

#[server(prefix = "/api/fn", endpoint = "door", client = Guarded)]
pub async fn read_door(key: Option<String>) -> Result<Door, Failure> {
    let (studio, _) = crate::api::caller()?;
    let site = use_context::<crate::api::SiteInfo>().unwrap_or_default();
    let needs_setup = studio.accounts.needs_setup().await?;
    let key_is_valid = match key {
        Some(key) => studio.accounts.setup_key_is_valid(&key).await?,
        None => false,
    };
    Ok(Door {
        needs_setup,
        key_is_valid,
        host: site.host,
        version: site.version,
        ways: studio.accounts.ways(),
        passkeys: studio.accounts.takes_passkeys(),
    })
}

/// The address to go on to. `code` is of the second factor, once it is asked for.
#[server(prefix = "/api/fn", endpoint = "sign_in", client = Guarded)]
pub async fn sign_in(
    email: String,
    password: String,
    code: Option<String>,
    next: Option<String>,
) -> Result<String, Failure> {
    let (studio, _) = crate::api::caller()?;
    let code = code.unwrap_or_default();
    let signed_in = studio
        .accounts
        .sign_in(&origin(), email.trim(), &password, &code)
        .await?;
    Ok(admit(
        &signed_in.token,
        super::state::next_or_home(next.as_deref()),
    ))
}

/// What a browser is to find a passkey by, whosever it is.
#[server(prefix = "/api/fn", endpoint = "ask_passkey", client = Guarded)]
pub async fn ask_passkey() -> Result<PasskeyQuestion, Failure> {
    let (studio, _) = crate::api::caller()?;
    Ok(studio.accounts.begin_passkey_sign_in().await?)
}

/// The address to go on to.
#[server(prefix = "/api/fn", endpoint = "answer_passkey", client = Guarded)]
pub async fn answer_passkey(
    ticket: String,
    answer: String,
    next: Option<String>,
) -> Result<String, Failure> {
    let (studio, _) = crate::api::caller()?;
    let signed_in = studio
        .accounts
        .finish_passkey_sign_in(&origin(), &ticket, &answer)
        .await?;
    Ok(admit(
        &signed_in.token,
        super::state::next_or_home(next.as_deref()),
    ))
}

#[server(prefix = "/api/fn", endpoint = "set_up_owner", client = Guarded)]
pub async fn set_up_owner(
    key: String,
    name: String,
    email: String,
    password: String,
) -> Result<String, Failure> {
    let (studio, _) = crate::api::caller()?;
    let made = studio
        .accounts
        .set_up_owner(&origin(), key.trim(), name.trim(), email.trim(), &password)
        .await?;
    Ok(admit(&made.token, "/"))
}

/// `csrf` is the token as a form field: this form is posted without wasm.
#[server(prefix = "/api/fn", endpoint = "sign_out", client = Guarded)]
pub async fn sign_out(csrf: String) -> Result<(), Failure> {
    let (studio, actor) = crate::api::caller()?;
    if use_context::<Me>().is_none_or(|me| me.csrf != csrf) {
        return Err(Failure::new(
            contract::ErrorCode::CrossOrigin,
            "This page is out of date. Reload it and sign out again.",
        ));
    }
    studio.accounts.sign_out(&actor, &origin()).await?;
    expect_context::<crate::api::SessionCookie>().clear();
    crate::api::arrive("/sign-in");
    Ok(())
}

/// Who is signed in, if anybody is.
#[server(prefix = "/api/fn", endpoint = "me", client = Guarded)]
pub async fn who_am_i() -> Result<Option<Me>, Failure> {
    Ok(use_context::<Me>())
}

#[cfg(feature = "ssr")]
pub(super) fn origin() -> studio::Origin {
    use_context().unwrap_or_default()
}

#[cfg(feature = "ssr")]
pub(super) fn admit(token: &str, next: &str) -> String {
    expect_context::<crate::api::SessionCookie>().set(token);
    crate::api::arrive(next);
    next.to_owned()
}
