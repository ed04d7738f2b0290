//! Language models of vendors, through genai.
//!
//! [`prompt`] says what is asked, [`stream`] asks and asks again where that makes sense, [`failure`]
//! turns what went wrong into a code and a sentence.

mod backoff;
mod config;
mod facts;
mod failure;
mod prompt;
mod stream;

use std::sync::Arc;

use futures::stream::BoxStream;
use genai::{
    Client, ModelIden, ServiceTarget,
    chat::ChatOptions,
    resolver::{AuthData, Endpoint},
};
use studio::chat::{LanguageModel, ModelError, Piece, Prompt};
use studio::secrets::Secret;

use crate::prices::Price;
use backoff::Backoff;

pub use crate::prices::PriceError;
pub use config::{ConfigError, LlmConfig, Provider, Timeouts};

pub struct Llm {
    inner: Arc<Inner>,
    model: String,
    takes_audio: bool,
    price: Option<Price>,
}

/// What an answer that is under way needs.
struct Inner {
    client: Client,
    target: ServiceTarget,
    options: ChatOptions,
    timeouts: Timeouts,
    backoff: Backoff,
    key: Option<Secret>,
}

impl Llm {
    pub fn new(provider: Provider, config: LlmConfig) -> Result<Self, ConfigError> {
        let model = config
            .model
            .filter(|model| !model.trim().is_empty())
            .or_else(|| provider.default_model().map(str::to_owned))
            .ok_or(ConfigError::NoModel {
                provider: provider.name(),
            })?;
        let base_url = provider.base_url(config.base_url.as_deref())?;
        let price = Price::find(provider.name(), &model, config.prices.as_deref())?;
        // A key goes nowhere but to the vendor, and servers of one's own often want none.
        let key = match config.api_key {
            None if provider.needs_key() => {
                return Err(ConfigError::NoKey {
                    provider: provider.name(),
                });
            }
            key => key,
        };
        let http = reqwest::Client::builder()
            .connect_timeout(config.timeouts.connect)
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("soundstage/", env!("CARGO_PKG_VERSION")))
            .tcp_nodelay(true)
            .build()
            .map_err(|error| ConfigError::Http(error.to_string()))?;
        let client = Client::builder()
            .with_reqwest(http)
            .build()
            .map_err(|error| ConfigError::Http(error.to_string()))?;
        let auth = AuthData::from_single(key.as_ref().map_or("none", Secret::reveal));
        let target = ServiceTarget {
            endpoint: Endpoint::from_owned(base_url),
            auth,
            model: ModelIden::new(provider.adapter(), model.as_str()),
        };
        let takes_audio = provider.takes_audio(&model);
        let inner = Inner {
            client,
            target,
            options: ChatOptions::default().with_capture_usage(true),
            timeouts: config.timeouts,
            backoff: Backoff::new(config.seed),
            key,
        };
        Ok(Self {
            inner: Arc::new(inner),
            model,
            takes_audio,
            price,
        })
    }
}

impl LanguageModel for Llm {
    fn name(&self) -> &str {
        &self.model
    }

    fn takes_audio(&self) -> bool {
        self.takes_audio
    }

    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, ModelError>> {
        let request = prompt::request(&prompt, self.takes_audio);
        stream::answer(self.inner.clone(), request)
    }

    fn cost_micros(&self, tokens_in: i64, tokens_out: i64) -> Option<i64> {
        Some(self.price?.micros(tokens_in, tokens_out))
    }
}
