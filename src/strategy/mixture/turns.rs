//! Lists made one assignment after the other, for problems that are too large for a linear program.

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::{List, MOST, caps, found, pairs};
use crate::assignment::Assignment;
use crate::problem::Problem;
use crate::strategy::limits::Limits;
use crate::strategy::{AssignError, Effort, MaxAffinity, Run, Strategy as _};

/// A list made one member after the other, each with the greatest weight that limits leave it; or `evenly`, with a weight
/// of 1 each, of the pairs that have used the least of their limits. None where no assignment is found without the pairs that
/// have used it up, which never is where minima may be missed. `first` is the one without limits, where it is known.
pub(super) fn by_turns(
    problem: &Problem,
    limits: Limits,
    whole: u32,
    evenly: bool,
    first: Option<&Assignment>,
    steps: &mut u64,
    run: &mut Run<'_>,
) -> Result<Option<List>, AssignError> {
    let mut left: BTreeMap<(u32, u32), (u32, u32)> =
        caps(problem, limits, whole).map(|(pair, cap)| (pair, (cap, cap))).collect();
    let mut members: Vec<(u32, Assignment)> = Vec::new();
    let mut rest = whole;
    while rest > 0 {
        run.report("listing assignments", (whole - rest).into(), whole.into())?;
        let used_up: Vec<(u32, u32)> = left.iter().filter(|(_, (left, _))| *left == 0).map(|(&pair, _)| pair).collect();
        let known = first.filter(|_| members.is_empty() && used_up.is_empty() && !evenly);
        let mut narrowed = problem.narrowed(&used_up, &[]);
        if evenly {
            // First of all pairs with the most left of their limit, then those of the greatest scores.
            let largest =
                problem.pairs.scores.values().iter().map(|(_, score)| score.unsigned_abs()).max().unwrap_or(0);
            let unit = i64::try_from(largest).unwrap_or(i64::MAX).saturating_add(1);
            narrowed = narrowed.rescored(|student, submission| {
                let (left, cap) = left.get(&(student, submission)).copied().unwrap_or((1, 1));
                let used = i64::from((cap - left) * MOST / cap.max(1));
                let own = problem.score(student as usize, submission as usize).unwrap_or(0);
                own.saturating_sub(used.saturating_mul(unit))
            });
        }
        *steps += 1;
        let member = match known {
            Some(first) => Some(first.clone()),
            // A long search for the best makes no better list, as the limits are what the scores give way to.
            None => found(run.at(Effort::Brief, |run| MaxAffinity.assign(&narrowed, run)))?,
        };
        let Some(member) = member else { return Ok(None) };
        let least = pairs(&member).filter_map(|pair| left.get(&pair)).map(|&(left, _)| left).min();
        let weight = if evenly { 1 } else { least.unwrap_or(rest).min(rest) };
        for pair in pairs(&member) {
            if let Some((left, _)) = left.get_mut(&pair) {
                *left -= weight;
            }
        }
        rest -= weight;
        members.push((weight, member));
    }
    Ok(Some((whole, members)))
}
