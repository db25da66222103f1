//! Problems that treat all alike: everybody gives and receives the same number of reviews, and who may review what is a
//! matter of classes. Who reviews whom is a regular graph then.

use alloc::borrow::Cow;
use alloc::vec::Vec;

use super::ideal::is_plain;
use crate::assignment::Assignment;
use crate::flow::Regular;
use crate::input::{Reciprocal, Relation, Stance};
use crate::problem::Problem;
use crate::problem::rows::{Rows, index};
use crate::random::Random;

/// A problem as a regular graph: students are tails, submissions are heads.
#[derive(Debug, Clone)]
pub(super) struct Uniform<'p> {
    problem: &'p Problem,
    reviews: usize,
    /// Whether no assignment that is as good has other counts.
    pub(super) covers_all: bool,
    own: &'p [u32],
    apart: Vec<Sides<'p>>,
    within: Option<Sides<'p>>,
    forbidden: Vec<(u32, u32)>,
}

/// The values of students and submissions in a dimension.
type Sides<'p> = (Cow<'p, [u32]>, Cow<'p, [u32]>);

impl<'p> Uniform<'p> {
    /// The graph, if evenness alone decides, nothing is settled, everybody takes part with one submission of their own,
    /// under the same bounds and with at most one value in each dimension.
    pub(super) fn of(problem: &'p Problem) -> Option<Self> {
        let n = problem.students();
        let settled = &problem.settled;
        let whole = n > 0
            && problem.submissions() == n
            && problem.people.persons() == n
            && problem.policy.reciprocal == Reciprocal::Allow
            && settled.fixed.values().is_empty()
            && settled.received.iter().fold(0, |any, &count| any | count) == 0
            && settled.given.iter().fold(0, |any, &count| any | count) == 0
            && problem.may_review.iter().all(|&may| may)
            && problem.handed_in.iter().all(|&open| open)
            && is_plain(problem);
        // As many works as submissions, each with one author, and each author with one of them.
        if !whole || problem.people.copies.len() != n || problem.people.authors.singles().is_none() {
            return None;
        }
        let own = problem.people.works_by.singles()?;
        let (given, received) = (problem.student_bound(0), problem.submission_bound(0));
        let alike = (1..n).all(|one| problem.student_bound(one) == given && problem.submission_bound(one) == received);
        let reviews = given.min.max(received.min);
        let within = |max: Option<u64>| max.is_none_or(|max| reviews <= max);
        if !alike || !within(given.max) || !within(received.max) {
            return None;
        }
        let covers_all = problem.balanced() || reviews <= received.min || Some(reviews) == received.max;
        let reviews = usize::try_from(reviews).ok().filter(|&reviews| reviews < n)?;
        u32::try_from(reviews.checked_mul(n)?).ok()?;
        let (mut apart, mut within) = (Vec::new(), None);
        for dimension in &problem.dimensions {
            let sides = || Some((few_values(&dimension.students)?, few_values(&dimension.submissions)?));
            match dimension.relation {
                Relation::Different => apart.push(sides()?),
                Relation::Same if within.is_some() => return None,
                Relation::Same => within = Some(sides()?),
                Relation::Any | Relation::PreferSame | Relation::PreferDifferent => {}
            }
        }
        let entries = |rows: &Rows<u32>| -> Vec<(u32, u32)> {
            rows.entries().map(|(student, submission)| (index(student), submission)).collect()
        };
        let mut forbidden = entries(&problem.pairs.forbidden);
        if problem.policy.history == Stance::Forbid {
            forbidden.extend(entries(&problem.pairs.history));
            forbidden.sort_unstable();
        }
        Some(Self { problem, reviews, covers_all, own, apart, within, forbidden })
    }

    /// The assignment by rotation, if that makes a graph.
    pub(super) fn rotated(&self) -> Option<Assignment> {
        self.regular().deterministic().map(|rows| self.assignment(rows))
    }

    /// A random assignment, if a graph is found.
    pub(super) fn drawn(&self, random: &mut Random) -> Option<Assignment> {
        self.regular().random(random).map(|rows| self.assignment(rows))
    }

    fn regular(&self) -> Regular<'_> {
        let regular = Regular::new(self.problem.students(), self.reviews).own(self.own).forbidding(&self.forbidden);
        let regular =
            self.apart.iter().fold(regular, |graph, (students, submissions)| graph.apart(students, submissions));
        match &self.within {
            Some((students, submissions)) => regular.within(students, submissions),
            None => regular,
        }
    }

    fn assignment(&self, rows: Vec<u32>) -> Assignment {
        Assignment::even(self.problem.students(), self.reviews, rows)
    }
}

/// The values of rows that have at most one each.
fn few_values(rows: &Rows<u32>) -> Option<Cow<'_, [u32]>> {
    if let Some(values) = rows.singles() {
        return Some(Cow::Borrowed(values));
    }
    let value = |row: usize| match rows.row(row) {
        [] => Some(Regular::NONE),
        &[value] => Some(value),
        _ => None,
    };
    (0..rows.len()).map(value).collect::<Option<Vec<_>>>().map(Cow::Owned)
}
