//! What a message is made of: texts, and a line for whatever is none.

use std::fmt;

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{
    MOST_TEXT_BYTES,
    loose::{Maybe, Scalar, pass_list, pass_map, plain_is},
    tidy,
};

/// More files are not named.
const MOST_FILES: usize = 100;
/// A text that was cut ends this near to the limit.
const FULL: usize = 8;

/// A text, a list of parts, or one part. Parts are joined as they are read, so that a million of them
/// take no more room than their text.
#[derive(Debug, Default)]
pub(super) struct Parts {
    text: String,
    images: usize,
    /// A recording whose words may follow in another part.
    has_sound: bool,
}

impl Parts {
    /// The text, and a line for each file that came with it.
    pub(super) fn with(mut self, files: &[&Files]) -> String {
        let mut named = Vec::new();
        for file in files.iter().flat_map(|files| &files.0) {
            // What is shown in the text is often listed once more, and so are files under two names of
            // the same list.
            let is_known = (file.is_image && self.images > 0) || named.contains(&file.name);
            if !is_known {
                self.push(&file.line());
                named.push(file.name.clone());
            }
        }
        if self.text.is_empty() && self.has_sound {
            self.push("(audio)");
        }
        self.text
    }

    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty() && !self.has_sound
    }

    pub(super) fn push(&mut self, text: &str) {
        let is_full = self.text.len() + FULL > MOST_TEXT_BYTES;
        if is_full || text.trim().is_empty() {
            return;
        }
        if !self.text.is_empty() {
            self.text.push_str("\n\n");
        }
        self.text.push_str(text);
        tidy::cut(&mut self.text);
    }

    fn take(&mut self, part: Part) {
        let kind = part.kind();
        let name = part.name.text().or(part.filename.text());
        let name = name
            .or(part.file_name.text())
            .and_then(|name| tidy::line(&name));
        let is_thought = [
            "think",
            "redacted",
            "reason",
            "thought",
            "tool",
            "function",
            "server_tool",
        ]
        .iter()
        .any(|start| kind.starts_with(start));
        if is_thought {
            // What a model told itself or a machine was never said to anybody.
        } else if kind.contains("image") {
            self.images += 1;
            self.push("(image)");
        } else if kind.contains("audio") && part.text.0.is_none() {
            self.has_sound = true;
        } else if kind.contains("video") {
            self.push("(video)");
        } else if let Some(text) = part.text.0 {
            self.push(&text);
        } else if let Some(name) = name {
            self.push(&format!("(file: {name})"));
        } else if kind.contains("file") || kind.contains("document") {
            self.push("(file)");
        } else if !["", "text", "input_text", "output_text"].contains(&kind.as_str()) {
            self.push("(attachment)");
        }
    }
}

impl From<String> for Parts {
    fn from(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Part {
    r#type: Scalar,
    content_type: Scalar,
    text: Wording,
    name: Scalar,
    filename: Scalar,
    file_name: Scalar,
}

impl Part {
    fn kind(&self) -> String {
        let kind = self.r#type.text().or(self.content_type.text());
        kind.unwrap_or_default().to_ascii_lowercase()
    }
}

impl<'de> Deserialize<'de> for Parts {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let mut parts = Self::default();
        from.deserialize_any(PartsVisitor(&mut parts, true))?;
        Ok(parts)
    }
}

/// Adds to the parts; a list only where `.1` says so, since nobody nests them.
struct PartsVisitor<'a>(&'a mut Parts, bool);

impl<'de> Visitor<'de> for PartsVisitor<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.0.push(text);
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let part = Part::deserialize(MapAccessDeserializer::new(map))?;
        self.0.take(part);
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if !self.1 {
            return pass_list(list);
        }
        while list.next_element_seed(PartSeed(&mut *self.0))?.is_some() {}
        Ok(())
    }

    plain_is! { () }
}

struct PartSeed<'a>(&'a mut Parts);

impl<'de> serde::de::DeserializeSeed<'de> for PartSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(PartsVisitor(self.0, false))
    }
}

/// A text, or an object with the text as its `value`.
#[derive(Debug, Default)]
pub(super) struct Wording(pub(super) Option<String>);

#[derive(Default, Deserialize)]
#[serde(default)]
struct Value {
    value: Scalar,
}

impl<'de> Deserialize<'de> for Wording {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(WordingVisitor).map(Self)
    }
}

struct WordingVisitor;

impl<'de> Visitor<'de> for WordingVisitor {
    type Value = Option<String>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_str<E>(self, text: &str) -> Result<Option<String>, E> {
        Ok(Some(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<String>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(map)).map(|it| it.value.text())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<String>, A::Error> {
        pass_list(list)?;
        Ok(None)
    }

    plain_is! { None }
}

/// The files that came with a message, by name.
#[derive(Debug, Default)]
pub(super) struct Files(Vec<File>);

#[derive(Debug)]
struct File {
    name: Option<String>,
    is_image: bool,
}

impl File {
    fn line(&self) -> String {
        match &self.name {
            _ if self.is_image => "(image)".to_owned(),
            Some(name) => format!("(file: {name})"),
            None => "(file)".to_owned(),
        }
    }
}

/// The names that the five formats have for the same few things.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Listed {
    name: Scalar,
    filename: Scalar,
    file_name: Scalar,
    r#type: Scalar,
    mime_type: Scalar,
    #[serde(rename = "mimeType")]
    mime_type_in_camels: Scalar,
    file_type: Scalar,
    file_kind: Scalar,
}

impl From<Listed> for File {
    fn from(listed: Listed) -> Self {
        let kinds = [
            listed.r#type,
            listed.mime_type,
            listed.mime_type_in_camels,
            listed.file_type,
            listed.file_kind,
        ];
        let name = [listed.name, listed.filename, listed.file_name]
            .iter()
            .find_map(Scalar::text);
        Self {
            name: name.and_then(|name| tidy::line(&name)),
            is_image: kinds
                .iter()
                .any(|kind| matches!(kind, Scalar::Text(kind) if kind.starts_with("image"))),
        }
    }
}

impl<'de> Deserialize<'de> for Files {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(FilesVisitor).map(Self)
    }
}

struct FilesVisitor;

impl<'de> Visitor<'de> for FilesVisitor {
    type Value = Vec<File>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<File>, A::Error> {
        let mut files = Vec::new();
        while let Some(Maybe(listed)) = list.next_element::<Maybe<Listed>>()? {
            if files.len() < MOST_FILES {
                files.extend(listed.map(File::from));
            }
        }
        Ok(files)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Vec<File>, A::Error> {
        pass_map(map)?;
        Ok(Vec::new())
    }

    fn visit_str<E>(self, _: &str) -> Result<Vec<File>, E> {
        Ok(Vec::new())
    }

    plain_is! { Vec::new() }
}
