//! Answers that end before their time, stopped, failed or killed: they keep their words and can be
//! gone on with.

use contract::{ApiError, ErrorCode, chat::RunState, live::Topic};
use studio::Actor;
use tokio_util::sync::CancellationToken;

use crate::room::{Room, text};

#[tokio::test]
async fn a_stopped_answer_keeps_its_words_and_another_takes_a_place_beside_it() {
    let room = Room::open().await;
    let say = room.model.microphone();
    let (conversation, answer) = room.ask("Hello?").await;
    let run = answer.run.unwrap();
    say.send(text("Half a sen")).unwrap();
    let mut connection = room.studio.live.connect(&room.mara());
    connection.subscribe(Topic::Run(run.id), Some(run.cursor));
    while !connection.next().await.unwrap().contains("Half a sen") {}
    room.studio.chat.stop(&room.mara(), run.id).await.unwrap();
    let stopped = room.follow(&run).await;
    assert_eq!(stopped.state, RunState::Stopped);
    assert!(stopped.blocks.concat().contains("Half a sen"));

    let say = room.model.microphone();
    let again = room.studio.chat.retry(&room.mara(), run.id).await.unwrap();
    assert_eq!(again.versions, [answer.id, again.id]);
    // A second click.
    let twice = room.studio.chat.retry(&room.mara(), run.id).await;
    assert_eq!(ApiError::from(twice.unwrap_err()).code, ErrorCode::Conflict);
    say.send(text("A whole one.")).unwrap();
    drop(say);
    room.follow(&again.run.unwrap()).await;
    let last = room.answer(conversation).await;
    assert!(
        last.blocks.concat().contains("A whole one.") && !last.blocks.concat().contains("Half")
    );
    let before = room.studio.chat.message(&room.mara(), answer.id).await;
    assert!(
        before
            .unwrap()
            .run
            .unwrap()
            .blocks
            .concat()
            .contains("Half a sen")
    );
}

#[tokio::test]
async fn what_fails_says_why_and_keeps_its_words() {
    let room = Room::open().await;
    let conversation = room.fail_behind("So far").await;
    let run = room.answer(conversation).await;
    assert_eq!(run.state, RunState::Failed);
    assert_eq!(
        run.error,
        Some(ApiError::new(
            ErrorCode::ModelTimeout,
            "The model fell silent."
        ))
    );
    assert!(run.blocks.concat().contains("So far"));
}

#[tokio::test]
async fn a_killed_process_comes_back_with_the_text_and_goes_on_behind_it() {
    let mut room = Room::open().await;
    let say = room.model.microphone();
    let (conversation, answer) = room.ask("Hello?").await;
    let run = answer.run.unwrap();
    say.send(text("Before it.\n\nThe first half,")).unwrap();
    let mut connection = room.studio.live.connect(&room.mara());
    connection.subscribe(Topic::Run(run.id), Some(run.cursor));
    while !connection.next().await.unwrap().contains("first half") {}
    // One round of the keeper stores what there is.
    let closing = CancellationToken::new();
    closing.cancel();
    room.studio
        .chat
        .clone()
        .keep(Actor::System, closing)
        .await
        .unwrap();

    room.restart().await;
    let cut = room.answer(conversation).await;
    assert_eq!(cut.state, RunState::Interrupted);
    assert!(cut.blocks.concat().contains("The first half,"));

    let say = room.model.microphone();
    let resumed = room.studio.chat.resume(&room.mara(), cut.id).await.unwrap();
    say.send(text(" and the second.")).unwrap();
    drop(say);
    let followed = room.follow(&resumed.run.unwrap()).await;
    let whole = room.answer(conversation).await;
    assert_eq!(whole.state, RunState::Done);
    assert_eq!(followed.blocks, whole.blocks);
    assert!(
        whole
            .blocks
            .concat()
            .contains("The first half, and the second.")
    );
    assert_eq!(
        room.model.prompts.lock().unwrap().last().unwrap().written,
        "Before it.\n\nThe first half,"
    );
}

#[tokio::test]
async fn a_continuation_that_is_stopped_at_once_keeps_the_text() {
    let room = Room::open().await;
    let conversation = room.fail_behind("The first half,").await;
    let mut last = room.answer(conversation).await;
    for _ in 0..5 {
        let _silent = room.model.microphone();
        let resumed = room.studio.chat.resume(&room.mara(), last.id).await;
        let run = resumed.unwrap().run.unwrap();
        room.studio.chat.stop(&room.mara(), run.id).await.unwrap();
        room.studio.chat.idle().await;
        last = room.answer(conversation).await;
        assert_eq!(last.state, RunState::Stopped);
        assert!(last.blocks.concat().contains("The first half,"));
    }
}
