//! Parts of a graph, which arcs do not leave.
//!
//! A part has as many tails as heads, and each vertex is in one: so its tails stand at the same places among all tails
//! as its heads among all heads, when both are sorted by part.

use alloc::vec::Vec;
use core::ops::Range;

use super::rows::touched;
use super::{Regular, index};

/// Where the members of each part stand, when sorted by part.
pub(super) struct Parts {
    pub(super) starts: Vec<u32>,
}

impl Parts {
    pub(super) fn ranges(&self) -> impl Iterator<Item = Range<usize>> + Clone + '_ {
        self.starts.windows(2).map(|bounds| bounds[0] as usize..bounds[1] as usize)
    }

    pub(super) fn range(&self, part: u32) -> Range<usize> {
        self.starts[part as usize] as usize..self.starts[part as usize + 1] as usize
    }

    /// Vertices sorted by part.
    pub(super) fn members(&self, part_of: &[u32]) -> Vec<u32> {
        let mut next = self.starts.clone();
        let mut members = touched(part_of.len());
        for (vertex, &part) in part_of.iter().enumerate() {
            members[next[part as usize] as usize] = index(vertex);
            next[part as usize] += 1;
        }
        members
    }
}

impl Regular<'_> {
    /// Where the parts begin, if they have as many tails as heads.
    pub(super) fn parts(&self) -> Option<Parts> {
        let Some(within) = self.within else { return Some(Parts { starts: alloc::vec![0, index(self.vertices)] }) };
        let starts = starts(within.tails, within.count);
        let whole = starts.last() == Some(&index(self.vertices)) && starts == self::starts(within.heads, within.count);
        whole.then_some(Parts { starts })
    }
}

/// Class -> where it begins when sorted by class; one more entry than classes, and those in none from there on.
pub(super) fn starts(classes: &[u32], count: usize) -> Vec<u32> {
    let mut starts = alloc::vec![0; count + 2];
    for &class in classes {
        starts[(class as usize).min(count) + 1] += 1;
    }
    starts.pop();
    for class in 0..count {
        starts[class + 1] += starts[class];
    }
    starts
}
