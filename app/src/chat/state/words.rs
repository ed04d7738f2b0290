//! Sentences and small figures of the chat.

use contract::{
    ApiError, RunId,
    chat::{RunState, Usage},
    media::AnalysisView,
};

/// The banner of a lost line, behind its bold "Offline.".
pub fn offline_sentence(messages: usize, uploads: usize) -> String {
    let count = |number: usize, one: &str| match number {
        0 => None,
        1 => Some(format!("1 {one}")),
        _ => Some(format!("{number} {one}s")),
    };
    let waiting: Vec<String> = [count(messages, "message"), count(uploads, "upload")]
        .into_iter()
        .flatten()
        .collect();
    match (waiting.is_empty(), messages + uploads) {
        (true, _) => {
            "You can keep writing: messages wait here and go out by themselves.".to_owned()
        }
        (false, 1) => format!(
            "You can keep writing: {} waits here and goes out by itself.",
            waiting[0]
        ),
        (false, _) => format!(
            "You can keep writing: {} wait here and go out by themselves.",
            waiting.join(" and ")
        ),
    }
}

/// "Measured both files in 6.2 s".
pub fn measured_note(analysis: &AnalysisView) -> String {
    let tenths = tenths(analysis.measured_in_ms);
    match analysis.b {
        Some(_) => format!("Measured both files in {tenths}"),
        None => format!("Measured in {tenths}"),
    }
}

/// "House engineer · 412 tokens · $0.0041 · 3.2 s": only what is known.
pub fn model_note(model: &str, usage: Option<&Usage>) -> String {
    let mut note = model.to_owned();
    let Some(usage) = usage else { return note };
    let tokens = usage.tokens_in + usage.tokens_out;
    if tokens > 0 {
        note.push_str(" · ");
        push_thousands(&mut note, tokens);
        note.push_str(" tokens");
    }
    if let Some(micros) = usage.cost_micros.filter(|micros| *micros > 0) {
        // Hundredths of a cent; less than one of them is said so.
        let units = micros / 100;
        if units == 0 {
            note.push_str(" · under $0.0001");
        } else {
            note.push_str(&format!(" · ${}.{:04}", units / 10_000, units % 10_000));
        }
    }
    if usage.total_ms > 0 {
        note.push_str(" · ");
        note.push_str(&tenths(usage.total_ms));
    }
    note
}

/// Why an answer ended before its end, and that its text is kept, which the server may have said itself.
pub fn ended_sentence(state: RunState, error: Option<&ApiError>, has_text: bool) -> String {
    let mut sentence = match (error, state) {
        (Some(error), _) => error.message.clone(),
        (None, RunState::Stopped) => "Stopped.".to_owned(),
        (None, RunState::Interrupted) => {
            "Soundstage was restarted in the middle of this answer.".to_owned()
        }
        (None, _) => "The model did not finish this answer.".to_owned(),
    };
    if has_text && !sentence.contains("kept") {
        sentence.push_str(" What was written is kept.");
    }
    sentence
}

/// Minutes and seconds, "0:14".
pub fn elapsed(millis: i64) -> String {
    let seconds = millis.max(0) / 1_000;
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

/// When a run began: its id is a UUID of version 7, whose first 48 bits are that.
pub fn started_ms(run: RunId) -> i64 {
    (run.0.as_u128() >> 80) as i64
}

fn tenths(millis: i64) -> String {
    let tenths = (millis.max(0) + 50) / 100;
    format!("{}.{} s", tenths / 10, tenths % 10)
}

fn push_thousands(text: &mut String, number: i64) {
    let digits = number.to_string();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_waits_is_counted_in_words() {
        assert!(offline_sentence(0, 0).ends_with("messages wait here and go out by themselves."));
        assert!(offline_sentence(1, 0).ends_with(": 1 message waits here and goes out by itself."));
        assert!(
            offline_sentence(2, 1)
                .ends_with(": 2 messages and 1 upload wait here and go out by themselves.")
        );
    }

    #[test]
    fn the_note_says_only_what_is_known() {
        assert_eq!(model_note("House engineer", None), "House engineer");
        let mut usage = Usage {
            tokens_in: 1_200,
            tokens_out: 412,
            cost_micros: Some(4_120),
            first_token_ms: 80,
            total_ms: 3_240,
        };
        assert_eq!(
            model_note("gpt-5", Some(&usage)),
            "gpt-5 · 1,612 tokens · $0.0041 · 3.2 s"
        );
        usage.cost_micros = Some(3);
        usage.tokens_in = 0;
        assert_eq!(
            model_note("gpt-5", Some(&usage)),
            "gpt-5 · 412 tokens · under $0.0001 · 3.2 s"
        );
    }

    #[test]
    fn that_text_is_kept_is_said_once() {
        let kept = "Stopped. What was written is kept.";
        assert_eq!(ended_sentence(RunState::Stopped, None, true), kept);
        assert_eq!(ended_sentence(RunState::Stopped, None, false), "Stopped.");
        let error = ApiError::new(contract::ErrorCode::Interrupted, kept);
        assert_eq!(
            ended_sentence(RunState::Interrupted, Some(&error), true),
            kept
        );
    }

    #[test]
    fn a_run_knows_when_it_began() {
        let run: RunId = "01890a5d-ac96-774b-bcce-b302099a8057"
            .parse()
            .expect("an id");
        assert_eq!(started_ms(run), 0x0189_0a5d_ac96);
        assert_eq!(elapsed(14_900), "0:14");
        assert_eq!(elapsed(-5), "0:00");
    }
}
