//! Enrolments: who is a student of the course, and in which section.

use serde_json::Value;

use super::{id_in, text_in};
use crate::canvas::decision::Refusal;
use crate::id::{Id, PersonName};

/// Whether somebody takes part by an enrolment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::canvas) enum Presence {
    /// As a student, or one who is invited to be one: Canvas takes both as reviewers.
    Here,
    /// Not any more, or not as a student: the Test Student among them.
    Away,
    /// The state is not one that is known.
    Unclear,
}

/// One enrolment. Somebody in several sections has several.
#[derive(Debug, Clone)]
pub(in crate::canvas) struct Enrollment {
    /// Who it is.
    pub(in crate::canvas) user_id: Id,
    /// The section.
    pub(in crate::canvas) section_id: Option<Id>,
    /// Whether it counts.
    pub(in crate::canvas) presence: Presence,
    /// The name, if it was asked for.
    pub(in crate::canvas) name: Option<PersonName>,
}

/// Reads an enrolment. Without `names`, the name is not even looked at.
pub(in crate::canvas) fn enrollment(record: &Value, names: bool) -> Result<Enrollment, Refusal> {
    let user_id = id_in(record, "user_id").ok_or(Refusal::Unexpected("an enrolment has no user_id"))?;
    // Students alone were asked for, so that a missing type is theirs.
    let is_student = text_in(record, "type").is_none_or(|kind| kind == "StudentEnrollment");
    let state = text_in(record, "enrollment_state");
    let presence = match state.ok_or(Refusal::Unexpected("an enrolment has no enrollment_state"))? {
        _ if !is_student => Presence::Away,
        "active" | "invited" | "creation_pending" => Presence::Here,
        "inactive" | "concluded" | "completed" | "rejected" | "deleted" => Presence::Away,
        _ => Presence::Unclear,
    };
    let user = record.get("user").filter(|_| names);
    let name = user.and_then(|user| text_in(user, "name").or_else(|| text_in(user, "sortable_name")));
    Ok(Enrollment {
        user_id,
        section_id: id_in(record, "course_section_id"),
        presence,
        name: name.map(PersonName::new),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Enrollment, Refusal> {
        enrollment(&serde_json::from_str(text).unwrap(), true)
    }

    #[test]
    fn students_who_are_active_or_invited_are_here() {
        use Presence::{Away, Here, Unclear};
        for (kind, state, presence) in [
            ("StudentEnrollment", "active", Here),
            ("StudentEnrollment", "invited", Here),
            ("StudentEnrollment", "creation_pending", Here),
            ("StudentEnrollment", "inactive", Away),
            ("StudentEnrollment", "concluded", Away),
            ("StudentEnrollment", "completed", Away),
            ("StudentEnrollment", "rejected", Away),
            ("StudentEnrollment", "deleted", Away),
            ("StudentEnrollment", "paused", Unclear),
            ("StudentViewEnrollment", "active", Away),
            ("TaEnrollment", "active", Away),
        ] {
            let text = format!(r#"{{"user_id": "7", "type": "{kind}", "enrollment_state": "{state}", "x": 1}}"#);
            assert_eq!(read(&text).unwrap().presence, presence, "{kind} {state}");
        }
    }

    #[test]
    fn what_is_needed_is_asked_for() {
        let bare = read(r#"{"user_id": 7, "enrollment_state": "active"}"#).unwrap();
        assert_eq!((bare.presence, bare.section_id, bare.name), (Presence::Here, None, None));
        for bad in [r#"{"user_id": 7}"#, r#"{"enrollment_state": "active"}"#, "[]", "7"] {
            assert!(matches!(read(bad), Err(Refusal::Unexpected(_))), "{bad}");
        }
    }

    #[test]
    fn names_are_read_only_where_they_are_asked_for() {
        let text =
            r#"{"user_id": 7, "enrollment_state": "active", "user": {"name": "Ann Ode", "sortable_name": "Ode, Ann"}}"#;
        assert_eq!(read(text).unwrap().name, Some(PersonName::new("Ann Ode")));
        assert_eq!(enrollment(&serde_json::from_str(text).unwrap(), false).unwrap().name, None);
    }
}
