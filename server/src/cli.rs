//! The command line.

use std::{path::PathBuf, process::ExitCode};

use anyhow::{Context as _, Result};
use clap::{Parser, Subcommand};
use studio::{
    Actor, Clock,
    accounts::{Accounts, Vault, Ways},
    commons::Commons,
    live::Hub,
    secrets::{KeyRing, Keys},
};

use crate::{
    analyze,
    config::{Config, Environment},
    data_folder, doctor, keys, parts, serve, telemetry,
};

/// An AI studio for people who make music. Settings are environment variables: see README.md.
#[derive(Debug, Parser)]
#[command(
    name = "soundstage",
    version,
    propagate_version = true,
    disable_help_subcommand = true
)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Serve the app, and measure and answer in the background
    Serve {
        #[command(flatten)]
        data: Data,
        /// Address and port to listen on [default: 127.0.0.1:3000; or SOUNDSTAGE_LISTEN]
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
    },
    /// Bring the database up to date (`serve` does so by itself)
    Migrate(Data),
    /// Check database, Redis, storage, keys, model and disk; the exit status says the result
    Doctor(Data),
    /// Print a fresh one-time link to set up the owner, or to give the owner a new password
    OwnerLink {
        #[command(flatten)]
        data: Data,
        /// Where the server listens, if it was told so on its command line
        #[arg(long, value_name = "ADDR")]
        listen: Option<String>,
    },
    /// The keys that tokens of connected accounts are sealed with
    #[command(subcommand)]
    Keys(KeysCommand),
    /// Measure a file, and hold it against a reference
    Analyze(analyze::Arguments),
}

#[derive(Debug, Subcommand)]
enum KeysCommand {
    /// Seal everything anew with a new key, and take the old keys away; a server may run meanwhile
    Rotate(Data),
}

#[derive(Debug, clap::Args)]
struct Data {
    /// Folder that everything is kept in [default: ./data; or SOUNDSTAGE_DATA]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

pub fn run() -> ExitCode {
    match Cli::parse().command {
        Command::Analyze(arguments) => analyze::run(&arguments),
        other => done(configured(&other)),
    }
}

fn done(result: Result<ExitCode>) -> ExitCode {
    result.unwrap_or_else(|error| {
        say_what_failed(&error);
        ExitCode::FAILURE
    })
}

#[expect(
    clippy::print_stderr,
    reason = "a command's last word, before or without a log"
)]
fn say_what_failed(error: &anyhow::Error) {
    eprintln!("soundstage: {}", format!("{error:#}").replace('\n', " "));
}

fn configured(command: &Command) -> Result<ExitCode> {
    let environment = Environment::of_process().with_file()?;
    let (data, listen) = match command {
        Command::Serve { data, listen } | Command::OwnerLink { data, listen } => {
            (data, listen.as_deref())
        }
        Command::Migrate(data)
        | Command::Doctor(data)
        | Command::Keys(KeysCommand::Rotate(data)) => (data, None),
        Command::Analyze(_) => return Ok(ExitCode::FAILURE),
    };
    let config = Config::read(&environment, data.data.clone(), listen)?;
    telemetry::start(&config.log)?;
    data_folder::keep_private();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .context("no threads")?;
    runtime.block_on(async {
        match command {
            Command::Serve { .. } => serve::run(config).await.map(|()| ExitCode::SUCCESS),
            Command::Migrate(_) => migrate(&config).await.map(|()| ExitCode::SUCCESS),
            Command::Doctor(_) => Ok(doctor::run(&config).await),
            Command::OwnerLink { .. } => owner_link(&config).await.map(|()| ExitCode::SUCCESS),
            Command::Keys(_) => keys::rotate(&config).await.map(|()| ExitCode::SUCCESS),
            Command::Analyze(_) => Ok(ExitCode::FAILURE),
        }
    })
}

async fn migrate(config: &Config) -> Result<()> {
    data_folder::make(&config.data)?;
    let store = parts::store(config).await?;
    store.migrate().await?;
    store.close().await;
    say("The database is up to date.");
    Ok(())
}

async fn owner_link(config: &Config) -> Result<()> {
    data_folder::make(&config.data)?;
    let store = parts::store(config).await?;
    store.migrate().await?;
    let clock = Clock::system();
    // (Nothing is sealed here.)
    let keys = Keys::fixed(KeyRing::generate());
    let vault = Vault::new(store.clone(), clock.clone(), keys);
    let hub = Hub::new(clock);
    let accounts = Accounts::new(vault, hub, Commons::alone(), Ways::default());
    let key = accounts.owner_link(&Actor::System).await?;
    store.close().await;
    say(&serve::link(&config.site_url(config.listen.port()), &key));
    Ok(())
}

/// What a command was asked for.
#[expect(clippy::print_stdout, reason = "the output of a command")]
pub fn say(text: &str) {
    println!("{text}");
}
