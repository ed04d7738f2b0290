//! The house engineer: the language model that is always there. It writes by rules over what was
//! measured and understands no more than a handful of words; it says so when asked for more.
//!
//! [`intent`] reads the question, [`plan`] picks what the critique is about, [`critique`] and
//! [`answers`] write, [`phrases`] has the words. All of it is pure: the same prompt gives the same text,
//! which is how an interrupted answer goes on where it stopped.

mod answers;
mod cite;
mod critique;
mod intent;
mod phrases;

#[cfg(test)]
mod tests;

use std::time::Duration;

use contract::chat::Author;
use futures::{StreamExt, stream, stream::BoxStream};
use studio::chat::{LanguageModel, ModelError, Piece, Prompt};

use intent::Intent;

pub struct HouseEngineer {
    /// Between two pieces; tests take none.
    pace: Duration,
}

impl HouseEngineer {
    pub const fn new(pace: Duration) -> Self {
        Self { pace }
    }
}

impl Default for HouseEngineer {
    /// As fast as one reads along.
    fn default() -> Self {
        Self::new(Duration::from_millis(20))
    }
}

impl LanguageModel for HouseEngineer {
    fn name(&self) -> &'static str {
        "House engineer"
    }

    fn answer(&self, prompt: Prompt) -> BoxStream<'static, Result<Piece, ModelError>> {
        let text = compose(&prompt);
        let rest = behind(&text, &prompt.written).to_owned();
        let pace = self.pace;
        stream::unfold((rest, 0), move |(rest, at)| async move {
            let piece = next_piece(&rest[at..])?;
            // Not before the first one: there is nothing to wait for.
            if at > 0 && !pace.is_zero() {
                tokio::time::sleep(pace).await;
            }
            let end = at + piece.len();
            let piece = Piece::Text(piece.to_owned());
            Some((Ok(piece), (rest, end)))
        })
        .boxed()
    }

    fn cost_micros(&self, _tokens_in: i64, _tokens_out: i64) -> Option<i64> {
        Some(0)
    }
}

/// The whole answer.
fn compose(prompt: &Prompt) -> String {
    let question = prompt
        .turns
        .iter()
        .rev()
        .find(|turn| turn.author == Author::Person);
    let question = question.map_or("", |turn| turn.text.as_str());
    let courtesy = intent::courtesy(question);
    let Some(report) = prompt.evidence.as_deref() else {
        return answers::without_file(question, courtesy);
    };
    let is_first = !prompt
        .turns
        .iter()
        .any(|turn| turn.author == Author::Assistant);
    // A greeting with the first mix is a request to listen to it.
    if let Some(courtesy) = courtesy.filter(|_| !is_first) {
        return answers::return_courtesy(courtesy);
    }
    match intent::read(question, is_first) {
        Intent::Critique(focus) => critique::write(report, focus, &earlier(prompt)),
        Intent::Verdict => critique::verdict(report),
        Intent::Facts(topics) => answers::facts(report, &topics),
        Intent::Beyond => answers::beyond(report),
    }
}

/// What need not be told in full again. With a new file everything is new, and the pins of its card are
/// looked for in the text.
fn earlier(prompt: &Prompt) -> String {
    let turns = prompt.turns.iter().filter(|_| !prompt.brings_file);
    turns
        .filter(|turn| turn.author == Author::Assistant)
        .map(|turn| turn.text.as_str())
        .collect()
}

/// What is still to be written behind `written`. Where that is another text (the rules have changed
/// since), it goes on with the paragraph after as many as were written.
fn behind<'a>(text: &'a str, written: &str) -> &'a str {
    if let Some(rest) = text.strip_prefix(written) {
        return rest;
    }
    let paragraphs = written.trim_end().split("\n\n").count();
    let mut starts = text.match_indices("\n\n").map(|(at, _)| at);
    match starts.nth(paragraphs.saturating_sub(1)) {
        // The gap is written already where the text ended with one.
        Some(at) if written.ends_with("\n\n") => &text[at + 2..],
        Some(at) => &text[at..],
        None => "",
    }
}

/// A word or two, with the white space behind.
fn next_piece(rest: &str) -> Option<&str> {
    if rest.is_empty() {
        return None;
    }
    let shortest = 6;
    let mut end = 0;
    for part in rest.split_inclusive(char::is_whitespace) {
        end += part.len();
        if end >= shortest {
            break;
        }
    }
    Some(&rest[..end])
}
