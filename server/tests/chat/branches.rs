//! Nothing is lost by saying it differently: every version of a question or an answer is kept, and one goes from
//! branch to branch.

use contract::{
    ApiError, ConversationId, ErrorCode, MessageId,
    chat::{Author, Draft, MessageView, RunState, Sent},
    live::{Event, Frame, Topic},
};
use studio::chat::Turn;

use crate::room::{Room, draft, text};

impl Room {
    /// Says this in a conversation and hears this.
    pub(crate) async fn say(&self, draft: Draft, answer: &str) -> Sent {
        let say = self.model.microphone();
        let sent = self.studio.chat.send(&self.mara(), draft).await.unwrap();
        say.send(text(answer)).unwrap();
        drop(say);
        self.follow(sent.answer.run.as_ref().unwrap()).await;
        sent
    }

    /// What is shown, by words.
    pub(crate) async fn shown(&self, conversation: ConversationId) -> Vec<String> {
        let view = self.studio.chat.open(&self.mara(), conversation).await;
        let words = |message: MessageView| match message.run {
            Some(run) => run
                .blocks
                .concat()
                .replace("<p class=\"prose\">", "")
                .replace("</p>", "")
                .trim()
                .to_owned(),
            None => message.text,
        };
        view.unwrap().messages.into_iter().map(words).collect()
    }

    fn asked_last(&self) -> Vec<Turn> {
        self.model
            .prompts
            .lock()
            .unwrap()
            .last()
            .unwrap()
            .turns
            .clone()
    }
}

fn goes_on(conversation: ConversationId, words: &str) -> Draft {
    Draft {
        conversation: Some(conversation),
        ..draft(words, words)
    }
}

pub(crate) fn instead(conversation: ConversationId, of: MessageId, words: &str) -> Draft {
    Draft {
        replaces: Some(of),
        ..goes_on(conversation, words)
    }
}

fn turn(author: Author, text: &str) -> Turn {
    Turn {
        author,
        text: text.to_owned(),
    }
}

#[tokio::test]
async fn an_edited_question_begins_a_branch_and_both_are_kept() {
    let room = Room::open().await;
    let chat = &room.studio.chat;
    let first = room.say(draft("a", "How loud?"), "Quite loud.").await;
    let id = first.conversation;
    let second = room.say(goes_on(id, "And the bass?"), "Thin.").await;
    assert!(second.message.versions.is_empty());

    let edited = room
        .say(instead(id, second.message.id, "And the voice?"), "Clear.")
        .await;
    assert_eq!(
        edited.message.versions,
        [second.message.id, edited.message.id]
    );
    assert_eq!(
        room.shown(id).await,
        ["How loud?", "Quite loud.", "And the voice?", "Clear."]
    );
    // The model knows nothing of the other branch.
    use Author::{Assistant, Person};
    assert_eq!(
        room.asked_last(),
        [
            turn(Person, "How loud?"),
            turn(Assistant, "Quite loud."),
            turn(Person, "And the voice?")
        ]
    );

    let back = chat.choose(&room.mara(), second.message.id).await.unwrap();
    assert_eq!(
        back.messages[2].versions,
        [second.message.id, edited.message.id]
    );
    assert_eq!(
        room.shown(id).await,
        ["How loud?", "Quite loud.", "And the bass?", "Thin."]
    );
    // What is said now goes on from what is shown.
    room.say(goes_on(id, "Why?"), "It is cut.").await;
    assert_eq!(room.asked_last().len(), 5);
    // The very first can be said differently, too, and each branch is remembered as far as it went.
    room.say(instead(id, first.message.id, "How wide?"), "Narrow.")
        .await;
    assert_eq!(room.shown(id).await, ["How wide?", "Narrow."]);
    chat.choose(&room.mara(), first.message.id).await.unwrap();
    assert_eq!(room.shown(id).await.last().unwrap(), "It is cut.");
}

#[tokio::test]
async fn another_answer_stands_beside_the_first() {
    let room = Room::open().await;
    let first = room.say(draft("a", "How loud?"), "Quite loud.").await;
    let id = first.conversation;
    let say = room.model.microphone();
    let run = first.answer.run.unwrap().id;
    let mut tab = room.studio.live.connect(&room.mara());
    tab.subscribe(Topic::Conversation(id), None);
    let again = room.studio.chat.retry(&room.mara(), run).await.unwrap();
    assert_eq!(again.versions, [first.answer.id, again.id]);
    // Other tabs hear of it.
    loop {
        let frame: Frame = serde_json::from_str(&tab.next().await.unwrap()).unwrap();
        if let Frame::Event { event, .. } = frame {
            assert_eq!(*event, Event::Branched { leaf: again.id });
            break;
        }
    }
    say.send(text("Louder than most.")).unwrap();
    drop(say);
    room.follow(again.run.as_ref().unwrap()).await;
    assert_eq!(room.shown(id).await, ["How loud?", "Louder than most."]);
    assert_eq!(room.asked_last(), [turn(Author::Person, "How loud?")]);
    let view = room.studio.chat.choose(&room.mara(), first.answer.id).await;
    assert_eq!(
        view.unwrap().messages[1].run.as_ref().unwrap().state,
        RunState::Done
    );
    assert_eq!(room.shown(id).await, ["How loud?", "Quite loud."]);
}

#[tokio::test]
async fn an_answer_goes_on_while_one_looks_at_another_branch() {
    let room = Room::open().await;
    let first = room.say(draft("a", "How loud?"), "Quite loud.").await;
    let say = room.model.microphone();
    let run = first.answer.run.unwrap().id;
    let again = room.studio.chat.retry(&room.mara(), run).await.unwrap();
    say.send(text("Half ")).unwrap();
    room.studio
        .chat
        .choose(&room.mara(), first.answer.id)
        .await
        .unwrap();
    say.send(text("and half.")).unwrap();
    drop(say);
    room.follow(again.run.as_ref().unwrap()).await;
    assert_eq!(
        room.shown(first.conversation).await,
        ["How loud?", "Quite loud."]
    );
    room.studio
        .chat
        .choose(&room.mara(), again.id)
        .await
        .unwrap();
    assert_eq!(
        room.shown(first.conversation).await,
        ["How loud?", "Half and half."]
    );
}

#[tokio::test]
async fn what_failed_before_its_first_word_is_written_in_the_same_place() {
    let room = Room::open().await;
    let conversation = room.fail_behind("").await;
    let failed = room.answer(conversation).await;
    let say = room.model.microphone();
    let again = room
        .studio
        .chat
        .retry(&room.mara(), failed.id)
        .await
        .unwrap();
    assert!(again.versions.is_empty());
    say.send(text("There.")).unwrap();
    drop(say);
    room.follow(again.run.as_ref().unwrap()).await;
    assert_eq!(room.shown(conversation).await, ["Hello?", "There."]);
}

#[tokio::test]
async fn only_ones_own_words_are_said_differently_and_only_where_they_were_said() {
    let room = Room::open().await;
    let first = room.say(draft("a", "How loud?"), "Quite loud.").await;
    let other = room.say(draft("b", "How wide?"), "Narrow.").await;
    for (of, words) in [
        (first.answer.id, "I am the model"),
        (other.message.id, "Elsewhere"),
    ] {
        let refused = room
            .studio
            .chat
            .send(&room.mara(), instead(first.conversation, of, words))
            .await;
        assert_eq!(
            ApiError::from(refused.unwrap_err()).code,
            ErrorCode::NotFound
        );
    }
    // It has no conversation to be in.
    let lost = Draft {
        replaces: Some(first.message.id),
        ..draft("c", "Nowhere")
    };
    let refused = room.studio.chat.send(&room.mara(), lost).await;
    assert_eq!(
        ApiError::from(refused.unwrap_err()).code,
        ErrorCode::NotFound
    );
    assert_eq!(
        room.shown(first.conversation).await,
        ["How loud?", "Quite loud."]
    );
}
