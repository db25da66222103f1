//! Ids: what names a student, a submission, a section, a group, a work, a label value or a peer review.
//!
//! An id is an integer from 0 to 2^64 − 1 or a non-empty text. It is written back in the form in which it was
//! read, and matched by value: `23` and `"23"` are one id. Ids of learning-management systems go beyond 2^53, so
//! they never pass through a floating-point number.

use alloc::boxed::Box;
use alloc::string::{String, ToString};
use alloc::sync::Arc;
use core::cmp::Ordering;
use core::fmt;
use core::hash::{Hash, Hasher};

use serde::de::{self, Deserialize, Deserializer, Visitor};
use serde::ser::{Serialize, Serializer};

/// An id, compared by value and written in the form in which it was read.
///
/// Ids that are canonical decimals below 2^64 (`7`, `"7"`, not `"07"`) order by value, whatever their form, before
/// all others; the rest order by bytes.
///
/// ```
/// use peerplan::Id;
/// let number = Id::from(23);
/// let text = Id::text("23").unwrap();
/// assert_eq!(number, text);
/// assert!(!number.same_form(&text));
/// assert!(Id::from(9) < Id::from(10) && Id::from(10) < Id::text("1a").unwrap());
/// ```
#[derive(Clone)]
pub struct Id(Repr);

#[derive(Clone)]
enum Repr {
    /// A JSON integer.
    Number(u64),
    /// A JSON string that is the canonical decimal of this number.
    Decimal(u64),
    /// Any other JSON string; never empty.
    Text(Arc<str>),
}

/// An id was an empty text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("an id is an integer from 0 to 18446744073709551615 or a text that is not empty")]
pub struct EmptyId;

impl Id {
    /// An id written as text.
    ///
    /// # Errors
    /// [`EmptyId`] when the text is empty.
    pub fn text(text: &str) -> Result<Self, EmptyId> {
        if text.is_empty() {
            return Err(EmptyId);
        }
        Ok(Self(match canonical_decimal(text) {
            Some(value) => Repr::Decimal(value),
            None => Repr::Text(Arc::from(text)),
        }))
    }

    /// The value of a canonical decimal, whatever its form.
    #[must_use]
    pub const fn value(&self) -> Option<u64> {
        match self.0 {
            Repr::Number(value) | Repr::Decimal(value) => Some(value),
            Repr::Text(_) => None,
        }
    }

    /// The text of an id that is no canonical decimal.
    pub(crate) fn as_text(&self) -> Option<&str> {
        match &self.0 {
            Repr::Text(text) => Some(text),
            Repr::Number(_) | Repr::Decimal(_) => None,
        }
    }

    /// Whether the id was written as an integer.
    #[must_use]
    pub const fn is_number(&self) -> bool {
        matches!(self.0, Repr::Number(_))
    }

    /// Whether two ids are both integers or both texts. Equal ids of different form in one problem are an input
    /// error.
    #[must_use]
    pub const fn same_form(&self, other: &Self) -> bool {
        self.is_number() == other.is_number()
    }
}

/// The value of `text` if it is a decimal without leading zeros below 2^64.
fn canonical_decimal(text: &str) -> Option<u64> {
    let bytes = text.as_bytes();
    let canonical = !bytes.is_empty()
        && bytes.len() <= 20
        && bytes.iter().all(u8::is_ascii_digit)
        && (bytes[0] != b'0' || bytes.len() == 1);
    if canonical { text.parse().ok() } else { None }
}

impl From<u64> for Id {
    fn from(value: u64) -> Self {
        Self(Repr::Number(value))
    }
}

impl PartialEq for Id {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Id {}

impl PartialOrd for Id {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Id {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Repr::Text(a), Repr::Text(b)) => a.as_bytes().cmp(b.as_bytes()),
            (Repr::Text(_), _) => Ordering::Greater,
            (_, Repr::Text(_)) => Ordering::Less,
            _ => self.value().cmp(&other.value()),
        }
    }
}

impl Hash for Id {
    fn hash<H: Hasher>(&self, state: &mut H) {
        match &self.0 {
            Repr::Number(value) | Repr::Decimal(value) => value.hash(state),
            Repr::Text(text) => text.as_bytes().hash(state),
        }
    }
}

impl fmt::Display for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(value) | Repr::Decimal(value) => fmt::Display::fmt(value, f),
            Repr::Text(text) => fmt::Display::fmt(&**text, f),
        }
    }
}

impl fmt::Debug for Id {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Repr::Number(value) => fmt::Debug::fmt(value, f),
            Repr::Decimal(value) => write!(f, "\"{value}\""),
            Repr::Text(text) => fmt::Debug::fmt(&**text, f),
        }
    }
}

impl Serialize for Id {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Repr::Number(value) => serializer.serialize_u64(*value),
            Repr::Decimal(value) => serializer.collect_str(value),
            Repr::Text(text) => serializer.serialize_str(text),
        }
    }
}

impl<'de> Deserialize<'de> for Id {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct IdVisitor;
        impl Visitor<'_> for IdVisitor {
            type Value = Id;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an id: an integer from 0 to 18446744073709551615 or a text that is not empty")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<Id, E> {
                Ok(Id::from(value))
            }
            fn visit_str<E: de::Error>(self, text: &str) -> Result<Id, E> {
                Id::text(text).map_err(E::custom)
            }
        }
        deserializer.deserialize_any(IdVisitor)
    }
}

/// Text that names a person. It is never shown by `Debug`, and no plan, log or error contains it unless asked for.
#[derive(Clone, PartialEq, Eq, serde::Serialize)]
#[serde(transparent)]
pub struct PersonName(Box<str>);

impl PersonName {
    /// Takes a name in.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(name.into())
    }

    /// The name itself, for those who asked for it.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for PersonName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PersonName(…)")
    }
}

impl From<String> for PersonName {
    fn from(name: String) -> Self {
        Self(name.into_boxed_str())
    }
}

impl From<&Id> for String {
    fn from(id: &Id) -> Self {
        id.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn text(text: &str) -> Id {
        Id::text(text).expect("not empty")
    }

    #[test]
    fn canonical_decimals_match_numbers_and_nothing_else_does() {
        assert_eq!(text("18446744073709551615"), Id::from(u64::MAX));
        assert_eq!(text("0"), Id::from(0));
        for other in ["00", "07", "+7", "7 ", "18446744073709551616", "-1", "1e3", "٧"] {
            assert_eq!(text(other).value(), None, "{other}");
        }
    }

    #[test]
    fn order_is_decimals_by_value_then_the_rest_by_bytes() {
        let mut ids: Vec<Id> = ["b", "10", "9", "010", "a", "é"].into_iter().map(text).collect();
        ids.push(Id::from(11));
        ids.sort();
        let written: Vec<String> = ids.iter().map(ToString::to_string).collect();
        assert_eq!(written, ["9", "10", "11", "010", "a", "b", "é"]);
    }

    #[test]
    fn an_empty_text_is_no_id_and_a_name_is_not_printed() {
        assert_eq!(Id::text("").unwrap_err(), EmptyId);
        let shown = alloc::format!("{:?}", PersonName::new("Ann Ode"));
        assert!(!shown.contains("Ann"));
    }
}
