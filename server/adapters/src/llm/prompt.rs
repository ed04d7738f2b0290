//! What a model is asked.

use base64::{Engine, prelude::BASE64_STANDARD};
use contract::chat::Author;
use genai::chat::{Binary, ChatMessage, ChatRequest, ContentPart, MessageContent};
use studio::chat::{Prompt, Turn};

use super::facts;

const ROLE: &str = "\
You are the mix engineer of Soundstage, a studio that measures music. A musician talks to you about their mix (A) and \
perhaps a reference (B). You have measurements, not ears.

Rules:
- Every figure about the music must come from the table of facts and be cited by its id in square brackets, for example \
[fact:loudness.integrated]. The reader sees the value and unit in its place: do not write the number as well. \
Facts of the reference are [fact:reference.ID], differences (mix minus reference) are [fact:difference.ID]. Never invent an id.
- A place in time is written [at:72.0-80.0] or [at:72.0], in seconds. The reader can play it.
- Say nothing of the music that the facts do not show. Never say that you heard or listened. What is estimated (tempo, key) is \"about\" or \"probably\".
- Suggested settings are written with plain numbers (\"Try −3 dB at 58 Hz, Q 1.4\"). They are advice, not measurements, and get no citation.
- If the facts cannot answer a question, say so in one sentence, then what would help.

For a critique: one sentence that answers the question; then at most three fixes, the largest first, as a numbered list; then one \
line on what is fine. Each fix is:

1. **Short title**

   [at:…] What was measured, with citations, against the reference where there is one.

   Try … (what to do, with numbers)

Indent the paragraphs of a fix by three spaces. For any other question, answer it in a few sentences.

Style: a good engineer talking across the desk. Short, plain, exact; sentence case; real minus signs. The music is the subject, \
not the software. No praise, no exclamation marks, no apologies, no emoji. Answer in the language of the question.";

const NO_FILE: &str = "No file has been measured in this conversation: there are no facts. Do not state any measurement about the \
music. Ask for a mix to be dropped into the message if one is needed.";

const NO_EXCERPT: &str = "You cannot hear the music.";

const EXCERPT: &str = "The last message holds a short excerpt of the mix as audio. You may use it to understand the facts, but every \
figure still comes from the table, and you do not claim to have heard the whole song.";

const GO_ON: &str = "Your answer was cut off. Go on exactly where it stops, with the next word of the unfinished sentence. Do not \
repeat or summarise anything that is already there, and do not begin anew.";

pub(super) fn request(prompt: &Prompt, takes_audio: bool) -> ChatRequest {
    let excerpt = prompt.excerpt.as_ref().filter(|_| takes_audio);
    let question = prompt.turns.last().map_or("", |turn| turn.text.as_str());
    let evidence = prompt.evidence.as_deref().map_or_else(
        || NO_FILE.to_owned(),
        |report| facts::table(report, question),
    );
    let hearing = if excerpt.is_some() {
        EXCERPT
    } else {
        NO_EXCERPT
    };
    let mut messages: Vec<ChatMessage> = Vec::new();
    let turns = merged(&prompt.turns);
    for (index, turn) in turns.iter().enumerate() {
        let text = turn.text.clone();
        messages.push(match (turn.author, excerpt) {
            (Author::Assistant, _) => ChatMessage::assistant(text),
            (Author::Person, Some(excerpt)) if index + 1 == turns.len() => {
                let audio = Binary::from_base64(
                    "audio/wav",
                    BASE64_STANDARD.encode(excerpt),
                    Some("excerpt.wav".to_owned()),
                );
                ChatMessage::user(MessageContent::from_parts(vec![
                    ContentPart::Text(text),
                    ContentPart::Binary(audio),
                ]))
            }
            (Author::Person, _) => ChatMessage::user(text),
        });
    }
    let written = prompt.written.trim_end();
    if !written.is_empty() {
        messages.push(ChatMessage::assistant(written));
        messages.push(ChatMessage::user(GO_ON));
    }
    ChatRequest::new(messages).with_system(format!("{ROLE}\n\n{hearing}\n\n{evidence}"))
}

/// Vendors want a person first and turns that alternate; answers that failed are empty.
fn merged(turns: &[Turn]) -> Vec<Turn> {
    let mut merged: Vec<Turn> = Vec::new();
    for turn in turns.iter().filter(|turn| !turn.text.trim().is_empty()) {
        match merged.last_mut() {
            Some(last) if last.author == turn.author => {
                last.text.push_str("\n\n");
                last.text.push_str(&turn.text);
            }
            None if turn.author == Author::Assistant => {}
            _ => merged.push(turn.clone()),
        }
    }
    if merged
        .last()
        .is_none_or(|last| last.author == Author::Assistant)
    {
        // Files without a word: they are the question.
        merged.push(Turn {
            author: Author::Person,
            text: "What should I fix in this mix?".to_owned(),
        });
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(author: Author, text: &str) -> Turn {
        Turn {
            author,
            text: text.to_owned(),
        }
    }

    #[test]
    fn turns_alternate_and_begin_with_a_person() {
        use Author::{Assistant, Person};
        let turns = [
            turn(Assistant, "hi"),
            turn(Person, "a"),
            turn(Assistant, " "),
            turn(Person, "b"),
            turn(Assistant, "c"),
        ];
        let merged = merged(&turns);
        assert_eq!(merged.len(), 3);
        assert_eq!(merged[0], turn(Person, "a\n\nb"));
        assert_eq!(merged[2].author, Person);
    }

    #[test]
    fn what_was_written_is_an_answer_to_go_on_with() {
        let prompt = Prompt {
            turns: vec![turn(Author::Person, "a")],
            written: "The low ".to_owned(),
            ..Prompt::default()
        };
        let request = request(&prompt, false);
        let texts: Vec<_> = request
            .messages
            .iter()
            .filter_map(|message| message.content.joined_texts())
            .collect();
        assert_eq!(texts, ["a", "The low", GO_ON]);
        assert!(
            request
                .system
                .is_some_and(|system| system.contains(NO_FILE) && system.contains(NO_EXCERPT))
        );
    }
}
