//! A lottery over a list of whole assignments, in which no pair is more likely than its limit.
//!
//! Where rules are no network, not all shares within bounds are those of a lottery over assignments that keep the rules. So
//! the assignments are found first, and their weights with them: the shares of pairs are then exact, and so are the rules.
//!
//! On small problems the weights are a linear program, and the assignments its columns: each is the one of the greatest sum of
//! scores less the prices of pairs that are at their limit (column generation; L. Ford and D. Fulkerson, "A suggested computation
//! for maximal multi-commodity network flows", Management Science, 1958). Elsewhere one assignment is taken after the other,
//! without the pairs that have used up their limit ([`turns`]).

mod columns;
mod tableau;
mod turns;

use alloc::vec::Vec;

use super::bound::{Bound, shared};
use super::cycles::is_small;
use super::goals::{Aim, Objective};
use super::limits::Limits;
use super::{AssignError, Effort, MaxAffinity, Run, Solution, Strategy as _};
use crate::assignment::Assignment;
use crate::marginals::Marginals;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};
use columns::Columns;
use turns::by_turns;

/// So many members have a list that is made one after the other at most; weights are parts of no more, rounded down.
const MOST: u32 = 64;

/// Assignments with their weights.
#[derive(Debug, Clone)]
pub(super) struct Mixture {
    /// The sum of the weights.
    whole: u32,
    members: Vec<(u32, Assignment)>,
    /// What no assignment goes below, whatever the limits.
    bound: Objective,
}

impl Mixture {
    /// A lottery within the limits, the same for all seeds: that of the run must be 0.
    ///
    /// # Errors
    /// The proof that there is no assignment at all, or no lottery; [`AssignError::Undecided`] where none is found, and
    /// none is proven not to be.
    pub(super) fn new(problem: &Problem, limits: Limits, run: &mut Run<'_>) -> Result<Self, AssignError> {
        debug_assert_eq!(run.seed, 0);
        let small = is_small(problem);
        let effort = if small { Effort::Usual } else { Effort::Brief };
        let first = run.at(effort, |run| MaxAffinity.assign(problem, run))?;
        let reached = shared(problem, Aim::Affinity, &first.assignment);
        let bound = first.bound.map_or(reached, |bound| bound.goals);
        let first = first.assignment;
        let mut steps = 1;
        let mut columns = if small { Columns::new(problem, limits, first.clone()) } else { None };
        let mut list = match &mut columns {
            Some(columns) => columns.mix(&mut steps, run)?,
            None => None,
        };
        let whole = limits.whole(problem);
        // Limits that are no parts of so few are rounded down.
        let parts = if whole <= MOST { whole } else { MOST };
        for (parts, evenly) in [(parts, false), (parts * (MOST / parts), true)] {
            if list.is_none() {
                list = by_turns(problem, limits, parts, evenly, Some(&first), &mut steps, run)?;
            }
        }
        if let Some(mut columns) = columns.filter(|_| list.is_none()) {
            list = columns.any(limits, &mut steps, run)?;
        }
        let (whole, members) = list.ok_or(AssignError::Undecided { steps, best: None })?;
        Ok(Self { whole, members, bound })
    }

    /// Whether all that can be drawn meets the shared goals as if there were no limits.
    pub(super) fn loses_nothing(&self, problem: &Problem) -> bool {
        self.members.iter().all(|(_, member)| shared(problem, Aim::Affinity, member) == self.bound)
    }

    /// The member that a seed draws, with the shares of all.
    pub(super) fn solution(self, name: &str, problem: &Problem, seed: u64) -> Solution {
        let marginals = Some(self.marginals());
        let mut place = Random::new(seed, Purpose::Lots).below(self.whole.into());
        let mut members = self.members.into_iter();
        let drawn = members.find(|&(weight, _)| {
            let is_drawn = place < u64::from(weight);
            place = place.saturating_sub(weight.into());
            is_drawn
        });
        let (_, drawn) = drawn.expect("weights come to the whole");
        let reached = shared(problem, Aim::Affinity, &drawn) == self.bound;
        let bound = Some(Bound { goals: self.bound, scores: None, worst: None, reached });
        Solution { bound, marginals, ..Solution::new(name, seed, drawn) }
    }

    /// How likely pairs are.
    pub(super) fn marginals(&self) -> Marginals {
        let of_member = |(weight, member): &(u32, Assignment)| {
            let weight = *weight;
            pairs(member).map(move |(student, submission)| (student, submission, weight)).collect::<Vec<_>>()
        };
        Marginals::new(self.whole, self.members.iter().flat_map(of_member).collect())
    }
}

/// The sum of weights, and assignments with theirs.
type List = (u32, Vec<(u32, Assignment)>);

/// The free pairs that may not be certain, with as many parts of a whole as each may have.
fn caps(problem: &Problem, limits: Limits, whole: u32) -> impl Iterator<Item = ((u32, u32), u32)> + '_ {
    let ends = (0..index(problem.students())).flat_map(|i| (0..index(problem.submissions())).map(move |j| (i, j)));
    ends.filter_map(move |pair| limits.cap(problem, pair, whole).map(|cap| (pair, cap)))
}

/// What was found; none where nothing was.
fn found(answer: Result<Solution, AssignError>) -> Result<Option<Assignment>, AssignError> {
    match answer {
        Ok(solution) => Ok(Some(solution.assignment)),
        Err(AssignError::Infeasible(_) | AssignError::Undecided { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

fn pairs(assignment: &Assignment) -> impl Iterator<Item = (u32, u32)> + '_ {
    assignment.pairs().map(|(student, submission)| (index(student), index(submission)))
}

#[cfg(test)]
#[path = "../mixture_tests.rs"]
mod tests;
