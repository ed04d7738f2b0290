//! `soundstage doctor`: is everything there that `serve` needs?

use std::{process::ExitCode, time::Duration};

use crate::{
    checks::{self, Check, Outcome},
    cli::say,
    config::Config,
    data_folder, keys, parts,
};

pub async fn run(config: &Config) -> ExitCode {
    let mut all = vec![
        database(config).await,
        storage(config).await,
        keys(config),
        model(config),
        disk(config).await,
    ];
    if let Some(address) = &config.redis {
        all.insert(1, checks::redis(address).await);
    }
    for check in &all {
        let word = match check.outcome {
            Outcome::Pass => "ok     ",
            Outcome::Fail => "FAILED ",
            Outcome::Unknown => "unknown",
        };
        say(&format!("{word}  {:<9} {}", check.name, check.detail));
    }
    if all.iter().any(|check| check.outcome == Outcome::Fail) {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    }
}

async fn database(config: &Config) -> Check {
    let is_new = config.database.is_none() && !data_folder::database(&config.data).exists();
    if is_new {
        return made_at_first_start("database");
    }
    match parts::store(config).await {
        Ok(store) => {
            let check = checks::database(&store).await;
            store.close().await;
            check
        }
        Err(error) => failed("database", &error),
    }
}

async fn storage(config: &Config) -> Check {
    if !config.data.exists() {
        return made_at_first_start("storage");
    }
    checks::storage(&config.data).await
}

/// (Whether it is this database's ring is found out at start.)
fn keys(config: &Config) -> Check {
    match keys::there(config) {
        Ok(None) => made_at_first_start("keys"),
        Ok(Some(ring)) => Check {
            name: "keys",
            outcome: Outcome::Pass,
            detail: format!(
                "sealing with {}, {} in all",
                ring.current(),
                ring.ids().count()
            ),
            took: Duration::ZERO,
        },
        Err(error) => failed("keys", &error),
    }
}

fn model(config: &Config) -> Check {
    match parts::model(&config.model) {
        Ok(model) => checks::model(&config.model.provider, model.name()),
        Err(error) => failed("model", &error),
    }
}

/// Of the nearest folder that is there.
async fn disk(config: &Config) -> Check {
    let nearest = config.data.ancestors().find(|folder| folder.exists());
    checks::disk(nearest.unwrap_or_else(|| ".".as_ref())).await
}

fn made_at_first_start(name: &'static str) -> Check {
    let detail = "not there yet; the first start makes it".to_owned();
    Check {
        name,
        outcome: Outcome::Pass,
        detail,
        took: Duration::ZERO,
    }
}

fn failed(name: &'static str, error: &anyhow::Error) -> Check {
    Check {
        name,
        outcome: Outcome::Fail,
        detail: format!("{error:#}"),
        took: Duration::ZERO,
    }
}
