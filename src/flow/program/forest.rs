//! Rows and columns with their classes: two forests.
//!
//! A class has a greater number than the node it is within, so that going through the numbers in descending order adds
//! everything up from the leaves.

use alloc::vec::Vec;

use super::super::instance::Window;
use super::super::{NONE, number};

/// A row, or a class of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowNode(pub(super) u32);

/// A column, or a class of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ColumnNode(pub(super) u32);

impl RowNode {
    /// Its number among the rows and their classes, in the order they were added.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

impl ColumnNode {
    /// Its number among the columns and their classes, in the order they were added.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0 as usize
    }
}

/// The next so many units bring (of a pair) or take (of a node) so much each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Slice {
    /// How many units.
    pub units: u32,
    /// The reward or cost of each.
    pub value: i64,
}

impl Slice {
    /// So many units of one value.
    #[must_use]
    pub const fn new(units: u32, value: i64) -> Self {
        Self { units, value }
    }
}

/// The rows or the columns, with their classes.
#[derive(Debug, Clone, Default)]
pub(super) struct Forest {
    /// Per node its parent, which has a smaller number, or [`NONE`].
    pub(super) parents: Vec<u32>,
    pub(super) windows: Vec<Window>,
    /// Per node where its slices begin in `slices`, and how many there are.
    pub(super) costs: Vec<(u32, u32)>,
    pub(super) slices: Vec<Slice>,
}

impl Forest {
    pub(super) fn add(&mut self, parent: u32, window: Window) -> u32 {
        assert!(parent == NONE || (parent as usize) < self.parents.len(), "a class belongs to a node of this program");
        let node = u32::try_from(self.parents.len()).ok().filter(|&node| node < NONE).expect("fewer than 2^32 nodes");
        self.parents.push(parent);
        self.windows.push(window);
        self.costs.push((0, 0));
        node
    }

    pub(super) fn charge(&mut self, node: u32, cost: &[Slice]) {
        assert!(cost.is_sorted_by(|a, b| a.value <= b.value), "costs are convex");
        self.costs[node as usize] = range(self.slices.len(), cost.len());
        self.slices.extend_from_slice(cost);
    }

    /// The same nodes with other windows, and without costs.
    pub(super) fn with_windows(&self, windows: Vec<Window>) -> Self {
        Self { parents: self.parents.clone(), costs: alloc::vec![(0, 0); windows.len()], windows, slices: Vec::new() }
    }

    /// What the units of a node cost; without slices they are free.
    pub(super) fn cost(&self, node: usize) -> &[Slice] {
        let (start, len) = self.costs[node];
        &self.slices[start as usize..][..len as usize]
    }

    pub(super) fn len(&self) -> usize {
        self.parents.len()
    }

    pub(super) fn count(&self) -> u32 {
        number(self.parents.len())
    }
}

/// Where slices lie.
pub(super) fn range(start: usize, len: usize) -> (u32, u32) {
    (u32::try_from(start).expect("fewer than 2^32 slices"), u32::try_from(len).expect("fewer than 2^32 slices"))
}
