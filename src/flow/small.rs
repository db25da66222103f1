//! Random instances for tests, small enough to try all matchings.

use alloc::vec::Vec;

use proptest::prelude::*;

use super::instance::{Builder, Instance, Window};

/// A small instance in numbers: row windows, column windows, and per row and column a weight or nothing.
#[derive(Debug, Clone)]
pub(super) struct Small {
    pub(super) rows: Vec<(u32, u32)>,
    pub(super) columns: Vec<(u32, u32)>,
    pub(super) weights: Vec<Vec<Option<i64>>>,
}

impl Small {
    /// The instance, kept as a matrix or as rows of pairs.
    pub(super) fn instance(&self, dense: bool) -> Instance {
        let columns = self.columns.iter().map(|&(min, max)| Window::new(min, max)).collect();
        let mut builder = Builder::with_shape(columns, if dense { self.rows.len() } else { usize::MAX }, 1_000);
        for (&(min, max), weights) in self.rows.iter().zip(&self.weights) {
            let pairs = (0..).zip(weights).filter_map(|(column, weight)| Some((column, (*weight)?)));
            builder.row(Window::new(min, max), &pairs.collect::<Vec<_>>());
        }
        builder.finish()
    }

    /// The greatest weight of a matching, if there is one, by trying all.
    pub(super) fn best(&self) -> Option<i64> {
        let mut loads = alloc::vec![0; self.columns.len()];
        self.try_row(0, &mut loads)
    }

    fn try_row(&self, row: usize, loads: &mut Vec<u32>) -> Option<i64> {
        let Some(weights) = self.weights.get(row) else {
            let fits = loads.iter().zip(&self.columns).all(|(load, (min, max))| (min..=max).contains(&load));
            return fits.then_some(0);
        };
        let present: Vec<usize> = (0..weights.len()).filter(|&column| weights[column].is_some()).collect();
        let (min, max) = self.rows[row];
        let mut best = None;
        for set in 0..1_u32 << present.len() {
            if !(min..=max).contains(&set.count_ones()) {
                continue;
            }
            let chosen: Vec<usize> =
                (0..present.len()).filter(|bit| set >> bit & 1 == 1).map(|bit| present[bit]).collect();
            for &column in &chosen {
                loads[column] += 1;
            }
            if chosen.iter().all(|&column| loads[column] <= self.columns[column].1) {
                let here: i64 = chosen.iter().filter_map(|&column| weights[column]).sum();
                best = best.max(self.try_row(row + 1, loads).map(|rest| rest + here));
            }
            for &column in &chosen {
                loads[column] -= 1;
            }
        }
        best
    }
}

fn window(most: u32) -> impl Strategy<Value = (u32, u32)> {
    (0..=most, 0..=most).prop_map(|(a, b)| (a.min(b), a.max(b)))
}

/// Instances of up to so many rows and columns, with windows of all shapes, ties, and weights far from 0.
pub(super) fn small(most: usize) -> impl Strategy<Value = Small> {
    let weight = prop_oneof![
        Just(prop_oneof![-2_i64..=2].boxed()),
        Just(prop_oneof![-1_000_000_i64..=1_000_000].boxed()),
        Just(prop_oneof![Just(0_i64), Just(1)].boxed()),
        Just(prop_oneof![Just(-1_000_000_000_000_i64), Just(999_999_999_999), Just(1_000_000_000_000)].boxed()),
    ];
    (0..=most, 0..=most, weight, 0..=2_u32).prop_flat_map(|(rows, columns, weight, shape)| {
        let row_window = if shape == 0 { window(3).boxed() } else { (0..=2_u32).prop_map(|k| (k, k)).boxed() };
        let column_window = if shape == 2 { (0..=2_u32).prop_map(|k| (k, k)).boxed() } else { window(4).boxed() };
        let entry = proptest::option::weighted(0.8, weight);
        (
            proptest::collection::vec(row_window, rows),
            proptest::collection::vec(column_window, columns),
            proptest::collection::vec(proptest::collection::vec(entry, columns), rows),
        )
            .prop_map(|(rows, columns, weights)| Small { rows, columns, weights })
    })
}
