//! Lots against all ways in which they can fall.

use alloc::vec::Vec;

use super::super::program::tests::{SMALL, each_units, worth};
use super::draw;
use crate::flow::Program;
use crate::flow::simplex::Graph as _;
use crate::random::{Purpose, Random};

/// A small program whose windows can be kept, and the sum of `whole` of its solutions.
fn mixed(random: &mut Random, whole: u32) -> Option<(Program, Vec<u32>)> {
    let program = SMALL.program(random).rewarded(|_, _| ());
    let mut solutions: Vec<Vec<u32>> = Vec::new();
    each_units(&program, |units| {
        if solutions.len() < 500 && worth(&program, units).is_some() {
            solutions.push(units.to_vec());
        }
    });
    if solutions.len() < 2 {
        return None;
    }
    let mut sum = alloc::vec![0; program.pairs()];
    for _ in 0..whole {
        let one = &solutions[random.index(solutions.len())];
        sum.iter_mut().zip(one).for_each(|(sum, units)| *sum += units);
    }
    Some((program, sum))
}

/// The units of all nodes other than 0.
fn loads(program: &Program, units: &[u32]) -> Vec<u32> {
    let mut arcs = Vec::new();
    program.each_arc(|tail, head, _| arcs.push((tail, head)));
    let mut loads = alloc::vec![0; program.nodes() - 1];
    for (&(tail, head), &units) in arcs[program.nodes() - 1..].iter().zip(units) {
        for mut node in [tail, head] {
            while node != 0 {
                loads[node as usize - 1] += units;
                let (tail, head) = arcs[node as usize - 1];
                node = if head == node { tail } else { head };
            }
        }
    }
    loads
}

fn check(program: &Program, whole: u32, units: &[u32], drawn: &[u32]) {
    assert!(worth(program, drawn).is_some(), "{drawn:?} of {units:?} in {program:?}");
    let shares = units.iter().copied().chain(loads(program, units));
    for (share, drawn) in shares.zip(drawn.iter().copied().chain(loads(program, drawn))) {
        assert!(share / whole == drawn || share.div_ceil(whole) == drawn, "{share} of {whole} became {drawn}");
    }
}

/// A fraction in lowest terms.
fn reduced((a, b): (i128, i128)) -> (i128, i128) {
    let (mut x, mut y) = (a, b);
    while y != 0 {
        (x, y) = (y, x % y);
    }
    (a / x, b / x)
}

/// The expectation of each pair over all ways in which the lots can fall, as fractions; none where there are too many.
fn expected(program: &Program, whole: u32, units: &[u32]) -> Option<Vec<(i128, i128)>> {
    let mut sums = alloc::vec![(0, 1); units.len()];
    // What was drawn, and out of how many.
    let mut script: Vec<(u64, u64)> = Vec::new();
    for _ in 0..5_000 {
        let mut place = 0;
        let drawn = draw(program, whole, units, &mut |bound| {
            if place == script.len() {
                script.push((0, bound));
            }
            assert_eq!(script[place].1, bound, "the same draws lead to the same choice");
            place += 1;
            script[place - 1].0
        });
        check(program, whole, units, &drawn);
        let ways: i128 = script.iter().map(|&(_, bound)| i128::from(bound)).product();
        for (sum, &drawn) in sums.iter_mut().zip(&drawn) {
            *sum = reduced((sum.0 * ways + i128::from(drawn) * sum.1, sum.1 * ways));
        }
        while script.last().is_some_and(|&(drawn, bound)| drawn + 1 == bound) {
            script.pop();
        }
        match script.last_mut() {
            Some(last) => last.0 += 1,
            None => return Some(sums),
        }
    }
    None
}

#[test]
fn lots_are_exact_in_expectation_and_keep_all_windows() {
    let mut random = Random::new(1, Purpose::Generate);
    let (mut fractions, mut classes) = (0, 0);
    for round in 0..4_000 {
        let whole = 2 + round % 3;
        let Some((program, units)) = mixed(&mut random, whole) else { continue };
        let Some(found) = expected(&program, whole, &units) else { continue };
        for (&units, found) in units.iter().zip(found) {
            assert_eq!(found, reduced((units.into(), whole.into())), "{program:?}");
        }
        fractions += usize::from(units.iter().any(|units| units % whole != 0));
        classes += usize::from(program.nodes() > 6);
    }
    assert!(fractions > 300 && classes > 100, "{fractions} {classes}");
}

#[test]
fn many_fractions_end_next_to_their_shares() {
    let mut random = Random::new(2, Purpose::Generate);
    let mut program = Program::new();
    let all = program.row(crate::flow::Window::new(0, 10_000));
    let rows: Vec<_> = (0..60).map(|_| program.row_class(all, crate::flow::Window::new(0, 100))).collect();
    let columns: Vec<_> = (0..80).map(|_| program.column(crate::flow::Window::new(0, 100))).collect();
    for &row in &rows {
        for &column in &columns {
            program.pair(row, column, 0);
        }
    }
    let whole = 1_000_000;
    let units: Vec<u32> =
        (0..program.pairs()).map(|_| u32::try_from(random.below(u64::from(whole) + 1)).expect("small")).collect();
    for _ in 0..5 {
        let drawn = draw(&program, whole, &units, &mut |bound| random.below(bound));
        check(&program, whole, &units, &drawn);
    }
}
