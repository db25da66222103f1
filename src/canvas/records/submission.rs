//! Submissions. Everybody who is assigned the work has a row, whether anything was handed in or not.

use serde_json::Value;

use super::{id_in, is_set, text_in};
use crate::canvas::decision::Refusal;
use crate::id::Id;

/// The row of one student.
#[derive(Debug, Clone)]
pub(in crate::canvas) struct Row {
    /// The id of the row, which is not that of the student.
    pub(in crate::canvas) id: Id,
    /// Whose it is.
    pub(in crate::canvas) user_id: Id,
    /// Whether there is work.
    pub(in crate::canvas) handed_in: bool,
    /// Whether the student is excused from the assignment.
    pub(in crate::canvas) excused: bool,
    /// Whether it came late.
    pub(in crate::canvas) late: bool,
    /// The group for which it was handed in.
    pub(in crate::canvas) group_id: Option<Id>,
    /// When it came.
    pub(in crate::canvas) submitted_at: Option<String>,
}

/// Reads a submission.
///
/// There is work where it is of some type and came at some time. The state does not say so: a teacher may grade what was never
/// handed in, and states of work differ.
pub(in crate::canvas) fn submission(record: &Value) -> Result<Row, Refusal> {
    let id = id_in(record, "id").ok_or(Refusal::Unexpected("a submission has no id"))?;
    let user_id = id_in(record, "user_id").ok_or(Refusal::Unexpected(
        "a submission has no user_id; if the assignment is graded anonymously, end or turn off anonymous grading first",
    ))?;
    let kind = record.get("submission_type").ok_or(Refusal::Unexpected("a submission has no submission_type"))?;
    let came = record.get("submitted_at").is_none_or(|time| !time.is_null());
    Ok(Row {
        id,
        user_id,
        handed_in: !kind.is_null() && came,
        excused: is_set(record, "excused"),
        late: is_set(record, "late"),
        group_id: record.get("group").and_then(|group| id_in(group, "id")),
        submitted_at: text_in(record, "submitted_at").map(str::to_owned),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Row, Refusal> {
        submission(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn work_is_what_has_a_type_and_a_time_whatever_its_state() {
        for (fields, handed_in) in [
            (r#""workflow_state": "submitted", "submission_type": "online_upload", "submitted_at": "t""#, true),
            (r#""workflow_state": "graded", "submission_type": "online_upload", "submitted_at": "t""#, true),
            (r#""workflow_state": "pending_review", "submission_type": "online_quiz", "submitted_at": "t""#, true),
            (r#""workflow_state": "unheard_of", "submission_type": "hologram""#, true),
            (r#""workflow_state": "unsubmitted", "submission_type": null, "submitted_at": null"#, false),
            (r#""workflow_state": "graded", "submission_type": null, "submitted_at": null"#, false),
            (r#""workflow_state": "submitted", "submission_type": "online_upload", "submitted_at": null"#, false),
        ] {
            assert_eq!(
                read(&format!(r#"{{"id": 1, "user_id": 2, {fields}}}"#)).unwrap().handed_in,
                handed_in,
                "{fields}"
            );
        }
    }

    #[test]
    fn what_is_needed_is_asked_for() {
        for bad in [
            r#"{"user_id": 2, "submission_type": null}"#,
            r#"{"id": 1, "anonymous_id": "a1b2c", "submission_type": null}"#,
            r#"{"id": 1, "user_id": 2}"#,
            "null",
        ] {
            assert!(matches!(read(bad), Err(Refusal::Unexpected(_))), "{bad}");
        }
    }
}
