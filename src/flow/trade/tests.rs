//! Trades against all units of small programs.

#![allow(clippy::cast_possible_truncation, reason = "the numbers are small by construction")]

use alloc::vec::Vec;

use super::super::program::tests::worth;
use super::Trades;
use crate::flow::{ColumnNode, Program, Slice, Window};
use crate::random::{Purpose, Random};

/// A small program with a unit at most for each pair, its pairs' columns and worths, and a solution.
struct Case {
    program: Program,
    columns: Vec<ColumnNode>,
    worth: Vec<i64>,
    units: Vec<u32>,
}

/// A window that leaves some room.
fn window(random: &mut Random, most: u64) -> Window {
    let min = random.below(2) as u32;
    Window::new(min, min + random.below(most) as u32)
}

/// Rows with classes, columns of which some belong to groups, and pairs at the ends of both.
fn drawn(random: &mut Random) -> Program {
    let mut program = Program::new();
    let (count, groups) = (2 + random.index(3), random.index(2));
    let groups: Vec<ColumnNode> = (0..groups).map(|_| program.column(window(random, 6))).collect();
    let columns: Vec<ColumnNode> = (0..2 + random.index(3))
        .map(|_| match groups.first() {
            Some(&group) if random.chance(1, 2) => program.column_class(group, window(random, 3)),
            _ => program.column(window(random, 3)),
        })
        .collect();
    for _ in 0..count {
        let row = program.row(window(random, 3));
        let class = program.row_class(row, Window::new(0, 1));
        for &column in &columns {
            if random.chance(5, 6) {
                let tail = if random.chance(1, 4) { class } else { row };
                let units = Window::new(u32::from(random.chance(1, 12)), 1);
                program.pair_within(tail, column, units, &[]);
            }
        }
    }
    program
}

fn cases(seed: u64, count: usize) -> impl Iterator<Item = Case> {
    let mut random = Random::new(seed, Purpose::Generate);
    (0..count).filter_map(move |_| {
        let program = drawn(&mut random);
        let worth = (0..program.pairs()).map(|_| small(&mut random, 9) - 2).collect();
        let units = program.solve(&mut |_| true).ok()?.units;
        let columns = (0..program.pairs()).map(|pair| program.column_of(pair)).collect();
        Some(Case { program, columns, worth, units })
    })
}

fn small(random: &mut Random, bound: u64) -> i64 {
    i64::try_from(random.below(bound)).unwrap()
}

impl Case {
    fn trades(&self) -> Trades {
        Trades::new(&self.program, &self.units, self.worth.clone(), &[])
    }

    /// What a solution is worth to a column.
    fn sum(&self, units: &[u32], column: ColumnNode) -> i64 {
        let pairs = (0..units.len()).filter(|&pair| self.columns[pair] == column);
        pairs.map(|pair| self.worth[pair] * i64::from(units[pair])).sum()
    }

    fn units(&self, trades: &Trades) -> Vec<u32> {
        (0..self.units.len()).map(|pair| trades.units(pair)).collect()
    }
}

#[test]
fn without_floors_trades_climb_to_the_greatest_sum() {
    let mut climbed = 0;
    for case in cases(1, 3_000) {
        let mut trades = case.trades();
        while trades.climb(&mut |_| true).unwrap() {
            climbed += 1;
        }
        let units = case.units(&trades);
        assert!(worth(&case.program, &units).is_some(), "{units:?}");
        let rewarded = case.program.rewarded(|pair, slices| slices.push(Slice::new(1, case.worth[pair])));
        let reached: i64 = case.worth.iter().zip(&units).map(|(&worth, &units)| worth * i64::from(units)).sum();
        assert_eq!(i128::from(reached), rewarded.solve(&mut |_| true).unwrap().objective, "{:?}", case.program);
    }
    assert!(climbed > 500, "{climbed}");
}

#[test]
fn floors_hold_and_who_is_raised_gets_more() {
    let mut random = Random::new(4, Purpose::Walk);
    let mut raised = 0;
    for case in cases(2, 3_000).filter(|case| !case.columns.is_empty()) {
        let mut trades = case.trades();
        let floor = small(&mut random, 7) - 2;
        case.columns.iter().for_each(|&column| trades.set_floor(column, floor));
        for _ in 0..6 {
            let column = case.columns[random.index(case.columns.len())];
            let before = case.units(&trades);
            assert_eq!(trades.sum(column), case.sum(&before, column));
            let total =
                |units: &[u32]| -> i64 { (0..units.len()).map(|pair| case.worth[pair] * i64::from(units[pair])).sum() };
            let least = small(&mut random, 6) - 4;
            let changed = trades.raise(column, i64::MAX, least, &mut |_| true).unwrap();
            let after = case.units(&trades);
            assert_eq!(changed, before != after);
            if changed {
                raised += 1;
                assert!(worth(&case.program, &after).is_some(), "{after:?}");
                assert!(case.sum(&after, column) > case.sum(&before, column));
                assert!(total(&after) - total(&before) >= least);
                for &other in &case.columns {
                    let (was, is) = (case.sum(&before, other), case.sum(&after, other));
                    assert!(is >= floor.min(was), "{was} {is} {floor}");
                }
            }
        }
    }
    assert!(raised > 500, "{raised}");
}
