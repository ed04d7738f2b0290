//! What a language model costs, from `prices.toml`.

use std::path::Path;

use serde::Deserialize;

const BUILT_IN: &str = include_str!("../prices.toml");

#[derive(Debug, Deserialize)]
struct File {
    model: Vec<Row>,
}

#[derive(Debug, Deserialize)]
struct Row {
    provider: String,
    /// Of the model's name; the longest that fits counts.
    prefix: String,
    /// US dollars for a million tokens, as decimal text: money is never a float.
    input: String,
    output: String,
}

/// The price of one model, in billionths of a dollar for a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Price {
    input_nanos: i64,
    output_nanos: i64,
}

#[derive(Debug, thiserror::Error)]
pub enum PriceError {
    #[error("The price file cannot be read: {0}")]
    Read(#[from] std::io::Error),
    #[error("The price file is not valid: {0}")]
    Parse(#[from] toml::de::Error),
    #[error("The price file has “{0}” where a price in dollars is expected.")]
    Amount(String),
}

impl Price {
    /// In `own`, if given, then in the built-in list.
    pub(crate) fn find(
        provider: &str,
        model: &str,
        own: Option<&Path>,
    ) -> Result<Option<Self>, PriceError> {
        if let Some(path) = own {
            let found = find_in(&std::fs::read_to_string(path)?, provider, model)?;
            if found.is_some() {
                return Ok(found);
            }
        }
        find_in(BUILT_IN, provider, model)
    }

    pub(crate) fn micros(self, tokens_in: i64, tokens_out: i64) -> i64 {
        let nanos = tokens_in
            .saturating_mul(self.input_nanos)
            .saturating_add(tokens_out.saturating_mul(self.output_nanos));
        // Rounded up: a cost is not to look smaller than it was.
        nanos.saturating_add(999) / 1000
    }
}

fn find_in(text: &str, provider: &str, model: &str) -> Result<Option<Price>, PriceError> {
    let file: File = toml::from_str(text)?;
    let rows = file
        .model
        .iter()
        .filter(|row| row.provider == provider && model.starts_with(&row.prefix));
    let Some(row) = rows.max_by_key(|row| row.prefix.len()) else {
        return Ok(None);
    };
    Ok(Some(Price {
        input_nanos: nanos_per_token(&row.input)?,
        output_nanos: nanos_per_token(&row.output)?,
    }))
}

/// A dollar for a million tokens is a thousand billionths for one.
fn nanos_per_token(dollars: &str) -> Result<i64, PriceError> {
    let bad = || PriceError::Amount(dollars.to_owned());
    let (whole, part) = dollars.split_once('.').unwrap_or((dollars, ""));
    if whole.is_empty()
        || part.len() > 3
        || ![whole, part]
            .iter()
            .all(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
    {
        return Err(bad());
    }
    format!("{whole}{part:0<3}").parse().map_err(|_| bad())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_prefix_counts() {
        let text = "[[model]]\nprovider = \"a\"\nprefix = \"m\"\ninput = \"1\"\noutput = \"2\"\n\
                    [[model]]\nprovider = \"a\"\nprefix = \"m-mini\"\ninput = \"0.15\"\noutput = \"0.6\"\n";
        let price = find_in(text, "a", "m-mini-2")
            .expect("valid")
            .expect("listed");
        assert_eq!(
            price,
            Price {
                input_nanos: 150,
                output_nanos: 600
            }
        );
        assert_eq!(price.micros(1_000_000, 1_000_000), 750_000);
        assert_eq!(price.micros(1, 0), 1);
        assert_eq!(find_in(text, "b", "m").expect("valid"), None);
    }

    #[test]
    fn the_built_in_list_is_valid() {
        let file: File = toml::from_str(BUILT_IN).expect("valid");
        for row in &file.model {
            assert!(
                nanos_per_token(&row.input).is_ok() && nanos_per_token(&row.output).is_ok(),
                "{row:?}"
            );
        }
        assert!(
            Price::find("anthropic", "claude-haiku-4-5-20251001", None)
                .expect("valid")
                .is_some()
        );
        assert_eq!(
            Price::find("openai-compatible", "anything", None).expect("valid"),
            None
        );
        assert_eq!(
            Price::find("ollama", "llama3.2:3b", None)
                .expect("valid")
                .map(|price| price.micros(9, 9)),
            Some(0)
        );
    }

    #[test]
    fn an_amount_that_is_none_is_refused() {
        for text in ["", "-1", "1.2345", "1,5", "abc"] {
            assert!(nanos_per_token(text).is_err(), "{text}");
        }
    }
}
