//! Words, numbers and marks.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Sign {
    None,
    Plus,
    Minus,
    /// `±`, `within`
    Either,
}

#[derive(Clone, Debug)]
pub(super) enum Token<'a> {
    Word(&'a str, Range<usize>),
    Number {
        value: f64,
        decimals: i32,
        sign: Sign,
        range: Range<usize>,
    },
    Break(char),
    End(char),
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        let rest = &text[at..];
        if let Some((token, length)) = number(rest, at, text[..at].chars().next_back()) {
            tokens.push(token);
            at += length;
        } else if first.is_alphabetic() || first.is_ascii_digit() || first == '♯' {
            let length = word_length(rest);
            tokens.push(Token::Word(&rest[..length], at..at + length));
            at += length;
        } else {
            let length = first.len_utf8();
            let next = rest[length..].chars().next();
            match first {
                '%' => tokens.push(Token::Word(&rest[..1], at..at + 1)),
                '.' if next.is_none_or(char::is_whitespace) && !is_abbreviation(tokens.last()) => {
                    tokens.push(Token::End('.'));
                }
                '!' | '?' | '\n' => tokens.push(Token::End(first)),
                ',' | ';' | ':' | '(' | ')' | '–' | '—' | '-' | '…' | '→' => {
                    tokens.push(Token::Break(first));
                }
                _ => {}
            }
            at += length;
        }
    }
    tokens
}

fn is_abbreviation(token: Option<&Token<'_>>) -> bool {
    matches!(token, Some(Token::Word(word, _)) if matches!(*word, "e.g" | "i.e" | "vs" | "approx" | "ca" | "min" | "max" | "resp"))
}

/// Letters and digits, with marks between them: `high-pass`, `BS.1770`, `it’s`, `dB/oct`, `F#`.
fn word_length(text: &str) -> usize {
    let mut end = 0;
    let mut characters = text.char_indices().peekable();
    while let Some((at, character)) = characters.next() {
        let next = characters.peek().map(|(_, next)| *next);
        let joins = "-'’./".contains(character) && next.is_some_and(char::is_alphanumeric);
        if !(character.is_alphanumeric() || character == '_' || "#♯♭".contains(character) || joins)
        {
            break;
        }
        end = at + character.len_utf8();
    }
    end.max(text.chars().next().map_or(1, char::len_utf8))
}

/// A number that stands alone; `1:12`, `4:1` and `1/3` are none.
fn number<'a>(text: &'a str, at: usize, before: Option<char>) -> Option<(Token<'a>, usize)> {
    let unsigned = text.trim_start_matches(['+', '-', '\u{2212}', '±']);
    let signs = text.len() - unsigned.len();
    let sign = match text[..signs].chars().next() {
        None => Sign::None,
        // A dash between figures is no minus.
        Some(_) if before.is_some_and(char::is_alphanumeric) => return None,
        Some(_) if text[..signs].chars().count() > 1 => return None,
        Some('+') => Sign::Plus,
        Some('±') => Sign::Either,
        Some(_) => Sign::Minus,
    };
    let whole = unsigned.bytes().take_while(u8::is_ascii_digit).count();
    if whole == 0 || whole > 9 {
        return None;
    }
    let mut digits = unsigned[..whole].to_owned();
    let mut length = whole;
    // 12,500
    while unsigned[length..].starts_with(',')
        && unsigned[length + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count()
            == 3
        && digits.len() < 9
    {
        digits.push_str(&unsigned[length + 1..length + 4]);
        length += 4;
    }
    let mut decimals = 0;
    if unsigned[length..].starts_with('.') {
        let places = unsigned[length + 1..]
            .bytes()
            .take_while(u8::is_ascii_digit)
            .count();
        if places > 0 {
            digits.push_str(&unsigned[length..=length + places]);
            decimals = i32::try_from(places).unwrap_or(9).min(9);
            length += 1 + places;
        }
    }
    let rest = &unsigned[length..];
    let mut behind = rest.chars();
    if matches!(behind.next(), Some(':' | '/'))
        && behind.next().is_some_and(|next| next.is_ascii_digit())
    {
        let more = rest[1..]
            .bytes()
            .take_while(|byte| byte.is_ascii_digit() || matches!(byte, b':' | b'.'))
            .count();
        let length = signs + length + 1 + more;
        return Some((Token::Word(&text[..length], at..at + length), length));
    }
    let value: f64 = digits.parse().ok()?;
    // "the 1980s"
    if rest.starts_with('s') && whole == 4 {
        return None;
    }
    let value = if sign == Sign::Minus { -value } else { value };
    let length = signs + length;
    Some((
        Token::Number {
            value,
            decimals,
            sign,
            range: at..at + length,
        },
        length,
    ))
}
