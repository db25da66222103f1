//! What Canvas answers, read tolerantly: unknown fields and states are let through, ids are integers or texts, and what is absent is
//! asked for only where it is needed.

mod assignment;
mod enrollment;
mod group;
mod submission;

pub(super) use assignment::{Assignment, Visibility, assignment};
pub(super) use enrollment::{Enrollment, Presence, enrollment};
pub(super) use group::{accepted_member, group};
pub(super) use submission::{Row, submission};

use serde_json::Value;

use super::decision::Refusal;
use crate::id::Id;
use crate::input::{PeerReview, WorkflowState};

/// An id, as an integer wherever it is one: Canvas writes the same id in both forms.
pub(super) fn id(value: &Value) -> Option<Id> {
    match value {
        Value::Number(number) => number.as_u64().map(Id::from),
        Value::String(text) => Id::text(text).ok().map(normal),
        _ => None,
    }
}

/// An id in the form in which all of them are kept: an integer wherever it is one.
pub(super) fn normal(id: Id) -> Id {
    id.value().map_or(id, Id::from)
}

/// The id in a field; none where it is absent or null.
pub(super) fn id_in(record: &Value, field: &str) -> Option<Id> {
    id(record.get(field)?)
}

/// Whether a field is there and true.
fn is_set(record: &Value, field: &str) -> bool {
    record.get(field).and_then(Value::as_bool) == Some(true)
}

/// The text in a field; none where it is absent, null, empty or anything else.
fn text_in<'v>(record: &'v Value, field: &str) -> Option<&'v str> {
    record.get(field)?.as_str().map(str::trim).filter(|text| !text.is_empty())
}

/// A peer review as it stands in an installation.
///
/// A state that is not known counts as completed: then it is never deleted.
pub(super) fn peer_review(record: &Value) -> Result<PeerReview, Refusal> {
    let state = record.get("workflow_state").and_then(Value::as_str);
    let asset_id = id_in(record, "asset_id").ok_or(Refusal::Unexpected("a peer review has no asset_id"))?;
    let assessor_id = id_in(record, "assessor_id").ok_or(Refusal::Unexpected(
        "a peer review has no assessor_id; the token's user needs the right to grade to see who reviews",
    ))?;
    Ok(PeerReview {
        id: id_in(record, "id"),
        user_id: id_in(record, "user_id"),
        assessor_id,
        asset_id,
        workflow_state: if state == Some("assigned") { WorkflowState::Assigned } else { WorkflowState::Completed },
    })
}

/// Whether a peer review is one of a submission, and not of anything else that may come to be reviewed.
pub(super) fn is_of_submission(record: &Value) -> bool {
    record.get("asset_type").and_then(Value::as_str).is_none_or(|kind| kind == "Submission")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_come_in_both_forms_and_past_the_range_of_doubles() {
        let large = 21_070_000_000_000_079_u64;
        for text in [format!("{large}"), format!("\"{large}\"")] {
            let id = id(&serde_json::from_str(&text).unwrap()).unwrap();
            assert!(id == Id::from(large) && id.is_number());
        }
        assert_eq!(id(&Value::from("1~23")).unwrap().to_string(), "1~23");
        for other in ["null", "-1", "1.5", "\"\"", "[]"] {
            assert_eq!(id(&serde_json::from_str(other).unwrap()), None, "{other}");
        }
    }

    #[test]
    fn a_review_of_an_unknown_state_counts_as_completed() {
        let read = |text: &str| peer_review(&serde_json::from_str(text).unwrap());
        let review =
            read(r#"{"id": "7", "asset_id": 1, "assessor_id": 2, "workflow_state": "assigned", "new": {}}"#).unwrap();
        assert_eq!(review.workflow_state, WorkflowState::Assigned);
        for state in ["\"completed\"", "\"expired\"", "null"] {
            let review = read(&format!(r#"{{"asset_id": 1, "assessor_id": 2, "workflow_state": {state}}}"#)).unwrap();
            assert_eq!(review.workflow_state, WorkflowState::Completed);
        }
        assert!(matches!(read(r#"{"asset_id": 1}"#), Err(Refusal::Unexpected(_))));
    }
}
