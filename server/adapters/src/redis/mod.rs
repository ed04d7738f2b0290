//! What several processes count together and tell each other, in a Redis (6 or newer) or what speaks
//! like one.
//!
//! Nobody waits for it: while it does not answer, [`Shared`] says so at once, and one task, which polls
//! [`Shared::listen`], tries to reach it again. No key holds an e-mail address, a password or a token, and
//! all of them expire.

mod address;
mod line;

use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use ::redis::{RedisResult, Script, cmd};
use contract::Timestamp;
use futures::{FutureExt as _, future::BoxFuture};
use studio::commons::{
    Asker, BURST, FORGOTTEN_AFTER_S, FREE_TRIES, News, PER_SECOND, Shared, Try, Verdict,
};

use line::{CHANNEL, Ear, Line};

pub use address::{Address, NotAnAddress};

/// A request waits no longer, and goes on by itself.
pub const PATIENCE: Duration = Duration::from_millis(250);
const AGAIN_AFTER: Duration = Duration::from_millis(500);

pub struct Redis {
    address: Address,
    patience: Duration,
    take: Script,
    admit: Script,
    /// While it answers.
    line: Mutex<Option<Line>>,
}

#[derive(Debug, thiserror::Error)]
#[error("{place} does not answer as it should: {why}")]
pub struct Silent {
    place: String,
    why: String,
}

impl Redis {
    pub fn new(address: Address, patience: Duration) -> Self {
        Self {
            address,
            patience,
            take: Script::new(include_str!("take.lua")),
            admit: Script::new(include_str!("admit.lua")),
            line: Mutex::default(),
        }
    }

    /// Whether it would do what it is for, now.
    pub async fn check(&self) -> Result<(), Silent> {
        let reached = self.reach().await.map(drop);
        reached.map_err(|error| Silent {
            place: self.address.place(),
            why: error.to_string(),
        })
    }

    /// A line on which everything works that will be asked.
    async fn reach(&self) -> RedisResult<(Line, Ear)> {
        let (line, ear) = Line::open(&self.address.0, self.patience).await?;
        let mut connection = line.connection.clone();
        connection.subscribe(CHANNEL).await?;
        let mut probe = self.take.key("soundstage:probe");
        probe.arg(BURST).arg(PER_SECOND).arg(0);
        let _: i64 = probe.invoke_async(&mut connection).await?;
        Ok((line, ear))
    }

    fn line(&self) -> Option<Line> {
        self.held().clone()
    }

    fn held(&self) -> MutexGuard<'_, Option<Line>> {
        self.line.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared for Redis {
    fn take(&self, asker: Asker, now: Timestamp) -> BoxFuture<'_, Option<Verdict>> {
        async move {
            let mut line = self.line()?;
            let mut asked = self.take.key(format!("soundstage:rate:{asker}"));
            asked.arg(BURST).arg(PER_SECOND).arg(millis(now));
            let wait = asked.invoke_async(&mut line.connection).await;
            line.answered(wait).map(verdict)
        }
        .boxed()
    }

    fn admit<'a>(&'a self, tries: &'a [Try], now: Timestamp) -> BoxFuture<'a, Option<Verdict>> {
        async move {
            let mut line = self.line()?;
            let mut asked = self.admit.prepare_invoke();
            asked
                .arg(FREE_TRIES)
                .arg(FORGOTTEN_AFTER_S)
                .arg(millis(now));
            for one in tries {
                asked.key(failures(one)).arg(one.longest_s);
            }
            let wait = asked.invoke_async(&mut line.connection).await;
            line.answered(wait).map(verdict)
        }
        .boxed()
    }

    fn forgive<'a>(&'a self, tries: &'a [Try]) -> BoxFuture<'a, ()> {
        async move {
            let Some(mut line) = self.line() else { return };
            let keys: Vec<_> = tries.iter().map(failures).collect();
            let gone = cmd("DEL").arg(keys).exec_async(&mut line.connection).await;
            line.answered(gone);
        }
        .boxed()
    }

    fn tell(&self, news: News) -> BoxFuture<'_, ()> {
        async move {
            let Some(mut line) = self.line() else { return };
            let text = serde_json::to_vec(&news).unwrap_or_default();
            let mut said = cmd("PUBLISH");
            said.arg(CHANNEL).arg(text);
            let said = said.exec_async(&mut line.connection).await;
            line.answered(said);
        }
        .boxed()
    }

    fn listen<'a>(&'a self, hear: &'a (dyn Fn(Option<News>) + Send + Sync)) -> BoxFuture<'a, ()> {
        async move {
            let place = self.address.place();
            // Said once each, however long it lasts.
            let mut is_away = false;
            loop {
                let why = match self.reach().await {
                    Ok((line, mut ear)) => {
                        if std::mem::take(&mut is_away) {
                            tracing::info!(place, "Redis answers again: what is counted is shared");
                        }
                        *self.held() = Some(line.clone());
                        // Whatever was said while there was no line.
                        hear(None);
                        let why = line.keep(&mut ear, hear).await;
                        *self.held() = None;
                        why
                    }
                    Err(error) => error.to_string(),
                };
                if !std::mem::replace(&mut is_away, true) {
                    tracing::warn!(
                        place,
                        why,
                        "Redis does not answer: this process counts by itself until it does"
                    );
                }
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
        .boxed()
    }
}

fn failures(one: &Try) -> String {
    format!("soundstage:failures:{one}")
}

/// What the scripts count in: exact in Lua's numbers.
fn millis(at: Timestamp) -> i64 {
    at.millis_since(Timestamp(0))
}

fn verdict(wait_s: i64) -> Verdict {
    if wait_s > 0 { Err(wait_s) } else { Ok(()) }
}
