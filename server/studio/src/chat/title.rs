//! Titles write themselves, and so do the previews in the list.

/// From the mix's file name, else from the first words of the question.
pub(super) fn title(question: &str, mix: Option<&str>) -> String {
    match mix {
        Some(name) => shorten(stem(name), 60),
        None if question.trim().is_empty() => "New conversation".to_owned(),
        None => shorten(first_sentence(question), 60),
    }
}

/// One line for the list.
pub(super) fn preview(text: &str) -> String {
    shorten(text, 90)
}

fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, extension)) if !stem.is_empty() && extension.len() <= 4 => stem,
        _ => name,
    }
}

fn first_sentence(text: &str) -> &str {
    let line = text.trim().lines().next().unwrap_or_default();
    let end = line
        .find(['?', '!'])
        .map(|at| at + 1)
        .or_else(|| line.find(". "))
        .unwrap_or(line.len());
    &line[..end]
}

/// At most `most` characters, cut between words, white space folded.
fn shorten(text: &str, most: usize) -> String {
    let mut short = String::new();
    for word in text.split_whitespace() {
        let room = most.saturating_sub(short.chars().count());
        let gap = usize::from(!short.is_empty());
        if word.chars().count() + gap > room {
            if short.is_empty() {
                short.extend(word.chars().take(most.saturating_sub(1)));
            }
            short.push('…');
            break;
        }
        if gap == 1 {
            short.push(' ');
        }
        short.push_str(word);
    }
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_comes_from_the_mix_or_from_the_question() {
        assert_eq!(
            title("What is wrong?", Some("Night Ferry v3.wav")),
            "Night Ferry v3"
        );
        assert_eq!(
            title("What is wrong with my low end? It booms.", None),
            "What is wrong with my low end?"
        );
        assert_eq!(title("  \n", None), "New conversation");
        assert_eq!(title("", Some(".wav")), ".wav");
    }

    #[test]
    fn long_text_is_cut_between_words() {
        assert_eq!(shorten("one two three", 8), "one two…");
        assert_eq!(shorten("unbreakable", 5), "unbr…");
        assert_eq!(shorten("  a \n b ", 8), "a b");
    }
}
