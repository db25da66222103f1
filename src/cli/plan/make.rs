//! Planning itself: strategy, difference, check.

use crate::assignment::Assignment;
use crate::cli::failure::{Best, BestPair, Failure};
use crate::cli::load::Loaded;
use crate::cli::progress::Bar;
use crate::explain;
use crate::input::Input;
use crate::plan::Plan;
use crate::strategy::{AssignError, Run, alternates, by_name, objective};
use crate::verify::verify;
use crate::{Marginals, Problem};

/// What a plan is asked for beside its operations.
#[derive(Debug, Clone, Copy)]
pub(super) struct Beside {
    /// The proof that it is the best one, where the strategy has one.
    pub(super) certificate: bool,
    /// Up to so many alternates for each submission.
    pub(super) alternates: usize,
}

/// A plan, and how likely each pair was where it was drawn by lot.
pub(super) struct Made {
    pub(super) plan: Plan,
    pub(super) marginals: Option<Marginals>,
}

/// The plan for a problem, checked.
pub(super) fn plan(loaded: &Loaded, beside: Beside, bar: &mut Bar) -> Result<Made, Failure> {
    let Loaded { input, problem, .. } = loaded;
    let choice = problem.strategy().clone();
    let Some(strategy) = by_name(&choice.name) else {
        return Err(Failure::Bug(format!("the strategy {:?} was let through", choice.name)));
    };
    let mut run = Run::of(&choice).observed(bar);
    let mut solution = match strategy.assign(problem, &mut run) {
        Ok(solution) => solution,
        Err(AssignError::Infeasible(certificate)) => {
            let mut sentences = explain::sentences(problem, &certificate);
            if strategy.guarantees().by_lot && !choice.parameters.is_empty() {
                sentences.push(String::from("limits count: give explain the same --strategy and --set"));
            }
            return Err(Failure::Infeasible { file: loaded.file.clone(), certificate, sentences });
        }
        Err(AssignError::Interrupted) => return Err(Failure::Interrupted),
        Err(AssignError::OutOfBudget { steps }) => return Err(Failure::Undecided { steps, best: None }),
        Err(error @ AssignError::Unsupported { .. }) => return Err(Failure::Unsupported(error.to_string())),
        Err(AssignError::Undecided { steps, best }) => {
            let best = best.map(|best| Box::new(self::best(problem, &best)));
            return Err(Failure::Undecided { steps, best });
        }
    };
    solution.strategy = choice;
    if !beside.certificate {
        solution.certificate = None;
    }
    let mut plan = Plan::diff(problem, &solution);
    if beside.alternates > 0 {
        bar.stage("looking for alternates");
        plan = plan.with_alternates(problem, &alternates(problem, &solution, beside.alternates));
    }
    let marginals = solution.marginals;
    bar.stage("checking");
    let plan = checked(input, problem, plan)?;
    Ok(Made { plan, marginals })
}

/// A plan, checked by what shares nothing with the strategies.
pub(in crate::cli) fn checked(input: &Input, problem: &Problem, plan: Plan) -> Result<Plan, Failure> {
    let verdict = verify(input, &plan.view(problem));
    match verdict.violations.first() {
        None => Ok(plan),
        Some(violation) => {
            let count = verdict.violations.len() as u64 + verdict.omitted;
            Err(Failure::Bug(format!("the plan breaks {count} promises and is not written; the first is {violation}")))
        }
    }
}

/// An assignment that keeps all rules but some minima, as a message tells it.
fn best(problem: &Problem, assignment: &Assignment) -> Best {
    let pair = |(student, submission): (usize, usize)| BestPair {
        assessor_id: problem.student_id(student).clone(),
        asset_id: problem.submission_id(submission).clone(),
    };
    Best {
        reviews: assignment.len(),
        missing: objective(problem, assignment).missing,
        pairs: assignment.pairs().map(pair).collect(),
    }
}
