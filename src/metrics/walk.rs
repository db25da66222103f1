//! The review graph as petgraph's algorithms walk it, with nothing copied.

use alloc::vec;
use alloc::vec::Vec;
use core::iter::Copied;
use core::ops::Range;
use core::slice;

use petgraph::Direction;
use petgraph::visit::{
    GraphBase, GraphRef, IntoNeighbors, IntoNeighborsDirected, IntoNodeIdentifiers, VisitMap, Visitable,
};

use super::graph::ReviewGraph;

/// A review graph to be walked.
#[derive(Clone, Copy)]
pub(super) struct Walk<'a>(pub(super) &'a ReviewGraph);

/// Who has been visited.
pub(super) struct Visited(Vec<bool>);

impl GraphBase for Walk<'_> {
    type NodeId = u32;
    type EdgeId = (u32, u32);
}

impl GraphRef for Walk<'_> {}

impl<'a> IntoNeighbors for Walk<'a> {
    type Neighbors = Copied<slice::Iter<'a, u32>>;
    fn neighbors(self, person: u32) -> Self::Neighbors {
        self.0.reviewed.row(person).iter().copied()
    }
}

impl<'a> IntoNeighborsDirected for Walk<'a> {
    type NeighborsDirected = Copied<slice::Iter<'a, u32>>;
    fn neighbors_directed(self, person: u32, direction: Direction) -> Self::NeighborsDirected {
        let rows = if direction == Direction::Outgoing { &self.0.reviewed } else { &self.0.reviewers };
        rows.row(person).iter().copied()
    }
}

impl IntoNodeIdentifiers for Walk<'_> {
    type NodeIdentifiers = Range<u32>;
    fn node_identifiers(self) -> Range<u32> {
        0..self.0.persons
    }
}

impl Visitable for Walk<'_> {
    type Map = Visited;
    fn visit_map(&self) -> Visited {
        Visited(vec![false; self.0.persons as usize])
    }
    fn reset_map(&self, map: &mut Visited) {
        *map = self.visit_map();
    }
}

impl VisitMap<u32> for Visited {
    fn visit(&mut self, person: u32) -> bool {
        !core::mem::replace(&mut self.0[person as usize], true)
    }
    fn is_visited(&self, person: &u32) -> bool {
        self.0[*person as usize]
    }
    fn unvisit(&mut self, person: u32) -> bool {
        core::mem::replace(&mut self.0[person as usize], false)
    }
}
