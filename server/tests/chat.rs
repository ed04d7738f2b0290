//! Answers outlive requests, tabs and processes.
#![allow(clippy::unwrap_used)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use contract::{
    ApiError, ConversationId, ErrorCode, RunId, SessionId, Timestamp, UserId,
    accounts::Role,
    chat::{Draft, MessageView, RunState, RunView},
    live::{Event, Frame, Topic},
};
use futures::{StreamExt, stream::BoxStream};
use store::Store;
use studio::{
    Actor, Clock, Origin, Parts, Studio, Time,
    chat::{LanguageModel, ModelError, Piece, Prompt},
    media::Limits,
};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A clock that moves a second each time it is asked.
struct Ticking(AtomicI64);

impl Time for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A model that says what the test hands it, when the test hands it.
#[derive(Default)]
struct Dictated {
    prompts: Mutex<Vec<Prompt>>,
    pieces: Mutex<Option<mpsc::UnboundedReceiver<Result<Piece, ModelError>>>>,
}

impl Dictated {
    fn microphone(&self) -> mpsc::UnboundedSender<Result<Piece, ModelError>> {
        let (say, hear) = mpsc::unbounded_channel();
        *self.pieces.lock().unwrap() = Some(hear);
        say
    }
}

impl LanguageModel for Dictated {
    fn name(&self) -> &str {
        "Dictated"
    }

    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, ModelError>> {
        self.prompts.lock().unwrap().push(prompt);
        let pieces = self.pieces.lock().unwrap().take().unwrap();
        tokio_stream::wrappers::UnboundedReceiverStream::new(pieces).boxed()
    }
}

struct Room {
    folder: TempDir,
    store: Store,
    model: Arc<Dictated>,
    clock: Clock,
    studio: Studio,
    mara: UserId,
}

fn actor(id: UserId) -> Actor {
    Actor::User {
        id,
        role: Role::Member,
        session: SessionId(id.0),
    }
}

impl Room {
    fn mara(&self) -> Actor {
        actor(self.mara)
    }

    async fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = Store::open(&folder.path().join("soundstage.db"))
            .await
            .unwrap();
        store.migrate().await.unwrap();
        let model = Arc::new(Dictated::default());
        let clock = Clock::new(Ticking(AtomicI64::new(1_000)));
        let studio = studio(&folder, &store, &model, &clock);
        let key = studio.accounts.owner_link(&Actor::System).await.unwrap();
        let origin = Origin::default();
        let signed_in = studio
            .accounts
            .set_up_owner(
                &origin,
                &key,
                "Mara",
                "mara@studio.example",
                "night ferry at half past nine",
            )
            .await
            .unwrap();
        let mara = signed_in.me.id;
        Self {
            folder,
            store,
            model,
            clock,
            studio,
            mara,
        }
    }

    /// The process is gone; another one starts over the same data.
    async fn restart(&mut self) {
        self.studio = studio(&self.folder, &self.store, &self.model, &self.clock);
        self.studio.chat.recover().await.unwrap();
    }

    async fn ask(&self, text: &str) -> (ConversationId, MessageView) {
        let sent = self
            .studio
            .chat
            .send(&self.mara(), draft(text, text))
            .await
            .unwrap();
        (sent.conversation, sent.answer)
    }

    async fn answer(&self, conversation: ConversationId) -> RunView {
        let view = self
            .studio
            .chat
            .open(&self.mara(), conversation)
            .await
            .unwrap();
        view.messages.last().unwrap().run.clone().unwrap()
    }

    /// A question whose model says this much and falls silent for good.
    async fn fail_behind(&self, words: &str) -> ConversationId {
        let say = self.model.microphone();
        let (conversation, answer) = self.ask("Hello?").await;
        say.send(text(words)).unwrap();
        say.send(Err(ModelError {
            code: ErrorCode::ModelTimeout,
            message: "The model fell silent.".to_owned(),
        }))
        .unwrap();
        self.follow(&answer.run.unwrap()).await;
        conversation
    }

    /// Follows a run from what a page showed until it is over.
    async fn follow(&self, from: &RunView) -> RunView {
        let mut view = from.clone();
        let mut connection = self.studio.live.connect(&self.mara());
        connection.subscribe(Topic::Run(view.id), Some(view.cursor));
        loop {
            let frame: Frame = serde_json::from_str(&connection.next().await.unwrap()).unwrap();
            let Frame::Event { event, .. } = frame else {
                continue;
            };
            match *event {
                Event::Text { text } => view.tail.push_str(&text),
                Event::Block { html, chars } => {
                    view.tail = view.tail.chars().skip(chars as usize).collect();
                    view.blocks.push(html);
                }
                Event::Finished { state, error, .. } => {
                    view.state = state;
                    view.error = error;
                    return view;
                }
                _ => {}
            }
        }
    }
}

fn studio(folder: &TempDir, store: &Store, model: &Arc<Dictated>, clock: &Clock) -> Studio {
    Studio::new(Parts {
        store: store.clone(),
        clock: clock.clone(),
        objects: Arc::new(adapters::disk::Disk::open(folder.path()).unwrap()),
        model: model.clone(),
        limits: Limits::default(),
    })
}

fn draft(key: &str, text: &str) -> Draft {
    Draft {
        key: key.to_owned(),
        conversation: None,
        text: text.to_owned(),
        attachments: Vec::new(),
    }
}

fn text(words: &str) -> Result<Piece, ModelError> {
    Ok(Piece::Text(words.to_owned()))
}

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

#[tokio::test]
async fn a_stopped_answer_keeps_its_words_and_can_be_written_anew() {
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
    assert_eq!(again.id, answer.id);
    say.send(text("A whole one.")).unwrap();
    drop(say);
    room.follow(&again.run.unwrap()).await;
    let last = room.answer(conversation).await;
    assert!(
        last.blocks.concat().contains("A whole one.") && !last.blocks.concat().contains("Half")
    );
    // The second click comes too late.
    let late = room.studio.chat.retry(&room.mara(), run.id).await;
    assert_eq!(ApiError::from(late.unwrap_err()).code, ErrorCode::Conflict);
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
    room.studio.chat.clone().keep(closing).await;

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
        chat.open(&Actor::Anonymous, conversation)
            .await
            .unwrap_err()
            .into(),
    ];
    for error in errors {
        assert_eq!(error.code, ErrorCode::NotFound);
    }
    assert!(chat.list(&other, None).await.unwrap().is_empty());
}

#[tokio::test]
async fn conversations_are_found_by_what_was_said() {
    let room = Room::open().await;
    for question in ["Is 100% too loud?", "Is 1000 too loud?"] {
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
