//! The greatest sum of scores among the assignments that other goals leave open: weighted b-matching.

use alloc::vec::Vec;

use super::network::{Model, WorkWindow};
use super::room::Room;
use super::{AssignError, Run};
use crate::flow::{
    Blockade, Builder, ColumnNode, Cut, CutSide, Instance, NONE, Obstacle, Program, RowNode, Unmatched, Unsolved,
    Window,
};
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
    /// Works with copies that count together, as far as their dual is not 0; sorted.
    pub(super) works: Vec<(WorkWindow, i128)>,
    listed: Listed,
}

/// The pairs that were solved for.
enum Listed {
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
        let slack = |right: u32, score: i64| {
            let work = nodes.bundle(left, right as usize);
            let place = self.works.binary_search_by_key(&(index(left), work), |(of, _)| (of.left, of.work));
            let copies = place.map_or(0, |place| self.works[place].1);
            i128::from(score) - self.all - self.left[left] - self.right[right as usize] - copies
        };
        match &self.listed {
            Listed::Instance(instance) => {
                instance.for_each_in(left, |right, score| visit(right, slack(right, score)));
            }
            Listed::Rows(rows) => rows[left].iter().for_each(|&(right, score)| visit(right, slack(right, score))),
        }
    }
}

/// Solves for the greatest sum of scores.
pub(super) fn solve(nodes: &Model<'_>, room: &Room, run: &mut Run<'_>) -> Result<Solved, Hindrance> {
    let problem = nodes.problem;
    // What the forced pairs leave of the bounds.
    let (mut left, mut right) = (room.left.clone(), room.right.clone());
    for &(from, to) in &room.forced {
        left[from as usize] = less(left[from as usize], 1);
        right[to as usize] = less(right[to as usize], 1);
    }
    let copies = problem.people.copies.len() < problem.submissions();
    let once = problem.policy.same_work_once == CopyRule::Once;
    if room.count.is_some() || (copies && (once || !problem.settled.work_musts.is_empty())) {
        let mut rows = Vec::with_capacity(left.len());
        room.each_row(nodes, run, |_, pairs| rows.push(pairs.to_vec()))?;
        return by_program(nodes, room, (&left, &right), rows, run);
    }
    let mut expected = left.len().saturating_mul(right.len());
    if !room.has_all() {
        expected = 0;
        room.each_row(nodes, run, |_, pairs| expected += pairs.len())?;
    } else if problem.policy.unscored == Unscored::Forbid {
        expected = problem.pairs.scores.values().len();
    }
    let mut builder = Builder::with_shape(right, left.len(), expected);
    room.each_row(nodes, run, |row, pairs| builder.row(left[row], pairs))?;
    by_instance(builder.finish(), run)
}

fn less(window: Window, forced: u32) -> Window {
    Window::new(window.min.saturating_sub(forced), window.max.saturating_sub(forced))
}

fn by_instance(instance: Instance, run: &mut Run<'_>) -> Result<Solved, Hindrance> {
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
        works: Vec::new(),
        listed: Listed::Instance(instance),
    })
}

/// Works with copies are classes of a left node's pairs, and left nodes are classes of all where their number is given.
fn by_program(
    nodes: &Model<'_>,
    room: &Room,
    (left, right): (&[Window], &[Window]),
    pairs: Vec<Vec<(u32, i64)>>,
    run: &mut Run<'_>,
) -> Result<Solved, Hindrance> {
    let mut program = Program::new();
    let all = room.count.map(|count| program.row(less(Window::exactly(saturated(count)), index(room.forced.len()))));
    let columns: Vec<ColumnNode> = right.iter().map(|&window| program.column(window)).collect();
    let mut rows = Vec::with_capacity(left.len());
    let mut classes = Vec::new();
    for (row, (&window, pairs)) in left.iter().zip(&pairs).enumerate() {
        let node = match all {
            Some(all) => program.row_class(all, window),
            None => program.row(window),
        };
        rows.push(node);
        let mut by_work: Vec<(u32, u32, i64)> =
            pairs.iter().map(|&(right, score)| (nodes.bundle(row, right as usize), right, score)).collect();
        by_work.sort_unstable();
        for copies in by_work.chunk_by(|a, b| a.0 == b.0) {
            let work = copies[0].0;
            let mut from = node;
            if work != NONE {
                let forced = room.forced_of(row).filter(|&right| nodes.bundle(row, right as usize) == work);
                let forced = index(forced.count());
                // More copies than there are never count, and a maximum that says so has no dual.
                let Window { min, max } = room.limits(nodes, row, work);
                let window = Window::new(min, max.min(index(copies.len()) + forced + 1));
                from = program.row_class(node, less(window, forced));
                classes.push((WorkWindow { left: index(row), work, window }, from));
            }
            for &(_, right, score) in copies {
                program.pair(from, columns[right as usize], score);
            }
        }
    }
    let mut stop = None;
    let solved = program.solve(&mut |pivots| {
        stop = run.report("matching scores", pivots, 0).err();
        stop.is_none()
    });
    let optimum = solved.map_err(|unsolved| match unsolved {
        Unsolved::Infeasible(Obstacle::Cut(blockade)) => Hindrance::Cut(cut(&blockade, &rows)),
        Unsolved::Infeasible(_) => Hindrance::Cut(crossed(left, right)),
        Unsolved::Stopped => stop.unwrap_or(AssignError::Interrupted).into(),
        Unsolved::TooLarge => AssignError::OutOfBudget { steps: run.steps() }.into(),
    })?;
    debug_assert_eq!(program.check(&optimum), Ok(()));
    let dual = |node: &RowNode| optimum.rows[node.index()];
    let works = classes.iter().map(|(of, node)| (*of, dual(node))).filter(|&(_, dual)| dual != 0);
    Ok(Solved {
        objective: optimum.objective,
        all: all.map_or(0, |all| dual(&all)),
        left: rows.iter().map(dual).collect(),
        right: optimum.columns.clone(),
        works: works.collect(),
        listed: Listed::Rows(pairs),
    })
}

fn saturated(count: u64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// The cut around a node whose minimum is above its maximum, and so above the number of its pairs.
fn crossed(left: &[Window], right: &[Window]) -> Cut {
    let find = |windows: &[Window]| windows.iter().position(|window| window.min > window.max).map(index);
    match find(left) {
        Some(row) => Cut { side: CutSide::Left, left: alloc::vec![row], right: Vec::new() },
        None => Cut { side: CutSide::Right, left: Vec::new(), right: find(right).into_iter().collect() },
    }
}

/// What is forced into a set of nodes comes with the minima of its left nodes, and what is forced out of it with those
/// of its right ones; classes of works have no minima unless a flow has met them already.
fn cut(blockade: &Blockade, rows: &[RowNode]) -> Cut {
    let left = (0..).zip(rows).filter(|(_, node)| blockade.rows.binary_search(node).is_ok());
    let right = blockade.columns.iter().map(|node| index(node.index()));
    let side = if blockade.inward { CutSide::Left } else { CutSide::Right };
    Cut { side, left: left.map(|(row, _)| row).collect(), right: right.collect() }
}
