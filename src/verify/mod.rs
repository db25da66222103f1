//! The independent checker of plans.
//!
//! [`verify`](verify()) reads a problem and a plan and reports every promise that the plan breaks. It derives who may
//! review what, what is handed in and all figures from the [`Input`] by itself, and shares no code with what makes
//! plans: a mistake there is found here. It judges whether a plan is the best one only by the plan's own certificate, and
//! it does not compare digests.
//!
//! | code | the promise that is broken |
//! | --- | --- |
//! | `unknown_assessor`, `unknown_asset` | records name what the problem names |
//! | `id_form` | ids are written as the problem writes them |
//! | `created_has_id`, `created_not_assigned`, `wrong_owner` | a created review has no id, is `assigned`, and has the owner of the submission as `user_id` |
//! | `creates_existing`, `created_twice` | no pair is created that exists, nor twice |
//! | `not_existing`, `altered_review` | kept and deleted reviews are existing ones, as they stand in the problem |
//! | `listed_twice`, `missing_review` | each existing review is either kept or deleted, once |
//! | `deletes_completed`, `deletes_under_keep` | a completed review is never deleted; under `existing: keep` none is |
//! | `keeps_ineligible` | an unfinished review whose pair is not eligible is deleted, except under `keep` |
//! | `create_after_delete` | of one submission, creates come before deletes, so that stopping anywhere leaves it no fewer reviews than the smaller of its counts before and after |
//! | `assessor_may_not_review`, `not_handed_in`, `own_work`, `relation_broken`, `must_not_review`, `history_forbidden`, `unscored_pair` | created reviews are eligible |
//! | `must_missing` | musts are part of every result |
//! | `same_work_twice` | no student reviews two copies of one work |
//! | `panel_max`, `panel_min` | reviewers of one submission keep the panel rules |
//! | `reciprocal_forbidden`, `cycle_forbidden` | no forbidden cycles of persons |
//! | `student_max`, `student_min`, `submission_max`, `submission_min`, `work_max`, `work_min` | bounds; what exceeds a maximum already gets nothing more |
//! | `shortfall_not_allowed`, `shortfall_missing`, `shortfall_wrong` | under `shortfall: partial` the minima that are missed are listed, each once with its true numbers; under `error` none is missed |
//! | `alternate_unknown`, `alternate_ineligible` | alternates are eligible and do not review the submission already |
//! | `alternate_full` | a student is an alternate no more often than the own maximum leaves room for |
//! | `report_figure` | each figure of the report is that of the resulting reviews |
//! | `bound_goals` | a bound in the report counts the goals of the policy, and `optimal` stands beside it |
//! | `bound_broken`, `bound_optimal` | the plan does not go below the bound, and `optimal` says whether it reaches it |
//! | `certificate_not_allowed` | a certificate of optimality stands only where the format has one: strategy `max_affinity`, bounds on both sides, and no should rules, wishes, `reviews_per_work`, panel, forbidden cycles, `shortfall: partial` or reviews that may move under `rebalance` |
//! | `certificate_unknown`, `certificate_twice` | it names students, submissions and works of the problem, each once |
//! | `certificate_sign`, `certificate_work` | a number is not above 0 where there is no maximum; one of a work is not below 0, and the work has copies under `same_work_once` |
//! | `certificate_objective` | it states the total score of the resulting reviews that are not fixed |
//! | `certificate_gap` | its numbers prove that no valid plan has a greater one |
//! | `source_differs` | the source is that of the problem |
//!
//! Rules on several reviews at once are broken only by a review that could have been left out: one that is not
//! completed, not kept by `existing: keep` and not the only one that satisfies a must. A review that nobody will write
//! (unfinished, by somebody who may no longer review) counts for nobody.

mod bookkeeping;
mod bounds;
mod certificate;
mod cycles;
mod dimension;
mod eligibility;
mod facts;
mod figures;
mod free;
mod goals;
mod index;
mod marks;
mod numbers;
mod pairs;
mod together;
mod verdict;
mod worst_off;

#[cfg(test)]
mod tests;

pub use verdict::{KEPT_PER_CODE, Verdict, Violation};

use crate::id::Id;
use crate::input::{Input, Source};
use crate::plan::Records;

use bounds::Tally;
use facts::Facts;
use figures::Found;
use verdict::Findings;

/// Checks a plan against the problem it was made from.
///
/// Takes time O(n log n) and about 70 bytes for each student, submission and listed pair, where n is the length of
/// problem and plan together; `forbid_cycles` of length L may take n · d^(L/2), d being the reviews a student gives.
/// Rules, history and scores are read once and take no memory, except where there is a certificate: to check it takes
/// students · submissions steps and 16 to 32 bytes a score. It never panics, though an input that
/// [`Problem::new`](crate::Problem::new) refuses may have violations that make little sense.
#[must_use]
pub fn verify(input: &Input, plan: &dyn Records) -> Verdict {
    let mut findings = Findings::default();
    if !same_source(input.source.as_ref(), plan.source()) {
        findings.add("source_differs", "/source", "the source is not that of the problem");
    }
    let facts = Facts::new(input);
    let (mut pairs, records) = bookkeeping::read(&facts, plan, &mut findings);
    marks::note_rules(&facts, &mut pairs, &mut findings);
    marks::note_history(&facts, &mut pairs);
    let scores = marks::note_scores(&facts, &mut pairs);
    eligibility::check(&facts, &pairs, &mut findings);
    together::check_copies(&facts, &pairs, &mut findings);
    together::check_panels(&facts, &pairs, &mut findings);
    let reciprocal_pairs = cycles::reciprocal_pairs(&facts, &pairs, &mut findings);
    cycles::check_cycles(&facts, &pairs, &mut findings);
    let tally = Tally::new(&facts, &pairs);
    bounds::check(&facts, &tally, plan, &mut findings);
    bounds::check_alternates(&facts, &tally, &pairs, &mut findings);
    let found = Found { records, pairs: &pairs, tally: &tally, scores: &scores, reciprocal_pairs };
    figures::check(&facts, &found, plan, &mut findings);
    goals::check(&facts, &found, records.unknown > 0, plan, &mut findings);
    certificate::check(&facts, &pairs, plan, &mut findings);
    findings.into_verdict()
}

/// Whether two sources are the same, down to the form of their ids. One that says nothing is the same as none.
fn same_source(problem: Option<&Source>, plan: Option<&Source>) -> bool {
    let nothing = Source::default();
    let (problem, plan) = (problem.unwrap_or(&nothing), plan.unwrap_or(&nothing));
    let same_form =
        |one: Option<&Id>, other: Option<&Id>| one.zip(other).is_none_or(|(one, other)| one.same_form(other));
    problem == plan
        && same_form(problem.course_id.as_ref(), plan.course_id.as_ref())
        && same_form(problem.assignment_id.as_ref(), plan.assignment_id.as_ref())
}
