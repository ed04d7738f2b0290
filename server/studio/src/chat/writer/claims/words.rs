//! Sentences, their words, and the figures among them.

use std::ops::Range;

use super::tokens::{Sign, Token, tokens};

pub(in super::super) struct Sentence {
    pub words: Vec<Word>,
    pub figures: Vec<Figure>,
    pub is_question: bool,
}

pub(in super::super) struct Word {
    /// In small letters, without `’s`.
    pub text: String,
    /// A comma, colon, dash or bracket stands before it.
    pub after_break: bool,
}

pub(in super::super) struct Figure {
    /// How many words stand before it.
    pub at: usize,
    pub range: Range<usize>,
    pub quantity: Quantity,
    /// A comma or the like stands between it and the word after.
    pub before_break: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub(in super::super) enum Quantity {
    Number {
        unit: Unit,
        /// In the unit's own scale: Hz, seconds.
        low: f64,
        high: f64,
        /// Half of the last place that is shown.
        rounding: f64,
        sign: Sign,
    },
    /// Pitch class from C = 0.
    Key { pitch: u8, is_minor: bool },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Unit {
    Lufs,
    /// Relative loudness and level are told apart by few.
    Decibel,
    TruePeak,
    FullScale,
    Slope,
    Hertz,
    Bpm,
    Percent,
    Seconds,
}

pub(in super::super) fn sentences(text: &str) -> Vec<Sentence> {
    let tokens = tokens(text);
    let mut sentences = Vec::new();
    let mut start = 0;
    for (index, token) in tokens.iter().enumerate() {
        if let Token::End(mark) = token {
            sentences.push(sentence(&tokens[start..index], *mark == '?'));
            start = index + 1;
        }
    }
    sentences.push(sentence(&tokens[start..], false));
    sentences
}

fn sentence(tokens: &[Token<'_>], is_question: bool) -> Sentence {
    let mut words: Vec<Word> = Vec::new();
    let mut figures: Vec<Figure> = Vec::new();
    let mut after_break = true;
    let mut index = 0;
    while index < tokens.len() {
        let rest = &tokens[index..];
        if let Some((quantity, range, used)) =
            number_with_unit(rest).or_else(|| key(rest, words.last()))
        {
            let before_break =
                !matches!(rest.get(used), Some(Token::Word(..) | Token::Number { .. }));
            figures.push(Figure {
                at: words.len(),
                range,
                quantity,
                before_break,
            });
            index += used;
            after_break = false;
            continue;
        }
        match &rest[0] {
            Token::Word(text, _) => {
                let text = text
                    .trim_end_matches("'s")
                    .trim_end_matches("’s")
                    .to_lowercase();
                words.push(Word { text, after_break });
                after_break = false;
            }
            Token::Break(_) => after_break = true,
            Token::Number { .. } | Token::End(_) => after_break = false,
        }
        index += 1;
    }
    Sentence {
        words,
        figures,
        is_question,
    }
}

/// `−9.8 LUFS`, `3dB`, `90-ms`, `2–4 kHz`, `between 3 and 4 dB`.
fn number_with_unit(tokens: &[Token<'_>]) -> Option<(Quantity, Range<usize>, usize)> {
    let Token::Number {
        value,
        decimals,
        sign,
        range,
    } = tokens.first()?
    else {
        return None;
    };
    if let Some((unit, scale, used, end)) = unit_at(&tokens[1..]) {
        let quantity = quantity(unit, scale, (*value, *value), *decimals, *sign);
        return Some((quantity, range.start..end, 1 + used));
    }
    let is_joined = match tokens.get(1)? {
        Token::Word(word, _) => matches!(*word, "to" | "and" | "or"),
        Token::Break(mark) => matches!(mark, '–' | '-' | '—'),
        _ => false,
    };
    let Token::Number {
        value: other,
        decimals: other_decimals,
        sign: other_sign,
        ..
    } = tokens.get(2)?
    else {
        return None;
    };
    let (unit, scale, used, end) = unit_at(&tokens[3..])?;
    if !is_joined {
        return None;
    }
    // "−10 to 9 LUFS", "-10–-9 LUFS": one minus is enough.
    let sign = if *sign == Sign::None {
        *other_sign
    } else {
        *sign
    };
    let quantity = quantity(
        unit,
        scale,
        (*value, *other),
        (*decimals).min(*other_decimals),
        sign,
    );
    Some((quantity, range.start..end, 3 + used))
}

fn quantity(
    unit: Unit,
    scale: f64,
    (one, other): (f64, f64),
    decimals: i32,
    sign: Sign,
) -> Quantity {
    let rounding = 0.5 * 10_f64.powi(-decimals) * scale;
    let (low, high) = (one.min(other) * scale, one.max(other) * scale);
    Quantity::Number {
        unit,
        low,
        high,
        rounding,
        sign,
    }
}

/// The unit, what one of it is in our own scale, how many tokens it takes, and where it ends.
fn unit_at(tokens: &[Token<'_>]) -> Option<(Unit, f64, usize, usize)> {
    let skipped = usize::from(matches!(tokens.first()?, Token::Break('-')));
    let tokens = &tokens[skipped..];
    let Token::Word(word, range) = tokens.first()? else {
        return None;
    };
    let next = tokens.get(1).and_then(|token| {
        if let Token::Word(word, range) = token {
            Some((*word, range.end))
        } else {
            None
        }
    });
    let (unit, scale) = match word.to_ascii_lowercase().as_str() {
        "lufs" | "lkfs" => (Unit::Lufs, 1.0),
        "lu" | "decibel" | "decibels" => (Unit::Decibel, 1.0),
        "db" => match next {
            Some((next, end)) if next.eq_ignore_ascii_case("tp") => {
                return Some((Unit::TruePeak, 1.0, skipped + 2, end));
            }
            Some((next, end)) if next.eq_ignore_ascii_case("fs") => {
                return Some((Unit::FullScale, 1.0, skipped + 2, end));
            }
            Some((next, _)) if next.eq_ignore_ascii_case("per") => (Unit::Slope, 1.0),
            _ => (Unit::Decibel, 1.0),
        },
        "db/oct" | "db/octave" => (Unit::Slope, 1.0),
        "dbtp" => (Unit::TruePeak, 1.0),
        "dbfs" => (Unit::FullScale, 1.0),
        "hz" | "hertz" => (Unit::Hertz, 1.0),
        "khz" => (Unit::Hertz, 1000.0),
        "bpm" => (Unit::Bpm, 1.0),
        "%" | "percent" => (Unit::Percent, 1.0),
        "ms" | "milliseconds" | "millisecond" => (Unit::Seconds, 0.001),
        "s" | "sec" | "secs" | "second" | "seconds" => (Unit::Seconds, 1.0),
        _ => return None,
    };
    Some((unit, scale, skipped + 1, range.end))
}

/// `A minor`, `F# major`, `B♭ minor`. "A minor issue" is none.
fn key(tokens: &[Token<'_>], before: Option<&Word>) -> Option<(Quantity, Range<usize>, usize)> {
    let (Token::Word(note, start), Token::Word(mode, end)) = (tokens.first()?, tokens.get(1)?)
    else {
        return None;
    };
    let mut letters = note.chars();
    let letter = letters.next()?;
    let natural = match letter {
        'C' => 0,
        'D' => 2,
        'E' => 4,
        'F' => 5,
        'G' => 7,
        'A' => 9,
        'B' => 11,
        _ => return None,
    };
    let shift = match letters.as_str() {
        "" => 0,
        "#" | "♯" | "-sharp" => 1,
        "b" | "♭" | "-flat" => 11,
        _ => return None,
    };
    let is_minor = match *mode {
        "minor" | "min" => true,
        "major" | "maj" => false,
        _ => return None,
    };
    // The article: a noun follows, and nothing that speaks of keys stands before.
    let noun_follows = matches!(tokens.get(2), Some(Token::Word(word, _)) if !matches!(*word, "and" | "at" | "with" | "or" | "but" | "key" | "throughout" | "is" | "in" | "for" | "as"));
    let speaks_of_keys = before.is_some_and(|word| {
        matches!(
            word.text.as_str(),
            "in" | "key" | "is" | "of" | "to" | "as" | "probably" | "likely"
        )
    });
    if *note == "A" && (noun_follows || (!speaks_of_keys && before.is_some())) {
        return None;
    }
    Some((
        Quantity::Key {
            pitch: (natural + shift) % 12,
            is_minor,
        },
        start.start..end.end,
        2,
    ))
}
