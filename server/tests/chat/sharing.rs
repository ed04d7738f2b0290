//! A conversation is read by whoever has the link, as it was when it was shared, until that is taken back.

use contract::{ApiError, ErrorCode, UserId};
use studio::Actor;

use crate::room::{Room, actor, draft};

#[tokio::test]
async fn readers_see_what_was_said_until_it_was_shared() {
    let room = Room::open().await;
    let chat = &room.studio.chat;
    let id = room
        .say(draft("a", "How loud?"), "Quite **loud**.")
        .await
        .conversation;
    assert_eq!(chat.sharing(&room.mara(), id).await.unwrap(), None);
    let share = chat.share(&room.mara(), id, "Mara Ellis").await.unwrap();
    let read = async || chat.shared(&Actor::Anonymous, &share.key).await;
    let view = read().await.unwrap();
    assert_eq!(
        (view.signed.as_str(), view.title.as_str()),
        ("Mara Ellis", "How loud?")
    );
    assert_eq!(view.messages.len(), 2);
    assert_eq!(view.messages[0].text, "How loud?");
    assert!(
        view.messages[1]
            .blocks
            .concat()
            .contains("<strong>loud</strong>")
    );

    let mut goes_on = draft("b", "A secret?");
    goes_on.conversation = Some(id);
    room.say(goes_on, "Yes.").await;
    assert_eq!(read().await.unwrap().messages.len(), 2);
    let now = chat.sharing(&room.mara(), id).await.unwrap().unwrap();
    assert!(!now.is_current && now.key == share.key);
    // Shared again, the same link shows more.
    let again = chat.share(&room.mara(), id, "Mara Ellis").await.unwrap();
    assert_eq!(again.key, share.key);
    assert_eq!(read().await.unwrap().messages.len(), 4);

    chat.unshare(&room.mara(), id).await.unwrap();
    let gone = read().await.unwrap_err();
    assert_eq!(ApiError::from(gone).code, ErrorCode::NotFound);
    // A new link is another one; it goes with its conversation.
    let fresh = chat.share(&room.mara(), id, "Mara Ellis").await.unwrap();
    assert_ne!(fresh.key, share.key);
    chat.delete(&room.mara(), id).await.unwrap();
    let gone = chat
        .shared(&Actor::Anonymous, &fresh.key)
        .await
        .unwrap_err();
    assert_eq!(ApiError::from(gone).code, ErrorCode::NotFound);
}

#[tokio::test]
async fn nobody_shares_what_is_anothers() {
    let room = Room::open().await;
    let (chat, other) = (&room.studio.chat, actor(UserId(uuid::Uuid::nil())));
    let id = room
        .say(draft("a", "How loud?"), "Quite.")
        .await
        .conversation;
    let errors: Vec<ApiError> = vec![
        chat.share(&other, id, "Eve").await.unwrap_err().into(),
        chat.sharing(&other, id).await.unwrap_err().into(),
        chat.unshare(&other, id).await.unwrap_err().into(),
        chat.export(&other, id).await.unwrap_err().into(),
        chat.shelve(&other, id, contract::chat::Shelf::Archive)
            .await
            .unwrap_err()
            .into(),
        chat.shared(&other, "").await.unwrap_err().into(),
    ];
    assert!(
        errors.iter().all(|error| error.code == ErrorCode::NotFound),
        "{errors:?}"
    );
}
