//! A lottery over a list of whole assignments, in which no pair is more likely than its limit.
//!
//! Where rules are no network, not all shares within bounds are those of a lottery over assignments that keep the rules. So
//! the assignments are found first, and their weights with them: the shares of pairs are then exact, and so are the rules.
//!
//! On small problems the weights are a linear program, and the assignments its columns: each is the one of the greatest sum of
//! scores less the prices of pairs that are at their limit (column generation; L. Ford and D. Fulkerson, "A suggested computation
//! for maximal multi-commodity network flows", Management Science, 1958). Elsewhere one assignment is taken after the other,
//! without the pairs that have used up their limit.

mod tableau;

use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::bound::{Bound, scores, shared};
use super::cycles::is_small;
use super::goals::{Aim, Objective};
use super::limits::Limits;
use super::{AssignError, MaxAffinity, Run, Solution, Strategy as _};
use crate::assignment::Assignment;
use crate::marginals::Marginals;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};
use tableau::Tableau;

/// So many members have a list that is made one after the other at most; weights are parts of no more, rounded down.
const MOST: u32 = 64;
/// So many assignments are looked for until limits are kept, and so many until the expected total is the greatest.
const COLUMNS: usize = 400;
/// So many steps of the run may pass in looking for limits to be kept, and in making the expected total greater after that.
const STEPS: [u64; 2] = [120_000, 20_000];
/// Prices have fewer bits than this.
const BITS: u32 = 38;

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
    /// The proof that there is no assignment at all; [`AssignError::Undecided`] where no lottery is found.
    pub(super) fn new(problem: &Problem, limits: Limits, run: &mut Run<'_>) -> Result<Self, AssignError> {
        debug_assert_eq!(run.seed, 0);
        let first = MaxAffinity.assign(problem, run)?;
        let reached = shared(problem, Aim::Affinity, &first.assignment);
        let bound = first.bound.map_or(reached, |bound| bound.goals);
        let mut steps = 1;
        let mut list = None;
        if is_small(problem) {
            list = Columns::new(problem, limits).mix(first.assignment, &mut steps, run)?;
        }
        let whole = limits.whole(problem);
        // Limits that are no parts of so few are rounded down.
        let parts = if whole <= MOST { whole } else { MOST };
        for (parts, evenly) in [(parts, false), (parts * (MOST / parts), true)] {
            if list.is_none() {
                list = by_turns(problem, limits, parts, evenly, &mut steps, run)?;
            }
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
    fn marginals(&self) -> Marginals {
        let of_member = |(weight, member): &(u32, Assignment)| {
            let weight = *weight;
            pairs(member).map(move |(student, submission)| (student, submission, weight)).collect::<Vec<_>>()
        };
        Marginals::new(self.whole, self.members.iter().flat_map(of_member).collect())
    }
}

/// The sum of weights, and assignments with theirs.
type List = (u32, Vec<(u32, Assignment)>);

/// A list made one member after the other, each with the greatest weight that limits leave it; or `evenly`, with a weight
/// of 1 each, of the pairs that have used the least of their limits. None where no assignment is found without the pairs that
/// have used it up, which never is where minima may be missed.
fn by_turns(
    problem: &Problem,
    limits: Limits,
    whole: u32,
    evenly: bool,
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
        let Some(member) = found(MaxAffinity.assign(&narrowed, run))? else { return Ok(None) };
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

/// The linear program of a lottery over assignments that reach all that come before their scores.
struct Columns<'p> {
    problem: &'p Problem,
    whole: u32,
    /// The pairs that may not be certain, with their rows.
    rows: BTreeMap<(u32, u32), usize>,
    caps: Vec<u32>,
}

impl<'p> Columns<'p> {
    fn new(problem: &'p Problem, limits: Limits) -> Self {
        let whole = limits.whole(problem);
        let (pairs, caps): (Vec<_>, Vec<_>) = caps(problem, limits, whole).unzip();
        Self { problem, whole, rows: pairs.into_iter().zip(1..).collect(), caps }
    }

    /// The rows that an assignment takes a place in.
    fn rows_of(&self, assignment: &Assignment) -> Vec<usize> {
        pairs(assignment).filter_map(|pair| self.rows.get(&pair)).copied().collect()
    }

    /// The lottery of the greatest expected total, as far as `max_affinity` finds what improves it; none where limits are
    /// not kept, or numbers grow too large.
    fn mix(&self, first: Assignment, steps: &mut u64, run: &mut Run<'_>) -> Result<Option<List>, AssignError> {
        let goals = shared(self.problem, Aim::Affinity, &first);
        let Ok(mut tableau) = Tableau::new(self.whole, &self.caps, self.rows_of(&first)) else { return Ok(None) };
        let mut values = alloc::vec![scores(self.problem, &first)];
        let mut members = alloc::vec![first];
        let (mut best, mut begun) = (None, run.steps());
        for _ in 0..COLUMNS {
            run.report("mixing assignments", members.len() as u64, 0)?;
            let within = !tableau.exceeds();
            if run.steps() - begun > STEPS[usize::from(within)] {
                break;
            }
            let Ok((prices, denominator)) = tableau.best(&|member| values[member]) else { break };
            if !tableau.exceeds() {
                best = self.list(&tableau, &members).or(best);
                if !within {
                    begun = run.steps();
                    continue;
                }
            }
            *steps += 1;
            let Some(member) = self.priced(&prices, if within { denominator } else { 0 }, run)? else { break };
            let (rows, value) = (self.rows_of(&member), scores(self.problem, &member));
            let gain = if within { i128::from(value).checked_mul(denominator) } else { Some(0) };
            let price = rows.iter().try_fold(prices[0], |sum, &row| sum.checked_add(prices[row]));
            let improves = gain.zip(price).is_some_and(|(gain, price)| gain > price);
            let keeps = !within || shared(self.problem, Aim::Affinity, &member) == goals;
            if !improves || !keeps || tableau.has(&rows) {
                break;
            }
            tableau.add(rows);
            values.push(value);
            members.push(member);
        }
        Ok(best)
    }

    /// The assignment of the greatest sum of scores, `times` each, less the prices of pairs.
    fn priced(&self, prices: &[i128], times: i128, run: &mut Run<'_>) -> Result<Option<Assignment>, AssignError> {
        let score = |student: u32, submission: u32| {
            let own = i128::from(self.problem.score(student as usize, submission as usize).unwrap_or(0));
            let price = self.rows.get(&(student, submission)).map_or(0, |&row| prices[row]);
            own.saturating_mul(times).saturating_sub(price)
        };
        let ends = (0..index(self.problem.students()))
            .flat_map(|i| (0..index(self.problem.submissions())).map(move |j| (i, j)));
        let largest = ends.map(|(student, submission)| score(student, submission).unsigned_abs()).max().unwrap_or(0);
        let shift = (u128::BITS - largest.leading_zeros()).saturating_sub(BITS);
        let rounded = |student, submission| i64::try_from(score(student, submission) >> shift).unwrap_or(0);
        found(MaxAffinity.assign(&self.problem.rescored(rounded), run))
    }

    /// The list of a program without excess; none where its weights are parts of too many.
    fn list(&self, tableau: &Tableau, members: &[Assignment]) -> Option<List> {
        let (weights, denominator) = tableau.weights();
        let common = weights.iter().fold(0, |common, &(_, weight)| gcd(common, weight));
        let whole = denominator.checked_mul(self.whole.into())? / common;
        let listed = weights
            .into_iter()
            .map(|(member, weight)| Some((u32::try_from(weight / common).ok()?, members[member].clone())));
        Some((u32::try_from(whole).ok()?, listed.collect::<Option<_>>()?))
    }
}

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

/// The greatest common divisor; of 0 and a number that number.
const fn gcd(mut a: i128, mut b: i128) -> i128 {
    while b != 0 {
        (a, b) = (b, a % b);
    }
    a
}

#[cfg(test)]
#[path = "../mixture_tests.rs"]
mod tests;
