//! The plan file as a whole.

use std::borrow::Cow;

use serde::de::{IgnoredAny, MapAccess, SeqAccess};

use crate::certificate::Certificate;
use crate::diagnostic::Diagnostics;
use crate::formats::fields::Reader;
use crate::formats::json::{Json, Sink, next_name};
use crate::formats::path::Path;
use crate::formats::shared::rows;
use crate::formats::text::{outcome, parse};
use crate::input::{PeerReview, Source, StrategyChoice};
use crate::plan::{Alternates, Operation, PlanDocument, Report, ShortfallRecord};

/// What stands in the field `format`.
pub(super) const FORMAT: &str = "peerplan/plan";

/// The fields of a plan file.
pub(in crate::formats) const PLAN: &[&str] = &[
    "format",
    "version",
    "source",
    "problem_digest",
    "generator",
    "strategy",
    "operations",
    "kept",
    "shortfalls",
    "report",
    "alternates",
    "certificate",
];

/// Reads a plan file.
///
/// `source`, `shortfalls`, `alternates` and `certificate` may be absent; `source` and `certificate` may be null.
///
/// # Errors
/// Everything that is wrong, each with its place. A syntax error ends reading.
pub fn read(text: &[u8]) -> Result<PlanDocument, Diagnostics> {
    let mut reader = Reader::new(false);
    let mut syntax = Diagnostics::new();
    let plan = parse(text, &mut syntax, PlanSink { reader: &mut reader });
    reader.found.append(syntax);
    outcome(text, reader, plan.flatten()).map(|(plan, _)| plan)
}

/// The fields read so far.
#[derive(Default)]
struct Parts {
    source: Option<Source>,
    problem_digest: Option<String>,
    generator: Option<String>,
    strategy: Option<StrategyChoice>,
    operations: Vec<Operation>,
    kept: Vec<PeerReview>,
    shortfalls: Vec<ShortfallRecord>,
    report: Option<Report>,
    alternates: Vec<Alternates>,
    certificate: Option<Certificate>,
}

impl Parts {
    fn assemble(self) -> Option<PlanDocument> {
        Some(PlanDocument {
            source: self.source,
            problem_digest: self.problem_digest?,
            generator: self.generator?,
            strategy: self.strategy?,
            operations: self.operations,
            kept: self.kept,
            shortfalls: self.shortfalls,
            report: self.report?,
            alternates: self.alternates,
            certificate: self.certificate,
        })
    }
}

struct PlanSink<'a> {
    reader: &'a mut Reader,
}

impl PlanSink<'_> {
    fn not_an_object(self, value: &Json<'_>) -> Option<PlanDocument> {
        self.reader.wrong_type(&Path::Root, "an object", value);
        None
    }

    fn field<'de, A: MapAccess<'de>>(&mut self, parts: &mut Parts, name: &str, map: &mut A) -> Result<(), A::Error> {
        let reader = &mut *self.reader;
        let root = Path::Root;
        let place = root.key(name);
        match name {
            "format" => reader.constant(&place, &map.next_value()?, FORMAT, "wrong_format"),
            "version" => reader.version(&place, &map.next_value()?),
            "source" => match map.next_value()? {
                Json::Null => {}
                value => parts.source = reader.source(&place, value),
            },
            "problem_digest" => parts.problem_digest = reader.text(&place, map.next_value()?).map(Cow::into_owned),
            "generator" => parts.generator = reader.text(&place, map.next_value()?).map(Cow::into_owned),
            "strategy" => parts.strategy = reader.strategy(&place, map.next_value()?),
            "operations" => _ = rows(reader, &place, map, &mut parts.operations, Reader::operation)?,
            "kept" => _ = rows(reader, &place, map, &mut parts.kept, Reader::peer_review)?,
            "shortfalls" => _ = rows(reader, &place, map, &mut parts.shortfalls, Reader::shortfall)?,
            "report" => parts.report = reader.report(&place, map.next_value()?),
            "alternates" => _ = rows(reader, &place, map, &mut parts.alternates, Reader::alternates)?,
            "certificate" => match map.next_value()? {
                Json::Null => {}
                value => parts.certificate = reader.certificate(&place, value),
            },
            _ => {
                map.next_value::<IgnoredAny>()?;
                reader.unknown(&root, name, PLAN);
            }
        }
        Ok(())
    }
}

impl<'de> Sink<'de> for PlanSink<'_> {
    type Out = Option<PlanDocument>;

    fn scalar(self, value: Json<'de>) -> Self::Out {
        self.not_an_object(&value)
    }

    fn array<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Out, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(self.not_an_object(&Json::Arr(Vec::new())))
    }

    fn object<A: MapAccess<'de>>(mut self, mut map: A) -> Result<Self::Out, A::Error> {
        let mut parts = Parts::default();
        let mut seen: Vec<Cow<'de, str>> = Vec::new();
        while let Some(name) = next_name(&mut map)? {
            if seen.contains(&name) {
                map.next_value::<IgnoredAny>()?;
                self.reader.duplicate(&Path::Root, &name);
                continue;
            }
            self.field(&mut parts, &name, &mut map)?;
            if PLAN.contains(&&*name) {
                seen.push(name);
            }
        }
        for required in ["problem_digest", "generator", "strategy", "operations", "kept", "report"] {
            if !seen.iter().any(|name| name == required) {
                self.reader.missing(&Path::Root, required);
            }
        }
        Ok(parts.assemble())
    }
}
