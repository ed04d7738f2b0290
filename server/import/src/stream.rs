//! A file of conversations, one at a time.
//!
//! The cutting knows brackets and strings and nothing else, so that a conversation that is too large is
//! passed over without being kept. What was cut out is then read by serde_json, which finds every mistake
//! that the cutting overlooked.

use std::{
    borrow::Cow,
    io::{self, BufRead},
};

use super::{ImportError, MOST_BYTES, MOST_NAMED, Reading, Refusal, kind::Kind};

/// How much of a conversation that is too large is looked at for its title.
const GLANCE: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Reads one JSON document: a conversation, or a list of them.
pub(super) fn read<R: BufRead>(input: R, reading: &mut Reading<'_>) -> Result<(), ImportError> {
    let mut document = Document::new(input);
    let outcome = document.conversations(reading);
    // What stands between conversations is worth a word; in a file of something else it is not.
    if document.known > 0 {
        for title in &document.strangers {
            reading.skip(title.as_deref(), &Refusal::Stranger.to_string());
        }
        reading.summary.skipped_count += document.unnamed;
    }
    outcome
}

#[derive(Clone, Copy)]
struct Place {
    line: usize,
    column: usize,
}

struct Document<R> {
    input: R,
    /// Of the next byte, counted from one.
    place: Place,
    buffer: Vec<u8>,
    known: usize,
    strangers: Vec<Option<String>>,
    /// Strangers beyond those.
    unnamed: usize,
}

impl<R: BufRead> Document<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            place: Place { line: 1, column: 1 },
            buffer: Vec::new(),
            known: 0,
            strangers: Vec::new(),
            unnamed: 0,
        }
    }

    fn conversations(&mut self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        for (at, mark) in BYTE_ORDER_MARK.iter().enumerate() {
            match fill(&mut self.input)?.first() {
                Some(byte) if byte == mark => self.input.consume(1),
                _ if at == 0 => break,
                _ => return Err(ImportError::Unknown),
            }
        }
        match self.peek()? {
            None => return Err(ImportError::Empty),
            Some(b'{') => self.conversation(reading)?,
            Some(b'[') => {
                self.pass(b'[');
                self.list(reading)?;
            }
            Some(_) => return Err(ImportError::Unknown),
        }
        if !reading.stopped && self.peek()?.is_some() {
            return Err(self.broken());
        }
        if self.known == 0 && self.strangers.len() + self.unnamed > 0 {
            return Err(ImportError::Unknown);
        }
        Ok(())
    }

    /// Behind the bracket that opens it.
    fn list(&mut self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        if self.peek()? == Some(b']') {
            self.pass(b']');
            return Ok(());
        }
        while !reading.stopped {
            match self.peek()? {
                None | Some(b',' | b':' | b']' | b'}') => return Err(self.broken()),
                Some(first) if first != b'{' && self.known == 0 => self.stranger_or_prose()?,
                Some(_) => self.conversation(reading)?,
            }
            if reading.stopped {
                break;
            }
            match self.peek()? {
                Some(b',') => self.pass(b','),
                Some(b']') => {
                    self.pass(b']');
                    break;
                }
                _ if self.known == 0 => return Err(ImportError::Unknown),
                _ => return Err(self.broken()),
            }
        }
        Ok(())
    }

    /// What begins a list without being an object: if it is not even JSON, nobody meant it to be.
    fn stranger_or_prose(&mut self) -> Result<(), ImportError> {
        match self.cut() {
            Err(ImportError::Broken { .. }) => return Err(ImportError::Unknown),
            outcome => outcome?,
        };
        match serde_json::from_slice::<serde::de::IgnoredAny>(&self.buffer) {
            Ok(_) => self.stranger(None),
            Err(_) => return Err(ImportError::Unknown),
        }
        Ok(())
    }

    fn conversation(&mut self, reading: &mut Reading<'_>) -> Result<(), ImportError> {
        let start = self.place;
        let is_kept = self.cut()?;
        mend_surrogates(&mut self.buffer);
        let buffer = std::mem::take(&mut self.buffer);
        let json = match std::str::from_utf8(&buffer) {
            Ok(json) => Cow::Borrowed(json),
            Err(_) => String::from_utf8_lossy(&buffer),
        };
        let mut kind = Kind::default();
        let looked = kind.look(&json);
        let outcome = match (looked, kind.source()) {
            _ if !is_kept => {
                self.known += 1;
                reading.skip(kind.title.as_deref(), &Refusal::TooLarge.to_string());
                Ok(())
            }
            (Err(error), _) if error.is_syntax() || error.is_eof() => {
                if self.known == 0 && !begins_with_a_key(&json) {
                    Err(ImportError::Unknown)
                } else {
                    Err(broken_inside(start, &error))
                }
            }
            (Ok(()), Some(source)) => {
                self.known += 1;
                reading.conversation(source, kind.title.as_deref(), &json);
                Ok(())
            }
            _ => {
                self.stranger(kind.title);
                Ok(())
            }
        };
        drop(json);
        self.buffer = buffer;
        outcome
    }

    fn stranger(&mut self, title: Option<String>) {
        if self.strangers.len() < MOST_NAMED {
            self.strangers.push(title);
        } else {
            self.unnamed += 1;
        }
    }

    /// Takes one value into the buffer, or its beginning if it is too large (`false`).
    fn cut(&mut self) -> Result<bool, ImportError> {
        let start = self.place;
        self.buffer.clear();
        let mut scan = Scan::default();
        let mut is_kept = true;
        loop {
            let chunk = fill(&mut self.input)?;
            if chunk.is_empty() {
                return Err(self.broken_off(start, is_kept));
            }
            let used = scan.take(chunk, &mut self.place);
            if let Some(taken) = chunk.get(..used).filter(|_| is_kept) {
                is_kept = self.buffer.len() + taken.len() <= MOST_BYTES;
                if is_kept {
                    self.buffer.extend_from_slice(taken);
                } else {
                    self.buffer.truncate(GLANCE);
                    self.buffer.shrink_to_fit();
                }
            }
            self.input.consume(used);
            if scan.is_done {
                return Ok(is_kept);
            }
        }
    }

    /// The file ends inside of a value, which may be because of a mistake further up.
    fn broken_off(&self, start: Place, is_kept: bool) -> ImportError {
        let read = serde_json::from_slice::<serde::de::IgnoredAny>(&self.buffer);
        match read {
            Err(error) if is_kept => broken_inside(start, &error),
            _ => self.broken(),
        }
    }

    fn broken(&self) -> ImportError {
        let Place { line, column } = self.place;
        ImportError::Broken { line, column }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<Option<u8>, ImportError> {
        loop {
            let chunk = fill(&mut self.input)?;
            if chunk.is_empty() {
                return Ok(None);
            }
            let blank = chunk.iter().take_while(|b| is_blank(**b)).count();
            for byte in chunk.iter().take(blank) {
                self.place.pass(*byte);
            }
            let next = chunk.get(blank).copied();
            self.input.consume(blank);
            if next.is_some() {
                return Ok(next);
            }
        }
    }

    /// Goes over the byte that was peeked at.
    fn pass(&mut self, byte: u8) {
        self.place.pass(byte);
        self.input.consume(1);
    }
}

impl Place {
    fn pass(&mut self, byte: u8) {
        if byte == b'\n' {
            self.line += 1;
            self.column = 1;
        } else {
            self.column += 1;
        }
    }
}

/// Where in one value the cutting is.
#[derive(Default)]
struct Scan {
    depth: usize,
    in_text: bool,
    is_escaped: bool,
    is_done: bool,
}

impl Scan {
    /// How many bytes of `chunk` belong to the value.
    fn take(&mut self, chunk: &[u8], place: &mut Place) -> usize {
        for (at, &byte) in chunk.iter().enumerate() {
            if self.in_text {
                match byte {
                    _ if self.is_escaped => self.is_escaped = false,
                    b'\\' => self.is_escaped = true,
                    b'"' => self.in_text = false,
                    _ => {}
                }
            } else {
                match byte {
                    b'"' => self.in_text = true,
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' if self.depth > 0 => {
                        self.depth -= 1;
                        self.is_done = self.depth == 0;
                    }
                    // A number or a word ends where something else begins.
                    b',' | b']' | b'}' | b' ' | b'\t' | b'\r' | b'\n' if self.depth == 0 => {
                        self.is_done = true;
                        return at;
                    }
                    _ => {}
                }
            }
            place.pass(byte);
            if self.is_done {
                return at + 1;
            }
        }
        chunk.len()
    }
}

const fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\r' | b'\n')
}

fn fill<R: BufRead>(input: &mut R) -> Result<&[u8], ImportError> {
    // Asked twice because of the borrow; the second time nothing is read.
    while let Err(error) = input.fill_buf() {
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error.into());
        }
    }
    Ok(input.fill_buf()?)
}

/// Whether it is an object at all, or some other text in braces.
fn begins_with_a_key(json: &str) -> bool {
    let inside = json.strip_prefix('{').map(str::trim_start);
    inside.is_some_and(|inside| inside.starts_with(['"', '}']))
}

fn broken_inside(start: Place, error: &serde_json::Error) -> ImportError {
    let line = error.line().max(1);
    let column = error.column().max(1);
    ImportError::Broken {
        line: start.line + line - 1,
        column: if line == 1 {
            start.column + column - 1
        } else {
            column
        },
    }
}

/// Half a character, as JavaScript writes it when it cuts a title, is no JSON; a sign of replacement of
/// the same length is.
fn mend_surrogates(json: &mut [u8]) {
    let mut at = 0;
    while let Some(found) = json
        .get(at..)
        .and_then(|rest| rest.iter().position(|b| *b == b'\\'))
    {
        at += found;
        at += match (escaped(json, at), escaped(json, at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                if let Some(half) = json.get_mut(at..at + 6) {
                    half.copy_from_slice(b"\\ufffd");
                }
                6
            }
            _ => 2,
        };
    }
}

/// The code unit that is written at `at` as `\uXXXX`.
fn escaped(json: &[u8], at: usize) -> Option<u16> {
    let digits = json.get(at..at + 6)?.strip_prefix(b"\\u")?;
    u16::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()
}
