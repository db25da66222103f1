//! The certificate of a plan file, read.

use crate::certificate::{Certificate, Dual, Optimal, WorkDual, WorstOff};
use crate::formats::fields::{Fields, Reader};
use crate::formats::json::Json;
use crate::formats::path::Path;

/// The fields of a certificate that no plan has a greater total.
pub(in crate::formats) const OPTIMAL: &[&str] =
    &["kind", "objective_units", "student_duals", "submission_duals", "work_duals"];
/// The fields of a certificate of what the worst-off submission has at most.
pub(in crate::formats) const WORST_OFF: &[&str] =
    &["kind", "worst_units", "upper_bound_units", "weights", "student_duals", "submission_duals", "work_duals"];
/// The fields of one number of a certificate.
pub(in crate::formats) const DUAL: &[&str] = &["id", "value"];
/// The fields of one number for a student and a work.
pub(in crate::formats) const WORK_DUAL: &[&str] = &["assessor_id", "work_id", "value"];

#[derive(Clone, Copy)]
enum Kind {
    Optimal,
    WorstOff,
}

const KINDS: &[(&str, Kind)] = &[("optimal", Kind::Optimal), ("max_min", Kind::WorstOff)];

impl Reader {
    /// A certificate.
    pub(super) fn certificate(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Certificate> {
        let Json::Obj(given) = &value else {
            self.wrong_type(place, "an object or null", &value);
            return None;
        };
        // What the other fields are depends on it.
        let Some((_, kind)) = given.iter().find(|(name, _)| name == "kind") else {
            self.missing(place, "kind");
            return None;
        };
        match self.choice(&place.key("kind"), kind, KINDS)? {
            Kind::Optimal => self.optimal(place, value).map(Certificate::Optimal),
            Kind::WorstOff => self.worst_off(place, value).map(Certificate::WorstOff),
        }
    }

    fn optimal(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Optimal> {
        let mut fields = self.object(place, value, OPTIMAL)?;
        fields.take("kind");
        let objective_units = self.whole(place, &mut fields, "objective_units");
        let [student_duals, submission_duals] =
            ["student_duals", "submission_duals"].map(|name| self.duals(place, &mut fields, name));
        let work_duals = fields.require(self, place, "work_duals");
        let work_duals = work_duals.and_then(|duals| self.list(&place.key("work_duals"), duals, Self::work_dual));
        self.finish(place, &fields);
        Some(Optimal {
            objective_units: objective_units?,
            student_duals: student_duals?,
            submission_duals: submission_duals?,
            work_duals: work_duals?,
        })
    }

    fn worst_off(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<WorstOff> {
        let mut fields = self.object(place, value, WORST_OFF)?;
        fields.take("kind");
        let [worst_units, upper_bound_units] =
            ["worst_units", "upper_bound_units"].map(|name| self.whole(place, &mut fields, name));
        let [weights, student_duals, submission_duals] =
            ["weights", "student_duals", "submission_duals"].map(|name| self.duals(place, &mut fields, name));
        let work_duals = match fields.take("work_duals") {
            Some(duals) => self.list(&place.key("work_duals"), duals, Self::work_dual),
            None => Some(Vec::new()),
        };
        self.finish(place, &fields);
        Some(WorstOff {
            worst_units: worst_units?,
            upper_bound_units: upper_bound_units?,
            weights: weights?,
            student_duals: student_duals?,
            submission_duals: submission_duals?,
            work_duals: work_duals?,
        })
    }

    /// A whole number that must be there.
    fn whole(&mut self, place: &Path<'_>, fields: &mut Fields<'_>, name: &str) -> Option<i64> {
        let value = fields.require(self, place, name)?;
        self.units(&place.key(name), &value)
    }

    /// A list of numbers that must be there.
    fn duals(&mut self, place: &Path<'_>, fields: &mut Fields<'_>, name: &str) -> Option<Vec<Dual>> {
        let duals = fields.require(self, place, name)?;
        self.list(&place.key(name), duals, Self::dual)
    }

    fn dual(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Dual> {
        let mut fields = self.object(place, value, DUAL)?;
        let id = fields.require_id(self, place, "id");
        let value = fields.require(self, place, "value").and_then(|value| self.units(&place.key("value"), &value));
        self.finish(place, &fields);
        Some(Dual { id: id?, value: value? })
    }

    fn work_dual(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<WorkDual> {
        let mut fields = self.object(place, value, WORK_DUAL)?;
        let assessor_id = fields.require_id(self, place, "assessor_id");
        let work_id = fields.require_id(self, place, "work_id");
        let value = fields.require(self, place, "value").and_then(|value| self.units(&place.key("value"), &value));
        self.finish(place, &fields);
        Some(WorkDual { assessor_id: assessor_id?, work_id: work_id?, value: value? })
    }
}
