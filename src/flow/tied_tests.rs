//! The method for few levels against all subsets of pairs, and against the general engine.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::cast_sign_loss,
    reason = "the numbers are small by construction"
)]

use alloc::vec::Vec;

use super::super::instance::{Builder, Instance, Window};
use super::super::matching::{Counters, Matching, Unmatched};
use super::super::{Edge, NONE, Network, Node, NodeCost};
use super::{MOST, levels, solve};
use crate::random::{Purpose, Random};

/// How a random instance is made.
#[derive(Clone, Copy)]
struct Shape {
    rows: usize,
    columns: usize,
    /// Pairs in 8.
    density: u64,
    weights: &'static [i64],
    /// Rows want between this and this.
    row: (u64, u64),
    column: (u64, u64),
    /// Rows, columns want a fixed number.
    fixed: (bool, bool),
    dense: bool,
}

fn instance(random: &mut Random, shape: Shape) -> Instance {
    let window = |random: &mut Random, (low, high): (u64, u64), fixed: bool| {
        let min = low + random.below(high - low + 1);
        let max = if fixed { min } else { min + random.below(high - min + 1) };
        Window::new(min as u32, max as u32)
    };
    let columns = (0..shape.columns).map(|_| window(random, shape.column, shape.fixed.1)).collect();
    let pairs = if shape.dense { shape.rows * shape.columns } else { 0 };
    let mut builder = Builder::with_shape(columns, shape.rows, pairs);
    for _ in 0..shape.rows {
        let mut pairs = Vec::new();
        for column in 0..shape.columns {
            if random.chance(shape.density, 8) {
                pairs.push((column as u32, shape.weights[random.index(shape.weights.len())]));
            }
        }
        builder.row(window(random, shape.row, shape.fixed.0), &pairs);
    }
    builder.finish()
}

fn run(instance: &Instance) -> Result<Matching, Unmatched> {
    let result = solve(instance, &mut |_| true);
    if let Ok(matching) = &result {
        assert_eq!(instance.check(matching), Ok(()));
    }
    result
}

/// The greatest weight over all subsets of pairs, row by row: the best of each vector of loads.
fn brute_force(instance: &Instance) -> Option<i128> {
    let columns = instance.columns();
    let mut best = alloc::collections::BTreeMap::from([(alloc::vec![0_u32; columns.len()], 0_i128)]);
    for (row, window) in instance.rows().iter().enumerate() {
        let mut pairs = Vec::new();
        instance.for_each_in(row, |column, weight| pairs.push((column as usize, weight)));
        let mut next = alloc::collections::BTreeMap::new();
        for bits in (0..1_u32 << pairs.len()).filter(|bits| (window.min..=window.max).contains(&bits.count_ones())) {
            for (loads, sum) in &best {
                let (mut loads, mut sum) = (loads.clone(), *sum);
                for (k, &(column, weight)) in pairs.iter().enumerate() {
                    if bits >> k & 1 == 1 {
                        loads[column] += 1;
                        sum += i128::from(weight);
                    }
                }
                if loads.iter().zip(columns).all(|(&load, window)| load <= window.max) {
                    let known = next.entry(loads).or_insert(sum);
                    *known = sum.max(*known);
                }
            }
        }
        best = next;
    }
    let kept = |loads: &Vec<u32>| loads.iter().zip(columns).all(|(&load, window)| load >= window.min);
    best.iter().filter(|(loads, _)| kept(loads)).map(|(_, &sum)| sum).max()
}

/// The greatest weight by the general engine.
fn by_network(instance: &Instance) -> Option<i128> {
    const SHORT: i128 = 1 << 70;
    let node = |window: &Window| Node { min: window.min, max: window.max, base: 0 };
    let cost = NodeCost { short: SHORT, ..NodeCost::FREE };
    let mut net = Network::new(instance.columns().iter().map(node).collect(), cost, cost, 0);
    for (row, window) in instance.rows().iter().enumerate() {
        let mut edges = Vec::new();
        instance.for_each_in(row, |right, weight| edges.push(Edge { right, bundle: NONE, cost: -i128::from(weight) }));
        net.add_left(node(window), &mut edges, |_| (0, 0));
    }
    net.finish();
    let flow = net.solve(None, &mut |_| true)?;
    let short = net.left.iter().zip(&flow.left_load).chain(net.right.iter().zip(&flow.right_load));
    if short.into_iter().any(|(node, &load)| load < node.min) {
        return None;
    }
    let mut sum = 0;
    let mut edge = 0;
    for row in 0..instance.rows().len() {
        instance.for_each_in(row, |_, weight| {
            sum += if flow.used[edge] { i128::from(weight) } else { 0 };
            edge += 1;
        });
    }
    Some(sum)
}

const WEIGHTS: [&[i64]; 10] = [
    &[0, 3, 10, 40, 77, 100],
    &[-1700, -3, 0, 5, 100, 1234, 2300],
    &[0],
    &[7],
    &[-3],
    &[0, 1],
    &[0, 1, 2, 4],
    &[-2, -1, 0, 1, 2],
    &[1_000_000_000_000_000, 1_000_000_000_000_007, 1_000_000_000_000_021],
    &[-6_000_000, -3_000_000, 0, 3_000_000, 300_000_000],
];

fn random_shape(random: &mut Random, size: usize, most: u64) -> Shape {
    let window = |random: &mut Random| {
        let low = if random.chance(1, 2) { 0 } else { random.below(most) };
        (low, low + random.below(most + 1 - low))
    };
    Shape {
        rows: random.index(size + 1),
        columns: random.index(size + 1),
        density: 1 + random.below(8),
        weights: WEIGHTS[random.index(WEIGHTS.len())],
        row: window(random),
        column: window(random),
        fixed: (random.chance(1, 2), random.chance(1, 4)),
        dense: random.chance(1, 2),
    }
}

#[test]
fn small_instances_reach_the_best_of_all_subsets() {
    let mut random = Random::new(1, Purpose::Generate);
    let mut feasible = 0;
    for _ in 0..6000 {
        let shape = random_shape(&mut random, 4, 3);
        let instance = instance(&mut random, shape);
        if levels(&instance).is_none() {
            continue;
        }
        match (run(&instance), brute_force(&instance)) {
            (Ok(matching), best) => {
                assert_eq!(Some(matching.objective()), best);
                feasible += 1;
            }
            (Err(error), best) => assert_eq!((error, best), (Unmatched::Refuted, None)),
        }
    }
    assert!((1000..5000).contains(&feasible), "both kinds are tried: {feasible}");
}

#[test]
fn larger_instances_reach_what_the_general_engine_reaches() {
    let mut random = Random::new(2, Purpose::Generate);
    let mut feasible = 0;
    for _ in 0..1500 {
        let mut shape = random_shape(&mut random, 24, 6);
        if random.chance(1, 2) {
            // Rows want about what columns have: most of these can be matched.
            shape.rows = shape.columns + random.index(5);
            let most = 2 + random.below(6);
            let (row, column) = ((most / 2, most), (0, most + 2));
            shape = Shape { row, column, density: 7 + shape.density % 2, fixed: (shape.fixed.0, false), ..shape };
        }
        let instance = instance(&mut random, shape);
        if levels(&instance).is_none() {
            continue;
        }
        match (run(&instance), by_network(&instance)) {
            (Ok(matching), best) => {
                assert_eq!(Some(matching.objective()), best);
                feasible += 1;
            }
            (Err(error), best) => assert_eq!((error, best), (Unmatched::Refuted, None)),
        }
    }
    assert!((400..1300).contains(&feasible), "both kinds are tried: {feasible}");
}

/// Each row but the last likes the next column better by a thousand, and cannot have it: prices rise far beyond 16 bits.
#[test]
fn potentials_outgrow_sixteen_bits() {
    for dense in [false, true] {
        let n = 60;
        let hint = if dense { n * n } else { 0 };
        let mut builder = Builder::with_shape(alloc::vec![Window::exactly(1); n], n, hint);
        for column in 0..n as u32 - 1 {
            builder.row(Window::exactly(1), &[(column, 0), (column + 1, 1000)]);
        }
        builder.row(Window::exactly(1), &[(n as u32 - 1, 0)]);
        let instance = builder.finish();
        let best = by_network(&instance).expect("the diagonal");
        let matching = run(&instance).expect("the diagonal");
        assert_eq!(matching.objective(), best);
        let duals = &matching.duals().columns;
        let spread = duals.iter().max().zip(duals.iter().min()).map(|(most, least)| most - least);
        assert!(spread > Some(i16::MAX.into()), "{spread:?}");
    }
}

#[test]
fn a_matrix_and_packed_rows_give_the_same_matching() {
    let mut random = Random::new(3, Purpose::Generate);
    for _ in 0..300 {
        let shape = random_shape(&mut random, 12, 4);
        let sparse = instance(&mut random, Shape { dense: false, ..shape });
        let mut builder = Builder::with_shape(sparse.columns().to_vec(), shape.rows, shape.rows * shape.columns);
        for (row, &window) in sparse.rows().iter().enumerate() {
            let mut pairs = Vec::new();
            sparse.for_each_in(row, |column, weight| pairs.push((column, weight)));
            builder.row(window, &pairs);
        }
        let dense = builder.finish();
        if levels(&sparse).is_some() {
            match (run(&sparse), run(&dense)) {
                (Ok(a), Ok(b)) => {
                    assert!((0..shape.rows).all(|row| a.of(row) == b.of(row)));
                    assert_eq!((a.duals(), a.counters()), (b.duals(), b.counters()));
                }
                (a, b) => assert_eq!(a.err(), b.err()),
            }
        }
    }
}

fn of_weights(weights: &[i64], row: Window) -> Instance {
    let mut builder = Builder::with_shape(alloc::vec![Window::new(0, 1); weights.len()], 1, 0);
    builder.row(row, &(0..).zip(weights.iter().copied()).collect::<Vec<_>>());
    builder.finish()
}

#[test]
fn the_rule_counts_units_between_the_weights_and_zero() {
    let few = |weights: &[i64], row| levels(&of_weights(weights, row)).is_some();
    let (fixed, free) = (Window::exactly(1), Window::new(0, 1));
    assert!(few(&[], fixed) && few(&[], free));
    let most = MOST as i64;
    assert!(few(&[5 * most, 5 * most + 3, 6 * most], fixed));
    assert!(!few(&[5 * most, 5 * most + 3, 6 * most], free), "zero is a level");
    assert!(few(&[500_000, 501_000], fixed) && few(&[500_000, 501_000], free));
    assert!(!few(&[0, 1, most + 1], fixed) && !few(&[0, 1, most + 1], free));
    assert!(few(&[-900_000, 0, 100_000], free) && !few(&[-900_000, 0, 100_001], free));
    assert!(!few(&[i64::MIN, i64::MAX], fixed) && !few(&[i64::MIN, 0], free), "duals have no room");
}

#[test]
fn what_cannot_be_matched_is_refused() {
    let error = |instance: &Instance| run(instance).expect_err("there is no matching");
    assert_eq!(error(&of_weights(&[1, 2], Window::exactly(3))), Unmatched::Refuted);
    assert_eq!(error(&of_weights(&[1, 2], Window::new(2, 1))), Unmatched::Refuted);
    assert!(matches!(error(&of_weights(&[1, 1_000_003], Window::new(0, 1))), Unmatched::TooLarge { .. }));
    let mut builder = Builder::with_shape(alloc::vec![Window::new(0, 1), Window::exactly(2)], 1, 0);
    builder.row(Window::new(0, 2), &[(0, 5), (1, 5)]);
    assert_eq!(error(&builder.finish()), Unmatched::Refuted);
    assert_eq!(error(&Builder::with_shape(alloc::vec![Window::exactly(1)], 0, 0).finish()), Unmatched::Refuted);
    assert!(run(&Builder::with_shape(Vec::new(), 0, 0).finish()).expect("nothing is asked for").chosen().is_empty());
}

#[test]
fn the_observer_stops_the_work() {
    let mut random = Random::new(4, Purpose::Generate);
    let shape = Shape {
        rows: 1200,
        columns: 1200,
        density: 8,
        weights: &[0, 1, 2],
        row: (1, 1),
        column: (1, 1),
        fixed: (true, true),
        dense: true,
    };
    let instance = instance(&mut random, shape);
    let mut calls = 0;
    let stopped = solve(&instance, &mut |_: &Counters| {
        calls += 1;
        calls < 2
    });
    assert_eq!((stopped.err(), calls), (Some(Unmatched::Stopped), 2));
}
