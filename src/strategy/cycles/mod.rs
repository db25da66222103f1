//! Forbidden cycles of persons who review each other: the last word of every strategy.
//!
//! The rule is no flow, and hard in general (N. Boehmer, R. Bredereck and A. Nichterlein, "Combating Collusion Rings is
//! Hard but Possible", AAAI 2022). So a strategy first finds all optima without it ([`Relax`]), and among them one that
//! keeps it is looked for: by a walk ([`walk`]), then exactly ([`decide`]). If there is none, goals give way to the
//! rule: branch and bound forbids the reviews of one cycle after the other, with the strategy's own optimum as the bound
//! ([`search`]); and where that finds nothing, [`exact`] decides whether there is anything to be found.

mod decide;
mod exact;
mod rule;
mod search;
mod walk;

use alloc::boxed::Box;

pub(crate) use decide::{Asked, Decided};
pub(crate) use rule::Rule;

use super::goals::Aim;
use super::optimum::Optimum;
use super::reciprocal::fewer_reciprocal;
use super::{AssignError, Objective, Run, find_cut};
use crate::assignment::Assignment;
use crate::certificate::{Exhausted, Refutation};
use crate::input::{Reciprocal, Shortfall};
use crate::problem::Problem;
use crate::random::{Purpose, Random};
use search::Search;

/// How a strategy finds all its optima where no cycles are forbidden.
pub(super) type Relax<'f> = dyn for<'q> Fn(&'q Problem, &mut Run<'_>) -> Result<Optimum<'q>, AssignError> + 'f;

/// Partial assignments that an exact search looks at among the optima.
const AMONG_OPTIMA: u64 = 20_000;
/// Partial assignments that an exact search looks at before the search by flows.
const BEFORE_FLOWS: u64 = 5_000;
/// Partial assignments after which a problem that is not small stays undecided.
const UNDECIDED_AFTER: u64 = 300_000;

/// An assignment, and what none goes below where it may be above it.
pub(super) struct Kept {
    pub(super) assignment: Assignment,
    pub(super) bound: Option<Objective>,
}

/// Ends a run with one of the optima of a strategy, or what comes closest to them and keeps the rule on cycles.
pub(super) fn finish(
    optimum: Optimum<'_>,
    aim: Aim,
    relax: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    match optimum.model.problem.policy.reciprocal {
        Reciprocal::Allow => Ok(Kept { assignment: optimum.assignment(), bound: None }),
        Reciprocal::Avoid => Ok(Kept { assignment: fewer_reciprocal(optimum, seed, run)?, bound: None }),
        Reciprocal::Forbid | Reciprocal::ForbidCycles(_) => keep(optimum, aim, relax, seed, run),
    }
}

fn keep(
    mut optimum: Optimum<'_>,
    aim: Aim,
    relax: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    let problem = optimum.model.problem;
    let Some(rule) = Rule::of(problem) else {
        return Ok(Kept { assignment: optimum.assignment(), bound: None });
    };
    let mut random = Random::new(seed, Purpose::Reciprocal);
    let steps = (100 * optimum.chosen()).clamp(2_000, 200_000);
    if walk::untangle(&optimum.model, &mut optimum.face, &rule, steps, &mut random, run)? {
        return Ok(Kept { assignment: optimum.assignment(), bound: None });
    }
    let mut nodes = 0;
    if let Some(asked) = Asked::of_optimum(&optimum, &rule)
        && let Decided::Found(assignment) = asked.answer(Some(AMONG_OPTIMA), &mut nodes, run)?
    {
        return Ok(Kept { assignment, bound: None });
    }
    let strict = problem.policy.shortfall == Shortfall::Error;
    let relaxed = optimum.assignment();
    drop(optimum);
    let mut search = Search::new(problem, &rule, aim, relax, relaxed, random);
    let asked = if strict { Asked::of_rules(problem, &rule) } else { None };
    if let Some(asked) = &asked {
        match asked.answer(Some(BEFORE_FLOWS), &mut nodes, run)? {
            Decided::Found(assignment) => search.offer(assignment),
            Decided::Refuted => return Err(exhausted(nodes)),
            Decided::Open => {}
        }
    }
    search.run(search::budget(problem), run)?;
    if search.best().is_none() {
        if search.is_complete() {
            return Err(exhausted(nodes + search.nodes()));
        }
        let budget = (!decide::is_small(problem)).then_some(UNDECIDED_AFTER);
        match asked.map(|asked| asked.answer(budget, &mut nodes, run)).transpose()? {
            Some(Decided::Found(assignment)) => {
                search.offer(assignment);
                search.run(search::budget(problem), run)?;
            }
            Some(Decided::Refuted) => return Err(exhausted(nodes)),
            Some(Decided::Open) | None => {
                let best = best_partial(problem, aim, relax, seed, run)?;
                return Err(AssignError::Undecided { steps: nodes + search.nodes(), best: best.map(Box::new) });
            }
        }
    }
    Ok(search.into_kept())
}

fn exhausted(nodes: u64) -> AssignError {
    AssignError::Infeasible(Box::new(Refutation::Search(Exhausted::new(nodes))))
}

/// An assignment that keeps the rule and misses few of the minima.
fn best_partial(
    problem: &Problem,
    aim: Aim,
    relax: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Option<Assignment>, AssignError> {
    let lenient = problem.lenient();
    let kept = keep(relax(&lenient, run)?, aim, relax, seed, run)?;
    Ok(Some(kept.assignment))
}

/// The proof that no assignment keeps the hard rules; none when one does.
///
/// # Errors
/// [`AssignError::Undecided`] where a cycle rule is neither met nor refuted within the budget, and what ends any run.
pub(crate) fn refute(problem: &Problem, run: &mut Run<'_>) -> Result<Option<Refutation>, AssignError> {
    if let Some(cut) = find_cut(problem, run)? {
        return Ok(Some(Refutation::Cut(cut)));
    }
    if problem.longest_forbidden().is_none() || problem.policy.shortfall == Shortfall::Partial {
        return Ok(None);
    }
    match super::by_name("matching").map(|strategy| strategy.assign(problem, run)) {
        Some(Err(AssignError::Infeasible(refutation))) => Ok(Some(*refutation)),
        Some(Err(error)) => Err(error),
        Some(Ok(_)) | None => Ok(None),
    }
}
