//! What is shown of a text in which something was found: some words around the first of them.
//!
//! By Rust and not by the engines, which each cut in their own way.

use std::ops::Range;

use contract::chat::Found;
use unicode_normalization::char::is_combining_mark;

use crate::words::{Word, words};

const MOST_CHARS: usize = 160;
/// So many of them stand before the first match.
const CHARS_BEFORE: usize = 30;

/// `looked_for` as the words of a search are: folded, each the beginning of a word.
pub(super) fn excerpt(text: &str, looked_for: &[String]) -> Vec<Found> {
    let text = text.trim();
    let is_match = |word: &Word| {
        let mut all = looked_for.iter();
        all.any(|beginning| word.folded.starts_with(beginning))
    };
    let mut starts = Vec::new();
    let first = words(text).find(|word| {
        starts.push(word.span.start);
        is_match(word)
    });
    let first = first.map(|word| word.span);
    let earliest = back(text, first.as_ref().map_or(0, |first| first.start));
    let from = match earliest {
        0 => 0,
        // The first match is a word too, so there is one.
        _ => starts
            .into_iter()
            .find(|start| *start >= earliest)
            .unwrap_or(0),
    };
    let latest = forth(text, from);

    let mut to = from;
    let mut matches: Vec<Range<usize>> = Vec::new();
    for word in words(&text[from..]) {
        let span = from + word.span.start..from + word.span.end;
        if span.end > latest {
            break;
        }
        to = span.end;
        match matches.last_mut() {
            _ if !is_match(&word) => {}
            // Pairs of letters overlap.
            Some(last) if span.start < last.end => last.end = span.end,
            _ => matches.push(span),
        }
    }
    if latest == text.len() {
        to = latest;
    }
    // A word that is longer than the excerpt.
    match first {
        Some(first) if matches.is_empty() => {
            to = latest;
            matches.push(first.start..latest);
        }
        _ if to == from => to = latest,
        _ => {}
    }

    let mut pieces = Vec::new();
    if from > 0 {
        add(&mut pieces, "…", false);
    }
    let mut at = from;
    for Range { start, end } in matches {
        add(&mut pieces, &text[at..start], false);
        add(&mut pieces, &text[start..end], true);
        at = end;
    }
    add(&mut pieces, &text[at..to], false);
    if to < text.len() {
        add(&mut pieces, "…", false);
    }
    pieces
}

/// White space of any kind becomes a space.
fn add(pieces: &mut Vec<Found>, text: &str, is_match: bool) {
    if text.is_empty() {
        return;
    }
    let mut shown = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter.is_whitespace() {
            true if shown.ends_with(' ') => {}
            true => shown.push(' '),
            false => shown.push(letter),
        }
    }
    match pieces.last_mut() {
        Some(last) if last.is_match == is_match => last.text.push_str(&shown),
        _ => pieces.push(Found {
            text: shown,
            is_match,
        }),
    }
}

fn back(text: &str, from: usize) -> usize {
    let mut letters = text[..from].char_indices().rev();
    letters.nth(CHARS_BEFORE - 1).map_or(0, |(at, _)| at)
}

/// Not between a letter and its marks.
fn forth(text: &str, from: usize) -> usize {
    let mut letters = text[from..].char_indices().skip(MOST_CHARS);
    let Some((most, _)) = letters.next() else {
        return text.len();
    };
    let shown = text[from..].char_indices().take(MOST_CHARS + 1);
    let borders = shown.filter(|(at, letter)| *at > 0 && !is_combining_mark(*letter));
    from + borders.last().map_or(most, |(at, _)| at)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words::looked_for;

    /// Matches in brackets.
    fn shown(text: &str, search: &str) -> String {
        let pieces = excerpt(text, &looked_for(search));
        let pieces = pieces.into_iter().map(|piece| match piece.is_match {
            true => format!("[{}]", piece.text),
            false => piece.text,
        });
        pieces.collect()
    }

    #[test]
    fn a_short_text_is_shown_whole_with_its_matches() {
        for (text, search, excerpt) in [
            ("Why is my mix so thin?", "mix", "Why is my [mix] so thin?"),
            (
                "Mixing, remixing: a mix.",
                "mix",
                "[Mixing], remixing: a [mix].",
            ),
            (" One\n\n  two\tthree ", "two one", "[One] [two] three"),
            ("Der Übergang", "UBER", "Der [Übergang]"),
            ("Der U\u{308}bergang", "über", "Der [U\u{308}bergang]"),
            ("低音域のmix", "低音域", "[低音域]のmix"),
            ("nothing here", "mix", "nothing here"),
            ("", "mix", ""),
            ("?!", "mix", "?!"),
        ] {
            assert_eq!(shown(text, search), excerpt, "{text:?} {search:?}");
        }
    }

    #[test]
    fn a_long_text_is_cut_at_words_around_the_first_match() {
        let text = format!(
            "{}the kick drum {}",
            "ahead ".repeat(50),
            "behind ".repeat(50)
        );
        let excerpt = shown(&text, "kick");
        assert_eq!(
            excerpt,
            format!(
                "…{}the [kick] drum {}behind…",
                "ahead ".repeat(4),
                "behind ".repeat(16)
            )
        );
        assert_eq!(shown(&text, "ahead").matches("[ahead]").count(), 26);
        assert!(shown(&text, "nowhere").starts_with("ahead ahead"));
    }

    #[test]
    fn nothing_is_cut_in_two() {
        for unit in ["é", "e\u{301}", "低", "か\u{3099}", "🥁", "\u{301}", "हि"] {
            for before in [0, 49, 50, 51, 200] {
                let text = format!("{} mix {}", unit.repeat(before), unit.repeat(500));
                let pieces = excerpt(&text, &looked_for("mix"));
                let all: String = pieces.iter().map(|piece| piece.text.as_str()).collect();
                let inside = all.trim_matches('…');
                assert!(text.contains(inside) && all.chars().count() <= MOST_CHARS + 2);
                assert!(pieces.contains(&Found {
                    text: "mix".to_owned(),
                    is_match: true
                }));
                let rest = text.rsplit_once(inside).map(|(_, rest)| rest);
                assert!(rest.is_some_and(|rest| {
                    unit == "\u{301}" || !rest.starts_with(is_combining_mark)
                }));
            }
        }
        // A word without an end.
        let endless = "mix".repeat(1_000);
        let excerpt = excerpt(&endless, &looked_for("mix"));
        assert_eq!(excerpt[0].text.len(), MOST_CHARS);
        assert!(excerpt[0].is_match && excerpt[1].text == "…");
    }
}
