//! What is said, and how.

use std::time::Duration;

use super::{Request, text};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behaviour {
    /// A critique with citations of facts in the prompt, and one figure that was never measured.
    Normal,
    /// Thirty tokens a second, so many in all: `slow`, `slow-600`.
    Slow(usize),
    /// The same, each word being the time at which it left, in letters: `clock`, `clock-600`.
    Clock(usize),
    /// Says nothing, and keeps the line.
    Stall,
    /// Begins, then says nothing more.
    StallMidway,
    /// 429 to each question once.
    BusyOnce,
    /// 429 always, for an hour.
    Busy,
    /// 500
    Broken,
    /// 401
    BadKey,
    /// 400
    BadRequest,
    /// Half a stream, then the line goes dead.
    Cut,
    /// 200, and then nothing that it should be.
    Garbage,
    /// Two hundred kilobytes of text.
    Huge,
    /// An answer without a word.
    Empty,
}

impl Behaviour {
    /// By the name of a model: `stall`, `fake-429-then-ok`. What is not known is normal.
    pub fn named(name: &str) -> Self {
        let name = name.strip_prefix("fake-").unwrap_or(name);
        match name {
            "stall" => Self::Stall,
            "stall-midway" => Self::StallMidway,
            "429-then-ok" => Self::BusyOnce,
            "429" => Self::Busy,
            "500" => Self::Broken,
            "401" => Self::BadKey,
            "400" => Self::BadRequest,
            "cut" => Self::Cut,
            "garbage" => Self::Garbage,
            "huge" => Self::Huge,
            "empty" => Self::Empty,
            "slow" => Self::Slow(300),
            "clock" => Self::Clock(300),
            _ => Self::counted(name).unwrap_or(Self::Normal),
        }
    }

    fn counted(name: &str) -> Option<Self> {
        let (kind, count) = name.split_once('-')?;
        let count = count.parse().ok()?;
        match kind {
            "slow" => Some(Self::Slow(count)),
            "clock" => Some(Self::Clock(count)),
            _ => None,
        }
    }

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Normal => "normal",
            Self::Slow(_) => "slow",
            Self::Clock(_) => "clock",
            Self::Stall => "stall",
            Self::StallMidway => "stall-midway",
            Self::BusyOnce => "429-then-ok",
            Self::Busy => "429",
            Self::Broken => "500",
            Self::BadKey => "401",
            Self::BadRequest => "400",
            Self::Cut => "cut",
            Self::Garbage => "garbage",
            Self::Huge => "huge",
            Self::Empty => "empty",
        }
    }
}

pub(super) struct Script {
    pub behaviour: Behaviour,
    /// The text, token by token.
    pub pieces: Vec<String>,
    pub pause: Duration,
    pub tokens_in: usize,
}

impl Script {
    pub(super) fn new(behaviour: Behaviour, request: &Request) -> Self {
        let text = match behaviour {
            Behaviour::Slow(count) | Behaviour::Clock(count) => text::tokens(count),
            Behaviour::Huge => text::tokens(40_000),
            Behaviour::Empty => String::new(),
            _ => text::critique(&request.prompt),
        };
        // Goes on behind what is there already, as a model does.
        let written = request.written.trim_end();
        let rest = text.strip_prefix(written).unwrap_or(&text);
        let mut pieces = pieces(rest);
        match behaviour {
            Behaviour::Cut => pieces.truncate(pieces.len() / 2),
            Behaviour::StallMidway => pieces.truncate(12),
            _ => {}
        }
        let pause = match behaviour {
            Behaviour::Slow(_) | Behaviour::Clock(_) => Duration::from_nanos(1_000_000_000 / 30),
            Behaviour::Huge => Duration::ZERO,
            _ => Duration::from_millis(2),
        };
        Self {
            behaviour,
            pieces,
            pause,
            tokens_in: request.prompt.len().div_ceil(4),
        }
    }

    pub(super) fn text(&self) -> String {
        self.pieces.concat()
    }
}

/// A word with the white space before it is about a token.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut piece = String::new();
    let mut has_word = false;
    for character in text.chars() {
        if character.is_whitespace() && has_word {
            pieces.push(std::mem::take(&mut piece));
            has_word = false;
        }
        has_word |= !character.is_whitespace();
        piece.push(character);
        if piece.chars().count() >= 8 {
            pieces.push(std::mem::take(&mut piece));
            has_word = false;
        }
    }
    if !piece.is_empty() {
        pieces.push(piece);
    }
    pieces
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_the_text_is_lost() {
        for text in [
            "",
            "  a b\n\n1. **c** −9.8",
            "averylongwordwithoutanyspace\n",
        ] {
            assert_eq!(pieces(text).concat(), text);
        }
    }

    #[test]
    fn it_goes_on_behind_what_is_written() {
        let request = |written: &str| Request {
            model: "normal".to_owned(),
            stream: true,
            prompt: String::new(),
            written: written.to_owned(),
            include_usage: true,
        };
        let whole = Script::new(Behaviour::Normal, &request("")).text();
        let rest = Script::new(Behaviour::Normal, &request(&whole[..20])).text();
        assert_eq!(format!("{}{rest}", whole[..20].trim_end()), whole);
    }

    #[test]
    fn names_choose_what_it_does() {
        assert_eq!(Behaviour::named("fake-slow-600"), Behaviour::Slow(600));
        assert_eq!(Behaviour::named("clock-60"), Behaviour::Clock(60));
        assert_eq!(Behaviour::named("429-then-ok"), Behaviour::BusyOnce);
        assert_eq!(Behaviour::named("gpt-5"), Behaviour::Normal);
    }
}
