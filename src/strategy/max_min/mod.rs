//! `max_min`: the worst-off submission as well off as can be, with a bound that nothing exceeds.
//!
//! What all submissions have at least is NP-hard to maximise (N. Garg, T. Kavitha, A. Kumar, K. Mehlhorn and J. Mestre,
//! "Assigning papers to referees", Algorithmica, 2010); the goal is that of I. Stelmakh, N. Shah and A. Singh,
//! "`PeerReview4All`: Fair and Accurate Reviewer Assignment in Peer Review", ALT 2019. The order of steps:
//!
//! 1. The greatest total, and a bound of the worst sum by one submission alone ([`bound`]).
//! 2. Trades along cycles of the residual graph ([`Trades`](crate::flow::Trades)) bring all submissions up to the bound,
//!    or to targets below it, at the least loss of total ([`search`]).
//! 3. If the bound is not reached, it is lowered by weights on several submissions.
//! 4. Small problems are decided by going through all assignments ([`exact`]): the worst, then the next worst, and so on.
//! 5. Elsewhere starts at other prices look for a greater total at the same worst sum; then the next worst are raised
//!    as far as nothing of the total is lost.

mod bound;
mod exact;
mod proof;
pub(super) mod search;
pub(super) mod stakes;

use alloc::vec::Vec;

use super::bound::{Bound, shared};
use super::cycles::Kept;
use super::goals::{Aim, Objective};
use super::ground::Ground;
use super::matching::{even, seeded_choice, seeded_optimum};
use super::{AssignError, Guarantees, Run, Solution, Strategy};
use crate::problem::Problem;
use proof::Stated;
use search::Search;
use stakes::{Stakes, worst_off};

/// The worst-off submission's total score as high as can be found, then the next worst.
#[derive(Debug, Clone, Copy, Default)]
pub struct MaxMin;

impl Strategy for MaxMin {
    fn name(&self) -> &'static str {
        "max_min"
    }

    fn guarantees(&self) -> Guarantees {
        Guarantees {
            summary: "the worst-off submission's score as high as can be found",
            complete: true,
            optimal: "all common goals; then the worst-off submission's score, with a bound that no assignment exceeds. \
                      Small problems: exactly, then the next worst. Else: as high as is found, then the total, then \
                      the next worst as far as it costs nothing of the total",
            seeded: true,
            by_lot: false,
            greedy: false,
            complexity: "some weighted matchings, and searches through the open pairs within a fixed budget",
        }
    }

    fn goes_by_scores(&self) -> bool {
        true
    }

    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
        if no_scores(problem) {
            // The shared goals decide, on the few pairs that they need.
            let certificate = proof::worthless(problem);
            let solution = rules_first(self.name(), problem, run)?;
            let met = || Bound::met(problem, Aim::Even, &solution.assignment);
            let bound = solution.bound.unwrap_or_else(met);
            let bound = worst_off(problem, &solution.assignment).map(|worst| bound.with_worst(worst, worst));
            return Ok(Solution { certificate, bound: bound.or(solution.bound), ..solution });
        }
        let ground = Ground::of(problem, Aim::Own, run.seed, run)?;
        let stakes = Stakes::new(&ground);
        let start = ground.greatest("matching scores", |pair| ground.pairs[pair].score, run)?;
        let Some((mut bound, open)) = bound::alone(&stakes) else {
            // Nothing is handed in that may get anything.
            return Ok(Solution::new(self.name(), run.seed, ground.assignment(|pair| start.units[pair])));
        };
        if stakes.columns.is_empty() {
            let kept = Kept { assignment: ground.assignment(|pair| start.units[pair]), bound: None };
            let goals = shared(problem, Aim::Own, &kept.assignment);
            return proven(problem, kept, goals, (bound.units, &bound), run);
        }
        let mut search = Search::new(&stakes);
        let mut best = search.rise(&stakes.trades(&start.units), open, run)?;
        let settled = stakes.settled.map_or(i64::MAX, |(sum, _)| sum);
        bound::lower(&mut bound, &stakes, best.worst.min(settled), run)?;
        let exact =
            if exact::is_small(&stakes) { exact::search(&stakes, &stakes.units(&best.trades), run)? } else { None };
        let worth = stakes.worth(exact.is_none());
        let mut most = bound.units;
        let units = match exact {
            Some(units) => {
                let used: Vec<bool> = units.iter().map(|&units| units > 0).collect();
                most = most.min(worth(&used).0);
                units
            }
            None => {
                best = search.enrich(best, run)?;
                best = search.level(best, run)?;
                stakes.units(&best.trades)
            }
        };
        let goals = shared(problem, Aim::Own, &ground.assignment(|pair| units[pair]));
        let kept = ground.clone().settle(&units, worth, run.seed, run)?;
        proven(problem, kept, goals, (most, &bound), run)
    }
}

/// The solution with what no worst sum is above: `most` among all that reach the given goals, of which a bound by weights
/// may prove some; where those goals gave way to other rules, what the stated bounds allow for.
fn proven(
    problem: &Problem,
    kept: Kept,
    goals: Objective,
    (most, weighted): (i64, &bound::Bound),
    run: &mut Run<'_>,
) -> Result<Solution, AssignError> {
    let solution = Solution { bound: kept.bound, ..Solution::new(MaxMin.name(), run.seed, kept.assignment) };
    let Some(worst) = worst_off(problem, &solution.assignment) else { return Ok(solution) };
    let bound = kept.bound.unwrap_or_else(|| Bound::met(problem, Aim::Own, &solution.assignment));
    let holds = bound.goals == goals;
    let stated = if proof::is_told(problem) || !holds { Stated::new(problem, weighted, run)? } else { None };
    let certificate = stated.as_ref().and_then(|stated| stated.certificate(worst));
    let most = if holds { Some(most) } else { stated.map(|stated| stated.upper) };
    let bound = most.map(|most| bound.with_worst(most, worst)).or(kept.bound);
    Ok(Solution { certificate, bound, ..solution })
}

/// Whether all scores are 0.
pub(super) fn no_scores(problem: &Problem) -> bool {
    problem.pairs.scores.values().iter().all(|&(_, score)| score == 0)
}

/// Where no score says anything, the shared goals decide alone.
pub(super) fn rules_first(name: &str, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
    let kept = seeded_choice(seeded_optimum(problem, Aim::Even, run)?, Aim::Even, &even, run)?;
    Ok(Solution { bound: kept.bound, ..Solution::new(name, run.seed, kept.assignment) })
}
