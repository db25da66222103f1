//! Forbidden cycles of persons who review each other: the last word of every strategy.
//!
//! The rule is no flow, and hard in general (N. Boehmer, R. Bredereck and A. Nichterlein, "Combating Collusion Rings is
//! Hard but Possible", AAAI 2022). So a strategy first finds all optima without it ([`Relax`]), and among them one that
//! keeps it is looked for: by a walk ([`walk`]), around a ring ([`ring`]), then exactly ([`decide`]). If there is none,
//! goals give way to the rule: branch and bound forbids the reviews of one cycle after the other, with the strategy's own
//! optimum as the bound, and prices on cycles where scores are aimed at ([`search`]); and where that finds nothing, [`exact`]
//! decides whether there is anything to be found.

mod decide;
mod exact;
mod keeper;
mod ring;
mod rule;
mod search;
mod seats;
mod walk;

use alloc::boxed::Box;

pub(crate) use decide::{Asked, Decided, is_small};
pub(crate) use keeper::Keeper;
pub(crate) use rule::Rule;

use super::bound::Bound;
use super::goals::{Aim, count_is_free, objective};
use super::ideal::is_plain;
use super::matching::seeded_optimum;
use super::optimum::{Optimum, refute_network};
use super::pairing::Pairing;
use super::reciprocal::{EXACT_UP_TO, fewer_reciprocal, worth};
use super::{AssignError, Effort, Matching, Run, Strategy as _};
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
/// This part of the usual number of optima is computed where one of many assignments is looked for.
const BRIEF: u64 = 16;
/// So many optima are computed for a proof that nothing is better.
const EXHAUSTIVE: u64 = 20_000;

/// Up to so many pairs of a student and a submission reviews that go both ways are avoided as if they were forbidden.
const SEARCHED_PAIRS: usize = 1_000_000;

/// An assignment, and what none goes below, which is told where rules are no network.
pub(super) struct Kept {
    pub(super) assignment: Assignment,
    pub(super) bound: Option<Bound>,
}

impl Kept {
    /// One that is as good as any without the rules that are no network.
    fn best(problem: &Problem, aim: Aim, assignment: Assignment) -> Self {
        let bound = Bound::met(problem, aim, &assignment);
        Self { assignment, bound: Some(bound) }
    }
}

/// Ends a run with one of the optima of a strategy, or what comes closest to them and keeps the rule on cycles. `start`
/// is how the strategy came to the one among its optima at which it is.
pub(super) fn finish(
    optimum: Optimum<'_>,
    aim: Aim,
    relax: &Relax<'_>,
    start: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    let problem = optimum.model.problem;
    let avoid = problem.policy.reciprocal == Reciprocal::Avoid;
    let kept = if Rule::of(problem).is_some() {
        keep(optimum, aim, relax, seed, run)?
    } else if avoid {
        Kept { assignment: fewer_reciprocal(optimum, seed, run)?, bound: None }
    } else {
        Kept { assignment: optimum.assignment(), bound: None }
    };
    // A goal that is none of the flow would be lost on the way.
    let known = aim != Aim::Own;
    // What is small was gone through already, unless there are panels, of which that search does not know.
    let searched = problem.students() <= EXACT_UP_TO && problem.panels.is_empty();
    if avoid && known && !searched && is_searched(problem) {
        return none_both_ways(problem, kept, aim, relax, start, seed, run);
    }
    Ok(kept)
}

/// Whether a problem is not too large to look for an assignment in which no review goes both ways as if those were
/// forbidden.
pub(super) fn is_searched(problem: &Problem) -> bool {
    problem.students().saturating_mul(problem.submissions()) <= SEARCHED_PAIRS
}

/// What is as good and has no review that goes both ways, if the strategy finds such an assignment where those are
/// forbidden; else what is there.
fn none_both_ways(
    problem: &Problem,
    kept: Kept,
    aim: Aim,
    relax: &Relax<'_>,
    start: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    if Rule::new(problem, 2).kept(&kept.assignment) {
        return Ok(kept);
    }
    let strict = problem.forbidding_reciprocal();
    let worth = |assignment: &Assignment| worth(problem, aim, assignment);
    let found = start(&strict, run).and_then(|optimum| keep(optimum, aim, relax, seed, run));
    match found {
        Ok(found) if worth(&found.assignment) == worth(&kept.assignment) => {
            Ok(Kept { assignment: found.assignment, ..kept })
        }
        Ok(_) | Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }) => Ok(kept),
        Err(error) => Err(error),
    }
}

fn keep(optimum: Optimum<'_>, aim: Aim, relax: &Relax<'_>, seed: u64, run: &mut Run<'_>) -> Result<Kept, AssignError> {
    let problem = optimum.model.problem;
    if !problem.counts_deletes() || problem.asks_nothing() || count_is_free(problem, aim) {
        return closest(optimum, aim, relax, None, seed, run);
    }
    // Deletes come before the number of reviews, and after it: so the number is settled by a search of its own.
    let relaxed = optimum.assignment();
    drop(optimum);
    let first = closest(fewest(problem, run)?, Aim::Count, &fewest, None, seed, run)?;
    let settled = problem.with_total(objective(problem, &first.assignment).count);
    let mut kept = closest(relax(&settled, run)?, aim, relax, Some(first.assignment), seed, run)?;
    if first.bound.is_some_and(|bound| !bound.reached) {
        // Then a smaller number may be possible.
        kept.bound = Some(Bound::new(problem, aim, &relaxed, &kept.assignment, false));
    }
    Ok(kept)
}

/// What keeps the rule and is closest to the optima of a strategy; `known` keeps the rule already.
fn closest(
    mut optimum: Optimum<'_>,
    aim: Aim,
    relax: &Relax<'_>,
    known: Option<Assignment>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Kept, AssignError> {
    let problem = optimum.model.problem;
    let Some(rule) = Rule::of(problem) else {
        return Ok(Kept { assignment: optimum.assignment(), bound: None });
    };
    let mut random = Random::new(seed, Purpose::Reciprocal);
    // Where counts decide all goals, any exchange keeps them: also one of pairs that the flow was not told of.
    let worthless = || problem.pairs.scores.values().iter().all(|&(_, score)| score == 0);
    if is_plain(problem) && (aim == Aim::Even || worthless()) {
        let mut pairing = Pairing::of_assignment(problem, &optimum.assignment());
        if pairing.untangle(rule.clone(), &mut random) {
            return Ok(Kept::best(problem, aim, pairing.assignment()));
        }
    }
    let steps = (100 * optimum.chosen()).clamp(2_000, 200_000);
    if settled(&mut optimum, &rule, steps, &mut random, run)? {
        let assignment = optimum.assignment();
        if rule.kept(&assignment) {
            return Ok(Kept::best(problem, aim, assignment));
        }
    }
    let mut nodes = 0;
    let asked = Asked::of_optimum(&optimum, &rule);
    let mut search = Search::new(problem, &rule, aim, relax, optimum.assignment(), random);
    drop(optimum);
    search.go_round(run)?;
    if search.loses_nothing() {
        return Ok(search.into_kept());
    }
    if let Some(asked) = asked
        && let Decided::Found(assignment) = asked.answer(Some(AMONG_OPTIMA), &mut nodes, run)?
    {
        return Ok(Kept::best(problem, aim, assignment));
    }
    Ok(found(search, known, nodes, seed, run)?.into_kept())
}

/// Walks over the optima to one that keeps the rule; false where none is met.
fn settled(
    optimum: &mut Optimum<'_>,
    rule: &Rule<'_>,
    steps: usize,
    random: &mut Random,
    run: &mut Run<'_>,
) -> Result<bool, AssignError> {
    Ok(walk::untangle(optimum, rule, steps, random, run)? && seats::seat(optimum, rule, steps, random, run)?)
}

/// The fewest deletes, then the fewest reviews.
fn fewest<'p>(problem: &'p Problem, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    seeded_optimum(problem, Aim::Count, run)
}

/// A search that has found something; `known` is an assignment that keeps the rule, `nodes` how many partial assignments
/// were looked at before.
fn found<'p, 'f>(
    mut search: Search<'p, 'f>,
    known: Option<Assignment>,
    mut nodes: u64,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Search<'p, 'f>, AssignError> {
    let Search { problem, rule, aim, relax, .. } = search;
    if let Some(known) = known {
        search.offer(known);
    }
    let asked = if search.best().is_none() { Asked::of_rules(problem, rule) } else { None };
    if let Some(asked) = &asked {
        match asked.answer(Some(BEFORE_FLOWS), &mut nodes, run)? {
            Decided::Found(assignment) => search.offer(assignment),
            Decided::Refuted => return Err(exhausted(nodes)),
            Decided::Open => {}
        }
    }
    if !problem.panels.is_empty() && search.best().is_none() {
        // Whatever keeps the rules, to begin with: goals of the strategy give way.
        let mut any = seeded_optimum(problem, Aim::Own, run)?;
        let steps = (400 * any.chosen()).clamp(2_000, 800_000);
        let mut random = Random::new(seed, Purpose::Reciprocal);
        if settled(&mut any, rule, steps, &mut random, run)? {
            search.offer(any.assignment());
        }
        search.plunge(run)?;
    }
    let budget = search::budget(problem);
    if run.effort() == Effort::Brief {
        search.run(budget / BRIEF, run)?;
    }
    if run.effort() != Effort::Brief || search.best().is_none() && !search.is_complete() {
        search.run(budget, run)?;
    }
    if run.effort() == Effort::Exhaustive {
        search.exhaust(EXHAUSTIVE, run)?;
    }
    if search.best().is_some() {
        return Ok(search);
    }
    if search.is_complete() {
        return Err(exhausted(nodes + search.nodes()));
    }
    let budget = (!is_small(problem)).then_some(UNDECIDED_AFTER);
    match asked.map(|asked| asked.answer(budget, &mut nodes, run)).transpose()? {
        Some(Decided::Found(assignment)) => {
            search.offer(assignment);
            search.run(search::budget(problem), run)?;
            Ok(search)
        }
        Some(Decided::Refuted) => Err(exhausted(nodes)),
        Some(Decided::Open) | None => {
            let best = best_partial(problem, aim, relax, seed, run)?;
            Err(AssignError::Undecided { steps: nodes + search.nodes(), best: best.map(Box::new) })
        }
    }
}

fn exhausted(nodes: u64) -> AssignError {
    AssignError::Infeasible(Box::new(Refutation::Search(Exhausted::new(nodes))))
}

/// An assignment that keeps the rule and misses few of the minima; none where rules on panels leave none that is found.
fn best_partial(
    problem: &Problem,
    aim: Aim,
    relax: &Relax<'_>,
    seed: u64,
    run: &mut Run<'_>,
) -> Result<Option<Assignment>, AssignError> {
    if problem.policy.shortfall == Shortfall::Partial {
        return Ok(None);
    }
    let lenient = problem.with_shortfall(Shortfall::Partial);
    match relax(&lenient, run).and_then(|optimum| keep(optimum, aim, relax, seed, run)) {
        Ok(kept) => Ok(Some(kept.assignment)),
        Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The proof that no assignment keeps the hard rules, the minima among them whatever the policy says of shortfalls; none
/// when one does.
///
/// # Errors
/// [`AssignError::Undecided`] where a cycle rule is neither met nor refuted within the budget, and what ends any run.
pub(crate) fn refute(problem: &Problem, run: &mut Run<'_>) -> Result<Option<Refutation>, AssignError> {
    if let Some(refutation) = refute_network(problem, run)? {
        return Ok(Some(refutation));
    }
    if Rule::of(problem).is_none() {
        return Ok(None);
    }
    match Matching.assign(&problem.with_shortfall(Shortfall::Error), run) {
        Ok(_) => Ok(None),
        Err(AssignError::Infeasible(refutation)) => Ok(Some(*refutation)),
        Err(error) => Err(error),
    }
}
