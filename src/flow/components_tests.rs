//! Groups solved apart against the whole solved at once, by one thread and by several.

#![allow(
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    reason = "the numbers are small by construction"
)]

use super::super::Window;
use super::*;
use crate::parallel::with_threads;
use crate::random::{Purpose, Random};

/// An instance of several groups, with weights up to `spread`, that has a matching: rows and columns belong to a group
/// by their number, and windows are laid around the loads of some of the pairs.
fn instance(random: &mut Random, groups: usize, side: usize, spread: u64) -> Instance {
    let mut chosen = alloc::vec![0; side];
    let mut rows = Vec::new();
    for row in 0..side {
        let mut load = 0;
        let mut pairs = Vec::new();
        for column in (row % groups..side).step_by(groups) {
            if random.chance(1, 2) {
                continue;
            }
            pairs.push((number(column), random.below(2 * spread + 1) as i64 - spread as i64));
            if random.chance(1, 3) {
                load += 1;
                chosen[column] += 1;
            }
        }
        rows.push((window(random, load), pairs));
    }
    let columns = chosen.into_iter().map(|load| window(random, load)).collect();
    let mut builder = Builder::with_shape(columns, side, rows.iter().map(|(_, pairs)| pairs.len()).sum());
    for (window, pairs) in &rows {
        builder.row(*window, pairs);
    }
    builder.finish()
}

/// A window around a load.
fn window(random: &mut Random, load: u32) -> Window {
    Window::new(load.saturating_sub(random.below(2) as u32), load + random.below(2) as u32)
}

#[test]
fn groups_apart_are_worth_what_the_whole_is_whatever_the_threads() {
    let mut random = Random::new(7, Purpose::Generate);
    let mut apart = 0;
    for round in 0..300 {
        let (groups, side) = (1 + random.index(5), 5 + random.index(25));
        let spread = [3, 100_000, 1 << 30, 1 << 56][round % 4];
        let instance = instance(&mut random, groups, side, spread);
        apart += usize::from(Components::of(&instance).is_some());
        let whole = instance.solve_feasible(None, &mut |_| true).expect("a matching");
        let solve = |threads| with_threads(threads, || instance.solve().expect("a matching"));
        let one = solve(1);
        assert_eq!((one.objective(), instance.check(&one)), (whole.objective(), Ok(())));
        for threads in [2, 3] {
            let other = solve(threads);
            assert_eq!((other.chosen(), other.duals()), (one.chosen(), one.duals()));
            assert_eq!(other.counters(), one.counters());
        }
    }
    assert!(apart > 150, "{apart} instances fall apart");
}

#[test]
fn the_observer_is_asked_as_often_by_any_number_of_threads_and_stops_them_all() {
    let mut random = Random::new(8, Purpose::Generate);
    let instance = instance(&mut random, 20, 400, 100_000);
    let solve = |threads, most: usize| {
        let asked = AtomicUsize::new(0);
        let solved = with_threads(threads, || {
            instance.solve_watched(None, &mut |_| asked.fetch_add(1, Ordering::Relaxed) < most).map(|_| ())
        });
        (solved, asked.into_inner())
    };
    let (solved, times) = solve(1, usize::MAX);
    assert!(solved.is_ok() && times >= 20, "{times}");
    for threads in [1, 2, 3] {
        assert_eq!(solve(threads, times), (Ok(()), times));
        for most in [0, 1, times / 2, times - 1] {
            assert_eq!(solve(threads, most), (Err(Unmatched::Stopped), most + 1));
        }
    }
}

#[test]
fn a_group_that_cannot_be_matched_gives_a_cut_of_the_whole() {
    let mut builder = Builder::new(alloc::vec![Window::exactly(1); 4], 6);
    for row in 0..4 {
        let columns = if row < 2 { [0, 1] } else { [2, 3] };
        builder.row(Window::new(u32::from(row != 1), 1), &columns.map(|column| (column, 1)));
    }
    builder.row(Window::exactly(1), &[(2, 5), (3, 5)]);
    let instance = builder.finish();
    let Err(Unmatched::Infeasible(cut)) = instance.solve() else { panic!("three rows want two columns") };
    assert_eq!(cut.check(&instance), Ok(()));
}

#[test]
fn what_hangs_together_or_nearly_so_is_not_taken_apart() {
    let mut random = Random::new(9, Purpose::Generate);
    let mut builder = Builder::new(alloc::vec![Window::new(0, 1); 100], 0);
    let row: Vec<(u32, i64)> = (1..90).map(|column| (column, random.below(9) as i64)).collect();
    builder.row(Window::new(0, 1), &row);
    builder.row(Window::new(0, 1), &[(95, 1)]);
    assert!(Components::of(&builder.finish()).is_none());
    assert!(Components::of(&Builder::new(Vec::new(), 0).finish()).is_none());
}
