//! Figures that were claimed without a citation are held against what was measured.
//!
//! A figure is *claimed* where the sentence states it of the music. What is advised ("cut 3 dB at
//! 250 Hz"), supposed ("if it is over −1 dBTP"), asked, or known of platforms and standards ("Spotify
//! normalises to −14 LUFS") is no claim. [`tokens`] and [`words`] find the figures, [`stance`] how each is meant, and
//! [`known`] whether a measurement agrees. No grammar is parsed: the cues are lists of words, and the
//! table of sentences in the tests says what they are good for.

mod known;
mod stance;
mod tokens;
mod words;

#[cfg(test)]
mod tests;

use std::ops::Range;

pub(super) use known::Known;
pub(super) use stance::Stance;

/// What [`check`] found.
pub(super) struct Checked {
    /// Byte ranges of claims that no measurement agrees with, in order, apart from one another.
    pub unmeasured: Vec<Range<usize>>,
    /// How the last sentence stood at its end.
    pub end: Stance,
}

/// `head` is what stands over the text (a table's column), `lead` how the text before led up to it.
pub(super) fn check(
    text: &str,
    head: Option<&str>,
    lead: Option<Stance>,
    known: &Known,
) -> Checked {
    let mut unmeasured = Vec::new();
    let mut end = lead.unwrap_or(Stance::Claim);
    let head_stance = head.map(stance::of_head);
    for sentence in words::sentences(text) {
        let before = head_stance.unwrap_or(end);
        let stances = stance::of_sentence(&sentence, before);
        for (figure, stance) in sentence.figures.iter().zip(&stances.figures) {
            let is_claimed = match stance {
                Stance::Claim => true,
                Stance::ClaimOfPlace => !known.has_problem_at(&figure.quantity),
                Stance::Advice | Stance::Other => false,
            };
            if is_claimed && !known.agrees(&figure.quantity) {
                unmeasured.push(figure.range.clone());
            }
        }
        end = stances.end;
    }
    Checked { unmeasured, end }
}
