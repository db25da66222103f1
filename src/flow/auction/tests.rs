use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::instance::{Builder, Instance, PairRows, Pairs, Window};
use super::super::matching::{Matching, Unmatched};
use super::super::small::small;
use super::long::LongLists;
use super::{Auction, Sides};

proptest! {
    #![proptest_config(ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn small_instances_are_solved_and_proven(small in small(4)) {
        let best = small.best();
        for dense in [false, true] {
            let instance = small.instance(dense);
            match (best, instance.solve()) {
                (Some(best), Ok(matching)) => {
                    prop_assert_eq!(matching.objective(), i128::from(best));
                    prop_assert_eq!(instance.check(&matching), Ok(()));
                }
                (None, Err(Unmatched::Infeasible(cut))) => prop_assert_eq!(cut.check(&instance), Ok(())),
                (best, solved) => prop_assert!(false, "{best:?} {solved:?}"),
            }
        }
    }
}

/// Long lists where short ones would do. They leave too little out to matter here; larger instances see to that.
fn with_long_lists<P: PairRows>(instance: &Instance, pairs: &P) -> Matching {
    let weights = instance.weights().unwrap_or((0, 0));
    let sides = Sides { rows: instance.rows(), columns: instance.columns(), weights };
    let auction = Auction::<P, LongLists<P>>::new(sides, pairs, None).unwrap();
    auction.run(&mut |_| true).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn lists_of_either_kind_will_do(small in small(4)) {
        let instance = small.instance(false);
        if let Some(best) = small.best() {
            let matching = match &instance.pairs {
                Pairs::Dense(pairs) => with_long_lists(&instance, pairs),
                Pairs::Sparse(pairs) => with_long_lists(&instance, pairs),
                Pairs::Wide(pairs) => with_long_lists(&instance, pairs),
            };
            prop_assert_eq!(matching.objective(), i128::from(best));
            prop_assert_eq!(instance.check(&matching), Ok(()));
        }
    }
}

/// The best of the rest and the worst of the best change places again and again.
#[test]
fn price_wars_end() {
    let rivals = 60;
    let columns = alloc::vec![Window::new(0, 1); rivals];
    let mut builder = Builder::new(columns, 0);
    for row in 0..rivals {
        let weight = |column: usize| if column + 1 < rivals { 1_000_000_000 } else { i64::try_from(row).unwrap() };
        let pairs: Vec<(u32, i64)> = (0..).zip((0..rivals).map(weight)).collect();
        builder.row(Window::exactly(1), &pairs);
    }
    let instance = builder.finish();
    let matching = instance.solve().unwrap();
    assert_eq!(matching.objective(), 59 * 1_000_000_000 + 59);
    instance.check(&matching).unwrap();
}

/// Each column must win its row from the next one: prices fall further than there is room for, and another method
/// takes over.
#[test]
fn prices_that_fall_for_ever_end_the_auction() {
    let (size, much) = (800, 1_000_000_000_000_i64);
    let columns = (0..=size).map(|column| Window::new(u32::from(column < size), 1)).collect();
    let mut builder = Builder::new(columns, 2 * size);
    for row in 0..size {
        let noise = i64::try_from(7919 * row % 100_003).unwrap();
        let column = u32::try_from(row).unwrap();
        builder.row(Window::exactly(1), &[(column, noise - much), (column + 1, much - noise)]);
    }
    let instance = builder.finish();
    let matching = instance.solve().unwrap();
    instance.check(&matching).unwrap();
}

/// Weights far from 0 that differ little, and places that may stay empty.
#[test]
fn weights_far_from_nothing_are_no_war() {
    let mut builder = Builder::new(alloc::vec![Window::new(0, 1); 6], 60);
    for row in 0..10 {
        let pairs: Vec<(u32, i64)> =
            (0..6).map(|column| (column, 1_000_000_000_000 - i64::from(7 * row + 5 * column) * 1_009)).collect();
        builder.row(Window::new(0, 1), &pairs);
    }
    let instance = builder.finish();
    let mut bids = 0;
    let matching = instance.solve_watched(Some(super::super::Method::Auction), &mut |counters| {
        bids = counters.bids;
        bids < 1_000_000
    });
    instance.check(&matching.unwrap()).unwrap();
}

/// Each row is worth most where the other stands: what both columns cost rises from phase to phase though nobody bids,
/// and weights near the limit leave no room for that.
#[test]
fn prices_that_rise_without_bids_stay_within_their_limits() {
    let much = ((1_i64 << 57) - 1) / 18;
    for (a, b) in [(0, 1), (1, 0)] {
        let mut builder = Builder::new(alloc::vec![Window::exactly(1); 2], 4);
        let rows = [[(0, 1 - much), (1, -much)], [(0, -much), (1, much)]];
        builder.row(Window::exactly(1), &rows[a]);
        builder.row(Window::exactly(1), &rows[b]);
        let instance = builder.finish();
        let matching = instance.solve().unwrap();
        instance.check(&matching).unwrap();
    }
}

/// What a row gives up beyond its minimum is what it compares the rest with: else that would be worth anything to it.
#[test]
fn what_a_row_gives_up_bounds_the_levels_of_what_it_keeps() {
    let windows = [(1, 1), (0, 1), (0, 1), (0, 0), (1, 1)];
    let mut builder = Builder::new(windows.map(|(min, max)| Window::new(min, max)).to_vec(), 3);
    let pairs = [(0, -6_402_773_935_541_633), (1, 294_163_331_614_629), (4, -75_474_965_132_286)];
    builder.row(Window::new(2, 4), &pairs);
    let instance = builder.finish();
    let mut calls = 0;
    let matching = instance.solve_watched(Some(super::super::Method::Auction), &mut |_| {
        calls += 1;
        calls < 1_000
    });
    instance.check(&matching.unwrap()).unwrap();
}
