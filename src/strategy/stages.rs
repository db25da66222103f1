//! The shared goals as a sequence of programs, each among all optima of the one before (lexicographic optimisation).
//!
//! It settles them where rules on panels or limits on pairs make them a flow with classes on both sides, or one in parts
//! of reviews. Without these the flow of [`optimum`](super::optimum) does so faster.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::goals::{Aim, Goal, count_is_free, counting_order, full_order};
use super::ground::{Ground, solve};
use super::infeasible::blocked;
use super::limits::Limits;
use super::matching::seeded_orders;
use super::network::{Model, Pair};
use super::shares::TOO_FINE;
use super::{AssignError, Run};
use crate::certificate::{Exhausted, Refutation};
use crate::flow::{ColumnNode, Node, Obstacle, Optimum, Program, RowNode, Slice, Window};
use crate::input::Shortfall;
use crate::problem::Problem;
use crate::problem::panels::Place;
use crate::problem::rows::index;

/// A class of a submission, as a node of its column.
pub(super) struct ClassNode {
    pub(super) right: u32,
    pub(super) class: u32,
    pub(super) node: ColumnNode,
}

/// A ground while its goals are settled.
struct Stages<'p> {
    ground: Ground<'p>,
    /// The pairs as goals see them, in the order of the program.
    pairs: Vec<Pair>,
    /// What all reviews pass.
    all: RowNode,
    groups: Vec<ColumnNode>,
    classes: Vec<ClassNode>,
    /// How likely pairs may be, where reviews are counted in parts.
    limits: Option<Limits>,
}

impl<'p> Ground<'p> {
    /// The same as [`of`](Ground::of) in stages; where there are limits, in parts of reviews, so many as a whole has.
    ///
    /// # Errors
    /// The certificate when the minima cannot be met and must be, and what ends any run.
    pub(super) fn by_stages(
        problem: &'p Problem,
        aim: Aim,
        seed: u64,
        limits: Option<(Limits, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Self, AssignError> {
        let (students, submissions) = seeded_orders(problem, seed);
        Self::staged(Model { aim, ..Model::nodes(problem, &students, &submissions) }, limits, run)
    }

    /// The same for nodes in an order of their own.
    ///
    /// # Errors
    /// The certificate when the minima cannot be met and must be, and what ends any run.
    pub(super) fn staged(
        nodes: Model<'p>,
        limits: Option<(Limits, u32)>,
        run: &mut Run<'_>,
    ) -> Result<Self, AssignError> {
        let (problem, aim) = (nodes.problem, nodes.aim);
        let mut stages = Stages::new(nodes);
        if let Some((limits, whole)) = limits {
            stages.refine(limits, whole)?;
        }
        let settled: u64 = problem.settled.received.iter().map(|&count| u64::from(count)).sum();
        let total = problem.settled.total.map(|total| total.saturating_sub(settled));
        let deletes_first =
            problem.counts_deletes() && !problem.asks_nothing() && !count_is_free(problem, aim) && aim != Aim::Count;
        let mut counted = total.is_some();
        if let Some(total) = total {
            let total = u32::try_from(total).unwrap_or(u32::MAX).saturating_mul(stages.ground.whole);
            stages.ground.program.narrow_row(stages.all, Window::exactly(total));
        } else if deletes_first {
            let before = stages.ground.program.clone();
            let count = stages.settle(&counting_order(problem), run)?.units.iter().map(|&units| u64::from(units)).sum();
            stages.ground.program = before;
            let count: u32 = u64::try_into(count).unwrap_or(u32::MAX);
            stages.ground.program.narrow_row(stages.all, Window::exactly(count));
            counted = true;
        }
        stages.settle(&full_order(problem, aim, counted), run)?;
        stages.ground.leave_out_closed();
        Ok(stages.ground)
    }
}

impl<'p> Stages<'p> {
    /// All free pairs, with what is stated of them.
    fn new(nodes: Model<'p>) -> Self {
        let problem = nodes.problem;
        let lenient = problem.policy.shortfall == Shortfall::Partial;
        let window = |node: &Node| Window::new(if lenient { 0 } else { node.min }, node.max);
        let mut program = Program::new();
        let reach = nodes.left.iter().map(|node| u64::from(node.max)).sum::<u64>();
        let all = program.row(Window::new(0, u32::try_from(reach).unwrap_or(u32::MAX)));
        let groups: Vec<ColumnNode> = nodes.groups.iter().map(|node| program.column(window(node))).collect();
        let rows: Vec<RowNode> = nodes.left.iter().map(|node| program.row_class(all, window(node))).collect();
        let columns: Vec<ColumnNode> = (nodes.right.iter().enumerate())
            .map(|(right, node)| match nodes.group_of(right) {
                Some(group) => program.column_class(groups[group], window(node)),
                None => program.column(window(node)),
            })
            .collect();
        let (count, rights) = (nodes.left.len(), nodes.right.len());
        let mut classes = Classes::new(&nodes, columns.clone());
        for right in 0..index(rights) {
            classes.demand(right, &mut program);
        }
        let mut ground = Ground::without_pairs(nodes, program, rows, columns);
        let mut pairs = Vec::new();
        for left in 0..count {
            let nodes = &ground.nodes;
            let free = (0..rights).filter(|&right| nodes.is_free(left, right));
            let row: Vec<_> = free.map(|right| (index(right), nodes.score(left, right), Window::new(0, 1))).collect();
            pairs.extend(row.iter().map(|&(right, ..)| nodes.pair(left, right as usize)));
            let innermost = problem.panels.innermost(nodes.students[left] as usize);
            let limits = |nodes: &Model<'_>, work| nodes.limits(left, work);
            ground.add_row(left, row, limits, |program, right| classes.node(right, innermost, program));
        }
        ground.starts.push(ground.pairs.len());
        let classes = classes.into_nodes();
        Self { ground, pairs, all, groups, classes, limits: None }
    }

    /// Counts in parts of reviews, and gives each pair as many as its limit says.
    fn refine(&mut self, limits: Limits, whole: u32) -> Result<(), AssignError> {
        let ground = &mut self.ground;
        ground.program = ground.program.finer(whole).ok_or(AssignError::Unsupported { what: TOO_FINE })?;
        ground.whole = whole;
        self.limits = Some(limits);
        for (pair, open) in ground.pairs.iter().enumerate() {
            let (left, right) = (open.left as usize, open.right as usize);
            let most = limits.most(&ground.nodes, (left, right), whole);
            ground.program.narrow(pair, Window::new(0, most));
        }
        Ok(())
    }

    /// Narrows the ground to what is best in one goal after the other; returns an optimum.
    fn settle(&mut self, order: &[Goal], run: &mut Run<'_>) -> Result<Optimum, AssignError> {
        let mut last = self.solve(&self.ground.program, run)?;
        for &goal in order {
            let Some(program) = self.stage(goal) else { continue };
            last = self.solve(&program, run)?;
            self.ground.program = program.face(&last);
        }
        Ok(last)
    }

    fn solve(&self, program: &Program, run: &mut Run<'_>) -> Result<Optimum, AssignError> {
        let solved = solve(program, "matching", run)?;
        solved.map_err(|obstacle| AssignError::Infeasible(Box::new(self.refutation(&obstacle))))
    }

    /// The proof that there is no assignment, as far as it can be told as a cut.
    fn refutation(&self, obstacle: &Obstacle) -> Refutation {
        let cut = blocked(&self.ground, &self.classes, self.limits, obstacle);
        cut.map_or_else(|| Refutation::Search(Exhausted::new(1)), Refutation::Cut)
    }

    /// The ground with what a goal is about as rewards and costs; none where the goal is silent.
    fn stage(&self, goal: Goal) -> Option<Program> {
        let Self { ground, pairs, .. } = self;
        let (nodes, whole) = (&ground.nodes, ground.whole);
        let reward = |of: &dyn Fn(&Pair) -> i64| {
            let speaks = pairs.iter().any(|pair| of(pair) != 0);
            speaks.then(|| ground.program.rewarded(|pair, slices| slices.push(Slice::new(whole, of(&pairs[pair])))))
        };
        let unpriced = || ground.program.rewarded(|_, _| ());
        match goal {
            // A must for which several copies would do is the minimum of a class.
            Goal::Must => None,
            Goal::Deletes => reward(&|pair| i64::from(pair.movable)),
            Goal::Gain => reward(&|pair| pair.gain),
            Goal::Count => {
                let mut program = unpriced();
                program.row_cost(self.all, &[Slice::new(1, 1)]);
                Some(program)
            }
            Goal::Missing | Goal::MissingSquares => {
                let mut program = unpriced();
                let square = goal == Goal::MissingSquares;
                let cost = |node: &Node| shortage(node, square, whole);
                let of_groups = nodes.groups.iter().zip(&self.groups);
                let of_columns = nodes.right.iter().zip(&ground.columns).chain(of_groups);
                of_columns.for_each(|(node, &column)| program.column_cost(column, &cost(node)));
                let of_rows = nodes.left.iter().zip(&ground.rows);
                of_rows.for_each(|(node, &row)| program.row_cost(row, &cost(node)));
                Some(program)
            }
            Goal::Received => {
                let mut program = unpriced();
                let of_columns = nodes.right.iter().zip(&ground.columns);
                of_columns.for_each(|(node, &column)| program.column_cost(column, &squares(node, whole)));
                Some(program)
            }
            Goal::Given => {
                let mut program = unpriced();
                let of_rows = nodes.left.iter().zip(&ground.rows);
                of_rows.for_each(|(node, &row)| program.row_cost(row, &squares(node, whole)));
                Some(program)
            }
        }
    }
}

/// What the load of a node adds to the sum of squares, review by review.
fn squares(node: &Node, whole: u32) -> Vec<Slice> {
    (0..node.max).map(|load| Slice::new(whole, 2 * (i64::from(node.base) + i64::from(load)) + 1)).collect()
}

/// What each review of a node takes from its shortfall, or from the square of it, as a cost below 0.
fn shortage(node: &Node, square: bool, whole: u32) -> Vec<Slice> {
    let missing = |load: u32| i64::from(node.min) - i64::from(load);
    let of = |load| if square { 1 - 2 * missing(load) } else { -1 };
    let mut slices: Vec<Slice> = (0..node.min.min(node.max)).map(|load| Slice::new(whole, of(load))).collect();
    slices.push(Slice::new(1, 0));
    slices
}

/// The classes of the columns while they are made.
struct Classes<'m> {
    problem: &'m Problem,
    submissions: Vec<u32>,
    columns: Vec<ColumnNode>,
    fixed: BTreeMap<(u32, u32), u32>,
    nodes: BTreeMap<(u32, u32), ColumnNode>,
}

impl<'m> Classes<'m> {
    fn new(nodes: &Model<'m>, columns: Vec<ColumnNode>) -> Self {
        let problem = nodes.problem;
        let fixed = problem.fixed_of_classes();
        Self { problem, submissions: nodes.submissions.clone(), columns, fixed, nodes: BTreeMap::new() }
    }

    /// The node of a nested class of a submission, or of the submission itself.
    fn node(&mut self, right: u32, class: Option<u32>, program: &mut Program) -> ColumnNode {
        let Some(class) = class else { return self.columns[right as usize] };
        if let Some(&node) = self.nodes.get(&(right, class)) {
            return node;
        }
        let Place::Nested(around) = self.problem.panels.classes[class as usize].place else {
            unreachable!("innermost classes are nested")
        };
        let around = self.node(right, around, program);
        let node = program.column_class(around, self.window(right, class));
        self.nodes.insert((right, class), node);
        node
    }

    /// The nodes of the classes that a submission must have some of, whether or not anybody is left for them.
    fn demand(&mut self, right: u32, program: &mut Program) {
        for class in 0..index(self.problem.panels.classes.len()) {
            let nested = matches!(self.problem.panels.classes[class as usize].place, Place::Nested(_));
            if nested && self.window(right, class).min > 0 {
                self.node(right, Some(class), program);
            }
        }
    }

    /// What the fixed reviews leave of a rule.
    fn window(&self, right: u32, class: u32) -> Window {
        let rule = &self.problem.panels.classes[class as usize];
        let fixed = self.fixed.get(&(self.submissions[right as usize], class)).copied().unwrap_or(0);
        // More students than there are never count.
        let most = index(self.problem.students());
        let min = rule.min.saturating_sub(fixed);
        Window::new(min, rule.max.map_or(most.max(min), |max| max.saturating_sub(fixed)))
    }

    fn into_nodes(self) -> Vec<ClassNode> {
        self.nodes.into_iter().map(|((right, class), node)| ClassNode { right, class, node }).collect()
    }
}
