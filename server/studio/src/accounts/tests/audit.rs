//! The log of who did what.

use super::{Fixture, origin};

#[tokio::test]
async fn the_log_says_who_did_what_page_by_page() {
    let it = Fixture::new().await;
    let owner = it.set_up().await;
    let actor = it.is(&owner).await;
    for _ in 0..120 {
        it.pass(1);
        it.accounts
            .end_other_sessions(&actor, &origin())
            .await
            .expect("ended");
    }
    let first = it.accounts.audit(&actor, None).await.expect("a page");
    let last = first.last().expect("lines");
    let second = it
        .accounts
        .audit(&actor, Some(last.id))
        .await
        .expect("a page");
    assert_eq!((first.len(), second.len()), (100, 22));
    assert!(second.iter().all(|act| act.at <= last.at));
    assert!(second.iter().any(|act| act.act == "owner_link.make"));
    assert_eq!(first[0].name.as_deref(), Some("Nora"));
}
