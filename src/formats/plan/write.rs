//! Plan files, written while their records come.

use std::io;

use super::read::FORMAT;
use crate::certificate::Certificate;
use crate::formats::write::{Layout, Writer};
use crate::plan::Records;

/// Writes a plan file: the fields in the order of the format, the operations one by one as they come.
///
/// Where the source is unknown or there is no certificate, they are null.
///
/// # Errors
/// Those of the output.
pub fn write(plan: &dyn Records, layout: Layout, output: impl io::Write) -> io::Result<()> {
    let mut writer = Writer::begin(output, layout, FORMAT)?;
    writer.field("source", &plan.source())?;
    writer.field("problem_digest", plan.problem_digest())?;
    writer.field("generator", plan.generator())?;
    writer.field("strategy", plan.strategy())?;
    writer.rows("operations", plan.operations())?;
    writer.rows("kept", plan.kept())?;
    writer.rows("shortfalls", plan.shortfalls())?;
    writer.block("report", plan.report())?;
    writer.rows("alternates", plan.alternates())?;
    match plan.certificate() {
        None => writer.field("certificate", &())?,
        Some(Certificate::Optimal(proof)) => {
            writer.open("certificate")?;
            writer.field("kind", "optimal")?;
            writer.field("objective_units", &proof.objective_units)?;
            writer.rows("student_duals", &proof.student_duals)?;
            writer.rows("submission_duals", &proof.submission_duals)?;
            writer.rows("work_duals", &proof.work_duals)?;
            writer.close()?;
        }
        Some(Certificate::WorstOff(proof)) => {
            writer.open("certificate")?;
            writer.field("kind", "max_min")?;
            writer.field("worst_units", &proof.worst_units)?;
            writer.field("upper_bound_units", &proof.upper_bound_units)?;
            writer.rows("weights", &proof.weights)?;
            writer.rows("student_duals", &proof.student_duals)?;
            writer.rows("submission_duals", &proof.submission_duals)?;
            if !proof.work_duals.is_empty() {
                writer.rows("work_duals", &proof.work_duals)?;
            }
            writer.close()?;
        }
    }
    writer.end()
}
