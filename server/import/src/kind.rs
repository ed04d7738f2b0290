//! Whose a conversation is, by what stands at its top.

use std::fmt;

use serde::{
    Deserializer,
    de::{DeserializeSeed, MapAccess, SeqAccess, Visitor},
};

use super::{
    Source,
    loose::{Scalar, pass_list, plain_is},
};

/// What was seen so far. It is filled while reading, so that it also says something about a conversation
/// that breaks off.
#[derive(Debug, Default)]
pub(super) struct Kind {
    pub(super) title: Option<String>,
    is_ours: bool,
    has_mapping: bool,
    has_chat_messages: bool,
    has_chat: bool,
    has_history: bool,
    has_conversation_id: bool,
    has_messages: bool,
}

impl Kind {
    /// Reads `json` to its end, and so also tells whether it is JSON.
    pub(super) fn look(&mut self, json: &str) -> Result<(), serde_json::Error> {
        let mut from = serde_json::Deserializer::from_str(json);
        Look(self).deserialize(&mut from)?;
        from.end()
    }

    pub(super) fn source(&self) -> Option<Source> {
        if self.is_ours {
            Some(Source::Soundstage)
        } else if self.has_mapping {
            Some(Source::ChatGpt)
        } else if self.has_chat_messages {
            Some(Source::Claude)
        } else if self.has_chat || self.has_history {
            Some(Source::OpenWebUi)
        } else if self.has_conversation_id && self.has_messages {
            Some(Source::LibreChat)
        } else {
            None
        }
    }

    fn see(&mut self, key: &str, value: &Scalar) {
        match key {
            // Claude calls it a name.
            "title" | "name" => self.title = self.title.take().or_else(|| value.text()),
            "format" => self.is_ours = value.is("soundstage.conversation"),
            "mapping" => self.has_mapping = *value == Scalar::Map,
            "chat_messages" => self.has_chat_messages = *value == Scalar::List,
            "chat" => self.has_chat = *value == Scalar::Map,
            // Of an Open WebUI that wrapped nothing around its chats.
            "history" => self.has_history = *value == Scalar::Map,
            "conversationId" => self.has_conversation_id = value.text().is_some(),
            "messages" | "messagesTree" => self.has_messages |= *value == Scalar::List,
            _ => {}
        }
    }
}

struct Look<'a>(&'a mut Kind);

impl<'de> DeserializeSeed<'de> for Look<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Look<'_> {
    type Value = ();

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            // Before the value, since what is being read may break off inside of it.
            match key.as_str() {
                "mapping" => self.0.see(&key, &Scalar::Map),
                "chat_messages" => self.0.see(&key, &Scalar::List),
                _ => {}
            }
            let value = map.next_value::<Scalar>()?;
            self.0.see(&key, &value);
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<(), A::Error> {
        pass_list(list)
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    plain_is! { () }
}
