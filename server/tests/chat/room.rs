//! The services over a temporary folder, with a model that says what the test dictates.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicI64, Ordering},
};

use contract::{
    ConversationId, ErrorCode, SessionId, Timestamp, UserId,
    accounts::Role,
    chat::{Draft, MessageView, RunView},
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

/// A clock that moves a second each time it is asked.
struct Ticking(AtomicI64);

impl Time for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp::from_seconds(self.0.fetch_add(1, Ordering::Relaxed))
    }
}

/// A model that says what the test hands it, when the test hands it.
#[derive(Default)]
pub(crate) struct Dictated {
    pub(crate) prompts: Mutex<Vec<Prompt>>,
    pieces: Mutex<Option<mpsc::UnboundedReceiver<Result<Piece, ModelError>>>>,
}

impl Dictated {
    pub(crate) fn microphone(&self) -> mpsc::UnboundedSender<Result<Piece, ModelError>> {
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

pub(crate) struct Room {
    folder: TempDir,
    store: Store,
    pub(crate) model: Arc<Dictated>,
    clock: Clock,
    pub(crate) studio: Studio,
    pub(crate) mara: UserId,
}

pub(crate) fn actor(id: UserId) -> Actor {
    Actor::User {
        id,
        role: Role::Member,
        session: SessionId(id.0),
    }
}

impl Room {
    pub(crate) fn mara(&self) -> Actor {
        actor(self.mara)
    }

    pub(crate) async fn open() -> Self {
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
    pub(crate) async fn restart(&mut self) {
        self.studio = studio(&self.folder, &self.store, &self.model, &self.clock);
        self.studio.chat.recover(&Actor::System).await.unwrap();
    }

    pub(crate) async fn ask(&self, text: &str) -> (ConversationId, MessageView) {
        let sent = self
            .studio
            .chat
            .send(&self.mara(), draft(text, text))
            .await
            .unwrap();
        (sent.conversation, sent.answer)
    }

    pub(crate) async fn answer(&self, conversation: ConversationId) -> RunView {
        let view = self
            .studio
            .chat
            .open(&self.mara(), conversation)
            .await
            .unwrap();
        view.messages.last().unwrap().run.clone().unwrap()
    }

    /// A question whose model says this much and falls silent for good.
    pub(crate) async fn fail_behind(&self, words: &str) -> ConversationId {
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
    pub(crate) async fn follow(&self, from: &RunView) -> RunView {
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
        commons: studio::commons::Commons::alone(),
        objects: Arc::new(adapters::disk::Disk::open(folder.path()).unwrap()),
        model: model.clone(),
        limits: Limits::default(),
        ways: studio::accounts::Ways::default(),
        grants: Vec::new(),
        keys: studio::secrets::Keys::fixed(studio::secrets::KeyRing::generate()),
    })
}

pub(crate) fn draft(key: &str, text: &str) -> Draft {
    Draft {
        key: key.to_owned(),
        conversation: None,
        text: text.to_owned(),
        attachments: Vec::new(),
        replaces: None,
    }
}

pub(crate) fn text(words: &str) -> Result<Piece, ModelError> {
    Ok(Piece::Text(words.to_owned()))
}
