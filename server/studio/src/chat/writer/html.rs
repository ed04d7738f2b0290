//! One block from its Markdown to HTML. Everything that is text is escaped; the only tags and
//! attributes are those written here.

mod escape;
mod inline;
mod placed;

use contract::report::Report;
use pulldown_cmark::{
    Alignment, CodeBlockKind, CowStr, Event, HeadingLevel, Options, Parser, Tag, TagEnd,
};

use super::{
    claims::{Known, Stance},
    code,
};
use inline::words_of;
use placed::{Placed, place_citations};

pub(super) use escape::escape;
pub(super) use placed::plain;

/// Deeper quotes and lists are shown as if they were no deeper: nobody writes them, and a browser
/// should not have to nest thousands.
const DEEPEST: usize = 12;

/// What a block needs to know of those before it.
#[derive(Debug, Default)]
pub(super) struct Context {
    /// The block is this item of a numbered list whose items are blocks of their own.
    pub number: Option<u32>,
    /// How many fixes there were: their ids count up.
    fixes: u32,
    /// How the text stood at its end, if it led up to something: "Try these:".
    lead: Option<Stance>,
}

pub(super) fn render(
    block: &str,
    report: Option<&Report>,
    known: &Known,
    context: &mut Context,
) -> String {
    let (text, citations) = place_citations(block);
    let mut html = Html {
        out: String::with_capacity(block.len() * 2),
        inline: Vec::new(),
        citations: &citations,
        report,
        known,
        context,
        closers: Vec::new(),
        code: None,
        table: Table::default(),
        fix: Fix::None,
    };
    for event in Parser::new_ext(&text, options()) {
        html.event(event);
    }
    html.flush();
    html.out
}

fn options() -> Options {
    Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TASKLISTS
}

struct Html<'a, 'b> {
    out: String,
    /// Text and its marks up to the end of what holds them.
    inline: Vec<Event<'a>>,
    citations: &'b [Placed],
    report: Option<&'b Report>,
    known: &'b Known,
    context: &'b mut Context,
    /// Of the containers that are open; empty for those that are too deep.
    closers: Vec<&'static str>,
    code: Option<(String, String)>,
    table: Table,
    fix: Fix,
}

#[derive(Default)]
struct Table {
    alignments: Vec<Alignment>,
    /// The words over each column: "Setting" says how the figures below are meant.
    heads: Vec<String>,
    column: usize,
    in_head: bool,
}

/// How far an item is that may be a fix.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fix {
    None,
    /// Its first text decides.
    Waiting(u32),
    /// It is one, and this deep in containers its own paragraphs stand.
    Open(usize),
}

impl<'a> Html<'a, '_> {
    fn event(&mut self, event: Event<'a>) {
        if let Some((_, code)) = &mut self.code {
            match event {
                Event::Text(text) => code.push_str(&text),
                Event::End(TagEnd::CodeBlock) => self.end_code(),
                _ => {}
            }
            return;
        }
        match event {
            Event::Start(Tag::Paragraph | Tag::HtmlBlock | Tag::Heading { .. }) => self.flush(),
            Event::End(TagEnd::Paragraph | TagEnd::HtmlBlock) => self.paragraph(),
            Event::End(TagEnd::Heading(level)) => self.heading(level),
            Event::Start(Tag::BlockQuote(_)) => self.open("<blockquote>", "</blockquote>"),
            Event::Start(Tag::List(start)) => self.list(start),
            Event::Start(Tag::Item) => self.item(),
            Event::End(TagEnd::BlockQuote(_) | TagEnd::List(_) | TagEnd::Item) => self.close(),
            Event::Start(Tag::CodeBlock(kind)) => {
                self.flush();
                self.code = Some((language(&kind), String::new()));
            }
            Event::Start(Tag::Table(alignments)) => self.begin_table(alignments),
            Event::End(TagEnd::Table) => self.out.push_str("</tbody></table></div>"),
            Event::Start(Tag::TableHead) => self.table.in_head = true,
            Event::End(TagEnd::TableHead) => {
                self.table.in_head = false;
                self.out.push_str("</tr></thead><tbody>");
            }
            Event::Start(Tag::TableRow) => {
                self.table.column = 0;
                self.out.push_str("<tr>");
            }
            Event::End(TagEnd::TableRow) => self.out.push_str("</tr>"),
            Event::End(TagEnd::TableCell) => self.cell(),
            Event::Rule => {
                self.flush();
                self.out.push_str("<hr>");
            }
            Event::Start(Tag::TableCell) => {}
            inline => self.inline.push(inline),
        }
    }

    /// Text of a tight list item, which no paragraph holds.
    fn flush(&mut self) {
        if self.inline.is_empty() {
            return;
        }
        let events = std::mem::take(&mut self.inline);
        if let Fix::Waiting(number) = self.fix {
            self.begin_item(number, &events);
        }
        if self.is_in_fix() {
            self.fix_paragraph(&events);
        } else {
            self.inlines(&events, None);
        }
    }

    fn paragraph(&mut self) {
        let events = std::mem::take(&mut self.inline);
        if let Fix::Waiting(number) = self.fix {
            self.begin_item(number, &events);
        }
        if self.is_in_fix() {
            self.fix_paragraph(&events);
            return;
        }
        self.out.push_str(if self.closers.is_empty() {
            "<p class=\"prose\">"
        } else {
            "<p>"
        });
        self.inlines(&events, None);
        self.out.push_str("</p>");
    }

    fn heading(&mut self, level: HeadingLevel) {
        let events = std::mem::take(&mut self.inline);
        let tag = if level <= HeadingLevel::H3 {
            "h3>"
        } else {
            "h4>"
        };
        self.out.push('<');
        self.out.push_str(tag);
        self.inlines(&events, None);
        self.out.push_str("</");
        self.out.push_str(tag);
    }

    fn open(&mut self, tag: &str, closer: &'static str) {
        self.flush();
        let fits = self.closers.len() < DEEPEST;
        if fits {
            self.out.push_str(tag);
        }
        self.closers.push(if fits { closer } else { "" });
    }

    fn close(&mut self) {
        self.flush();
        if let Fix::Waiting(number) = self.fix {
            // An item without text.
            self.begin_item(number, &[]);
        }
        if let Some(closer) = self.closers.pop() {
            self.out.push_str(closer);
        }
    }

    fn list(&mut self, start: Option<u64>) {
        let prose = if self.closers.is_empty() {
            " class=\"prose\""
        } else {
            ""
        };
        match (start, self.context.number.take()) {
            // Its tags depend on what the item begins with.
            (Some(_), Some(number)) if self.closers.is_empty() => {
                self.closers.push("</ol>");
                self.fix = Fix::Waiting(number);
            }
            (None, _) => self.open(&["<ul", prose, ">"].concat(), "</ul>"),
            (Some(1), _) => self.open(&["<ol", prose, ">"].concat(), "</ol>"),
            (Some(start), _) => self.open(&format!("<ol{prose} start=\"{start}\">"), "</ol>"),
        }
    }

    fn item(&mut self) {
        if matches!(self.fix, Fix::Waiting(_)) {
            self.closers.push("</li>");
        } else {
            self.open("<li>", "</li>");
        }
    }

    /// Writes the tags that were put off.
    fn begin_item(&mut self, number: u32, events: &[Event<'_>]) {
        self.fix = Fix::None;
        if !matches!(events.first(), Some(Event::Start(Tag::Strong))) {
            self.out
                .push_str(&format!("<ol class=\"prose\" start=\"{number}\"><li>"));
            return;
        }
        self.out
            .push_str(&format!("<ol class=\"fixes\" start=\"{number}\"><li"));
        // Of two lists that count from one, the pins mean the first.
        if number > self.context.fixes {
            self.context.fixes = number;
            self.out.push_str(&format!(" data-fix=\"{number}\""));
        }
        self.out.push_str("><div>");
        if let Some(closer) = self.closers.last_mut() {
            *closer = "</div></li>";
        }
        self.fix = Fix::Open(self.closers.len());
    }

    fn is_in_fix(&self) -> bool {
        self.fix == Fix::Open(self.closers.len())
    }

    /// The first strong text is the title, and what is to be tried stands out.
    fn fix_paragraph(&mut self, events: &[Event<'a>]) {
        let mut rest = events;
        if self.out.ends_with("<div>")
            && let Some(end) = events
                .iter()
                .position(|event| *event == Event::End(TagEnd::Strong))
        {
            self.out.push_str("<h4>");
            self.inlines(&events[1..end], None);
            self.out.push_str("</h4>");
            rest = &events[end + 1..];
        }
        let rest = without_leading_marks(rest);
        if rest.is_empty() {
            return;
        }
        let is_advice = matches!(&rest[0], Event::Text(text) if text.starts_with("Try "));
        self.out
            .push_str(if is_advice { "<p class=\"do\">" } else { "<p>" });
        self.inlines(&rest, None);
        self.out.push_str("</p>");
    }

    fn end_code(&mut self) {
        let Some((language, code)) = self.code.take() else {
            return;
        };
        let code = self.as_written(&code);
        // A listing that is wider than the column is scrolled by keyboard too.
        self.out
            .push_str("<pre class=\"code\" tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push_str(&format!(" class=\"lang-{language}\""));
        }
        self.out.push('>');
        code::highlight(&language, &code, &mut self.out);
        self.out.push_str("</code></pre>");
    }

    fn begin_table(&mut self, alignments: Vec<Alignment>) {
        self.flush();
        self.table = Table {
            alignments,
            ..Table::default()
        };
        self.out.push_str(
            "<div class=\"table-wrap\" tabindex=\"0\"><table class=\"table\"><thead><tr>",
        );
    }

    fn cell(&mut self) {
        let events = std::mem::take(&mut self.inline);
        let column = self.table.column;
        self.table.column += 1;
        let tag = if self.table.in_head { "th" } else { "td" };
        self.out.push('<');
        self.out.push_str(tag);
        if self.table.in_head {
            self.out.push_str(" scope=\"col\"");
            self.table.heads.push(words_of(&events));
        }
        if self.table.alignments.get(column) == Some(&Alignment::Right) {
            self.out.push_str(" class=\"num\"");
        }
        self.out.push('>');
        let head = if self.table.in_head {
            None
        } else {
            self.table.heads.get(column).cloned()
        };
        self.inlines(&events, head.as_deref());
        self.out.push_str("</");
        self.out.push_str(tag);
        self.out.push('>');
    }
}

/// What stands between a title and its text on the same line is left out.
fn without_leading_marks<'a>(events: &[Event<'a>]) -> Vec<Event<'a>> {
    let mut events = events;
    let mut first = None;
    while let Some((head, rest)) = events.split_first() {
        match head {
            Event::SoftBreak | Event::HardBreak => {}
            Event::Text(text) => {
                let text = text.trim_start_matches([' ', ':', '.', '–', '—', '-']);
                if !text.is_empty() {
                    first = Some(Event::Text(CowStr::from(text.to_owned())));
                    events = rest;
                    break;
                }
            }
            _ => break,
        }
        events = rest;
    }
    first.into_iter().chain(events.iter().cloned()).collect()
}

fn language(kind: &CodeBlockKind<'_>) -> String {
    let CodeBlockKind::Fenced(info) = kind else {
        return String::new();
    };
    let word = info.split([' ', ',', '{']).next().unwrap_or_default();
    let is_name =
        |character: &char| character.is_ascii_alphanumeric() || "+#-_".contains(*character);
    word.chars()
        .filter(is_name)
        .take(24)
        .map(|character| character.to_ascii_lowercase())
        .collect()
}
