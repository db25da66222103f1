//! Strategies: ways to choose one among the valid assignments.
//!
//! Every strategy keeps the hard rules and the order of goals of the problem (`docs/architecture.md`), finds a valid
//! assignment whenever one exists and returns a proof when none does. What they differ in is the last word: which of
//! the assignments that are equally good so far is taken.
//!
//! A new strategy is one file and one line in [`registry`].

mod alternates;
mod bound;
mod candidates;
mod classes;
mod curve;
mod cycles;
mod duals;
mod fair_flow;
mod fair_sequence;
mod goals;
mod ground;
mod ground_face;
mod ideal;
mod infeasible;
mod limits;
mod lots;
mod matching;
mod max_affinity;
mod max_min;
mod mixture;
mod network;
mod optimum;
mod pairing;
mod panel_seats;
mod parameter;
mod perturbed;
mod random;
mod random_limited;
mod reciprocal;
mod regular;
mod room;
mod round_robin;
mod scores;
mod shares;
mod stages;

pub use alternates::alternates;
pub use bound::Bound;
pub use fair_flow::FairFlow;
pub use fair_sequence::FairSequence;
pub use goals::{Objective, objective};
pub use matching::Matching;
pub use max_affinity::MaxAffinity;
pub use max_min::MaxMin;
pub use parameter::{Parameter, check_parameters};
pub use perturbed::Perturbed;
pub use random::RandomAssignment;
pub use random_limited::RandomLimited;
pub use round_robin::RoundRobin;

pub(crate) use bound::scores;
pub(crate) use cycles::refute;
pub(crate) use goals::counts;
pub(crate) use max_min::stakes::worst_off;
pub(crate) use random_limited::refute_limits;
pub(crate) use reciprocal::meets_work_musts;

use alloc::boxed::Box;
use alloc::string::String;
use core::ops::ControlFlow;

use crate::assignment::Assignment;
use crate::certificate::{Certificate, Refutation};
use crate::input::{Micros, StrategyChoice};
use crate::marginals::Marginals;
use crate::problem::Problem;

/// A way to choose one among the valid assignments.
pub trait Strategy: Sync {
    /// The name by which it is called in problem files and on the command line.
    fn name(&self) -> &'static str;

    /// What it promises.
    fn guarantees(&self) -> Guarantees;

    /// The numbers it can be given.
    fn parameters(&self) -> &'static [Parameter] {
        &[]
    }

    /// Whether it goes by scores, so that it has nothing to go by where no pair has one.
    fn goes_by_scores(&self) -> bool {
        false
    }

    /// An assignment for a problem.
    ///
    /// # Errors
    /// [`AssignError::Infeasible`] with a proof when there is no valid assignment; [`AssignError::Interrupted`] when
    /// the observer of `run` asks to stop; [`AssignError::OutOfBudget`] when `run` allows fewer steps than it takes.
    fn assign(&self, problem: &Problem, run: &mut Run<'_>) -> Result<Solution, AssignError>;
}

/// What a strategy promises, in words for tables and help.
#[allow(clippy::struct_excessive_bools, reason = "each is a promise of its own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
pub struct Guarantees {
    /// One line: what it does.
    pub summary: &'static str,
    /// Whether it finds a valid assignment whenever one exists, and else proves that none does.
    pub complete: bool,
    /// What is optimal, beyond the order of goals all strategies share.
    pub optimal: &'static str,
    /// Whether the result depends on the seed.
    pub seeded: bool,
    /// Whether it draws by lot and tells how likely each pair was.
    pub by_lot: bool,
    /// Whether it maximises a total, for which it may use the room up to the maxima where both sides have bounds.
    pub greedy: bool,
    /// Cost for n students, m submissions and T reviews.
    pub complexity: &'static str,
}

/// An assignment, as a strategy returns it.
#[derive(Debug, Clone)]
pub struct Solution {
    /// Who reviews what.
    pub assignment: Assignment,
    /// The strategy that chose it, with seed and parameters, as plans name it.
    pub strategy: StrategyChoice,
    /// The proof that there is no better one, from strategies that have one.
    pub certificate: Option<Certificate>,
    /// What no valid assignment goes below, where the rules are no network, and from strategies that raise the worst-off;
    /// elsewhere the shared goals are met exactly.
    pub bound: Option<Bound>,
    /// How likely each pair was, from strategies that draw by lot.
    pub marginals: Option<Marginals>,
}

impl Solution {
    /// An assignment by the strategy of a name under a seed, without parameters and without a proof.
    #[must_use]
    pub fn new(name: &str, seed: u64, assignment: Assignment) -> Self {
        let strategy = StrategyChoice { name: String::from(name), seed, ..StrategyChoice::default() };
        Self { assignment, strategy, certificate: None, bound: None, marginals: None }
    }
}

/// Why there is no assignment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum AssignError {
    /// No valid assignment exists; the certificate proves it.
    #[error("there is no valid assignment: {0}")]
    Infeasible(Box<Refutation>),
    /// Neither an assignment nor a proof was found by a search that the rules ask for, because they are no network.
    #[error("undecided after {steps} steps of search")]
    Undecided {
        /// How many partial assignments and optima were looked at.
        steps: u64,
        /// The best that was found of what keeps all rules but the minima.
        best: Option<Box<Assignment>>,
    },
    /// The observer asked to stop.
    #[error("interrupted")]
    Interrupted,
    /// Neither an assignment nor a proof was found within the budget of the run.
    #[error("undecided after {steps} steps")]
    OutOfBudget {
        /// How many steps the budget allows.
        steps: u64,
    },
    /// The strategy cannot do what the problem asks of it.
    #[error("not supported by this strategy: {what}")]
    Unsupported {
        /// What it is.
        what: &'static str,
    },
}

/// How far a strategy is, for progress bars.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// What is being done.
    pub stage: &'static str,
    /// Units done.
    pub done: u64,
    /// Units in all, as far as known.
    pub total: u64,
}

/// Is told how far a strategy is, and may ask it to stop.
pub trait Observer {
    /// Called between steps; `Break` stops the strategy.
    fn progress(&mut self, progress: Progress) -> ControlFlow<()>;
}

/// The arguments of one run: the seed, who watches, and how long it may take.
#[derive(Default)]
pub struct Run<'a> {
    /// Chooses among equals.
    pub seed: u64,
    parameters: parameter::Values,
    observer: Option<&'a mut dyn Observer>,
    /// How many steps it may take.
    budget: Option<u64>,
    /// How many it has taken.
    steps: u64,
    effort: Effort,
}

/// How long a search goes on where rules are no network.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Effort {
    /// A small part of the usual one, once something is found: for one assignment of many.
    Brief,
    /// As long as is worth waiting for.
    #[default]
    Usual,
    /// Until it is proven that nothing is better, as far as that takes no more than a stated number of steps.
    Exhaustive,
}

impl core::fmt::Debug for Run<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        let mut run = f.debug_struct("Run");
        run.field("seed", &self.seed)
            .field("parameters", &self.parameters)
            .field("budget", &self.budget)
            .field("steps", &self.steps);
        run.finish_non_exhaustive()
    }
}

impl<'a> Run<'a> {
    /// A run with a seed, watched by nobody, that takes as long as it takes.
    #[must_use]
    pub const fn new(seed: u64) -> Self {
        Self {
            seed,
            parameters: parameter::Values::new(),
            observer: None,
            budget: None,
            steps: 0,
            effort: Effort::Usual,
        }
    }

    /// A run with the seed and the parameters of a choice.
    #[must_use]
    pub fn of(choice: &StrategyChoice) -> Self {
        Self { parameters: choice.parameters.clone(), ..Self::new(choice.seed) }
    }

    /// The value of a parameter, where it is given.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<Micros> {
        self.parameters.get(name).copied()
    }

    /// The same run, limited: it fails with [`AssignError::OutOfBudget`] rather than take more than so many steps.
    ///
    /// A step is a call of [`report`](Self::report): a turn of the strategy's outermost loop. Steps are counted and
    /// never timed, so that the same problem, strategy, seed, budget and release give the same answer on every machine.
    #[must_use]
    pub fn with_budget(self, steps: u64) -> Self {
        Self { budget: Some(steps), ..self }
    }

    /// How long searches go on.
    pub(crate) const fn effort(&self) -> Effort {
        self.effort
    }

    /// What comes of some work at another effort.
    pub(crate) fn at<T>(&mut self, effort: Effort, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = core::mem::replace(&mut self.effort, effort);
        let done = work(self);
        self.effort = before;
        done
    }

    /// The same run, watched.
    #[must_use]
    pub fn observed(self, observer: &'a mut dyn Observer) -> Self {
        Self { observer: Some(observer), ..self }
    }

    /// How many steps it has taken so far.
    #[must_use]
    pub const fn steps(&self) -> u64 {
        self.steps
    }

    /// A step begins: tells the observer how far the work is.
    ///
    /// # Errors
    /// [`AssignError::Interrupted`] when the observer asks to stop; [`AssignError::OutOfBudget`] when the step is one
    /// too many.
    pub fn report(&mut self, stage: &'static str, done: u64, total: u64) -> Result<(), AssignError> {
        if let Some(steps) = self.budget.filter(|&steps| self.steps >= steps) {
            return Err(AssignError::OutOfBudget { steps });
        }
        self.steps = self.steps.saturating_add(1);
        match &mut self.observer {
            None => Ok(()),
            Some(observer) => match observer.progress(Progress { stage, done, total }) {
                ControlFlow::Continue(()) => Ok(()),
                ControlFlow::Break(()) => Err(AssignError::Interrupted),
            },
        }
    }
}

/// All strategies, in the order in which they are listed.
#[must_use]
pub fn registry() -> &'static [&'static dyn Strategy] {
    &[
        &RoundRobin,
        &RandomAssignment,
        &Matching,
        &MaxAffinity,
        &MaxMin,
        &FairFlow,
        &FairSequence,
        &RandomLimited,
        &Perturbed,
    ]
}

/// The strategy with a name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static dyn Strategy> {
    registry().iter().copied().find(|strategy| strategy.name() == name)
}
