//! What is asked, checked and compiled: dense indices in canonical order, eligibility, and what stands already.

pub(crate) mod arcs;
mod cards;
mod cycles;
mod digest;
mod dimension;
mod eligibility;
mod existing;
mod ids;
mod line;
mod pairs;
pub(crate) mod panels;
mod people;
pub(crate) mod rows;
mod sides;
mod variant;
mod works;

pub use dimension::DimensionName;
pub use eligibility::Exclusion;
pub use existing::{ExistingReview, Standing};

pub(crate) use eligibility::Hindrance;
pub(crate) use existing::{Settled, WorkMust};

use alloc::string::String;
use alloc::vec::Vec;

use crate::assignment::Assignment;
use crate::diagnostic::Diagnostics;
use crate::id::Id;
use crate::input::{Admission, Bound, CopyRule, Demand, Existing, Input, Micros, Policy, Source, StrategyChoice};
use cards::Cards;
use dimension::Dimension;
use pairs::Pairs;
use panels::Panels;
use people::People;
use rows::Rows;

/// A checked problem, compiled to dense indices.
///
/// Students and submissions are numbered from 0 in the canonical order of their ids, so nothing depends on the order
/// in which the input lists them. Shapes: `n` students, `m` submissions; memory O(n + m + what is said of pairs).
#[derive(Debug, Clone)]
pub struct Problem {
    pub(crate) policy: Policy,
    source: Option<Source>,
    strategy: StrategyChoice,
    digest: String,
    warnings: Diagnostics,
    pub(crate) people: People,
    owners: Vec<Option<Id>>,
    pub(crate) may_review: Vec<bool>,
    /// Who could review if having handed in did not matter.
    can_review: Vec<bool>,
    pub(crate) handed_in: Vec<bool>,
    /// Student -> the own bound, where one is stated.
    student_bounds: Rows<Bound>,
    /// Submission -> the own bound, where one is stated.
    submission_bounds: Rows<Bound>,
    /// Works of several copies, one of them handed in, under a bound on works; ascending.
    pub(crate) shared_works: Vec<u32>,
    pub(crate) dimensions: Vec<Dimension>,
    cards: Cards,
    pub(crate) pairs: Pairs,
    pub(crate) panels: Panels,
    pub(crate) settled: Settled,
}

impl Problem {
    /// Checks an input and compiles it.
    ///
    /// Complexity: O(s log s) for an input of size s.
    ///
    /// # Errors
    /// Everything that is wrong with the input, each with a code, the place as a JSON pointer into the problem file,
    /// and what to do about it. The codes are listed in `docs/formats.md`.
    pub fn new(input: &Input) -> Result<Self, Diagnostics> {
        let mut found = Diagnostics::new();
        check_bounds(input, &mut found);
        let people = People::new(input, &mut found);
        let (n, m) = (people.students.len(), people.submissions.len());
        let handed_in: Vec<bool> = (0..m)
            .map(|submission| {
                let stated = people.submission(input, submission);
                stated.submitted && !(stated.late && input.policy.late == Admission::Exclude)
            })
            .collect();
        let can_review = (0..n).map(|student| people.student(input, student).can_review).collect();
        let may_review = may_review(input, &people, &handed_in);
        let student_bounds = Rows::written(n, 0, |student, own| own.extend(people.student(input, student).reviews));
        let submission_bounds =
            Rows::written(m, 0, |submission, own| own.extend(people.submission(input, submission).reviews));
        let shared_works = works::shared(&input.policy, &people, &handed_in);
        let dimensions = Dimension::all(input, &people, &mut found);
        let cards = Cards::new(&people, &handed_in, &dimensions);
        let pairs = Pairs::new(input, &people, &handed_in, &mut found);
        let panels = Panels::new(input, &people, &may_review);
        let owners = (0..m).map(|submission| people.submission(input, submission).user_id.clone()).collect();
        let mut problem = Self {
            policy: input.policy.clone(),
            source: input.source.clone(),
            strategy: input.strategy.clone().unwrap_or_default(),
            digest: String::new(),
            warnings: Diagnostics::new(),
            settled: Settled::nothing(n, m),
            owners,
            people,
            may_review,
            can_review,
            handed_in,
            student_bounds,
            submission_bounds,
            shared_works,
            dimensions,
            cards,
            pairs,
            panels,
        };
        problem.settle(input, &mut found);
        problem.report_standing_cycles(&mut found);
        if !found.has_errors() {
            problem.report_standing_panels(&mut found);
            problem.report_empty_panels(input, &mut found);
        }
        if found.has_errors() {
            return Err(found);
        }
        problem.digest = digest::digest(input, &problem.people, &problem.pairs);
        if problem.asks_nothing() {
            problem.warnings.warning(
                "nothing_asked",
                "/policy",
                "the bounds ask for no review at all",
                "set reviews_per_student or reviews_per_submission",
            );
        }
        problem.warnings.append(found);
        Ok(problem)
    }

    /// What the reader should know though the problem can be used; `nothing_asked` comes first.
    #[must_use]
    pub const fn warnings(&self) -> &Diagnostics {
        &self.warnings
    }

    /// The number of students.
    #[must_use]
    pub const fn students(&self) -> usize {
        self.may_review.len()
    }

    /// The number of submissions.
    #[must_use]
    pub const fn submissions(&self) -> usize {
        self.handed_in.len()
    }

    /// The id of a student.
    #[must_use]
    pub fn student_id(&self, student: usize) -> &Id {
        &self.people.students.ids()[student]
    }

    /// The id of a submission.
    #[must_use]
    pub fn submission_id(&self, submission: usize) -> &Id {
        &self.people.submissions.ids()[submission]
    }

    /// The student with an id.
    #[must_use]
    pub fn find_student(&self, id: &Id) -> Option<usize> {
        self.people.students.find(id).map(|student| student as usize)
    }

    /// The submission with an id.
    #[must_use]
    pub fn find_submission(&self, id: &Id) -> Option<usize> {
        self.people.submissions.find(id).map(|submission| submission as usize)
    }

    /// The owner of a submission, as written in the input.
    #[must_use]
    pub fn owner(&self, submission: usize) -> Option<&Id> {
        self.owners[submission].as_ref()
    }

    /// The rules for all.
    #[must_use]
    pub const fn policy(&self) -> &Policy {
        &self.policy
    }

    /// The strategy the problem asks for, or the default.
    #[must_use]
    pub const fn strategy(&self) -> &StrategyChoice {
        &self.strategy
    }

    /// Where the problem comes from.
    #[must_use]
    pub const fn source(&self) -> Option<&Source> {
        self.source.as_ref()
    }

    /// SHA-256 over the canonical form of the problem, without names, in hexadecimal.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// Whether a student may review anything at all.
    #[must_use]
    pub fn may_review(&self, student: usize) -> bool {
        self.may_review[student]
    }

    /// Whether a submission counts as handed in.
    #[must_use]
    pub fn is_handed_in(&self, submission: usize) -> bool {
        self.handed_in[submission]
    }

    /// How many reviews a student gives in all.
    #[must_use]
    pub fn student_bound(&self, student: usize) -> Bound {
        bound(self.may_review[student], &self.student_bounds, student, self.policy.reviews_per_student)
    }

    /// The same as if the student might review.
    pub(crate) fn stated_student_bound(&self, student: usize) -> Bound {
        bound(true, &self.student_bounds, student, self.policy.reviews_per_student)
    }

    /// Whether a student could review if having handed in did not matter.
    pub(crate) fn can_review(&self, student: usize) -> bool {
        self.can_review[student]
    }

    /// Whether a submission has a bound of its own.
    pub(crate) fn has_own_bound(&self, submission: usize) -> bool {
        !self.submission_bounds.row(submission).is_empty()
    }

    /// The score of a pair in 10^-6, where it has one.
    #[must_use]
    pub fn score(&self, student: usize, submission: usize) -> Option<i64> {
        self.pairs.score(student, submission)
    }

    /// The own limit of a pair on its probability, where it has one; for strategies with limits.
    #[must_use]
    pub fn limit(&self, student: usize, submission: usize) -> Option<Micros> {
        self.pairs.limit(student, submission).map(Micros)
    }

    /// The existing reviews, sorted by submission and assessor.
    #[must_use]
    pub fn existing_reviews(&self) -> &[ExistingReview] {
        &self.settled.reviews
    }

    /// Whether received counts are to be as even as possible.
    #[must_use]
    pub fn balanced(&self) -> bool {
        self.policy.reviews_per_submission == Demand::Balanced
    }

    /// Whether a strategy may choose a pair: it is eligible, not fixed, and the student has no fixed review of
    /// another copy of the work where that counts.
    #[must_use]
    pub fn is_free(&self, student: usize, submission: usize) -> bool {
        self.eligible(student, submission) && !self.blocked_by_fixed(student, submission)
    }

    /// The reviews in every result that are not part of an assignment, as (person, submission): completed ones by
    /// assessors who have left, and those that nobody will write.
    pub(crate) fn other_reviews(&self) -> impl Iterator<Item = (u32, u32)> + Clone + '_ {
        self.persons_reviews(|review| review.standing == Standing::Idle || review.is_completed_by_leaver())
    }

    /// The existing reviews for which something holds, as (person, submission).
    pub(crate) fn persons_reviews(
        &self,
        holds: impl Fn(&ExistingReview) -> bool + Clone,
    ) -> impl Iterator<Item = (u32, u32)> + Clone {
        let reviews = self.settled.reviews.iter().filter(move |review| holds(review));
        reviews.filter_map(|review| {
            let person = review.student.or_else(|| self.people.other(&review.assessor_id))?;
            Some((person, review.submission))
        })
    }

    /// The unordered pairs of persons who review each other's work in the result, sorted. O(n + m + T) for T reviews.
    pub(crate) fn reciprocal_pairs(&self, assignment: &Assignment) -> Vec<(u32, u32)> {
        self.reciprocal_among(assignment, &assignment.by_submission(self.submissions()))
    }

    /// The same with the students of each submission at hand: whom one person reviews is looked for among those who
    /// review that person.
    pub(crate) fn reciprocal_among(&self, assignment: &Assignment, reviewers: &Rows<u32>) -> Vec<(u32, u32)> {
        let persons = self.people.persons();
        let others_by = Rows::counted(persons, self.other_reviews());
        let others_of = self.other_reviews().map(|(person, submission)| (submission, person));
        let others_of = Rows::counted(self.submissions(), others_of);
        let mut both = Vec::new();
        let mut back: Vec<u32> = Vec::new();
        for person in 0..persons {
            back.clear();
            for &work in self.people.works_by.row(person) {
                for &copy in self.people.copies.row(work as usize) {
                    back.extend_from_slice(reviewers.row(copy as usize));
                    back.extend_from_slice(others_of.row(copy as usize));
                }
            }
            let reviewed = if person < self.students() { assignment.of(person) } else { &[] };
            let start = both.len();
            for &submission in reviewed.iter().chain(others_by.row(person)) {
                let authors = self.authors(submission as usize).iter();
                let met = authors.filter(|&&author| author as usize > person && back.contains(&author));
                both.extend(met.map(|&author| (rows::index(person), author)));
            }
            both[start..].sort_unstable();
        }
        both.dedup();
        both
    }

    /// The authors of the work of a submission, taken from where [`eligible`](Self::eligible) looks too.
    pub(crate) fn authors(&self, submission: usize) -> &[u32] {
        let card = self.cards.of(submission);
        card.only_author().unwrap_or_else(|| self.people.authors.row(card.work() as usize))
    }

    /// The work of a submission, taken from the same place.
    pub(crate) fn work(&self, submission: usize) -> u32 {
        self.cards.of(submission).work()
    }

    /// Whether the pair is fixed, or the student has a fixed review of another copy where that counts.
    pub(crate) fn blocked_by_fixed(&self, student: usize, submission: usize) -> bool {
        let fixed = self.settled.fixed.row(student);
        if fixed.is_empty() {
            return false;
        }
        let work = self.work(submission);
        match self.policy.same_work_once {
            CopyRule::Once => fixed.iter().any(|&other| self.work(other as usize) == work),
            CopyRule::Free => self.settled.is_fixed(student, submission),
        }
    }

    /// Whether neither a minimum nor a must asks for a review: then nothing is created, and what exists stays as far
    /// as the hard rules allow.
    pub(crate) fn asks_nothing(&self) -> bool {
        (0..self.students()).all(|student| self.student_bound(student).min == 0)
            && (0..self.submissions()).all(|submission| self.submission_bound(submission).min == 0)
            && (self.shared_works.is_empty() || self.work_bound().min == 0)
            && !self.panels.asks()
            && self.settled.work_musts.is_empty()
            && self.pairs.submission_musts.is_empty()
            && self.pairs.work_musts.is_empty()
    }

    /// Whether a pair has an unfinished review that is to stay if it can.
    pub(crate) fn may_stay(&self, student: usize, submission: usize) -> bool {
        self.policy.existing == Existing::Rebalance && self.settled.is_movable(student, submission)
    }

    /// Whether existing reviews that move are counted.
    pub(crate) fn counts_deletes(&self) -> bool {
        self.policy.existing == Existing::Rebalance && !self.settled.movable.values().is_empty()
    }
}

/// Bounds whose minimum lies above their maximum.
fn check_bounds(input: &Input, found: &mut Diagnostics) {
    let mut check = |bound: Option<Bound>, pointer: &dyn core::fmt::Display| {
        if let Some(Bound { min, max: Some(max) }) = bound
            && min > max
        {
            found.error(
                "bound_reversed",
                pointer,
                format_args!("the minimum {min} is above the maximum {max}"),
                "lower the minimum or raise the maximum",
            );
        }
    };
    check(Some(input.policy.reviews_per_student), &"/policy/reviews_per_student");
    if let Demand::Within(bound) = input.policy.reviews_per_submission {
        check(Some(bound), &"/policy/reviews_per_submission");
    }
    check(input.policy.reviews_per_work, &"/policy/reviews_per_work");
    for (place, student) in input.students.iter().enumerate() {
        check(student.reviews, &format_args!("/students/{place}/reviews"));
    }
    for (place, submission) in input.submissions.iter().enumerate() {
        check(submission.reviews, &format_args!("/submissions/{place}/reviews"));
    }
}

/// The bound of one who takes part: the own one, where it is stated, else that for all.
fn bound(takes_part: bool, own: &Rows<Bound>, who: usize, general: Bound) -> Bound {
    if takes_part { own.row(who).first().copied().unwrap_or(general) } else { Bound::exactly(0) }
}

/// Who may review anything at all.
fn may_review(input: &Input, people: &People, handed_in: &[bool]) -> Vec<bool> {
    let n = people.students.len();
    let mut may: Vec<bool> = (0..n).map(|student| people.student(input, student).can_review).collect();
    if input.policy.unsubmitted_reviewers == Admission::Exclude {
        let mut has_handed_in = alloc::vec![false; n];
        for (submission, person) in people.own_authors.entries() {
            if handed_in[submission] && (person as usize) < n {
                has_handed_in[person as usize] = true;
            }
        }
        for (may, has) in may.iter_mut().zip(has_handed_in) {
            *may &= has;
        }
    }
    may
}
