//! The one-time link: setting the studio up, and getting back in.

use contract::{ErrorCode, accounts::Role};

use super::{DAY_S, Fixture, NORA, PASSWORD, code, origin};
use crate::Actor;

#[tokio::test]
async fn a_link_sets_up_the_owner_once() {
    let it = Fixture::new().await;
    assert!(it.accounts.needs_setup().await.expect("answers"));
    let key = it.owner_link().await;
    assert!(it.link_is_good(&key).await);

    it.pass(1);
    let weak = it
        .accounts
        .set_up_owner(&origin(), &key, "Nora", NORA, "short")
        .await;
    assert_eq!(code(weak), ErrorCode::WeakPassword);
    let done = it
        .accounts
        .set_up_owner(&origin(), &key, "Nora", NORA, PASSWORD)
        .await
        .expect("set up");
    assert_eq!((done.me.name.as_str(), done.me.role), ("Nora", Role::Owner));
    assert!(!it.accounts.needs_setup().await.expect("answers"));
    assert!(it.actor(&done.token).await.is_some());

    assert!(!it.link_is_good(&key).await);
    let again = it
        .accounts
        .set_up_owner(&origin(), &key, "Eve", "eve@example.org", PASSWORD)
        .await;
    assert_eq!(code(again), ErrorCode::LinkInvalid);
    assert_eq!(it.acts().await, ["owner_link.make", "owner.set_up"]);
}

#[tokio::test]
async fn two_who_use_a_link_at_once_do_not_both_get_in() {
    let it = Fixture::new().await;
    let key = it.owner_link().await;
    let origin = origin();
    let (one, two) = tokio::join!(
        it.accounts
            .set_up_owner(&origin, &key, "Nora", NORA, PASSWORD),
        it.accounts
            .set_up_owner(&origin, &key, "Eve", "eve@example.org", PASSWORD),
    );
    assert!(one.is_ok() != two.is_ok());
}

#[tokio::test]
async fn links_end_after_a_day_and_when_a_new_one_is_made_and_are_made_by_nobody_else() {
    let it = Fixture::new().await;
    let first = it.owner_link().await;
    let second = it.owner_link().await;
    assert!(!it.link_is_good(&first).await);
    assert!(it.link_is_good(&second).await);
    it.pass(DAY_S);
    assert!(!it.link_is_good(&second).await);

    let token = it.set_up().await.token;
    let owner = it.actor(&token).await.expect("signed in");
    assert_eq!(
        code(it.accounts.owner_link(&owner).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(it.accounts.owner_link(&Actor::Anonymous).await),
        ErrorCode::Forbidden
    );
}

#[tokio::test]
async fn recovery_gives_a_new_password_and_ends_all_sessions() {
    let it = Fixture::new().await;
    let old = it.set_up().await.token;
    it.pass(1);
    let key = it.owner_link().await;
    it.pass(1);
    let new = "another long phrase to keep";
    let done = it
        .accounts
        .set_up_owner(&origin(), &key, "", "", new)
        .await
        .expect("recovered");
    assert_eq!(
        (done.me.name.as_str(), done.me.email.as_str()),
        ("Nora", "Nora@Example.org")
    );
    assert!(it.actor(&old).await.is_none());
    assert!(it.actor(&done.token).await.is_some());
    assert_eq!(
        code(it.sign_in(NORA, PASSWORD).await),
        ErrorCode::WrongCredentials
    );
    it.pass(1);
    it.sign_in(NORA, new).await.expect("signed in");
    assert_eq!(
        it.acts().await[2..],
        ["owner_link.make", "owner.recover", "session.begin"]
    );
}
