//! What counts as a word, and when two are the same: in Rust, since the engines fold by themselves ASCII
//! alone (PostgreSQL where its locale is C) or by a Unicode of their own (SQLite's FTS5).
//!
//! A word is a run of letters, digits and the marks on them; all else stands between words. Two are the same
//! in small letters and without diacritics: "Übergang" is "ubergang".
//!
//! Some scripts have no spaces. Each of their letters begins a word of two, which overlap: "低音域" is 低音,
//! 音域 and 域. Who looks for 低音域 looks for the first two, and by its beginning 域 is found as well.

use std::{iter::from_fn, ops::Range};

use unicode_normalization::{UnicodeNormalization as _, char::is_combining_mark};

/// Of longer words their beginning counts.
const MOST_CHARS: usize = 64;
/// What is behind is not found. (A `tsvector` holds at most a megabyte.)
const MOST_FOLDED_BYTES: usize = 512 << 10;
/// So many of a search count.
const MOST_WORDS: usize = 16;

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Word {
    /// Where it stands.
    pub(crate) span: Range<usize>,
    pub(crate) folded: String,
    /// The last letter of several without spaces, which the word before it has too.
    is_rest: bool,
}

/// The words of a text, in its order.
pub(crate) fn words(text: &str) -> impl Iterator<Item = Word> {
    let mut runs = runs(text).peekable();
    let mut end_of_pair = 0;
    from_fn(move || {
        loop {
            let run = runs.next()?;
            let mut span = run.span;
            let mut is_rest = false;
            if run.stands_alone {
                let is_next = |next: &&Run| next.stands_alone && next.span.start == span.end;
                match runs.peek().filter(is_next) {
                    Some(next) => {
                        span.end = next.span.end;
                        end_of_pair = span.end;
                    }
                    None => is_rest = end_of_pair == span.end,
                }
            }
            let folded = fold(&text[span.clone()]);
            if !folded.is_empty() {
                return Some(Word {
                    span,
                    folded,
                    is_rest,
                });
            }
        }
    })
}

/// The words of a text as they are compared, a space between them.
pub(crate) fn folded(text: &str) -> String {
    let mut folded = String::with_capacity(text.len().min(MOST_FOLDED_BYTES));
    for word in words(text) {
        if folded.len() + word.folded.len() >= MOST_FOLDED_BYTES {
            break;
        }
        if !folded.is_empty() {
            folded.push(' ');
        }
        folded.push_str(&word.folded);
    }
    folded
}

/// What somebody looks for, each as the beginning of a word.
pub(crate) fn looked_for(text: &str) -> Vec<String> {
    words(text)
        .filter(|word| !word.is_rest)
        .map(|word| word.folded)
        .take(MOST_WORDS)
        .collect()
}

struct Run {
    span: Range<usize>,
    /// A letter of a script without spaces.
    stands_alone: bool,
}

fn runs(text: &str) -> impl Iterator<Item = Run> {
    let mut letters = text.char_indices().peekable();
    from_fn(move || {
        let (start, first) = letters.find(|(_, letter)| letter.is_alphanumeric())?;
        let stands_alone = has_no_spaces(first);
        let belongs = |letter: char| {
            is_combining_mark(letter)
                || !stands_alone && letter.is_alphanumeric() && !has_no_spaces(letter)
        };
        let mut end = start + first.len_utf8();
        while let Some((at, letter)) = letters.next_if(|(_, letter)| belongs(*letter)) {
            end = at + letter.len_utf8();
        }
        Some(Run {
            span: start..end,
            stands_alone,
        })
    })
}

fn fold(word: &str) -> String {
    if word.is_ascii() {
        return word[..word.len().min(MOST_CHARS)].to_ascii_lowercase();
    }
    let letters = word.nfd().filter(|letter| !is_diacritic(*letter)).nfc();
    let letters = letters.flat_map(char::to_lowercase);
    // The same letter, at the end of a word.
    let letters = letters.map(|letter| if letter == 'ς' { 'σ' } else { letter });
    letters.take(MOST_CHARS).collect()
}

/// Of any script. Other marks are vowels (as in Hindi) or make another letter.
fn is_diacritic(letter: char) -> bool {
    matches!(letter,
        '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}'
        // How a letter is to be drawn.
        | '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

/// Thai, Lao, Burmese, Khmer, Japanese, Chinese.
fn has_no_spaces(letter: char) -> bool {
    matches!(letter,
        '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}'
        | '\u{3005}'..='\u{3007}' | '\u{3041}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}'
        | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}'
        | '\u{ff66}'..='\u{ff9f}' | '\u{20000}'..='\u{3ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_same_in_any_case_and_without_diacritics() {
        for (text, same) in [
            ("Übergang zum Refrain", "ubergang zum refrain"),
            ("U\u{308}bergang", "ubergang"),
            ("ΤΈΛΟΣ τέλος", "τελοσ τελοσ"),
            ("Ёлка, Йод", "елка иод"),
            ("İstanbul", "istanbul"),
            (
                "don't -14.2 one_two C:\\mixes",
                "don t 14 2 one two c mixes",
            ),
            // Vowels are marks there, and stay.
            ("हिन्दी", "हिन्दी"),
            ("각", "각"),
            ("가\u{11a8}", "각"),
            ("1\u{fe0f}\u{20e3} a\u{fe0f}", "1 a"),
            ("\u{301}\u{345}…—\0!", ""),
        ] {
            assert_eq!(folded(text), same, "{text}");
        }
    }

    #[test]
    fn scripts_without_spaces_are_looked_for_by_pairs_of_letters() {
        assert_eq!(folded("低音域のmix。低"), "低音 音域 域の の mix 低");
        assert_eq!(looked_for("低音域"), ["低音", "音域"]);
        assert_eq!(looked_for("低 音"), ["低", "音"]);
        assert_eq!(folded("か\u{3099}き"), "がき き");
    }

    #[test]
    fn what_is_endless_has_an_end() {
        assert_eq!(folded(&"x".repeat(1_000)).len(), MOST_CHARS);
        assert_eq!(folded(&"Ä".repeat(1_000)).len(), MOST_CHARS);
        assert_eq!(looked_for(&"a ".repeat(1_000)).len(), MOST_WORDS);
        let long: String = (0..100_000).map(|n| format!("word{n} ")).collect();
        let length = folded(&long).len();
        assert!((MOST_FOLDED_BYTES - 100..MOST_FOLDED_BYTES).contains(&length));
    }
}
