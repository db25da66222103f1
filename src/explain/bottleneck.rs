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
/// On the submissions' side the parties are the submissions and works that ask for more than can come, and the students
/// who may review at least one of them; on the students' side the students who must give more than can be received, and
/// the submissions they may review.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Bottleneck {
    /// Those that ask: submissions or students.
    pub asking: Vec<Id>,
    /// The works whose own bounds count in place of those of their copies. On the submissions' side they ask too; on the
    /// students' side they are what limits their copies.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub works: Vec<Id>,
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
    /// Of the works: what their other copies may receive (submissions' side), or what they may receive (students' side).
    pub by_works: u64,
    /// What copies of the works ask for on the students' side, beside the students.
    pub of_copies: u64,
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
        let works: Vec<u32> = certificate.works.iter().filter_map(|name| problem.find_work(name)).collect();
        let in_works: Vec<bool> = problem.people.work_of.iter().map(|work| works.contains(work)).collect();
        let parties = Parties { problem, certificate, in_students, in_submissions, in_works };
        let mut bottleneck = match certificate.side {
            CutSide::Submissions => parties.of_submissions(),
            CutSide::Students => parties.of_students(&works),
        };
        bottleneck.works.clone_from(&certificate.works);
        bottleneck
    }

    /// The bottleneck in sentences.
    pub(super) fn sentences(&self, certificate: &Infeasible) -> Vec<String> {
        let by_submissions = certificate.side == CutSide::Submissions;
        let asked_parties = self.asking.len() + if by_submissions { self.works.len() } else { 0 };
        let (asking, verb, answering, may) = match certificate.side {
            CutSide::Submissions if asked_parties == 1 => ("submission", "needs", "student", "may review it"),
            CutSide::Submissions => ("submission", "need", "student", "may review them"),
            CutSide::Students => ("student", "must give", "submission", "may be reviewed by them"),
        };
        let asked = match (self.asking.len(), self.works.len()) {
            (0, works) if by_submissions => these(works, "work"),
            (asked, works) if by_submissions && works > 0 => {
                format!("{} and {}", these(asked, asking), these(works, "work"))
            }
            (asked, _) => these(asked, asking),
        };
        let mut asks =
            alloc::vec![format!("{asked} {verb} {}", count(certificate.required - self.of_copies, "review"))];
        if self.of_copies > 0 {
            if self.asking.is_empty() {
                asks.clear();
            }
            let needs = count(self.of_copies, "review");
            asks.push(format!("the submissions of {} need {needs}", these(self.works.len(), "work")));
        }
        let able = count(self.answering.len() as u64, answering);
        let (limited, largest, places) = (self.limited, self.largest_maximum, self.places);
        let mut answers = Vec::new();
        if certificate.within_limits {
            let all = certificate.possible();
            answers.push(format!("only {able} {may}, and each pair counts no more than its limit: {all}"));
        } else if self.answering.is_empty() {
            if self.works.is_empty() {
                answers.push(format!("no {answering} {may}"));
            }
        } else if limited == 0 {
            answers.push(format!("only {able} {may}, each pair once: {}", self.single_pairs));
        } else if limited == self.answering.len() as u64 {
            answers.push(format!("only {able} {may}, at most {largest} each: {places}"));
        } else {
            let others = count(self.single_pairs, "review");
            let all = certificate.available - self.by_works;
            answers.push(format!(
                "only {able} {may}, {limited} of them at most {largest} each ({places}), and {others} from the others: {all}"
            ));
        }
        // Where students may review all copies, there are no others.
        if !self.works.is_empty() && (!by_submissions || self.answering.is_empty() || self.by_works > 0) {
            let who = match (by_submissions, self.answering.is_empty()) {
                (true, true) => String::from("the copies"),
                (true, false) => String::from("other copies"),
                (false, _) => these(self.works.len(), "work"),
            };
            answers.push(format!("{who} may receive at most {}", self.by_works));
        }
        let text = format!("{}; {}, {} short", asks.join(" and "), answers.join(", and "), certificate.missing());
        let mut sentences = alloc::vec![text];
        if !self.excluded.is_empty() {
            let rules = self.excluded.iter().map(|rule| {
                let are = if rule.pairs == 1 { "pair is" } else { "pairs are" };
                format!("{} {are} excluded because {}", rule.pairs, rule.rule)
            });
            sentences.push(rules.collect::<Vec<_>>().join("; "));
        }
        for (noun, ids) in [(asking, &self.asking), ("work", &self.works), (answering, &self.answering)] {
            if !ids.is_empty() {
                sentences.push(format!("the {noun}s: {}", listed(ids)));
            }
        }
        sentences
    }
}

/// The members of a cut.
struct Parties<'a> {
    problem: &'a Problem,
    certificate: &'a Infeasible,
    in_students: Vec<bool>,
    in_submissions: Vec<bool>,
    /// The submissions of works whose own bounds count.
    in_works: Vec<bool>,
}

impl Parties<'_> {
    /// What remains of the maximum of a submission.
    fn room(&self, submission: usize) -> Option<u64> {
        let max = self.problem.submission_bound(submission).max;
        max.map(|max| max.saturating_sub(u64::from(self.problem.settled.received[submission])))
    }

    fn of_submissions(&self) -> Bottleneck {
        let problem = self.problem;
        let submissions: Vec<usize> = (0..problem.submissions()).filter(|&j| self.in_submissions[j]).collect();
        let mut tally = Tally::default();
        for (student, &limited) in self.in_students.iter().enumerate() {
            if problem.student_bound(student).max == Some(0) {
                continue;
            }
            let able = submissions.iter().filter(|&&submission| tally.see(problem, student, submission)).count();
            let max = problem.student_bound(student).max;
            let left = max.map(|max| max.saturating_sub(u64::from(problem.settled.given[student])));
            tally.answer(able, limited, left.unwrap_or(0), problem.student_id(student));
        }
        let others = (0..problem.submissions()).filter(|&j| self.in_works[j] && !self.in_submissions[j]);
        let by_works = others.filter_map(|submission| self.room(submission)).sum();
        let asking = submissions.iter().filter(|&&submission| !self.in_works[submission]);
        let asking = asking.map(|&submission| problem.submission_id(submission).clone()).collect();
        Bottleneck { by_works, ..tally.close(asking, self.certificate.available.saturating_sub(by_works)) }
    }

    fn of_students(&self, works: &[u32]) -> Bottleneck {
        let problem = self.problem;
        let students: Vec<usize> = (0..problem.students())
            .filter(|&i| !self.in_students[i] && problem.student_bound(i).min > u64::from(problem.settled.given[i]))
            .collect();
        let mut tally = Tally::default();
        for (submission, &crossing) in self.in_submissions.iter().enumerate() {
            // What limits a copy of a work is what the work may receive.
            if !problem.is_handed_in(submission) || (self.in_works[submission] && !crossing) {
                continue;
            }
            let able = students.iter().filter(|&&student| tally.see(problem, student, submission)).count();
            tally.answer(able, !crossing, self.room(submission).unwrap_or(0), problem.submission_id(submission));
        }
        let left = |fixed: u32, bound: u64| bound.saturating_sub(u64::from(fixed));
        let max = |&work: &u32| Some(left(problem.fixed_of_work(work), problem.work_bound().max?));
        let by_works: u64 = works.iter().filter_map(max).sum();
        let copies = (0..problem.submissions()).filter(|&j| self.in_works[j] && self.in_submissions[j]);
        let of_copies = copies.map(|j| left(problem.settled.received[j], problem.submission_bound(j).min)).sum();
        let asking = students.iter().map(|&student| problem.student_id(student).clone()).collect();
        let others = self.certificate.available.saturating_sub(by_works);
        Bottleneck { by_works, of_copies, ..tally.close(asking, others) }
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

    /// `available` is what does not come by the bounds of works.
    fn close(self, asking: Vec<Id>, available: u64) -> Bottleneck {
        let excluded = self.excluded.into_iter();
        let excluded = excluded.map(|(exclusion, pairs)| ExcludedPairs { rule: exclusion.to_string(), pairs });
        Bottleneck {
            asking,
            works: Vec::new(),
            by_works: 0,
            of_copies: 0,
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
