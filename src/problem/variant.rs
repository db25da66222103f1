//! The same problem with something more settled: pairs chosen for sure or for sure not, the number of reviews, what is
//! asked for.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::Problem;
use super::rows::{Rows, index};
use crate::input::{Bound, Demand, Existing, Reciprocal, Relation, Shortfall, Stance};

impl Problem {
    /// The same problem in which some pairs are forbidden, as if by a `must_not_review`, and some free ones fixed, as if
    /// by a must. Bounds may be exceeded by those.
    pub(crate) fn narrowed(&self, without: &[(u32, u32)], with: &[(u32, u32)]) -> Self {
        let is_free = |&(student, submission): &(u32, u32)| self.is_free(student as usize, submission as usize);
        debug_assert!(with.iter().all(is_free), "only free pairs can be fixed");
        let mut problem = self.clone();
        let rows = |rows: &Rows<u32>| rows.entries().map(|(row, value)| (index(row), value)).collect::<Vec<_>>();
        if !without.is_empty() {
            let mut forbidden = rows(&self.pairs.forbidden);
            forbidden.extend_from_slice(without);
            problem.pairs.forbidden = Rows::sorted(self.students(), forbidden);
        }
        if !with.is_empty() {
            let settled = &mut problem.settled;
            let (mut fixed, mut movable) = (rows(&settled.fixed), rows(&settled.movable));
            for &(student, submission) in with {
                fixed.push((student, submission));
                settled.given[student as usize] += 1;
                settled.received[submission as usize] += 1;
                let work = self.people.work_of[submission as usize];
                settled.work_musts.retain(|must| (must.student, must.work) != (student, work));
            }
            movable.retain(|pair| !with.contains(pair));
            settled.fixed = Rows::sorted(self.students(), fixed);
            settled.movable = Rows::sorted(self.students(), movable);
        }
        problem
    }

    /// The same problem with other scores of the free pairs, each of which has one.
    pub(crate) fn rescored(&self, score: impl Fn(u32, u32) -> i64) -> Self {
        let mut problem = self.clone();
        let all = (0..self.students()).flat_map(|i| (0..self.submissions()).map(move |j| (i, j)));
        let free = all.filter(|&(i, j)| self.is_free(i, j)).map(|(i, j)| (index(i), index(j)));
        let scores = free.map(|(student, submission)| (student, (submission, score(student, submission))));
        problem.pairs.scores = Rows::sorted(self.students(), scores.collect());
        problem
    }

    /// The same problem in which some free pairs score less than they do, or less than 0 where they have no score.
    pub(crate) fn discounted(&self, less: &BTreeMap<(u32, u32), i64>) -> Self {
        let mut problem = self.clone();
        let mut scores: Vec<(u32, (u32, i64))> = (self.pairs.scores.entries())
            .map(|(student, (submission, score))| {
                let less = less.get(&(index(student), submission)).copied().unwrap_or(0);
                (index(student), (submission, score - less))
            })
            .collect();
        let has_score =
            |&(student, submission): &(u32, u32)| self.score(student as usize, submission as usize).is_some();
        let others = less.iter().filter(|(pair, _)| !has_score(pair));
        scores.extend(others.map(|(&(student, submission), less)| (student, (submission, -less))));
        problem.pairs.scores = Rows::sorted(self.students(), scores);
        problem
    }

    /// The same problem in which the number of all reviews is given.
    pub(crate) fn with_total(&self, total: u64) -> Self {
        let mut problem = self.clone();
        problem.settled.total = Some(total);
        problem
    }

    /// The same problem in which minima may be missed, or must not be.
    pub(crate) fn with_shortfall(&self, shortfall: Shortfall) -> Self {
        let mut problem = self.clone();
        problem.policy.shortfall = shortfall;
        problem
    }

    /// The same problem with nothing but what must be: none of the goals says anything.
    pub(crate) fn without_goals(&self) -> Self {
        let mut problem = self.clone();
        let policy = &mut problem.policy;
        if policy.reviews_per_submission == Demand::Balanced {
            policy.reviews_per_submission = Demand::Within(Bound::default());
        }
        if policy.existing == Existing::Rebalance {
            policy.existing = Existing::Replace;
        }
        if policy.history == Stance::Avoid {
            policy.history = Stance::Allow;
        }
        for dimension in &mut problem.dimensions {
            if matches!(dimension.relation, Relation::PreferSame | Relation::PreferDifferent) {
                dimension.relation = Relation::Any;
            }
        }
        problem.pairs.wishes = Rows::sorted(self.students(), Vec::new());
        problem.ignoring_reciprocal()
    }

    /// The problem in which no review goes both ways.
    pub(crate) fn forbidding_reciprocal(&self) -> Self {
        let mut variant = self.clone();
        variant.policy.reciprocal = Reciprocal::Forbid;
        variant
    }

    /// The problem without the goal that comes last and is no flow.
    pub(crate) fn ignoring_reciprocal(&self) -> Self {
        let mut variant = self.clone();
        if variant.policy.reciprocal == Reciprocal::Avoid {
            variant.policy.reciprocal = Reciprocal::Allow;
        }
        variant
    }
}
