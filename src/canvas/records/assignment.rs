//! The assignment, as far as peer reviews depend on it.

use std::collections::BTreeSet;

use serde_json::Value;

use super::{id, id_in, is_set, text_in};
use crate::canvas::decision::Refusal;
use crate::id::Id;

/// To whom an assignment is visible.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::canvas) enum Visibility {
    /// To all students of the course.
    All,
    /// To these.
    Only(BTreeSet<Id>),
    /// To some, and to whom is not said.
    Hidden,
}

impl Visibility {
    /// Whether a student sees it, as far as that is known.
    pub(in crate::canvas) fn is_for(&self, user: &Id) -> bool {
        match self {
            Self::Only(users) => users.contains(user),
            Self::All | Self::Hidden => true,
        }
    }
}

/// What an assignment says about who reviews whom.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "they are those of Canvas")]
pub(in crate::canvas) struct Assignment {
    /// The category whose groups hand in together; none where everybody hands in alone.
    pub(in crate::canvas) group_category_id: Option<Id>,
    /// Whether it asks for peer reviews at all; none where that is not said.
    pub(in crate::canvas) peer_reviews: Option<bool>,
    /// Whether Canvas assigns reviewers by itself.
    pub(in crate::canvas) automatic: bool,
    /// How many reviews each student gives. Shown only for an assignment whose reviewers Canvas assigns; 0 says nothing.
    pub(in crate::canvas) count: Option<u64>,
    /// Whether members of one group may review each other.
    pub(in crate::canvas) within_groups: bool,
    /// Whether students of different sections may review each other; none where that is not said.
    pub(in crate::canvas) across_sections: Option<bool>,
    /// To whom it is visible.
    pub(in crate::canvas) visibility: Visibility,
    /// Whether nothing is handed in online, so that the rows do not tell whether there is work.
    pub(in crate::canvas) offline: bool,
    /// Whether students can see it by now.
    pub(in crate::canvas) published: bool,
}

/// Reads an assignment.
pub(in crate::canvas) fn assignment(record: &Value) -> Result<Assignment, Refusal> {
    if id_in(record, "id").is_none() {
        return Err(Refusal::Unexpected("the assignment has no id"));
    }
    let limited = is_set(record, "only_visible_to_overrides");
    let visibility = match record.get("assignment_visibility") {
        None | Some(Value::Null) if limited => Visibility::Hidden,
        None | Some(Value::Null) => Visibility::All,
        // An empty list says nothing of an assignment that is for everybody.
        Some(Value::Array(ids)) if ids.is_empty() && !limited => Visibility::All,
        Some(Value::Array(ids)) => Visibility::Only(ids.iter().map(id).collect::<Option<_>>().ok_or(BAD_VISIBILITY)?),
        Some(_) => return Err(BAD_VISIBILITY),
    };
    let state = text_in(record, "workflow_state");
    Ok(Assignment {
        group_category_id: id_in(record, "group_category_id"),
        peer_reviews: record.get("peer_reviews").and_then(Value::as_bool),
        automatic: is_set(record, "automatic_peer_reviews"),
        count: record.get("peer_review_count").and_then(Value::as_u64).filter(|&count| count > 0),
        within_groups: is_set(record, "intra_group_peer_reviews"),
        across_sections: record.get("peer_review_across_sections").and_then(Value::as_bool),
        visibility,
        offline: record.get("submission_types").and_then(Value::as_array).is_some_and(|types| {
            !types.is_empty() && types.iter().all(|kind| matches!(kind.as_str(), Some("none" | "on_paper")))
        }),
        published: record.get("published").and_then(Value::as_bool).unwrap_or(state != Some("unpublished")),
    })
}

const BAD_VISIBILITY: Refusal = Refusal::Unexpected("the assignment_visibility of the assignment is no list of ids");

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Assignment, Refusal> {
        assignment(&serde_json::from_str(text).unwrap())
    }

    #[test]
    fn visibility_is_a_list_of_texts_that_counts_unless_it_is_empty_and_the_assignment_for_all() {
        let of = |text: &str| read(text).unwrap().visibility;
        let two = Visibility::Only([1001, 1002].map(Id::from).into());
        let none = Visibility::Only(BTreeSet::new());
        assert_eq!(of(r#"{"id": 1, "assignment_visibility": ["1002", "1001"]}"#), two);
        assert_eq!(of(r#"{"id": 1, "assignment_visibility": [1002, 1001], "only_visible_to_overrides": true}"#), two);
        assert_eq!(of(r#"{"id": 1, "assignment_visibility": [], "only_visible_to_overrides": true}"#), none);
        assert_eq!(
            of(r#"{"id": 1, "assignment_visibility": [], "only_visible_to_overrides": false}"#),
            Visibility::All
        );
        assert_eq!(of(r#"{"id": 1, "assignment_visibility": null}"#), Visibility::All);
        assert_eq!(of(r#"{"id": 1, "only_visible_to_overrides": true}"#), Visibility::Hidden);
        for bad in [r#"{"id": 1, "assignment_visibility": [null]}"#, r#"{"id": 1, "assignment_visibility": "all"}"#] {
            assert_eq!(read(bad).unwrap_err(), BAD_VISIBILITY);
        }
    }

    #[test]
    fn what_is_absent_is_not_asked_for_but_an_assignment_it_must_be() {
        let bare = read(r#"{"id": "501", "shiny": {"new": []}}"#).unwrap();
        assert!(bare.published && !bare.automatic && !bare.within_groups && bare.visibility == Visibility::All);
        assert_eq!((bare.peer_reviews, bare.count, bare.across_sections), (None, None, None));
        assert!(!read(r#"{"id": 1, "workflow_state": "unpublished"}"#).unwrap().published);
        assert_eq!(read(r#"{"id": 1, "peer_review_count": 0}"#).unwrap().count, None);
        for other in ["{}", "[]", r#"{"id": null}"#] {
            assert!(matches!(read(other), Err(Refusal::Unexpected(_))), "{other}");
        }
    }
}
