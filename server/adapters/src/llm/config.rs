//! Which language model, and how it is reached.

use std::{path::PathBuf, time::Duration};
use studio::secrets::Secret;

use genai::adapter::AdapterKind;

use super::PriceError;

/// Given by the server, which reads the environment.
#[derive(Clone, Debug)]
pub struct LlmConfig {
    /// `LLM_PROVIDER`; see [`Provider::NAMES`].
    pub provider: String,
    /// `LLM_MODEL`
    pub model: Option<String>,
    /// `LLM_BASE_URL`
    pub base_url: Option<String>,
    /// From the vendor's usual variable, see [`Provider::key_variable`].
    pub api_key: Option<Secret>,
    pub timeouts: Timeouts,
    /// The owner's own price file.
    pub prices: Option<PathBuf>,
    /// Of the jitter between attempts, so that many servers do not come back at once.
    pub seed: u64,
    /// Between two words of the house engineer.
    pub house_pace: Duration,
}

impl Default for LlmConfig {
    fn default() -> Self {
        Self {
            provider: "house".to_owned(),
            model: None,
            base_url: None,
            api_key: None,
            timeouts: Timeouts::default(),
            prices: None,
            seed: 0,
            house_pace: Duration::from_millis(20),
        }
    }
}

#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    pub connect: Duration,
    /// From asking to the first word (or sign of thought).
    pub first_token: Duration,
    /// Between two pieces.
    pub stall: Duration,
}

impl Default for Timeouts {
    /// A local model loads for a minute before it says anything; a stream that has begun does not pause.
    fn default() -> Self {
        Self {
            connect: Duration::from_secs(10),
            first_token: Duration::from_secs(90),
            stall: Duration::from_secs(30),
        }
    }
}

#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("“{0}” is no language model provider. Valid are: {list}.", list = Provider::NAMES.join(", "))]
    UnknownProvider(String),
    #[error("LLM_PROVIDER is {provider}, but LLM_MODEL does not say which model.")]
    NoModel { provider: &'static str },
    #[error("LLM_PROVIDER is {provider}, but there is no key for it{variable}.", variable = Provider::variable_hint(.provider))]
    NoKey { provider: &'static str },
    #[error("LLM_PROVIDER is openai-compatible, but LLM_BASE_URL does not say where it is.")]
    NoBaseUrl,
    #[error("LLM_BASE_URL is no http or https address: {0}")]
    BadBaseUrl(String),
    #[error(transparent)]
    Prices(#[from] PriceError),
    #[error("The HTTP client could not be set up: {0}")]
    Http(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    OpenAi,
    Anthropic,
    Gemini,
    Ollama,
    OpenAiCompatible,
}

impl Provider {
    /// Valid values of `LLM_PROVIDER`.
    pub const NAMES: [&'static str; 6] = [
        "house",
        "openai",
        "anthropic",
        "gemini",
        "ollama",
        "openai-compatible",
    ];

    const ALL: [Self; 5] = [
        Self::OpenAi,
        Self::Anthropic,
        Self::Gemini,
        Self::Ollama,
        Self::OpenAiCompatible,
    ];

    /// None is the house engineer.
    pub fn named(name: &str) -> Result<Option<Self>, ConfigError> {
        let wanted = name.trim().to_ascii_lowercase();
        if wanted == "house" || wanted.is_empty() {
            return Ok(None);
        }
        let found = Self::ALL
            .into_iter()
            .find(|provider| provider.name() == wanted);
        found
            .map(Some)
            .ok_or_else(|| ConfigError::UnknownProvider(name.trim().to_owned()))
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::OpenAi => "openai",
            Self::Anthropic => "anthropic",
            Self::Gemini => "gemini",
            Self::Ollama => "ollama",
            Self::OpenAiCompatible => "openai-compatible",
        }
    }

    /// The environment variable that vendors and people use for the key.
    pub const fn key_variable(self) -> &'static str {
        match self {
            Self::OpenAi | Self::OpenAiCompatible => "OPENAI_API_KEY",
            Self::Anthropic => "ANTHROPIC_API_KEY",
            Self::Gemini => "GEMINI_API_KEY",
            Self::Ollama => "OLLAMA_API_KEY",
        }
    }

    fn variable_hint(name: &str) -> String {
        let provider = Self::ALL
            .into_iter()
            .find(|provider| provider.name() == name);
        provider.map_or_else(String::new, |provider| {
            format!(" in {}", provider.key_variable())
        })
    }

    pub(super) const fn default_model(self) -> Option<&'static str> {
        match self {
            Self::OpenAi => Some("gpt-6.1-terra"),
            Self::Anthropic => Some("claude-sonnet-5-5"),
            Self::Gemini => Some("gemini-3.8-flash"),
            // Whatever is installed there.
            Self::Ollama | Self::OpenAiCompatible => None,
        }
    }

    pub(super) const fn needs_key(self) -> bool {
        matches!(self, Self::OpenAi | Self::Anthropic | Self::Gemini)
    }

    pub(super) const fn adapter(self) -> AdapterKind {
        match self {
            Self::OpenAi | Self::OpenAiCompatible => AdapterKind::OpenAI,
            Self::Anthropic => AdapterKind::Anthropic,
            Self::Gemini => AdapterKind::Gemini,
            Self::Ollama => AdapterKind::Ollama,
        }
    }

    /// Where genai can send audio and the model is known to take it.
    pub(super) fn takes_audio(self, model: &str) -> bool {
        match self {
            Self::Gemini => true,
            Self::OpenAi | Self::OpenAiCompatible => model.contains("audio"),
            Self::Anthropic | Self::Ollama => false,
        }
    }

    /// With a slash at its end, as genai wants it.
    pub(super) fn base_url(self, own: Option<&str>) -> Result<String, ConfigError> {
        let own = own.map(str::trim).filter(|url| !url.is_empty());
        let url = match (self, own) {
            (_, Some(url)) => url,
            (Self::OpenAi, None) => "https://api.openai.com/v1/",
            (Self::Anthropic, None) => "https://api.anthropic.com/v1/",
            (Self::Gemini, None) => "https://generativelanguage.googleapis.com/v1beta/",
            (Self::Ollama, None) => "http://localhost:11434/",
            (Self::OpenAiCompatible, None) => return Err(ConfigError::NoBaseUrl),
        };
        let parsed =
            reqwest::Url::parse(url).map_err(|_| ConfigError::BadBaseUrl(url.to_owned()))?;
        if !matches!(parsed.scheme(), "http" | "https") {
            return Err(ConfigError::BadBaseUrl(url.to_owned()));
        }
        Ok([url.trim_end_matches('/'), "/"].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::prices::Price;

    #[test]
    fn an_unknown_name_gets_the_list_of_valid_ones() {
        let error = Provider::named("open-ai").expect_err("unknown").to_string();
        assert_eq!(
            error,
            "“open-ai” is no language model provider. Valid are: house, openai, anthropic, gemini, ollama, openai-compatible."
        );
        assert_eq!(Provider::named(" House ").expect("known"), None);
        assert_eq!(
            Provider::named("OpenAI").expect("known"),
            Some(Provider::OpenAi)
        );
    }

    #[test]
    fn a_model_that_is_ours_has_a_price() {
        for provider in Provider::ALL {
            if let Some(model) = provider.default_model() {
                let price = Price::find(provider.name(), model, None).expect("valid");
                assert!(price.is_some(), "{model}");
            }
        }
    }

    #[test]
    fn what_is_missing_is_said() {
        let config = |provider: &str| LlmConfig {
            provider: provider.to_owned(),
            ..LlmConfig::default()
        };
        let error = |config| {
            crate::models(config)
                .err()
                .map(|error| error.to_string())
                .unwrap_or_default()
        };
        assert_eq!(
            error(config("anthropic")),
            "LLM_PROVIDER is anthropic, but there is no key for it in ANTHROPIC_API_KEY."
        );
        assert_eq!(
            error(config("ollama")),
            "LLM_PROVIDER is ollama, but LLM_MODEL does not say which model."
        );
        let own = LlmConfig {
            model: Some("m".to_owned()),
            ..config("openai-compatible")
        };
        assert_eq!(
            error(own.clone()),
            "LLM_PROVIDER is openai-compatible, but LLM_BASE_URL does not say where it is."
        );
        assert!(
            error(LlmConfig {
                base_url: Some("ftp://x".to_owned()),
                ..own
            })
            .starts_with("LLM_BASE_URL is no http")
        );
        assert_eq!(error(config("house")), "");
    }

    #[test]
    fn addresses_end_with_one_slash() {
        for own in ["http://x/v1", "http://x/v1/", " http://x/v1// "] {
            assert_eq!(
                Provider::OpenAiCompatible
                    .base_url(Some(own))
                    .expect("valid"),
                "http://x/v1/"
            );
        }
    }
}
