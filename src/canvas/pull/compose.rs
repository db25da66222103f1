//! From what was read to a problem. Everything is sorted by ids, so nothing depends on the order in which it came.

use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

use super::existing::{self, Reviews};
use super::{Found, PullFrom, PullOptions, Pulled, warn};
use crate::canvas::base::Base;
use crate::canvas::records::{self, Assignment, Enrollment, Presence, Row};
use crate::id::{Id, PersonName};
use crate::input::{Admission, Bound, Input, Policy, Relation, Source, Student, Submission};

/// The listed students, and who is not among them though one might expect it.
#[derive(Debug, Default)]
pub(super) struct Roster {
    pub(super) students: BTreeMap<Id, Student>,
    /// Students of the course who do not see the assignment.
    pub(super) not_visible: BTreeSet<Id>,
    /// People whose enrolments are all in states that are not known.
    pub(super) unclear: BTreeSet<Id>,
}

/// Who is in which group of the assignment, people who are no students any more among them.
#[derive(Debug, Default)]
pub(super) struct Groups {
    /// The group; the one with the least id where somebody is in several.
    of: BTreeMap<Id, Id>,
    /// Who is in several.
    pub(super) several: BTreeSet<Id>,
}

impl Groups {
    fn new(members: Vec<(Id, Id)>) -> Self {
        let members: BTreeSet<(Id, Id)> = members.into_iter().collect();
        let mut groups = Self::default();
        for (user, group) in members {
            match groups.of.entry(user) {
                Entry::Vacant(place) => _ = place.insert(group),
                // The groups of one person come in order, so that the first was the least.
                Entry::Occupied(place) => _ = groups.several.insert(place.key().clone()),
            }
        }
        groups
    }

    /// The work of a row: that of the group for which it was handed in, whichever group its owner is in by now.
    fn work_of(&self, row: &Row) -> Option<Id> {
        let known = |group: &&Id| row.handed_in && self.of.values().any(|other| other == *group);
        match row.group_id.as_ref().filter(known) {
            Some(group) => Id::text(&format!("group-{group}")).ok(),
            None => self.work(&row.user_id),
        }
    }

    /// The work that a group hands in together: what its members hand in are copies of it. Without a group, a work of one's own.
    pub(super) fn work(&self, user: &Id) -> Option<Id> {
        Id::text(&format!("group-{}", self.of.get(user)?)).ok()
    }
}

/// Makes the problem.
pub(super) fn compose(
    base: &Base,
    place: &PullFrom,
    options: PullOptions,
    assignment: &Assignment,
    found: Found,
) -> Pulled {
    let groups = Groups::new(found.members);
    let roster = roster(&found.enrollments, assignment, &groups);
    // A list that changed between two pages may show a row twice: the later one is newer.
    let rows: BTreeMap<Id, Row> = found.rows.into_iter().map(|row| (row.id.clone(), row)).collect();
    let mut submissions: BTreeMap<Id, Submission> = rows
        .values()
        .filter(|row| roster.students.contains_key(&row.user_id))
        .map(|row| (row.id.clone(), submission(row, options, assignment, &groups)))
        .collect();
    let reviews =
        Reviews { students: &roster.students, rows: &rows, groups: &groups, section: place.section_id.is_some() };
    let existing = existing::existing(found.reviews, &reviews, &mut submissions);
    let input = Input {
        source: Some(Source {
            base_url: Some(base.to_string()),
            course_id: Some(records::normal(place.course_id.clone())),
            assignment_id: Some(records::normal(place.assignment_id.clone())),
        }),
        students: roster.students.values().cloned().collect(),
        submissions: submissions.into_values().collect(),
        peer_reviews: existing.reviews,
        policy: policy(assignment),
        ..Input::default()
    };
    let listed = |row: &&Row| roster.students.contains_key(&row.user_id);
    let excused = rows.values().filter(listed).filter(|row| row.excused && row.handed_in && !options.include_excused);
    let excused = excused.map(|row| row.user_id.clone()).collect();
    let told = |row: &&Row| roster.not_visible.contains(&row.user_id) || roster.unclear.contains(&row.user_id);
    let left_out = rows.values().filter(|row| row.handed_in && !listed(row) && !told(row));
    let left_out = left_out.map(|row| row.user_id.clone()).collect();
    let warnings = warn::Facts {
        excused,
        left_out,
        assignment,
        roster: &roster,
        groups: &groups,
        existing: &existing.notes,
        input: &input,
    };
    Pulled { warnings: warnings.warnings(), input }
}

/// Somebody is a student by any enrolment that counts, in the sections of all that do.
fn roster(enrollments: &[Enrollment], assignment: &Assignment, groups: &Groups) -> Roster {
    let mut roster = Roster::default();
    for enrollment in enrollments {
        let user = &enrollment.user_id;
        let sees = assignment.visibility.is_for(user);
        match enrollment.presence {
            Presence::Here if sees => {
                let student = roster.students.entry(user.clone()).or_insert_with(|| Student::new(user.clone()));
                student.sections.extend(enrollment.section_id.clone());
                student.name = least_name(student.name.take(), enrollment.name.clone());
            }
            Presence::Here => _ = roster.not_visible.insert(user.clone()),
            Presence::Unclear => _ = roster.unclear.insert(user.clone()),
            Presence::Away => {}
        }
    }
    for student in roster.students.values_mut() {
        student.sections.sort();
        student.sections.dedup();
        student.groups.extend(groups.of.get(&student.id).cloned());
    }
    let Roster { students, not_visible, unclear } = &mut roster;
    unclear.retain(|user| !students.contains_key(user) && !not_visible.contains(user));
    roster
}

/// One of two names, whichever came first.
fn least_name(one: Option<PersonName>, other: Option<PersonName>) -> Option<PersonName> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if other.reveal() < one.reveal() { other } else { one }),
        (one, other) => one.or(other),
    }
}

fn submission(row: &Row, options: PullOptions, assignment: &Assignment, groups: &Groups) -> Submission {
    Submission {
        submitted: (row.handed_in || assignment.offline) && (options.include_excused || !row.excused),
        late: row.late,
        submitted_at: row.submitted_at.clone(),
        work_id: groups.work_of(row),
        ..Submission::by(row.id.clone(), row.user_id.clone())
    }
}

/// The rules, as far as the assignment states them.
fn policy(assignment: &Assignment) -> Policy {
    let mut policy = Policy { unsubmitted_reviewers: Admission::Exclude, ..Policy::default() };
    if let Some(count) = assignment.count {
        policy.reviews_per_student = Bound::exactly(count);
    }
    if assignment.within_groups {
        policy.group = Relation::Any;
    }
    if assignment.across_sections == Some(false) {
        policy.section = Relation::Same;
    }
    policy
}
