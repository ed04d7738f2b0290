//! The binary `soundstage`: command line, configuration, HTTP, live channel, workers, telemetry.
//!
//! **The rule:** this crate connects and decides nothing. It turns what comes in (a request, a command,
//! a job) into an [`Actor`](studio::Actor) and a call to a service, and what comes back into an answer.
//! `anyhow` is for this crate alone, and for what ends a command: a request's errors are
//! [`Failure`](http::Failure)s.
//!
//! [`build`] makes everything that serves; `serve` gives it a port, the tests call it without one.

pub mod analyze;
pub mod checks;
pub mod cli;
pub mod config;
pub mod data_folder;
pub mod doctor;
pub mod http;
pub mod keys;
pub mod parts;
pub mod serve;
pub mod site;
pub mod site_url;
pub mod telemetry;
pub mod workers;

use std::sync::Arc;

use anyhow::{Context as _, Result};
use axum::Router;
use studio::{Actor, Clock, Studio, accounts::Accounts, chat::ChatError};
use tokio::task::JoinHandle;
use tokio_util::{sync::CancellationToken, task::AbortOnDropHandle};

use crate::{
    config::Config,
    http::{AppState, Edge, health::Health, proxies::Proxies},
};

/// All that runs, before it has a port.
pub struct Built {
    pub router: Router,
    pub studio: Studio,
    pub background: Background,
}

/// What goes on without requests, until it is shut down.
pub struct Background {
    store: store::Store,
    closing: CancellationToken,
    workers: workers::Workers,
    connections: studio::accounts::Connections,
    chat: JoinHandle<Result<(), ChatError>>,
    /// Until the end: sessions end as long as requests do.
    _listening: AbortOnDropHandle<()>,
    /// Cancelled once nothing is written any more.
    last_words: CancellationToken,
    _hold: store::Hold,
}

impl Background {
    /// Cancelled when the server goes down; whoever holds a connection open watches it.
    pub fn closing(&self) -> CancellationToken {
        self.closing.clone()
    }

    /// Lets the work in hand come to a safe place, then closes the database.
    pub async fn shut_down(self) {
        self.closing.cancel();
        self.workers.stop().await;
        self.connections.settle().await;
        self.last_words.cancel();
        if !matches!(self.chat.await, Ok(Ok(()))) {
            tracing::error!("the last words of answers may not be stored");
        }
        self.store.close().await;
    }
}

/// Opens the database, brings it up to date and puts everything together. `port` is where people will
/// reach it if `SOUNDSTAGE_URL` does not say.
pub async fn build(config: &Config, clock: Clock, port: u16) -> Result<Built> {
    data_folder::make(&config.data)?;
    let store = parts::store(config).await?;
    store.migrate().await?;
    let hold = parts::hold(&store).await?;
    let model = parts::model(&config.model)?;
    let health = Health::new(
        store.clone(),
        config.data.clone(),
        checks::model(&config.model.provider, model.name()),
    );
    let (keys, fresh) = keys::open(config, &clock)?;
    let studio = Studio::new(studio::Parts {
        store: store.clone(),
        clock: clock.clone(),
        commons: parts::commons(config),
        objects: parts::objects(config)?,
        model,
        limits: parts::limits(config),
        ways: parts::ways(config, &config.site_url(port))?,
        grants: parts::grants(config)?,
        keys,
    });
    studio.vault.check_keys(&Actor::System).await?;
    if let Some(ring) = fresh {
        keys::write(&data_folder::keys(&config.data), &ring)?;
    }
    let connections = studio.connections.clone();
    let closing = CancellationToken::new();
    let workers = workers::start(studio.clone(), config.workers);
    studio.chat.recover(&Actor::System).await?;
    let listening = AbortOnDropHandle::new(tokio::spawn(listen(studio.accounts.clone())));
    let last_words = CancellationToken::new();
    let chat = tokio::spawn(studio.chat.clone().keep(Actor::System, last_words.clone()));

    // Leptos spawns on the runtime that renders. A second call, as in tests, changes nothing.
    let _ = any_spawner::Executor::init_tokio();
    let program = std::env::current_exe().ok();
    let options = site::options(program.as_deref(), &config.site)
        .context("the site's options cannot be read")?;
    let url = config.site_url(port);
    let edge = Edge {
        proxies: Proxies::new(config.network.proxies.clone(), &url),
        origins: config.network.origins.clone(),
        url,
        insecure_http: config.insecure_http,
        options,
        reload_port: config.site.reload_port,
        health,
        exports: http::v1::export::Room::default(),
        imports: http::v1::import::Room::new(config.data.clone()),
        renderers: http::pages::renderers(),
        closing: closing.clone(),
    };
    let router = http::router(AppState {
        studio: studio.clone(),
        clock,
        edge: Arc::new(edge),
    });
    Ok(Built {
        router,
        studio,
        background: Background {
            store,
            closing,
            workers,
            connections,
            chat,
            _listening: listening,
            last_words,
            _hold: hold,
        },
    })
}

async fn listen(accounts: Accounts) {
    if let Err(error) = accounts.listen(&Actor::System).await {
        tracing::error!(%error, "nobody listens to other processes");
    }
}
