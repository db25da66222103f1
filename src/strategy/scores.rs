//! The greatest sum of scores among the assignments that other goals leave open: weighted b-matching.

use alloc::vec::Vec;

use super::classes::{Classes, SPARE};
use super::network::{Model, WorkWindow};
use super::room::Room;
use super::{AssignError, Run};
use crate::flow::{Builder, Cut, CutSide, Instance, Unmatched, Window};
use crate::input::{CopyRule, Unscored};
use crate::problem::rows::index;

/// An optimum in duals.
pub(super) struct Solved {
    /// The sum of the scores of the open pairs.
    pub(super) objective: i128,
    /// The dual of the number of pairs, where that is given.
    pub(super) all: i128,
    pub(super) left: Vec<i128>,
    pub(super) right: Vec<i128>,
    /// Those of the shared works; empty where no bound is shared.
    pub(super) groups: Vec<i128>,
    /// Works with copies that count together, as far as their dual is not 0; sorted.
    pub(super) works: Vec<(WorkWindow, i128)>,
    pub(super) listed: Listed,
}

/// The pairs that were solved for.
pub(super) enum Listed {
    Instance(Instance),
    Rows(Vec<Vec<(u32, i64)>>),
}

/// Why there is no optimum.
pub(super) enum Hindrance {
    /// The bounds cannot all be kept.
    Cut(Cut),
    /// The run ended.
    Run(AssignError),
}

impl From<AssignError> for Hindrance {
    fn from(error: AssignError) -> Self {
        Self::Run(error)
    }
}

impl Solved {
    /// Calls `visit` with each open pair of a left node, right nodes ascending, and with what its score is above the
    /// duals.
    pub(super) fn each_slack(&self, nodes: &Model<'_>, left: usize, mut visit: impl FnMut(u32, i128)) {
        let mut slack = |right: u32, score: i64| visit(right, self.slack(nodes, left, right, score));
        match &self.listed {
            Listed::Instance(instance) => instance.for_each_in(left, slack),
            Listed::Rows(rows) => rows[left].iter().for_each(|&(right, score)| slack(right, score)),
        }
    }

    /// What the score of a pair is above the duals.
    pub(super) fn slack(&self, nodes: &Model<'_>, left: usize, right: u32, score: i64) -> i128 {
        let work = nodes.bundle(left, right as usize);
        let place = self.works.binary_search_by_key(&(index(left), work), |(of, _)| (of.left, of.work));
        let copies = place.map_or(0, |place| self.works[place].1);
        let shared = nodes.group_of(right as usize).and_then(|group| self.groups.get(group)).copied().unwrap_or(0);
        i128::from(score) - self.all - self.left[left] - self.right[right as usize] - copies - shared
    }
}

/// Solves for the greatest sum of scores.
pub(super) fn solve(nodes: &Model<'_>, room: &Room, run: &mut Run<'_>) -> Result<Solved, Hindrance> {
    let problem = nodes.problem;
    // What the forced pairs leave of the bounds.
    let (mut left, mut right, mut groups) = (room.left.clone(), room.right.clone(), room.groups.clone());
    for &(from, to) in &room.forced {
        left[from as usize] = less(left[from as usize], 1);
        right[to as usize] = less(right[to as usize], 1);
        if let Some(group) = nodes.group_of(to as usize) {
            groups[group] = less(groups[group], 1);
        }
    }
    let copies = problem.people.copies.len() < problem.submissions();
    let once = problem.policy.same_work_once == CopyRule::Once;
    if room.count.is_some() || !groups.is_empty() || (copies && (once || !problem.settled.work_musts.is_empty())) {
        let mut rows = Vec::with_capacity(left.len());
        room.each_row(nodes, run, |_, pairs| rows.push(pairs.to_vec()))?;
        return Classes { nodes, room, left, right, groups, pairs: rows }.solve(SPARE, run);
    }
    let mut expected = left.len().saturating_mul(right.len());
    if !room.has_all() {
        // Counted before they are listed: to keep them all twice would take four times the memory of a matrix.
        expected = 0;
        room.each_row(nodes, run, |_, pairs| expected += pairs.len())?;
    } else if problem.policy.unscored == Unscored::Forbid {
        expected = problem.pairs.scores.values().len();
    }
    let mut builder = Builder::with_shape(right, left.len(), expected);
    room.each_row(nodes, run, |row, pairs| builder.row(left[row], pairs))?;
    by_instance(builder.finish(), run)
}

/// What forced pairs leave of a window.
pub(super) fn less(window: Window, forced: u32) -> Window {
    Window::new(window.min.saturating_sub(forced), window.max.saturating_sub(forced))
}

pub(super) fn by_instance(instance: Instance, run: &mut Run<'_>) -> Result<Solved, Hindrance> {
    let mut stop = None;
    let solved = instance.solve_watched(None, &mut |counters| {
        stop = run.report("matching scores", counters.bids + counters.augmentations, 0).err();
        stop.is_none()
    });
    let matching = solved.map_err(|unmatched| match unmatched {
        Unmatched::Infeasible(cut) => Hindrance::Cut(*cut),
        Unmatched::Refuted => Hindrance::Cut(crossed(instance.rows(), instance.columns())),
        Unmatched::Stopped => stop.unwrap_or(AssignError::Interrupted).into(),
        Unmatched::TooLarge { .. } => AssignError::OutOfBudget { steps: run.steps() }.into(),
    })?;
    debug_assert_eq!(instance.check(&matching), Ok(()));
    let wide = |duals: &[i64]| duals.iter().copied().map(i128::from).collect();
    Ok(Solved {
        objective: matching.objective(),
        all: 0,
        left: wide(&matching.duals().rows),
        right: wide(&matching.duals().columns),
        groups: Vec::new(),
        works: Vec::new(),
        listed: Listed::Instance(instance),
    })
}

/// The cut around a node whose minimum is above its maximum, and so above the number of its pairs.
pub(super) fn crossed(left: &[Window], right: &[Window]) -> Cut {
    let find = |windows: &[Window]| windows.iter().position(|window| window.min > window.max).map(index);
    match find(left) {
        Some(row) => Cut { side: CutSide::Left, left: alloc::vec![row], right: Vec::new() },
        None => Cut { side: CutSide::Right, left: Vec::new(), right: find(right).into_iter().collect() },
    }
}
