//! `soundstage serve`: everything, on a port, until it is told to stop.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context as _, Result};
use axum::serve::ListenerExt as _;
use studio::{Actor, Clock, Studio};
use tokio::{
    net::TcpListener,
    signal::unix::{SignalKind, signal},
};
use tokio_util::sync::CancellationToken;

use crate::{build, cli::say, config::Config, data_folder, site_url::SiteUrl};

/// Requests that are under way get so long to finish. Answers that are being written do not wait for
/// their readers: they are stored, and go on after the restart.
const GRACE: Duration = Duration::from_secs(10);

pub async fn run(config: Config) -> Result<()> {
    data_folder::make(&config.data)?;
    // (A PostgreSQL is held in `build`.)
    let _lock = if config.is_on_postgres() {
        None
    } else {
        Some(data_folder::lock(&config.data)?)
    };
    let listener = TcpListener::bind(config.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.listen))?;
    let address = listener.local_addr().context("the port is not known")?;
    let built = build(&config, Clock::system(), address.port()).await?;
    let url = config.site_url(address.port());
    welcome(&built.studio, &url, address).await?;
    if config.insecure_http && !url.is_https() {
        tracing::warn!(
            "SOUNDSTAGE_INSECURE_HTTP is set: passwords and sessions can be read by anybody on the network"
        );
    }

    let closing = built.background.closing();
    tokio::spawn(close_on_signal(closing.clone()));
    // Live text is many small writes: each goes out at once.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "a connection stays slow");
        }
    });
    let service = built
        .router
        .into_make_service_with_connect_info::<SocketAddr>();
    let server =
        axum::serve(listener, service).with_graceful_shutdown(closing.clone().cancelled_owned());
    let late = async {
        closing.cancelled().await;
        tokio::time::sleep(GRACE).await;
    };
    tokio::select! {
        ended = server => ended.context("the server ended")?,
        () = late => tracing::warn!("some requests did not finish in time"),
    }
    built.background.shut_down().await;
    tracing::info!("stopped");
    Ok(())
}

/// On standard output, where `./dev run` and people read it.
async fn welcome(studio: &Studio, url: &SiteUrl, address: SocketAddr) -> Result<()> {
    tracing::info!(%address, "listening");
    if studio.accounts.needs_setup().await? {
        let key = studio.accounts.owner_link(&Actor::System).await?;
        say(&format!(
            "Set up the owner (this link works once, for a day): {}",
            link(url, &key)
        ));
    } else {
        say(&format!("Soundstage is at {url}"));
    }
    Ok(())
}

pub fn link(url: &SiteUrl, key: &str) -> String {
    format!("{url}/set-up?key={key}")
}

async fn close_on_signal(closing: CancellationToken) {
    let (Ok(mut terminate), Ok(mut interrupt)) = (
        signal(SignalKind::terminate()),
        signal(SignalKind::interrupt()),
    ) else {
        tracing::error!("signals cannot be heard");
        return;
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("stopping; again to stop at once");
    closing.cancel();
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    std::process::exit(130);
}
