use alloc::vec::Vec;

use proptest::prelude::*;

use super::super::small::{Small, small};
use super::*;

impl Small {
    /// The numbers of another instance in place of some of these, and rows and columns it has beyond these.
    fn edited(&self, other: &Self, edits: &[(usize, usize)]) -> Self {
        let mut edited = self.clone();
        let (rows, columns) = (self.rows.len(), self.columns.len());
        edited.columns.extend(other.columns.iter().skip(columns));
        for weights in &mut edited.weights {
            weights.resize(edited.columns.len(), Some(1));
        }
        for (row, weights) in other.weights.iter().enumerate().skip(rows) {
            edited.rows.push(other.rows[row]);
            edited.weights.push(weights.iter().copied().chain([None; 20]).take(edited.columns.len()).collect());
        }
        for &(row, column) in edits {
            let (Some(window), Some(weights)) = (other.rows.get(row), other.weights.get(row)) else { continue };
            if row < rows && column % 3 == 0 {
                edited.rows[row] = *window;
            }
            if let (Some(&weight), true) = (weights.get(column), row < rows && column < columns) {
                edited.weights[row][column] = weight;
                if row % 4 == 0 {
                    edited.columns[column] = other.columns[column];
                }
            }
        }
        edited
    }
}

/// Repairs an optimum; returns whether that did it, and not a new beginning.
fn check(before: &Instance, after: &Instance) -> Option<bool> {
    let earlier = before.solve().ok()?;
    let fresh = after.solve();
    if let Ok(repaired) = &repaired(after, &earlier, &mut |_| true) {
        if let Some(repaired) = repaired {
            assert_eq!(after.check(repaired), Ok(()));
            assert_eq!(repaired.objective(), fresh.expect("feasible").objective());
        }
        return Some(repaired.is_some());
    }
    unreachable!("nobody stops it")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edited_instance_is_solved_as_one_begun_anew(
        numbers in small(7),
        other in small(9),
        edits in proptest::collection::vec((0..9_usize, 0..9_usize), 0..12),
    ) {
        let edited = numbers.edited(&other, &edits);
        for dense in [false, true] {
            check(&numbers.instance(dense), &edited.instance(dense));
        }
    }
}

/// Larger ones, in which lists leave pairs out: papers for reviewers, tight or not, with lower bounds or not.
#[test]
fn larger_instances_are_repaired_too() {
    let noise = |a: usize, b: usize, seed: usize| {
        let mut state = (a * 7919 + b * 104_729 + seed * 15_485_863) as u64;
        for _ in 0..3 {
            state = (state ^ state >> 29).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        }
        state >> 20
    };
    let mut repaired = 0;
    for (case, (min, max)) in [(0, 3), (0, 4), (1, 3), (2, 4), (2, 2)].into_iter().enumerate() {
        for dense in [false, true] {
            let (rows, columns) = (80, if max == 2 { 80 } else { 60 });
            let mut numbers = Small {
                rows: alloc::vec![(2, 2); rows],
                columns: alloc::vec![(min, max); columns],
                weights: Vec::new(),
            };
            let weight = |row, column, seed| {
                (noise(row, column, seed) % 10 > 2).then(|| (noise(column, row, seed + 1) % 100_000).cast_signed())
            };
            numbers.weights =
                (0..rows).map(|row| (0..columns).map(|column| weight(row, column, case)).collect()).collect();
            let mut edited = numbers.clone();
            for row in [3, 20, 41] {
                edited.weights[row] = (0..columns).map(|column| weight(row, column, case + 100)).collect();
            }
            if min == 0 {
                edited.columns[7] = (0, 0);
            }
            repaired += usize::from(check(&numbers.instance(dense), &edited.instance(dense)).expect("feasible"));
        }
    }
    assert!(repaired >= 8, "{repaired} of 10 were repaired");
}
