//! Messages inside of messages, laid side by side.
//!
//! serde_json goes as deep as 128 levels, and a conversation of 64 turns is deeper. So the JSON is walked
//! byte by byte, once, with a list of the messages that are open; each comes out as JSON of its own, with
//! `null` where its children were. The text has been read by serde_json before, so that it is known to be
//! well formed; if it were not, what comes out would only be refused later.

pub(super) struct Flat {
    /// The conversation without its messages.
    pub(super) head: Vec<u8>,
    pub(super) items: Vec<Item>,
}

#[derive(Default)]
pub(super) struct Item {
    /// An earlier item.
    pub(super) parent: Option<usize>,
    pub(super) json: Vec<u8>,
}

/// `None` if there are more than `most` messages.
pub(super) fn flatten(json: &str, most: usize) -> Option<Flat> {
    let mut walk = Walk {
        json: json.as_bytes(),
        at: 0,
        depth: 0,
        open: Vec::new(),
        key: b"",
        is_value: false,
        flat: Flat {
            head: Vec::new(),
            items: Vec::new(),
        },
    };
    while let Some(byte) = walk.json.get(walk.at).copied() {
        walk.step(byte);
        if walk.flat.items.len() > most {
            return None;
        }
    }
    Some(walk.flat)
}

/// A message whose end has not come; the conversation is the first.
struct Open {
    /// Its place among the items; none for the conversation.
    place: Option<usize>,
    json: Vec<u8>,
    /// How deep its fields stand.
    depth: usize,
    /// The walk is in the list of its children, which is not copied.
    in_list: bool,
    /// It had its list, and another one is an ordinary field.
    had_list: bool,
}

struct Walk<'a> {
    json: &'a [u8],
    at: usize,
    depth: usize,
    open: Vec<Open>,
    /// The last text that could be a field's name, with its quotes.
    key: &'a [u8],
    /// Behind a field's colon.
    is_value: bool,
    flat: Flat,
}

impl Walk<'_> {
    fn step(&mut self, byte: u8) {
        match byte {
            b'"' => return self.text(),
            b'{' | b'[' => self.opens(byte),
            b'}' | b']' => self.closes(byte),
            _ => {
                self.copy(byte);
                if self.is_field() && !byte.is_ascii_whitespace() {
                    self.is_value = byte == b':';
                }
            }
        }
        self.at += 1;
    }

    fn opens(&mut self, byte: u8) {
        let depth = self.depth;
        let is_list = byte == b'[' && self.is_value && self.is_field();
        let is_value_of = if is_list { self.key } else { b"" };
        self.depth += 1;
        let Some(open) = self.open.last_mut() else {
            return self.begin(None);
        };
        if open.in_list {
            if byte == b'{' && depth == open.depth + 1 {
                let place = self.flat.items.len();
                let parent = open.place;
                self.flat.items.push(Item {
                    parent,
                    json: Vec::new(),
                });
                self.begin(Some(place));
            }
            return;
        }
        let is_children = match open.place {
            None => is_value_of == b"\"messages\"" || is_value_of == b"\"messagesTree\"",
            Some(_) => is_value_of == b"\"children\"",
        };
        if is_children && !open.had_list {
            open.json.extend_from_slice(b"null");
            open.in_list = true;
            open.had_list = true;
        } else {
            open.json.push(byte);
        }
        self.is_value = false;
    }

    fn begin(&mut self, place: Option<usize>) {
        self.is_value = false;
        self.open.push(Open {
            place,
            json: vec![b'{'],
            depth: self.depth,
            in_list: false,
            had_list: false,
        });
    }

    fn closes(&mut self, byte: u8) {
        self.depth = self.depth.saturating_sub(1);
        let Some(open) = self.open.last_mut() else {
            return;
        };
        if open.in_list {
            open.in_list = self.depth > open.depth;
            return;
        }
        open.json.push(byte);
        if self.depth < open.depth
            && let Some(done) = self.open.pop()
        {
            match done.place {
                None => self.flat.head = done.json,
                Some(place) => {
                    if let Some(item) = self.flat.items.get_mut(place) {
                        item.json = done.json;
                    }
                }
            }
        }
    }

    /// From quote to quote.
    fn text(&mut self) {
        let rest = self.json.get(self.at..).unwrap_or_default();
        let mut is_escaped = false;
        let end = rest.iter().skip(1).position(|&byte| {
            let ends = byte == b'"' && !is_escaped;
            is_escaped = byte == b'\\' && !is_escaped;
            ends
        });
        let text = end.and_then(|end| rest.get(..end + 2)).unwrap_or(rest);
        self.at += text.len();
        if self.is_field() {
            if !self.is_value {
                self.key = text;
            }
            self.is_value = false;
        }
        if let Some(open) = self.open.last_mut().filter(|open| !open.in_list) {
            open.json.extend_from_slice(text);
        }
    }

    fn copy(&mut self, byte: u8) {
        if let Some(open) = self.open.last_mut().filter(|open| !open.in_list) {
            open.json.push(byte);
        }
    }

    /// Whether what stands here is a field of the message, and not deeper.
    fn is_field(&self) -> bool {
        self.open
            .last()
            .is_some_and(|open| !open.in_list && self.depth == open.depth)
    }
}
