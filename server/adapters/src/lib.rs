//! The outside world, behind the studio's traits: language models, who somebody is by the word of other
//! systems ([`identity`]), what people let us use elsewhere ([`grants`]), what several processes count
//! together ([`redis`]); object storage, speech and other providers as they come.
//!
//! **The rule:** an adapter speaks one foreign language and decides nothing. It reads no environment and
//! no clock of the day: what it needs comes in its configuration. What leaves it is ours: our types, our
//! error codes, sentences without a vendor's internals, and never a key.
//!
//! To add a language model that genai knows: a row in [`llm::Provider`]'s table, its models in
//! `prices.toml`, and a wire format in `end2end/fakes`. To add another kind of adapter: a module that
//! implements the studio's trait, tested over loopback against a fake that misbehaves.

pub mod disk;
pub mod grants;
pub mod house;
pub mod identity;
pub mod llm;
pub mod outbound;
mod prices;
pub mod redis;

use std::sync::Arc;

use studio::chat::LanguageModel;

pub use house::HouseEngineer;
pub use llm::{ConfigError, LlmConfig, Timeouts};

/// The language model that the configuration names.
pub fn models(config: LlmConfig) -> Result<Arc<dyn LanguageModel>, ConfigError> {
    match llm::Provider::named(&config.provider)? {
        None => Ok(Arc::new(HouseEngineer::new(config.house_pace))),
        Some(provider) => Ok(Arc::new(llm::Llm::new(provider, config)?)),
    }
}
