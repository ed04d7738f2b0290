//! What the fake says.

use std::time::{SystemTime, UNIX_EPOCH};

/// The figure in every critique that nobody measured, so that the checker can be seen at work.
pub const NEVER_MEASURED: &str = "−3.2 LUFS";

/// A critique that cites facts which the prompt lists, as a careful model would, and claims one figure
/// out of the air.
pub(super) fn critique(prompt: &str) -> String {
    let ids = fact_ids(prompt);
    let cite = |id: &str| {
        ids.iter()
            .any(|known| known == id)
            .then(|| format!("[fact:{id}]"))
    };
    let Some(loudness) = cite("loudness.integrated") else {
        return "No file was measured in this conversation, so there are no figures to go by. Drop a mix into the message.\n\nUntil then: \
                high-pass what needs no lows at 80 Hz, and leave 3 dB of room on the master."
            .to_owned();
    };
    let times = times(prompt);
    let at = |index: usize| {
        times
            .get(index)
            .map_or_else(String::new, |time| format!("{time} "))
    };
    let peak = cite("peak.true").unwrap_or_else(|| loudness.clone());
    let correlation = cite("stereo.correlation").unwrap_or_else(|| loudness.clone());
    let plr = cite("dynamics.plr").unwrap_or_else(|| loudness.clone());
    let reference = if prompt.contains("The reference is") {
        ", the reference [fact:reference.loudness.integrated]"
    } else {
        ""
    };
    format!(
        "The low end is where most is to be won; the level follows. Three fixes, the largest first.\n\n\
         1. **Give kick and bass separate rooms**\n\n   {}The lows gather here while the mix measures {loudness}{reference}.\n\n   \
         Try −3 dB at 58 Hz, Q 1.4, on the kick, and duck the bass 2 dB from it with a 90 ms release.\n\n\
         2. **Ease the limiter**\n\n   The true peak reaches {peak}, with {plr} between peaks and loudness. The chorus alone measures {NEVER_MEASURED}.\n\n   \
         Try 3 dB less into the limiter, with its ceiling at −1 dBTP.\n\n\
         3. **Check the synth in mono**\n\n   {}Part of it cancels; overall the correlation is {correlation}.\n\n   \
         Try the widener at half, and listen in mono.\n\nWhat is fine: `tempo` and key are steady.",
        at(0),
        at(1)
    )
}

/// So many words, in paragraphs.
pub(super) fn tokens(count: usize) -> String {
    const WORDS: [&str; 12] = [
        "The", "kick", "and", "the", "bass", "share", "one", "room", "until", "one", "gives",
        "way.",
    ];
    let mut text = String::with_capacity(count * 6);
    for index in 0..count {
        if index > 0 {
            text.push_str(if index % 60 == 0 { "\n\n" } else { " " });
        }
        text.push_str(WORDS[index % WORDS.len()]);
    }
    text
}

/// Puts the time in the place of a word: the microseconds since 1970, modulo 26⁸ (58 hours), as eight
/// letters, the highest first. In letters, because figures would be held against measurements on the way.
pub(super) fn stamp(piece: &str, now: SystemTime) -> String {
    const LETTERS: usize = 8;
    let mut micros = now
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_micros();
    let space = piece.len() - piece.trim_start().len();
    let mut letters = [b'a'; LETTERS];
    for letter in letters.iter_mut().rev() {
        *letter += (micros % 26) as u8;
        micros /= 26;
    }
    let word = letters.map(char::from);
    piece[..space].chars().chain(word).collect()
}

/// First words of the lines of the table.
fn fact_ids(prompt: &str) -> Vec<String> {
    prompt
        .lines()
        .filter_map(|line| line.split_once(" | "))
        .map(|(id, _)| id.to_owned())
        .filter(|id| {
            id.contains('.')
                && id
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_'))
        })
        .collect()
}

/// Stretches of time that problems lie in.
fn times(prompt: &str) -> Vec<String> {
    let problems = prompt
        .split_once("Problems that rules found")
        .map_or("", |(_, rest)| rest);
    let mut times: Vec<String> = Vec::new();
    for (start, _) in problems.match_indices("[at:") {
        let Some(end) = problems[start..].find(']') else {
            continue;
        };
        let time = problems[start..=start + end].to_owned();
        if time.contains('-') && !times.contains(&time) {
            times.push(time);
        }
    }
    times
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn only_facts_of_the_prompt_are_cited() {
        let prompt = "Facts (id | mix):\nloudness.integrated | −9.8 LUFS\npeak.true | 0.2 dBTP\nProblems that rules found\n- x [at:12.0-22.0] [fact:a]";
        let text = critique(prompt);
        assert!(
            text.contains("[fact:peak.true]")
                && text.contains("[at:12.0-22.0]")
                && text.contains(NEVER_MEASURED)
        );
        assert!(!text.contains("stereo.correlation"));
        assert!(!critique("").contains("[fact:"));
    }

    #[test]
    fn a_stamp_takes_the_place_of_a_word() {
        let at = |micros| UNIX_EPOCH + Duration::from_micros(micros);
        assert_eq!(stamp(" kick", at(0)), " aaaaaaaa");
        assert_eq!(stamp("\n\nThe", at(27)), "\n\naaaaaabb");
        assert_eq!(stamp("The", at(26_u64.pow(8) + 25)), "aaaaaaaz");
    }

    #[test]
    fn tokens_are_as_many_as_asked() {
        assert_eq!(tokens(600).split_whitespace().count(), 600);
    }
}
