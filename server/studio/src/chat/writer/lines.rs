//! Where one block ends and the next begins, decided line by line as the text comes.
//!
//! This is CommonMark's block structure as far as the top level needs it. Each block is later parsed on
//! its own, so a boundary that is missed only makes a block longer; one that is seen where there is none
//! would break a listing or a list. A line is decided by the shortest beginning of it that suffices,
//! which makes the decision independent of how the text was cut into pieces.

mod kind;

use kind::{Fence, Kind, classify};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// It belongs to the block before it, if there is one.
    Continue,
    /// It begins a block.
    Begin,
    /// The block is finished with it.
    Finish,
    /// It lies between blocks.
    Skip,
}

#[derive(Clone, Copy, Debug, Default)]
enum Open {
    #[default]
    Nothing,
    Paragraph,
    Fence(Fence),
    Indented,
    Quote,
    List(List),
    /// One line, and done.
    Line,
}

#[derive(Clone, Copy, Debug)]
struct List {
    mark: char,
    /// Of the item that is open, if the list is numbered.
    number: Option<u32>,
    /// Each item is a block: a numbered list whose first item begins with strong text.
    by_item: Option<bool>,
    content: usize,
    after_blank: bool,
    /// The last line was text of a paragraph, which goes on without indent.
    in_text: bool,
    fence: Option<Fence>,
}

impl List {
    fn is_by_item(&self, block: &str) -> bool {
        self.by_item
            .unwrap_or_else(|| self.number.is_some() && begins_strong(block))
    }
}

#[derive(Debug, Default)]
pub(super) struct Splitter {
    open: Open,
    /// The kind and indent of the line that is being written, once decided.
    line: Option<(Kind, usize)>,
    /// The number of the item that was finished last, where items are blocks.
    finished: Option<u32>,
}

impl Splitter {
    /// Whether the line that is being written is in a listing.
    pub(super) fn in_code(&self) -> bool {
        matches!(
            self.open,
            Open::Fence(_) | Open::List(List { fence: Some(_), .. })
        )
    }

    /// The number of the list item that the block just finished consists of, where items are blocks.
    pub(super) fn finished_number(&mut self) -> Option<u32> {
        self.finished.take()
    }

    /// No line follows: `block` is the last one.
    pub(super) fn close(&mut self, block: &str) {
        self.finished = match std::mem::take(self).open {
            Open::List(list) if list.is_by_item(block) => list.number,
            _ => None,
        };
    }

    /// Decides once per line; `block` is the block so far, `whole` that the line is at its end.
    pub(super) fn decide(&mut self, line: &str, block: &str, whole: bool) -> Option<Verdict> {
        if self.line.is_some() {
            return None;
        }
        let (kind, indent) = classify(line, whole)?;
        self.line = Some((kind, indent));
        self.finished = None;
        Some(self.place(kind, indent, block))
    }

    fn place(&mut self, kind: Kind, indent: usize, block: &str) -> Verdict {
        if let Open::List(list) = self.open {
            let (list, verdict) = self.place_in_list(list, kind, indent, block);
            if let Some(list) = list {
                self.open = Open::List(list);
                return verdict;
            }
        } else if self.continues(kind, indent) {
            return Verdict::Continue;
        }
        self.open = opened_by(kind, indent);
        Verdict::Begin
    }

    fn continues(&self, kind: Kind, indent: usize) -> bool {
        match self.open {
            Open::Nothing | Open::Line => kind == Kind::Blank,
            Open::Fence(_) => true,
            Open::Indented => kind == Kind::Blank || indent >= 4,
            Open::Quote => indent >= 4 || matches!(kind, Kind::Quote | Kind::Text | Kind::Blank),
            Open::Paragraph if indent >= 4 => true,
            Open::Paragraph => match kind {
                Kind::Blank | Kind::Text => true,
                Kind::Rule { underlines } => underlines,
                Kind::Bullet { empty, .. } => empty,
                Kind::Ordered { number, empty, .. } => empty || number != 1,
                Kind::Fence(_) | Kind::Heading | Kind::Quote => false,
            },
            Open::List(_) => false,
        }
    }

    /// The list as it goes on with this line; none where it ends before it.
    fn place_in_list(
        &mut self,
        mut list: List,
        kind: Kind,
        indent: usize,
        block: &str,
    ) -> (Option<List>, Verdict) {
        if kind == Kind::Blank {
            list.after_blank = true;
            return (Some(list), Verdict::Continue);
        }
        let after_blank = std::mem::take(&mut list.after_blank);
        if indent >= list.content {
            if list.fence.is_none() {
                list.fence = if let Kind::Fence(fence) = kind {
                    Some(fence)
                } else {
                    None
                };
                list.in_text = !matches!(kind, Kind::Fence(_) | Kind::Heading | Kind::Rule { .. });
            }
            return (Some(list), Verdict::Continue);
        }
        list.fence = None;
        match kind {
            Kind::Bullet { mark, content, .. } | Kind::Ordered { mark, content, .. }
                if mark == list.mark =>
            {
                let by_item = list.is_by_item(block);
                list.by_item = Some(by_item);
                let before = list.number;
                list.number = before.map(|number| number.saturating_add(1));
                list.content = indent + content;
                list.in_text = true;
                if by_item {
                    self.finished = before;
                    return (Some(list), Verdict::Begin);
                }
                (Some(list), Verdict::Continue)
            }
            Kind::Text if list.in_text && !after_blank => (Some(list), Verdict::Continue),
            _ => {
                self.finished = list.number.filter(|_| list.is_by_item(block));
                (None, Verdict::Begin)
            }
        }
    }

    /// The line is at its end, and was decided.
    pub(super) fn end_line(&mut self, line: &str) -> Verdict {
        let Some((kind, _)) = self.line.take() else {
            return Verdict::Continue;
        };
        let verdict = match &mut self.open {
            Open::Nothing => Verdict::Skip,
            Open::Line => Verdict::Finish,
            Open::Paragraph | Open::Quote if kind == Kind::Blank => Verdict::Finish,
            Open::Fence(fence)
            | Open::List(List {
                fence: Some(fence), ..
            }) if fence.is_opening => {
                fence.is_opening = false;
                Verdict::Continue
            }
            Open::Fence(fence) if fence.is_closed_by(line) => Verdict::Finish,
            Open::List(list) if list.fence.is_some_and(|fence| fence.is_closed_by(line)) => {
                list.fence = None;
                Verdict::Continue
            }
            Open::Paragraph | Open::Quote | Open::Fence(_) | Open::Indented | Open::List(_) => {
                Verdict::Continue
            }
        };
        if verdict == Verdict::Finish {
            self.open = Open::Nothing;
        }
        verdict
    }
}

fn opened_by(kind: Kind, indent: usize) -> Open {
    let list = |mark, number, content| {
        Open::List(List {
            mark,
            number,
            by_item: None,
            content: indent + content,
            after_blank: false,
            in_text: true,
            fence: None,
        })
    };
    match kind {
        Kind::Blank => Open::Nothing,
        _ if indent >= 4 => Open::Indented,
        Kind::Fence(fence) => Open::Fence(fence),
        Kind::Heading | Kind::Rule { .. } => Open::Line,
        Kind::Quote => Open::Quote,
        Kind::Bullet { mark, content, .. } => list(mark, None, content),
        Kind::Ordered {
            mark,
            number,
            content,
            ..
        } => list(mark, Some(number), content),
        Kind::Text => Open::Paragraph,
    }
}

/// The item's text begins with strong text.
fn begins_strong(item: &str) -> bool {
    let text = item
        .trim_start()
        .trim_start_matches(|character: char| character.is_ascii_digit());
    let text = text.get(1..).unwrap_or_default().trim_start();
    text.starts_with("**") || text.starts_with("__")
}
