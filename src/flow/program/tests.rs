//! General programs against all numbers of units on small ones, and against the other engine on plain ones.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the numbers are small by construction"
)]

use alloc::vec::Vec;

use super::super::{Edge, NONE, Network, Node, NodeCost, Window};
use super::forest::Forest;
use super::{Blockade, ColumnNode, Obstacle, Optimum, Program, ProgramFlaw, RowNode, Slice, Unsolved};
use crate::random::{Purpose, Random};

fn solve(program: &Program) -> Result<Optimum, Unsolved> {
    program.solve(&mut |_| true)
}

/// What the first `load` units bring or take.
fn total(slices: &[Slice], load: u32) -> i128 {
    let mut units = slices.iter().flat_map(|slice| (0..slice.units).map(|_| slice.value));
    let last = slices.last().map_or(0, |slice| slice.value);
    (0..load).map(|_| i128::from(units.next().unwrap_or(last))).sum()
}

/// The cost of all nodes of a side under the units at them; none where a window is not kept.
fn side_cost(forest: &Forest, at: &[u32]) -> Option<i128> {
    let mut cost = 0;
    for node in 0..at.len() {
        let is_in = |mut other: usize| loop {
            match (other == node, forest.parents[other]) {
                (true, _) => return true,
                (_, NONE) => return false,
                (_, parent) => other = parent as usize,
            }
        };
        let load = (0..at.len()).filter(|&other| is_in(other)).map(|other| at[other]).sum();
        let window = forest.windows[node];
        if !(window.min..=window.max).contains(&load) {
            return None;
        }
        cost += total(forest.cost(node), load);
    }
    Some(cost)
}

/// What units are worth; none where a window is not kept.
pub(in crate::flow) fn worth(program: &Program, units: &[u32]) -> Option<i128> {
    let mut rows = alloc::vec![0; program.rows.parents.len()];
    let mut columns = alloc::vec![0; program.columns.parents.len()];
    let (mut reward, mut kept) = (0, true);
    program.each_pair(|number, pair, slices| {
        kept &= (pair.window.min..=pair.window.max).contains(&units[number]);
        rows[pair.row as usize] += units[number];
        columns[pair.column as usize] += units[number];
        let slices = if slices[0].units == u32::MAX { &[Slice::new(1, slices[0].value)] } else { slices };
        reward += total(slices, units[number]);
    });
    (kept).then_some(reward - side_cost(&program.rows, &rows)? - side_cost(&program.columns, &columns)?)
}

/// The most that any units are worth.
fn best(program: &Program) -> Option<i128> {
    let mut best: Option<i128> = None;
    each_units(program, |units| best = best.max(worth(program, units)));
    best
}

/// Calls `visit` with all units within the windows of pairs.
pub(in crate::flow) fn each_units(program: &Program, mut visit: impl FnMut(&[u32])) {
    let mut units: Vec<u32> = program.pairs.iter().map(|pair| pair.window.min).collect();
    if program.pairs.iter().any(|pair| pair.window.min > pair.window.max) {
        return;
    }
    loop {
        visit(&units);
        let Some(place) = (0..units.len()).find(|&place| units[place] < program.pairs[place].window.max) else {
            return;
        };
        units[place] += 1;
        for (units, pair) in units[..place].iter_mut().zip(&program.pairs) {
            *units = pair.window.min;
        }
    }
}

/// What random programs are like.
#[derive(Clone, Copy)]
pub(in crate::flow) struct Shape {
    nodes: usize,
    classes: usize,
    /// Values are from `−spread` to `spread`, times `scale`.
    spread: u64,
    scale: i64,
    curved: bool,
    /// One in so many windows has a minimum.
    tight: u64,
}

pub(in crate::flow) const SMALL: Shape = Shape { nodes: 3, classes: 3, spread: 9, scale: 1, curved: true, tight: 4 };

impl Shape {
    fn value(&self, random: &mut Random) -> i64 {
        (random.below(2 * self.spread + 1) as i64 - self.spread as i64) * self.scale
    }

    fn window(&self, random: &mut Random) -> Window {
        let min = if random.chance(1, self.tight) { 1 + random.below(3) as u32 } else { 0 };
        let max = min + random.below(4) as u32;
        // Now and then an empty window.
        if random.chance(1, 200) { Window::new(max + 1, max) } else { Window::new(min, max) }
    }

    fn slices(&self, random: &mut Random) -> Vec<Slice> {
        let mut slices: Vec<Slice> = Vec::new();
        if self.curved {
            for _ in 0..random.index(4) {
                slices.push(Slice::new(random.below(3) as u32, self.value(random)));
            }
            slices.sort_by_key(|slice| slice.value);
        }
        slices
    }

    pub(in crate::flow) fn program(&self, random: &mut Random) -> Program {
        let mut program = Program::new();
        let (rows, columns) = (random.index(self.nodes + 1), random.index(self.nodes + 1));
        let mut row_nodes: Vec<RowNode> = (0..rows).map(|_| program.row(self.window(random))).collect();
        let mut column_nodes: Vec<ColumnNode> = (0..columns).map(|_| program.column(self.window(random))).collect();
        for _ in 0..random.index(self.classes + 1) {
            if rows > 0 && random.chance(1, 2) {
                let within = row_nodes[random.index(row_nodes.len())];
                row_nodes.push(program.row_class(within, self.window(random)));
            } else if columns > 0 {
                let within = column_nodes[random.index(column_nodes.len())];
                column_nodes.push(program.column_class(within, self.window(random)));
            }
        }
        for &node in &row_nodes {
            program.row_cost(node, &self.slices(random));
        }
        for &node in &column_nodes {
            program.column_cost(node, &self.slices(random));
        }
        let mut ways = 1;
        while rows > 0 && columns > 0 && !random.chance(1, 8) {
            let row = row_nodes[random.index(row_nodes.len())];
            let column = column_nodes[random.index(column_nodes.len())];
            let max = if random.chance(1, 2) { 1 } else { random.below(4) as u32 };
            let min = if random.chance(1, 12) { random.below(u64::from(max) + 1) as u32 } else { 0 };
            ways *= max - min + 1;
            if ways > 300 {
                break;
            }
            if (min, max) == (0, 1) {
                program.pair(row, column, self.value(random));
            } else {
                let mut reward = self.slices(random);
                reward.reverse();
                program.pair_within(row, column, Window::new(min, max), &reward);
            }
        }
        program
    }
}

/// Solves a program and compares with the best units; whether there are any.
fn compare(program: &Program) -> bool {
    match (best(program), solve(program)) {
        (Some(best), Ok(optimum)) => {
            assert_eq!(program.check(&optimum), Ok(()), "{program:?}");
            assert_eq!((optimum.objective, worth(program, &optimum.units)), (best, Some(best)), "{program:?}");
            true
        }
        (None, Err(Unsolved::Infeasible(obstacle))) => {
            assert!(program.proves_infeasible(&obstacle), "{obstacle:?} of {program:?}");
            false
        }
        (best, found) => panic!("{best:?} but {found:?} for {program:?}"),
    }
}

fn compare_many(seed: u64, count: usize, shape: Shape) {
    let mut random = Random::new(seed, Purpose::Generate);
    let feasible = (0..count).filter(|_| compare(&shape.program(&mut random))).count();
    assert!((count / 20..count - count / 20).contains(&feasible), "{feasible} of {count} have a solution");
}

#[test]
fn optima_and_obstacles_are_those_of_all_units() {
    compare_many(1, 4_000, SMALL);
    compare_many(2, 2_000, Shape { classes: 6, tight: 8, ..SMALL });
    compare_many(3, 2_000, Shape { classes: 0, nodes: 4, curved: false, ..SMALL });
}

#[test]
fn the_face_has_all_optima_and_nothing_else() {
    let mut random = Random::new(12, Purpose::Generate);
    let (mut faces, mut several) = (0, 0);
    for _ in 0..4_000 {
        let program = Shape { spread: 1, ..SMALL }.program(&mut random);
        let Ok(optimum) = solve(&program) else { continue };
        let face = program.face(&optimum);
        let mut optima = 0;
        each_units(&program, |units| {
            let is_optimum = worth(&program, units) == Some(optimum.objective);
            optima += usize::from(is_optimum);
            assert_eq!(worth(&face, units).is_some(), is_optimum, "{units:?} of {program:?}");
        });
        (faces, several) = (faces + 1, several + usize::from(optima > 1));
    }
    assert!(faces > 1_000 && several > 200, "{faces} {several}");
}

#[test]
fn finer_units_are_worth_as_much_in_proportion_at_least() {
    let mut random = Random::new(13, Purpose::Generate);
    let mut more = 0;
    for _ in 0..1_000 {
        let program = SMALL.program(&mut random);
        let finer = program.finer(3).expect("small numbers");
        let (Ok(coarse), Ok(fine)) = (solve(&program), solve(&finer)) else { continue };
        assert_eq!(finer.check(&fine), Ok(()));
        // A network has whole optima.
        assert_eq!(fine.objective, 3 * coarse.objective, "{program:?}");
        more += 1;
    }
    assert!(more > 200);
}

#[test]
fn ties_do_no_harm() {
    compare_many(4, 2_000, Shape { spread: 1, ..SMALL });
    compare_many(5, 1_000, Shape { spread: 0, ..SMALL });
}

#[test]
fn weights_of_all_sizes_are_exact() {
    // With 32 bits, around their end, with 64, around the end of the room that potentials have in these, and with 128.
    for (seed, scale) in
        [1 << 20, i64::from(i32::MAX) / 8, 1 << 40, 1 << 53, 1 << 55, 1 << 57, i64::MAX / 9].iter().enumerate()
    {
        compare_many(10 + seed as u64, 400, Shape { scale: *scale, ..SMALL });
    }
}

#[test]
fn plain_programs_agree_with_the_other_engine() {
    const SHORT: i64 = 1_000_000;
    let mut random = Random::new(20, Purpose::Generate);
    let mut solved = 0;
    for _ in 0..150 {
        let (rows, columns) = (1 + random.index(25), 1 + random.index(25));
        let node = |random: &mut Random| {
            let min = random.below(3) as u32;
            Node { min, max: min + random.below(4) as u32, base: 0 }
        };
        let cost = NodeCost { short: SHORT, ..NodeCost::FREE };
        let right: Vec<Node> = (0..columns).map(|_| node(&mut random)).collect();
        let mut program = Program::new();
        let column_nodes: Vec<ColumnNode> =
            right.iter().map(|node| program.column(Window::new(node.min, node.max))).collect();
        let mut net = Network::new(right, cost, cost, 0);
        for _ in 0..rows {
            let left = node(&mut random);
            let row = program.row(Window::new(left.min, left.max));
            let mut edges = Vec::new();
            for (right, &column) in (0_u32..).zip(&column_nodes) {
                if random.chance(1, 3) {
                    let reward = random.below(200) as i64 - 40;
                    program.pair(row, column, reward);
                    edges.push(Edge { right, bundle: NONE, cost: -reward });
                }
            }
            net.add_left(left, &mut edges, |_| (0, 0));
        }
        net.finish();
        let flow = net.solve(None, &mut |_| true).expect("nobody stops");
        let met = |nodes: &[Node], loads: &[u32]| nodes.iter().zip(loads).all(|(node, &load)| load >= node.min);
        if met(&net.left, &flow.left_load) && met(&net.right, &flow.right_load) {
            let optimum = solve(&program).expect("the other engine has an answer");
            assert_eq!(program.check(&optimum), Ok(()));
            let reward: i64 = (0..net.edges()).filter(|&edge| flow.used[edge]).map(|edge| -net.edge_cost[edge]).sum();
            assert_eq!(optimum.objective, i128::from(reward));
            solved += 1;
        } else {
            let Err(Unsolved::Infeasible(obstacle)) = solve(&program) else { panic!("minima cannot be met") };
            assert!(program.proves_infeasible(&obstacle));
        }
    }
    assert!((30..140).contains(&solved), "{solved} of 150");
}

#[test]
fn the_check_finds_what_is_wrong() {
    let mut random = Random::new(30, Purpose::Generate);
    let mut wrong = 0;
    for _ in 0..2_000 {
        let program = SMALL.program(&mut random);
        let Ok(optimum) = solve(&program) else { continue };
        if program.pairs() == 0 {
            continue;
        }
        let mut other = optimum.clone();
        let pair = random.index(program.pairs());
        let more = other.units[pair] == 0 || random.chance(1, 2);
        other.units[pair] = if more { other.units[pair] + 1 } else { other.units[pair] - 1 };
        match worth(&program, &other.units) {
            Some(worth) if worth == optimum.objective => assert_eq!(program.check(&other), Ok(())),
            Some(worth) => {
                assert!(matches!(program.check(&other), Err(ProgramFlaw::Objective { .. })));
                other.objective = worth;
                assert!(matches!(program.check(&other), Err(ProgramFlaw::Gap { .. })));
            }
            None => {
                wrong += 1;
                assert!(matches!(
                    program.check(&other),
                    Err(ProgramFlaw::Pair(_) | ProgramFlaw::Row(_) | ProgramFlaw::Column(_))
                ));
            }
        }
        let mut other = optimum.clone();
        other.objective += 1;
        assert!(matches!(program.check(&other), Err(ProgramFlaw::Objective { .. })));
        // Other duals prove as much or less, never more.
        let mut other = optimum.clone();
        other.rows[0] += i128::from(random.below(7)) - 3;
        match program.check(&other) {
            Ok(()) => {}
            Err(ProgramFlaw::Gap { objective, bound }) => assert!(objective < bound),
            flaw => panic!("{flaw:?}"),
        }
        other.rows[0] = i128::MIN;
        assert!(matches!(program.check(&other), Ok(()) | Err(ProgramFlaw::Gap { .. } | ProgramFlaw::Overflow)));
        other.rows.pop();
        assert_eq!(program.check(&other), Err(ProgramFlaw::Shape));
    }
    assert!(wrong > 200, "{wrong}");
}

#[test]
fn obstacles_that_do_not_hold_prove_nothing() {
    let mut program = Program::new();
    let row = program.row(Window::exactly(2));
    let column = program.column(Window::new(0, 1));
    program.pair(row, column, 1);
    let Err(Unsolved::Infeasible(Obstacle::Cut(cut))) = solve(&program) else { panic!("one pair is not enough") };
    assert!(program.proves_infeasible(&Obstacle::Cut(cut.clone())));
    assert_eq!((cut.required, cut.available), (2, 1));
    for other in [
        Blockade { required: 3, ..cut.clone() },
        Blockade { available: 0, ..cut.clone() },
        Blockade { inward: !cut.inward, ..cut.clone() },
        Blockade { rows: Vec::new(), columns: Vec::new(), ..cut.clone() },
        Blockade { rows: alloc::vec![RowNode(7)], ..cut.clone() },
        Blockade { columns: alloc::vec![ColumnNode(7)], ..cut },
    ] {
        assert!(!program.proves_infeasible(&Obstacle::Cut(other)));
    }
    assert!(!program.proves_infeasible(&Obstacle::Row(row)));
    assert!(!program.proves_infeasible(&Obstacle::Column(ColumnNode(9))));
    assert!(!program.proves_infeasible(&Obstacle::Pair(0)));
}

#[test]
fn empty_programs_and_sides() {
    let mut program = Program::new();
    assert!(compare(&program));
    let row = program.row(Window::new(0, 3));
    program.row_class(row, Window::new(0, u32::MAX));
    assert!(compare(&program));
    program.row(Window::exactly(1));
    assert!(!compare(&program));
    let mut program = Program::new();
    program.column(Window::new(0, u32::MAX));
    assert!(compare(&program));
    let column = program.column(Window::exactly(0));
    let class = program.column_class(column, Window::new(0, 2));
    assert!(compare(&program));
    let row = program.row(Window::new(0, 1));
    program.pair(row, class, i64::MAX);
    assert!(compare(&program));
    program.pair_within(row, class, Window::exactly(1), &[]);
    assert!(!compare(&program));
}

#[test]
fn one_huge_row_takes_the_best() {
    for exact in [false, true] {
        let mut program = Program::new();
        let row = program.row(if exact { Window::exactly(1_000) } else { Window::new(0, 1_000) });
        for reward in 0..3_000 {
            let column = program.column(Window::new(0, 1));
            program.pair(row, column, (reward * 7) % 3_000);
        }
        let optimum = solve(&program).expect("enough columns");
        assert_eq!(program.check(&optimum), Ok(()));
        assert_eq!(optimum.objective, (2_000..3_000).sum::<i128>());
        assert_eq!(optimum.rows, [2_000].map(|dual| optimum.rows[0].clamp(dual - 1, dual)));
    }
}

#[test]
fn many_units_on_one_pair() {
    let mut program = Program::new();
    let row = program.row(Window::new(5, u32::MAX));
    let column = program.column(Window::new(0, u32::MAX));
    program.pair_within(row, column, Window::new(0, u32::MAX), &[Slice::new(7, i64::MAX), Slice::new(1 << 31, 3)]);
    program.column_cost(column, &[Slice::new(3_000_000_000, 2), Slice::new(1, 4)]);
    let optimum = solve(&program).expect("plenty of room");
    assert_eq!((program.check(&optimum), optimum.units[0]), (Ok(()), 3_000_000_000));
    assert_eq!(optimum.objective, 7 * i128::from(i64::MAX) + 3 * (3_000_000_000 - 7) - 2 * 3_000_000_000);
}

#[test]
fn refusals() {
    let mut program = Program::new();
    let (row, column) = (program.row(Window::new(0, 1)), program.column(Window::new(0, 1)));
    program.pair(row, column, i64::MIN);
    assert_eq!(solve(&program), Err(Unsolved::TooLarge));
    let mut program = Program::new();
    let mut random = Random::new(40, Purpose::Generate);
    let rows: Vec<RowNode> = (0..150).map(|_| program.row(Window::exactly(4))).collect();
    for _ in &rows {
        let column = program.column(Window::exactly(4));
        for &row in &rows {
            program.pair(row, column, random.below(1_000) as i64);
        }
    }
    assert!(solve(&program).is_ok_and(|optimum| optimum.pivots > 1_024));
    assert_eq!(program.solve(&mut |pivots| pivots < 1_024), Err(Unsolved::Stopped));
}
