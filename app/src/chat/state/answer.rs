//! One answer: what was stored, plus its log. The same log from any place gives the same text.

use contract::{
    chat::RunView,
    live::{Cursor, Event},
};

/// An answer as it is shown. `run` is the stored view, carried on by events.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    pub run: RunView,
    /// Of measuring, 0 to 1.
    pub progress: f32,
    /// Where the line was lost and found again: before which block, for how many seconds.
    resumed: Vec<(usize, u32)>,
}

/// A piece of the finished text, in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// Sanitised by the server.
    Html(String),
    /// "Connection lost for 9 s, picked up where it stopped".
    Resumed(u32),
}

/// What an event changed, so that only this is drawn again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Touched {
    Nothing,
    /// The text that is still growing.
    Tail,
    /// Finished text, and with it the tail.
    Parts,
    /// The analysis card.
    Card,
    /// State, stage, progress, error, usage.
    Head,
}

impl Answer {
    pub fn new(run: RunView) -> Self {
        Self {
            run,
            progress: 0.0,
            resumed: Vec::new(),
        }
    }

    /// Takes what the server has stored by now. What this tab has already seen of the same log is
    /// not taken back: a slow answer to an old question must not make text vanish.
    pub fn replace(&mut self, run: RunView) -> bool {
        // Ids of runs rise: what still speaks of an earlier one is late.
        if run.id.0 < self.run.id.0 {
            return false;
        }
        let same_log = self.run.id == run.id && self.run.cursor.epoch == run.cursor.epoch;
        if same_log && run.cursor.seq < self.run.cursor.seq {
            return false;
        }
        if self.run.id != run.id {
            self.resumed.clear();
        }
        self.resumed.retain(|(block, _)| *block <= run.blocks.len());
        self.progress = 0.0;
        self.run = run;
        true
    }

    /// Carries the answer on by one event of its log. Events at or below the cursor change nothing.
    pub fn apply(&mut self, at: Cursor, event: &Event) -> Touched {
        if at.epoch == self.run.cursor.epoch && at.seq <= self.run.cursor.seq {
            return Touched::Nothing;
        }
        self.run.cursor = at;
        let run = &mut self.run;
        match event {
            Event::Text { text } => {
                run.tail.push_str(text);
                Touched::Tail
            }
            Event::Block { html, chars } => {
                drop_chars(&mut run.tail, *chars);
                run.blocks.push(html.clone());
                Touched::Parts
            }
            Event::Analysis { analysis } => {
                run.analysis = Some(analysis.clone());
                Touched::Card
            }
            Event::Run {
                state,
                stage,
                progress,
            } => {
                run.state = *state;
                run.stage.clone_from(stage);
                if let Some(progress) = progress {
                    self.progress = *progress;
                }
                Touched::Head
            }
            Event::Finished {
                state,
                error,
                usage,
            } => {
                run.state = *state;
                run.stage = None;
                run.error.clone_from(error);
                if usage.is_some() {
                    run.usage = *usage;
                }
                Touched::Head
            }
            // Of other topics.
            Event::Message { .. }
            | Event::Restarted { .. }
            | Event::Conversation(_)
            | Event::ConversationDeleted { .. }
            | Event::Branched { .. }
            | Event::Asset { .. } => Touched::Nothing,
        }
    }

    /// The line was lost for a while and found again while this was being written.
    pub fn picked_up(&mut self, seconds: u32) -> bool {
        if self.run.state.is_final() || !self.has_text() {
            return false;
        }
        let here = self.run.blocks.len();
        match self.resumed.last_mut() {
            // Two outages within one paragraph are one note.
            Some((block, total)) if *block == here => *total += seconds,
            _ => self.resumed.push((here, seconds)),
        }
        true
    }

    pub fn has_text(&self) -> bool {
        !self.run.blocks.is_empty() || !self.run.tail.trim().is_empty()
    }

    pub fn parts(&self) -> Vec<Part> {
        let mut parts = Vec::with_capacity(self.run.blocks.len() + self.resumed.len());
        let mut notes = self.resumed.iter().peekable();
        for (index, html) in self.run.blocks.iter().enumerate() {
            while let Some((_, seconds)) = notes.next_if(|(block, _)| *block <= index) {
                parts.push(Part::Resumed(*seconds));
            }
            parts.push(Part::Html(html.clone()));
        }
        parts.extend(notes.map(|(_, seconds)| Part::Resumed(*seconds)));
        parts
    }
}

/// Characters, not bytes: the server counts as people do.
fn drop_chars(text: &mut String, chars: u32) {
    let end = text
        .char_indices()
        .nth(chars as usize)
        .map_or(text.len(), |(at, _)| at);
    text.drain(..end);
}

#[cfg(test)]
mod tests {
    use contract::{ApiError, ErrorCode, chat::RunState, chat::Usage};

    use super::*;

    fn run() -> RunView {
        RunView {
            id: "01890000-0000-7000-8000-000000000001"
                .parse()
                .expect("an id"),
            state: RunState::Measuring,
            cursor: Cursor { epoch: 5, seq: 0 },
            stage: None,
            blocks: Vec::new(),
            tail: String::new(),
            analysis: None,
            error: None,
            model: "House engineer".into(),
            usage: None,
        }
    }

    fn at(seq: u64) -> Cursor {
        Cursor { epoch: 5, seq }
    }

    /// A log as the server writes one: text in odd pieces, blocks that eat the tail from its start.
    fn log(seed: u64, pieces: usize) -> Vec<Event> {
        let mut random = seed;
        let mut next = move |below: u64| {
            random = random
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            (random >> 33) % below
        };
        let words = [
            "kick ",
            "−3 dB ",
            "é",
            "low end, ",
            "\n\n",
            "Grüße ",
            "60 Hz ",
            "🎚 ",
            "",
        ];
        let mut tail = 0;
        let mut events = vec![Event::Run {
            state: RunState::Writing,
            stage: Some("Writing".into()),
            progress: None,
        }];
        for number in 0..pieces {
            if tail > 0 && next(4) == 0 {
                let chars = 1 + next(tail);
                tail -= chars;
                events.push(Event::Block {
                    html: format!("<p>{number}:{chars}</p>"),
                    chars: chars as u32,
                });
            } else {
                let text = words[next(words.len() as u64) as usize].to_owned();
                tail += text.chars().count() as u64;
                events.push(Event::Text { text });
            }
        }
        events.push(Event::Finished {
            state: RunState::Done,
            error: None,
            usage: Some(Usage::default()),
        });
        events
    }

    fn play(answer: &mut Answer, events: &[Event], from: usize) {
        for (index, event) in events.iter().enumerate().skip(from) {
            answer.apply(at(index as u64 + 1), event);
        }
    }

    #[test]
    fn the_same_log_from_any_place_gives_the_same_answer() {
        for seed in 0..20 {
            let events = log(seed, 60);
            let mut whole = Answer::new(run());
            play(&mut whole, &events, 0);
            for cut in 0..=events.len() {
                // What the server would have stored by then …
                let mut stored = Answer::new(run());
                play(&mut stored, &events[..cut], 0);
                // … opened by another tab, which is sent a few events too many.
                let mut tab = Answer::new(stored.run.clone());
                play(&mut tab, &events, cut.saturating_sub(3));
                assert_eq!(tab, whole, "seed {seed}, cut {cut}");
            }
        }
    }

    #[test]
    fn a_block_takes_characters_and_not_bytes() {
        let mut answer = Answer::new(run());
        answer.apply(
            at(1),
            &Event::Text {
                text: "−3 dB 🎚 more".into(),
            },
        );
        assert_eq!(
            answer.apply(
                at(2),
                &Event::Block {
                    html: "<p>x</p>".into(),
                    chars: 8
                }
            ),
            Touched::Parts
        );
        assert_eq!(answer.run.tail, "more");
        answer.apply(
            at(3),
            &Event::Block {
                html: "<p>y</p>".into(),
                chars: 99,
            },
        );
        assert_eq!(answer.run.tail, "");
    }

    #[test]
    fn a_failure_keeps_the_text() {
        let mut answer = Answer::new(run());
        answer.apply(
            at(1),
            &Event::Text {
                text: "The low end".into(),
            },
        );
        let error = ApiError::new(ErrorCode::ModelTimeout, "The model stopped answering.");
        let failed = Event::Finished {
            state: RunState::Failed,
            error: Some(error.clone()),
            usage: None,
        };
        assert_eq!(answer.apply(at(2), &failed), Touched::Head);
        assert_eq!(
            (answer.run.tail.as_str(), answer.run.error),
            ("The low end", Some(error))
        );
    }

    #[test]
    fn the_note_of_an_outage_stands_before_the_paragraph_that_went_on() {
        let mut answer = Answer::new(run());
        assert!(!answer.picked_up(4), "nothing was written yet");
        answer.apply(
            at(1),
            &Event::Block {
                html: "one".into(),
                chars: 0,
            },
        );
        answer.apply(at(2), &Event::Text { text: "tw".into() });
        assert!(answer.picked_up(9));
        assert!(answer.picked_up(2));
        answer.apply(at(3), &Event::Text { text: "o".into() });
        answer.apply(
            at(4),
            &Event::Block {
                html: "two".into(),
                chars: 3,
            },
        );
        let expected = [
            Part::Html("one".into()),
            Part::Resumed(11),
            Part::Html("two".into()),
        ];
        assert_eq!(answer.parts(), expected);
    }

    #[test]
    fn a_stale_view_does_not_take_text_back() {
        let mut answer = Answer::new(run());
        answer.apply(at(1), &Event::Text { text: "ab".into() });
        assert!(!answer.replace(run()));
        assert_eq!(answer.run.tail, "ab");
        let mut anew = run();
        anew.cursor = Cursor { epoch: 6, seq: 0 };
        assert!(answer.replace(anew));
        assert_eq!(answer.run.tail, "");
    }
}
