//! The plain text that is shown while a block is still being written: without the marks that would
//! flicker, and with citations in their place once they are whole.

use contract::report::Report;

use super::{
    cite::{Piece, Scanner},
    evidence,
};

#[derive(Debug, Default)]
pub(super) struct Tail {
    mark: Mark,
    scanner: Scanner,
}

/// What was held back because it may be a mark.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mark {
    #[default]
    LineStart,
    /// So many `#`.
    Hashes(usize),
    /// One `*`.
    Star,
    None,
}

impl Tail {
    /// Appends what can be shown once `character` is there.
    pub(super) fn push(
        &mut self,
        character: char,
        in_code: bool,
        report: Option<&Report>,
        text: &mut String,
    ) {
        if in_code {
            self.flush(report, text);
            self.mark = if character == '\n' {
                Mark::LineStart
            } else {
                Mark::None
            };
            text.push(character);
            return;
        }
        match (self.mark, character) {
            (Mark::LineStart, ' ' | '\t') => return,
            (Mark::LineStart, '#') => return self.mark = Mark::Hashes(1),
            (Mark::Hashes(count), '#') if count < 6 => return self.mark = Mark::Hashes(count + 1),
            (Mark::Hashes(_), ' ') => return self.mark = Mark::None,
            (Mark::Star, '*') => return self.mark = Mark::None,
            (Mark::None | Mark::LineStart, '*') => return self.mark = Mark::Star,
            (Mark::Hashes(count), _) => self.show_all(&"#".repeat(count), report, text),
            (Mark::Star, _) => self.show_all("*", report, text),
            (Mark::None | Mark::LineStart, _) => {}
        }
        self.mark = match character {
            '\n' => Mark::LineStart,
            '*' => Mark::Star,
            _ => Mark::None,
        };
        if self.mark != Mark::Star {
            self.show(character, report, text);
        }
    }

    /// The line before was not shown.
    pub(super) fn start_line(&mut self) {
        self.mark = Mark::LineStart;
    }

    /// Gives up what was held back.
    pub(super) fn flush(&mut self, report: Option<&Report>, text: &mut String) {
        match std::mem::take(&mut self.mark) {
            Mark::Hashes(count) => self.show_all(&"#".repeat(count), report, text),
            Mark::Star => self.show_all("*", report, text),
            Mark::None | Mark::LineStart => {}
        }
        self.scanner
            .flush(&mut |piece| show_piece(piece, report, text));
    }

    fn show_all(&mut self, held: &str, report: Option<&Report>, text: &mut String) {
        held.chars()
            .for_each(|character| self.show(character, report, text));
    }

    fn show(&mut self, character: char, report: Option<&Report>, text: &mut String) {
        self.scanner
            .push(character, &mut |piece| show_piece(piece, report, text));
    }
}

fn show_piece(piece: Piece<'_>, report: Option<&Report>, text: &mut String) {
    match piece {
        Piece::Char(character) => text.push(character),
        Piece::Cited(citation, _) => text.push_str(&evidence::words(&citation, report)),
    }
}
