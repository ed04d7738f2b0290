//! Accounts elsewhere, and the way there and back.

use contract::{IdentityId, UserId};
use serde_json::json;
use store::{
    Json, Time,
    accounts::{self, DanceKey, DanceRow, IdentityRow},
    is_duplicate,
};

use crate::{
    DAY_S, begin, session,
    support::{NOW, on_every_engine, person, some_id},
};

#[tokio::test]
async fn an_identity_is_one_persons() {
    on_every_engine(|store| async move {
        let (mara, eve) = (person(&store, "mara").await, person(&store, "eve").await);
        let row = |user: UserId, subject: &str| IdentityRow {
            id: IdentityId(some_id()),
            user_id: user,
            provider: "sso".to_owned(),
            subject: subject.to_owned(),
            email: None,
            created_at: Time(NOW),
            used_at: None,
        };
        let first = row(mara, "m-1");
        let mut tx = begin(&store).await;
        accounts::add_identity(&mut tx, &first).await.unwrap();
        accounts::add_identity(&mut tx, &row(mara, "m-2"))
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let mut tx = begin(&store).await;
        let taken = accounts::add_identity(&mut tx, &row(eve, "m-1")).await;
        assert!(is_duplicate(&taken.unwrap_err()));
        drop(tx);

        let mut tx = begin(&store).await;
        let later = NOW.plus_seconds(60);
        accounts::touch_identity(&mut tx, first.id, Some("m@example.org"), later)
            .await
            .unwrap();
        let found = accounts::identity(&mut tx, "sso", "m-1").await.unwrap();
        let found = found.unwrap();
        assert_eq!((found.user_id, found.used_at), (mara, Some(Time(later))));
        assert_eq!(found.email.as_deref(), Some("m@example.org"));
        let elsewhere = accounts::identity(&mut tx, "google", "m-1").await.unwrap();
        assert!(elsewhere.is_none());
        assert!(
            !accounts::delete_identity(&mut tx, eve, first.id)
                .await
                .unwrap()
        );
        assert!(
            accounts::delete_identity(&mut tx, mara, first.id)
                .await
                .unwrap()
        );
        assert_eq!(
            accounts::identities_of(&mut tx, mara).await.unwrap().len(),
            1
        );
        tx.commit().await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_dance_is_taken_once_by_all_three_of_its_keys_and_ends_with_its_session() {
    on_every_engine(|store| async move {
        let mara = person(&store, "mara").await;
        let open = session(&store, mara, b"token", DAY_S).await;
        let key = |state: &'static [u8], browser: &'static [u8], provider: &'static str| DanceKey {
            state_hash: state,
            browser_hash: browser,
            provider,
        };
        let row = |session_id| DanceRow {
            dance: Json(json!({"nonce": "n"})),
            session_id,
            invite_hash: Some(b"invite".to_vec()),
            next: "/facts".to_owned(),
            expires_at: Time(NOW.plus_seconds(60)),
        };
        let mut tx = begin(&store).await;
        for (state, session_id) in [(&b"one"[..], None), (b"two", Some(open.0)), (b"old", None)] {
            let key = DanceKey {
                state_hash: state,
                browser_hash: b"mine",
                provider: "sso",
            };
            accounts::add_dance(&mut tx, &key, &row(session_id))
                .await
                .unwrap();
        }
        for wrong in [
            key(b"one", b"theirs", "sso"),
            key(b"one", b"mine", "google"),
            key(b"none", b"mine", "sso"),
        ] {
            assert!(
                accounts::take_dance(&mut tx, &wrong, NOW)
                    .await
                    .unwrap()
                    .is_none()
            );
        }
        let mine = key(b"one", b"mine", "sso");
        let late = accounts::take_dance(&mut tx, &mine, NOW.plus_seconds(60)).await;
        assert!(late.unwrap().is_none());
        let taken = accounts::take_dance(&mut tx, &mine, NOW)
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (taken.dance.0, taken.next.as_str()),
            (json!({"nonce": "n"}), "/facts")
        );
        assert_eq!(taken.invite_hash.as_deref(), Some(&b"invite"[..]));
        assert!(
            accounts::take_dance(&mut tx, &mine, NOW)
                .await
                .unwrap()
                .is_none()
        );

        assert_eq!(
            accounts::user_of_session(&mut tx, open).await.unwrap(),
            Some(mara)
        );
        accounts::end_session(&mut tx, mara, open).await.unwrap();
        assert_eq!(
            accounts::user_of_session(&mut tx, open).await.unwrap(),
            None
        );
        let two = key(b"two", b"mine", "sso");
        assert!(
            accounts::take_dance(&mut tx, &two, NOW)
                .await
                .unwrap()
                .is_none()
        );
        accounts::forget_expired_dances(&mut tx, NOW.plus_seconds(60))
            .await
            .unwrap();
        let old = key(b"old", b"mine", "sso");
        assert!(
            accounts::take_dance(&mut tx, &old, NOW)
                .await
                .unwrap()
                .is_none()
        );
        tx.commit().await.unwrap();
    })
    .await;
}
