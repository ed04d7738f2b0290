//! Accounts elsewhere that people let us use, and the keys that their tokens are sealed with.

use contract::UserId;
use store::{
    Json, Store, Time,
    accounts::{self, ConnectionRow, Refreshed},
    is_dangling,
};

use crate::{
    begin,
    support::{NOW, connection, on_every_engine, person, some_id},
};

const HOUR_S: i64 = 3_600;

async fn add_key(store: &Store, key: &str) {
    let mut tx = begin(store).await;
    accounts::add_key(&mut tx, key, b"value", NOW)
        .await
        .unwrap();
    tx.commit().await.unwrap();
}

async fn connect(store: &Store, user: UserId) -> ConnectionRow {
    let row = connection(user, "0000aaaa");
    let mut tx = begin(store).await;
    accounts::put_connection(&mut tx, &row).await.unwrap();
    tx.commit().await.unwrap();
    row
}

#[tokio::test]
async fn a_grant_is_refreshed_by_whoever_has_the_lease() {
    on_every_engine(|store| async move {
        let mara = person(&store, "mara").await;
        add_key(&store, "0000aaaa").await;
        let row = connect(&store, mara).await;
        let (mine, theirs) = (some_id(), some_id());
        let (now, until) = (NOW.plus_seconds(60), NOW.plus_seconds(150));
        let lease = async |owner, seen, now| {
            let mut tx = begin(&store).await;
            let leased = accounts::lease(&mut tx, row.id, owner, seen, now, until).await;
            tx.commit().await.unwrap();
            leased.unwrap().is_some()
        };
        assert!(lease(mine, row.expires_at, now).await);
        assert!(!lease(theirs, row.expires_at, now).await);
        // It is not due while it is leased, and again when the lease has run out.
        let mut tx = begin(&store).await;
        let horizon = NOW.plus_seconds(2 * HOUR_S);
        assert!(
            accounts::due(&mut tx, now, horizon, 9)
                .await
                .unwrap()
                .is_empty()
        );
        assert_eq!(
            accounts::due(&mut tx, until, horizon, 9)
                .await
                .unwrap()
                .len(),
            1
        );
        let scopes = Json(vec!["more".to_owned()]);
        let end = Some(Time(NOW.plus_seconds(2 * HOUR_S)));
        let brought = Refreshed {
            key_id: "0000aaaa",
            access: b"new",
            refresh: None,
            scopes: &scopes,
            expires_at: end,
        };
        assert!(
            !accounts::refreshed(&mut tx, row.id, theirs, &brought, now)
                .await
                .unwrap()
        );
        assert!(
            accounts::refreshed(&mut tx, row.id, mine, &brought, now)
                .await
                .unwrap()
        );
        tx.commit().await.unwrap();
        // Who saw the old one finds it done.
        assert!(!lease(theirs, row.expires_at, until).await);
        assert!(lease(theirs, end, until).await);
        let mut tx = begin(&store).await;
        let found = accounts::connection(&mut tx, mara, "desk").await.unwrap();
        let found = found.unwrap();
        assert_eq!(
            (found.access.as_slice(), found.refresh),
            (&b"new"[..], None)
        );
        assert_eq!(
            (found.scopes.0, found.refreshed_at),
            (scopes.0, Some(Time(now)))
        );

        // What has failed waits for its time; what has ended is never due.
        let late = NOW.plus_seconds(300);
        let failed = accounts::not_refreshed(&mut tx, row.id, theirs, "busy", late, None);
        assert!(failed.await.unwrap());
        tx.commit().await.unwrap();
        let again = connect(&store, mara).await;
        let mut tx = begin(&store).await;
        let leased = accounts::lease(&mut tx, again.id, mine, again.expires_at, now, until).await;
        assert!(leased.unwrap().is_some_and(|row| row.trouble.is_none()));
        let ended = accounts::not_refreshed(&mut tx, again.id, mine, "over", now, Some(now));
        assert!(ended.await.unwrap());
        assert!(
            accounts::due(&mut tx, late, horizon, 9)
                .await
                .unwrap()
                .is_empty()
        );
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_connection_for_each_provider_and_person() {
    on_every_engine(|store| async move {
        let (mara, eve) = (person(&store, "mara").await, person(&store, "eve").await);
        add_key(&store, "0000aaaa").await;
        connect(&store, mara).await;
        let newest = connect(&store, mara).await;
        connect(&store, eve).await;
        let mut tx = begin(&store).await;
        accounts::name_connection(&mut tx, mara, "desk", Some("Mara L."))
            .await
            .unwrap();
        let rows = accounts::connections_of(&mut tx, mara).await.unwrap();
        assert_eq!((rows.len(), rows[0].id), (1, newest.id));
        assert_eq!(rows[0].label.as_deref(), Some("Mara L."));
        assert!(
            accounts::delete_connection(&mut tx, newest.id)
                .await
                .unwrap()
        );
        assert!(
            !accounts::delete_connection(&mut tx, newest.id)
                .await
                .unwrap()
        );
        let hers = accounts::connection(&mut tx, eve, "desk").await.unwrap();
        assert!(hers.is_some_and(|row| row.label.is_none()));
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_key_stays_while_something_is_sealed_with_it() {
    on_every_engine(|store| async move {
        let mara = person(&store, "mara").await;
        let mut tx = begin(&store).await;
        let unknown = accounts::put_connection(&mut tx, &connection(mara, "0000bbbb")).await;
        assert!(is_dangling(&unknown.unwrap_err()));
        drop(tx);
        add_key(&store, "0000aaaa").await;
        add_key(&store, "0000bbbb").await;
        connect(&store, mara).await;
        let mut tx = begin(&store).await;
        assert!(!accounts::delete_key(&mut tx, "0000aaaa").await.unwrap());
        let old = accounts::sealed_otherwise(&mut tx, "0000bbbb", None, 9)
            .await
            .unwrap();
        assert_eq!(old.len(), 1);
        let resealed = accounts::reseal(&mut tx, &old[0], "0000bbbb", b"anew", None).await;
        assert!(resealed.unwrap());
        // Somebody else did meanwhile.
        let resealed = accounts::reseal(&mut tx, &old[0], "0000bbbb", b"late", None).await;
        assert!(!resealed.unwrap());
        let after = accounts::sealed_otherwise(&mut tx, "0000bbbb", None, 9)
            .await
            .unwrap();
        assert!(after.is_empty());
        assert!(accounts::delete_key(&mut tx, "0000aaaa").await.unwrap());
        let left = accounts::keys(&mut tx).await.unwrap();
        assert_eq!((left.len(), left[0].id.as_str()), (1, "0000bbbb"));
        tx.commit().await.unwrap();
    })
    .await;
}
