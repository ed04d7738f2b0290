//! Words as our database and our pages take them.

use super::MOST_TEXT_BYTES;

const MOST_LINE_CHARS: usize = 120;

/// A conversation's title.
pub(super) fn title(title: Option<&str>) -> String {
    title
        .and_then(line)
        .unwrap_or_else(|| "Untitled".to_owned())
}

/// One short line (a title, a file's name, a model); `None` if nothing is left of it.
pub(super) fn line(text: &str) -> Option<String> {
    let trimmed = text.trim_matches(|c: char| c.is_whitespace() || c.is_control());
    let mut line: String = trimmed
        .chars()
        .take(MOST_LINE_CHARS)
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    if trimmed.chars().nth(MOST_LINE_CHARS).is_some() {
        line.pop();
        line.push('…');
    }
    (!line.is_empty()).then_some(line)
}

/// What somebody said; `None` if it is nothing. PostgreSQL stores no NUL.
pub(super) fn said(text: &str) -> Option<String> {
    let mut text = text.trim().replace('\0', "");
    cut(&mut text);
    (!text.trim().is_empty()).then_some(text)
}

/// Cuts between characters, so that text and "…" fit.
pub(super) fn cut(text: &mut String) {
    if text.len() > MOST_TEXT_BYTES {
        text.truncate(text.floor_char_boundary(MOST_TEXT_BYTES - '…'.len_utf8()));
        text.push('…');
    }
}
