//! Turns what a model writes into what a person reads, while it is being written.
//!
//! The text comes in arbitrary pieces. What is shown of it is a list of finished blocks (sanitised HTML)
//! and a *tail* of plain text behind them that is still growing; a finished block takes the place of the
//! characters of the tail that it was made of. On the way, citations become figures, and figures that
//! were claimed without a citation are held against what was measured.
//!
//! Everything is decided character by character, so how the text was cut into pieces never shows:
//!
//! - [`lines`] finds where one block ends and the next begins,
//! - [`tail`] makes the plain text, holding back a citation until it is whole,
//! - [`html`] renders one block from its Markdown, [`code`] colours its listings,
//! - [`cite`] and [`evidence`] resolve citations, [`claims`] looks for figures without one.

mod cite;
mod claims;
mod code;
mod evidence;
mod figure;
mod html;
mod lines;
mod tail;

use std::sync::{Arc, OnceLock};

use contract::report::Report;

use claims::Known;
use lines::{Splitter, Verdict};
use tail::Tail;

#[cfg(test)]
mod safety_tests;
#[cfg(test)]
mod tests;

/// One step of the display. See [`contract::live::Event`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Output {
    /// Plain text to append to the growing tail.
    Text(String),
    /// A finished block of sanitised HTML; it replaces the first `chars` characters of the tail.
    Block { html: String, chars: u32 },
}

/// Holds the unfinished end of one answer.
pub struct Writer {
    evidence: Option<Arc<Report>>,
    /// What claims are held against: worked out when the first block is rendered.
    known: OnceLock<Known>,
    splitter: Splitter,
    tail: Tail,
    /// The block that is being written, up to the line that is.
    block: String,
    line: String,
    /// How many characters of the tail stand for `block` and for `line`.
    block_shown: u32,
    line_shown: u32,
    /// What the next block needs to know of those before it.
    context: html::Context,
}

impl Writer {
    pub fn new(evidence: Option<Arc<Report>>) -> Self {
        Self {
            evidence,
            known: OnceLock::new(),
            splitter: Splitter::default(),
            tail: Tail::default(),
            block: String::new(),
            line: String::new(),
            block_shown: 0,
            line_shown: 0,
            context: html::Context::default(),
        }
    }

    /// Takes the next piece of the model's text.
    pub fn push(&mut self, raw: &str) -> Vec<Output> {
        let mut shown = Shown::default();
        for character in raw.chars().filter_map(clean) {
            self.take(character, &mut shown);
        }
        shown.into_outputs()
    }

    /// Makes a block of what is left.
    pub fn finish(&mut self) -> Vec<Output> {
        let mut shown = Shown::default();
        if !self.line.is_empty() {
            self.decide(true, &mut shown);
        }
        self.line_shown += shown.append(|text| self.tail.flush(self.evidence.as_deref(), text));
        self.end_line();
        self.splitter.close(&self.block);
        if !self.block.is_empty() {
            self.end_block(&mut shown);
        }
        shown.into_outputs()
    }

    /// The whole of a text without marks, for previews, search and titles.
    pub fn plain(raw: &str, evidence: Option<&Report>) -> String {
        let raw: String = raw.chars().filter_map(clean).collect();
        html::plain(&raw, evidence)
    }

    /// The Markdown as it was written, with the figures themselves in place of citations.
    pub fn spelled(raw: &str, evidence: Option<&Report>) -> String {
        let mut spelled = String::with_capacity(raw.len());
        let mut scanner = cite::Scanner::default();
        let mut emit = |piece: cite::Piece<'_>| match piece {
            cite::Piece::Char(character) => spelled.push(character),
            cite::Piece::Cited(citation, _) => {
                spelled.push_str(&evidence::words(&citation, evidence));
            }
        };
        let clean = raw.chars().filter_map(clean);
        clean.for_each(|character| scanner.push(character, &mut emit));
        scanner.flush(&mut emit);
        spelled
    }

    fn take(&mut self, character: char, shown: &mut Shown) {
        if character == '\n' {
            self.take_end_of_line(shown);
            return;
        }
        self.line.push(character);
        let in_code = self.splitter.in_code();
        self.line_shown += shown.append(|text| {
            self.tail
                .push(character, in_code, self.evidence.as_deref(), text);
        });
        self.decide(false, shown);
    }

    fn take_end_of_line(&mut self, shown: &mut Shown) {
        let in_code = self.splitter.in_code();
        self.decide(true, shown);
        let verdict = self.splitter.end_line(&self.line);
        if verdict == Verdict::Skip || (verdict == Verdict::Finish && self.line.trim().is_empty()) {
            // A blank line between blocks is not shown.
            self.tail.start_line();
        } else {
            self.line_shown += shown.append(|text| {
                self.tail
                    .push('\n', in_code, self.evidence.as_deref(), text);
            });
        }
        if verdict == Verdict::Skip {
            self.line.clear();
            self.block_shown += std::mem::take(&mut self.line_shown);
            return;
        }
        self.line.push('\n');
        self.end_line();
        if verdict == Verdict::Finish {
            self.end_block(shown);
        }
    }

    /// Asks once per line, as soon as enough of it is there, whether it begins a block.
    fn decide(&mut self, whole: bool, shown: &mut Shown) {
        if self.splitter.decide(&self.line, &self.block, whole) == Some(Verdict::Begin)
            && !self.block.is_empty()
        {
            self.end_block(shown);
        }
    }

    fn end_line(&mut self) {
        self.block.push_str(&self.line);
        self.line.clear();
        self.block_shown += std::mem::take(&mut self.line_shown);
    }

    fn end_block(&mut self, shown: &mut Shown) {
        let known = self
            .known
            .get_or_init(|| Known::of(self.evidence.as_deref()));
        self.context.number = self.splitter.finished_number();
        let html = html::render(
            &self.block,
            self.evidence.as_deref(),
            known,
            &mut self.context,
        );
        self.block.clear();
        shown.block(html, std::mem::take(&mut self.block_shown));
    }
}

/// Rebuilds the display of stored text: finished blocks, the tail, and a writer to go on with.
pub fn render(raw: &str, evidence: Option<Arc<Report>>) -> (Vec<String>, String, Writer) {
    let mut writer = Writer::new(evidence);
    let mut blocks = Vec::new();
    let mut tail = String::new();
    for output in writer.push(raw) {
        match output {
            Output::Text(text) => tail.push_str(&text),
            Output::Block { html, chars } => {
                let end = tail
                    .char_indices()
                    .nth(chars as usize)
                    .map_or(tail.len(), |(at, _)| at);
                tail.drain(..end);
                blocks.push(html);
            }
        }
    }
    (blocks, tail, writer)
}

/// The blocks of a text that nothing will be added to.
pub fn render_whole(raw: &str, evidence: Option<Arc<Report>>) -> Vec<String> {
    let (mut blocks, _, mut writer) = render(raw, evidence);
    for output in writer.finish() {
        if let Output::Block { html, .. } = output {
            blocks.push(html);
        }
    }
    blocks
}

/// Without control characters, and without those of the private use area, which stand for citations
/// while a block is rendered.
fn clean(character: char) -> Option<char> {
    match character {
        '\n' | '\t' => Some(character),
        '\u{E000}'..='\u{F8FF}' => Some(char::REPLACEMENT_CHARACTER),
        _ if character.is_control() => None,
        _ => Some(character),
    }
}

/// Collects outputs, joining text that follows on text.
#[derive(Default)]
struct Shown {
    outputs: Vec<Output>,
    text: String,
}

impl Shown {
    /// Runs what appends to the tail and says how many characters it appended.
    fn append(&mut self, write: impl FnOnce(&mut String)) -> u32 {
        let before = self.text.len();
        write(&mut self.text);
        u32::try_from(self.text[before..].chars().count()).unwrap_or(u32::MAX)
    }

    fn block(&mut self, html: String, chars: u32) {
        self.flush();
        self.outputs.push(Output::Block { html, chars });
    }

    fn flush(&mut self) {
        if !self.text.is_empty() {
            self.outputs
                .push(Output::Text(std::mem::take(&mut self.text)));
        }
    }

    fn into_outputs(mut self) -> Vec<Output> {
        self.flush();
        self.outputs
    }
}
