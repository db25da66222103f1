//! What the goals before a strategy's own leave open, as a program without rewards: everything that is fair, random or
//! limited stands on it.

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::goals::{Aim, count_is_free};
use super::infeasible::certified;
use super::matching::seeded_orders;
use super::network::Model;
use super::optimum::fixed_pairs;
use super::room::Room;
use super::scores::less;
use super::{AssignError, Run};
use crate::assignment::Assignment;
use crate::certificate::Refutation;
use crate::flow::{
    Blockade, Builder, ColumnNode, Counters, Cut, CutSide, Feasibility, GroupCut, Instance, Matching, NONE, Obstacle,
    Optimum, Program, RowNode, Slice, Unmatched, Unsolved, Window,
};
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::rows::index;

/// A pair that some of the assignments have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OpenPair {
    /// The left node of the student.
    pub(super) left: u32,
    /// The right node of the submission.
    pub(super) right: u32,
    /// Its score, in 10^-6.
    pub(super) score: i64,
}

/// Whether bounds can be met.
enum Met {
    Yes,
    /// Not; with a cut that says why, where it is simple to tell.
    No(Option<Cut>),
}

/// The assignments that meet the goals before the strategy's own.
///
/// They are the solutions of a [`Program`] in which each pair has one unit or none; pairs that all of them have are part
/// of it, with a window of exactly one. Fixed reviews are not.
#[derive(Debug, Clone)]
pub(super) struct Ground<'p> {
    /// Students and submissions as nodes, in a seeded order; it lists no pairs.
    pub(super) nodes: Model<'p>,
    pub(super) program: Program,
    /// How many units a whole review has: 1, but where pairs have limits.
    pub(super) whole: u32,
    /// Left node -> its row; the two have the same number where the ground is plain.
    pub(super) rows: Vec<RowNode>,
    /// Right node -> its column.
    pub(super) columns: Vec<ColumnNode>,
    /// The pairs, in the order of the program: by left, then by right node.
    pub(super) pairs: Vec<OpenPair>,
    /// Left node -> its first pair; one more entry than left nodes.
    pub(super) starts: Vec<usize>,
    /// The windows of rows and columns, where nothing else binds.
    pub(super) plain: Option<(Vec<Window>, Vec<Window>)>,
}

impl<'p> Ground<'p> {
    /// The ground of a strategy that maximises a total and may use the room up to the maxima ([`Aim::Affinity`]), or one
    /// that chooses at the number of reviews that is settled ([`Aim::Own`]), with nodes in the order of a seed.
    ///
    /// # Errors
    /// The certificate when the minima cannot be met and must be, and what ends any run.
    pub(super) fn of(problem: &'p Problem, aim: Aim, seed: u64, run: &mut Run<'_>) -> Result<Self, AssignError> {
        if !problem.panels.is_empty() {
            return Self::by_stages(problem, aim, seed, None, run);
        }
        let (students, submissions) = seeded_orders(problem, seed);
        let nodes = Model { aim, ..Model::nodes(problem, &students, &submissions) };
        if let Some(room) = Room::by_numbers(&nodes) {
            let ground = Self::in_room(nodes.clone(), &room, run)?;
            let stated = count_is_free(problem, aim) && problem.policy.shortfall == Shortfall::Error;
            match ground.met(run)? {
                Met::Yes => return Ok(ground),
                Met::No(cut) => {
                    if let Some(certificate) = cut.filter(|_| stated).and_then(|cut| certified(&nodes, &cut)) {
                        return Err(AssignError::Infeasible(Box::new(Refutation::Cut(certificate))));
                    }
                }
            }
        }
        let room = Room::by_flow(&nodes, run)?;
        Self::in_room(nodes, &room, run)
    }

    /// The ground in what other goals leave open.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn in_room(nodes: Model<'p>, room: &Room, run: &mut Run<'_>) -> Result<Self, AssignError> {
        let mut program = Program::new();
        let count = room.count.map(|count| u32::try_from(count).unwrap_or(u32::MAX));
        let all = count.map(|count| program.row(Window::exactly(count)));
        let groups: Vec<ColumnNode> = room.groups.iter().map(|&window| program.column(window)).collect();
        let rows: Vec<RowNode> = (room.left.iter())
            .map(|&window| match all {
                Some(all) => program.row_class(all, window),
                None => program.row(window),
            })
            .collect();
        let columns: Vec<ColumnNode> = (room.right.iter().enumerate())
            .map(|(right, &window)| match nodes.group_of(right) {
                Some(group) => program.column_class(groups[group], window),
                None => program.column(window),
            })
            .collect();
        let mut ground = Self::without_pairs(nodes, program, rows, columns);
        let mut bundled = false;
        let nodes = ground.nodes.clone();
        room.each_row(&nodes, run, |left, open| bundled |= ground.row(left, open, room))?;
        ground.starts.push(ground.pairs.len());
        if all.is_none() && groups.is_empty() && !bundled {
            ground.plain = Some((room.left.clone(), room.right.clone()));
        }
        Ok(ground)
    }

    /// A ground to which pairs are added row by row.
    pub(super) const fn without_pairs(
        nodes: Model<'p>,
        program: Program,
        rows: Vec<RowNode>,
        columns: Vec<ColumnNode>,
    ) -> Self {
        Self { nodes, program, whole: 1, rows, columns, pairs: Vec::new(), starts: Vec::new(), plain: None }
    }

    /// Adds the pairs of a left node that a room tells, those that all assignments have among them; whether any of them
    /// count together.
    fn row(&mut self, left: usize, open: &[(u32, i64)], room: &Room) -> bool {
        let nodes = &self.nodes;
        let open = open.iter().map(|&(right, score)| (right, score, Window::new(0, 1)));
        let forced = room.forced_of(left).map(|right| (right, nodes.score(left, right as usize), Window::exactly(1)));
        let pairs: Vec<(u32, i64, Window)> = open.chain(forced).collect();
        let columns = core::mem::take(&mut self.columns);
        let limits = |nodes: &Model<'_>, work| room.limits(nodes, left, work);
        let bundled = self.add_row(left, pairs, limits, |_, right| columns[right as usize]);
        self.columns = columns;
        bundled
    }

    /// Adds pairs of a left node with their windows; `limits` tells how many copies of a work count, `head` to which node
    /// of the columns a pair leads. Whether any of them count together.
    pub(super) fn add_row(
        &mut self,
        left: usize,
        mut pairs: Vec<(u32, i64, Window)>,
        limits: impl Fn(&Model<'p>, u32) -> Window,
        mut head: impl FnMut(&mut Program, u32) -> ColumnNode,
    ) -> bool {
        pairs.sort_unstable_by_key(|&(right, ..)| right);
        let nodes = &self.nodes;
        let mut works: Vec<(u32, u32)> = Vec::new();
        for &(right, ..) in &pairs {
            let work = nodes.bundle(left, right as usize);
            if work != NONE {
                works.push((work, 1));
            }
        }
        works.sort_unstable();
        works.dedup_by(|again, first| {
            let same = again.0 == first.0;
            first.1 += u32::from(same);
            same
        });
        let classes: Vec<(u32, RowNode)> = (works.iter())
            .map(|&(work, copies)| {
                // More copies than there are never count.
                let Window { min, max } = limits(nodes, work);
                (work, self.program.row_class(self.rows[left], Window::new(min, max.min(copies))))
            })
            .collect();
        self.starts.push(self.pairs.len());
        for (right, score, units) in pairs {
            let work = self.nodes.bundle(left, right as usize);
            let class = classes.binary_search_by_key(&work, |&(work, _)| work);
            let tail = class.map_or(self.rows[left], |place| classes[place].1);
            let head = head(&mut self.program, right);
            self.program.pair_within(tail, head, units, &[]);
            self.pairs.push(OpenPair { left: index(left), right, score });
        }
        !classes.is_empty()
    }

    /// Whether there is any assignment.
    fn met(&self, run: &mut Run<'_>) -> Result<Met, AssignError> {
        let mut stop = None;
        let mut proceed = |run: &mut Run<'_>| {
            stop = run.report("matching", 0, 0).err();
            stop.is_none()
        };
        let found = match self.instance(|_| 0) {
            Some(instance) => match instance.feasible(&mut || proceed(run)) {
                Ok(Feasibility::Matching(_)) => Some(Met::Yes),
                Ok(Feasibility::Cut(cut)) => Some(Met::No(Some(cut))),
                Err(Unmatched::Stopped) => None,
                Err(_) => Some(Met::No(None)),
            },
            None => match self.program.solve(&mut |_| proceed(run)) {
                Ok(_) => Some(Met::Yes),
                Err(Unsolved::Stopped) => None,
                Err(_) => Some(Met::No(None)),
            },
        };
        found.ok_or_else(|| stop.unwrap_or(AssignError::Interrupted))
    }

    /// The cut that an obstacle of the program is, or of one with other windows; none where a pair alone stands in the way.
    pub(super) fn cut(&self, obstacle: &Obstacle) -> Option<GroupCut> {
        let (rows, columns, inward) = match obstacle {
            Obstacle::Row(node) => (core::slice::from_ref(node), &[][..], true),
            Obstacle::Column(node) => (&[][..], core::slice::from_ref(node), false),
            Obstacle::Cut(Blockade { rows, columns, inward, .. }) => (&rows[..], &columns[..], *inward),
            Obstacle::Pair(_) => return None,
        };
        let left = (0..).zip(&self.rows).filter(|(_, row)| rows.binary_search(row).is_ok()).map(|(left, _)| left);
        let right = (0..).zip(&self.columns).filter(|(_, column)| columns.binary_search(column).is_ok());
        let side = if inward { CutSide::Left } else { CutSide::Right };
        let cut = Cut { side, left: left.collect(), right: right.map(|(right, _)| right).collect() };
        // Shared works are the first columns, in their order.
        let groups = columns
            .iter()
            .map(|column| index(column.index()))
            .filter(|&column| (column as usize) < self.nodes.groups.len());
        Some(GroupCut { cut, groups: groups.collect() })
    }

    /// The pairs of a left node, as places among all.
    pub(super) fn of_left(&self, left: usize) -> core::ops::Range<usize> {
        self.starts[left]..self.starts[left + 1]
    }

    /// The place of a pair, if it is open.
    pub(super) fn find(&self, left: u32, right: u32) -> Option<usize> {
        place(&self.pairs, &self.starts, left, right)
    }

    /// Whether a pair is part of every assignment.
    pub(super) fn is_forced(&self, pair: usize) -> bool {
        self.program.window(pair).min > 0
    }

    /// The same as an instance of the faster engine, with weights by pair, where nothing but rows and columns binds; what
    /// is forced is left out.
    pub(super) fn instance(&self, weight: impl Fn(usize) -> i64) -> Option<Instance> {
        let (mut left, mut right) = self.plain.clone()?;
        let forced = (0..self.pairs.len()).filter(|&pair| self.is_forced(pair)).map(|pair| self.pairs[pair]);
        for pair in forced {
            left[pair.left as usize] = less(left[pair.left as usize], 1);
            right[pair.right as usize] = less(right[pair.right as usize], 1);
        }
        let mut builder = Builder::with_shape(right, left.len(), self.pairs.len());
        let mut row: Vec<(u32, i64)> = Vec::new();
        for (node, &window) in left.iter().enumerate() {
            row.clear();
            let open = self.of_left(node).filter(|&pair| !self.is_forced(pair));
            row.extend(open.map(|pair| (self.pairs[pair].right, weight(pair))));
            builder.row(window, &row);
        }
        Some(builder.finish())
    }

    /// The assignments of the greatest sum of rewards, as a ground of their own.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn among_greatest(
        mut self,
        stage: &'static str,
        reward: impl Fn(usize) -> i64,
        run: &mut Run<'_>,
    ) -> Result<Self, AssignError> {
        let program = self.program.rewarded(|pair, slices| slices.push(Slice::new(self.whole, reward(pair))));
        let optimum = solve(&program, stage, run)?.map_err(|_| AssignError::OutOfBudget { steps: run.steps() })?;
        (self.program, self.plain) = (program.face(&optimum), None);
        self.leave_out_closed();
        Ok(self)
    }

    /// Leaves out the pairs that none of the assignments have.
    pub(super) fn leave_out_closed(&mut self) {
        let open: Vec<bool> = (0..self.pairs.len()).map(|pair| self.program.window(pair).max > 0).collect();
        self.program = self.program.only(|pair| open[pair]);
        let mut kept = 0;
        let ends = self.starts.clone();
        for (left, start) in self.starts.iter_mut().enumerate() {
            let from = if left == 0 { 0 } else { ends[left - 1] };
            kept += open[from..ends[left]].iter().filter(|open| **open).count();
            *start = kept;
        }
        let mut number = 0;
        self.pairs.retain(|_| {
            number += 1;
            open[number - 1]
        });
    }

    /// An assignment of the greatest sum of rewards, with its proof.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn greatest(
        &self,
        stage: &'static str,
        reward: impl Fn(usize) -> i64,
        run: &mut Run<'_>,
    ) -> Result<Optimum, AssignError> {
        self.greatest_again(stage, reward, &mut None, run)
    }

    /// The same, where sums of other rewards were solved for before: the sooner, the less they differ. What is found is
    /// kept in `earlier` for the next time.
    ///
    /// # Errors
    /// What ends a run.
    pub(super) fn greatest_again(
        &self,
        stage: &'static str,
        reward: impl Fn(usize) -> i64,
        earlier: &mut Option<Matching>,
        run: &mut Run<'_>,
    ) -> Result<Optimum, AssignError> {
        let mut stop = None;
        if let Some(instance) = self.instance(&reward) {
            let mut watch = |counters: &Counters| {
                stop = run.report(stage, counters.bids + counters.augmentations, 0).err();
                stop.is_none()
            };
            let solved = match earlier {
                Some(earlier) => instance.solve_again(earlier, &mut watch),
                None => instance.solve_watched(None, &mut watch),
            };
            match solved {
                Ok(matching) => {
                    let wide = |duals: &[i64]| duals.iter().copied().map(i128::from).collect();
                    let chosen = matching.chosen();
                    let units: Vec<u32> = (self.pairs.iter().enumerate())
                        .map(|(pair, open)| {
                            let is_chosen = chosen.of(open.left as usize).binary_search(&open.right).is_ok();
                            u32::from(is_chosen || self.is_forced(pair))
                        })
                        .collect();
                    let forced = (0..self.pairs.len()).filter(|&pair| self.is_forced(pair));
                    let optimum = Optimum {
                        units,
                        rows: wide(&matching.duals().rows),
                        columns: wide(&matching.duals().columns),
                        objective: matching.objective() + forced.map(|pair| i128::from(reward(pair))).sum::<i128>(),
                        pivots: 0,
                    };
                    *earlier = Some(matching);
                    return Ok(optimum);
                }
                Err(Unmatched::Stopped) => return Err(stop.unwrap_or(AssignError::Interrupted)),
                // The general method below has room for more.
                Err(_) => {}
            }
        }
        let program = self.program.rewarded(|pair, slices| slices.push(Slice::new(1, reward(pair))));
        solve(&program, stage, run)?.map_err(|_| AssignError::OutOfBudget { steps: run.steps() })
    }

    /// The assignment of the pairs with units, with the fixed reviews.
    pub(super) fn assignment(&self, units: impl Fn(usize) -> u32) -> Assignment {
        let chosen = self.pairs.iter().enumerate().filter(|&(pair, _)| units(pair) > 0);
        let chosen = chosen.map(|(_, pair)| self.nodes.members((pair.left as usize, pair.right as usize)));
        let problem = self.nodes.problem;
        Assignment::new(problem.students(), chosen.chain(fixed_pairs(problem)).collect())
    }

    /// The sum of the scores of the fixed reviews of each submission.
    pub(super) fn standing(&self) -> Vec<i64> {
        let problem = self.nodes.problem;
        let mut sums = alloc::vec![0; problem.submissions()];
        for (student, submission) in fixed_pairs(problem) {
            sums[submission as usize] += problem.score(student as usize, submission as usize).unwrap_or(0);
        }
        sums
    }
}

/// The place of a pair among those of a ground, if it is open; `starts` are those of left nodes.
pub(super) fn place(pairs: &[OpenPair], starts: &[usize], left: u32, right: u32) -> Option<usize> {
    let range = starts[left as usize]..starts[left as usize + 1];
    let place = pairs[range.clone()].binary_search_by_key(&right, |pair| pair.right);
    place.ok().map(|place| range.start + place)
}

/// The optimum of a program, or what stands in the way of any solution.
///
/// # Errors
/// What ends a run; numbers that are too large do.
pub(super) fn solve(
    program: &Program,
    stage: &'static str,
    run: &mut Run<'_>,
) -> Result<Result<Optimum, Obstacle>, AssignError> {
    let mut stop = None;
    let solved = program.solve(&mut |pivots| {
        stop = run.report(stage, pivots, 0).err();
        stop.is_none()
    });
    match solved {
        Ok(optimum) => Ok(Ok(optimum)),
        Err(Unsolved::Infeasible(obstacle)) => Ok(Err(obstacle)),
        Err(Unsolved::Stopped) => Err(stop.unwrap_or(AssignError::Interrupted)),
        Err(Unsolved::TooLarge) => Err(AssignError::OutOfBudget { steps: run.steps() }),
    }
}

#[cfg(test)]
#[path = "ground_tests.rs"]
mod tests;
