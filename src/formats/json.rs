//! JSON values that borrow from the text, and visitors that read long arrays element by element.
//!
//! Nothing here fails but for syntax: a value of an unexpected type is handed on, so that the reader of the domain
//! can report it with a code and a place and go on.

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// A JSON value. Integers keep their exact value; what fits neither `u64` nor `i64` is a floating-point number.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Json<'de> {
    Null,
    Bool(bool),
    U64(u64),
    /// Always negative.
    I64(i64),
    F64(f64),
    Str(Cow<'de, str>),
    Arr(Vec<Json<'de>>),
    Obj(Vec<(Cow<'de, str>, Json<'de>)>),
}

impl Json<'_> {
    /// What the value is, in words, without its content.
    pub(super) const fn kind(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "true or false",
            Self::U64(_) => "an integer",
            Self::I64(_) => "a negative integer",
            Self::F64(_) => "a number that is not an integer",
            Self::Str(_) => "a text",
            Self::Arr(_) => "an array",
            Self::Obj(_) => "an object",
        }
    }
}

/// What is to be made of a JSON value while it is read.
pub(super) trait Sink<'de>: Sized {
    /// What comes out.
    type Out;
    /// Takes null, a truth value, a number or a text.
    fn scalar(self, value: Json<'de>) -> Self::Out;
    /// Takes an array.
    fn array<A: SeqAccess<'de>>(self, items: A) -> Result<Self::Out, A::Error>;
    /// Takes an object.
    fn object<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Out, A::Error>;
}

/// Feeds a [`Sink`].
pub(super) struct Feed<S>(pub(super) S);

impl<'de, S: Sink<'de>> DeserializeSeed<'de> for Feed<S> {
    type Value = S::Out;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<S::Out, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de, S: Sink<'de>> Visitor<'de> for Feed<S> {
    type Value = S::Out;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_unit<E: Error>(self) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::Null))
    }
    fn visit_bool<E: Error>(self, value: bool) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::Bool(value)))
    }
    fn visit_u64<E: Error>(self, value: u64) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::U64(value)))
    }
    fn visit_i64<E: Error>(self, value: i64) -> Result<S::Out, E> {
        Ok(self.0.scalar(u64::try_from(value).map_or(Json::I64(value), Json::U64)))
    }
    fn visit_f64<E: Error>(self, value: f64) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::F64(value)))
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::Str(Cow::Owned(text.to_owned()))))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<S::Out, E> {
        Ok(self.0.scalar(Json::Str(Cow::Borrowed(text))))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, items: A) -> Result<S::Out, A::Error> {
        self.0.array(items)
    }
    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<S::Out, A::Error> {
        self.0.object(fields)
    }
}

/// Keeps the value as it is.
pub(super) struct Whole;

impl<'de> Sink<'de> for Whole {
    type Out = Json<'de>;
    fn scalar(self, value: Json<'de>) -> Json<'de> {
        value
    }
    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Json<'de>, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element()? {
            all.push(item);
        }
        Ok(Json::Arr(all))
    }
    fn object<A: MapAccess<'de>>(self, mut fields: A) -> Result<Json<'de>, A::Error> {
        let mut all = Vec::new();
        while let Some(name) = next_name(&mut fields)? {
            all.push((name, fields.next_value()?));
        }
        Ok(Json::Obj(all))
    }
}

impl<'de> Deserialize<'de> for Json<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Feed(Whole))
    }
}

/// Hands each element of an array on as soon as it is read. What is not an array comes out whole.
pub(super) struct Elements<F>(pub(super) F);

impl<'de, F: FnMut(usize, Json<'de>)> Sink<'de> for Elements<F> {
    type Out = Option<Json<'de>>;
    fn scalar(self, value: Json<'de>) -> Self::Out {
        Some(value)
    }
    fn array<A: SeqAccess<'de>>(mut self, mut items: A) -> Result<Self::Out, A::Error> {
        let mut index = 0;
        while let Some(item) = items.next_element()? {
            (self.0)(index, item);
            index += 1;
        }
        Ok(None)
    }
    fn object<A: MapAccess<'de>>(self, fields: A) -> Result<Self::Out, A::Error> {
        Whole.object(fields).map(Some)
    }
}

/// A field name, borrowed where it holds no escapes.
struct Name;

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Cow<'de, str>;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        deserializer.deserialize_str(self)
    }
}

impl<'de> Visitor<'de> for Name {
    type Value = Cow<'de, str>;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a field name")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Cow::Owned(text.to_owned()))
    }
    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Cow::Borrowed(text))
    }
}

/// The name of the next field.
pub(super) fn next_name<'de, A: MapAccess<'de>>(fields: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    fields.next_key_seed(Name)
}
