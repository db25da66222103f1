//! What the worst-off submission can have at most: the least weighted mean of all sums that the greatest weighted sum
//! leaves.
//!
//! For all weights, the worst sum is at most the weighted mean of the sums, and that at most the greatest weighted sum
//! divided by the weights. The least bound of this kind is that of the linear program; weights are found by raising
//! those of submissions that have less than the mean (multiplicative updates; S. Arora, E. Hazan and S. Kale, "The
//! Multiplicative Weights Update Method", Theory of Computing, 2012).

use alloc::vec::Vec;

use super::stakes::{Stakes, counts};
use crate::strategy::{AssignError, Run};

/// Weights begin here, and are at most 2^[`HIGHEST`].
const FIRST: i64 = 1 << 16;
const HIGHEST: u32 = 20;
/// Up to so many weighted sums are solved for, and fewer the more pairs there are.
const SUMS: usize = 60;
/// All of them together look at about so many pairs.
const PAIRS: usize = 12_000_000;

/// A bound of the worst sum, and the weights that prove it.
#[derive(Debug, Clone)]
pub(super) struct Bound {
    pub(super) units: i64,
    /// Submission and weight, above 0.
    pub(super) weights: Vec<(u32, i64)>,
}

/// The bound by a single submission; none where no score counts. Beside it what those could all have that can get
/// something more.
pub(super) fn alone(stakes: &Stakes<'_, '_>) -> Option<(Bound, i64)> {
    let submissions = &stakes.ground.nodes.submissions;
    let open = stakes.alone().into_iter().zip(submissions.iter().copied()).min();
    let (units, submission) = open.into_iter().chain(stakes.settled).min()?;
    let bound = Bound { units, weights: alloc::vec![(submission, 1)] };
    Some((bound, open.map_or(units, |(units, _)| units)))
}

/// Lowers a bound by weights on several submissions, towards what is reached.
pub(super) fn lower(
    bound: &mut Bound,
    stakes: &Stakes<'_, '_>,
    reached: i64,
    run: &mut Run<'_>,
) -> Result<(), AssignError> {
    let ground = stakes.ground;
    let counted = |&submission: &u32| counts(ground.nodes.problem, submission as usize);
    let first = |submission| if counted(submission) { FIRST } else { 0 };
    let mut weights: Vec<i64> = ground.nodes.submissions.iter().map(first).collect();
    let mut earlier = None;
    let sums = SUMS.min(4 + PAIRS / (ground.pairs.len() + 1));
    for step in 0..sums {
        if bound.units <= reached || weights.iter().all(|&weight| weight == 0) {
            break;
        }
        run.report("lowering the bound", step as u64, sums as u64)?;
        let reward = |pair: usize| {
            let pair = ground.pairs[pair];
            // Scores are within 2^40, and a weight takes 20 bits.
            pair.score * weights[pair.right as usize]
        };
        let optimum = ground.greatest_again("lowering the bound", reward, &mut earlier, run)?;
        let mut has = stakes.standing.clone();
        for (pair, &units) in ground.pairs.iter().zip(&optimum.units) {
            has[pair.right as usize] += pair.score * i64::from(units);
        }
        let all: i128 = weights.iter().map(|&weight| i128::from(weight)).sum();
        let sum: i128 = weights.iter().zip(&has).map(|(&weight, &sum)| i128::from(weight) * i128::from(sum)).sum();
        let Ok(mean) = i64::try_from(sum.div_euclid(all)) else { break };
        if mean < bound.units {
            bound.units = mean;
            let weighted = ground.nodes.submissions.iter().copied().zip(weights.iter().copied());
            bound.weights = weighted.filter(|&(_, weight)| weight > 0).collect();
        }
        let counted = || weights.iter().zip(&has).filter(|&(&weight, _)| weight > 0);
        let range = counted().map(|(_, &sum)| (sum - mean).unsigned_abs()).max().unwrap_or(0).max(1);
        let slower = 1 + step as i128 / 6;
        for (weight, &sum) in weights.iter_mut().zip(&has).filter(|(weight, _)| **weight > 0) {
            let by = i128::from(*weight) * i128::from(mean - sum) / (i128::from(range) * slower);
            *weight = (*weight + i64::try_from(by).unwrap_or(0)).max(1);
        }
        let highest = weights.iter().copied().max().unwrap_or(1);
        let excess = (64 - highest.leading_zeros()).saturating_sub(HIGHEST);
        for weight in weights.iter_mut().filter(|weight| **weight > 0) {
            *weight = (*weight >> excess).max(1);
        }
    }
    Ok(())
}
