//! Two who change the same people at once. SQLite writes one after the other by itself, so these are about
//! PostgreSQL.
#![allow(clippy::unwrap_used)]

#[path = "../store/tests/support/mod.rs"]
mod database;
mod support;

use contract::{
    ApiError, ErrorCode,
    accounts::{Role, Standing},
};
use database::Database;
use studio::{Actor, Origin, accounts::Accounts};
use support::Site;

static NOWHERE: Origin = Origin {
    address: String::new(),
    user_agent: String::new(),
};

/// What both try at once, again and again, until they would have met.
const ROUNDS: usize = 50;

async fn two_owners(site: &Site) -> [Actor; 2] {
    let first = site.owner().await;
    let second = site.join(&first, Role::Owner, "kim@example.org").await;
    [site.actor(&first).await, site.actor(&second).await]
}

/// As who has just been put lower would still try: with the rights that they had.
async fn set(accounts: &Accounts, by: &Actor, whom: &Actor, role: Role) -> Option<ErrorCode> {
    let whom = whom.user().unwrap();
    let done = accounts.set_role(by, &NOWHERE, whom, role).await;
    done.err().map(|error| ApiError::from(error).code)
}

#[tokio::test(flavor = "multi_thread")]
async fn two_owners_who_put_each_other_lower_leave_one() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let site = Site::with([("DATABASE_URL", database.url.as_str())]).await;
    let accounts = &site.studio.accounts;
    let [one, two] = two_owners(&site).await;
    for _ in 0..ROUNDS {
        let (by_one, by_two) = tokio::join!(
            set(accounts, &one, &two, Role::Member),
            set(accounts, &two, &one, Role::Member),
        );
        let fell = match (by_one, by_two) {
            (None, Some(ErrorCode::LastOwner)) => [&one, &two],
            (Some(ErrorCode::LastOwner), None) => [&two, &one],
            other => panic!("{other:?}"),
        };
        assert_eq!(set(accounts, fell[0], fell[1], Role::Owner).await, None);
    }
    site.background.shut_down().await;
    database.drop().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn who_changes_their_name_stays_suspended() {
    let Some(database) = Database::postgres().await else {
        return;
    };
    let site = Site::with([("DATABASE_URL", database.url.as_str())]).await;
    let accounts = &site.studio.accounts;
    let [one, two] = two_owners(&site).await;
    let id = two.user().unwrap();
    for round in 0..ROUNDS {
        let name = format!("Kim {round}");
        let (named, kept_out) = tokio::join!(
            accounts.change_name(&two, &name),
            accounts.suspend(&one, &NOWHERE, id, true),
        );
        named.unwrap();
        kept_out.unwrap();
        let people = accounts.people(&one).await.unwrap().people;
        let person = people.into_iter().find(|person| person.id == id).unwrap();
        assert_eq!((person.standing, person.name), (Standing::Suspended, name));
        let restored = accounts.suspend(&one, &NOWHERE, id, false);
        restored.await.unwrap();
    }
    site.background.shut_down().await;
    database.drop().await;
}
