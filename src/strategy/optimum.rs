//! The optimum of the common goals: one flow, or two where deletes settle how many reviews there are.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::goals::{Aim, Goal, Goals, count_is_free, counting_order, full_order};
use super::ground::Ground;
use super::infeasible::certificate;
use super::network::Model;
use super::{AssignError, Run};
use crate::assignment::Assignment;
use crate::certificate::{Exhausted, Refutation};
use crate::flow::{Common, Face, Flow, Network, Weight};
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::rows::index;
use crate::random::{Purpose, Random};

/// The optimal assignments of a model, and where among them we are.
pub(crate) trait OptimalFace {
    /// Goes round a random cycle; returns the edges that changed, none when no cycle was met.
    fn turn(&mut self, random: &mut Random) -> Option<Vec<u32>>;
    /// Lets the left nodes of two used edges exchange their right nodes; returns the two edges and those used instead,
    /// none when the exchange would not be as good.
    fn exchange(&mut self, a: u32, b: u32) -> Option<[u32; 4]>;
    /// Takes a turn or an exchange back.
    fn undo(&mut self, changed: &[u32]);
    /// Left and right node of an edge.
    fn ends(&self, edge: u32) -> (usize, usize);
    /// Per edge, whether it is used.
    fn used(&self) -> &[bool];
    /// Whether some optimal assignment has an edge and another one has not, as far as the edge's own cost tells.
    fn is_open(&self, edge: u32) -> bool;
    /// What all optimal assignments have in common, where that is windows of students, submissions and works; `count` is
    /// how many reviews were asked for.
    fn common(&self, count: Option<u64>) -> Option<Common>;
}

impl<W: Weight> OptimalFace for Face<W> {
    fn turn(&mut self, random: &mut Random) -> Option<Vec<u32>> {
        Face::turn(self, random)
    }
    fn exchange(&mut self, a: u32, b: u32) -> Option<[u32; 4]> {
        Face::exchange(self, a, b)
    }
    fn undo(&mut self, changed: &[u32]) {
        Face::undo(self, changed);
    }
    fn ends(&self, edge: u32) -> (usize, usize) {
        self.network().ends(edge as usize)
    }
    fn used(&self) -> &[bool] {
        &self.flow().used
    }
    fn is_open(&self, edge: u32) -> bool {
        Face::is_open(self, edge)
    }
    fn common(&self, count: Option<u64>) -> Option<Common> {
        Some(self.flow().common(self.network(), count))
    }
}

/// An optimal assignment of the open part of a problem, and all others like it.
pub(crate) struct Optimum<'p> {
    pub(crate) model: Model<'p>,
    pub(crate) face: Box<dyn OptimalFace>,
    /// How many reviews beside the fixed ones there are, where that comes before the goals.
    pub(crate) count: Option<u64>,
}

impl Optimum<'_> {
    /// The assignment we are at, with the fixed reviews.
    pub(crate) fn assignment(&self) -> Assignment {
        assignment_of(&self.model, self.face.as_ref())
    }

    /// Walks over the optimal assignments: `turns` random cycles.
    pub(crate) fn walk(&mut self, turns: usize, random: &mut Random, run: &mut Run<'_>) -> Result<(), AssignError> {
        for turn in 0..turns {
            if turn % 1024 == 0 {
                run.report("mixing", turn as u64, turns as u64)?;
            }
            self.face.turn(random);
        }
        Ok(())
    }

    /// The number of chosen pairs that no existing review stands for.
    pub(crate) fn created(&self) -> usize {
        let settled = &self.model.problem.settled;
        let chosen = used_edges(self.face.as_ref()).into_iter().map(|edge| self.model.members(self.face.ends(edge)));
        chosen.filter(|&(student, submission)| !settled.is_movable(student as usize, submission as usize)).count()
    }

    /// The number of chosen pairs.
    pub(crate) fn chosen(&self) -> usize {
        used_edges(self.face.as_ref()).len()
    }
}

/// The assignment a face is at, with the fixed reviews.
pub(super) fn assignment_of(model: &Model<'_>, face: &dyn OptimalFace) -> Assignment {
    let chosen = used_edges(face).into_iter().map(|edge| model.members(face.ends(edge)));
    Assignment::new(model.problem.students(), chosen.chain(fixed_pairs(model.problem)).collect())
}

/// The edges a face uses where it is at, ascending.
pub(super) fn used_edges(face: &dyn OptimalFace) -> Vec<u32> {
    let used = face.used().iter().enumerate().filter(|(_, used)| **used);
    used.map(|(edge, _)| index(edge)).collect()
}

/// The fixed reviews of students.
pub(crate) fn fixed_pairs(problem: &Problem) -> impl Iterator<Item = (u32, u32)> + '_ {
    problem.settled.fixed.entries().map(|(student, submission)| (index(student), submission))
}

/// An optimal assignment of a model.
///
/// # Errors
/// The certificate when the minima cannot be met and must be.
pub(crate) fn optimum<'p>(mut model: Model<'p>, run: &mut Run<'_>) -> Result<Optimum<'p>, AssignError> {
    if !model.problem.panels.is_empty() {
        return Ground::staged(model, None, run)?.into_optimum(run);
    }
    // Nothing is short where the pairs are those of optimal assignments, whatever the policy says.
    let strict = model.problem.policy.shortfall == Shortfall::Error && model.aim != Aim::Face;
    let Settled { face, count, .. } = settled(&mut model, strict, run)?;
    Ok(Optimum { model, face, count })
}

/// The same, for a model that is needed afterwards; minima that cannot be met are an error only if `strict`. Pairs
/// that the optimum needs are added to the model's.
pub(crate) fn optimal_face(
    model: &mut Model<'_>,
    strict: bool,
    run: &mut Run<'_>,
) -> Result<Box<dyn OptimalFace>, AssignError> {
    settled(model, strict, run).map(|settled| settled.face)
}

/// The goals of a flow, and all flows that reach them.
pub(super) struct Settled {
    pub(super) face: Box<dyn OptimalFace>,
    pub(super) goals: Goals,
    /// How many reviews beside the fixed ones there are, where that comes before the goals.
    pub(super) count: Option<u64>,
}

/// The same as [`optimal_face`], with what it has settled.
pub(super) fn settled(model: &mut Model<'_>, strict: bool, run: &mut Run<'_>) -> Result<Settled, AssignError> {
    let problem = model.problem;
    let sizes = model.sizes();
    let mut count = model.count;
    let total = problem.settled.total.filter(|_| model.aim != Aim::Face);
    if let Some(total) = total {
        let fixed: u64 = problem.settled.received.iter().map(|&count| u64::from(count)).sum();
        count = Some(total.checked_sub(fixed).ok_or_else(without_cut)?);
    } else if problem.counts_deletes()
        && !problem.asks_nothing()
        && !count_is_free(problem, model.aim)
        && !matches!(model.aim, Aim::Face | Aim::Count)
    {
        let goals = Goals::compose(&counting_order(problem), &sizes);
        count = Some(if fits(&goals) {
            solve::<i64>(model, &goals, None, strict, run)?.1.value
        } else {
            solve::<i128>(model, &goals, None, strict, run)?.1.value
        });
    }
    let goals = Goals::compose(&full_order(problem, model.aim, count.is_some()), &sizes);
    // Where the number is given from outside, no cut tells why the minima are not met with it.
    let strict_cut = strict && total.is_none();
    let (met, face) = if fits(&goals) {
        let (network, flow) = solve::<i64>(model, &goals, count, strict_cut, run)?;
        faced(network, flow, count, strict)
    } else {
        let (network, flow) = solve::<i128>(model, &goals, count, strict_cut, run)?;
        faced(network, flow, count, strict)
    };
    if total.is_some() && !met {
        return Err(without_cut());
    }
    Ok(Settled { face, goals, count })
}

/// All flows like one, and whether it has the number of reviews and meets the minima that were asked for.
fn faced<W: Weight + 'static>(
    network: Network<W>,
    flow: Flow<W>,
    count: Option<u64>,
    strict: bool,
) -> (bool, Box<dyn OptimalFace>) {
    let met = count.is_none_or(|count| flow.value == count) && !(strict && flow.is_short(&network));
    (met, Box::new(Face::new(network, flow)))
}

/// The proof that the minima of a problem cannot all be met, as far as its rules are a network; none when they can.
///
/// # Errors
/// What ends a run.
pub(crate) fn refute_network(problem: &Problem, run: &mut Run<'_>) -> Result<Option<Refutation>, AssignError> {
    let found = if problem.panels.is_empty() {
        let students: Vec<u32> = (0..index(problem.students())).collect();
        let submissions: Vec<u32> = (0..index(problem.submissions())).collect();
        let mut model = Model::new(problem, &students, &submissions, &mut Random::new(0, Purpose::Candidates));
        let goals = Goals::compose(&[Goal::Must, Goal::Missing], &model.sizes());
        solve::<i64>(&mut model, &goals, None, true, run).map(|_| ())
    } else {
        let strict = problem.with_shortfall(Shortfall::Error);
        Ground::by_stages(&strict, Aim::Count, 0, None, run).map(|_| ())
    };
    match found {
        Ok(()) => Ok(None),
        Err(AssignError::Infeasible(refutation)) => Ok(Some(*refutation)),
        Err(stopped) => Err(stopped),
    }
}

/// Whether composed costs fit into 64 bits with room for the sums of a search.
fn fits(goals: &Goals) -> bool {
    goals.range < i128::from(i64::MAX >> 5)
}

/// A flow that is optimal over all pairs of the problem: pairs that would improve it are added until there are none.
fn solve<W: Weight>(
    model: &mut Model<'_>,
    goals: &Goals,
    count: Option<u64>,
    strict: bool,
    run: &mut Run<'_>,
) -> Result<(Network<W>, Flow<W>), AssignError> {
    let mut before: Option<(Network<W>, Flow<W>)> = None;
    let (network, flow) = loop {
        let network = model.network::<W>(goals);
        let total: u64 = network.left.iter().map(|node| u64::from(node.min)).sum();
        let mut stop = None;
        let mut proceed = |value| {
            stop = run.report("matching", value, count.unwrap_or(total).max(value)).err();
            stop.is_none()
        };
        // Hardly anything changes from the reviews that exist, or from the optimum for fewer pairs.
        let start = match &before {
            Some((before, flow)) => Some(network.start_from(before, flow)),
            None if model.counts_deletes() => Some(network.start(model.existing(&network), count)),
            None => None,
        };
        let flow = match start {
            Some(start) => network.resume(start, count, &mut proceed),
            None => network.solve(count, &mut proceed),
        };
        let Some(flow) = flow else { return Err(stop.unwrap_or(AssignError::Interrupted)) };
        if !model.add_improving(&network, &flow, goals) {
            break (network, flow);
        }
        before = Some((network, flow));
    };
    if strict && flow.is_short(&network) {
        return Err(AssignError::Infeasible(Box::new(Refutation::Cut(certificate(model)))));
    }
    Ok((network, flow))
}

/// A part of a search in which the number of reviews that is given cannot be had.
fn without_cut() -> AssignError {
    AssignError::Infeasible(Box::new(Refutation::Search(Exhausted::new(1))))
}
