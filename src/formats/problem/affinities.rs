//! Scores of pairs, as rows or as columns.

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::formats::fields::Reader;
use crate::formats::json::{Elements, Json, Sink, next_name};
use crate::formats::path::Path;
use crate::formats::shared::rows;
use crate::id::Id;
use crate::input::{Affinity, Micros};

/// The fields of a row, and of the columns.
pub(in crate::formats) const AFFINITY: &[&str] = &["assessor_id", "asset_id", "score", "limit"];

impl Reader {
    fn affinity(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Affinity> {
        let mut fields = self.object(place, value, AFFINITY)?;
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let asset_id = fields.require_id(self, place, "asset_id");
        let score = fields.require(self, place, "score").and_then(|value| self.micros(&place.key("score"), &value));
        let limit = fields.take("limit").and_then(|value| self.limit(&place.key("limit"), &value));
        self.finish(place, &fields);
        Some(Affinity { assessor_id: assessor_id?, asset_id: asset_id?, score: score?, limit })
    }
}

/// Reads `affinities` as they come, so that millions of them need no second copy.
pub(super) struct AffinitySink<'a> {
    pub(super) reader: &'a mut Reader,
    pub(super) place: &'a Path<'a>,
    pub(super) rows: &'a mut Vec<Affinity>,
}

impl<'de> Sink<'de> for AffinitySink<'_> {
    type Out = ();

    fn scalar(self, value: Json<'de>) {
        self.reader.wrong_type(self.place, "an array of rows, or an object of columns", &value);
    }

    fn array<A: SeqAccess<'de>>(self, items: A) -> Result<(), A::Error> {
        let Self { reader, place, rows } = self;
        let each = |index, value| {
            let row = reader.affinity(&place.at(index), value);
            reader.gaps |= row.is_none();
            rows.extend(row);
        };
        Elements(each).array(items).map(|_| ())
    }

    fn object<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let Self { reader, place, rows: all } = self;
        let mut columns = Columns::default();
        let mut arrays = true;
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(name) = next_name(&mut map)? {
            let at = place.key(&name);
            if seen.contains(&name) {
                map.next_value::<IgnoredAny>()?;
                reader.duplicate(place, &name);
                continue;
            }
            // A value that cannot be read is reported, and its place stays, so that columns keep their lengths.
            let array = match &*name {
                "assessor_id" => rows(reader, &at, &mut map, &mut columns.assessors, |r, p, v| Some(r.id(p, &v)))?,
                "asset_id" => rows(reader, &at, &mut map, &mut columns.assets, |r, p, v| Some(r.id(p, &v)))?,
                "score" => rows(reader, &at, &mut map, &mut columns.scores, |r, p, v| Some(r.micros(p, &v)))?,
                "limit" => {
                    let limits = columns.limits.insert(Vec::new());
                    rows(reader, &at, &mut map, limits, |r, p, v| {
                        Some(if v == Json::Null { None } else { r.limit(p, &v) })
                    })?
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                    reader.unknown(place, &name, AFFINITY);
                    continue;
                }
            };
            arrays &= array;
            seen.push(name);
        }
        for required in ["assessor_id", "asset_id", "score"] {
            if !seen.iter().any(|name| name == required) {
                reader.missing(place, required);
                arrays = false;
            }
        }
        if arrays {
            columns.join(reader, place, all);
        }
        Ok(())
    }
}

/// The columns read; a place is empty where its value could not be read, and a limit where there is none.
#[derive(Default)]
struct Columns {
    assessors: Vec<Option<Id>>,
    assets: Vec<Option<Id>>,
    scores: Vec<Option<Micros>>,
    limits: Option<Vec<Option<Micros>>>,
}

impl Columns {
    /// Makes rows of the columns.
    fn join(self, reader: &mut Reader, place: &Path<'_>, rows: &mut Vec<Affinity>) {
        let count = self.assessors.len();
        let lengths = [self.assets.len(), self.scores.len(), self.limits.as_ref().map_or(count, Vec::len)];
        if lengths.iter().any(|length| *length != count) {
            let [assets, scores, limits] = lengths;
            let limits = if self.limits.is_some() { format!(" and {limits} limits") } else { String::new() };
            let message = format!("the columns hold {count} assessors, {assets} assets, {scores} scores{limits}");
            reader.found.error("unequal_columns", place, message, "give every column the same length");
            return;
        }
        rows.reserve_exact(count);
        let limits = self.limits.unwrap_or_else(|| vec![None; count]);
        let pairs = self.assessors.into_iter().zip(self.assets).zip(self.scores.into_iter().zip(limits));
        for ((assessor_id, asset_id), (score, limit)) in pairs {
            if let (Some(assessor_id), Some(asset_id), Some(score)) = (assessor_id, asset_id, score) {
                rows.push(Affinity { assessor_id, asset_id, score, limit });
            } else {
                reader.gaps = true;
            }
        }
    }
}
