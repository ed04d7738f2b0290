//! Text as HTML.

pub(in super::super) fn escape(text: &str, out: &mut String) {
    text.chars()
        .for_each(|character| escape_char(character, out));
}

pub(super) fn escape_char(character: char, out: &mut String) {
    match character {
        '&' => out.push_str("&amp;"),
        '<' => out.push_str("&lt;"),
        '>' => out.push_str("&gt;"),
        '"' => out.push_str("&quot;"),
        '\'' => out.push_str("&#39;"),
        _ => out.push(character),
    }
}
