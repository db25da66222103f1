//! Groups and their members.

use serde_json::Value;

use super::{id_in, text_in};
use crate::canvas::decision::Refusal;
use crate::id::Id;

/// The id of a group.
pub(in crate::canvas) fn group(record: &Value) -> Result<Id, Refusal> {
    id_in(record, "id").ok_or(Refusal::Unexpected("a group has no id"))
}

/// Who is a member; none where the membership is not accepted, such as an invitation. Accepted ones alone were asked for, so that
/// a missing state is theirs.
pub(in crate::canvas) fn accepted_member(record: &Value) -> Result<Option<Id>, Refusal> {
    let user_id = id_in(record, "user_id").ok_or(Refusal::Unexpected("a membership of a group has no user_id"))?;
    let accepted = text_in(record, "workflow_state").is_none_or(|state| state == "accepted");
    Ok(accepted.then_some(user_id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_accepted_memberships_count() {
        for (state, member) in
            [("\"accepted\"", true), ("null", true), ("\"invited\"", false), ("\"requested\"", false), ("\"x\"", false)]
        {
            let record = serde_json::from_str(&format!(r#"{{"id": 1, "user_id": "7", "workflow_state": {state}}}"#));
            let expected = member.then(|| Id::from(7));
            assert_eq!(accepted_member(&record.unwrap()).unwrap(), expected, "{state}");
        }
        assert!(matches!(accepted_member(&Value::Null), Err(Refusal::Unexpected(_))));
        assert!(matches!(group(&Value::Null), Err(Refusal::Unexpected(_))));
    }
}
