//! Planning itself: strategy, difference, check.

use crate::Problem;
use crate::assignment::Assignment;
use crate::cli::failure::{Best, BestPair, Failure};
use crate::cli::load::Loaded;
use crate::cli::progress::Bar;
use crate::explain;
use crate::input::Input;
use crate::plan::Plan;
use crate::strategy::{AssignError, Run, Solution, by_name, objective};
use crate::verify::verify;

/// The plan for a problem, checked; with the proof that it is the best one where `certificate` asks for it and the
/// strategy has one.
pub(super) fn plan(loaded: &Loaded, certificate: bool, bar: &mut Bar) -> Result<Plan, Failure> {
    let Loaded { input, problem, .. } = loaded;
    let choice = problem.strategy().clone();
    let Some(strategy) = by_name(&choice.name) else {
        return Err(Failure::Bug(format!("the strategy {:?} was let through", choice.name)));
    };
    let mut run = Run::of(&choice).observed(bar);
    let mut solution = match strategy.assign(problem, &mut run) {
        Ok(solution) => solution,
        Err(AssignError::Infeasible(certificate)) => {
            let sentences = explain::sentences(problem, &certificate);
            return Err(Failure::Infeasible { file: loaded.file.clone(), certificate, sentences });
        }
        Err(AssignError::Interrupted) => return Err(Failure::Interrupted),
        Err(AssignError::OutOfBudget { steps }) => return Err(Failure::Undecided { steps, best: None }),
        Err(AssignError::Undecided { steps, best }) => {
            let best = best.map(|best| Box::new(self::best(problem, &best)));
            return Err(Failure::Undecided { steps, best });
        }
    };
    solution.strategy = choice;
    if !certificate {
        solution.certificate = None;
    }
    bar.stage("checking");
    checked(input, problem, &solution)
}

/// The plan of a solution, checked by what shares nothing with the strategies.
pub(in crate::cli) fn checked(input: &Input, problem: &Problem, solution: &Solution) -> Result<Plan, Failure> {
    let plan = Plan::diff(problem, solution);
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
