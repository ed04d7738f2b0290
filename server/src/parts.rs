//! Which outside world this installation stands on, by its settings.

use std::{
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::{
    LlmConfig,
    redis::{PATIENCE, Redis},
};
use anyhow::{Context as _, Result, anyhow, bail};
use store::{Hold, Store};
use studio::{
    accounts::{RelyingParty, Ways, grants::Grants},
    chat::LanguageModel,
    commons::Commons,
    media::{Limits, ObjectStore},
};

use crate::{
    config::{self, Config},
    data_folder,
    site_url::SiteUrl,
};

pub async fn store(config: &Config) -> Result<Store> {
    match &config.database {
        Some(url) => Ok(Store::connect(url.reveal()).await?),
        None => {
            let path = data_folder::database(&config.data);
            Store::open(&path)
                .await
                .with_context(|| path.display().to_string())
        }
    }
}

/// The database for this process alone. One that was killed a moment ago may still seem to be there.
pub async fn hold(store: &Store) -> Result<Hold> {
    let patience = Instant::now() + Duration::from_secs(5);
    loop {
        if let Some(hold) = store.hold().await? {
            return Ok(hold);
        }
        if Instant::now() > patience {
            bail!(
                "another Soundstage serves from this database; stop it first, or give this one a database of its own"
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

pub fn objects(config: &Config) -> Result<Arc<dyn ObjectStore>> {
    let disk = adapters::disk::Disk::open(&config.data);
    Ok(Arc::new(disk.with_context(|| {
        format!(
            "the folder for files below {} cannot be made",
            config.data.display()
        )
    })?))
}

/// Nobody is asked yet: a studio starts without its Redis, which may come later.
pub fn commons(config: &Config) -> Commons {
    match &config.redis {
        Some(address) => Commons::shared(Arc::new(Redis::new(address.clone(), PATIENCE))),
        None => Commons::alone(),
    }
}

/// Nothing is asked of anybody yet: a provider that is down at our start is none of our business.
pub fn ways(config: &Config, url: &SiteUrl) -> Result<Ways> {
    let client = adapters::outbound::client()?;
    let settings = &config.sign_in;
    let (logins, verifiers) = adapters::identity::build(&settings.providers, &client)?;
    Ok(Ways {
        logins,
        verifiers,
        open: settings.open.clone(),
        trusted: settings.trusted.clone(),
        passkeys: RelyingParty::new(&url.to_string()),
    })
}

pub fn grants(config: &Config) -> Result<Vec<Arc<dyn Grants>>> {
    let client = adapters::outbound::client()?;
    let built = adapters::grants::build(config.connections.clone(), &client);
    built.map_err(|problems| {
        let lines: Vec<_> = problems.iter().map(ToString::to_string).collect();
        anyhow!(lines.join("; "))
    })
}

pub fn limits(config: &Config) -> Limits {
    Limits {
        upload_bytes: config.limits.upload,
        quota_bytes: config.limits.quota,
        ..Limits::default()
    }
}

pub fn model(settings: &config::Model) -> Result<Arc<dyn LanguageModel>> {
    let config = LlmConfig {
        provider: settings.provider.clone(),
        model: settings.model.clone(),
        base_url: settings.base_url.clone(),
        api_key: settings.key.clone(),
        prices: settings.prices.clone(),
        seed: u64::from(std::process::id()),
        ..LlmConfig::default()
    };
    Ok(adapters::models(config)?)
}
