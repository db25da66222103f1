//! A certificate in numbers and sentences.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::Serialize;

use crate::certificate::{CutSide, Infeasible};
use crate::id::Id;
use crate::problem::{Exclusion, Problem};

/// How many pairs a rule takes out of the bottleneck.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExcludedPairs {
    /// The rule, in words.
    pub rule: String,
    /// How many pairs it is the first to exclude.
    pub pairs: u64,
}

/// What a cut says, with the parties a reader would name.
///
/// On the submissions' side the parties are the submissions that ask for more than can come, and the students who may
/// review at least one of them; on the students' side the students who must give more than can be received, and the
/// submissions they may review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bottleneck {
    /// Those that ask.
    pub asking: Vec<Id>,
    /// Those that could answer.
    pub answering: Vec<Id>,
    /// How many of them are limited by their maximum.
    pub limited: u64,
    /// The greatest of those maxima, once fixed reviews are counted.
    pub largest_maximum: u64,
    /// The sum of those maxima.
    pub places: u64,
    /// Reviews that can come from the others, each pair once.
    pub single_pairs: u64,
    /// Pairs between the asking and all students (or submissions) that rules exclude, by rule.
    pub excluded: Vec<ExcludedPairs>,
}

impl Bottleneck {
    pub(super) fn new(problem: &Problem, certificate: &Infeasible) -> Self {
        let mut in_students = alloc::vec![false; problem.students()];
        let mut in_submissions = alloc::vec![false; problem.submissions()];
        for student in certificate.students.iter().filter_map(|id| problem.find_student(id)) {
            in_students[student] = true;
        }
        for submission in certificate.submissions.iter().filter_map(|id| problem.find_submission(id)) {
            in_submissions[submission] = true;
        }
        match certificate.side {
            CutSide::Submissions => Self::of_submissions(problem, certificate, &in_students, &in_submissions),
            CutSide::Students => Self::of_students(problem, certificate, &in_students, &in_submissions),
        }
    }

    fn of_submissions(
        problem: &Problem,
        certificate: &Infeasible,
        in_students: &[bool],
        in_submissions: &[bool],
    ) -> Self {
        let submissions: Vec<usize> = (0..problem.submissions()).filter(|&j| in_submissions[j]).collect();
        let mut tally = Tally::default();
        for (student, &limited) in in_students.iter().enumerate() {
            if problem.student_bound(student).max == Some(0) {
                continue;
            }
            let able = submissions.iter().filter(|&&submission| tally.see(problem, student, submission)).count();
            let max = problem.student_bound(student).max;
            let left = max.map(|max| max.saturating_sub(u64::from(problem.settled.given[student])));
            tally.answer(able, limited, left.unwrap_or(0), problem.student_id(student));
        }
        let asking = submissions.iter().map(|&submission| problem.submission_id(submission).clone()).collect();
        tally.close(asking, certificate.available)
    }

    fn of_students(problem: &Problem, certificate: &Infeasible, in_students: &[bool], in_submissions: &[bool]) -> Self {
        let students: Vec<usize> = (0..problem.students())
            .filter(|&i| !in_students[i] && problem.student_bound(i).min > u64::from(problem.settled.given[i]))
            .collect();
        let mut tally = Tally::default();
        for (submission, &crossing) in in_submissions.iter().enumerate() {
            if !problem.is_handed_in(submission) {
                continue;
            }
            let able = students.iter().filter(|&&student| tally.see(problem, student, submission)).count();
            let max = problem.submission_bound(submission).max;
            let left = max.map(|max| max.saturating_sub(u64::from(problem.settled.received[submission])));
            tally.answer(able, !crossing, left.unwrap_or(0), problem.submission_id(submission));
        }
        let asking = students.iter().map(|&student| problem.student_id(student).clone()).collect();
        tally.close(asking, certificate.available)
    }

    /// The bottleneck in sentences.
    pub(super) fn sentences(&self, certificate: &Infeasible) -> Vec<String> {
        let (asking, verb, answering, may) = match certificate.side {
            CutSide::Submissions if self.asking.len() == 1 => ("submission", "needs", "student", "may review it"),
            CutSide::Submissions => ("submission", "need", "student", "may review them"),
            CutSide::Students => ("student", "must give", "submission", "may be reviewed by them"),
        };
        let asked = format!("{} {verb} {}", these(self.asking.len(), asking), count(certificate.required, "review"));
        let able = count(self.answering.len() as u64, answering);
        let (limited, largest, places) = (self.limited, self.largest_maximum, self.places);
        let answered = if self.answering.is_empty() {
            format!("no {answering} {may}")
        } else if limited == 0 {
            format!("only {able} {may}, each pair once: {}", self.single_pairs)
        } else if limited == self.answering.len() as u64 {
            format!("only {able} {may}, at most {largest} each: {places}")
        } else {
            let others = count(self.single_pairs, "review");
            let all = certificate.available;
            format!(
                "only {able} {may}, {limited} of them at most {largest} each ({places}), and {others} from the others: {all}"
            )
        };
        let text = format!("{asked}; {answered}, {} short", certificate.missing());
        let mut sentences = alloc::vec![text];
        if !self.excluded.is_empty() {
            let rules = self.excluded.iter().map(|rule| {
                let are = if rule.pairs == 1 { "pair is" } else { "pairs are" };
                format!("{} {are} excluded because {}", rule.pairs, rule.rule)
            });
            sentences.push(rules.collect::<Vec<_>>().join("; "));
        }
        sentences.push(format!("the {asking}s: {}", listed(&self.asking)));
        if !self.answering.is_empty() {
            sentences.push(format!("the {answering}s: {}", listed(&self.answering)));
        }
        sentences
    }
}

/// Collects those who could answer, and why others cannot.
#[derive(Default)]
struct Tally {
    excluded: BTreeMap<Exclusion, u64>,
    answering: Vec<Id>,
    limited: u64,
    largest_maximum: u64,
    places: u64,
}

impl Tally {
    /// Whether a pair is eligible; counts the rule that excludes it otherwise.
    fn see(&mut self, problem: &Problem, student: usize, submission: usize) -> bool {
        match problem.exclusion(student, submission) {
            None => problem.is_free(student, submission),
            Some(exclusion) => {
                *self.excluded.entry(exclusion).or_insert(0) += 1;
                false
            }
        }
    }

    fn answer(&mut self, able: usize, limited: bool, left: u64, id: &Id) {
        if able > 0 {
            self.answering.push(id.clone());
            if limited {
                self.limited += 1;
                self.largest_maximum = self.largest_maximum.max(left);
                self.places += left;
            }
        }
    }

    fn close(self, asking: Vec<Id>, available: u64) -> Bottleneck {
        let excluded = self.excluded.into_iter();
        let excluded = excluded.map(|(exclusion, pairs)| ExcludedPairs { rule: exclusion.to_string(), pairs });
        Bottleneck {
            asking,
            answering: self.answering,
            limited: self.limited,
            largest_maximum: self.largest_maximum,
            places: self.places,
            single_pairs: available.saturating_sub(self.places),
            excluded: excluded.collect(),
        }
    }
}

/// How many ids a sentence lists.
const LISTED: usize = 12;

pub(super) fn listed(ids: &[Id]) -> String {
    let shown: Vec<String> = ids.iter().take(LISTED).map(ToString::to_string).collect();
    match ids.len().checked_sub(LISTED) {
        None | Some(0) => shown.join(", "),
        Some(more) => format!("{} and {more} more", shown.join(", ")),
    }
}

pub(super) fn count(number: u64, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

fn these(number: usize, noun: &str) -> String {
    if number == 1 { format!("this {noun}") } else { format!("these {number} {noun}s") }
}
