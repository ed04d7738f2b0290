//! People, sessions, links and the audit log, on both engines.
#![allow(clippy::unwrap_used)]

mod connections;
mod identities;
#[path = "../support/mod.rs"]
mod support;

use contract::{InviteId, SessionId, TokenId, UserId, accounts::Scope};
use serde_json::json;
use store::{
    Json, Store, Time, Tx, Viewer,
    accounts::{self, Act, InviteRow, NewSession, TokenRow, UserRow},
    is_duplicate,
};
use support::{NOW, on_every_engine, person, some_id};

const DAY_S: i64 = 86_400;

async fn begin(store: &Store) -> Tx {
    store.begin(Viewer::System).await.unwrap()
}

fn user(name: &str, email: &str, role: &str) -> UserRow {
    UserRow {
        id: some_id(),
        name: name.to_owned(),
        email: email.to_owned(),
        role: role.to_owned(),
        password_hash: "$argon2id$".to_owned(),
        standing: "active".to_owned(),
        created_at: NOW,
    }
}

async fn session(store: &Store, user: UserId, token: &[u8], expires_in_s: i64) -> SessionId {
    let id = SessionId(some_id());
    let mut tx = begin(store).await;
    let session = NewSession {
        id,
        user,
        token_hash: token,
        address: "192.0.2.1",
        user_agent: "Firefox",
        now: NOW,
        expires_at: NOW.plus_seconds(expires_in_s),
    };
    accounts::add_session(&mut tx, &session).await.unwrap();
    tx.commit().await.unwrap();
    id
}

#[tokio::test]
async fn people_are_found_by_their_address_and_have_it_alone() {
    on_every_engine(|store| async move {
        let mara = user("Mara", "Mara@Example.org", "owner");
        let mut tx = begin(&store).await;
        assert!(accounts::owner(&mut tx).await.unwrap().is_none());
        accounts::add_user(&mut tx, &mara, "mara@example.org")
            .await
            .unwrap();
        tx.commit().await.unwrap();

        let mut tx = begin(&store).await;
        let found = accounts::user_by_email(&mut tx, "mara@example.org")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.id, found.email.as_str()),
            (mara.id, "Mara@Example.org")
        );
        assert_eq!(accounts::owner(&mut tx).await.unwrap().unwrap().id, mara.id);
        assert!(
            accounts::user_by_email(&mut tx, "Mara@Example.org")
                .await
                .unwrap()
                .is_none()
        );
        let other = user("Other", "mara@example.org", "member");
        assert!(is_duplicate(
            &accounts::add_user(&mut tx, &other, "mara@example.org")
                .await
                .unwrap_err()
        ));
        drop(tx);

        let mut tx = begin(&store).await;
        let renamed = UserRow {
            email: "m@example.org".to_owned(),
            ..mara.clone()
        };
        accounts::change_user(&mut tx, &renamed, "m@example.org")
            .await
            .unwrap();
        assert!(
            accounts::user_by_email(&mut tx, "m@example.org")
                .await
                .unwrap()
                .is_some()
        );
    })
    .await;
}

#[tokio::test]
async fn sessions_are_found_by_token_slide_and_end() {
    on_every_engine(|store| async move {
        let (mara, eve) = (person(&store, "mara").await, person(&store, "eve").await);
        let first = session(&store, mara, b"one", DAY_S).await;
        let second = session(&store, mara, b"two", DAY_S).await;
        let eves = session(&store, eve, b"three", 0).await;

        let mut tx = begin(&store).await;
        let found = accounts::session_by_token(&mut tx, b"one")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.id, found.user_id, found.name.as_str()),
            (first.0, mara.0, "mara")
        );
        let later = NOW.plus_seconds(60);
        accounts::touch_session(&mut tx, first, later, later.plus_seconds(DAY_S))
            .await
            .unwrap();
        let found = accounts::session_by_token(&mut tx, b"one")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.seen_at.0, found.expires_at.0),
            (later, later.plus_seconds(DAY_S))
        );

        accounts::forget_expired_sessions(&mut tx, NOW)
            .await
            .unwrap();
        assert!(
            accounts::session_by_token(&mut tx, b"three")
                .await
                .unwrap()
                .is_none()
        );
        assert!(!accounts::end_session(&mut tx, eve, eves).await.unwrap());
        // Nobody ends another's.
        assert!(!accounts::end_session(&mut tx, eve, first).await.unwrap());
        let ended = accounts::end_sessions_of(&mut tx, mara, Some(first));
        assert_eq!(ended.await.unwrap(), [second]);
        let ended = accounts::end_sessions_of(&mut tx, mara, None);
        assert_eq!(ended.await.unwrap(), [first]);
        assert!(
            accounts::session_by_token(&mut tx, b"two")
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn a_link_opens_once_until_it_is_old_or_replaced() {
    on_every_engine(|store| async move {
        let mut tx = begin(&store).await;
        let tomorrow = NOW.plus_seconds(DAY_S);
        accounts::replace_links(&mut tx, b"old", NOW, tomorrow)
            .await
            .unwrap();
        accounts::replace_links(&mut tx, b"new", NOW, tomorrow)
            .await
            .unwrap();
        assert!(!accounts::link_is_good(&mut tx, b"old", NOW).await.unwrap());
        assert!(accounts::link_is_good(&mut tx, b"new", NOW).await.unwrap());
        assert!(
            !accounts::link_is_good(&mut tx, b"new", tomorrow)
                .await
                .unwrap()
        );
        assert!(!accounts::use_link(&mut tx, b"new", tomorrow).await.unwrap());
        assert!(accounts::use_link(&mut tx, b"new", NOW).await.unwrap());
        assert!(!accounts::use_link(&mut tx, b"new", NOW).await.unwrap());
        assert!(!accounts::link_is_good(&mut tx, b"new", NOW).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn acts_are_kept_in_order_and_undone_with_their_unit() {
    on_every_engine(|store| async move {
        let mara = person(&store, "mara").await;
        for (number, keep) in [(1, true), (2, false), (3, true)] {
            let mut tx = begin(&store).await;
            let at = NOW.plus_seconds(number);
            let act = Act {
                id: store::new_id(at),
                at,
                user: Some(mara),
                act: "session.begin",
                target: &number.to_string(),
                address: "192.0.2.1",
                detail: json!({ "number": number }),
            };
            accounts::record(&mut tx, &act).await.unwrap();
            if keep {
                tx.commit().await.unwrap();
            }
        }
        let mut read = store.read(Viewer::System).await.unwrap();
        let acts = accounts::acts(&mut read, None, 10).await.unwrap();
        let targets: Vec<_> = acts.iter().map(|act| act.target.as_str()).collect();
        assert_eq!(targets, ["3", "1"]);
        assert_eq!(acts[0].name.as_deref(), Some("mara"));
        let older = accounts::acts(&mut read, Some(acts[0].id.into()), 10)
            .await
            .unwrap();
        assert_eq!(older.len(), 1);
        assert_eq!(
            (acts[0].user_id, &acts[0].detail.0),
            (Some(mara.0), &json!({ "number": 3 }))
        );
    })
    .await;
}

#[tokio::test]
async fn an_invitation_is_good_once_while_its_host_is() {
    on_every_engine(|store| async move {
        let mara = person(&store, "mara").await;
        let tomorrow = NOW.plus_seconds(DAY_S);
        let invite = InviteRow {
            id: InviteId(some_id()),
            role: "member".to_owned(),
            note: "Kim".to_owned(),
            user_id: mara,
            invited_by: String::new(),
            created_at: NOW,
            expires_at: tomorrow,
        };
        let mut tx = begin(&store).await;
        accounts::add_invite(&mut tx, &invite, b"key")
            .await
            .unwrap();
        let found = accounts::invite_by_key(&mut tx, b"key", NOW).await.unwrap();
        assert_eq!(found.unwrap().invited_by, "mara");
        assert!(
            accounts::invite_by_key(&mut tx, b"key", tomorrow)
                .await
                .unwrap()
                .is_none()
        );
        assert_eq!(accounts::invites(&mut tx, NOW).await.unwrap().len(), 1);

        let mut host = accounts::user(&mut tx, mara).await.unwrap().unwrap();
        let key = host.email.clone();
        host.standing = "suspended".to_owned();
        accounts::change_user(&mut tx, &host, &key).await.unwrap();
        assert!(
            accounts::invite_by_key(&mut tx, b"key", NOW)
                .await
                .unwrap()
                .is_none()
        );
        host.standing = "active".to_owned();
        accounts::change_user(&mut tx, &host, &key).await.unwrap();

        assert!(accounts::take_invite(&mut tx, invite.id).await.unwrap());
        assert!(!accounts::take_invite(&mut tx, invite.id).await.unwrap());
    })
    .await;
}

#[tokio::test]
async fn a_token_is_its_persons_and_goes_with_them() {
    on_every_engine(|store| async move {
        let (mara, eve) = (person(&store, "mara").await, person(&store, "eve").await);
        let token = TokenRow {
            id: TokenId(some_id()),
            user_id: mara,
            role: String::new(),
            name: "backup".to_owned(),
            ends_in: "f4c2".to_owned(),
            scopes: Json(vec![Scope::ChatRead, Scope::MediaWrite]),
            created_at: Time(NOW),
            expires_at: Some(Time(NOW.plus_seconds(DAY_S))),
            used_at: None,
        };
        let mut tx = begin(&store).await;
        accounts::add_token(&mut tx, &token, b"hash").await.unwrap();
        accounts::touch_token(&mut tx, token.id, NOW).await.unwrap();
        let found = accounts::token_by_hash(&mut tx, b"hash")
            .await
            .unwrap()
            .unwrap();
        assert_eq!(
            (found.role.as_str(), found.scopes.0, found.used_at),
            ("member", token.scopes.0.clone(), Some(Time(NOW)))
        );
        assert!(
            !accounts::delete_token(&mut tx, eve, token.id)
                .await
                .unwrap()
        );
        assert!(accounts::tokens_of(&mut tx, eve).await.unwrap().is_empty());
        assert!(accounts::delete_user(&mut tx, mara).await.unwrap());
        assert!(
            accounts::token_by_hash(&mut tx, b"hash")
                .await
                .unwrap()
                .is_none()
        );
    })
    .await;
}

#[tokio::test]
async fn who_is_signed_in_was_last_seen() {
    on_every_engine(|store| async move {
        let (mara, eve) = (person(&store, "mara").await, person(&store, "eve").await);
        session(&store, mara, b"one", DAY_S).await;
        session(&store, mara, b"two", DAY_S).await;
        session(&store, eve, b"three", -1).await;
        let mut read = store.read(Viewer::System).await.unwrap();
        assert_eq!(
            accounts::last_seen(&mut read, NOW).await.unwrap(),
            [(mara, NOW)]
        );
        assert_eq!(
            accounts::sessions_of(&mut read, mara, NOW)
                .await
                .unwrap()
                .len(),
            2
        );
        assert!(
            accounts::sessions_of(&mut read, eve, NOW)
                .await
                .unwrap()
                .is_empty()
        );
    })
    .await;
}
