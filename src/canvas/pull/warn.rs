//! What the reader of a problem should know about how it came about, in words that say what to do. No names.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::compose::{Groups, Roster};
use super::existing::Notes;
use crate::canvas::records::{Assignment, Visibility};
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Input, WorkflowState};

/// So many ids of a list are named.
const NAMED: usize = 10;

/// Everything there is to say something about.
pub(super) struct Facts<'a> {
    pub(super) assignment: &'a Assignment,
    pub(super) roster: &'a Roster,
    pub(super) groups: &'a Groups,
    pub(super) existing: &'a Notes,
    pub(super) input: &'a Input,
    /// Students whose work is there and does not count, because they are excused.
    pub(super) excused: BTreeSet<Id>,
    /// People who have handed in and are not listed.
    pub(super) left_out: BTreeSet<Id>,
}

impl Facts<'_> {
    /// All there is to say, the assignment first.
    pub(super) fn warnings(&self) -> Diagnostics {
        let mut found = Diagnostics::new();
        self.of_assignment(&mut found);
        self.of_students(&mut found);
        self.of_groups(&mut found);
        self.of_reviews(&mut found);
        found
    }

    fn of_assignment(&self, found: &mut Diagnostics) {
        if self.assignment.peer_reviews == Some(false) {
            let message = "the assignment does not ask for peer reviews; Canvas would take some all the same";
            found.warning("peer_reviews_off", "", message, "turn on \"Require Peer Reviews\" in the assignment");
        }
        if self.assignment.automatic {
            let message =
                "the assignment has Canvas assign reviewers by itself, so that its reviews and those of a plan add up";
            found.warning(
                "automatic_peer_reviews",
                "",
                message,
                "choose \"Manually Assign Peer Reviews\" before a plan is applied",
            );
        }
        if !self.assignment.published {
            let message = "the assignment is not published: students cannot see it, nor what they are to review";
            found.warning("assignment_unpublished", "", message, "publish it before a plan is applied");
        }
        if self.assignment.count.is_none() {
            let message = "Canvas does not show how many reviews each student is to give";
            found.warning("review_count_unknown", "", message, "set it with --set policy.reviews_per_student=N");
        }
        self.of_count(found);
        if self.assignment.offline {
            let message =
                "nothing is handed in online, so that Canvas cannot tell who has work: everybody counts as handed in";
            found.warning("no_online_work", "", message, "set \"submitted\": false for those without work");
        }
        if self.assignment.within_groups && self.assignment.group_category_id.is_some() {
            let message = "the assignment lets members of a group review each other; here a group has one work, which its authors do not review";
            found.warning("within_groups", "", message, "remove the work_id of submissions that differ");
        }
        if self.input.students.is_empty() {
            let message = "no student of the course takes part in the assignment";
            found.warning(
                "no_students",
                "",
                message,
                "check that the course has not ended and that the token may see its people",
            );
        }
        if self.assignment.visibility == Visibility::Hidden {
            let message =
                "the assignment is for some students only, and Canvas does not show for which: all are listed";
            found.warning(
                "visibility_unknown",
                "",
                message,
                "use a token of a teacher, or remove the others from the file",
            );
        }
    }

    /// Canvas gives as many reviews as it can; a plan gives as many as are asked for.
    fn of_count(&self, found: &mut Diagnostics) {
        let Some(count) = self.assignment.count else { return };
        let works: BTreeSet<&Id> = self
            .input
            .submissions
            .iter()
            .filter(|submission| submission.submitted)
            .map(|submission| submission.work_id.as_ref().unwrap_or(&submission.id))
            .collect();
        let others = works.len().saturating_sub(1) as u64;
        if others > 0 && others < count {
            let message =
                format_args!("each student is to give {count} reviews, but there are only {others} other works so far");
            let help =
                "ask for fewer with --set policy.reviews_per_student=N, or plan with --set policy.shortfall=partial";
            found.warning("review_count_out_of_reach", "", message, help);
        }
    }

    fn of_students(&self, found: &mut Diagnostics) {
        let Roster { not_visible, unclear, .. } = self.roster;
        let mut with_row = BTreeSet::new();
        let mut handed_in = BTreeSet::new();
        let rows = self.input.submissions.iter().filter(|submission| !self.existing.added.contains(&submission.id));
        for submission in rows {
            with_row.extend(&submission.user_id);
            handed_in.extend(submission.user_id.as_ref().filter(|_| submission.submitted));
        }
        let (with_row, without_row): (Vec<&Id>, Vec<&Id>) =
            self.input.students.iter().map(|student| &student.id).partition(|user| with_row.contains(user));
        let mut list = |code, ids: Vec<&Id>, what: &str, help: &str| {
            if !ids.is_empty() {
                found.warning(code, "", format_args!("{what}: {}", some(&ids)), help);
            }
        };
        list(
            "assignment_not_visible",
            not_visible.iter().collect(),
            "left out, because the assignment is not assigned to these students",
            "nothing, if it is meant for some only",
        );
        list(
            "unknown_enrollment_state",
            unclear.iter().collect(),
            "left out, because their enrolment is in a state that is not known",
            "look at these people in the course, and add them to the file if they are to take part",
        );
        list(
            "submissions_not_visible",
            without_row,
            "the user of the token cannot see the submissions of these students, who neither review nor are reviewed",
            "use a token that is not limited to a section, or name that section with --section",
        );
        list(
            "excused",
            self.excused.iter().collect(),
            "these students have handed in but are excused, so that their work is not reviewed and they do not review",
            "pull with --include-excused if their work is to count",
        );
        list(
            "work_of_unlisted",
            self.left_out.iter().collect(),
            "left out, though they have handed in, because they are not among the students, such as the Test Student or those who left",
            "nothing, if that is meant; else look at their enrolments",
        );
        let is_idle = |user: &&Id| !handed_in.contains(user) && !self.excused.contains(*user);
        let idle: Vec<&Id> = with_row.into_iter().filter(is_idle).collect();
        let is_waiting = |assessor: &Id| idle.binary_search(&assessor).is_ok();
        let waits = self
            .input
            .peer_reviews
            .iter()
            .filter(|review| review.workflow_state == WorkflowState::Assigned && is_waiting(&review.assessor_id));
        let waits = waits.count();
        let mut what = String::from("these students have handed in nothing and so will not review");
        if waits > 0 {
            // Writing to a text cannot fail.
            let _ = write!(what, " (assigned reviews that wait for them: {waits})");
        }
        list(
            "not_handed_in",
            idle,
            &what,
            "pull again once they have, or plan with --set policy.unsubmitted_reviewers=include",
        );
    }

    fn of_groups(&self, found: &mut Diagnostics) {
        if self.assignment.group_category_id.is_none() {
            return;
        }
        let students = self.input.students.iter();
        let alone: Vec<&Id> = students.filter(|student| student.groups.is_empty()).map(|student| &student.id).collect();
        if !alone.is_empty() {
            let message = format_args!("these students are in no group of the assignment: {}", some(&alone));
            found.warning("no_group", "", message, "put them into groups and pull again; else each counts alone");
        }
        let several: Vec<&Id> =
            self.groups.several.iter().filter(|user| self.roster.students.contains_key(user)).collect();
        if !several.is_empty() {
            let message = format_args!("these students are in several groups of the assignment: {}", some(&several));
            found.warning(
                "several_groups",
                "",
                message,
                "put each into one group; the one with the least id was taken",
            );
        }
    }

    fn of_reviews(&self, found: &mut Diagnostics) {
        let notes = self.existing;
        if !notes.added.is_empty() {
            let ids: Vec<&Id> = notes.added.iter().collect();
            let message = format_args!(
                "reviewed, but of people who are not among the students, such as those who left: the submissions {}",
                some(&ids)
            );
            let help = "where they left, plan with --set policy.existing=rebalance: else reviews of their work still count for the reviewers; where the \
                        token or --section does not show them, leave it at \"keep\", or pull the whole course";
            found.warning("reviews_of_unlisted", "", message, help);
        }
        if !notes.strangers.is_empty() {
            let ids: Vec<&Id> = notes.strangers.iter().collect();
            let message = format_args!(
                "these people review and are not among the students, such as those who left: {}; reviews not written: {}",
                some(&ids),
                notes.strangers_unfinished
            );
            let help = "nothing where they left: what they wrote counts, and what is not written counts for nobody; where the token or --section \
                        does not show them, leave policy.existing at \"keep\", or pull the whole course";
            found.warning("reviews_by_unlisted", "", message, help);
        }
        let mut counted = |code, count: usize, what: &str, help: &str| {
            if count > 0 {
                found.warning(code, "", format_args!("{what}: {count}"), help);
            }
        };
        counted(
            "duplicate_peer_reviews",
            notes.duplicates,
            "left out, because the same reviewer is assigned to the same submission already: reviews",
            "remove one of the two in Canvas; this happens where a rubric was attached later",
        );
        counted(
            "other_owner",
            notes.other_owner,
            "reviews that name another student than the owner of the submission, who was taken",
            "nothing, if accounts were merged",
        );
        counted(
            "reviews_elsewhere",
            notes.elsewhere,
            "left out, because neither reviewer nor submission is of the section: reviews",
            "nothing: they stay as they are",
        );
    }
}

/// The first of some sorted ids, and how many there are.
fn some(ids: &[&Id]) -> String {
    let mut text = String::new();
    for (place, id) in ids.iter().take(NAMED).enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        let _ = write!(text, "{comma}{id}");
    }
    let more = if ids.len() > NAMED { ", …" } else { "" };
    let _ = write!(text, "{more} ({} in all)", ids.len());
    text
}
