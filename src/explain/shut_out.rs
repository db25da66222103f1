//! Who could help, and takes no part, and why.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::bottleneck::{Bottleneck, count, listed};
use crate::certificate::{CutSide, Infeasible};
use crate::id::Id;
use crate::input::Input;
use crate::problem::{Hindrance, Problem};

/// Students or submissions that a bottleneck misses, for one reason.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShutOut {
    /// Why they are of no use, to be read after "could help, but".
    pub reason: String,
    /// The students.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub students: Vec<Id>,
    /// The submissions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub submissions: Vec<Id>,
}

/// Those who are kept from a bottleneck by what they are, and by nothing that is said of pairs; and those of whom
/// reviews that are settled are more than their maximum.
pub(super) fn shut_out(
    input: &Input,
    problem: &Problem,
    certificate: &Infeasible,
    bottleneck: &Bottleneck,
) -> Vec<ShutOut> {
    let mut found = Vec::new();
    match certificate.side {
        CutSide::Submissions => {
            let asking: Vec<usize> = bottleneck.asking.iter().filter_map(|id| problem.find_submission(id)).collect();
            let only = |student: usize| {
                asking.iter().any(|&j| problem.only_hindrance(student, j) == Some(Hindrance::CannotReview))
            };
            let kept_out: Vec<usize> = (0..problem.students()).filter(|&student| only(student)).collect();
            let (without_work, barred): (Vec<usize>, Vec<usize>) =
                kept_out.into_iter().partition(|&student| problem.people.student(input, student).can_review);
            let over = (0..problem.students()).filter(|&student| {
                let fixed = u64::from(problem.settled.given[student]);
                problem.may_review(student)
                    && problem.student_bound(student).max.is_some_and(|max| fixed > max)
                    && asking.iter().any(|&submission| problem.is_free(student, submission))
            });
            let no_work = "nothing of theirs counts as handed in (unsubmitted_reviewers: \"exclude\")";
            let over_reason = "more of their reviews stay than their maximum, so none is added";
            let groups = [(no_work, without_work), ("can_review is false", barred), (over_reason, over.collect())];
            for (reason, students) in groups {
                let students: Vec<Id> =
                    students.into_iter().map(|student| problem.student_id(student).clone()).collect();
                found.push(ShutOut { reason: String::from(reason), students, submissions: Vec::new() });
            }
        }
        CutSide::Students => {
            let asking: Vec<usize> = bottleneck.asking.iter().filter_map(|id| problem.find_student(id)).collect();
            let only = |submission: usize| {
                asking.iter().any(|&i| problem.only_hindrance(i, submission) == Some(Hindrance::NotHandedIn))
            };
            let kept_out: Vec<usize> = (0..problem.submissions()).filter(|&submission| only(submission)).collect();
            let (late, missing): (Vec<usize>, Vec<usize>) =
                kept_out.into_iter().partition(|&submission| problem.people.submission(input, submission).submitted);
            let over = (0..problem.submissions()).filter(|&submission| {
                let fixed = u64::from(problem.settled.received[submission]);
                problem.is_handed_in(submission)
                    && problem.submission_bound(submission).max.is_some_and(|max| fixed > max)
                    && asking.iter().any(|&student| problem.is_free(student, submission))
            });
            let over_reason = "more of their reviews stay than their maximum, so none is added";
            let groups = [
                ("late submissions are excluded (late: \"exclude\")", late),
                ("submitted is false", missing),
                (over_reason, over.collect()),
            ];
            for (reason, submissions) in groups {
                let submissions = submissions.into_iter().map(|submission| problem.submission_id(submission).clone());
                let submissions = submissions.collect();
                found.push(ShutOut { reason: String::from(reason), students: Vec::new(), submissions });
            }
        }
    }
    found.retain(|shut_out| !shut_out.students.is_empty() || !shut_out.submissions.is_empty());
    found
}

/// The same in a sentence.
pub(super) fn sentence(shut_out: &ShutOut) -> String {
    let (noun, ids) = if shut_out.students.is_empty() {
        ("submission", &shut_out.submissions)
    } else {
        ("student", &shut_out.students)
    };
    let plural = if ids.len() == 1 { "" } else { "s" };
    format!("{noun}{plural} {} could help, but {}", listed(ids), shut_out.reason)
}

/// What the bottleneck leaves out because it is settled before anything is chosen, in a sentence.
pub(super) fn settled(problem: &Problem, certificate: &Infeasible, bottleneck: &Bottleneck) -> Option<String> {
    let fixed = |id: &Id| match certificate.side {
        CutSide::Submissions => problem.find_submission(id).map(|submission| problem.settled.received[submission]),
        CutSide::Students => problem.find_student(id).map(|student| problem.settled.given[student]),
    };
    let settled: u64 = bottleneck.asking.iter().filter_map(fixed).map(u64::from).sum();
    let are = if settled == 1 { "is" } else { "are" };
    (settled > 0).then(|| {
        let reviews = count(settled, "review");
        format!("not counted {are} {reviews} of theirs that {are} settled already: completed, kept or must_review")
    })
}
