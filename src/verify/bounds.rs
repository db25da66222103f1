//! Minima and maxima of students, submissions and works, and the shortfalls that a plan admits.

use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::index::{at, dense};
use super::pairs::{COMPLETED, KEPT, Pairs};
use super::verdict::{Findings, Place};
use crate::id::Id;
use crate::input::{Bound, Existing, Shortfall};
use crate::plan::{Records, Side};

/// How many resulting reviews count for each person and each submission, and how many of those had to stay.
pub(super) struct Tally {
    pub(super) given: Vec<u32>,
    pub(super) received: Vec<u32>,
    given_before: Vec<u32>,
    received_before: Vec<u32>,
}

impl Tally {
    /// Counts; O(pairs).
    pub(super) fn new(facts: &Facts<'_>, pairs: &Pairs) -> Self {
        let (persons, submissions) = (facts.persons.len(), facts.submissions.len());
        let mut tally = Self {
            given: alloc::vec![0; persons],
            received: alloc::vec![0; submissions],
            given_before: alloc::vec![0; persons],
            received_before: alloc::vec![0; submissions],
        };
        let keep = facts.input.policy.existing == Existing::Keep;
        for &pair in pairs.all().iter().filter(|pair| pair.counts()) {
            let stays = u32::from(pair.is(KEPT) && (keep || pair.is(COMPLETED)));
            for (counts, place, more) in [
                (&mut tally.given, pair.assessor, 1),
                (&mut tally.received, pair.asset, 1),
                (&mut tally.given_before, pair.assessor, stays),
                (&mut tally.received_before, pair.asset, stays),
            ] {
                if let Some(count) = counts.get_mut(at(place)) {
                    *count += more;
                }
            }
        }
        tally
    }
}

/// One count against its bound.
#[derive(Clone, Copy)]
struct Held {
    bound: Bound,
    count: u64,
    /// How many of the count had to stay.
    before: u64,
}

impl Held {
    /// Whether the count is above the maximum and not only because of what had to stay.
    fn above(self) -> bool {
        self.bound.max.is_some_and(|max| self.count > max) && self.count > self.before
    }

    fn below(self) -> bool {
        self.count < self.bound.min
    }
}

/// Words for a count that breaks its bound.
impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.above(), self.bound.max) {
            (true, Some(max)) => write!(f, "{} reviews, at most {max} allowed", self.count),
            _ => write!(f, "{} reviews, at least {} wanted", self.count, self.bound.min),
        }
    }
}

/// Reports counts outside their bounds, and shortfalls that are missing or wrong. What may not review and what is not
/// handed in has the bounds 0…0; each review created there is reported as not eligible already. O(n).
pub(super) fn check(facts: &Facts<'_>, tally: &Tally, plan: &dyn Records, findings: &mut Findings) {
    let admitted = admitted(facts, tally, plan, findings);
    let partial = facts.input.policy.shortfall == Shortfall::Partial;
    let mut report = |codes: [&'static str; 3], held: Held, admitted: bool, id: Option<&Id>, side: Side| {
        let (assessor, asset, word) = match side {
            Side::Student => (id, None, "student"),
            Side::Submission => (None, id, "submission"),
        };
        let code = match (held.above(), held.below(), partial) {
            (true, _, _) => codes[0],
            (_, true, false) => codes[1],
            (_, true, true) if !admitted => codes[2],
            _ => return,
        };
        let shown = Shown(id);
        findings.add_for(code, "", format_args!("{word} {shown}: {held}"), assessor, asset);
    };
    for person in (0..dense(facts.persons.len())).filter(|&person| facts.may_review(person)) {
        let held = tally.student(facts, person);
        let id = facts.student(person).map(|student| &student.id);
        let listed = admitted.students.get(at(person)).copied().unwrap_or(false);
        report(["student_max", "student_min", "shortfall_missing"], held, listed, id, Side::Student);
    }
    for submission in (0..dense(facts.submissions.len())).filter(|&submission| facts.handed_in(submission)) {
        let held = tally.submission(facts, submission);
        let id = facts.submission(submission).map(|given| &given.id);
        let listed = admitted.submissions.get(at(submission)).copied().unwrap_or(false);
        report(["submission_max", "submission_min", "shortfall_missing"], held, listed, id, Side::Submission);
    }
    check_works(facts, tally, findings);
}

impl Tally {
    fn student(&self, facts: &Facts<'_>, person: u32) -> Held {
        Held {
            bound: facts.student_bound(person),
            count: count(&self.given, person),
            before: count(&self.given_before, person),
        }
    }

    fn submission(&self, facts: &Facts<'_>, submission: u32) -> Held {
        Held {
            bound: facts.submission_bound(submission),
            count: count(&self.received, submission),
            before: count(&self.received_before, submission),
        }
    }
}

fn count(counts: &[u32], place: u32) -> u64 {
    counts.get(at(place)).copied().map_or(0, u64::from)
}

/// An id in a message, where there is one.
struct Shown<'a>(Option<&'a Id>);

impl fmt::Display for Shown<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.map_or(Ok(()), |id| fmt::Display::fmt(id, f))
    }
}

/// Whose shortfall the plan admits.
struct Admitted {
    students: Vec<bool>,
    submissions: Vec<bool>,
}

/// Reads the shortfalls of the plan and reports those that are wrong.
fn admitted(facts: &Facts<'_>, tally: &Tally, plan: &dyn Records, findings: &mut Findings) -> Admitted {
    let mut admitted = Admitted { students: Vec::new(), submissions: Vec::new() };
    let shortfalls = plan.shortfalls();
    if facts.input.policy.shortfall == Shortfall::Error {
        for (place, record) in shortfalls.iter().enumerate() {
            findings.add(
                "shortfall_not_allowed",
                Place("shortfalls", place),
                format_args!("{}: no minimum may be missed under shortfall: error", record.id),
            );
        }
        return admitted;
    }
    if shortfalls.is_empty() {
        return admitted;
    }
    admitted.students.resize(facts.persons.len(), false);
    admitted.submissions.resize(facts.submissions.len(), false);
    for (place, record) in shortfalls.iter().enumerate() {
        let pointer = Place("shortfalls", place);
        let (known, marks, written) = match record.kind {
            Side::Student => {
                let person = facts.find_student(&record.id);
                let written = person.and_then(|person| facts.student(person)).map(|student| &student.id);
                (person.map(|person| (person, tally.student(facts, person))), &mut admitted.students, written)
            }
            Side::Submission => {
                let found = facts.submissions.find(&record.id);
                let written = found.and_then(|found| facts.submission(found)).map(|given| &given.id);
                (found.map(|found| (found, tally.submission(facts, found))), &mut admitted.submissions, written)
            }
        };
        let Some((dense, held)) = known else {
            findings.add("shortfall_wrong", pointer, format_args!("the problem knows no {}", record.id));
            continue;
        };
        let Some(mark) = marks.get_mut(at(dense)) else { continue };
        let twice = core::mem::replace(mark, true);
        if twice || !held.below() || (record.wanted, record.got) != (held.bound.min, held.count) {
            let (min, got) = (held.bound.min, held.count);
            let message = if twice { "listed twice; " } else { "" };
            findings.add(
                "shortfall_wrong",
                pointer,
                format_args!("{}: {message}{min} wanted, {got} got in the resulting reviews", record.id),
            );
        } else if written.is_some_and(|written| !written.same_form(&record.id)) {
            findings.add("id_form", pointer, format_args!("{} is not written as in the problem", record.id));
        }
    }
    admitted
}

/// Checks the bound on all copies of a work together. A work of which no copy is handed in needs no reviews.
fn check_works(facts: &Facts<'_>, tally: &Tally, findings: &mut Findings) {
    let Some(bound) = facts.input.policy.reviews_per_work else { return };
    let mut works = alloc::vec![(0_u64, 0_u64, None); facts.works()];
    for submission in 0..dense(facts.submissions.len()) {
        if let Some((total, before, first)) = works.get_mut(at(facts.work(submission))) {
            *total += count(&tally.received, submission);
            *before += count(&tally.received_before, submission);
            first.get_or_insert(submission);
        }
    }
    for (work, (count, before, first)) in works.into_iter().enumerate() {
        let held = Held { bound, count, before };
        let code = match (held.above(), held.below() && facts.handed_copies(dense(work)) > 0) {
            (true, _) => "work_max",
            (_, true) => "work_min",
            _ => continue,
        };
        let id = first.and_then(|first| facts.submission(first)).map(|submission| &submission.id);
        findings.add_for(
            code,
            "",
            format_args!("the work of submission {}, all copies together: {held}", Shown(id)),
            None,
            id,
        );
    }
}
