//! Minima and maxima of students, submissions and works, and the shortfalls that a plan admits.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::index::{at, dense};
use super::pairs::{ALTERNATE, Pairs, STAYS, ids};
use super::verdict::{Findings, Place};
use crate::id::Id;
use crate::input::{Bound, Shortfall};
use crate::plan::{Records, Side};

/// How many resulting reviews count for somebody or something, and how many of those had to stay.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Count {
    pub(super) all: u32,
    pub(super) stays: u32,
}

/// The counts of each person and each submission.
pub(super) struct Tally {
    pub(super) given: Vec<Count>,
    pub(super) received: Vec<Count>,
    /// The works; none where they have no bound.
    works: Vec<Whole>,
}

/// All copies of a work together.
#[derive(Debug, Clone, Copy, Default)]
struct Whole {
    copies: u32,
    /// One of the copies.
    copy: u32,
    count: Count,
}

impl Tally {
    /// Counts; O(pairs).
    pub(super) fn new(facts: &Facts<'_>, pairs: &Pairs) -> Self {
        let mut tally = Self {
            given: alloc::vec![Count::default(); facts.persons.len()],
            received: alloc::vec![Count::default(); facts.submissions.len()],
            works: Vec::new(),
        };
        for &pair in pairs.all().iter().filter(|pair| pair.counts()) {
            let counts = [tally.given.get_mut(at(pair.assessor)), tally.received.get_mut(at(pair.asset))];
            for count in counts.into_iter().flatten() {
                count.all += 1;
                count.stays += u32::from(pair.is(STAYS));
            }
        }
        if facts.input.policy.reviews_per_work.is_some() {
            tally.works.resize(facts.works(), Whole::default());
        }
        for (copy, &Count { all, stays }) in (0..).zip(&tally.received) {
            if let Some(whole) = tally.works.get_mut(at(facts.work(copy))) {
                let count = Count { all: whole.count.all + all, stays: whole.count.stays + stays };
                *whole = Whole { copies: whole.copies + 1, copy, count };
            }
        }
        tally
    }

    fn student(&self, facts: &Facts<'_>, person: u32) -> Held {
        Held::new(facts.student_bound(person), self.given.get(at(person)))
    }

    /// A submission that is its whole work keeps within the bounds of both.
    fn submission(&self, facts: &Facts<'_>, submission: u32) -> Held {
        let mut bound = facts.submission_bound(submission);
        let is_whole = self.works.get(at(facts.work(submission))).is_some_and(|whole| whole.copies == 1);
        if let Some(whole) = facts.input.policy.reviews_per_work.filter(|_| is_whole && facts.handed_in(submission)) {
            let max = bound.max.into_iter().chain(whole.max).min();
            bound = Bound { min: bound.min.max(whole.min), max };
        }
        Held::new(bound, self.received.get(at(submission)))
    }

    /// How many reviews each student, submission and work is short of its minimum.
    pub(super) fn shortfalls<'a>(&'a self, facts: &'a Facts<'_>) -> impl Iterator<Item = u64> + 'a {
        let students = (0..dense(facts.persons.len())).filter(|&person| facts.may_review(person));
        let submissions = (0..dense(facts.submissions.len())).filter(|&submission| facts.handed_in(submission));
        let held = students.map(|person| self.student(facts, person));
        let held = held.chain(submissions.map(|submission| self.submission(facts, submission)));
        let held = held.chain(self.shared_works(facts).map(|(_, held)| held));
        held.map(|held| held.bound.min.saturating_sub(held.count))
    }

    /// The works of several copies, one of them handed in, and their counts.
    fn shared_works<'a>(&'a self, facts: &'a Facts<'_>) -> impl Iterator<Item = (Whole, Held)> + 'a {
        let bound = facts.input.policy.reviews_per_work.unwrap_or_default();
        let shared = (0..).zip(&self.works).filter(|(work, whole)| whole.copies > 1 && facts.handed_copies(*work) > 0);
        shared.map(move |(_, &whole)| (whole, Held::new(bound, Some(&whole.count))))
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
    fn new(bound: Bound, count: Option<&Count>) -> Self {
        let count = count.copied().unwrap_or_default();
        Self { bound, count: u64::from(count.all), before: u64::from(count.stays) }
    }

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
            Side::Work => (None, id, "the work of submission"),
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
    for (whole, held) in tally.shared_works(facts) {
        let id = facts.submission(whole.copy).map(|given| &given.id);
        let listed = admitted.works.get(at(facts.work(whole.copy))).copied().unwrap_or(false);
        report(["work_max", "work_min", "shortfall_missing"], held, listed, id, Side::Work);
    }
}

/// Reports alternates beyond what the maximum of a student leaves room for. O(pairs).
pub(super) fn check_alternates(facts: &Facts<'_>, tally: &Tally, pairs: &Pairs, findings: &mut Findings) {
    for of_one in pairs.all().chunk_by(|one, next| one.assessor == next.assessor) {
        let mut listed = of_one.iter().filter(|pair| pair.is(ALTERNATE));
        let Some(&first) = listed.clone().next() else { continue };
        let Some(max) = facts.student_bound(first.assessor).max else { continue };
        let given = tally.given.get(at(first.assessor)).map_or(0, |count| u64::from(count.all));
        let room = usize::try_from(max.saturating_sub(given)).unwrap_or(usize::MAX);
        // Who may not review has no room at all, and is told so elsewhere.
        if let Some(&beyond) = listed.nth(room).filter(|_| facts.may_review(first.assessor)) {
            let (assessor, asset) = ids(facts, beyond);
            let message = format_args!("student {} has room for {room} reviews more", Shown(assessor));
            findings.add_for("alternate_full", beyond, message, assessor, asset);
        }
    }
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
    works: Vec<bool>,
}

/// Reads the shortfalls of the plan and reports those that are wrong.
fn admitted(facts: &Facts<'_>, tally: &Tally, plan: &dyn Records, findings: &mut Findings) -> Admitted {
    let mut admitted = Admitted { students: Vec::new(), submissions: Vec::new(), works: Vec::new() };
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
    admitted.works.resize(facts.works(), false);
    let named = tally.shared_works(facts).filter_map(|(whole, held)| {
        let id = facts.submission(whole.copy)?.work_id.as_ref()?;
        Some((id, (facts.work(whole.copy), held)))
    });
    let works: BTreeMap<&Id, (u32, Held)> = named.collect();
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
            Side::Work => {
                let found = works.get_key_value(&record.id);
                (found.map(|(_, &work)| work), &mut admitted.works, found.map(|(id, _)| *id))
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
