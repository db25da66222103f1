//! The operations of a plan as a table.

use std::fmt::Write as _;
use std::io;

use crate::id::Id;
use crate::input::WorkflowState;
use crate::plan::{OperationRecord, Records};

const HEADER: [&str; 7] = ["op", "assessor_id", "asset_id", "user_id", "review_id", "workflow_state", "reason"];

/// Writes the operations of a plan as CSV (RFC 4180, lines end with a line feed), in their order. A field that does
/// not apply is empty.
///
/// # Errors
/// Those of the output.
pub fn write_csv(plan: &dyn Records, output: impl io::Write) -> io::Result<()> {
    let mut table = csv::WriterBuilder::new().buffer_capacity(1 << 16).from_writer(output);
    let (mut text, mut words) = (String::new(), String::new());
    let mut id_field = |table: &mut csv::Writer<_>, id: Option<&Id>| {
        text.clear();
        if let Some(id) = id {
            write!(text, "{id}").map_err(io::Error::other)?;
        }
        table.write_field(&text).map_err(io::Error::from)
    };
    table.write_record(HEADER)?;
    for operation in plan.operations() {
        let (op, review, reason) = match operation {
            OperationRecord::Create { peer_review, reason } => ("create", peer_review, reason),
            OperationRecord::Delete { peer_review, reason } => ("delete", peer_review, reason),
        };
        table.write_field(op)?;
        id_field(&mut table, Some(review.assessor_id))?;
        id_field(&mut table, Some(review.asset_id))?;
        id_field(&mut table, review.user_id)?;
        id_field(&mut table, review.id)?;
        table.write_field(match review.workflow_state {
            WorkflowState::Assigned => "assigned",
            WorkflowState::Completed => "completed",
        })?;
        match reason.as_str() {
            Some(words) => table.write_field(words)?,
            None => {
                words.clear();
                write!(words, "{reason}").map_err(io::Error::other)?;
                table.write_field(&words)?;
            }
        }
        table.write_record(None::<&[u8]>)?;
    }
    table.flush()
}
