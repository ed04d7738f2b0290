//! What a line is by how it begins.

/// A line that has gone on for so long without saying what it is, is text.
const LONGEST_OPENING: usize = 1000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Blank,
    Fence(Fence),
    Heading,
    /// Whether it also underlines a heading.
    Rule {
        underlines: bool,
    },
    Quote,
    /// Where the content of the item begins, in columns behind the marker's own indent.
    Bullet {
        mark: char,
        content: usize,
        empty: bool,
    },
    Ordered {
        mark: char,
        number: u32,
        content: usize,
        empty: bool,
    },
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    mark: char,
    length: usize,
    /// Its first line is still being written.
    pub is_opening: bool,
}

impl Fence {
    pub(super) fn is_closed_by(self, line: &str) -> bool {
        let line = line.trim();
        line.chars().all(|character| character == self.mark) && line.len() >= self.length
    }
}

/// What a line is, and its indent; none while its beginning may become different things.
pub(super) fn classify(line: &str, whole: bool) -> Option<(Kind, usize)> {
    let mut indent = 0;
    let mut start = 0;
    for character in line.chars() {
        match character {
            ' ' => indent += 1,
            '\t' => indent += 4 - indent % 4,
            _ => break,
        }
        start += 1;
    }
    let text = &line[start..];
    if text.is_empty() {
        return (whole || start > LONGEST_OPENING).then_some((Kind::Blank, indent));
    }
    let kind =
        classify_text(text, whole).or((text.len() > LONGEST_OPENING).then_some(Kind::Text))?;
    Some((kind, indent))
}

fn classify_text(text: &str, whole: bool) -> Option<Kind> {
    let first = text.chars().next()?;
    let run = text.len() - text.trim_start_matches(first).len();
    let behind = text[run..].chars().next();
    match first {
        '`' | '~' if run >= first.len_utf8() * 3 => {
            // The line must be whole: a second run of backticks makes it code within text.
            let is_text = first == '`' && text[run..].contains('`');
            whole.then_some(if is_text {
                Kind::Text
            } else {
                Kind::Fence(Fence {
                    mark: first,
                    length: run,
                    is_opening: true,
                })
            })
        }
        '`' | '~' => decided(behind, whole, Kind::Text),
        '#' if run > 6 => Some(Kind::Text),
        '#' => match behind {
            Some(' ' | '\t') => Some(Kind::Heading),
            Some(_) => Some(Kind::Text),
            None => whole.then_some(Kind::Heading),
        },
        '>' => Some(Kind::Quote),
        '-' | '*' | '+' | '_' => classify_mark(text, first, run, whole),
        '0'..='9' => classify_number(text, whole),
        _ => Some(Kind::Text),
    }
}

fn decided(behind: Option<char>, whole: bool, kind: Kind) -> Option<Kind> {
    (whole || behind.is_some()).then_some(kind)
}

/// A bullet, a rule, or text that begins with its mark.
fn classify_mark(text: &str, mark: char, run: usize, whole: bool) -> Option<Kind> {
    let only_marks = text
        .chars()
        .all(|character| character == mark || character == ' ' || character == '\t');
    let count = text.chars().filter(|character| *character == mark).count();
    if only_marks && mark != '+' {
        if !whole {
            return None;
        }
        if count >= 3 {
            return Some(Kind::Rule {
                underlines: mark == '-' && text.trim_end().len() == count,
            });
        }
    }
    let rest = &text[1..];
    let is_bullet = mark != '_'
        && run == 1
        && rest
            .chars()
            .next()
            .is_none_or(|next| next == ' ' || next == '\t');
    if !is_bullet {
        return Some(Kind::Text);
    }
    let (content, empty) = content_of(rest, whole)?;
    Some(Kind::Bullet {
        mark,
        content: 1 + content,
        empty,
    })
}

fn classify_number(text: &str, whole: bool) -> Option<Kind> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let rest = &text[digits..];
    let mark = match rest.chars().next() {
        _ if digits > 9 => return Some(Kind::Text),
        Some(mark @ ('.' | ')')) => mark,
        Some(_) => return Some(Kind::Text),
        None => return whole.then_some(Kind::Text),
    };
    let rest = &rest[1..];
    match rest.chars().next() {
        Some(' ' | '\t') => {}
        Some(_) => return Some(Kind::Text),
        None if !whole => return None,
        None => {}
    }
    let (content, empty) = content_of(rest, whole)?;
    let number = text[..digits].parse().unwrap_or(u32::MAX);
    Some(Kind::Ordered {
        mark,
        number,
        content: digits + 1 + content,
        empty,
    })
}

/// How far behind the marker an item's content begins, and whether the item is empty so far.
fn content_of(rest: &str, whole: bool) -> Option<(usize, bool)> {
    let text = rest.trim_start_matches([' ', '\t']);
    if text.is_empty() {
        return whole.then_some((1, true));
    }
    let gap = rest.len() - text.len();
    // Five and more are one, and then a listing.
    Some((if gap > 4 { 1 } else { gap }, false))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_decided_by_its_beginning_and_never_otherwise_later() {
        let lines = [
            "",
            "   ",
            "text",
            "    code",
            "# Head",
            "#hash",
            "####### seven",
            "- item",
            "-",
            "- - -",
            "---",
            "--- x",
            "-x",
            "* a",
            "**bold** text",
            "***",
            "* * *",
            "+ a",
            "+",
            "_it_",
            "___",
            "1. one",
            "1.5 dB",
            "12) twelve",
            "1.",
            "1234567890. x",
            "> quote",
            "```rust",
            "```a``` b",
            "~~~",
            "`x`",
            "|a|b|",
            "<b>",
            "\t- deep",
            "-\tx",
            "1.     code",
        ];
        for line in lines {
            let mut early = None;
            for end in (0..=line.len()).filter(|end| line.is_char_boundary(*end)) {
                let now = classify(&line[..end], false);
                if early.is_some() {
                    assert_eq!(now, early, "{line:?} at {end}");
                }
                early = now;
            }
            let whole = classify(line, true);
            assert!(whole.is_some(), "{line:?}");
            if early.is_some() {
                assert_eq!(early, whole, "{line:?}");
            }
        }
    }

    #[test]
    fn lines_are_what_commonmark_says() {
        let kind = |line| classify(line, true).map(|(kind, _)| kind);
        assert_eq!(kind("- - -"), Some(Kind::Rule { underlines: false }));
        assert_eq!(kind("---  "), Some(Kind::Rule { underlines: true }));
        assert_eq!(kind("--"), Some(Kind::Text));
        assert_eq!(
            kind("- -"),
            Some(Kind::Bullet {
                mark: '-',
                content: 2,
                empty: false
            })
        );
        assert_eq!(kind("**bold"), Some(Kind::Text));
        assert_eq!(
            kind("12.  x"),
            Some(Kind::Ordered {
                mark: '.',
                number: 12,
                content: 5,
                empty: false
            })
        );
        assert_eq!(kind("1.5 dB"), Some(Kind::Text));
        assert_eq!(kind("#hash"), Some(Kind::Text));
    }
}
