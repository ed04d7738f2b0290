//! What people call their files.

/// File systems stop at 255 bytes; nobody reads that far.
const MOST_BYTES: usize = 200;

/// The name without folders, control characters and marks that turn text around; never empty. The end
/// is kept when it is too long, since there stands the type.
pub(super) fn clean(given: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last
        .chars()
        .filter(|c| !c.is_control() && !turns_around(*c))
        .collect();
    let shown = shown.trim().trim_start_matches('.');
    if shown.is_empty() {
        return "Untitled".to_owned();
    }
    if shown.len() <= MOST_BYTES {
        return shown.to_owned();
    }
    let (stem, end) = match shown.rfind('.') {
        Some(dot) if shown.len() - dot <= 12 => shown.split_at(dot),
        _ => (shown, ""),
    };
    let cut = (0..=MOST_BYTES - end.len() - '…'.len_utf8())
        .rev()
        .find(|at| stem.is_char_boundary(*at))
        .unwrap_or(0);
    format!("{}…{end}", &stem[..cut])
}

/// Makes `gpj.exe` of `exe.jpg`; no name needs it.
fn turns_around(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::clean;

    #[test]
    fn folders_and_tricks_go() {
        assert_eq!(clean("C:\\Songs\\Mix 3.wav"), "Mix 3.wav");
        assert_eq!(clean("../../etc/passwd"), "passwd");
        assert_eq!(clean("a\u{202e}b\nc\0.flac"), "abc.flac");
        assert_eq!(clean("Übermix “final”.aiff"), "Übermix “final”.aiff");
        for nothing in ["", "  ", "/", "...", "\u{7}"] {
            assert_eq!(clean(nothing), "Untitled");
        }
    }

    #[test]
    fn long_names_keep_their_type() {
        let name = clean(&format!("{}.flac", "ü".repeat(300)));
        assert!(name.len() <= 200 && name.ends_with("….flac"));
        assert!(clean(&"x".repeat(1000)).len() <= 200);
    }
}
