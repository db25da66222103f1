//! Judges one assignment: is it valid, and how well does it do. Every rule is looked up in the whole assignment.

use std::collections::BTreeSet;

use peerplan::Id;
use peerplan::input::{Demand, Existing, Panel, Reciprocal, RuleKind, RuleTarget, Shortfall, Student, Submission};

use super::facts::{Assignment, Facts, Fate, Pair, given, left, received, to_u64};
use super::rules::values;

/// What is summed over an assignment. Smaller is better everywhere except for `gain` and `affinity`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Tally {
    /// Missed minima of students, submissions and works.
    pub(crate) missing: i64,
    /// Their squares.
    pub(crate) missing_squares: i64,
    /// Reviews that count.
    pub(crate) total: i64,
    /// Squares of the counts of handed-in submissions.
    pub(crate) received_squares: i64,
    /// Movable reviews that go.
    pub(crate) deletes: i64,
    /// Should rules, wishes and history.
    pub(crate) gain: i64,
    /// Squares of the counts of students who may review.
    pub(crate) given_squares: i64,
    /// Squares of received counts, where reviews are to be spread over the copies of works.
    pub(crate) spread_squares: i64,
    /// Scores in 10^-6.
    pub(crate) affinity: i64,
}

impl Facts<'_> {
    pub(crate) fn partial(&self) -> bool {
        self.rules.input.policy.shortfall == Shortfall::Partial
    }

    pub(crate) fn balanced(&self) -> bool {
        self.rules.input.policy.reviews_per_submission == Demand::Balanced
    }

    /// Whether reviews are to be spread over the copies of works last of all.
    pub(crate) fn spreads_copies(&self) -> bool {
        !self.balanced() && self.rules.shared_works().next().is_some()
    }

    /// Whether deletes are to be few. Where nothing is asked for, nothing is replaced either.
    pub(crate) fn counts_deletes(&self) -> bool {
        match self.rules.input.policy.existing {
            Existing::Keep => false,
            Existing::Rebalance => true,
            Existing::Replace => self.nothing_asked(),
        }
    }

    /// The sums over a valid assignment.
    pub(crate) fn tally(&self, result: &Assignment) -> Tally {
        let input = self.rules.input;
        let mut tally = Tally { total: to_i64(result.len()), ..Tally::default() };
        let mut miss = |min: u64, count: u64| {
            let missed = i64::try_from(min.saturating_sub(count)).expect("minima are small");
            tally.missing += missed;
            tally.missing_squares += missed * missed;
        };
        for student in &input.students {
            miss(self.rules.student_bound(student).min, given(result, &student.id));
        }
        for submission in &input.submissions {
            miss(self.rules.submission_bound(submission).min, received(result, &submission.id));
        }
        for work in self.rules.shared_works() {
            miss(self.rules.work_bound().min, self.received_by_work(result, work));
        }
        for submission in input.submissions.iter().filter(|submission| self.rules.handed_in(submission)) {
            tally.received_squares += square(received(result, &submission.id));
        }
        for student in input.students.iter().filter(|student| self.rules.may_review(student)) {
            tally.given_squares += square(given(result, &student.id));
        }
        tally.deletes = to_i64(self.movable.difference(result).count());
        tally.gain = result.iter().map(|(assessor, asset)| self.rules.gain(assessor, asset)).sum();
        tally.affinity = result.iter().map(|(assessor, asset)| self.rules.score(assessor, asset).unwrap_or(0)).sum();
        tally
    }

    /// The hard rules.
    pub(crate) fn valid(&self, result: &Assignment) -> bool {
        self.keeps_to_free_pairs(result)
            && self.meets_musts(result)
            && self.within_bounds(result)
            && self.breaks_no_panel(result)
            && self.breaks_no_cycle_rule(result)
            && !(self.nothing_asked() && self.creates(result))
    }

    fn keeps_to_free_pairs(&self, result: &Assignment) -> bool {
        let chosen: Vec<&Pair> = result.difference(&self.fixed).collect();
        let works: BTreeSet<(&Id, &Id)> =
            chosen.iter().map(|(assessor, asset)| (assessor, self.rules.work(asset))).collect();
        self.fixed.is_subset(result)
            && chosen.iter().all(|pair| self.free.contains(pair))
            && (!self.once() || works.len() == chosen.len())
    }

    fn meets_musts(&self, result: &Assignment) -> bool {
        self.open_musts.iter().all(|must| must.met_by(result) > 0)
    }

    /// Maxima always (nothing is added where fixed reviews exceed one), minima unless they may be missed.
    fn within_bounds(&self, result: &Assignment) -> bool {
        let input = self.rules.input;
        let chosen: Assignment = result.difference(&self.fixed).cloned().collect();
        let students = input.students.iter().map(|student| {
            let left = self.student_left(&student.id);
            (left, given(&chosen, &student.id))
        });
        let submissions = input.submissions.iter().map(|submission| {
            let left = self.submission_left(&submission.id);
            (left, received(&chosen, &submission.id))
        });
        let works = self.rules.shared_works();
        let works = works.map(|work| (self.work_left(work), self.received_by_work(&chosen, work)));
        students
            .chain(submissions)
            .chain(works)
            .all(|(left, count)| left.max.is_none_or(|max| count <= max) && (self.partial() || count >= left.min))
    }

    fn breaks_no_panel(&self, result: &Assignment) -> bool {
        let handed_in = |submission: &&Submission| self.rules.handed_in(submission);
        self.rules.input.policy.panel.iter().all(|panel| {
            self.rules.input.submissions.iter().filter(handed_in).all(|submission| {
                panel_values(panel, &self.rules.input.students).iter().all(|value| {
                    let count = |reviews: &Assignment| self.of_value(reviews, panel, value, &submission.id);
                    let (fixed, all) = (count(&self.fixed), count(result));
                    let chosen_left =
                        left(peerplan::input::Bound { min: panel.min.unwrap_or(0), max: panel.max }, fixed);
                    all - fixed >= chosen_left.min && chosen_left.max.is_none_or(|max| all - fixed <= max)
                })
            })
        })
    }

    /// How many reviewers of a submission have a label value.
    fn of_value(&self, reviews: &Assignment, panel: &Panel, value: &Id, asset: &Id) -> u64 {
        let has_value = |assessor: &Id| {
            self.rules.student(assessor).is_some_and(|student| panel_set(student, &panel.label).contains(value))
        };
        to_u64(reviews.iter().filter(|(assessor, of)| of == asset && has_value(assessor)).count())
    }

    /// No cycle of persons with a review that could have been left out.
    fn breaks_no_cycle_rule(&self, result: &Assignment) -> bool {
        let Some(longest) = self.longest_forbidden() else { return true };
        let all = self.who_reviews_whom(result);
        let chosen = result.difference(&self.fixed).filter(|pair| !self.meets_must_by_author(pair)).cloned().collect();
        let chosen = self.who_reviews_whom(&chosen);
        chosen.iter().all(|(from, to)| !within_steps(&all, to, from, longest.saturating_sub(1)))
    }

    /// The length of the longest forbidden cycles.
    pub(crate) fn longest_forbidden(&self) -> Option<u64> {
        match self.rules.input.policy.reciprocal {
            Reciprocal::Allow | Reciprocal::Avoid => None,
            Reciprocal::Forbid => Some(2),
            Reciprocal::ForbidCycles(longest) => Some(longest),
        }
    }

    /// Whether a must names an author of the submission: some copy of the work is reviewed whatever is chosen.
    pub(super) fn meets_must_by_author(&self, (assessor, asset): &Pair) -> bool {
        let authors = self.rules.authors(self.rules.submission(asset));
        self.rules.input.rules.iter().any(|rule| {
            rule.kind == RuleKind::MustReview
                && rule.assessor_id == *assessor
                && matches!(&rule.target, RuleTarget::User(user) if authors.contains(user))
        })
    }

    /// Pairs of persons of whom the first reviews a work of the second.
    fn who_reviews_whom(&self, reviews: &Assignment) -> BTreeSet<(Id, Id)> {
        let mut edges = BTreeSet::new();
        for (assessor, asset) in reviews {
            let authors = self.rules.authors(self.rules.submission(asset));
            edges.extend(
                authors.into_iter().filter(|author| author != assessor).map(|author| (assessor.clone(), author)),
            );
        }
        edges
    }

    /// Unordered pairs of persons who review each other's work, as a report counts them: with the reviews that stay
    /// though nobody will write them.
    pub(crate) fn reciprocal_pairs(&self, result: &Assignment) -> usize {
        let ghosts = self.fates.iter().filter(|(_, fate)| **fate == Fate::Ghost).map(|(pair, _)| pair);
        let edges = self.who_reviews_whom(&result.iter().chain(ghosts).cloned().collect());
        edges.iter().filter(|(from, to)| from < to && edges.contains(&(to.clone(), from.clone()))).count()
    }

    /// Whether there are reviews that neither exist nor must be.
    pub(crate) fn creates(&self, result: &Assignment) -> bool {
        result.iter().any(|pair| !self.fixed.contains(pair) && !self.movable.contains(pair))
    }
}

/// Whether `to` is reached from `from` in at most `steps` steps.
fn within_steps(edges: &BTreeSet<(Id, Id)>, from: &Id, to: &Id, steps: u64) -> bool {
    let mut reached = BTreeSet::from([from]);
    for _ in 0..steps {
        let next = edges.iter().filter(|(start, _)| reached.contains(start)).map(|(_, end)| end);
        let next: Vec<&Id> = next.collect();
        reached.extend(next);
    }
    reached.contains(to)
}

pub(super) fn panel_set<'a>(student: &'a Student, label: &str) -> &'a [Id] {
    match label {
        "sections" => &student.sections,
        "groups" => &student.groups,
        _ => values(&student.labels, label),
    }
}

pub(super) fn panel_values(panel: &Panel, students: &[Student]) -> BTreeSet<Id> {
    match &panel.value {
        Some(value) => BTreeSet::from([value.clone()]),
        None => students.iter().flat_map(|student| panel_set(student, &panel.label)).cloned().collect(),
    }
}

fn square(count: u64) -> i64 {
    let count = i64::try_from(count).expect("counts are small");
    count * count
}

fn to_i64(count: usize) -> i64 {
    i64::try_from(count).expect("counts are small")
}
