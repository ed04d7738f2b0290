//! Text with its marks, citations and claims.

use std::ops::Range;

use pulldown_cmark::{Event, Tag, TagEnd};

use super::{
    super::{
        cite::Citation,
        claims,
        evidence::{self, NOT_MEASURED, Resolved},
        figure::stretch,
    },
    Html,
    escape::{escape, escape_char},
    placed::citation_at,
};

impl Html<'_, '_> {
    /// Text with its marks. Claims are looked for in all of it, then marked piece by piece.
    pub(super) fn inlines(&mut self, events: &[Event<'_>], head: Option<&str>) {
        let words = words_of(events);
        let in_list = !self.closers.is_empty();
        let lead = self.context.lead.filter(|_| in_list || head.is_some());
        let checked = claims::check(&words, head, lead, self.known);
        // What a paragraph leads up to may be a list of several items.
        if !in_list && head.is_none() {
            self.context.lead = words.trim_end().ends_with(':').then_some(checked.end);
        }
        let mut at = 0;
        let mut links = Vec::new();
        for event in events {
            match event {
                Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) => {
                    self.text(text, at, &checked.unmeasured, !links.is_empty());
                    at += text.len();
                }
                Event::Code(text) => {
                    self.out.push_str("<code>");
                    self.text(&self.as_written(text), at, &checked.unmeasured, true);
                    at += text.len();
                    self.out.push_str("</code>");
                }
                Event::SoftBreak => {
                    self.out.push('\n');
                    at += 1;
                }
                Event::HardBreak => {
                    self.out.push_str("<br>");
                    at += 1;
                }
                Event::TaskListMarker(done) => {
                    self.out.push_str(if *done { "☑ " } else { "☐ " });
                }
                Event::Start(Tag::Link { dest_url, .. } | Tag::Image { dest_url, .. }) => {
                    let url = if links.iter().any(|link| *link) {
                        None
                    } else {
                        safe_url(dest_url)
                    };
                    links.push(url.is_some());
                    if let Some(url) = url {
                        self.out.push_str("<a class=\"out\" href=\"");
                        escape(&self.as_written(url), &mut self.out);
                        self.out
                            .push_str("\" rel=\"noopener noreferrer nofollow\" target=\"_blank\">");
                    }
                }
                Event::End(TagEnd::Link | TagEnd::Image) => {
                    if links.pop() == Some(true) {
                        self.out.push_str("</a>");
                    }
                }
                Event::Start(tag) => self.out.push_str(tag_of(&tag.to_end(), "<")),
                Event::End(tag) => self.out.push_str(tag_of(tag, "</")),
                _ => {}
            }
        }
    }

    /// A stretch of text that begins `at` in what was checked.
    fn text(&mut self, text: &str, at: usize, unmeasured: &[Range<usize>], plainly: bool) {
        let end = at + text.len();
        let mut done = at;
        for range in unmeasured
            .iter()
            .filter(|range| range.start < end && range.end > at)
        {
            let (from, to) = (range.start.max(at), range.end.min(end));
            // Code that holds a citation has other offsets; it stays unmarked rather than cut wrongly.
            let (Some(before), Some(claim)) =
                (text.get(done - at..from - at), text.get(from - at..to - at))
            else {
                continue;
            };
            self.plain_text(before, plainly);
            self.out
                .push_str("<span class=\"not-measured\" title=\"This figure was not measured.\">");
            self.plain_text(claim, plainly);
            self.out.push_str("</span>");
            done = to;
        }
        self.plain_text(text.get(done - at..).unwrap_or_default(), plainly);
    }

    fn plain_text(&mut self, text: &str, plainly: bool) {
        for character in text.chars() {
            match citation_at(character, self.citations) {
                Some(placed) if plainly => escape(
                    &evidence::words(&placed.citation, self.report),
                    &mut self.out,
                ),
                Some(placed) => self.citation(&placed.citation),
                None => escape_char(character, &mut self.out),
            }
        }
    }

    fn citation(&mut self, citation: &Citation) {
        match citation {
            Citation::Facts(ids) => {
                for (index, id) in ids.iter().enumerate() {
                    if index > 0 {
                        self.out.push_str(", ");
                    }
                    self.fact(id);
                }
            }
            Citation::Time { start, end } => self.time(*start, *end),
        }
    }

    fn fact(&mut self, id: &str) {
        match evidence::resolve(id, self.report) {
            Resolved::Figure { text, label, hot } => {
                let class = if hot { "fact hot" } else { "fact" };
                self.out.push_str(&format!(
                    "<button type=\"button\" class=\"{class}\" data-fact=\""
                ));
                escape(id, &mut self.out);
                // Facts of one kind share a definition, `section.{n}.mono_loss`.
                if let Some(definition) = audio::define(id.trim_start_matches("reference."))
                    && definition.id.contains('{')
                {
                    self.out.push_str("\" data-defined=\"");
                    escape(definition.id, &mut self.out);
                }
                self.out.push_str("\" title=\"");
                escape(&label, &mut self.out);
                self.out.push_str("\">");
                escape(&text, &mut self.out);
                self.out.push_str("</button>");
            }
            Resolved::Missing { why } => {
                self.out
                    .push_str("<span class=\"not-measured none\" title=\"");
                escape(&why, &mut self.out);
                self.out.push_str("\">");
                self.out.push_str(NOT_MEASURED);
                self.out.push_str("</span>");
            }
        }
    }

    fn time(&mut self, start: f64, end: Option<f64>) {
        let label = stretch(start, end);
        if !evidence::is_playable(start, end, self.report) {
            self.out.push_str(&label);
            return;
        }
        self.out.push_str(&format!(
            "<button type=\"button\" class=\"ts\" data-seek=\"{start:?}\""
        ));
        if let Some(end) = end {
            self.out.push_str(&format!(" data-until=\"{end:?}\""));
        }
        self.out.push_str(
            "><svg class=\"icon\" aria-hidden=\"true\"><use href=\"#i-play\"></use></svg>",
        );
        self.out.push_str(&label);
        self.out.push_str("</button>");
    }

    /// Code and addresses are shown as they were typed.
    pub(super) fn as_written(&self, text: &str) -> String {
        let mut written = String::with_capacity(text.len());
        for character in text.chars() {
            match citation_at(character, self.citations) {
                Some(placed) => written.push_str(&placed.written),
                None => written.push(character),
            }
        }
        written
    }
}

/// The words of a line of text, where each event's text has its own length and a break has one byte.
pub(super) fn words_of(events: &[Event<'_>]) -> String {
    let mut words = String::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => {
                words.push_str(text);
            }
            Event::SoftBreak => words.push(' '),
            Event::HardBreak => words.push('\n'),
            _ => {}
        }
    }
    words
}

fn tag_of(tag: &TagEnd, opening: &str) -> &'static str {
    match (tag, opening) {
        (TagEnd::Emphasis, "<") => "<em>",
        (TagEnd::Emphasis, _) => "</em>",
        (TagEnd::Strong, "<") => "<strong>",
        (TagEnd::Strong, _) => "</strong>",
        (TagEnd::Strikethrough, "<") => "<del>",
        (TagEnd::Strikethrough, _) => "</del>",
        _ => "",
    }
}

/// Only addresses that open a page or a mail.
fn safe_url(url: &str) -> Option<&str> {
    let url = url.trim();
    let is_known = ["http://", "https://", "mailto:"].iter().any(|scheme| {
        url.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    });
    (is_known
        && !url
            .chars()
            .any(|character| character.is_control() || character.is_whitespace()))
    .then_some(url)
}
