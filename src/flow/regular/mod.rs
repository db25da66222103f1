//! Regular graphs between two equal sides: every tail has `degree` arcs, every head receives `degree`, no arc twice,
//! and none inside a class.
//!
//! Tails and heads are numbered from 0 to `vertices`; each tail has an *own* head, which it has no arc to. Each side
//! may be cut into *classes*, in several ways: there is no arc from a tail to a head of the same class. Both may be
//! cut into *parts* too, which arcs stay inside. Single pairs may be forbidden.
//!
//! * [`deterministic`](Regular::deterministic): a ring in which classes stand in one piece, and arcs to those who
//!   stand so and so many places on: circulant graphs, O(n · degree).
//! * [`random`](Regular::random): one random permutation for each arc of a tail, and arcs that are not allowed
//!   exchange heads with random others, O(n · degree) expected. Where the rules treat all alike, every allowed arc is
//!   equally likely; not every graph is, though each can come up.
//!
//! Both may find nothing where there is a graph (the flow of this module decides that), and say so.

mod exchange;
mod parts;
mod permutations;
mod ring;
mod rotation;
mod rows;
#[cfg(test)]
mod tests;

use alloc::vec::Vec;

/// What graph is asked for.
///
/// ```
/// use peerplan::flow::Regular;
/// use peerplan::random::{Purpose, Random};
///
/// // Six vertices in classes of two, two arcs each.
/// let classes = [0, 0, 1, 1, 2, 2];
/// let regular = Regular::new(6, 2).apart(&classes, &classes);
/// assert_eq!(regular.deterministic(), Some(vec![2, 3, 3, 4, 4, 5, 0, 5, 0, 1, 1, 2]));
/// let drawn = regular.random(&mut Random::new(42, Purpose::Regular)).expect("possible");
/// assert!(drawn.chunks(2).zip(classes).all(|(heads, class)| heads.iter().all(|&head| classes[head as usize] != class)));
/// ```
#[derive(Debug, Clone)]
pub struct Regular<'a> {
    vertices: usize,
    degree: usize,
    own: Option<&'a [u32]>,
    apart: Vec<Classes<'a>>,
    within: Option<Classes<'a>>,
    forbidden: &'a [(u32, u32)],
}

/// A number for each tail and each head.
#[derive(Debug, Clone, Copy)]
struct Classes<'a> {
    tails: &'a [u32],
    heads: &'a [u32],
    /// How many classes there are at most.
    count: usize,
}

impl<'a> Regular<'a> {
    /// The class of a vertex that is in none.
    pub const NONE: u32 = u32::MAX;

    /// Graphs of so many vertices on either side, each of the same degree; the own head of a tail has its number.
    ///
    /// # Panics
    /// If there are 2^32 − 1 vertices or more.
    #[must_use]
    pub fn new(vertices: usize, degree: usize) -> Self {
        assert!(u32::try_from(vertices).is_ok_and(|vertices| vertices < Self::NONE), "fewer than 2^32 - 1 vertices");
        Self { vertices, degree, own: None, apart: Vec::new(), within: None, forbidden: &[] }
    }

    /// With other own heads: a permutation.
    ///
    /// # Panics
    /// If there is not one for each tail.
    #[must_use]
    pub fn own(mut self, own: &'a [u32]) -> Self {
        assert!(own.len() == self.vertices, "an own head for each tail");
        self.own = Some(own);
        self
    }

    /// With classes that arcs do not stay inside, beside those that were given before.
    ///
    /// # Panics
    /// If a side does not have a class for each of its vertices, [`NONE`](Self::NONE) or below four times their number.
    #[must_use]
    pub fn apart(mut self, tails: &'a [u32], heads: &'a [u32]) -> Self {
        self.apart.push(self.classes(tails, heads));
        self
    }

    /// With parts that arcs stay inside; whoever is in none may have no arc.
    ///
    /// # Panics
    /// As [`apart`](Self::apart).
    #[must_use]
    pub fn within(mut self, tails: &'a [u32], heads: &'a [u32]) -> Self {
        self.within = Some(self.classes(tails, heads));
        self
    }

    /// Without these pairs of tail and head, which ascend. Few of them, or no graph may be found.
    #[must_use]
    pub const fn forbidding(mut self, pairs: &'a [(u32, u32)]) -> Self {
        self.forbidden = pairs;
        self
    }

    fn classes(&self, tails: &'a [u32], heads: &'a [u32]) -> Classes<'a> {
        assert!(tails.len() == self.vertices && heads.len() == self.vertices, "a class for each vertex");
        // One more than the greatest, where none is the least.
        let count = |side: &[u32]| side.iter().map(|class| class.wrapping_add(1)).max().unwrap_or(0) as usize;
        let count = count(tails).max(if core::ptr::eq(tails, heads) { 0 } else { count(heads) });
        assert!(count <= self.vertices.saturating_mul(4), "classes are numbered from 0");
        Classes { tails, heads, count }
    }

    /// Whether an arc is neither to the own head nor inside a class.
    #[inline]
    fn is_apart(&self, tail: usize, head: u32) -> bool {
        self.own_head(tail) != head
            && self.apart.iter().all(|classes| {
                let class = classes.tails[tail];
                class != classes.heads[head as usize] || class == Self::NONE
            })
    }

    #[inline]
    fn own_head(&self, tail: usize) -> u32 {
        self.own.map_or(index(tail), |own| own[tail])
    }
}

/// A number of a vertex: there are fewer than 2^32.
#[inline]
const fn index(value: usize) -> u32 {
    debug_assert!(value < u32::MAX as usize);
    #[allow(clippy::cast_possible_truncation, reason = "checked when the graph is stated, asserted above")]
    let index = value as u32;
    index
}
