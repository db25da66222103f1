//! The plan file as a whole.

use std::borrow::Cow;

use serde::de::MapAccess;

use crate::certificate::Certificate;
use crate::diagnostic::Diagnostics;
use crate::formats::document::{Document, DocumentSink};
use crate::formats::fields::Reader;
use crate::formats::json::Json;
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
    let plan = parse(text, &mut syntax, DocumentSink::<Parts>::new(&mut reader));
    reader.found.append(syntax);
    outcome(text, reader, plan.flatten().and_then(Parts::assemble)).map(|(plan, _)| plan)
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

impl Document for Parts {
    const FORMAT: &'static str = FORMAT;
    const FIELDS: &'static [&'static str] = PLAN;
    const REQUIRED: &'static [&'static str] =
        &["problem_digest", "generator", "strategy", "operations", "kept", "report"];

    fn field<'de, A: MapAccess<'de>>(
        &mut self,
        reader: &mut Reader,
        place: &Path<'_>,
        name: &str,
        map: &mut A,
    ) -> Result<(), A::Error> {
        match name {
            "source" => match map.next_value()? {
                Json::Null => {}
                value => self.source = reader.source(place, value),
            },
            "problem_digest" => self.problem_digest = reader.text(place, map.next_value()?).map(Cow::into_owned),
            "generator" => self.generator = reader.text(place, map.next_value()?).map(Cow::into_owned),
            "strategy" => self.strategy = reader.strategy(place, map.next_value()?),
            "operations" => _ = rows(reader, place, map, &mut self.operations, Reader::operation)?,
            "kept" => _ = rows(reader, place, map, &mut self.kept, Reader::peer_review)?,
            "shortfalls" => _ = rows(reader, place, map, &mut self.shortfalls, Reader::shortfall)?,
            "report" => self.report = reader.report(place, map.next_value()?),
            "alternates" => _ = rows(reader, place, map, &mut self.alternates, Reader::alternates)?,
            "certificate" => match map.next_value()? {
                Json::Null => {}
                value => self.certificate = reader.certificate(place, value),
            },
            _ => unreachable!("the fields of the list are these"),
        }
        Ok(())
    }
}
