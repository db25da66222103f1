//! Assignments drawn by lot: shares for pairs, and one assignment in which each pair is as likely as its share.
//!
//! Shares are of the problem and not of the seed: nodes stand in one order for all seeds, and the seed decides the lot
//! alone. What is drawn keeps all bounds of the ground, as the loads of students and submissions, classes and the number
//! of reviews end next to their shares, which lie between whole bounds.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::bound::{Bound, shared};
use super::cycles::{Rule, is_small};
use super::goals::{Aim, Objective};
use super::ground::Ground;
use super::infeasible::certified_under;
use super::limits::Limits;
use super::matching::seeded_orders;
use super::mixture::Mixture;
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

/// What is best among lotteries.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    /// The greatest expected sum of scores.
    Total,
    /// What shares say, the expected sum of scores not alone.
    Shares,
}

/// An assignment drawn from the shares that `share` makes, with the shares; `name` is that of the strategy.
///
/// # Errors
/// The certificate where limits or bounds leave no assignment, and what ends any run.
pub(super) fn by_lot(
    name: &str,
    problem: &Problem,
    limits: Limits,
    share: &Share<'_>,
    wanted: Wanted,
    run: &mut Run<'_>,
) -> Result<Solution, AssignError> {
    let seed = core::mem::take(&mut run.seed);
    let drawn = match Rule::of(problem) {
        None => shares(problem, limits, share, seed, run).map(|drawn| drawn.solution(name, problem, seed)),
        Some(_) => beyond_networks(name, problem, limits, share, wanted, seed, run),
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
    /// What all that meet the goals reach without limits, where the limits left none of those.
    unlimited: Option<Objective>,
}

impl Drawn {
    /// The goals that no assignment goes below, whatever is likely.
    fn goals(&self, problem: &Problem) -> Objective {
        self.unlimited.unwrap_or_else(|| shared(problem, Aim::Affinity, &self.assignment))
    }

    /// The solution; where goals gave way to limits, with what is reached without these.
    fn solution(self, name: &str, problem: &Problem, seed: u64) -> Solution {
        let goals = self.unlimited;
        let reached = shared(problem, Aim::Affinity, &self.assignment);
        let bound = goals.map(|goals| Bound { goals, scores: None, worst: None, reached: reached == goals });
        Solution { marginals: Some(self.marginals), bound, ..Solution::new(name, seed, self.assignment) }
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
    let mut ground = match Ground::of(problem, Aim::Affinity, 0, run) {
        Err(AssignError::Infeasible(refutation)) if limits.bind(problem) => {
            // Told in the terms of the limits, as far as there is a cut: each pair counts its limit.
            return Err(match within_limits(problem, limits, run) {
                Err(AssignError::Infeasible(found)) if matches!(*found, Refutation::Cut(_)) => {
                    AssignError::Infeasible(found)
                }
                Err(error @ (AssignError::Interrupted | AssignError::OutOfBudget { .. })) => error,
                _ => AssignError::Infeasible(refutation),
            });
        }
        ground => ground?,
    };
    let mut unlimited = None;
    let made = match share(&ground, run) {
        Err(Unshared::Limits) => {
            // Limits come before all goals, so those are met as well as these allow for.
            let any = ground.greatest("matching", |_| 0, run)?;
            unlimited = Some(shared(problem, Aim::Affinity, &ground.assignment(|pair| any.units[pair])));
            ground = within_limits(problem, limits, run)?;
            share(&ground, run)
        }
        made => made,
    };
    let Shared { whole, units, .. } = made.map_err(|unshared| match unshared {
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
    Ok(Drawn { assignment: ground.assignment(|pair| drawn[pair]), marginals, unlimited })
}

/// The same under rules that are no network: pairs are taken out until those with a share close no forbidden cycle, so that
/// whatever is drawn has none. What is taken out of a cycle is the pair of which the least is lost. Where that leaves too
/// little, or classes of panels that cross could be broken, one of a list is drawn, or one is certain where anything may be.
fn beyond_networks(
    name: &str,
    problem: &Problem,
    limits: Limits,
    share: &Share<'_>,
    wanted: Wanted,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Solution, AssignError> {
    let shared = |drawn: &Drawn| shared(problem, Aim::Affinity, &drawn.assignment);
    let relaxed = shares(problem, limits, share, seed, run)?;
    let bound = relaxed.goals(problem);
    let (drawn, taken_out) = if is_seated(problem, &relaxed.marginals) {
        without_cycles(problem, limits, share, relaxed, seed, run)?
    } else {
        (None, false)
    };
    if limits.bind(problem) {
        // Where minima may be missed, to take pairs out may be to miss them without need; elsewhere a list that is the best of
        // all may be worth more.
        let partial = problem.policy.shortfall == Shortfall::Partial;
        let lossy = taken_out && (partial || wanted == Wanted::Total && is_small(problem));
        if drawn.is_none() || lossy {
            let is_better = |listed: &Mixture, drawn: &Drawn| {
                listed.loses_nothing(problem)
                    && (partial || is_above(total(problem, &listed.marginals()), total(problem, &drawn.marginals)))
            };
            match (Mixture::new(problem, limits, run), &drawn) {
                (Ok(listed), Some(drawn)) if !is_better(&listed, drawn) => {}
                (Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }), Some(_)) => {}
                (listed, _) => return listed.map(|listed| listed.solution(name, problem, seed)),
            }
        }
    }
    match drawn.map(|drawn| (shared(&drawn), drawn)) {
        Some((reached, drawn)) if reached == bound || limits.bind(problem) => {
            let bound = Bound { goals: bound, scores: None, worst: None, reached: reached == bound };
            Ok(Solution { bound: Some(bound), ..drawn.solution(name, problem, seed) })
        }
        // Where anything may be certain, all that is known of cycles can be used.
        _ => certainly(name, problem, seed, run),
    }
}

/// What is drawn from shares that close no forbidden cycle and break no rule on panels, if any are found, and whether pairs
/// were taken out for them; `relaxed` is what is drawn where none are.
fn without_cycles(
    problem: &Problem,
    limits: Limits,
    share: &Share<'_>,
    relaxed: Drawn,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<(Option<Drawn>, bool), AssignError> {
    let rule = &Rule::new(problem, problem.longest_forbidden().unwrap_or(1));
    let mut without = rule.clone().barred();
    let mut known = Some(relaxed).filter(|_| without.is_empty());
    let mut taken_out = false;
    for round in 0..ROUNDS {
        run.report("breaking cycles", round, ROUNDS)?;
        let shares = |run: &mut Run<'_>| shares(&problem.narrowed(&without, &[]), limits, share, seed, run);
        let found = match known.take().map_or_else(|| shares(run), Ok) {
            Ok(found) => found,
            // What was taken out may have been too much, so nothing is proven.
            Err(AssignError::Infeasible(_) | AssignError::Unsupported { .. } | AssignError::Undecided { .. }) => break,
            Err(error) => return Err(error),
        };
        let closing = closing(problem, rule, &found.marginals);
        if closing.is_empty() {
            let kept = is_seated(problem, &found.marginals);
            debug_assert!(!kept || rule.kept(&found.assignment));
            return Ok((Some(found).filter(|_| kept), taken_out));
        }
        taken_out = true;
        without.extend(closing);
    }
    Ok((None, taken_out))
}

/// The expected sum of scores, and what it is a part of.
fn total(problem: &Problem, marginals: &Marginals) -> (i128, i128) {
    let of = |&(student, submission, share): &(u32, u32, u32)| {
        i128::from(problem.score(student as usize, submission as usize).unwrap_or(0)) * i128::from(share)
    };
    (marginals.pairs().iter().map(of).sum(), marginals.whole().into())
}

/// Whether a fraction is above another one.
const fn is_above((one, whole): (i128, i128), (other, of): (i128, i128)) -> bool {
    one * of > other * whole
}

/// Whether nothing that can be drawn breaks a rule on panels whose class crosses others: as many students of it as have a share
/// may review a submission together, and as many as it must have are certain.
fn is_seated(problem: &Problem, marginals: &Marginals) -> bool {
    let mut loose = problem.panels.loose();
    loose.all(|class| {
        let rule = &problem.panels.classes[class as usize];
        let (mut most, mut least) =
            (alloc::vec![0_u64; problem.submissions()], alloc::vec![0_u64; problem.submissions()]);
        let mut free = alloc::vec![false; problem.submissions()];
        for &(student, submission, share) in marginals.pairs() {
            if problem.panels.of_student.row(student as usize).binary_search(&class).is_ok() {
                most[submission as usize] += 1;
                least[submission as usize] += u64::from(share == marginals.whole());
                free[submission as usize] |= !problem.settled.is_fixed(student as usize, submission as usize);
            }
        }
        (0..problem.submissions()).filter(|&submission| problem.is_handed_in(submission)).all(|submission| {
            // Fixed reviews alone may be more than the maximum.
            let within = !free[submission] || rule.max.is_none_or(|max| most[submission] <= max.into());
            within && least[submission] >= rule.min.into()
        })
    })
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
