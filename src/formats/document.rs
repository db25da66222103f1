//! The top level of a file: an object with known fields, read one after the other.

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use super::fields::Reader;
use super::json::{Json, Sink, next_name};
use super::path::Path;

/// What a file holds, while it is read.
pub(super) trait Document: Default {
    /// What stands in the field `format`.
    const FORMAT: &'static str;
    /// All fields, `format` and `version` among them.
    const FIELDS: &'static [&'static str];
    /// Those that must be there.
    const REQUIRED: &'static [&'static str];

    /// Reads the value of a field of the list other than `format` and `version`.
    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        place: &Path<'_>,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error>;
}

/// Reads a document; none where something else stands in its place.
pub(super) struct DocumentSink<'a, D> {
    reader: &'a mut Reader,
    document: D,
}

impl<'a, D: Document> DocumentSink<'a, D> {
    pub(super) fn new(reader: &'a mut Reader) -> Self {
        Self { reader, document: D::default() }
    }

    fn not_an_object(self, value: &Json<'_>) -> Option<D> {
        self.reader.wrong_type(&Path::Root, "an object", value);
        None
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, name: &str, map: &mut A) -> Result<(), A::Error> {
        let root = Path::Root;
        let (reader, place) = (&mut *self.reader, root.key(name));
        match name {
            "format" => reader.constant(&place, &map.next_value()?, D::FORMAT, "wrong_format"),
            "version" => reader.version(&place, &map.next_value()?),
            _ => self.document.field(reader, &place, name, map)?,
        }
        Ok(())
    }
}

impl<'de, D: Document> Sink<'de> for DocumentSink<'_, D> {
    type Out = Option<D>;

    fn scalar(self, value: Json<'de>) -> Self::Out {
        self.not_an_object(&value)
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Out, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.not_an_object(&Json::Arr(Vec::new())))
    }

    fn object<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Out, A::Error> {
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(name) = next_name(&mut map)? {
            if seen.contains(&name) {
                map.next_value::<IgnoredAny>()?;
                self.reader.duplicate(&Path::Root, &name);
            } else if D::FIELDS.contains(&&*name) {
                self.field(&name, &mut map)?;
                seen.push(name);
            } else {
                map.next_value::<IgnoredAny>()?;
                self.reader.unknown(&Path::Root, &name, D::FIELDS);
            }
        }
        for required in D::REQUIRED {
            if !seen.iter().any(|name| name == required) {
                self.reader.missing(&Path::Root, required);
                self.reader.gaps = true;
            }
        }
        Ok(Some(self.document))
    }
}
