//! Another person's conversation, answer and run are not found, whatever is asked of them.

use contract::{ApiError, ErrorCode, RunId, UserId, chat::Draft, live::Topic};
use studio::Actor;

use crate::room::{Room, actor, draft};

#[tokio::test]
async fn what_is_anothers_is_not_found() {
    let room = Room::open().await;
    let _say = room.model.microphone();
    let (conversation, answer) = room.ask("Hello?").await;
    let (chat, other) = (&room.studio.chat, actor(UserId(uuid::Uuid::nil())));
    let run = answer.run.unwrap().id;
    let errors: Vec<ApiError> = vec![
        chat.open(&other, conversation).await.unwrap_err().into(),
        chat.message(&other, answer.id).await.unwrap_err().into(),
        chat.rename(&other, conversation, "Mine")
            .await
            .unwrap_err()
            .into(),
        chat.delete(&other, conversation).await.unwrap_err().into(),
        chat.stop(&other, run).await.unwrap_err().into(),
        chat.retry(&other, run).await.unwrap_err().into(),
        chat.choose(&other, answer.id).await.unwrap_err().into(),
        chat.send(
            &other,
            Draft {
                conversation: Some(conversation),
                ..draft("k", "Hi")
            },
        )
        .await
        .unwrap_err()
        .into(),
        chat.send(
            &room.mara(),
            Draft {
                attachments: vec![contract::chat::DraftAttachment {
                    asset: contract::AssetId(uuid::Uuid::nil()),
                    side: contract::media::Side::A,
                }],
                ..draft("with a file", "Hi")
            },
        )
        .await
        .unwrap_err()
        .into(),
        room.studio
            .may_follow(&other, Topic::Run(run))
            .await
            .unwrap_err(),
        room.studio
            .may_follow(&other, Topic::User(room.mara))
            .await
            .unwrap_err(),
        chat.stop(&other, RunId(uuid::Uuid::nil()))
            .await
            .unwrap_err()
            .into(),
    ];
    for error in errors {
        assert_eq!(error.code, ErrorCode::NotFound);
    }
    // Nobody is asked to sign in, whatever they ask for.
    let nobody = chat.open(&Actor::Anonymous, conversation).await;
    let error: ApiError = nobody.unwrap_err().into();
    assert_eq!(error.code, ErrorCode::SignedOut);
    assert!(chat.list(&other, None).await.unwrap().is_empty());
}
