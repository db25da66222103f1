//! Single changes that make an infeasible problem feasible, each tried.

use alloc::boxed::Box;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use serde::Serialize;

use super::bottleneck::{Bottleneck, count};
use super::certificate_of;
use crate::certificate::{CutSide, Infeasible};
use crate::input::{Admission, Bound, Demand, Input, Relation, RuleKind, Stance, Unscored};
use crate::problem::Problem;

/// A change that has been tried: with it, a valid plan exists.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Relief {
    /// What to do, to be read after "it would help to".
    pub change: String,
    /// How much it changes, by which changes are ranked: 1 for one bound raised by one.
    pub size: u64,
}

/// How many members of the cut, and how many `must_not_review` rules, are tried one by one: fewer in large problems,
/// where each trial takes a matching over all pairs.
fn tried(problem: &Problem) -> usize {
    (4_000_000 / (problem.students() * problem.submissions()).max(1)).clamp(4, 200)
}

/// The changes that help, smallest first.
pub(super) fn reliefs(
    input: &Input,
    problem: &Problem,
    certificate: &Infeasible,
    bottleneck: &Bottleneck,
) -> Vec<Relief> {
    let mut found = Vec::new();
    for Change { words: change, size, edit } in changes(input, problem, certificate, bottleneck) {
        let mut edited = input.clone();
        edit(&mut edited);
        if Problem::new(&edited).is_ok_and(|problem| certificate_of(&problem).is_none()) {
            found.push(Relief { change, size });
        }
    }
    found.sort_by(|a, b| (a.size, &a.change).cmp(&(b.size, &b.change)));
    found
}

/// A change worth trying.
struct Change {
    words: String,
    size: u64,
    edit: Box<dyn Fn(&mut Input)>,
}

impl Change {
    fn new(words: String, size: u64, edit: impl Fn(&mut Input) + 'static) -> Self {
        Self { words, size, edit: Box::new(edit) }
    }
}

/// Changes worth trying: bounds of the members of the cut, the rules for all, and single `must_not_review` rules.
fn changes(input: &Input, problem: &Problem, certificate: &Infeasible, bottleneck: &Bottleneck) -> Vec<Change> {
    let tried = tried(problem);
    let missing = certificate.missing();
    let mut changes = Vec::new();
    match certificate.side {
        CutSide::Submissions => {
            for id in certificate.students.iter().take(tried) {
                let Some(student) = problem.find_student(id) else { continue };
                let Some(max) = problem.student_bound(student).max else { continue };
                let place = problem.people.student_places[student] as usize;
                let min = problem.student_bound(student).min;
                changes.push(Change::new(
                    format!("let student {id} give up to {}", count(max + missing, "review")),
                    missing,
                    move |input| {
                        input.students[place].reviews = Some(Bound::between(min, max + missing));
                    },
                ));
            }
            for id in certificate.submissions.iter().take(tried) {
                let Some(submission) = problem.find_submission(id) else { continue };
                let bound = problem.submission_bound(submission);
                let place = problem.people.submission_places[submission] as usize;
                if bound.min >= missing {
                    let less = Bound { min: bound.min - missing, max: bound.max };
                    changes.push(Change::new(
                        format!("ask for {} of submission {id}", count(less.min, "review")),
                        missing,
                        move |input| {
                            input.submissions[place].reviews = Some(less);
                        },
                    ));
                }
            }
        }
        CutSide::Students => {
            for id in bottleneck.asking.iter().take(tried) {
                let Some(student) = problem.find_student(id) else { continue };
                let bound = problem.student_bound(student);
                let place = problem.people.student_places[student] as usize;
                if bound.min >= missing {
                    let less = Bound { min: bound.min - missing, max: bound.max };
                    changes.push(Change::new(
                        format!("ask student {id} for {}", count(less.min, "review")),
                        missing,
                        move |input| {
                            input.students[place].reviews = Some(less);
                        },
                    ));
                }
            }
            for id in bottleneck.answering.iter().take(tried) {
                let Some(submission) = problem.find_submission(id) else { continue };
                let bound = problem.submission_bound(submission);
                let place = problem.people.submission_places[submission] as usize;
                if let Some(max) = bound.max {
                    let more = Bound::between(bound.min, max + missing);
                    changes.push(Change::new(
                        format!("let submission {id} receive up to {}", count(max + missing, "review")),
                        missing,
                        move |input| {
                            input.submissions[place].reviews = Some(more);
                        },
                    ));
                }
            }
        }
    }
    policy_changes(input, &mut changes);
    let rules = input.rules.iter().enumerate().filter(|(_, rule)| rule.kind == RuleKind::MustNotReview);
    for (place, rule) in rules.take(tried) {
        changes.push(Change::new(
            format!("drop the must_not_review rule of {} at /rules/{place}", rule.assessor_id),
            1,
            move |input| {
                input.rules.remove(place);
            },
        ));
    }
    changes
}

/// Changes of the rules for all.
fn policy_changes(input: &Input, changes: &mut Vec<Change>) {
    let policy = &input.policy;
    let everybody = (input.students.len() + input.submissions.len()) as u64;
    let asked = policy.reviews_per_student;
    if asked.min > 0 {
        changes.push(Change::new(
            format!("ask every student for {} at least", count(asked.min - 1, "review")),
            everybody,
            move |input| {
                input.policy.reviews_per_student.min -= 1;
            },
        ));
    }
    if let Some(max) = asked.max {
        changes.push(Change::new(
            format!("let every student give up to {}", count(max + 1, "review")),
            everybody,
            move |input| {
                input.policy.reviews_per_student.max = Some(max + 1);
            },
        ));
    }
    if let Demand::Within(bound) = policy.reviews_per_submission {
        if bound.min > 0 {
            let less = Bound { min: bound.min - 1, ..bound };
            changes.push(Change::new(
                format!("ask for {} of every submission", count(less.min, "review")),
                everybody,
                move |input| {
                    input.policy.reviews_per_submission = Demand::Within(less);
                },
            ));
        }
        if let Some(max) = bound.max {
            let more = Bound { max: Some(max + 1), ..bound };
            changes.push(Change::new(
                format!("let every submission receive up to {}", count(max + 1, "review")),
                everybody,
                move |input| {
                    input.policy.reviews_per_submission = Demand::Within(more);
                },
            ));
        }
    }
    let hard = |relation| matches!(relation, Relation::Same | Relation::Different);
    if hard(policy.section) {
        changes.push(Change::new(String::from("drop the section rule"), 2 * everybody, move |input| {
            input.policy.section = Relation::Any;
        }));
    }
    if hard(policy.group) {
        changes.push(Change::new(String::from("drop the group rule"), 2 * everybody, move |input| {
            input.policy.group = Relation::Any;
        }));
    }
    for (label, _) in policy.labels.iter().filter(|(_, relation)| hard(**relation)) {
        let dropped = label.clone();
        changes.push(Change::new(format!("drop the rule on the label \"{label}\""), 2 * everybody, move |input| {
            input.policy.labels.remove(&dropped);
        }));
    }
    if policy.history == Stance::Forbid {
        changes.push(Change::new(String::from("set history to \"avoid\""), 2 * everybody, move |input| {
            input.policy.history = Stance::Avoid;
        }));
    }
    if policy.late == Admission::Exclude {
        changes.push(Change::new(String::from("include late submissions"), 2 * everybody, move |input| {
            input.policy.late = Admission::Include;
        }));
    }
    if policy.unsubmitted_reviewers == Admission::Exclude {
        changes.push(Change::new(
            String::from("let students without a submission review"),
            2 * everybody,
            move |input| {
                input.policy.unsubmitted_reviewers = Admission::Include;
            },
        ));
    }
    if policy.unscored == Unscored::Forbid {
        changes.push(Change::new(String::from("allow pairs without a score"), 2 * everybody, move |input| {
            input.policy.unscored = Unscored::Allow;
        }));
    }
}
