//! A new password.

use contract::ErrorCode;

use super::{Fixture, NORA, PASSWORD, code, origin};

#[tokio::test]
async fn a_new_password_ends_every_other_session_and_renews_this_one() {
    let it = Fixture::new().await;
    let here = it.set_up().await;
    let there = it.sign_in(NORA, PASSWORD).await.expect("signed in");
    let actor = it.is(&here).await;
    let change = |current: &'static str, new: &'static str| {
        let (accounts, actor) = (it.accounts.clone(), actor.clone());
        async move {
            accounts
                .change_password(&actor, &origin(), current, new)
                .await
        }
    };
    let new = "a high end like dry snow";
    assert_eq!(
        code(change("wrong", new).await),
        ErrorCode::WrongCredentials
    );
    assert_eq!(
        code(change(PASSWORD, "short").await),
        ErrorCode::WeakPassword
    );
    let renewed = change(PASSWORD, new).await.expect("changed");
    assert!(it.actor(&here.token).await.is_none());
    assert!(it.actor(&there.token).await.is_none());
    assert_eq!(it.is(&renewed).await, actor);
    let old = it.sign_in(NORA, PASSWORD).await;
    assert_eq!(code(old), ErrorCode::WrongCredentials);
    it.sign_in(NORA, new).await.expect("with the new one");
}
