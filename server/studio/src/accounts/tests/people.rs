//! Who governs whom.

use contract::{
    ErrorCode, UserId,
    accounts::{Role, Scope, Standing},
};

use super::{Fixture, PASSWORD, code, origin};
use crate::Actor;

#[tokio::test]
async fn admins_govern_members_and_owners_everybody() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let admin = it.join(&owner, Role::Admin, "kim@example.org").await;
    let member = it.join(&owner, Role::Member, "lee@example.org").await;
    let (host, kim, lee) = (
        it.is(&owner).await,
        it.is(&admin).await,
        it.is(&member).await,
    );
    let accounts = &it.accounts;
    let set = |actor: &Actor, id: UserId, role: Role| {
        let actor = actor.clone();
        async move { accounts.set_role(&actor, &origin(), id, role).await }
    };
    assert_eq!(code(accounts.people(&lee).await), ErrorCode::Forbidden);
    assert_eq!(
        code(set(&lee, member.me.id, Role::Owner).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(set(&kim, owner.me.id, Role::Member).await),
        ErrorCode::Forbidden
    );
    // Nobody lifts others, or themselves, above where they stand.
    assert_eq!(
        code(set(&kim, member.me.id, Role::Admin).await),
        ErrorCode::Forbidden
    );
    assert_eq!(
        code(set(&kim, admin.me.id, Role::Owner).await),
        ErrorCode::Forbidden
    );
    let invited = accounts.invite(&kim, &origin(), Role::Admin, "").await;
    assert_eq!(code(invited), ErrorCode::Forbidden);

    set(&host, member.me.id, Role::Owner)
        .await
        .expect("made an owner");
    // Whoever may more from now on begins anew.
    assert!(it.actor(&member.token).await.is_none());
    let again = it.sign_in("lee@example.org", PASSWORD).await;
    assert_eq!(again.expect("signed in").me.role, Role::Owner);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let host = it.is(&owner).await;
    let id = owner.me.id;
    let lowered = it
        .accounts
        .set_role(&host, &origin(), id, Role::Member)
        .await;
    assert_eq!(code(lowered), ErrorCode::LastOwner);
    let heir = it.join(&owner, Role::Owner, "kim@example.org").await;
    let kim = it.is(&heir).await;
    // Of two owners one may go; a suspended one does not count.
    it.accounts
        .suspend(&kim, &origin(), id, true)
        .await
        .expect("suspended");
    let lowered = it
        .accounts
        .set_role(&kim, &origin(), heir.me.id, Role::Member)
        .await;
    assert_eq!(code(lowered), ErrorCode::LastOwner);
}

#[tokio::test]
async fn the_suspended_are_out_at_once_and_learn_it_only_with_their_password() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let member = it.join(&owner, Role::Member, "kim@example.org").await;
    let (host, kim) = (it.is(&owner).await, it.is(&member).await);
    let made = it
        .accounts
        .make_token(&kim, &origin(), "backup", &[Scope::ChatRead], None)
        .await
        .expect("a token");
    it.accounts
        .suspend(&host, &origin(), member.me.id, true)
        .await
        .expect("suspended");
    assert!(it.actor(&member.token).await.is_none());
    let by_token = it.accounts.authenticate_token(&made.secret).await;
    assert_eq!(code(by_token), ErrorCode::TokenInvalid);
    let sign_in = async |password: &str| it.sign_in("kim@example.org", password).await;
    assert_eq!(code(sign_in("wrong").await), ErrorCode::WrongCredentials);
    assert_eq!(code(sign_in(PASSWORD).await), ErrorCode::Suspended);
    let people = it.accounts.people(&host).await.expect("people").people;
    let kim = people.iter().find(|one| one.id == member.me.id);
    assert_eq!(kim.expect("there").standing, Standing::Suspended);

    it.accounts
        .suspend(&host, &origin(), member.me.id, false)
        .await
        .expect("lifted");
    sign_in(PASSWORD).await.expect("in again");
    it.accounts
        .authenticate_token(&made.secret)
        .await
        .expect("the token too");
}
