//! `[fact:loudness.integrated]` and `[at:72.0-80.0]` in a model's text.

/// The longest citation that is waited for. What is longer is text.
const LONGEST: usize = 80;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Citation {
    /// One or several ids.
    Facts(Vec<String>),
    /// Seconds.
    Time { start: f64, end: Option<f64> },
}

/// What a [`Scanner`] makes of the text.
pub(super) enum Piece<'a> {
    Char(char),
    /// A citation, and how it was written.
    Cited(Citation, &'a str),
}

/// Finds citations in text that comes character by character, holding back what may become one.
#[derive(Debug, Default)]
pub(super) struct Scanner {
    held: String,
}

impl Scanner {
    pub(super) fn push(&mut self, character: char, emit: &mut impl FnMut(Piece<'_>)) {
        if self.held.is_empty() {
            if character == '[' {
                self.held.push(character);
            } else {
                emit(Piece::Char(character));
            }
            return;
        }
        if character == ']' {
            self.held.push(character);
            let held = std::mem::take(&mut self.held);
            match parse(&held) {
                Some(citation) => emit(Piece::Cited(citation, &held)),
                None => held
                    .chars()
                    .for_each(|character| emit(Piece::Char(character))),
            }
        } else if self.held.len() < LONGEST && may_follow(&self.held, character) {
            self.held.push(character);
        } else {
            self.flush(emit);
            // It may itself begin a citation.
            self.push(character, emit);
        }
    }

    /// Gives up what was held.
    pub(super) fn flush(&mut self, emit: &mut impl FnMut(Piece<'_>)) {
        let held = std::mem::take(&mut self.held);
        held.chars()
            .for_each(|character| emit(Piece::Char(character)));
    }
}

const OPENINGS: [&str; 2] = ["[fact:", "[at:"];

/// Whether `held` and then `character` may begin a citation.
fn may_follow(held: &str, character: char) -> bool {
    OPENINGS
        .iter()
        .any(|opening| match opening.as_bytes().get(held.len()) {
            Some(expected) => {
                opening[..held.len()].eq_ignore_ascii_case(held)
                    && expected.eq_ignore_ascii_case(&(character as u32 as u8))
                    && character.is_ascii()
            }
            None => {
                held.get(..opening.len())
                    .is_some_and(|start| start.eq_ignore_ascii_case(opening))
                    && (character.is_ascii_alphanumeric() || " _.,;:+-–—−".contains(character))
            }
        })
}

fn parse(held: &str) -> Option<Citation> {
    let inner = held.strip_prefix('[')?.strip_suffix(']')?;
    let (kind, rest) = inner.split_once(':')?;
    if kind.eq_ignore_ascii_case("fact") {
        parse_facts(rest)
    } else {
        parse_time(rest)
    }
}

fn parse_facts(text: &str) -> Option<Citation> {
    let mut ids = Vec::new();
    for part in text.split([',', ';']) {
        let part = part.trim();
        let id = part.strip_prefix("fact:").unwrap_or(part).trim();
        if id.is_empty()
            || !id
                .chars()
                .all(|character| character.is_ascii_alphanumeric() || "._-".contains(character))
        {
            return None;
        }
        ids.push(id.to_ascii_lowercase());
    }
    Some(Citation::Facts(ids))
}

fn parse_time(text: &str) -> Option<Citation> {
    let mut ends = text
        .split(['-', '–', '—', '−'])
        .map(|end| parse_seconds(end.trim()));
    let start = ends.next()??;
    let end = match ends.next() {
        Some(end) => Some(end?),
        None => None,
    };
    (ends.next().is_none() && end.is_none_or(|end| end >= start))
        .then_some(Citation::Time { start, end })
}

/// `72`, `72.5`, `72s`, and `1:12` as on a player.
fn parse_seconds(text: &str) -> Option<f64> {
    let text = text.strip_suffix('s').unwrap_or(text).trim_end();
    if !text
        .chars()
        .all(|character| character.is_ascii_digit() || ".:".contains(character))
    {
        return None;
    }
    let mut total = 0.0;
    for part in text.split(':') {
        total = total * 60.0 + part.parse::<f64>().ok()?;
    }
    total.is_finite().then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scan(text: &str) -> (String, Vec<Citation>) {
        let (mut plain, mut citations) = (String::new(), Vec::new());
        let mut scanner = Scanner::default();
        let mut emit = |piece: Piece<'_>| match piece {
            Piece::Char(character) => plain.push(character),
            Piece::Cited(citation, _) => {
                plain.push('#');
                citations.push(citation);
            }
        };
        text.chars()
            .for_each(|character| scanner.push(character, &mut emit));
        scanner.flush(&mut emit);
        (plain, citations)
    }

    #[test]
    fn citations_are_found() {
        let fact = |ids: &[&str]| Citation::Facts(ids.iter().map(|id| (*id).to_owned()).collect());
        let time = |start, end| Citation::Time { start, end };
        let cases = [
            ("[fact:peak.true]", fact(&["peak.true"])),
            (
                "[Fact: reference.spectrum.band.31.5]",
                fact(&["reference.spectrum.band.31.5"]),
            ),
            (
                "[fact:peak.true, fact:clipping.runs]",
                fact(&["peak.true", "clipping.runs"]),
            ),
            ("[at:72.0-80.0]", time(72.0, Some(80.0))),
            ("[at:72]", time(72.0, None)),
            ("[at: 1:12 – 1:20]", time(72.0, Some(80.0))),
            ("[at:72s-80s]", time(72.0, Some(80.0))),
        ];
        for (text, citation) in cases {
            assert_eq!(
                scan(&format!("a {text} b")),
                ("a # b".to_owned(), vec![citation]),
                "{text}"
            );
        }
    }

    #[test]
    fn what_is_no_citation_stays_as_it_was() {
        let long = format!("[fact:{}]", "a".repeat(90));
        for text in [
            "[",
            "[fact",
            "[link](x)",
            "[fact:]",
            "[at:x]",
            "[at:80-72]",
            "[at:1-2-3]",
            "[fact:<b>]",
            "[fact:a\nb]",
            "[at:é]",
            &long,
        ] {
            assert_eq!(scan(text), (text.to_owned(), vec![]), "{text}");
        }
        assert_eq!(scan("[[fact:[at:3]").0, "[[fact:#");
    }
}
