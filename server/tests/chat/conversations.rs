//! The list of conversations: found by what was said, renamed, deleted.

use crate::room::Room;

#[tokio::test]
async fn conversations_are_found_by_what_was_said() {
    let room = Room::open().await;
    for question in ["Is 100% too loud?", "Is 99% too loud?"] {
        drop(room.model.microphone());
        room.ask(question).await;
        room.studio.chat.idle().await;
    }
    let found = |words: &'static str| {
        let (chat, mara) = (room.studio.chat.clone(), room.mara());
        async move { chat.list(&mara, Some(words)).await.unwrap().len() }
    };
    assert_eq!(found("TOO LOUD").await, 2);
    assert_eq!(found("100%").await, 1);
    assert_eq!(found("1_0").await, 0);
    assert_eq!(found(" ").await, 2);
}

#[tokio::test]
async fn a_title_that_a_person_gave_stays_and_a_deleted_conversation_is_gone() {
    let room = Room::open().await;
    drop(room.model.microphone());
    let (conversation, _) = room.ask("Hello?").await;
    room.studio.chat.idle().await;
    room.studio
        .chat
        .rename(&room.mara(), conversation, " Ferry \n mix ")
        .await
        .unwrap();
    assert_eq!(
        room.studio
            .chat
            .open(&room.mara(), conversation)
            .await
            .unwrap()
            .title,
        "Ferry   mix"
    );
    room.studio
        .chat
        .delete(&room.mara(), conversation)
        .await
        .unwrap();
    assert!(
        room.studio
            .chat
            .open(&room.mara(), conversation)
            .await
            .is_err()
    );
}
