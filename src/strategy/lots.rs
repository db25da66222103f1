//! Assignments drawn by lot: shares for pairs, and one assignment in which each pair is as likely as its share.
//!
//! Shares are of the problem and not of the seed: nodes stand in one order for all seeds, and the seed decides the lot
//! alone. What is drawn keeps all bounds of the ground, as the loads of students and submissions, classes and the number
//! of reviews end next to their shares, which lie between whole bounds.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::bound::{Bound, shared};
use super::cycles::Rule;
use super::goals::Aim;
use super::ground::Ground;
use super::infeasible::certified_under;
use super::limits::Limits;
use super::matching::seeded_orders;
use super::network::Model;
use super::optimum::fixed_pairs;
use super::room::Room;
use super::shares::{Shared, Shares, Unshared};
use super::{AssignError, MaxAffinity, Run, Solution, Strategy as _};
use crate::assignment::Assignment;
use crate::certificate::Refutation;
use crate::flow::draw;
use crate::input::Shortfall;
use crate::marginals::Marginals;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// So often shares are made without the pairs that would close a forbidden cycle among those of the time before.
const ROUNDS: u64 = 40;

/// Makes the shares of a ground.
pub(super) type Share<'f> = dyn Fn(&Ground<'_>, &mut Run<'_>) -> Result<Shared, Unshared> + 'f;

/// An assignment drawn from the shares that `share` makes, with the shares; `name` is that of the strategy.
///
/// # Errors
/// The certificate where limits or bounds leave no assignment, and what ends any run.
pub(super) fn by_lot(
    name: &str,
    problem: &Problem,
    limits: Limits,
    share: &Share<'_>,
    run: &mut Run<'_>,
) -> Result<Solution, AssignError> {
    let seed = core::mem::take(&mut run.seed);
    let drawn = match Rule::of(problem) {
        None => shares(problem, limits, share, seed, run).map(|drawn| drawn.solution(name, seed)),
        Some(rule) => without_cycles(name, problem, limits, &rule, share, seed, run),
    };
    run.seed = seed;
    drawn
}

/// The same where no pair is limited and nothing is gained by spreading: one assignment of the greatest sum of scores, the
/// same for all seeds, is certain.
///
/// # Errors
/// Those of `max_affinity`.
pub(super) fn certain(name: &str, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError> {
    let seed = core::mem::take(&mut run.seed);
    let solution = certainly(name, problem, seed, run);
    run.seed = seed;
    solution
}

/// The same, whatever the seed of the run is: it must be 0.
fn certainly(name: &str, problem: &Problem, seed: u64, run: &mut Run<'_>) -> Result<Solution, AssignError> {
    debug_assert_eq!(run.seed, 0);
    let Solution { assignment, bound, .. } = MaxAffinity.assign(problem, run)?;
    let pairs = assignment.pairs().map(|(student, submission)| (index(student), index(submission), 1));
    let marginals = Some(Marginals::new(1, pairs.collect()));
    Ok(Solution { bound, marginals, ..Solution::new(name, seed, assignment) })
}

/// What was drawn.
struct Drawn {
    assignment: Assignment,
    marginals: Marginals,
}

impl Drawn {
    fn solution(self, name: &str, seed: u64) -> Solution {
        Solution { marginals: Some(self.marginals), ..Solution::new(name, seed, self.assignment) }
    }
}

/// Makes shares and draws from them.
fn shares(
    problem: &Problem,
    limits: Limits,
    share: &Share<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Drawn, AssignError> {
    let mut ground = Ground::of(problem, Aim::Affinity, 0, run)?;
    let shared = match share(&ground, run) {
        Err(Unshared::Limits) => {
            // Limits come before all goals, so those are met as well as these allow for.
            ground = within_limits(problem, limits, run)?;
            share(&ground, run)
        }
        shared => shared,
    };
    let Shared { whole, units, .. } = shared.map_err(|unshared| match unshared {
        Unshared::Limits => unreachable!("the ground keeps the limits"),
        Unshared::Run(error) => error,
    })?;
    let mut random = Random::new(seed, Purpose::Lots);
    let drawn = draw(&ground.program, whole, &units, &mut |bound| random.below(bound));
    let likely = (ground.pairs.iter().zip(units)).map(|(pair, units)| {
        let (student, submission) = ground.nodes.members((pair.left as usize, pair.right as usize));
        (student, submission, units)
    });
    let fixed = fixed_pairs(problem).map(|(student, submission)| (student, submission, whole));
    let marginals = Marginals::new(whole, likely.chain(fixed).collect());
    Ok(Drawn { assignment: ground.assignment(|pair| drawn[pair]), marginals })
}

/// The same where cycles are forbidden: pairs are taken out until those with a share close none, so that whatever is drawn
/// has none. What is taken out of a cycle is the pair of which the least is lost.
fn without_cycles(
    name: &str,
    problem: &Problem,
    limits: Limits,
    rule: &Rule<'_>,
    share: &Share<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Solution, AssignError> {
    let relaxed = shares(problem, limits, share, seed, run)?;
    if problem.panels.loose().next().is_some() && !rule.kept(&relaxed.assignment) {
        // To draw again until a rule on panels is kept would change how likely pairs are.
        return if limits.bind(problem) {
            Err(AssignError::Undecided { steps: 1, best: None })
        } else {
            certainly(name, problem, seed, run)
        };
    }
    let mut without = rule.clone().barred();
    let mut drawn = None;
    for round in 0..ROUNDS {
        run.report("breaking cycles", round, ROUNDS)?;
        let narrowed = problem.narrowed(&without, &[]);
        let found = match shares(&narrowed, limits, share, seed, run) {
            Ok(found) => found,
            // What was taken out may have been too much, so nothing is proven.
            Err(AssignError::Infeasible(_) | AssignError::Unsupported { .. } | AssignError::Undecided { .. }) => break,
            Err(error) => return Err(error),
        };
        let closing = closing(problem, rule, &found.marginals);
        if closing.is_empty() {
            drawn = Some(found).filter(|found| rule.kept(&found.assignment));
            break;
        }
        without.extend(closing);
    }
    let shared = |drawn: &Drawn| shared(problem, Aim::Affinity, &drawn.assignment);
    let bound = shared(&relaxed);
    let (drawn, reached) = match drawn.map(|drawn| (shared(&drawn), drawn)) {
        Some((reached, drawn)) if reached == bound || limits.bind(problem) => (drawn, reached),
        None if limits.bind(problem) => return Err(AssignError::Undecided { steps: ROUNDS, best: None }),
        // Where anything may be certain, all that is known of cycles can be used.
        _ => return certainly(name, problem, seed, run),
    };
    let bound = Bound { goals: bound, scores: None, reached: reached == bound };
    Ok(Solution { bound: Some(bound), ..drawn.solution(name, seed) })
}

/// The free pairs with a share that close a forbidden cycle with others, taken out one after the other, those first of
/// which the least is lost.
fn closing(problem: &Problem, rule: &Rule<'_>, marginals: &Marginals) -> Vec<(u32, u32)> {
    let mut rule = rule.clone();
    let is_free = |student: u32, submission: u32| !problem.settled.is_fixed(student as usize, submission as usize);
    let mut pairs: Vec<(i128, u32, u32)> = (marginals.pairs().iter())
        .filter(|&&(student, submission, _)| is_free(student, submission))
        .map(|&(student, submission, share)| {
            let score = problem.score(student as usize, submission as usize).unwrap_or(0);
            (i128::from(score) * i128::from(share), student, submission)
        })
        .collect();
    pairs.sort_unstable();
    for &(_, student, submission) in &pairs {
        rule.put(student, submission);
    }
    let mut closing = Vec::new();
    for &(_, student, submission) in &pairs {
        if rule.closes(student, submission) {
            rule.take(student, submission);
            closing.push((student, submission));
        }
    }
    closing
}

/// The ground in which goals give way to limits, in parts of reviews.
fn within_limits<'p>(problem: &'p Problem, limits: Limits, run: &mut Run<'_>) -> Result<Ground<'p>, AssignError> {
    if problem.panels.is_empty()
        && let Some(refutation) = bounds_under(problem, limits, run)?
    {
        return Err(AssignError::Infeasible(Box::new(refutation)));
    }
    Ground::by_stages(problem, Aim::Affinity, 0, Some((limits, limits.whole(problem))), run)
}

/// The proof that bounds cannot be met within limits; none where they can.
fn bounds_under(problem: &Problem, limits: Limits, run: &mut Run<'_>) -> Result<Option<Refutation>, AssignError> {
    if problem.policy.shortfall == Shortfall::Partial {
        return Ok(None);
    }
    let (students, submissions) = seeded_orders(problem, 0);
    let nodes = Model { aim: Aim::Affinity, ..Model::nodes(problem, &students, &submissions) };
    let room = Room::stated(&nodes);
    let ground = Ground::in_room(nodes, &room, run)?;
    let bounds = Shares::new(&ground, limits, limits.whole(problem))?;
    let Err(obstacle) = bounds.any(run)? else { return Ok(None) };
    let cut = ground.cut(&obstacle);
    let certificate = cut.and_then(|cut| certified_under(&ground.nodes, &cut, Some(limits)));
    certificate
        .map(|certificate| Some(Refutation::Cut(certificate)))
        .ok_or(AssignError::Undecided { steps: 0, best: None })
}

#[cfg(test)]
#[path = "lots_tests.rs"]
mod tests;
