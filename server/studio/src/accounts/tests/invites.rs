//! Who comes by an invitation.

use contract::{ErrorCode, accounts::Role};

use super::{DAY_S, Fixture, NORA, PASSWORD, code, origin};

#[tokio::test]
async fn an_invitation_makes_one_account_once() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let host = it.is(&owner).await;
    let key = it
        .accounts
        .invite(&host, &origin(), Role::Admin, " for  Kim ")
        .await
        .expect("a key");
    let found = it.accounts.invitation(&key).await.expect("answers");
    assert_eq!(found, Some((Role::Admin, "Nora".to_owned())));
    let people = it.accounts.people(&host).await.expect("people");
    assert_eq!(people.invites[0].note, "for Kim");

    let join = async |email: &str| {
        let accounts = &it.accounts;
        accounts.join(&origin(), &key, "Kim", email, PASSWORD).await
    };
    // What is refused leaves the key good.
    assert_eq!(code(join(NORA).await), ErrorCode::Conflict);
    let kim = join("kim@example.org").await.expect("joined");
    assert_eq!(kim.me.role, Role::Admin);
    assert_eq!(code(join("lee@example.org").await), ErrorCode::LinkInvalid);
    assert_eq!(it.accounts.invitation(&key).await.expect("answers"), None);

    let late = it.accounts.invite(&host, &origin(), Role::Member, "").await;
    let late = late.expect("a key");
    it.pass(7 * DAY_S);
    assert_eq!(it.accounts.invitation(&late).await.expect("answers"), None);
    assert!(it.acts().await.contains(&"person.join".to_owned()));
}

#[tokio::test]
async fn a_withdrawn_invitation_and_that_of_somebody_suspended_let_nobody_in() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let admin = it.join(&owner, Role::Admin, "kim@example.org").await;
    let (host, kim) = (it.is(&owner).await, it.is(&admin).await);
    let key = it.accounts.invite(&kim, &origin(), Role::Member, "").await;
    let key = key.expect("a key");
    let id = it.accounts.people(&host).await.expect("people").invites[0].id;
    it.accounts
        .withdraw_invite(&host, &origin(), id)
        .await
        .expect("withdrawn");
    assert_eq!(it.accounts.invitation(&key).await.expect("answers"), None);

    let key = it.accounts.invite(&kim, &origin(), Role::Member, "").await;
    it.accounts
        .suspend(&host, &origin(), admin.me.id, true)
        .await
        .expect("suspended");
    let found = it.accounts.invitation(&key.expect("a key")).await;
    assert_eq!(found.expect("answers"), None);
}
