//! Plan files, written while their records come.

use std::io;

use serde::Serialize;

use super::read::FORMAT;
use crate::formats::write::{Layout, Writer};
use crate::plan::Records;

/// Writes a plan file: the fields in the order of the format, the operations one by one as they come.
///
/// `certificate` is any value that serializes to an object of the format, or to null: `None::<()>` where there is
/// none. Where the source is unknown it is null too.
///
/// # Errors
/// Those of the output.
pub fn write(
    plan: &dyn Records,
    certificate: &(impl Serialize + ?Sized),
    layout: Layout,
    output: impl io::Write,
) -> io::Result<()> {
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
    writer.field("certificate", certificate)?;
    writer.end()
}
