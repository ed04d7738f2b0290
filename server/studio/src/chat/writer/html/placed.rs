//! Citations, kept safe from Markdown.

use contract::report::Report;
use pulldown_cmark::{Event, Parser, TagEnd};

use super::{
    super::{
        cite::{Citation, Piece, Scanner},
        evidence,
    },
    options,
};

/// A citation, and how it was written.
pub(super) struct Placed {
    pub citation: Citation,
    pub written: String,
}

const FIRST_PLACE: u32 = 0xE000;
const PLACES: usize = 0x1900;

/// Puts one character of the private use area in place of each citation, so that Markdown does not take
/// its brackets for a link. `writer::clean` saw to it that there are no others.
pub(super) fn place_citations(text: &str) -> (String, Vec<Placed>) {
    let mut placed = Vec::new();
    let mut out = String::with_capacity(text.len());
    let mut scanner = Scanner::default();
    let mut emit = |piece: Piece<'_>| match piece {
        Piece::Char(character) => out.push(character),
        Piece::Cited(citation, written) => match u32::try_from(placed.len())
            .ok()
            .and_then(|at| char::from_u32(FIRST_PLACE + at))
        {
            Some(place) if placed.len() < PLACES => {
                out.push(place);
                placed.push(Placed {
                    citation,
                    written: written.to_owned(),
                });
            }
            _ => out.push_str(written),
        },
    };
    text.chars()
        .for_each(|character| scanner.push(character, &mut emit));
    scanner.flush(&mut emit);
    (out, placed)
}

pub(super) fn citation_at(character: char, citations: &[Placed]) -> Option<&Placed> {
    let place = u32::from(character).checked_sub(FIRST_PLACE)?;
    citations.get(usize::try_from(place).ok()?)
}

/// The text of a whole answer, one line per block.
pub(in super::super) fn plain(raw: &str, report: Option<&Report>) -> String {
    let (text, citations) = place_citations(raw);
    let mut plain = String::with_capacity(raw.len());
    for event in Parser::new_ext(&text, options()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                for character in text.chars() {
                    match citation_at(character, &citations) {
                        Some(placed) => plain.push_str(&evidence::words(&placed.citation, report)),
                        None => plain.push(character),
                    }
                }
            }
            Event::SoftBreak | Event::HardBreak | Event::End(TagEnd::TableCell) => plain.push(' '),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableRow
                | TagEnd::TableHead,
            ) if !plain.ends_with('\n') => plain.push('\n'),
            _ => {}
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}
