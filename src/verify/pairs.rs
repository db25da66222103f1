//! The pairs that a plan lists, sorted, with what is known of each.

use alloc::vec::Vec;
use core::fmt;

use super::facts::Facts;
use super::index::{at, dense, key, segment, starts};
use crate::id::Id;
use crate::input::Existing;

/// Stands in `kept`.
pub(super) const KEPT: u16 = 1;
/// Is created.
pub(super) const CREATED: u16 = 1 << 1;
/// Stands among the alternates, and is no review.
pub(super) const ALTERNATE: u16 = 1 << 2;
/// The existing review is completed.
pub(super) const COMPLETED: u16 = 1 << 3;
/// Nobody will write it, so it counts for nobody.
pub(super) const IDLE: u16 = 1 << 4;
/// Completed, kept by `existing: keep`, or the only pair that satisfies a must.
pub(super) const FIXED: u16 = 1 << 5;
/// Satisfies a must, though another copy of the work would too.
pub(super) const MUST_OF_WORK: u16 = 1 << 6;
/// Covered by a `must_not_review`.
pub(super) const MUST_NOT: u16 = 1 << 7;
/// Covered by a `should_review`.
pub(super) const SHOULD: u16 = 1 << 8;
/// Covered by a `should_not_review`.
pub(super) const SHOULD_NOT: u16 = 1 << 9;
/// Covered by a history row.
pub(super) const HISTORY: u16 = 1 << 10;
/// Has a score.
pub(super) const SCORED: u16 = 1 << 11;
/// The assessor is an author of the work.
pub(super) const OWN_WORK: u16 = 1 << 12;
/// The submission is not handed in.
pub(super) const NOT_HANDED_IN: u16 = 1 << 13;
/// The assessor may not review.
pub(super) const MAY_NOT: u16 = 1 << 14;

/// Is kept and had to be.
pub(super) const STAYS: u16 = 1 << 15;

const ROLES: u16 = KEPT | CREATED | ALTERNATE;

/// One listed pair.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pair {
    /// The reviewing person.
    pub(super) assessor: u32,
    /// The submission.
    pub(super) asset: u32,
    /// Where it stands: among the operations, the kept, the alternates or the existing reviews.
    pub(super) place: u32,
    /// What is known of it.
    pub(super) flags: u16,
}

impl Pair {
    /// Whether any of `flags` holds.
    pub(super) const fn is(self, flags: u16) -> bool {
        self.flags & flags != 0
    }

    /// Whether it is one of the resulting reviews.
    pub(super) const fn results(self) -> bool {
        self.is(KEPT | CREATED)
    }

    /// Whether it is one of the resulting reviews and counts for its assessor and its submission.
    pub(super) const fn counts(self) -> bool {
        self.results() && !self.is(IDLE)
    }

    /// Whether it counts and could have been left out.
    pub(super) const fn is_choice(self) -> bool {
        self.counts() && !self.is(FIXED)
    }

    /// Whether two stand for the same assessor and submission.
    pub(super) const fn same_pair(self, other: Self) -> bool {
        self.assessor == other.assessor && self.asset == other.asset
    }
}

/// The JSON pointer of a listed pair.
impl fmt::Display for Pair {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let list = match self.flags & ROLES {
            CREATED => "operations",
            KEPT => "kept",
            ALTERNATE => "alternates",
            _ => "peer_reviews",
        };
        write!(f, "/{list}/{}", self.place)
    }
}

/// An author whose work somebody reviews.
struct Edge {
    author: u32,
    /// The place of the review in the table.
    pair: u32,
}

/// Pairs sorted by assessor, then submission, each once; and for each assessor the authors reviewed, sorted.
///
/// Built in O(n log n); 16 bytes for a pair, 8 for an author of its work, 12 for a person.
pub(super) struct Pairs {
    sorted: Vec<Pair>,
    starts: Vec<u32>,
    edges: Vec<Edge>,
    edge_starts: Vec<u32>,
}

impl Pairs {
    /// Sorts pairs. Of several equal ones the first by role (kept, created, alternate) and place stays; `repeated` is
    /// called with it and each other.
    pub(super) fn new(persons: usize, mut pairs: Vec<Pair>, mut repeated: impl FnMut(Pair, Pair)) -> Self {
        pairs.sort_unstable_by_key(|pair| (key(pair.assessor, pair.asset), pair.flags & ROLES, pair.place));
        pairs.dedup_by(|next, first| {
            let same = next.same_pair(*first);
            if same {
                repeated(*first, *next);
            }
            same
        });
        let starts = starts(persons, pairs.iter().map(|pair| pair.assessor));
        Self { sorted: pairs, starts, edges: Vec::new(), edge_starts: Vec::new() }
    }

    /// Pairs without a role, with what follows from the records alone.
    pub(super) fn existing(facts: &Facts<'_>, pairs: impl Iterator<Item = (u32, u32)>) -> Self {
        let pairs = pairs.map(|(assessor, asset)| Pair { assessor, asset, place: 0, flags: 0 });
        Self::new(facts.persons.len(), pairs.collect(), |_, _| ()).with_authors(facts)
    }

    /// Adds the authors that each assessor reviews, and notes what follows from the records alone: whether each pair
    /// counts, whether it is fixed, and whether the first three rules allow it.
    pub(super) fn with_authors(mut self, facts: &Facts<'_>) -> Self {
        let keep = facts.input.policy.existing == Existing::Keep;
        self.edges.reserve(self.sorted.len());
        let mut edge_starts = Vec::with_capacity(self.starts.len());
        for person in 0..dense(facts.persons.len()) {
            let start = self.edges.len();
            edge_starts.push(dense(start));
            let segment = segment(&self.starts, person);
            let first = segment.start;
            for (place, pair) in self.sorted.get_mut(segment).unwrap_or_default().iter_mut().enumerate() {
                if !facts.may_review(person) {
                    pair.flags |= if pair.is(COMPLETED) { MAY_NOT } else { MAY_NOT | IDLE };
                }
                if !facts.handed_in(pair.asset) {
                    pair.flags |= NOT_HANDED_IN;
                }
                if pair.is(KEPT) && (keep || pair.is(COMPLETED)) {
                    pair.flags |= FIXED | STAYS;
                }
                for &author in facts.authors(pair.asset) {
                    if author == person {
                        pair.flags |= OWN_WORK;
                    }
                    self.edges.push(Edge { author, pair: dense(first + place) });
                }
            }
            if let Some(own) = self.edges.get_mut(start..) {
                own.sort_unstable_by_key(|edge| (edge.author, edge.pair));
            }
        }
        edge_starts.push(dense(self.edges.len()));
        self.edge_starts = edge_starts;
        self
    }

    /// All pairs, sorted.
    pub(super) fn all(&self) -> &[Pair] {
        &self.sorted
    }

    /// The place of a pair in the table.
    pub(super) fn find(&self, assessor: u32, asset: u32) -> Option<usize> {
        if self.sorted.is_empty() {
            return None;
        }
        let segment = segment(&self.starts, assessor);
        let place = self.sorted.get(segment.clone())?.binary_search_by_key(&asset, |pair| pair.asset).ok()?;
        Some(segment.start + place)
    }

    /// A pair to note something on.
    pub(super) fn find_mut(&mut self, assessor: u32, asset: u32) -> Option<&mut Pair> {
        let place = self.find(assessor, asset)?;
        self.sorted.get_mut(place)
    }

    /// Calls `note` with each pair in which `assessor` reviews a work of `author`.
    pub(super) fn each_of_author(&mut self, assessor: u32, author: u32, mut note: impl FnMut(&mut Pair)) {
        let edges = self.edges.get(segment(&self.edge_starts, assessor)).unwrap_or_default();
        let first = edges.partition_point(|edge| edge.author < author);
        for edge in edges.iter().skip(first).take_while(|edge| edge.author == author) {
            if let Some(pair) = self.sorted.get_mut(at(edge.pair)) {
                note(pair);
            }
        }
    }

    /// The authors that `assessor` reviews with the pairs in which this is so, sorted by author.
    pub(super) fn authors_of(&self, assessor: u32) -> impl Iterator<Item = (u32, Pair)> {
        let edges = self.edges.get(segment(&self.edge_starts, assessor)).unwrap_or_default();
        edges.iter().filter_map(|edge| Some((edge.author, *self.sorted.get(at(edge.pair))?)))
    }

    /// The pairs in which `assessor` reviews a work of `author`; O(log degree).
    pub(super) fn between(&self, assessor: u32, author: u32) -> impl Iterator<Item = Pair> {
        let edges = self.edges.get(segment(&self.edge_starts, assessor)).unwrap_or_default();
        let first = edges.partition_point(|edge| edge.author < author);
        let edges = edges.iter().skip(first).take_while(move |edge| edge.author == author);
        edges.filter_map(|edge| self.sorted.get(at(edge.pair)).copied())
    }
}

/// The ids of a pair, as the problem writes them where it names both as student and submission.
pub(super) fn ids<'a>(facts: &Facts<'a>, pair: Pair) -> (Option<&'a Id>, Option<&'a Id>) {
    let assessor = facts.student(pair.assessor).map(|student| &student.id);
    (assessor, facts.submission(pair.asset).map(|submission| &submission.id))
}
