//! Logging: one compact line per event on standard error, which systemd and Docker collect.

use std::io::IsTerminal;

use anyhow::{Context as _, Result};
use tracing_subscriber::EnvFilter;

/// `filter` is `RUST_LOG`'s language: `info`, `soundstage=debug,sqlx=warn`.
pub fn start(filter: &str) -> Result<()> {
    let filter = EnvFilter::try_new(filter).with_context(|| format!("RUST_LOG is {filter:?}"))?;
    let subscriber = tracing_subscriber::fmt()
        .compact()
        .with_writer(std::io::stderr)
        .with_ansi(std::io::stderr().is_terminal())
        .with_env_filter(filter)
        .finish();
    tracing::subscriber::set_global_default(subscriber).context("logging was already started")
}
