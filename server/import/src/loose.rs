//! Fields that take whatever stands there.
//!
//! What is of the wrong shape counts as not said. It is passed over by serde_json's `IgnoredAny`, which
//! keeps its own stack: however deep something is nested, it costs no recursion.

use std::{fmt, marker::PhantomData};

use contract::Timestamp;
use serde::{
    Deserialize, Deserializer,
    de::{IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};

use super::{MOST_MESSAGES, when};

/// For visitors that want lists, maps or texts: everything plain that is no text counts as nothing.
macro_rules! plain_is {
    ($nothing:expr) => {
        fn visit_unit<E>(self) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_u64<E>(self, _: u64) -> Result<Self::Value, E> {
            Ok($nothing)
        }

        fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
            Ok($nothing)
        }
    };
}
pub(super) use plain_is;

/// How serde_json hands numbers over when something in the build asks it for `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// One value that is expected to be plain.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) enum Scalar {
    #[default]
    Nothing,
    Text(String),
    Whole(i64),
    Real(f64),
    Flag(bool),
    List,
    Map,
}

impl Scalar {
    /// Text that is not empty; numbers are written out.
    pub(super) fn text(&self) -> Option<String> {
        match self {
            Self::Text(text) if !text.is_empty() => Some(text.clone()),
            Self::Whole(number) => Some(number.to_string()),
            Self::Real(number) => Some(number.to_string()),
            _ => None,
        }
    }

    pub(super) fn time(&self) -> Option<Timestamp> {
        match self {
            Self::Text(text) => when::text(text),
            Self::Whole(number) => when::whole(*number),
            Self::Real(number) => when::real(*number),
            _ => None,
        }
    }

    /// Whether it says yes.
    pub(super) fn is_true(&self) -> bool {
        match self {
            Self::Flag(flag) => *flag,
            Self::Whole(number) => *number != 0,
            Self::Text(text) => text.eq_ignore_ascii_case("true"),
            _ => false,
        }
    }

    pub(super) fn is(&self, word: &str) -> bool {
        matches!(self, Self::Text(text) if text == word)
    }

    fn number(text: &str) -> Self {
        text.parse()
            .map(Self::Whole)
            .or_else(|_| text.parse().map(Self::Real))
            .unwrap_or_default()
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ScalarVisitor)
    }
}

struct ScalarVisitor;

impl<'de> Visitor<'de> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_unit<E>(self) -> Result<Scalar, E> {
        Ok(Scalar::Nothing)
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Scalar, E> {
        Ok(Scalar::Flag(flag))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Scalar, E> {
        Ok(Scalar::Whole(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Scalar, E> {
        Ok(i64::try_from(number).map_or(Scalar::Real(number as f64), Scalar::Whole))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Scalar, E> {
        Ok(Scalar::Real(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Scalar, E> {
        Ok(Scalar::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<Scalar, E> {
        Ok(Scalar::Text(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Scalar, A::Error> {
        pass_list(list)?;
        Ok(Scalar::List)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Scalar, A::Error> {
        let Some(key) = map.next_key::<String>()? else {
            return Ok(Scalar::Map);
        };
        if key == NUMBER {
            let number = Scalar::number(&map.next_value::<String>()?);
            pass_map(map)?;
            return Ok(number);
        }
        map.next_value::<IgnoredAny>()?;
        pass_map(map)?;
        Ok(Scalar::Map)
    }
}

/// An object, or nothing if something else stands there.
#[derive(Debug)]
pub(super) struct Maybe<T>(pub(super) Option<T>);

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Default> Maybe<T> {
    pub(super) fn or_default(self) -> T {
        self.0.unwrap_or_default()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(MaybeVisitor(PhantomData)).map(Self)
    }
}

struct MaybeVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for MaybeVisitor<T> {
    type Value = Option<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Option<T>, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Some)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Option<T>, A::Error> {
        pass_list(list)?;
        Ok(None)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(None)
    }

    plain_is! { None }
}

/// The messages of a conversation: a list of objects, or objects by their ids.
#[derive(Debug)]
pub(super) struct Many<T> {
    pub(super) items: Vec<(Option<String>, T)>,
    /// There were more than [`MOST_MESSAGES`], and the rest was not kept.
    pub(super) too_many: bool,
}

impl<T> Default for Many<T> {
    fn default() -> Self {
        Self {
            items: Vec::new(),
            too_many: false,
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Many<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(ManyVisitor(PhantomData))
    }
}

struct ManyVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ManyVisitor<T> {
    type Value = Many<T>;

    fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
        to.write_str("anything")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Many<T>, A::Error> {
        let mut many = Many::default();
        while let Some(Maybe(item)) = list.next_element::<Maybe<T>>()? {
            if many.items.len() == MOST_MESSAGES {
                many.too_many = true;
                pass_list(list)?;
                break;
            }
            many.items.extend(item.map(|item| (None, item)));
        }
        Ok(many)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Many<T>, A::Error> {
        let mut many = Many::default();
        while let Some((id, Maybe(item))) = map.next_entry::<String, Maybe<T>>()? {
            if many.items.len() == MOST_MESSAGES {
                many.too_many = true;
                pass_map(map)?;
                break;
            }
            many.items.extend(item.map(|item| (Some(id), item)));
        }
        Ok(many)
    }

    fn visit_str<E>(self, _: &str) -> Result<Self::Value, E> {
        Ok(Many::default())
    }

    plain_is! { Many::default() }
}

pub(super) fn pass_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<(), A::Error> {
    while list.next_element::<IgnoredAny>()?.is_some() {}
    Ok(())
}

pub(super) fn pass_map<'de, A: MapAccess<'de>>(mut map: A) -> Result<(), A::Error> {
    while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
    Ok(())
}
