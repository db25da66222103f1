//! The certificate of a plan file, read.

use crate::certificate::{Certificate, Dual, Optimal, WorkDual};
use crate::formats::fields::Reader;
use crate::formats::json::Json;
use crate::formats::path::Path;

/// The fields of a certificate.
pub(in crate::formats) const CERTIFICATE: &[&str] =
    &["kind", "objective_units", "student_duals", "submission_duals", "work_duals"];
/// The fields of one number of a certificate.
pub(in crate::formats) const DUAL: &[&str] = &["id", "value"];
/// The fields of one number for a student and a work.
pub(in crate::formats) const WORK_DUAL: &[&str] = &["assessor_id", "work_id", "value"];

#[derive(Clone, Copy)]
enum Kind {
    Optimal,
}

const KINDS: &[(&str, Kind)] = &[("optimal", Kind::Optimal)];

impl Reader {
    /// A certificate.
    pub(super) fn certificate(&mut self, place: &Path<'_>, value: Json<'_>) -> Option<Certificate> {
        let mut fields = match value {
            Json::Obj(_) => self.object(place, value, CERTIFICATE)?,
            other => {
                self.wrong_type(place, "an object or null", &other);
                return None;
            }
        };
        let kind = fields.require(self, place, "kind");
        // What the other fields are depends on it.
        let Kind::Optimal = kind.and_then(|kind| self.choice(&place.key("kind"), &kind, KINDS))?;
        let objective = fields.require(self, place, "objective_units");
        let objective_units = objective.and_then(|value| self.units(&place.key("objective_units"), &value));
        let [student_duals, submission_duals] = ["student_duals", "submission_duals"].map(|name| {
            let duals = fields.require(self, place, name)?;
            self.list(&place.key(name), duals, Self::dual)
        });
        let work_duals = fields.require(self, place, "work_duals");
        let work_duals = work_duals.and_then(|duals| self.list(&place.key("work_duals"), duals, Self::work_dual));
        self.finish(place, &fields);
        Some(Certificate::Optimal(Optimal {
            objective_units: objective_units?,
            student_duals: student_duals?,
            submission_duals: submission_duals?,
            work_duals: work_duals?,
        }))
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
