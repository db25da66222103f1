//! The search for good prices, and what their optima lead to.

use super::Search;
use super::prices::{PARTS, Prices};
use super::worth::{SCORES, Worth};
use crate::problem::Problem;
use crate::strategy::bound::scores;
use crate::strategy::goals::Aim;
use crate::strategy::{AssignError, Run};

/// After so many optima without a lower bound the steps are half as long.
const PATIENCE: u32 = 10;
/// A bound is lower by at least one of so many parts of what it is above the aim.
const LOWER: i64 = 256;
/// While nothing is known that keeps the rule, one part of so many less than the bound is aimed at.
const LESS: i64 = 20;
/// What pairs pay is at most so many times the largest score.
const TIMES: i64 = 8;
/// Where scores and persons are so many that what pairs pay might go beyond what flows can count, there are no prices.
const COUNTED: i64 = 1 << 50;

impl Search<'_, '_> {
    /// Looks for prices on cycles with a low bound, by so many optima at most, and around these for what keeps the rule. Only
    /// where the sum of scores is aimed at: prices tell between assignments that are equal in the goals before it.
    pub(super) fn price(&mut self, optima: u64, run: &mut Run<'_>) -> Result<(), AssignError> {
        let Some(dearest) = dearest(self.problem).filter(|_| self.aim == Aim::Affinity) else { return Ok(()) };
        let mut rule = self.rule.clone();
        let barred = rule.barred();
        let narrowed = self.problem.narrowed(&barred, &[]);
        let mut prices = Prices::default();
        let (mut parts, mut in_vain, mut lowest) = (PARTS, 0, None);
        for _ in 0..optima {
            run.report("prices of cycles", self.nodes, 0)?;
            self.nodes += 1;
            let by_pair = prices.by_pair(&barred);
            if by_pair.values().any(|&price| price > dearest) {
                break;
            }
            let variant = narrowed.discounted(&by_pair);
            let mut optimum = match (self.relax)(&variant, run) {
                Ok(optimum) => optimum,
                Err(AssignError::Infeasible(_)) => break,
                Err(error) => return Err(error),
            };
            let first = optimum.assignment();
            if let Some(found) = self.look_around(&mut optimum, &rule, None, run)? {
                self.offer(found);
            }
            drop(optimum);
            let bound = scores(self.problem, &first) + prices.refund(&first, &barred);
            if self.most.is_none_or(|(_, most)| bound < most) {
                (self.most, self.prices) = (Some((self.worth(&first), bound)), prices.clone());
            }
            let worth = self.bound(&prices, &first, &barred);
            if !self.promises(&worth) {
                break;
            }
            let above = self.above(bound, &worth);
            if lowest.is_none_or(|lowest: i64| bound < lowest - above / LOWER) {
                (lowest, in_vain) = (Some(bound), 0);
            } else {
                in_vain += 1;
            }
            if in_vain == PATIENCE {
                (parts, in_vain) = (parts / 2, 0);
            }
            prices.meet(self.problem, &rule, &first);
            if parts == 0 || !prices.follow(&first, above, parts, dearest) {
                break;
            }
        }
        Ok(())
    }

    /// How far a bound is above the sum of the best assignment, if that is as good in the goals before; else above what is
    /// aimed at. At least 1.
    fn above(&self, bound: i64, worth: &Worth) -> i64 {
        let reached = self.best.as_ref().filter(|(best, _)| best[..SCORES] == worth[..SCORES]);
        reached.map_or(bound.abs() / LESS, |(_, best)| bound - scores(self.problem, best)).max(1)
    }
}

/// The most that pairs may pay for cycles; none where there is nothing to be paid, or the numbers are too large.
fn dearest(problem: &Problem) -> Option<i64> {
    let largest = problem.pairs.scores.values().iter().map(|&(_, score)| score.abs()).max().unwrap_or(0);
    let persons = i64::try_from(problem.students() + problem.submissions()).ok()?;
    let dearest = largest.checked_mul(TIMES)?;
    (largest > 0 && dearest.checked_mul(persons)? < COUNTED).then_some(dearest)
}
