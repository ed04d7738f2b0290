//! From a question to the last word of its answer: sent once, and each word shown once.

use contract::chat::RunState;

use crate::room::{Room, draft, text};

#[tokio::test]
async fn a_page_and_the_log_behind_it_give_every_word_once() {
    let room = Room::open().await;
    let say = room.model.microphone();
    let (conversation, started) = room.ask("Hello?").await;
    let early = started.run.unwrap();
    let words: Vec<String> = (0..200)
        .map(|n| format!("word{n} {}", if n % 20 == 19 { "\n\n" } else { "" }))
        .collect();
    let mut views = vec![early];
    for word in &words {
        say.send(text(word)).unwrap();
        tokio::task::yield_now().await;
        views.push(room.answer(conversation).await);
    }
    drop(say);
    let ends = futures::future::join_all(views.iter().map(|view| room.follow(view))).await;
    let last = room.answer(conversation).await;
    assert_eq!(last.state, RunState::Done);
    assert_eq!(last.blocks.len(), 10);
    for end in ends {
        assert_eq!(
            (end.state, &end.blocks, end.tail.as_str()),
            (RunState::Done, &last.blocks, "")
        );
    }
}

#[tokio::test]
async fn sending_twice_is_sending_once() {
    let room = Room::open().await;
    drop(room.model.microphone());
    let first = room
        .studio
        .chat
        .send(&room.mara(), draft("key", "Hello?"))
        .await
        .unwrap();
    let again = room
        .studio
        .chat
        .send(&room.mara(), draft("key", "Hello?"))
        .await
        .unwrap();
    assert_eq!(first.message.id, again.message.id);
    assert_eq!(first.answer.id, again.answer.id);
    assert_eq!(
        room.studio
            .chat
            .list(&room.mara(), None)
            .await
            .unwrap()
            .len(),
        1
    );
}
